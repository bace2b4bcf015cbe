//! The emulator: the television on a desktop, for QA.

use std::process::ExitCode;

use bonus_tv::emulator::{Args, run};
use clap::Parser;

fn main() -> ExitCode {
    let args = Args::parse();
    if args.list_scenarios {
        return list_scenarios();
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emulator: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn list_scenarios() -> ExitCode {
    match bonus_tv::sandbox::scenarios() {
        Ok(scenarios) => {
            for scenario in scenarios {
                println!("{:<16} {}", scenario.name, scenario.description);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("emulator: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with everything behind it on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
