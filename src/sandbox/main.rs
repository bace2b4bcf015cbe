//! The bonus API sandbox as a server of its own.

use std::error::Error;
use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use bonus_sandbox::clock::Clock;
use bonus_sandbox::policy::{PolicyChange, Processing};
use bonus_sandbox::{
    KeptTime, MOST_CONNECTIONS, MonthlyLimit, Options, StartError, descriptors, openapi_document, scenarios, start,
};
use chrono::{DateTime, Utc};
use clap::{Parser, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "A bonus API for tests: the programme's rules, test subscribers, a clock and faults to switch on",
    after_help = "The phone page is at /tv, the documentation at /docs. QA's switches listen at an address of their own, below \
                  /sandbox/v1/, and want no sign-in."
)]
struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where QA's switches listen; port 0 takes a free one [default: this machine alone, on the port after that of
    /// --listen]
    #[arg(long, value_name = "ADDR")]
    control: Option<SocketAddr>,
    /// A host by which QA's programs call the switches, besides addresses and localhost; may be given again
    #[arg(long, value_name = "HOST", value_parser = host)]
    control_host: Vec<String>,
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
    /// Stand still until QA moves the clock, at the time of --clock, or where --db ended
    #[arg(long)]
    frozen: bool,
    /// Which exchanges the monthly limit counts [default: as --db keeps it, or strict]
    #[arg(long, value_enum)]
    policy: Option<MonthlyPolicy>,
    /// Carry exchanges out this many seconds after they are accepted [default: as --db keeps it, or at once]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=31_536_000))]
    defer: Option<u32>,
    /// The address by which phones and boxes reach the sandbox, such as http://192.0.2.7:8080 or https://qa.example/bonus
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// Write the OpenAPI document of the API to this file and exit
    #[arg(long, value_name = "FILE")]
    write_openapi: Option<PathBuf>,
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
    if let Some(file) = &flags.write_openapi {
        if let Err(error) = std::fs::write(file, openapi_document()) {
            eprintln!("sandbox: writing {}: {error}", file.display());
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
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
    let kept_time = if flags.frozen { KeptTime::StandsStill } else { KeptTime::GoesOn };
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
        kept_time,
        policy,
        public_url: flags.public_url,
        control: Some(flags.control.unwrap_or_else(|| beside(flags.listen))),
        control_names: flags.control_host,
        connections: connections(descriptors()),
        ..Options::default()
    };
    let running = start(options).await?;
    let switches = running.control_url().unwrap_or_default();
    println!("{}", addresses(running.base_url(), running.public_url(), &switches));
    wait_for_the_end().await;
    running.shutdown().await;
    Ok(())
}

// A phone may be elsewhere, where the address that the sandbox listens on means nothing.
fn addresses(base: &str, public: &str, switches: &str) -> String {
    format!(
        "Bonus API sandbox  {base}\n\
         Phone page         {public}/tv\n\
         Documentation      {base}/docs\n\
         OpenAPI document   {base}/openapi.json\n\
         QA's switches      {switches}/sandbox/v1/\n\
         Their document     {switches}/docs"
    )
}

// Wherever the API listens, the switches are for this machine unless somebody says otherwise.
fn beside(listen: SocketAddr) -> SocketAddr {
    let port = if listen.port() == 0 { 0 } else { listen.port().checked_add(1).unwrap_or(0) };
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

// The database, the log and the switches need descriptors, too.
fn connections(descriptors: usize) -> usize {
    descriptors.saturating_sub(128).clamp(16, MOST_CONNECTIONS)
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

fn public_url(text: &str) -> Result<String, String> {
    const PATHS: [&str; 6] = ["v1", "oauth", "tv", "account", "docs", "openapi.json"];
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let (authority, path) = rest.map_or(("", ""), |rest| rest.split_once('/').unwrap_or((rest, "")));
    let is_plain =
        |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~%:[]".contains(letter));
    if authority.is_empty() || !is_plain(authority) {
        return Err("the address begins with http:// or https:// and names a host".to_owned());
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    if !path.is_empty() && !segments.iter().all(|segment| is_segment(segment)) {
        return Err("the path is made of letters, digits, hyphens and slashes between them".to_owned());
    }
    match segments.first() {
        Some(first) if PATHS.contains(first) => Err(format!("the path cannot begin with /{first}: the API has it")),
        _ => Ok(text.to_owned()),
    }
}

fn is_segment(text: &str) -> bool {
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(letter));
    is_plain && !text.is_empty() && text != "." && text != ".."
}

fn host(text: &str) -> Result<String, &'static str> {
    let is_host =
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.:".contains(letter));
    if is_host { Ok(text.to_owned()) } else { Err("a host is a name, with its port where a proxy has another") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_page_is_printed_as_phones_reach_it() {
        let printed = addresses("http://127.0.0.1:8080", "https://sandbox.example", "http://127.0.0.1:8081");
        let lines: Vec<_> = printed.lines().map(|line| line.split_once("  ").unwrap()).collect();
        assert_eq!(lines[0], ("Bonus API sandbox", "http://127.0.0.1:8080"));
        assert!(lines[1].0 == "Phone page" && lines[1].1.trim() == "https://sandbox.example/tv", "{printed}");
        assert!(lines[3].1.ends_with("http://127.0.0.1:8080/openapi.json"), "{printed}");
        assert!(lines[4].1.ends_with("http://127.0.0.1:8081/sandbox/v1/"), "{printed}");
    }

    #[test]
    fn switches_listen_beside_the_api_for_this_machine_alone() {
        for (listen, switches) in [
            ("127.0.0.1:8080", "127.0.0.1:8081"),
            ("0.0.0.0:8080", "127.0.0.1:8081"),
            ("[::]:9000", "127.0.0.1:9001"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:65535", "127.0.0.1:0"),
        ] {
            assert_eq!(beside(listen.parse().unwrap()), switches.parse().unwrap(), "{listen}");
        }
    }

    #[test]
    fn a_public_address_names_a_host_and_perhaps_a_path_of_its_own() {
        for good in [
            "http://192.0.2.7:8080",
            "https://qa.example",
            "https://qa.example/",
            "https://qa.example/bonus",
            "https://qa.example/bonus/v1/",
            "http://[2001:db8::1]:8080/a-b/c.d/e~f",
        ] {
            assert!(public_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "qa.example",
            "ftp://qa.example",
            "http://",
            "http:///bonus",
            "https://qa.example/v1",
            "https://qa.example/tv/",
            "https://qa.example/a//b",
            "https://qa.example/../b",
            "https://qa.example/a b",
            "https://qa.example/a;b",
            "https://qa.example/a?b",
            "https://qa.example/a#b",
            "https://user@qa.example/",
            "https://qa.example/<b>",
        ] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn five_thousand_boxes_fit_where_the_system_lets_them() {
        assert_eq!(connections(1_048_576), MOST_CONNECTIONS);
        assert_eq!(connections(1024), 896);
        assert_eq!(connections(10), 16, "a few are tried in any case");
        assert!(descriptors() >= 256);
    }
}
