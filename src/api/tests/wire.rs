//! Every parser against values that are wrong, absurd or random: a failure or a sane value, never
//! a panic.

use proptest::prelude::*;
use serde_json::Value;

use super::super::nonsense::parse_all;
use super::super::snapshot;
use super::super::wire::catalog;
use crate::domain::CatalogPage;

const FIXTURES: &[&str] = &[
    include_str!("../../../tests/fixtures/api/account.json"),
    include_str!("../../../tests/fixtures/api/catalog.json"),
    include_str!("../../../tests/fixtures/api/device_code.json"),
    include_str!("../../../tests/fixtures/api/earning_rules.json"),
    include_str!("../../../tests/fixtures/api/entitlement.json"),
    include_str!("../../../tests/fixtures/api/entitlements.json"),
    include_str!("../../../tests/fixtures/api/exchange.json"),
    include_str!("../../../tests/fixtures/api/exchanges.json"),
    include_str!("../../../tests/fixtures/api/ledger.json"),
    include_str!("../../../tests/fixtures/api/offer.json"),
    include_str!("../../../tests/fixtures/api/problem_2011.json"),
    include_str!("../../../tests/fixtures/api/terms.json"),
    include_str!("../../../tests/fixtures/api/token.json"),
];

/// Values that have surprised programs before.
fn surprise() -> impl Strategy<Value = Value> {
    let words =
        ["", "9999-12-31T23:59:59Z", "-0001-01-01T00:00:00Z", "\u{0}", "\u{202e}", "..", "http://", "confirmed", "box"];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        ".{0,300}".prop_map(Value::from),
        Just(Value::from("x".repeat(100_000))),
        Just(Value::Array(vec![Value::Null; 3000])),
        Just(serde_json::json!({ "kind": "new", "code": "new" })),
    ]
}

/// Replaces or removes one value anywhere in the tree.
fn mutate(value: &mut Value, path: &[prop::sample::Index], with: Option<Value>) {
    let Some((step, rest)) = path.split_first() else {
        *value = with.unwrap_or(Value::Null);
        return;
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(step.index(map.len())).unwrap().clone();
            match (rest.is_empty(), &with) {
                (true, None) => drop(map.remove(&key)),
                _ => mutate(&mut map[&key], rest, with),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = step.index(items.len());
            mutate(&mut items[at], rest, with);
        }
        leaf => *leaf = with.unwrap_or(Value::Null),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_all(&bytes);
    }

    #[test]
    fn surprising_values_never_panic(
        fixture in prop::sample::select(FIXTURES.to_vec()),
        changes in prop::collection::vec(
            (prop::collection::vec(any::<prop::sample::Index>(), 1..5), prop::option::of(surprise())), 1..4),
    ) {
        let mut value: Value = serde_json::from_str(fixture).unwrap();
        for (path, with) in changes {
            mutate(&mut value, &path, with);
        }
        parse_all(&serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn damaged_fixtures_never_panic(
        fixture in prop::sample::select(FIXTURES.to_vec()),
        at in any::<prop::sample::Index>(), byte in any::<u8>(), is_cut in any::<bool>(),
    ) {
        let mut bytes = fixture.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if is_cut { bytes.truncate(at); }
        parse_all(&bytes);
    }
}

fn page(change: impl FnOnce(&mut Value)) -> CatalogPage {
    let mut value: Value = serde_json::from_str(FIXTURES[1]).unwrap();
    change(&mut value);
    serde_json::from_value::<catalog::Page>(value).unwrap().into()
}

#[test]
fn one_bad_offer_does_not_lose_the_page() {
    for (key, bad) in
        [("id", Value::from("..")), ("id", Value::Null), ("price", Value::from(-1)), ("price", Value::from("cheap"))]
    {
        let page = page(|value| value["offers"][0][key] = bad.clone());
        assert_eq!(page.offers.len(), 1, "{key} = {bad}");
    }
}

#[test]
fn an_offer_does_without_what_only_decorates_it() {
    for (key, bad) in [
        ("year", Value::from(-5)),
        ("duration_minutes", Value::from("long")),
        ("validity", serde_json::json!({"kind": "moons", "moons": 3})),
        ("after", serde_json::json!({"kind": "party"})),
        ("kind", Value::from("hologram")),
        ("image", Value::from("../../etc/passwd\n")),
        ("quota_gb", Value::from(1e300)),
        ("unknown", Value::from("field")),
        ("channels", Value::Null),
        ("base_price", Value::from(1e30)),
        ("discount_percent", Value::from(101)),
        ("valid_until", Value::from("2026-02-30T00:00:00Z")),
        ("eligibility", Value::Null),
    ] {
        let page = page(|value| value["offers"][0][key] = bad.clone());
        assert_eq!(page.offers.len(), 2, "{key} = {bad}");
    }
}

#[test]
fn an_offer_that_appears_twice_is_taken_once() {
    let page = page(|value| value["offers"][1]["id"] = value["offers"][0]["id"].clone());
    assert_eq!(page.offers.len(), 1);
    assert_eq!(page.offers[0].title, "Броненосец «Потёмкин»");
}

#[test]
fn absurd_lengths_are_cut() {
    let page = page(|value| {
        value["offers"][0]["title"] = Value::from("я".repeat(10_000));
        value["offers"][0]["description"] = Value::from("я\u{0}".repeat(10_000));
        value["offers"][0]["includes"] = Value::from(vec!["x"; 10_000]);
    });
    let offer = &page.offers[0];
    assert_eq!(offer.title.chars().count(), 200);
    assert_eq!(offer.description.chars().count(), 2000);
    assert!(!offer.description.contains('\u{0}'));
    assert_eq!(offer.includes.len(), 200);
}

#[test]
fn an_account_that_cannot_be_trusted_is_refused() {
    for (key, bad) in [
        ("balance", Value::from(-1)),
        ("balance", Value::from(1e19)),
        ("member_id", Value::from("")),
        ("server_time", Value::from("yesterday")),
    ] {
        let mut value: Value = serde_json::from_str(FIXTURES[0]).unwrap();
        value[key] = bad.clone();
        assert!(snapshot::read_account(value.to_string().as_bytes()).is_none(), "{key} = {bad}");
    }
}

#[test]
fn what_is_written_down_is_read_back_the_same() {
    let account = snapshot::read_account(FIXTURES[0].as_bytes()).unwrap();
    assert_eq!(snapshot::read_account(&snapshot::write_account(&account)), Some(account));
    let page = snapshot::read_catalog(FIXTURES[1].as_bytes()).unwrap();
    assert_eq!(snapshot::read_catalog(&snapshot::write_catalog(&page)), Some(page));
}
