//! The bonus API sandbox as a server of its own.

use std::error::Error;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use bonus_tv::sandbox::clock::Clock;
use bonus_tv::sandbox::policy::{PolicyChange, Processing};
use bonus_tv::sandbox::{MonthlyLimit, Options, StartError, scenarios, start};
use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "A bonus API for tests: the programme's rules, test subscribers, a clock and faults to switch on",
    after_help = "The phone page is at /tv, the documentation at /docs, QA's switches below /sandbox/v1/."
)]
struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the data, the clock and the policy in this file instead of in memory
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Load the seed data from this directory instead of those built in
    #[arg(long, value_name = "DIRECTORY")]
    seed: Option<PathBuf>,
    /// Begin at this time, such as 2026-03-01T09:00:00Z, or where --db ended, if that is later [default: where --db
    /// ended, or now]
    #[arg(long, value_name = "RFC3339")]
    clock: Option<DateTime<Utc>>,
    /// Stand still at the time of --clock until QA moves the clock
    #[arg(long, requires = "clock")]
    frozen: bool,
    /// Which exchanges the monthly limit counts [default: as --db keeps it, or strict]
    #[arg(long, value_enum)]
    policy: Option<MonthlyPolicy>,
    /// Carry exchanges out this many seconds after they are accepted [default: as --db keeps it, or at once]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
    defer: Option<u32>,
    /// The address by which phones and boxes reach the sandbox, such as http://192.0.2.7:8080
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// List the test subscribers and exit
    #[arg(long)]
    list_scenarios: bool,
    /// How much to log, on standard error
    #[arg(long, value_enum, default_value = "info")]
    log: Level,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MonthlyPolicy {
    /// Every exchange
    Strict,
    /// All but exchanges of film rentals alone
    FilmsExempt,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    match run(flags).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut message = format!("sandbox: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                message.push_str(&format!(": {cause}"));
                source = cause.source();
            }
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<(), StartError> {
    if flags.list_scenarios {
        for scenario in scenarios()? {
            println!("{:<14}  {}", scenario.name, scenario.description);
        }
        return Ok(());
    }
    tracing_subscriber::fmt()
        .with_max_level(level(flags.log))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let clock = flags.clock.map(|at| if flags.frozen { Clock::frozen(at) } else { Clock::running_from(at) });
    let policy = PolicyChange {
        monthly: flags.policy.map(monthly),
        exchange: flags.defer.map(|_| Processing::Deferred),
        deferred_seconds: flags.defer,
    };
    let options = Options {
        addr: flags.listen,
        db: flags.db,
        seed: flags.seed,
        clock,
        policy,
        public_url: flags.public_url,
        ..Options::default()
    };
    let running = start(options).await?;
    println!("{}", addresses(running.base_url(), running.public_url()));
    wait_for_the_end().await;
    running.shutdown().await;
    Ok(())
}

// A phone may be elsewhere, where the address that the sandbox listens on means nothing.
fn addresses(base: &str, public: &str) -> String {
    format!(
        "Bonus API sandbox  {base}\n\
         Phone page         {public}/tv\n\
         Documentation      {base}/docs\n\
         OpenAPI document   {base}/openapi.json"
    )
}

fn monthly(policy: MonthlyPolicy) -> MonthlyLimit {
    match policy {
        MonthlyPolicy::Strict => MonthlyLimit::Strict,
        MonthlyPolicy::FilmsExempt => MonthlyLimit::FilmsExempt,
    }
}

async fn wait_for_the_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Where signals cannot be watched the process ends by being killed, which the database survives.
    let _ = interrupted.await;
}

fn level(level: Level) -> LevelFilter {
    match level {
        Level::Off => LevelFilter::OFF,
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    }
}

fn public_url(text: &str) -> Result<String, &'static str> {
    let is_url = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).is_some_and(|host| {
        !host.is_empty() && host.chars().all(|letter| letter.is_ascii_graphic() && !"<>\"?#".contains(letter))
    });
    if is_url { Ok(text.to_owned()) } else { Err("the address begins with http:// or https:// and names a host") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_page_is_printed_as_phones_reach_it() {
        let printed = addresses("http://127.0.0.1:8080", "https://sandbox.example");
        let lines: Vec<_> = printed.lines().map(|line| line.split_once("  ").unwrap()).collect();
        assert_eq!(lines[0], ("Bonus API sandbox", "http://127.0.0.1:8080"));
        assert!(lines[1].0 == "Phone page" && lines[1].1.trim() == "https://sandbox.example/tv", "{printed}");
        assert!(lines[3].1.ends_with("http://127.0.0.1:8080/openapi.json"), "{printed}");
    }
}
