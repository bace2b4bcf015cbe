//! The box: the menu on a set-top box's own screen, with its own remote control.

use std::process::ExitCode;

use bonus_tv::config::Args;
use bonus_tv::logging::chain;
use bonus_tv::set_top_box;
use bonus_tv::shell::heap;
use clap::Parser;

fn main() -> ExitCode {
    heap::share();
    match set_top_box::run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bonus-tv: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}
