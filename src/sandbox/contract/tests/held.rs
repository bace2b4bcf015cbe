//! The check holds against the sandbox: in memory, over real sockets, and without spending a point.

use std::sync::Arc;

use url::Url;

use super::bench::{Kind, SUBSCRIBER, checked, checked_with, options, with_token};
use crate::contract::{CHECKS, Options, Outcome, Report, RunError, Sockets, Spending, Switches, run};
use crate::tests::support;
use crate::values::MemberId;

/// The ids of checks that did not hold.
fn others(report: &Report) -> Vec<&'static str> {
    report.outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Held).map(|(check, _)| check.id).collect()
}

#[tokio::test]
async fn the_sandbox_keeps_every_promise() {
    let report = checked(Kind::AtOnce, None, None).await;
    assert_eq!(others(&report), ["order.deferred"], "{}", report.table());
    let report = checked(Kind::Deferred, None, None).await;
    assert_eq!(others(&report), Vec::<&str>::new(), "{}", report.table());
    assert!(report.has_held() && report.outcomes.len() == CHECKS.len());
}

#[tokio::test]
async fn without_a_name_no_point_goes() {
    let (report, control) = checked_with(Kind::ReadsOnly, None, None, options(Kind::ReadsOnly)).await;
    let report = report.unwrap();
    assert!(report.has_held(), "{}", report.table());
    let skipped = report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Skipped(_)));
    assert!(skipped.clone().count() >= 12 && skipped.clone().all(|(check, _)| !check.id.starts_with("oauth")));
    let member = MemberId::new(SUBSCRIBER);
    let newest = control.ledger(&member).unwrap().into_iter().find(|row| row.is_exchange).unwrap();
    assert!(newest.at < control.now() - chrono::TimeDelta::days(1), "{newest:?}");
}

#[tokio::test]
async fn points_of_a_subscriber_who_was_not_named_do_not_go() {
    let spending = Spending::OneOrderOf("m-somebody-else".to_owned());
    let (report, control) = checked_with(Kind::AtOnce, None, None, Options { spending, ..options(Kind::AtOnce) }).await;
    assert!(matches!(report, Err(RunError::OtherSubscriber { .. })), "{report:?}");
    let orders = control.requests().into_iter().filter(|seen| seen.method == "POST" && seen.path == "/v1/exchanges");
    assert!(orders.clone().count() > 0 && orders.clone().all(|seen| seen.status.is_some_and(|status| status >= 400)));
}

#[tokio::test]
async fn a_token_of_somebody_unknown_is_told_and_nothing_panics() {
    let (report, _) = checked_with(Kind::ReadsOnly, None, None, with_token(Kind::ReadsOnly, "no such token")).await;
    let report = report.unwrap();
    let failed: Vec<_> = report.failures().map(|(check, _)| check.id).collect();
    assert!(failed.contains(&"endpoint.account") && failed.contains(&"endpoint.catalogue"), "{failed:?}");
    assert!(!failed.iter().any(|id| id.starts_with("shape.") || id.starts_with("oauth.")), "{failed:?}");
    assert!(!report.table().contains("no such token") && !report.junit().contains("no such token"));
}

#[tokio::test]
async fn an_address_in_the_clear_is_told() {
    for (address, is_kept) in [
        ("https://bonus.example", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8080/bonus/", true),
        ("http://[::1]", true),
        ("http://bonus.example", false),
        ("http://127.0.0.1.example", false),
        ("http://192.0.2.7:8080", false),
    ] {
        let address = Url::parse(address).unwrap();
        let given = Options { address: address.clone(), ..options(Kind::ReadsOnly) };
        let (report, _) = checked_with(Kind::ReadsOnly, None, None, given).await;
        let report = report.unwrap();
        let failed: Vec<_> = report.failures().map(|(check, _)| check.id).collect();
        assert_eq!(failed, if is_kept { vec![] } else { vec!["address.tls"] }, "{address}");
    }
}

#[tokio::test]
async fn over_real_sockets_and_by_real_switches_it_holds_as_well() {
    let server = support::Server::start().await;
    let wire = Arc::new(Sockets::new(None).unwrap());
    let switches = Switches::new(wire.clone(), &server.running.control_url().unwrap(), "vip", "standard");
    let address = Url::parse(server.running.base_url()).unwrap();
    let report = run(wire, Arc::new(switches), Options { address, ..options(Kind::AtOnce) }).await.unwrap();
    assert_eq!(others(&report), ["order.deferred"], "{}", report.table());
}
