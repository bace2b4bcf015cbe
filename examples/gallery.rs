//! Renders every fixture in both sizes to PNG files: `cargo run --example gallery -- /tmp/gallery [name]`.
//!
//! With `LONG_TEXTS` set, every text is 40 % longer.

use std::path::PathBuf;
use std::time::Duration;

use bonus_tv::platform::headless::Headless;
use bonus_tv::view::bind::Screen;
use bonus_tv::view::fixtures::{self, Pictures};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "/tmp/gallery".to_owned()));
    let wanted = arguments.next().unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    for (width, height) in [(1920, 1080), (1280, 720)] {
        let headless = Headless::install(width, height)?;
        let mut screen = Screen::new()?;
        screen.open()?;
        if std::env::var_os("LONG_TEXTS").is_some() {
            screen.lengthen_texts();
        }
        let pictures = Pictures::at_scale(width as f32 / 1920.0);
        for (name, vm) in fixtures::all().into_iter().filter(|(name, _)| name.contains(&wanted)) {
            screen.show(&vm, &pictures);
            headless.advance(Duration::from_secs(1));
            headless.draw();
            headless.write_png(&folder.join(format!("{name}_{height}.png")))?;
        }
    }
    Ok(())
}
