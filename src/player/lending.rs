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
pub(crate) struct Lending {
    stage: Box<dyn Stage>,
    players: usize,
}

impl Lending {
    pub(crate) fn new(stage: Box<dyn Stage>) -> Self {
        Self { stage, players: 0 }
    }

    /// A player is about to start.
    pub(crate) fn begin(&mut self) {
        if self.players == 0 {
            self.stage.lend();
        }
        self.players += 1;
    }

    /// A player has ended, or never started.
    pub(crate) fn end(&mut self) {
        if self.players == 1 {
            self.stage.take_back();
        }
        self.players = self.players.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

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
}
