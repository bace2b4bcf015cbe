//! A town whose power comes back does not melt the server: the model of `examples/fleet`, small, and its real boxes.

use std::time::Duration;

use bonus_sandbox::Options;
use bonus_tv::core::Request;
use bonus_tv::domain::{EntitlementId, FailureKind, IdempotencyKey, Order, RenewalSwitch, Secret};
use chrono::DateTime;

#[path = "../../examples/fleet/boxes/mod.rs"]
mod boxes;

use boxes::load::{Load, LoadError, MOST_BOXES};
use boxes::measured::Kind;
use boxes::model::{City, Counted, ROW, Refusals};

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

fn load(api: &str) -> Load {
    Load {
        api: api.parse().expect("an address"),
        tokens: vec![Secret::new("token")],
        boxes: 20,
        first: 0,
        rate: 1000,
        viewers: 100,
        limit: Duration::from_secs(60),
        stays: false,
        is_cold: true,
        ca_pem: None,
        seed: 3,
        owns_server: false,
    }
}

#[test]
fn a_server_of_somebody_else_and_a_load_without_bounds_are_refused() {
    let refused = |load: Load| load.run(|_, _| panic!("a row of a run that was refused")).expect_err("refused");
    for api in ["https://api.example/", "http://192.0.2.7:8080/", "http://localhost.example/"] {
        assert!(matches!(refused(load(api)), LoadError::NotOwn(_)), "{api}");
    }
    let own = || load("http://127.0.0.1:9/");
    assert!(matches!(refused(Load { tokens: Vec::new(), ..own() }), LoadError::NoToken));
    let too_much = [
        Load { boxes: 0, ..own() },
        Load { boxes: MOST_BOXES + 1, ..own() },
        Load { rate: 0, ..own() },
        Load { rate: 10_001, ..own() },
        Load { limit: Duration::from_secs(3601), ..own() },
    ];
    for load in too_much {
        let told = format!("{load:?}");
        assert!(matches!(refused(load), LoadError::TooMuch(_)), "{told}");
    }
    // Nobody listens there: the first box tells it, and not twenty.
    assert!(matches!(refused(Load { is_cold: false, ..own() }), LoadError::Api(_)));
}

#[test]
fn boxes_that_are_real_are_served_over_sockets_and_change_nothing() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sandbox = runtime.block_on(bonus_sandbox::start(Options::default())).expect("a sandbox");
    let control = sandbox.control();
    let session = control.session("vip").expect("a session");
    let before = control.balance(&session.member).expect("a balance");
    let load = Load { tokens: vec![Secret::new(session.access_token)], ..load(sandbox.base_url()) };
    let (mut rows, mut started) = (0, 0);
    let measured = load
        .run(|_, row| {
            rows += 1;
            started += row.started;
        })
        .expect("a run");
    assert_eq!((measured.served, measured.started, started), (20, 20, 20));
    assert_eq!(measured.rows.len(), rows);
    assert_eq!(measured.failed.len(), 0, "{:?}", measured.failed);
    for kind in [Kind::Account, Kind::Catalog, Kind::Entitlements] {
        assert!(measured.answered[&kind].len() >= 20, "{kind:?}");
        assert!(measured.answered[&kind].is_sorted(), "{kind:?}");
    }
    assert_eq!(control.balance(&session.member).expect("a balance"), before);
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn tokens_that_nobody_gave_are_told_by_the_first_box() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sandbox = runtime.block_on(bonus_sandbox::start(Options::default())).expect("a sandbox");
    let warm = Load { is_cold: false, ..load(sandbox.base_url()) };
    assert!(matches!(warm.run(|_, _| {}), Err(LoadError::Api(FailureKind::Unauthorized))));
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn boxes_of_another_machine_begin_with_their_own_tokens() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sandbox = runtime.block_on(bonus_sandbox::start(Options::default())).expect("a sandbox");
    let good = Secret::new(sandbox.control().session("vip").expect("a session").access_token);
    // Caches are asked for, and the run is over before a box is switched on.
    let second =
        |tokens| Load { tokens, boxes: 1, first: 1, is_cold: false, limit: Duration::ZERO, ..load(sandbox.base_url()) };
    let run = |tokens| second(tokens).run(|_, _| {});
    assert!(run(vec![Secret::new("none"), good.clone()]).is_ok());
    assert!(matches!(run(vec![good, Secret::new("none")]), Err(LoadError::Api(FailureKind::Unauthorized))));
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn a_load_sends_no_request_that_changes_something() {
    let order = Order {
        key: IdempotencyKey::from_entropy(1),
        member_id: "m".to_owned(),
        lines: Vec::new(),
        placed_at: DateTime::UNIX_EPOCH,
    };
    let secret = || Secret::new("code");
    for changing in [
        Request::StartSignIn,
        Request::PollSignIn { device_code: secret() },
        Request::ConfirmMember { device_code: secret(), member_id: "m".to_owned() },
        Request::Enrol { terms_version: "1".to_owned() },
        Request::Exchange(order),
        Request::SetRenewal { id: EntitlementId::new("e"), to: RenewalSwitch::Off },
        Request::SignOut,
    ] {
        assert_eq!(Kind::of(&changing), None, "{changing:?}");
    }
    assert_eq!(Kind::of(&Request::EarningRules), Some(Kind::Other));
}
