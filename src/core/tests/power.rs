//! Standby and leaving by itself (IDLE-1, IDLE-2).

use super::support::*;
use crate::core::tests::fixtures::{World, film_of};
use crate::core::{Dialog, Effect, Event, Notice, OrderPhase, PlaceKind, PlayerEvent, Power};
use crate::domain::{Failure, FailureKind};
use crate::input::{Direction, Hold, KeyEvent, Phase, PowerKey, RemoteKey};

fn asleep(mut journey: Journey) -> Journey {
    journey.forget_effects().event(Event::Power(PowerKey::Toggle));
    assert_eq!(journey.app.power(), Power::Standby);
    assert!(!journey.app.is_dark(), "it can be taken back");
    journey.wait(ms(500));
    assert!(journey.app.is_dark() && journey.app.power() == Power::Standby);
    journey
}

#[test]
fn one_key_goes_to_standby_and_back() {
    let mut journey = asleep(home());
    journey.event(Event::Power(PowerKey::Toggle));
    assert_eq!(journey.app.power(), Power::On);
}

#[test]
fn a_television_that_goes_to_standby_twice_wakes_nobody() {
    let mut journey = home();
    for _ in 0..2 {
        journey.event(Event::Power(PowerKey::Sleep));
        assert_eq!(journey.app.power(), Power::Standby);
    }
    for _ in 0..2 {
        journey.event(Event::Power(PowerKey::Wake));
        assert_eq!(journey.app.power(), Power::On);
    }
}

#[test]
fn a_box_in_standby_asks_for_nothing_and_wakes_for_nothing() {
    let mut journey = asleep(home());
    journey.app.identity.leave_after = Some(secs(1800));
    assert_eq!(journey.app.next_wake(), None);
    journey.wait(secs(8 * 3600));
    assert!(journey.effects.is_empty(), "{:?}", journey.effects);
}

#[test]
fn the_first_key_only_wakes() {
    for key in ["OK", "BACK", "RIGHT", "GREEN", "LEAVE"] {
        let mut journey = home();
        journey.keys("DOWN*3 RIGHT");
        let mut journey = asleep(journey);
        journey.keys(key).expect_place(PlaceKind::Home).expect_offer("p2");
        assert_eq!(journey.app.power(), Power::On);
        assert!(!journey.has_effect(|effect| *effect == Effect::Exit));
    }
}

#[test]
fn waking_refreshes_what_is_stale() {
    let mut journey = asleep(home());
    journey.wait(secs(3600)).event(Event::Power(PowerKey::Wake));
    assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
}

#[test]
fn standby_closes_an_open_confirmation_and_every_question() {
    let mut journey = asleep(at_confirmation());
    journey.event(Event::Power(PowerKey::Wake)).expect_place(PlaceKind::Offer);
    let mut journey = home();
    journey.keys("BACK");
    assert!(journey.app.dialog().is_some());
    assert!(asleep(journey).app.dialog().is_none());
}

#[test]
fn an_order_is_asked_about_in_standby_too() {
    let mut journey = asleep(ordered());
    journey.fail("Exchange", FailureKind::Timeout).wait(secs(60));
    assert!(journey.sent("Exchange") + journey.sent("FindExchange") > 0);
    assert_eq!(journey.phase(), Some(OrderPhase::Asking));
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_film_is_stopped() {
    let mut journey = home_of(World::with_film());
    journey.keys("OK").expect_place(PlaceKind::Player).player(PlayerEvent::Started);
    let mut journey = asleep(journey);
    assert!(journey.has_effect(|effect| *effect == Effect::StopPlayer));
    journey.player(PlayerEvent::Ended).expect_place(PlaceKind::Home);
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_key_held_into_standby_is_let_go() {
    let mut journey = home();
    let key = RemoteKey::Arrow(Direction::Right);
    journey.event(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
    let mut journey = asleep(journey);
    journey.event(Event::Key(KeyEvent { key, phase: Phase::Still })).wait(secs(3));
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_clock_that_wakes_the_system_does_not_wake_the_menu() {
    let mut journey = asleep(home());
    journey.event(Event::Resumed);
    assert_eq!(journey.app.power(), Power::Standby);
    assert!(journey.effects.is_empty());
}

#[test]
fn a_forgotten_menu_is_left() {
    let mut journey = home();
    journey.app.identity.leave_after = Some(secs(1800));
    journey.wait(secs(1700)).keys("STOP").wait(secs(1700));
    assert!(!journey.has_effect(|effect| *effect == Effect::Exit), "a key counts");
    journey.wait(secs(161));
    assert!(journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn a_menu_with_an_order_or_a_film_is_not_left() {
    let mut order = ordered();
    let mut film = home_of(World::with_film());
    film.keys("OK").player(PlayerEvent::Started);
    for journey in [&mut order, &mut film] {
        journey.app.identity.leave_after = Some(secs(1800));
        journey.wait(secs(7200));
        assert!(!journey.has_effect(|effect| *effect == Effect::Exit), "{}", journey.told());
    }
}

#[test]
fn never_is_never() {
    let mut journey = home();
    journey.app.identity.dim_after = None;
    journey.wait(secs(100_000)).serve();
    assert!(!journey.app.is_dimmed() && !journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn a_film_that_was_asked_for_does_not_start_after_standby_or_long_after() {
    let wished = || {
        let mut journey = ordered();
        journey.confirm_order().event(Event::Presented).expect_place(PlaceKind::Outcome).keys("OK");
        assert_eq!(
            journey.asked.iter().filter(|(_, request)| super::support::kind(request) == "Entitlements").count(),
            1
        );
        journey
    };
    let plays = |journey: &Journey| journey.has_effect(|effect| matches!(effect, Effect::Play { .. }));
    let film = film_of("f1", "e-f1");
    let mut journey = wished();
    journey.world.entitlements.push(film.clone());
    journey.serve();
    assert!(plays(&journey), "it starts when its address comes");
    let mut journey = wished();
    journey.world.entitlements.push(film.clone());
    journey.event(Event::Power(PowerKey::Sleep)).serve();
    assert!(!plays(&journey));
    journey.wait(ms(500)).event(Event::Power(PowerKey::Wake)).serve();
    assert!(!plays(&journey));
    let mut journey = wished();
    journey.world.entitlements.push(film);
    journey.fail("Entitlements", FailureKind::Timeout);
    journey.expect_notice(&Notice::NoAnswer(Failure::new(FailureKind::Timeout))).wait(secs(60)).serve();
    assert!(!plays(&journey));
}

/// What a journey is called, how it stands, and whether what the viewer had is still there.
type Belonging = (&'static str, Journey, fn(&Journey) -> bool);

/// Every state of the viewer's that standby drops.
fn belongings() -> Vec<Belonging> {
    let mut pin = at_confirmation();
    pin.app.has_pin = true;
    pin.app.settings.pin_use = crate::domain::PinUse::EveryExchange;
    pin.keys("RIGHT OK 1 2");
    let mut film = home_of(World::with_film());
    film.keys("OK").expect_place(PlaceKind::Player).player(PlayerEvent::Started).forget_effects();
    let mut exit = home();
    exit.keys("BACK");
    vec![
        ("confirmation", at_confirmation(), |journey| journey.app.place().kind() == PlaceKind::Confirm),
        ("PIN", pin, |journey| {
            let digits = |dialog: &Dialog| match dialog {
                Dialog::Pin { digits, .. } => digits.reveal().len(),
                _ => 0,
            };
            journey.app.place().kind() == PlaceKind::Confirm && journey.app.dialog().map(digits) == Some(2)
        }),
        ("film", film, |journey| {
            let is_stopped = journey.has_effect(|effect| *effect == Effect::StopPlayer);
            journey.app.place().kind() == PlaceKind::Player && !is_stopped
        }),
        ("question", exit, |journey| journey.app.dialog().is_some()),
    ]
}

/// What happens at a time in milliseconds.
type Script = &'static [(u64, Event)];

fn play(journey: &mut Journey, script: Script) {
    let mut at = 0;
    for (time, event) in script {
        journey.wait(ms(time - at)).event(event.clone());
        at = *time;
    }
    journey.wait(secs(3));
}

/// C05, KEY-12: whatever comes together with a press of a power key.
#[test]
fn c05_a_power_key_with_a_power_on_behind_it_takes_nothing_away() {
    use PowerKey::{Sleep, Toggle, Wake};
    const STAYS_ON: &[Script] = &[
        &[(0, Event::Power(Toggle)), (275, Event::Power(Wake))],
        &[(0, Event::Power(Toggle)), (400, Event::Power(Wake))],
        &[(0, Event::Power(Sleep)), (300, Event::Power(Wake))],
        &[(0, Event::Power(Toggle)), (10, Event::Power(Toggle)), (290, Event::Power(Wake))],
        &[(0, Event::Power(Toggle)), (200, Event::Power(Wake)), (210, Event::Power(Wake))],
        &[(0, Event::Power(Wake)), (50, Event::Power(Toggle))],
        &[(0, Event::Power(Wake)), (100, Event::Power(Wake)), (2000, Event::Power(Wake))],
        &[(0, Event::Power(Toggle)), (350, Event::Power(Toggle))],
    ];
    for script in STAYS_ON {
        for (what, mut journey, is_there) in belongings() {
            assert!(is_there(&journey), "{what}: {}", journey.told());
            play(&mut journey, script);
            assert!(is_there(&journey), "{what} {script:?}: {}", journey.told());
            assert_eq!((journey.app.power(), journey.app.is_dark()), (Power::On, false), "{what} {script:?}");
        }
    }
}

#[test]
fn c05_one_press_that_comes_twice_is_one_way() {
    use PowerKey::{Sleep, Toggle, Wake};
    const TO_STANDBY: &[Script] = &[
        &[(0, Event::Power(Toggle)), (80, Event::Power(Toggle))],
        &[(0, Event::Power(Toggle)), (0, Event::Power(Toggle))],
        &[(0, Event::Power(Toggle)), (60, Event::Power(Sleep))],
        &[(0, Event::Power(Sleep)), (60, Event::Power(Toggle))],
        &[(0, Event::Power(Sleep)), (60, Event::Power(Sleep)), (1000, Event::Power(Sleep))],
        &[(0, Event::Power(Toggle)), (250, Event::Power(Toggle)), (500, Event::Power(Toggle))],
    ];
    for script in TO_STANDBY {
        for (what, mut journey, is_there) in belongings() {
            play(&mut journey, script);
            assert!(!is_there(&journey) && journey.app.is_dark(), "{what} {script:?}: {}", journey.told());
        }
    }
    const TO_LIFE: &[Script] = &[
        &[(0, Event::Power(Toggle)), (80, Event::Power(Toggle))],
        &[(0, Event::Power(Wake)), (80, Event::Power(Toggle))],
        &[(0, Event::Power(Toggle)), (300, Event::Power(Wake))],
    ];
    for script in TO_LIFE {
        let mut journey = asleep(home());
        journey.wait(secs(60));
        play(&mut journey, script);
        assert_eq!(journey.app.power(), Power::On, "{script:?}");
    }
}

#[test]
fn c05_a_press_that_belongs_to_a_resume_leaves_the_box_on() {
    use PowerKey::{Sleep, Toggle};
    const SCRIPTS: &[Script] = &[
        &[(0, Event::Resumed), (20, Event::Power(Toggle))],
        &[(0, Event::Resumed), (1500, Event::Power(Toggle))],
        &[(0, Event::Resumed), (100, Event::Power(Sleep))],
        &[(0, Event::Power(Toggle)), (20, Event::Resumed)],
        &[(0, Event::Power(Toggle)), (20, Event::Resumed), (40, Event::Power(Toggle))],
    ];
    for script in SCRIPTS {
        let mut journey = home();
        play(&mut journey, script);
        assert_eq!(journey.app.power(), Power::On, "{script:?}");
        journey.event(Event::Power(Toggle)).wait(secs(1));
        assert!(journey.app.is_dark(), "later a press is a press again");
        journey.event(Event::Resumed).event(Event::Power(Toggle)).wait(secs(1));
        assert_eq!(journey.app.power(), Power::On, "the key that woke the system wakes the box");
    }
}

#[test]
fn a_key_that_comes_while_standby_begins_takes_it_back_and_does_nothing_else() {
    for (what, mut journey, is_there) in belongings() {
        journey.event(Event::Power(PowerKey::Toggle)).wait(ms(200)).keys("OK").wait(secs(2));
        assert!(is_there(&journey) && journey.app.power() == Power::On, "{what}: {}", journey.told());
    }
}

/// C02, KEY-9: a key that repeats for ever is nobody who watches.
#[test]
fn c02_a_stuck_key_keeps_nothing_awake() {
    let key = RemoteKey::Arrow(Direction::Right);
    for hold in [Hold::Signed, Hold::Silent, Hold::Unproven, Hold::Trusted] {
        let mut journey = home();
        journey.app.identity.dim_after = Some(secs(30));
        journey.app.identity.leave_after = Some(secs(60));
        journey.event(Event::Key(KeyEvent { key, phase: Phase::Down(hold) }));
        for _ in 0..4000 {
            journey.wait(ms(33)).event(Event::Key(KeyEvent { key, phase: Phase::Still }));
        }
        assert!(journey.app.is_dimmed(), "{hold:?}");
        assert!(journey.has_effect(|effect| *effect == Effect::Exit), "{hold:?}");
        journey.event(Event::Power(PowerKey::Sleep)).wait(secs(1));
        journey.event(Event::Key(KeyEvent { key, phase: Phase::Still })).wait(secs(1));
        assert!(journey.app.is_dark(), "{hold:?}");
    }
}
