//! Many boxes against a modelled server, or against a real one.
//!
//! `cargo run --release --example fleet -- --boxes 100000 --capacity 500` lets the power of a city come back and
//! prints what its boxes do to the server. With `--api URL` the server, the sockets and the time are real.

mod boxes;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bonus_tv::domain::Secret;
use bonus_tv::input::parse_duration;
use boxes::load::{self, Load};
use boxes::measured::Measured;
use boxes::model::{City, Counted, Outcome, ROW, Refusals};
use clap::Parser;
use url::Url;

/// Drives many boxes: in a model of a city, or with --api against a real bonus API. They are the program that ships,
/// without its screen.
#[derive(Parser)]
#[command(name = "fleet")]
struct Args {
    /// How many boxes [default: 50000; with --api 100].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    boxes: Option<u32>,
    /// Repeats a run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    load: LoadArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "The model")]
struct ModelArgs {
    /// Answers a second.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(10..))]
    capacity: u32,
    /// How long the server is silent.
    #[arg(long, default_value = "30s", value_parser = time)]
    silence: Duration,
    /// Within which time the boxes are switched on.
    #[arg(long, default_value = "60s", value_parser = time)]
    spread: Duration,
    /// What a refusal says in Retry-After: none, slot (each box its own moment) or a time.
    #[arg(long, default_value = "none", value_parser = refusals)]
    retry_after: Refusals,
    /// Whether a box is served with the account (1) or with all three requests (3).
    #[arg(long, default_value = "1", value_parser = counted)]
    questions: Counted,
}

#[derive(clap::Args)]
#[command(next_help_heading = "A real server")]
struct LoadArgs {
    /// The address of the bonus API. Boxes only read: no point is spent.
    #[arg(long, conflicts_with_all = ["capacity", "silence", "spread", "retry_after", "questions"])]
    api: Option<Url>,
    /// An access token of a test subscriber; may be repeated, boxes take them in turn.
    #[arg(long, value_name = "TOKEN", requires = "api")]
    token: Vec<String>,
    /// A file with an access token in each line.
    #[arg(long, value_name = "FILE", requires = "api")]
    tokens: Option<PathBuf>,
    /// Boxes that are switched on in a second.
    #[arg(long, default_value_t = 100, requires = "api")]
    rate: u32,
    /// Of a hundred boxes so many have a viewer who looks around.
    #[arg(long, default_value_t = 5, requires = "api", value_parser = clap::value_parser!(u8).range(0..=100))]
    viewers: u8,
    /// The run ends after this time, or when every box is served.
    #[arg(long, default_value = "2m", requires = "api", value_parser = time)]
    time: Duration,
    /// Goes on for the whole time, with boxes that are on and refresh what they show.
    #[arg(long, requires = "api")]
    stay: bool,
    /// Boxes without a cache, as on their first start.
    #[arg(long, requires = "api")]
    cold: bool,
    /// The number of the first box, where several machines drive boxes.
    #[arg(long, default_value_t = 0, requires = "api", value_name = "N")]
    first: usize,
    /// A file with more trusted certificates, in PEM.
    #[arg(long, value_name = "FILE", requires = "api")]
    ca: Option<PathBuf>,
    /// Loads a server that is another machine; only for whoever runs it.
    #[arg(long, requires = "api")]
    i_own_this_server: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let Some(api) = args.load.api.clone() else {
        let ModelArgs { capacity, silence, spread, retry_after: refusals, questions: counted } = args.model;
        let city = City {
            boxes: args.boxes.unwrap_or(50_000) as usize,
            capacity,
            silence,
            spread,
            refusals,
            counted,
            seed: args.seed,
        };
        print_model(&city, &city.run());
        return ExitCode::SUCCESS;
    };
    match run_load(api, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut whole = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                whole.push_str(&format!(": {error}"));
                cause = error.source();
            }
            eprintln!("{whole}");
            ExitCode::from(2)
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let day = Duration::from_secs(24 * 3600);
    parse_duration(text).filter(|time| *time <= day).ok_or_else(|| "a time is written 30s, 5m or 1h".to_owned())
}

fn refusals(text: &str) -> Result<Refusals, String> {
    match text {
        "none" => Ok(Refusals::Plain),
        "slot" => Ok(Refusals::Slot),
        text => time(text).map(Refusals::After),
    }
}

fn counted(text: &str) -> Result<Counted, String> {
    match text {
        "1" => Ok(Counted::Account),
        "3" => Ok(Counted::All),
        _ => Err("1 or 3".to_owned()),
    }
}

fn print_model(city: &City, outcome: &Outcome) {
    let City { boxes, capacity, silence, spread, refusals, counted, seed } = city;
    println!(
        "{boxes} boxes switched on within {spread:?}, {capacity} answers a second after {silence:?} of silence, \
         Retry-After {refusals:?}, counted {counted:?}, seed {seed}\n"
    );
    println!("    from  asked/s  answered/s    waiting");
    let mut waiting = *boxes as u64;
    for (index, row) in outcome.rows.iter().enumerate() {
        waiting = waiting.saturating_sub(row.served);
        let (from, length) = (index as u64 * ROW.as_secs(), ROW.as_secs());
        let bar = "#".repeat(usize::try_from(waiting * 50 / *boxes as u64).unwrap_or(0));
        println!("{from:>6} s {:>8} {:>11} {waiting:>10} {bar}", row.asked / length, row.answered / length);
    }
    if outcome.asleep > 0 {
        println!("\n{} boxes dimmed their picture before they were served and ask when somebody looks", outcome.asleep);
    }
    let after = outcome.last.saturating_sub(*silence);
    println!(
        "\nthe last was served {:.1} s after the power and {:.1} s after the server's return (floor {:.1} s); \
         calls a box: {:.2} on average, {} at most",
        outcome.last.as_secs_f64(),
        after.as_secs_f64(),
        city.floor().as_secs_f64(),
        outcome.calls as f64 / *boxes as f64,
        outcome.most_calls
    );
}

fn run_load(api: Url, args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let LoadArgs { token, tokens, rate, viewers, time, stay, cold, first, ca, i_own_this_server, .. } = args.load;
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let file = tokens.as_ref().map(read).transpose()?.unwrap_or_default();
    let file = String::from_utf8_lossy(&file).into_owned();
    let lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let load = Load {
        api,
        tokens: token.iter().map(String::as_str).chain(lines).map(Secret::new).collect(),
        boxes: args.boxes.unwrap_or(100) as usize,
        first,
        rate,
        viewers,
        limit: time,
        stays: stay,
        is_cold: cold,
        ca_pem: ca.as_ref().map(read).transpose()?,
        seed: args.seed,
        owns_server: i_own_this_server,
    };
    load.check()?;
    println!(
        "{} boxes, {} a second, {} % with a viewer, at most {:?}, seed {}\n",
        load.boxes, load.rate, load.viewers, load.limit, load.seed
    );
    println!("    from  started  asked/s  answered/s   failed      p50      p99   served");
    let measured = load.run(|from, row| {
        let mut times = row.answered.clone();
        times.sort_unstable();
        let length = load::ROW.as_secs();
        println!(
            "{:>6} s {:>8} {:>8} {:>11} {:>8} {:>8} {:>8} {:>8}",
            from.as_secs(),
            row.started,
            row.asked / length,
            times.len() as u64 / length,
            row.failed,
            milliseconds(part(&times, 50)),
            milliseconds(part(&times, 99)),
            row.served
        );
    })?;
    print_load(&load, &measured);
    Ok(())
}

fn print_load(load: &Load, measured: &Measured) {
    println!("\n    request       answered      p50      p90      p99     most");
    for (kind, times) in &measured.answered {
        println!(
            "    {:<13} {:>8} {:>8} {:>8} {:>8} {:>8}",
            format!("{kind:?}"),
            times.len(),
            milliseconds(part(times, 50)),
            milliseconds(part(times, 90)),
            milliseconds(part(times, 99)),
            milliseconds(times.last().copied())
        );
    }
    print_histogram(&measured.answered.values().flatten().copied().collect::<Vec<_>>());
    for ((kind, failure), count) in &measured.failed {
        println!("    {kind:?} failed {count} times: {failure}");
    }
    if measured.withheld > 0 {
        println!("    {} requests would have changed something and were withheld", measured.withheld);
    }
    println!(
        "\n{} of {} boxes were switched on and {} served, the last after {:.1} s",
        measured.started,
        load.boxes,
        measured.served,
        measured.last.as_secs_f64()
    );
}

/// How many answers took how long; each line has twice the time of the one before.
fn print_histogram(times: &[Duration]) {
    println!("\n     up to   answers");
    let (mut from, mut to) = (Duration::ZERO, Duration::from_millis(1));
    while times.iter().any(|time| *time > from) {
        let count = times.iter().filter(|time| **time > from && **time <= to).count();
        let bar = "#".repeat((count * 50).div_ceil(times.len()));
        println!("{:>10} {count:>9} {bar}", milliseconds(Some(to)));
        (from, to) = (to, to * 2);
    }
}

/// The time within which so many of a hundred were; of sorted times.
fn part(sorted: &[Duration], of_hundred: usize) -> Option<Duration> {
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.1} ms", time.as_secs_f64() * 1000.0))
}
