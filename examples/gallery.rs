//! Draws every state of `tests/screens/states.toml` to PNG files, with the real program:
//! `cargo run --example gallery -- /tmp/gallery [part of a name]`.

use std::path::PathBuf;

use bonus_emulator::gallery::{Look, states};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "/tmp/gallery".to_owned()));
    let wanted = arguments.next().unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    for look in Look::ALL {
        for state in states()? {
            let name = format!("{}-{look}", state.name);
            if name.contains(&wanted) {
                state.reach(look)?.screenshot(&folder.join(format!("{name}.png")))?;
            }
        }
    }
    Ok(())
}
