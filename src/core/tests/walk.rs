//! Random walks: any keys, any answers, late and lost ones, and the invariants hold (FOC-1, BACK-2).

use super::fixtures::*;
use super::support::*;
use crate::core::{Boot, DiskTrouble, Effect, Event, PinAnswer, PlayerEvent, PlayerTrouble, Session};
use crate::domain::{Failure, FailureKind, PinUse, SignInPoll};

/// A small generator with a seed, so that a walk that fails is walked again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }
}

const KEYS: [&str; 40] = [
    "UP",
    "UP",
    "UP",
    "UP",
    "DOWN",
    "DOWN",
    "DOWN",
    "DOWN",
    "DOWN",
    "LEFT",
    "LEFT",
    "LEFT",
    "RIGHT",
    "RIGHT",
    "RIGHT",
    "RIGHT",
    "RIGHT",
    "OK",
    "OK",
    "OK",
    "OK",
    "OK",
    "OK",
    "OK",
    "BACK",
    "BACK",
    "MENU",
    "INFO",
    "GREEN",
    "GREEN",
    "YELLOW",
    "CH+",
    "CH-",
    "PLAY",
    "STOP",
    "1",
    "1",
    "HOLD:DOWN:1s",
    "WAIT:400ms RIGHT OK",
    "WAIT:1s",
];

fn random_failure(dice: &mut Dice) -> FailureKind {
    let mut all = every_failure();
    all.push(refusal(every_reason()));
    all.swap_remove(dice.below(all.len()))
}

/// The world does something: answers, late, wrong or not at all.
fn something_happens(journey: &mut Journey, dice: &mut Dice) {
    match dice.below(24) {
        0..=9 if !journey.asked.is_empty() => {
            let (id, request) = journey.asked.remove(dice.below(journey.asked.len()));
            let polls = [SignInPoll::Pending, SignInPoll::SlowDown, SignInPoll::Granted, SignInPoll::Expired];
            journey.world.poll = polls[dice.below(polls.len())];
            let answer = journey.world.answer(&request, start());
            if dice.below(4) == 0 {
                // A failed session ends every walk at the sign-in screen, so it is rare.
                let failure = random_failure(dice);
                if failure != FailureKind::Unauthorized || dice.below(6) == 0 {
                    journey.reply(id, Err(Failure::new(failure)));
                }
            } else {
                journey.reply(id, Ok(answer.clone()));
                if dice.below(5) == 0 {
                    journey.reply(id, Ok(answer));
                }
            }
        }
        10 | 11 => {
            journey.serve();
        }
        12 | 13 => {
            let result = if dice.below(4) == 0 { Err(DiskTrouble) } else { Ok(()) };
            journey.event(Event::OrderStored(result));
        }
        14 | 15 => {
            let answers = [
                PinAnswer::Right,
                PinAnswer::Stored,
                PinAnswer::Wrong { left: 3 },
                PinAnswer::Locked { left: std::time::Duration::from_secs(60) },
                PinAnswer::Removed,
                PinAnswer::NotKept,
                PinAnswer::NotChecked,
            ];
            let answer = answers[dice.below(answers.len())];
            if journey.has_asked_for_pin() {
                journey.pin(answer);
            }
        }
        16 => {
            let events = [
                PlayerEvent::Started,
                PlayerEvent::BuiltIn,
                PlayerEvent::Ended,
                PlayerEvent::Failed(PlayerTrouble::NotFound),
            ];
            journey.player(events[dice.below(events.len())]);
        }
        17 => {
            journey.event(Event::Resumed);
        }
        18 => {
            journey.event(Event::KeysReleased);
        }
        19 => {
            journey.wait(secs(u64::try_from(dice.below(400)).expect("it is small")));
        }
        20 => change_the_world(journey, dice),
        _ => {
            journey.event(Event::Presented);
        }
    }
}

fn change_the_world(journey: &mut Journey, dice: &mut Dice) {
    let mut fresh = if dice.below(2) == 0 { World::default() } else { World::with_film() };
    fresh.etag = ["v1", "v2", "v3"][dice.below(3)];
    fresh.page_size = [3, 10, 1000][dice.below(3)];
    for _ in 0..dice.below(20) {
        let at = dice.below(fresh.catalog.offers.len());
        fresh.catalog.offers.remove(at);
    }
    fresh.entitlements.truncate(dice.below(3));
    fresh.account.is_enrolled = dice.below(5) != 0;
    fresh.terms = terms(["t1", "t2"][dice.below(2)]);
    if dice.below(12) == 0 {
        fresh.catalog.offers.clear();
    }
    journey.world = fresh;
}

fn walk(seed: u64, keys: usize) {
    let mut dice = Dice(seed);
    let world = if seed.is_multiple_of(2) { World::with_film() } else { World::default() };
    let boot = match seed % 4 {
        0 => Boot { cached: Some(world.cached()), ..world.boot() },
        1 => Boot { has_pin: true, ..world.boot() },
        2 => Boot { session: Session::SignedOut, ..world.boot() },
        _ => Boot { order: crate::core::StoredOrder::Pending(stored_order("m1")), ..world.boot() },
    };
    let mut journey = Journey::boot(world, boot);
    if seed.is_multiple_of(3) {
        journey.app.settings.pin_use = PinUse::EveryExchange;
    }
    for step in 0..keys {
        journey.keys(KEYS[dice.below(KEYS.len())]);
        if dice.below(2) == 0 {
            something_happens(&mut journey, &mut dice);
        }
        if step.is_multiple_of(20) {
            assert!(journey.backs_to_home() <= 5, "seed {seed}: {}", journey.told());
        }
        assert!(!journey.has_effect(|effect| matches!(effect, Effect::Exit)) || step > 0);
        journey.forget_effects();
        if journey.asked.len() > 40 {
            journey.asked.remove(0);
        }
    }
}

#[test]
fn a_walk_of_twelve_thousand_keys_keeps_every_invariant() {
    for seed in 0..12 {
        walk(seed, 1000);
    }
}

#[test]
fn many_short_walks_keep_every_invariant() {
    for seed in 100..160 {
        walk(seed, 60);
    }
}
