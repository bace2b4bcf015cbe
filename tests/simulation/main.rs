//! Deterministic simulation: an order happens exactly once or not at all, and the member learns which.
//!
//! `cargo test --release --test simulation -- --seeds 10000` runs seeds and prints what struck and
//! what broke; `--seed N` replays one with its trace; `--bug NAME` puts a bug in and shows the catch.
//! How a run is made stands in `world.rs`.

mod check;
mod disk;
mod faults;
mod network;
mod options;
mod orders;
mod proxy;
mod real;
mod real_box;
mod server;
mod trace;
mod tv;
mod viewer;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bonus_sandbox::Programme;

use options::{Bug, Options, Wish};
use trace::Notes;
use world::{Ending, run};

/// A bug must be caught within so many seeds.
const CATCH_WITHIN: u64 = 1000;
/// How often real processes are killed when no number is given.
const KILLS: u32 = 10;
/// Lines of a trace that are printed of a catch.
const LAST_LINES: usize = 40;

fn main() -> ExitCode {
    if let Some(tv) = options::as_box() {
        return match real_box::run(&tv) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("box: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let (options, is_plain) = match options::read() {
        Wish::List => {
            println!("simulation: test\n\n1 test, 0 benchmarks");
            return ExitCode::SUCCESS;
        }
        Wish::Nothing => return ExitCode::SUCCESS,
        Wish::Run { options, is_plain } => (options, is_plain),
    };
    if let Some(kills) = options.real {
        return if real::run(kills) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let programme = server::programme();
    let is_well = match (options.bug, options.seed) {
        (Some(bug), seed) => catch(&programme, bug, options.start, seed),
        (None, Some(seed)) => replay(&programme, seed),
        (None, None) if is_plain => {
            seeds(&programme, &options)
                && is_repeatable(&programme)
                && Bug::ALL.iter().all(|bug| is_caught(&programme, *bug))
                && real::run(KILLS)
        }
        (None, None) => seeds(&programme, &options),
    };
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What many seeds came to.
#[derive(Default)]
struct Sum {
    orders: u64,
    confirmed: u64,
    faults: BTreeMap<&'static str, u64>,
    failed: Vec<(u64, Vec<String>)>,
}

/// Runs seeds on all threads and prints the sum.
fn seeds(programme: &Programme, options: &Options) -> bool {
    let began = Instant::now();
    let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, Into::into));
    let next = AtomicU64::new(options.start);
    let end = options.start.saturating_add(options.seeds);
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    let ending = run_guarded(programme, seed, None, options.trace);
                    if options.trace {
                        println!("{}", ending.notes.lines.join("\n"));
                    }
                    let mut sum = sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    sum.orders += ending.orders;
                    sum.confirmed += ending.confirmed;
                    for (kind, times) in ending.notes.faults {
                        *sum.faults.entry(kind).or_default() += times;
                    }
                    if !ending.notes.violations.is_empty() {
                        sum.failed.push((seed, ending.notes.violations));
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    sum.failed.sort();
    let took = began.elapsed();
    println!("seeds       {} ({} to {}) in {:.1} s", options.seeds, options.start, end, took.as_secs_f64());
    println!("orders      {} confirmed by members, {} made by the server", sum.orders, sum.confirmed);
    println!("faults      {}", sum.faults.values().sum::<u64>());
    for (kind, times) in &sum.faults {
        println!("  {kind:<28} {times}");
    }
    println!("violations  {}", sum.failed.iter().map(|(_, violations)| violations.len()).sum::<usize>());
    for (seed, violations) in sum.failed.iter().take(20) {
        println!("  seed {seed}: {}", violations.join("; "));
    }
    if let Some((seed, _)) = sum.failed.first() {
        println!("\nthe first of them, as --seed {seed} shows it whole:");
        print_end(&run_guarded(programme, *seed, None, true).notes);
    }
    sum.failed.is_empty()
}

/// A panic in the program under test is a violation like any other.
fn run_guarded(programme: &Programme, seed: u64, bug: Option<Bug>, keeps_lines: bool) -> Ending {
    catch_unwind(AssertUnwindSafe(|| run(programme, seed, bug, keeps_lines))).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        let notes = Notes { violations: vec![format!("panicked: {text}")], ..Notes::default() };
        Ending { notes, orders: 0, confirmed: 0 }
    })
}

fn replay(programme: &Programme, seed: u64) -> bool {
    let ending = run_guarded(programme, seed, None, true);
    println!("{}", ending.notes.lines.join("\n"));
    println!("violations  {}", ending.notes.violations.len());
    ending.notes.violations.is_empty()
}

/// The same seed gives the same trace, byte for byte.
fn is_repeatable(programme: &Programme) -> bool {
    for seed in [1, 2, 3, 5, 8, 13, 21, 34] {
        let (first, second) = (run_guarded(programme, seed, None, true), run_guarded(programme, seed, None, true));
        if first.notes != second.notes {
            println!("seed {seed} went two ways");
            let differs = first.notes.lines.iter().zip(&second.notes.lines).find(|(one, other)| one != other);
            println!("{differs:?}");
            return false;
        }
    }
    println!("replays     8 seeds ran twice, with the same traces");
    true
}

/// The first seed that catches a bug.
fn first_catch(programme: &Programme, bug: Bug, start: u64) -> Option<u64> {
    (start..start + CATCH_WITHIN)
        .find(|seed| !run_guarded(programme, *seed, Some(bug), false).notes.violations.is_empty())
}

fn is_caught(programme: &Programme, bug: Bug) -> bool {
    match first_catch(programme, bug, 0) {
        Some(seed) => {
            let violations = run_guarded(programme, seed, Some(bug), false).notes.violations;
            println!("bug         {} caught by seed {seed}: {}", bug.name(), violations.join("; "));
            true
        }
        None => {
            println!("bug         {} is NOT caught within {CATCH_WITHIN} seeds", bug.name());
            false
        }
    }
}

/// Shows how a bug is caught.
fn catch(programme: &Programme, bug: Bug, start: u64, seed: Option<u64>) -> bool {
    let Some(seed) = seed.or_else(|| first_catch(programme, bug, start)) else {
        println!("{} is not caught within {CATCH_WITHIN} seeds", bug.name());
        return false;
    };
    println!("{} in seed {seed}", bug.name());
    print_end(&run_guarded(programme, seed, Some(bug), true).notes);
    true
}

/// The last lines that speak of the orders in question, and what struck beside them.
fn print_end(notes: &Notes) {
    let words = || notes.violations.iter().flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()));
    let keys: Vec<&str> = words().filter(|word| word.len() == 32).collect();
    let strikes = ["VIOLATION", "power cut", "crash", "killed", "faults stop"];
    let mut lines: Vec<&String> = notes
        .lines
        .iter()
        .filter(|line| keys.iter().any(|key| line.contains(key)) || strikes.iter().any(|strike| line.contains(strike)))
        .collect();
    if keys.is_empty() {
        let about = |line: &str| strikes.iter().any(|strike| line.contains(strike)) || line.contains("order");
        lines = notes.lines.iter().filter(|line| about(line)).collect();
    }
    for line in lines.iter().skip(lines.len().saturating_sub(LAST_LINES)) {
        println!("{line}");
    }
}
