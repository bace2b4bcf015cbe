//! Every state of `tests/screens/states.toml` looks as it was accepted, drawn by the program that ships.
//!
//! `BONUS_TV_PICTURES=accept cargo test --test it golden` accepts what is drawn now. Where a picture differs, the new
//! one and the difference lie in `target/tmp/golden`. A plain run draws one look of each state, `.ci/run` all of them
//! (`BONUS_TV_PICTURES=all`). `BONUS_TV_STATE=basket` keeps to the states with this in their name.
//!
//! Golden pictures have half the lines of the screen: every stroke still shows, and they take a quarter of the room.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bonus_emulator::Television;
use bonus_emulator::gallery::{Look, State, states};
use bonus_tv::view::model::ViewModel;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::screens::quality;
use crate::screens::stage::still;

/// The side of the squares in which pictures are compared, in pixels of the golden picture.
const SQUARE: u32 = 8;
/// How much a square may differ on average, of 255: the rounding of another processor, and no stroke of a letter.
const TOLERANCE: u32 = 3;

/// Which pictures are drawn, and whether what is drawn now is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// One look of each state.
    Some,
    /// Every look of each state.
    All,
    /// Every look, which becomes the golden one.
    Accept,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens")
}

fn halved(frame: &[u8], width: u32) -> RgbImage {
    let height = u32::try_from(frame.len()).expect("a frame is small") / 3 / width;
    let whole = RgbImage::from_raw(width, height, frame.to_vec()).expect("rows of red, green and blue");
    RgbImage::from_fn(width / 2, height / 2, |x, y| {
        let sum = |channel: usize| {
            let at = |dx, dy| u32::from(whole.get_pixel(2 * x + dx, 2 * y + dy)[channel]);
            u8::try_from((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4).expect("a mean of bytes is a byte")
        };
        image::Rgb([sum(0), sum(1), sum(2)])
    })
}

fn write(path: &Path, picture: &RgbImage) {
    fs::create_dir_all(path.parent().expect("pictures lie in a folder")).expect("the folder can be made");
    let file = fs::File::create(path).expect("the picture can be written");
    PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive)
        .write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .expect("the picture can be written");
}

/// How far two squares lie apart on average, for the worst square.
fn worst_square(golden: &RgbImage, now: &RgbImage) -> Option<(u32, u32, u32)> {
    let mut worst: Option<(u32, u32, u32)> = None;
    for top in (0..golden.height()).step_by(SQUARE as usize) {
        for left in (0..golden.width()).step_by(SQUARE as usize) {
            let (right, bottom) = ((left + SQUARE).min(golden.width()), (top + SQUARE).min(golden.height()));
            let mut sum = 0;
            for y in top..bottom {
                for x in left..right {
                    let pair = golden.get_pixel(x, y).0.into_iter().zip(now.get_pixel(x, y).0);
                    sum += pair.map(|(golden, now)| u32::from(golden.abs_diff(now))).max().unwrap_or(0);
                }
            }
            let mean = sum / ((right - left) * (bottom - top));
            if worst.is_none_or(|(most, ..)| mean > most) {
                worst = Some((mean, left, top));
            }
        }
    }
    worst
}

/// What the golden picture shows, dark, with everything that differs in red.
fn difference(golden: &RgbImage, now: &RgbImage) -> RgbImage {
    RgbImage::from_fn(golden.width(), golden.height(), |x, y| {
        let (golden, now) = (golden.get_pixel(x, y).0, now.get_pixel(x, y).0);
        let apart = golden.into_iter().zip(now).map(|(golden, now)| golden.abs_diff(now)).max().unwrap_or(0);
        if apart > 8 { image::Rgb([255, apart / 2, apart / 2]) } else { image::Rgb(golden.map(|part| part / 3)) }
    })
}

/// What is wrong with a state in this look; `before` is what another state shows, and becomes what this one does.
fn complaints(state: &State, look: Look, wish: Wish, before: &mut Option<ViewModel>) -> Vec<String> {
    let name = format!("{}-{look}.png", state.name);
    let television = match state.reach(look) {
        Ok(television) => television,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut found: Vec<String> = quality::complaints(&television, before.as_ref())
        .into_iter()
        .map(|complaint| format!("{name}: {complaint}"))
        .collect();
    *before = Some(still(television.view()));
    found.extend(picture_complaint(&television, state, look, wish));
    found
}

fn picture_complaint(television: &Television, state: &State, look: Look, wish: Wish) -> Option<String> {
    let name = format!("{}-{look}.png", state.name);
    let now = halved(&television.frame(), look.lines * 16 / 9);
    let path = folder().join(&name);
    let golden = image::open(&path).map(|picture| picture.to_rgb8());
    let worst = match &golden {
        Ok(golden) if golden.dimensions() == now.dimensions() => worst_square(golden, &now),
        Ok(_) | Err(_) => Some((255, 0, 0)),
    };
    let (apart, left, top) = worst.filter(|(apart, ..)| *apart > TOLERANCE)?;
    if wish == Wish::Accept {
        write(&path, &now);
        return None;
    }
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    write(&results.join(&name), &now);
    if let Some(golden) = golden.as_ref().ok().filter(|golden| golden.dimensions() == now.dimensions()) {
        write(&results.join(format!("{}-{look}-difference.png", state.name)), &difference(golden, &now));
    }
    Some(format!("{name}: {apart} of 255 at {}x{} of the screen", left * 2, top * 2))
}

#[test]
fn every_state_looks_as_it_was_accepted() {
    let wish = match std::env::var("BONUS_TV_PICTURES").unwrap_or_default().as_str() {
        "" => Wish::Some,
        "all" => Wish::All,
        "accept" => Wish::Accept,
        other => panic!("BONUS_TV_PICTURES is accept or all, not «{other}»"),
    };
    let mut states = states().expect("the list of states is readable");
    if let Ok(part) = std::env::var("BONUS_TV_STATE") {
        states.retain(|state| state.name.contains(&part));
    }
    let looks = Look::ALL.len();
    let wanted: Vec<(&State, Look)> = states
        .iter()
        .enumerate()
        .flat_map(|(number, state)| Look::ALL.into_iter().enumerate().map(move |(at, look)| (number, at, state, look)))
        .filter(|(number, at, ..)| wish != Wish::Some || number % looks == *at)
        .map(|(_, _, state, look)| (state, look))
        .collect();
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut before = None;
                while let Some((state, look)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = self::complaints(state, *look, wish, &mut before);
                    complaints.lock().expect("no picture panicked").extend(found);
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no picture panicked");
    println!("{} pictures of {} states", wanted.len(), states.len());
    assert!(
        complaints.is_empty(),
        "{} pictures differ; see target/tmp/golden, and BONUS_TV_PICTURES=accept once they are right:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn no_golden_picture_is_left_over() {
    let states = states().expect("the list of states is readable");
    let names: Vec<String> = states
        .iter()
        .flat_map(|state| Look::ALL.map(|look| format!("{}-{look}.png", state.name)))
        .chain(["states.toml".to_owned()])
        .collect();
    for entry in fs::read_dir(folder()).expect("the folder is there") {
        let name = entry.expect("its entries can be listed").file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "tests/screens/{name} belongs to no state");
    }
}

/// A comparison that sees nothing proves nothing.
#[test]
fn a_missing_letter_is_a_difference() {
    let golden = RgbImage::from_pixel(64, 64, image::Rgb([20, 22, 30]));
    let mut now = golden.clone();
    assert_eq!(worst_square(&golden, &now).map(|(apart, ..)| apart), Some(0));
    // A stroke of one pixel's width and five pixels' height.
    for y in 20..25 {
        now.put_pixel(30, y, image::Rgb([230, 230, 230]));
    }
    let (apart, left, top) = worst_square(&golden, &now).expect("there are squares");
    assert!(apart > TOLERANCE, "{apart}");
    assert_eq!((left, top), (24, 16));
}
