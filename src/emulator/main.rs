//! The emulator: the television on a desktop, for QA.

use std::process::ExitCode;

use bonus_emulator::{Args, run};
use bonus_tv::logging::chain;
use bonus_tv::shell::heap;
use clap::Parser;

fn main() -> ExitCode {
    heap::share();
    let args = Args::parse();
    if args.list_scenarios {
        return list_scenarios();
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emulator: {}", chain(&error));
            ExitCode::from(error.exit_status())
        }
    }
}

fn list_scenarios() -> ExitCode {
    match bonus_sandbox::scenarios() {
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
