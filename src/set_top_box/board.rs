//! `--check-board`: what a board has for the menu, and one measured frame.

use crate::platform::linux::{self, Wish};

/// Prints everything, section by section.
pub(super) fn run(wish: Wish) {
    println!("bonus-tv {} on this board", env!("CARGO_PKG_VERSION"));
    let sections = [
        ("Board", linux::describe_board()),
        ("Cards", linux::describe_cards(wish)),
        ("Input", linux::describe_inputs()),
        ("Timers", linux::describe_timers()),
        ("A frame", linux::measure_frame(wish)),
    ];
    for (title, lines) in sections {
        println!("{title}");
        for line in lines {
            println!("  {line}");
        }
    }
}
