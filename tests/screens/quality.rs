//! What every frame must keep: nothing outside the safe area but pictures, and keys that leave.

use std::cell::RefCell;
use std::rc::Rc;

use bonus_tv::view::bind::KeyAction;
use bonus_tv::view::fixtures;

use crate::Stage;

#[test]
fn every_fixture_draws_in_both_sizes() {
    for width in [1280, 1920] {
        for (name, vm) in fixtures::all() {
            let stage = Stage::showing(&vm, width);
            let frame = stage.headless.frame();
            let bright = frame.chunks_exact(3).filter(|pixel| pixel.iter().any(|level| *level > 150)).count();
            let least = if vm.look.is_dimmed { 0 } else { 1000 };
            assert!(bright >= least, "{name} at {width} is dark");
        }
    }
}

#[test]
fn a_key_leaves_as_it_came() {
    let stage = Stage::showing(&fixtures::home(0, 0), 1280);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = seen.clone();
    stage.screen.on_key(move |text, action| log.borrow_mut().push((text.to_owned(), action)));
    stage.headless.press("5");
    assert_eq!(*seen.borrow(), [("5".to_owned(), KeyAction::Pressed), ("5".to_owned(), KeyAction::Released)]);
}
