//! Doors for bytes from outside: one function for each thing that strangers or broken disks can write.
//!
//! `fuzz/` calls them with what a fuzzer invents, `cargo test` with the corpora and simple mutations.
//! Each panics where the program would be wrong, and gives nothing back.

use std::cell::RefCell;

use crate::config::Config;
use crate::shell::decode::decode_image;
use crate::storage::{JournalError, Storage};

/// The body of an answer of the bonus API, read as every answer there is; what a screen would show of it is drawn.
pub fn api_answer(bytes: &[u8]) {
    crate::api::nonsense::parse_all(bytes);
    drawing::draw(bytes);
}

/// Draws what came out: a text can be as it should be and still be more than a shaper of text takes.
mod drawing {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use chrono::DateTime;

    use crate::api::snapshot;
    use crate::core::{App, Boot, CachedData, Event, Identity, Memory, Moment, Session, Settings, StoredOrder, update};
    use crate::domain::{Catalog, Language, Watched};
    use crate::input::{Direction, Hold, KeyEvent, Phase, RemoteKey};
    use crate::platform::headless::Headless;
    use crate::view::bind::{NoImages, Screen};
    use crate::view::view;

    /// A member of whom nothing else is known.
    const MEMBER: &[u8] = br#"{"member_id":"m","enrolled":true,"balance":1,"server_time":"2026-11-22T10:00:00Z"}"#;

    /// From home to what the member holds.
    const KEYS: [RemoteKey; 5] = [
        RemoteKey::Arrow(Direction::Up),
        RemoteKey::Arrow(Direction::Up),
        RemoteKey::Arrow(Direction::Right),
        RemoteKey::Arrow(Direction::Right),
        RemoteKey::Ok,
    ];

    thread_local! {
        static SCREEN: RefCell<Option<(Rc<Headless>, Screen)>> = const { RefCell::new(None) };
    }

    pub(super) fn draw(bytes: &[u8]) {
        let (account, catalog) = (snapshot::read_account(bytes), snapshot::read_catalog(bytes));
        let entitlements = snapshot::read_entitlements(bytes);
        if account.is_none() && catalog.is_none() && entitlements.is_none() {
            return;
        }
        let catalog = catalog.map_or_else(Catalog::default, |page| Catalog {
            version: page.version,
            categories: page.categories,
            offers: page.offers,
            total: page.total,
        });
        let account = account.or_else(|| snapshot::read_account(MEMBER)).expect("the member can be read");
        let start = account.server_time;
        let boot = Boot {
            identity: Identity { has_voice: true, ..Identity::default() },
            settings: Settings::default(),
            session: Session::SignedIn,
            cached: Some(CachedData {
                account,
                catalog: catalog.into(),
                etag: None,
                entitlements: entitlements.unwrap_or_default(),
                language: Language::Ru,
                fetched_at: DateTime::UNIX_EPOCH,
            }),
            watched: Watched::default(),
            order: StoredOrder::None,
            has_pin: false,
            memory: Memory::Kept,
        };
        let mut now = Moment { monotonic: Duration::from_secs(1), wall: start, entropy: 7 };
        let (mut app, _) = App::new(boot, &now);
        SCREEN.with_borrow_mut(|screen| {
            let (headless, screen) = screen.get_or_insert_with(|| {
                let headless = Headless::install(320, 180).expect("a screen in memory");
                (headless, Screen::new().expect("the screen is there"))
            });
            let mut show = |app: &App, now: &Moment| {
                screen.show(&view(app, now), &NoImages);
                headless.draw();
            };
            show(&app, &now);
            for key in KEYS {
                for phase in [Phase::Down(Hold::Trusted), Phase::Up] {
                    now.monotonic += Duration::from_millis(100);
                    update(&mut app, &now, Event::Key(KeyEvent { key, phase }));
                    update(&mut app, &now, Event::Presented);
                }
            }
            show(&app, &now);
        });
    }
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
