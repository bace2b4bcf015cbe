//! A town whose power comes back does not melt the server: the model of `examples/fleet`, small.

use std::time::Duration;

#[path = "../../examples/fleet/model.rs"]
mod model;

use model::{City, Counted, ROW, Refusals};

/// A hundred seconds of work for the server, like the reference of 50 000 boxes and 500 answers a second.
fn town() -> City {
    City {
        boxes: 10_000,
        capacity: 100,
        silence: Duration::from_secs(30),
        spread: Duration::ZERO,
        refusals: Refusals::Plain,
        counted: Counted::Account,
        seed: 7,
    }
}

/// Full jitter capped at 60 s takes this long in this setting.
const FULL_JITTER: Duration = Duration::from_secs(136);

#[test]
fn a_town_is_served_sooner_than_by_full_jitter_and_with_six_calls_a_box() {
    for spread in [0, 60] {
        let city = City { spread: Duration::from_secs(spread), ..town() };
        let outcome = city.run();
        assert_eq!(outcome.rows.iter().map(|row| row.served).sum::<u64>(), 10_000);
        let took = outcome.last - city.silence;
        assert!(took < FULL_JITTER, "{took:?} with a spread of {spread} s");
        assert!(outcome.most_calls <= 6, "{} calls with a spread of {spread} s", outcome.most_calls);
    }
}

#[test]
fn a_server_that_says_when_is_obeyed() {
    for refusals in [Refusals::Slot, Refusals::After(Duration::from_secs(30))] {
        let city = City { refusals, ..town() };
        let outcome = city.run();
        let took = outcome.last - city.silence;
        assert!(took < city.floor() * 2, "{refusals:?}: {took:?}");
        assert!(outcome.most_calls <= 7, "{refusals:?}: {}", outcome.most_calls);
    }
}

#[test]
fn a_long_silence_is_met_with_patience() {
    let city = City { silence: Duration::from_secs(240), ..town() };
    let outcome = city.run();
    let silent = outcome.rows.iter().take(usize::try_from(city.silence.as_secs() / ROW.as_secs()).unwrap_or(0));
    let asked: u64 = silent.map(|row| row.asked).sum();
    assert!(asked < 10_000 * 9, "{asked} questions into four minutes of silence");
    assert!(outcome.rows.iter().all(|row| row.asked < 10_000), "the whole town never asks within ten seconds");
}

#[test]
fn three_questions_a_box_cost_no_more_time_than_three_times_the_boxes() {
    let city = City { boxes: 1_000, counted: Counted::All, ..town() };
    let outcome = city.run();
    assert_eq!(outcome.asleep, 0);
    assert!(outcome.last - city.silence < city.floor() * 5, "{:?}", outcome.last);
}
