//! The doors for bytes from outside, on stable and in seconds: the corpora of `fuzz/` and what simple
//! mutations make of them, through the same functions that a fuzzer calls.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bonus_tv::fuzzing;

/// A small generator of numbers that are random enough and the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }

    /// One small change, as a fuzzer would make it.
    fn mutate(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.roll(bytes.len() + 1);
        match self.roll(7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, [0, 0xff, b'"', b'-', b'9', b'{', b'\n', b':'][self.roll(8)]),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
            4 if at < bytes.len() => bytes[at] = u8::try_from(self.roll(256)).unwrap_or(0),
            5 => {
                let from = self.roll(other.len());
                let piece = &other[from..(from + self.roll(40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                let piece = bytes[at..(at + 20).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
}

fn corpus(folders: &[&str]) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a corpus"))
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 2, "{folders:?} holds no seeds");
    paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect()
}

#[track_caller]
fn smoke(door: fn(&[u8]), folders: &[&str], runs: usize) {
    let seeds = corpus(folders);
    let mut dice = Dice(11);
    let check = |bytes: &[u8]| {
        // The bytes are what a developer needs to see it again.
        let told = || String::from_utf8_lossy(bytes).chars().take(2_000).collect::<String>();
        assert!(catch_unwind(AssertUnwindSafe(|| door(bytes))).is_ok(), "it panics on: {}", told());
    };
    seeds.iter().for_each(|seed| check(seed));
    for _ in 0..runs {
        let mut bytes = seeds[dice.roll(seeds.len())].clone();
        let other = &seeds[dice.roll(seeds.len())];
        for _ in 0..=dice.roll(6) {
            dice.mutate(&mut bytes, other);
        }
        check(&bytes);
    }
}

#[test]
fn no_answer_makes_the_client_panic() {
    smoke(fuzzing::api_answer, &["fuzz/corpus/api_answer", "tests/fixtures/api"], 4_000);
}

/// Texts that no font has, that turn around, that stand on top of each other: bounded, and drawn without harm.
#[test]
fn texts_of_every_sort_are_drawn() {
    let marks = |letter: &str, mark: &str, count: usize| format!("{letter}{}", mark.repeat(count));
    let texts = [
        marks("a", "\u{301}", 256),
        marks("я", "\u{301}", 1000),
        marks("", "\u{301}", 300),
        marks("\u{1100}", "\u{1100}", 300),
        marks("क", "\u{94d}\u{915}", 200),
        marks("👨", "\u{200d}👩", 100),
        marks("🇷", "🇺", 200),
        marks("ก", "\u{e34}\u{e48}", 200),
        marks("א", "ב 720 ", 40),
        marks("\u{202e}", "ع 5 000 ", 40),
        marks("電", "影", 100),
        marks("\u{e000}", "\u{10fffd}", 100),
        "жжж".repeat(4_000),
        "\u{fffd}\u{feff}\u{200b}\u{2066}\u{85}\u{ad}".repeat(20),
        String::new(),
    ];
    for text in texts {
        let offer = serde_json::json!({ "id": "a", "category": "c", "title": text, "subtitle": text, "price": 1,
            "description": text, "director": text, "includes": [text, text], "kind": "film", "channels": ["box"] });
        let category = serde_json::json!({ "id": "c", "title": text, "kind": "tv" });
        let answer = serde_json::json!({
            "member_id": "m", "enrolled": true, "balance": 1, "server_time": "2026-11-22T10:00:00Z",
            "display_name": text, "status": { "name": text, "code": "new" }, "region": { "name": text },
            "offers": [offer], "categories": [category], "total": 1,
            "entitlements": [{ "id": "e", "title": text, "promo_code": text, "kind": "film" }],
        });
        fuzzing::api_answer(answer.to_string().as_bytes());
    }
}

#[test]
fn no_picture_makes_the_decoder_panic() {
    smoke(fuzzing::image, &["fuzz/corpus/image"], 4_000);
}

#[test]
fn no_configuration_makes_the_reader_panic() {
    smoke(fuzzing::config, &["fuzz/corpus/config"], 4_000);
}

#[test]
fn no_journal_makes_the_box_forget_or_panic() {
    smoke(fuzzing::order_journal, &["fuzz/corpus/order_journal"], 4_000);
}

#[test]
fn no_script_makes_the_reader_panic() {
    smoke(fuzzing::key_script, &["fuzz/corpus/key_script"], 4_000);
}
