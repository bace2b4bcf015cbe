//! Lets the power of a city come back and prints what its boxes do to the server.
//!
//! `cargo run --release --example fleet -- --boxes 100000 --capacity 500`

mod model;

use std::process::ExitCode;
use std::time::Duration;

use model::{City, Counted, Outcome, ROW, Refusals};

const USAGE: &str = "fleet [--boxes N] [--capacity ANSWERS_A_SECOND] [--silence 30s] [--spread 60s] \
                     [--retry-after none|slot|30s] [--questions 1|3] [--seed N]";

fn main() -> ExitCode {
    match city(std::env::args().skip(1)) {
        Ok(city) => {
            print(&city, &city.run());
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("{complaint}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn city(mut args: impl Iterator<Item = String>) -> Result<City, String> {
    let mut city = City {
        boxes: 50_000,
        capacity: 500,
        silence: Duration::from_secs(30),
        spread: Duration::from_secs(60),
        refusals: Refusals::Plain,
        counted: Counted::Account,
        seed: 1,
    };
    while let Some(flag) = args.next() {
        let value = args.next().ok_or_else(|| format!("{flag} wants a value"))?;
        let wrong = || format!("{flag} «{value}» is not understood");
        let number = |least: u64| value.parse::<u64>().ok().filter(|n| *n >= least).ok_or_else(wrong);
        match flag.as_str() {
            "--boxes" => city.boxes = usize::try_from(number(1)?).map_err(|_| wrong())?,
            "--capacity" => city.capacity = u32::try_from(number(10)?).map_err(|_| wrong())?,
            "--silence" => city.silence = seconds(&value).ok_or_else(wrong)?,
            "--spread" => city.spread = seconds(&value).ok_or_else(wrong)?,
            "--retry-after" => {
                city.refusals = match value.as_str() {
                    "none" => Refusals::Plain,
                    "slot" => Refusals::Slot,
                    time => Refusals::After(seconds(time).ok_or_else(wrong)?),
                }
            }
            "--questions" => {
                city.counted = match value.as_str() {
                    "1" => Counted::Account,
                    "3" => Counted::All,
                    _ => return Err(wrong()),
                }
            }
            "--seed" => city.seed = number(0)?,
            _ => return Err(format!("{flag} is unknown")),
        }
    }
    Ok(city)
}

fn seconds(text: &str) -> Option<Duration> {
    let number: u64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
    (number <= 86_400).then(|| Duration::from_secs(number))
}

fn print(city: &City, outcome: &Outcome) {
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
