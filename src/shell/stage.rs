//! Who has the screen: a player needs it for itself, and the menu must have let go of it before.

/// Gives the screen and the remote to another program and takes them back. Called on the window's thread.
pub trait Stage {
    /// Another program is about to start: when this returns, the screen is free.
    fn lend(&mut self);

    /// The other program has ended.
    fn take_back(&mut self);
}

/// A desktop: windows lie beside each other and nobody has to let go.
#[derive(Debug, Default)]
pub struct Desktop;

impl Stage for Desktop {
    fn lend(&mut self) {}

    fn take_back(&mut self) {}
}

/// How many players have the stage; a stopped one may still be ending when the next begins.
pub(super) struct Lending {
    stage: Box<dyn Stage>,
    players: usize,
}

impl Lending {
    pub(super) fn new(stage: Box<dyn Stage>) -> Self {
        Self { stage, players: 0 }
    }

    /// A player is about to start.
    pub(super) fn begin(&mut self) {
        if self.players == 0 {
            self.stage.lend();
        }
        self.players += 1;
    }

    /// A player has ended, or never started.
    pub(super) fn end(&mut self) {
        if self.players == 1 {
            self.stage.take_back();
        }
        self.players = self.players.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;
    use std::path::PathBuf;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::api::{Client, ClientOptions};
    use crate::core::{Identity, Memory, Settings};
    use crate::domain::Secret;
    use crate::platform::headless::Headless;
    use crate::shell::clock::ManualClock;
    use crate::shell::player::{FilmAddresses, PlayerRules};
    use crate::shell::storage::Storage;
    use crate::shell::{Parts, PlayerFallback, Shell};
    use crate::view::bind::{Screen, ThemeColors};

    #[derive(Default)]
    struct Log(Rc<RefCell<Vec<&'static str>>>);

    impl Stage for Log {
        fn lend(&mut self) {
            self.0.borrow_mut().push("lent");
        }

        fn take_back(&mut self) {
            self.0.borrow_mut().push("back");
        }
    }

    #[test]
    fn the_stage_is_lent_once_and_taken_back_after_the_last() {
        let log = Rc::new(RefCell::new(Vec::new()));
        let mut lending = Lending::new(Box::new(Log(log.clone())));
        lending.end();
        assert!(log.borrow().is_empty(), "nobody had it");
        lending.begin();
        lending.begin();
        lending.end();
        assert_eq!(*log.borrow(), ["lent"], "the second player still has it");
        lending.end();
        assert_eq!(*log.borrow(), ["lent", "back"]);
    }

    /// A stage that leaves a file where a player can see it.
    struct Marked(PathBuf);

    impl Stage for Marked {
        fn lend(&mut self) {
            fs::write(&self.0, b"lent").expect("the directory is there");
        }

        fn take_back(&mut self) {
            fs::remove_file(&self.0).expect("it was lent before");
        }
    }

    #[test]
    fn the_stage_is_free_before_the_player_starts_and_ours_after_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let (lent, seen) = (directory.path().join("lent"), directory.path().join("seen"));
        let script = format!("test -e {} && touch {}", lent.display(), seen.display());
        let _headless = Headless::install(1280, 720).unwrap();
        let storage = Storage::open(&directory.path().join("state"), 1024).unwrap();
        let address = "http://127.0.0.1:9/".parse().unwrap();
        let client = Client::new(&ClientOptions::new(address), storage.tokens.clone()).unwrap();
        let parts = Parts {
            client,
            storage,
            memory: Memory::Kept,
            clock: Box::new(ManualClock::new(chrono::DateTime::UNIX_EPOCH, 7)),
            identity: Identity {
                brand: None,
                version: String::new(),
                device_id: String::new(),
                api_host: String::new(),
                account_url: None,
                dim_after: None,
                leave_after: None,
                player_hears_keys: false,
            },
            defaults: Settings::default(),
            player: ["sh", "-c", &script, "sh", "{url}"].map(str::to_owned).to_vec(),
            player_rules: PlayerRules { films: FilmAddresses::Any, hidden: None },
            player_fallback: PlayerFallback::None,
            stage: Box::new(Marked(lent.clone())),
            theme: ThemeColors::default(),
            journal: None,
            wake: Arc::new(|| ()),
        };
        let mut shell = Shell::start(parts, Screen::new().unwrap()).unwrap();
        shell.play(Secret::new("http://127.0.0.1/film"), "film");
        assert!(lent.exists(), "it is free at once, before any thread runs");
        while lent.exists() {
            assert!(shell.wait(Duration::from_secs(20)), "the player ends");
        }
        assert!(seen.exists(), "the player found it free");
    }
}
