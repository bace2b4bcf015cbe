//! Draws every state of `tests/screens/states.toml` to PNG files, with the real program:
//! `cargo run --example gallery -- /tmp/gallery [part of a name]`.

use std::path::PathBuf;

use bonus_emulator::gallery::{Look, states};
use clap::Parser;

/// Draws every screen in every state as PNG
#[derive(Parser)]
struct Arguments {
    /// Where the pictures go
    #[arg(default_value = "/tmp/gallery")]
    folder: PathBuf,
    /// Only pictures with this in their name
    #[arg(default_value = "")]
    part: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { folder, part } = Arguments::parse();
    std::fs::create_dir_all(&folder)?;
    for look in Look::ALL {
        for state in states()? {
            let name = format!("{}-{look}", state.name);
            if name.contains(&part) {
                state.reach(look)?.screenshot(&folder.join(format!("{name}.png")))?;
            }
        }
    }
    Ok(())
}
