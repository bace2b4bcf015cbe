//! Each rule of repeating as a table of stories: what a key does, and which steps come of it.

use super::*;
use crate::input::{Direction, Hold};

const RIGHT: RemoteKey = RemoteKey::Arrow(Direction::Right);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn down(key: RemoteKey) -> KeyEvent {
    KeyEvent { key, phase: Phase::Down(Hold::Trusted) }
}

fn signed(key: RemoteKey) -> KeyEvent {
    KeyEvent { key, phase: Phase::Down(Hold::Signed) }
}

fn up(key: RemoteKey) -> KeyEvent {
    KeyEvent { key, phase: Phase::Up }
}

/// Steps of a key held from 0 to `until`, waking exactly when asked to.
fn steps_until(repeat: &mut Repeat, until: Duration) -> Vec<Duration> {
    let mut steps = Vec::new();
    while let Some(at) = repeat.next_wake().filter(|at| *at <= until) {
        if repeat.wake(at).is_some() {
            steps.push(at);
        }
    }
    steps
}

#[test]
fn a_tap_moves_exactly_one() {
    for tap in [100, 180, 250] {
        let mut repeat = Repeat::default();
        assert_eq!(repeat.key(ms(0), down(RIGHT)), Some(Step::Press(RIGHT)));
        assert!(steps_until(&mut repeat, ms(tap)).is_empty());
        assert_eq!(repeat.key(ms(tap), up(RIGHT)), None);
        assert_eq!(repeat.next_wake(), None);
    }
}

#[test]
fn a_hold_repeats_after_400_ms_then_every_80_ms_and_faster_after_2_s() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), down(RIGHT));
    let steps = steps_until(&mut repeat, ms(2200));
    assert_eq!(steps[..3], [ms(400), ms(480), ms(560)]);
    assert_eq!(steps.iter().filter(|at| **at <= ms(2000)).count(), 21);
    assert_eq!(steps.iter().filter(|at| **at > ms(2000)).count(), 5);
}

#[test]
fn the_hosts_repeats_move_nothing() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), signed(RIGHT));
    for at in (33..400).step_by(33) {
        assert_eq!(repeat.key(ms(at), signed(RIGHT)), None);
    }
    assert_eq!(repeat.wake(ms(400)), Some(Step::Again(RIGHT)));
}

#[test]
fn a_lost_key_up_stops_within_700_ms() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), signed(RIGHT));
    let steps = steps_until(&mut repeat, ms(10_000));
    assert!(steps.iter().all(|at| *at < ms(700)), "{steps:?}");
    assert_eq!(repeat.next_wake(), None);
    assert_eq!(repeat.key(ms(5000), signed(RIGHT)), Some(Step::Press(RIGHT)));
}

#[test]
fn a_sign_that_comes_too_late_presses_nothing() {
    let mut repeat = Repeat::default();
    let still = |key| KeyEvent { key, phase: Phase::Still };
    assert_eq!(repeat.key(ms(0), still(RemoteKey::Ok)), None, "nothing was pressed");
    repeat.key(ms(0), signed(RemoteKey::Ok));
    assert_eq!(repeat.key(ms(2000), still(RemoteKey::Ok)), None, "the box stood still for two seconds");
    repeat.key(ms(3000), signed(RIGHT));
    assert_eq!(repeat.key(ms(3300), still(RIGHT)), None);
    assert_eq!(repeat.wake(ms(3400)), Some(Step::Again(RIGHT)));
    assert_eq!(repeat.wake(ms(3999)), Some(Step::Again(RIGHT)), "the sign prolonged the hold");
}

#[test]
fn a_late_wake_gives_one_step_and_no_catching_up() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), down(RIGHT));
    assert_eq!(repeat.wake(ms(1500)), Some(Step::Again(RIGHT)));
    assert_eq!(repeat.wake(ms(1500)), None);
    assert_eq!(repeat.next_wake(), Some(ms(1580)));
}

#[test]
fn ok_acts_once_however_long_it_is_held() {
    let mut repeat = Repeat::default();
    assert_eq!(repeat.key(ms(0), down(RemoteKey::Ok)), Some(Step::Press(RemoteKey::Ok)));
    assert_eq!(repeat.key(ms(500), down(RemoteKey::Ok)), None);
    assert_eq!(repeat.next_wake(), None);
    assert_eq!(repeat.wake(ms(3000)), None);
}

#[test]
fn a_bounce_of_ok_is_no_press() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), down(RemoteKey::Ok));
    repeat.key(ms(60), up(RemoteKey::Ok));
    assert_eq!(repeat.key(ms(110), down(RemoteKey::Ok)), None);
    repeat.key(ms(200), up(RemoteKey::Ok));
    assert_eq!(repeat.key(ms(231), down(RemoteKey::Ok)), Some(Step::Press(RemoteKey::Ok)));
}

#[test]
fn back_held_for_800_ms_means_leave_once() {
    let mut repeat = Repeat::default();
    assert_eq!(repeat.key(ms(0), down(RemoteKey::Back)), Some(Step::Press(RemoteKey::Back)));
    assert_eq!(repeat.wake(ms(799)), None);
    assert_eq!(repeat.wake(ms(800)), Some(Step::Long(RemoteKey::Back)));
    assert_eq!(repeat.wake(ms(2000)), None);
}

/// A11Y-5.
#[test]
fn info_held_for_800_ms_means_something_else_once() {
    let mut repeat = Repeat::default();
    assert_eq!(repeat.key(ms(0), down(RemoteKey::Information)), Some(Step::Press(RemoteKey::Information)));
    assert_eq!(repeat.wake(ms(799)), None);
    assert_eq!(repeat.wake(ms(800)), Some(Step::Long(RemoteKey::Information)));
    assert_eq!((repeat.wake(ms(9000)), repeat.next_wake()), (None, None));
}

/// A11Y-2: longer than a press by mistake, and once.
#[test]
fn menu_held_for_a_second_and_a_half_means_something_else_once() {
    let mut repeat = Repeat::default();
    assert_eq!(repeat.key(ms(0), down(RemoteKey::Menu)), Some(Step::Press(RemoteKey::Menu)));
    assert_eq!(repeat.wake(ms(1499)), None);
    assert_eq!(repeat.wake(ms(1500)), Some(Step::Long(RemoteKey::Menu)));
    assert_eq!((repeat.wake(ms(9000)), repeat.next_wake()), (None, None));
    let mut held = story("d0");
    held.extend(signs(500, 2000, 100));
    held.push((2000, 'u'));
    assert_eq!(told(RemoteKey::Menu, Hold::Signed, &held).last(), Some(&(1500, Step::Long(RemoteKey::Menu))));
    assert_eq!(told(RemoteKey::Menu, Hold::Signed, &story("d0 u9000")).len(), 1, "a key-up that is late is no hold");
}

#[test]
fn another_key_takes_over_and_its_key_up_is_its_own() {
    let mut repeat = Repeat::default();
    let left = RemoteKey::Arrow(Direction::Left);
    repeat.key(ms(0), down(RIGHT));
    assert_eq!(repeat.key(ms(100), down(left)), Some(Step::Press(left)));
    repeat.key(ms(150), up(RIGHT));
    assert_eq!(repeat.wake(ms(500)), Some(Step::Again(left)));
}

#[test]
fn everything_is_let_go_at_once() {
    let mut repeat = Repeat::default();
    repeat.key(ms(0), down(RIGHT));
    repeat.release_all();
    assert_eq!(repeat.wake(ms(400)), None);
}

const BACK: RemoteKey = RemoteKey::Back;

/// What happens to one key, with its time in milliseconds: `d` a press, `s` a sign, `u` a key-up.
type Story = Vec<(u64, char)>;

fn story(text: &str) -> Story {
    let event = |word: &str| Some((word.get(1..)?.parse().ok()?, word.chars().next()?));
    text.split_whitespace().map(|word| event(word).expect("a letter and a time")).collect()
}

/// Signs at this interval.
fn signs(from: u64, until: u64, every: usize) -> Story {
    (from..until).step_by(every).map(|at| (at, 's')).collect()
}

/// The times of all steps of a story, waking exactly when asked to.
fn told(key: RemoteKey, hold: Hold, story: &Story) -> Vec<(u64, Step)> {
    let mut repeat = Repeat::default();
    let mut steps = Vec::new();
    let mut clock = ms(0);
    let at = |time: Duration| u64::try_from(time.as_millis()).unwrap();
    let end = story.last().map_or(0, |(at, _)| at + 200_000);
    for (until, what) in story.iter().copied().chain([(end, ' ')]) {
        while let Some(due) = repeat.next_wake().filter(|due| *due < ms(until)) {
            clock = due.max(clock);
            steps.extend(repeat.wake(clock).map(|step| (at(clock), step)));
            assert!(repeat.next_wake().is_none_or(|next| next > clock), "it spins at {clock:?} {story:?}");
        }
        clock = ms(until);
        let phase = match what {
            'd' => Phase::Down(hold),
            's' => Phase::Still,
            'u' => Phase::Up,
            _ => break,
        };
        steps.extend(repeat.key(ms(until), KeyEvent { key, phase }).map(|step| (until, step)));
    }
    assert_eq!(repeat.next_wake(), None, "nothing goes on for ever: {story:?}");
    steps
}

fn moves(key: RemoteKey, hold: Hold, story: &Story) -> Vec<u64> {
    told(key, hold, story).into_iter().map(|(at, _)| at).collect()
}

/// C01: a key without a repeat is one move, whenever its key-up comes.
#[test]
fn c01_a_tap_is_one_move_whatever_its_key_up_does() {
    for up in [1, 100, 250, 399, 400, 450, 500, 550, 600, 650, 699, 700, 930, 1500, 44_000, 90_000] {
        for key in [RIGHT, RemoteKey::ChannelDown, BACK, RemoteKey::Ok, RemoteKey::Digit(7)] {
            assert_eq!(moves(key, Hold::Signed, &vec![(0, 'd'), (up, 'u')]), [0], "{key:?} {up}");
        }
    }
    assert_eq!(moves(RIGHT, Hold::Signed, &story("d0")), [0], "or never comes");
    for up in [400, 550, 699, 930, 999] {
        assert_eq!(moves(RIGHT, Hold::Unproven, &vec![(0, 'd'), (up, 'u')]), [0], "{up}");
    }
}

/// KEY-2, KEY-8: any rate of a kernel's repeats.
#[test]
fn a_sign_begins_the_repeating_at_any_rate_of_the_driver() {
    for (delay, period, first) in [
        (10, 10, 400),
        (250, 33, 400),
        (400, 80, 400),
        (500, 125, 500),
        (660, 40, 660),
        (1000, 33, 1000),
        (1400, 600, 1400),
    ] {
        let mut story = story("d0");
        story.extend(signs(delay, 3000, period));
        story.push((3000, 'u'));
        let moves = moves(RIGHT, Hold::Signed, &story);
        assert_eq!(moves[..2], [0, first], "{delay} {period}");
        assert!(moves.last().is_some_and(|at| *at > 2900), "{delay} {period}: {moves:?}");
    }
}

#[test]
fn another_press_message_is_a_sign() {
    assert_eq!(moves(RIGHT, Hold::Signed, &story("d0 d300 u500")), [0, 400, 480]);
    assert_eq!(moves(RIGHT, Hold::Signed, &story("d0 d450 u500")), [0, 450]);
    assert_eq!(moves(BACK, Hold::Signed, &story("d0 d450 d800 u900")), [0, 800], "a long Back");
}

#[test]
fn a_remote_that_presses_anew_while_a_key_is_held_repeats() {
    let story = (0..20).flat_map(|at| [(at * 90, 'd'), (at * 90 + 60, 'u')]).collect();
    let moves = moves(RIGHT, Hold::Signed, &story);
    assert!(moves.len() > 5 && moves[1] >= 400, "{moves:?}");
}

#[test]
fn a_device_without_signs_repeats_by_itself() {
    assert_eq!(moves(RIGHT, Hold::Silent, &story("d0 u570")), [0, 400, 480, 560]);
    assert_eq!(moves(RIGHT, Hold::Unproven, &story("d0 u1170")), [0, 1000, 1080, 1160]);
    assert_eq!(told(BACK, Hold::Silent, &story("d0 u900")).last(), Some(&(800, Step::Long(BACK))));
    assert_eq!(told(BACK, Hold::Unproven, &story("d0 u1100")).last(), Some(&(1000, Step::Long(BACK))));
}

/// KEY-4: after the last sign, steps end within 700 ms, and a sign after a pause goes on.
#[test]
fn steps_end_after_the_last_sign_and_go_on_with_the_next() {
    let moves = moves(RIGHT, Hold::Signed, &story("d0 s300 s2000 u2100"));
    assert!(moves.iter().all(|at| *at < 1000 || (2000..2100).contains(at)), "{moves:?}");
    assert_eq!(moves.iter().filter(|at| **at >= 2000).count(), 3);
}

/// C02: a key-up that is lost while the kernel goes on repeating.
#[test]
fn c02_a_stuck_key_ends_and_needs_a_fresh_press() {
    for hold in [Hold::Signed, Hold::Silent, Hold::Unproven, Hold::Trusted] {
        let mut story = story("d0");
        if hold == Hold::Signed {
            story.extend(signs(250, 600_000, 33));
        }
        let longest = u64::try_from(hold.longest().as_millis()).unwrap();
        let moves = moves(RIGHT, hold, &story);
        assert!(moves.last().is_some_and(|at| (longest - 100..longest).contains(at)), "{hold:?} {:?}", moves.last());
    }
    let mut story = story("d0");
    story.extend(signs(250, 100_000, 33));
    story.extend([(100_000, 'd'), (100_001, 'u'), (101_000, 'd'), (101_050, 'u')]);
    let moves = moves(RIGHT, Hold::Signed, &story);
    assert_eq!(moves.iter().filter(|at| **at > 46_000).collect::<Vec<_>>(), [&101_000], "not by another message");
}

#[test]
fn c02_a_stuck_key_does_not_keep_the_others_from_working() {
    let mut repeat = Repeat::default();
    let left = RemoteKey::Arrow(Direction::Left);
    repeat.key(ms(0), signed(RIGHT));
    for at in (250..60_000).step_by(33) {
        repeat.key(ms(at), KeyEvent { key: RIGHT, phase: Phase::Still });
    }
    assert_eq!(repeat.key(ms(60_000), signed(left)), Some(Step::Press(left)));
    assert_eq!(repeat.key(ms(60_033), KeyEvent { key: RIGHT, phase: Phase::Still }), None);
    repeat.key(ms(60_060), up(left));
    assert_eq!(repeat.key(ms(60_066), KeyEvent { key: RIGHT, phase: Phase::Still }), None);
    assert_eq!(repeat.next_wake(), None);
}

/// C04, KEY-10: two devices or bouncing contacts.
#[test]
fn c04_one_press_that_comes_twice_is_one() {
    for hold in [Hold::Signed, Hold::Silent, Hold::Unproven, Hold::Trusted] {
        for key in RemoteKey::all() {
            for text in
                ["d0 u60 d80 u140", "d0 d30 u60 u90", "d0 u10 d20 u90", "d0 u20 d99 u150", "d0 u5 d9 u12 d20 u80"]
            {
                assert_eq!(moves(key, hold, &story(text)), [0], "{key:?} {hold:?} {text}");
            }
            let apart = if key == RemoteKey::Ok { "d0 u60 d120 u180" } else { "d0 u60 d100 u160" };
            assert_eq!(moves(key, hold, &story(apart)).len(), 2, "{key:?} {hold:?}");
        }
    }
    // Both keep the key down for long, and neither sends a repeat.
    assert_eq!(moves(RIGHT, Hold::Signed, &story("d0 d80 u600 u680")), [0]);
}

#[test]
fn c04_two_keys_are_never_one_press() {
    let mut repeat = Repeat::default();
    for (at, key) in [(0, RIGHT), (20, BACK), (40, RemoteKey::Digit(1)), (60, RemoteKey::Digit(2))] {
        assert_eq!(repeat.key(ms(at), signed(key)), Some(Step::Press(key)));
    }
}

proptest::proptest! {
    /// Any mess of a device: no step without a press, none after the bound, nothing that goes on by itself.
    #[test]
    fn no_story_repeats_without_a_sign_or_for_ever(
        gaps in proptest::collection::vec((1_u64..1500, 0_usize..3), 0..60),
        hold in 0_usize..4,
    ) {
        let hold = [Hold::Signed, Hold::Silent, Hold::Unproven, Hold::Trusted][hold];
        let mut at = 0;
        let story: Story = gaps.iter().map(|(gap, what)| { at += gap; (at, ['d', 's', 'u'][*what]) }).collect();
        let has_signs = story.iter().any(|(_, what)| *what == 's');
        let steps = told(RIGHT, hold, &story);
        let mut pressed = None;
        for (at, step) in &steps {
            match step {
                Step::Press(_) => pressed = Some(*at),
                Step::Again(_) => {
                    let since = at - pressed.expect("a press before");
                    proptest::prop_assert!(since >= 400 && ms(since) < hold.longest(), "{} {:?}", since, story);
                }
                Step::Long(_) => proptest::prop_assert!(false, "an arrow has no long press"),
            }
        }
        let has_repeated = steps.iter().any(|(_, step)| matches!(step, Step::Again(_)));
        let downs = story.iter().filter(|(_, what)| *what == 'd').count();
        proptest::prop_assert!(!has_repeated || hold != Hold::Signed || has_signs || downs > 1, "{:?}", story);
    }
}
