//! Planted deviations: each is found by the check that is meant for it, and by no other.

mod answers;
mod lists;
mod orders;
mod sign_in;

use std::collections::HashSet;

use super::bench::{Asked, Kind, Memory, OnTheWay, OnTheWayBack, checked};
use crate::contract::{CHECKS, Lost, Received};

/// One way in which a server deviates.
pub(super) struct Deviation {
    /// What it does.
    name: &'static str,
    /// The check that is meant for it.
    check: &'static str,
    kind: Kind,
    there: Option<OnTheWay>,
    back: Option<OnTheWayBack>,
}

/// A change of answers.
const fn back(check: &'static str, name: &'static str, back: OnTheWayBack) -> Deviation {
    Deviation { name, check, kind: Kind::AtOnce, there: None, back: Some(back) }
}

/// A change of requests: the server does something else than it is asked for.
const fn there(check: &'static str, name: &'static str, there: OnTheWay) -> Deviation {
    Deviation { name, check, kind: Kind::AtOnce, there: Some(there), back: None }
}

fn all() -> impl Iterator<Item = &'static Deviation> {
    [answers::ALL, lists::ALL, orders::ALL, sign_in::ALL].into_iter().flatten()
}

/// Runs all of a table and compares what was found.
async fn prove(table: &[Deviation]) {
    let mut wrong = Vec::new();
    for Deviation { name, check, kind, there, back } in table {
        let report = checked(*kind, *there, *back).await;
        let found: Vec<_> = report.failures().map(|(check, failure)| (check.id, failure.why.as_str())).collect();
        if found.iter().map(|(id, _)| *id).ne([*check]) {
            wrong.push(format!("{name}: {check} is meant for it, and found it was by {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn each_deviation_of_answers_is_found_by_its_check_alone() {
    prove(answers::ALL).await;
}

#[tokio::test]
async fn each_deviation_of_lists_is_found_by_its_check_alone() {
    prove(lists::ALL).await;
}

#[tokio::test]
async fn each_deviation_of_orders_is_found_by_its_check_alone() {
    prove(orders::ALL).await;
}

#[tokio::test]
async fn each_deviation_of_sign_ins_is_found_by_its_check_alone() {
    prove(sign_in::ALL).await;
}

#[test]
fn every_check_has_a_deviation_and_every_deviation_a_name() {
    let mut names = HashSet::new();
    assert!(all().all(|deviation| names.insert(deviation.name)), "two deviations have one name");
    let found: HashSet<&str> = all().map(|deviation| deviation.check).collect();
    // The address is judged before anything is sent; `held.rs` has its test.
    let missing: Vec<&str> =
        CHECKS.iter().map(|check| check.id).filter(|id| *id != "address.tls" && !found.contains(id)).collect();
    assert!(missing.is_empty(), "no deviation is found by {missing:?}");
    assert!(names.len() >= 40, "{}", names.len());
}
