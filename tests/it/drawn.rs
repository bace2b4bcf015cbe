//! However long the keys and whatever the catalogue: the picture, which is drawn part by part, is to the bit the one
//! that its state draws anew (C54).

use std::sync::atomic::{AtomicUsize, Ordering};

use bonus_emulator::{RandomKeys, Television};
use bonus_sandbox::scenarios;
use bonus_sandbox::values::MemberId;
use bonus_tv::input::{ScriptStep, parse_script};

use crate::screens::stage::television;

/// Keys of the walk over one scenario. `.ci/run` walks further, in the soak.
const KEYS: usize = 45;
/// The picture is compared after so many keys.
const EVERY: usize = 15;

#[track_caller]
fn assert_drawn_right(tv: &mut Television, after: &str) {
    tv.check_picture().unwrap_or_else(|error| panic!("after {after}: {error}"));
}

fn press(tv: &mut Television, script: &str) {
    tv.press_keys(script).unwrap_or_else(|error| panic!("{script}: {error}"));
    assert_drawn_right(tv, script);
}

fn walk(scenario: &str, seed: u64) {
    let mut tv = television(scenario, 1280);
    let mut keys = RandomKeys::new(seed);
    for step in 1..=KEYS {
        tv.play(&[ScriptStep::Tap(keys.key())]).unwrap_or_else(|error| panic!("{scenario}, key {step}: {error}"));
        tv.come_back();
        if step % EVERY == 0 {
            assert_drawn_right(&mut tv, &format!("{step} keys of seed {seed} in {scenario}"));
        }
    }
}

#[test]
fn c54_random_keys_in_every_scenario_draw_what_is_drawn_anew() {
    let names: Vec<String> = scenarios().expect("scenarios").into_iter().map(|scenario| scenario.name).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    walk(name, 7);
                }
            });
        }
    });
}

/// Goes to the catalogue, presses a script there, and sees the clock and the balance change afterwards.
fn clock_and_balance_stay_true(scenario: &str, keys: &str) {
    let mut tv = television(scenario, 1280);
    press(&mut tv, "UP*8 RIGHT OK");
    for step in parse_script(keys).expect("a script") {
        tv.play(&[step]).unwrap_or_else(|error| panic!("{scenario}, {keys}: {error}"));
    }
    assert_drawn_right(&mut tv, keys);
    // The clock in the header goes on.
    for _ in 0..3 {
        press(&mut tv, "WAIT:1m");
    }
    let sandbox = tv.sandbox().expect("the sandbox is inside");
    let member = MemberId::new(tv.app().data.account.as_ref().expect("an account").member_id.as_str());
    let before = sandbox.balance(&member).expect("a balance").get();
    sandbox.adjust_points(&member, 2_777).expect("points are given");
    // Long enough that the account is asked for again; the first key wakes a dimmed picture.
    press(&mut tv, "WAIT:7m BLUE WAIT:1m");
    let shown = tv.app().data.account.as_ref().expect("an account").balance.get();
    assert_eq!(i64::try_from(shown), Ok(before + 2_777), "the account is of today");
    assert_drawn_right(&mut tv, "a new balance");
}

#[test]
fn c54_clock_and_balance_go_on_after_the_films_of_the_catalogue() {
    clock_and_balance_stay_true("vip", "RIGHT*2 DOWN*41 UP*30 DOWN*41");
}

#[test]
fn c54_clock_and_balance_go_on_after_a_long_walk_in_500_offers() {
    clock_and_balance_stay_true("offers-500", "DOWN*60 RIGHT DOWN*10 UP*20 LEFT DOWN*15");
}

#[test]
fn c54_clock_and_balance_go_on_after_a_long_walk_in_10_000_offers() {
    clock_and_balance_stay_true("offers-10000", "CH-*40 DOWN*30 CH+*10");
}

#[test]
fn c54_clock_and_balance_go_on_after_many_changes_of_tabs() {
    clock_and_balance_stay_true("privilege", &"UP*4 RIGHT OK RIGHT OK RIGHT OK LEFT*3 OK DOWN ".repeat(12));
}
