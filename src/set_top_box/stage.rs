//! Lending the box's screen and remote to a film player.

use std::cell::RefCell;
use std::rc::Rc;

use crate::platform::linux::{BoxWindow, Hearing, Remote};
use crate::player::lending::Stage;

/// Lends the screen to the player alone, and shares the keys with it, so that Back still ends the film.
pub(super) struct BoxStage {
    pub(super) window: Rc<RefCell<BoxWindow>>,
    pub(super) remote: Rc<RefCell<Remote>>,
    /// Whether the keys are grabbed while the menu is shown.
    pub(super) hearing: Hearing,
}

impl Stage for BoxStage {
    fn lend(&mut self) {
        tracing::info!("the screen is lent to the player");
        self.remote.borrow_mut().set_hearing(Hearing::Shared);
        self.window.borrow_mut().lend();
    }

    fn take_back(&mut self) {
        tracing::info!("the screen is taken back");
        self.window.borrow_mut().take_back();
        self.remote.borrow_mut().set_hearing(self.hearing);
    }
}
