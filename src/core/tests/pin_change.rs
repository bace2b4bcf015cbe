//! Changing the PIN in the settings.

use super::pin::stage;
use super::support::home;
use crate::core::tests::support::Journey;
use crate::core::{Dialog, DiskJob, Effect, Notice, PinAnswer, PinPurpose, PinStage, PlaceKind};
use crate::domain::PinUse;

#[test]
fn changing_the_pin_wants_the_present_one_and_leaves_what_it_guards() {
    let sets = |journey: &Journey| {
        journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::SetPin { pin: Some(_), .. })))
    };
    let mut journey = home();
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*6 OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Change, .. })));
    journey.keys("1 2 3 4").pin(PinAnswer::Wrong { left: 4 });
    assert!(!sets(&journey), "a wrong PIN changes nothing");
    journey.keys("1 2 3 5").pin(PinAnswer::Right);
    journey.keys("7 7 7 7 7 7 7 8");
    assert!(stage(&journey) == PinStage::Differed && !sets(&journey));
    journey.keys("7 7 7 7 7 7 7 7");
    assert!(sets(&journey));
    journey.pin(PinAnswer::Stored).expect_notice(&Notice::PinStored);
    assert_eq!((journey.app.dialog(), journey.app.settings.pin_use), (None, PinUse::AdultOnly));
}

#[test]
fn a_pin_that_is_not_set_cannot_be_changed() {
    let mut journey = home();
    journey.keys("MENU DOWN*7 OK");
    assert!(journey.app.dialog().is_none());
    journey.expect_place(PlaceKind::Catalog);
}
