//! Doors for bytes from outside: one function for each thing that strangers or broken disks can write.
//!
//! `fuzz/` calls them with what a fuzzer invents, `cargo test` with the corpora and simple mutations.
//! Each panics where the program would be wrong, and gives nothing back.

use std::cell::RefCell;

use crate::config::Config;
use crate::shell::decode::decode_image;
use crate::shell::storage::{JournalError, Storage};

/// The body of an answer of the bonus API, read as every answer there is.
pub fn api_answer(bytes: &[u8]) {
    crate::api::nonsense::parse_all(bytes);
}

/// A picture from the bonus API.
pub fn image(bytes: &[u8]) {
    if let Ok(picture) = decode_image(bytes, 48, 72, 6) {
        assert_eq!(picture.rgba.len(), 48 * 72 * 4, "a picture has the size that was asked for");
    }
}

/// The operator's configuration file.
pub fn config(bytes: &[u8]) {
    if let Err(error) = Config::of_bytes(bytes.to_vec()) {
        assert!(error.to_string().contains("fuzzed.toml"), "an error names its file: {error}");
    }
}

/// The viewer's own keys.
#[cfg(feature = "box")]
pub fn keymap(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let standard = crate::input::Codes::standard(crate::input::RemoteKey::Back);
    if let Err(error) = crate::input::parse_keymap(text, standard) {
        assert!((1..=text.lines().count() + 1).contains(&error.line), "an error names its line: {error}");
    }
}

/// A line of keys.
pub fn key_script(bytes: &[u8]) {
    let Ok(script) = std::str::from_utf8(bytes) else { return };
    match crate::input::parse_script(script) {
        Ok(steps) => assert!(steps.len() <= 100_000, "a script is bounded"),
        Err(error) => assert!(error.position > 0 && error.step.chars().count() <= 40, "{error}"),
    }
}

/// The slots of the order journal. The first byte says whether the rest is a file or what a sound file
/// holds, because no mutation finds a checksum.
pub fn order_journal(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let file = if kind % 2 == 0 { rest.to_vec() } else { sealed(rest) };
    DISK.with_borrow_mut(|disk| {
        let (directory, storage) = disk.get_or_insert_with(|| {
            let directory = tempfile::tempdir().expect("a directory for fuzzing");
            let storage = Storage::open(directory.path(), 1024).expect("it is ours alone");
            (directory, storage)
        });
        let slot = |name: &str| directory.path().join(name);
        std::fs::write(slot("order.a"), &file).expect("the slot is written");
        let one = storage.orders.load();
        std::fs::write(slot("order.b"), &file).expect("the slot is written");
        let both = storage.orders.load();
        match (&one, &both) {
            (Ok(one), Ok(both)) => assert_eq!(one, both, "the second slot says the same"),
            (Err(JournalError::Damaged { .. }), Err(JournalError::Damaged { .. })) => {}
            (one, both) => panic!("one slot gives {one:?}, two give {both:?}"),
        }
        for name in ["order.a", "order.b", "damaged/order.a", "damaged/order.b"] {
            // Only a damaged slot leaves evidence.
            let _ = std::fs::remove_file(slot(name));
        }
    });
}

thread_local! {
    static DISK: RefCell<Option<(tempfile::TempDir, Storage)>> = const { RefCell::new(None) };
}

fn sealed(payload: &[u8]) -> Vec<u8> {
    let mut file = format!("bonus-tv order 1 {} {:08x}\n", payload.len(), crc32fast::hash(payload)).into_bytes();
    file.extend_from_slice(payload);
    file
}
