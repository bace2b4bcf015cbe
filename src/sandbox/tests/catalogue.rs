//! The catalogue: prices, pages, entity tags, regions and pictures.

use serde_json::json;

use super::support::{Server, at, reasons};
use crate::MonthlyLimit;
use crate::policy::{Policy, Processing};
use crate::service::catalogue::Language;
use crate::values::MemberId;

#[tokio::test]
async fn the_discount_of_the_status_is_in_the_price() {
    let server = Server::start().await;
    let film = server.member("vip").offer("film-potemkin").await;
    assert_eq!(
        (&film["base_price"], &film["discount_percent"], &film["price"]),
        (&json!(800), &json!(15), &json!(680))
    );
    assert_eq!(film["valid_until"], "2026-03-12T09:00:00Z");
    assert_eq!(film["eligibility"], json!({"allowed": true, "reasons": []}));
}

#[tokio::test]
async fn a_kept_page_stays_current_until_something_changes() {
    let server = Server::start().await;
    let member = server.member("vip");
    let first = member.get("/v1/catalog").await;
    assert_eq!(first.header("cache-control"), Some("private, max-age=60, stale-if-error=86400"));
    let tag = first.header("etag").unwrap().to_owned();
    server.control.advance(chrono::TimeDelta::minutes(5)).unwrap();
    let kept = member.send("GET", "/v1/catalog", &[("if-none-match", &tag)], None).await;
    assert_eq!((kept.status, kept.body.len(), kept.header("etag")), (304, 0, Some(tag.as_str())));
    server.control.set_debt(&member.id, 10).unwrap();
    let changed = member.send("GET", "/v1/catalog", &[("if-none-match", &tag)], None).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.json()["version"], first.json()["version"]);
}

/// A box asks every minute, and mostly nothing has changed: that answer looks at no offer.
#[tokio::test]
async fn a_kept_page_costs_no_look_at_any_offer() {
    let server = Server::start().await;
    let member = server.member("vip");
    let looks = || {
        let shelf = server.control.app().for_bearer(&member.token, |scope| Ok(scope.shelf(Language::Russian)));
        shelf.unwrap().judgements.load(std::sync::atomic::Ordering::Relaxed)
    };
    let first = member.get("/v1/catalog?limit=200").await;
    let offers = first.json()["offers"].as_array().unwrap().len();
    assert!(offers > 80 && looks() == offers, "a page looks once at each offer: {} of {offers}", looks());
    let tag = first.header("etag").unwrap().to_owned();
    for _ in 0..3 {
        let kept = member.send("GET", "/v1/catalog?limit=200", &[("if-none-match", &tag)], None).await;
        assert_eq!((kept.status, looks()), (304, offers));
    }
    let other = member.send("GET", "/v1/catalog?limit=199", &[("if-none-match", &tag)], None).await;
    assert_eq!(other.status, 200, "another page");
}

/// While nothing has changed, a kept page is confirmed without the database, which this test locks.
#[tokio::test]
async fn a_kept_page_is_confirmed_without_the_database() {
    let server = Server::start().await;
    let member = server.member("vip");
    let tag = member.get("/v1/catalog").await.header("etag").unwrap().to_owned();
    let kept = [("if-none-match", tag.as_str())];
    let ask = || member.send("GET", "/v1/catalog", &kept, None);
    assert_eq!(ask().await.status, 304, "this one finds out");
    let (app, (held, is_held), (release, is_released)) =
        (server.control.app().clone(), std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
    let holder = std::thread::spawn(move || {
        let _database = app.store.connection();
        held.send(()).unwrap();
        let _ = is_released.recv();
    });
    is_held.recv().unwrap();
    assert_eq!(ask().await.status, 304);
    drop(release);
    holder.join().unwrap();
}

/// Whatever changes a page, the token or the day is seen by the next request.
#[tokio::test]
async fn nothing_stale_is_confirmed() {
    type Change = fn(&Server, &MemberId);
    let deferred = Policy { exchange: Processing::Deferred, deferred_seconds: 30, ..Policy::default() };
    let changes: [(&str, u16, Change); 8] = [
        ("a debt", 200, |server, id| server.control.set_debt(id, 1).unwrap()),
        ("points", 200, |server, id| server.control.adjust_points(id, 1).unwrap()),
        ("the policy", 200, |server, _| {
            server
                .control
                .set_policy(Policy { monthly: MonthlyLimit::FilmsExempt, ..server.control.policy() })
                .unwrap();
        }),
        ("a token that ended", 401, |server, id| server.control.expire_access(id).unwrap()),
        ("an hour", 401, |server, _| server.control.advance(chrono::TimeDelta::hours(1)).unwrap()),
        ("an order carried out", 200, |server, _| server.control.advance(chrono::TimeDelta::seconds(30)).unwrap()),
        ("midnight in Moscow", 200, |server, _| server.control.advance(chrono::TimeDelta::minutes(50)).unwrap()),
        ("nothing", 304, |_, _| {}),
    ];
    for (name, status, change) in changes {
        let server = Server::start().await;
        server.control.set_clock(at("2026-03-10T20:10:00Z")).unwrap();
        server.control.set_policy(deferred).unwrap();
        let member = server.member("vip");
        if name == "an order carried out" {
            assert_eq!(member.order("k1", &[("film-potemkin", 680)]).await.status, 202);
        }
        let tag = member.get("/v1/catalog").await.header("etag").unwrap().to_owned();
        let kept = [("if-none-match", tag.as_str())];
        let ask = || member.send("GET", "/v1/catalog", &kept, None);
        assert_eq!([ask().await.status, ask().await.status], [304, 304], "{name}");
        change(&server, &member.id);
        assert_eq!(ask().await.status, status, "{name}");
    }
}

/// The tag comes from what a page is made of and not from the page, so the page is compared here.
#[tokio::test]
async fn a_tag_that_stays_means_a_page_that_stays() {
    let server = Server::start().await;
    let (mut stayed, mut changed) = (0, 0);
    for scenario in crate::scenarios().unwrap() {
        if scenario.name.starts_with("offers-") {
            continue;
        }
        server.control.set_clock(at(super::support::NOON)).unwrap();
        let id = server.member(&scenario.name).id;
        let mut last: Option<(String, serde_json::Value)> = None;
        for minutes in [0, 1, 59, 120, 180, 359, 2, 60, 1440, 44_640] {
            server.control.advance(chrono::TimeDelta::minutes(minutes)).unwrap();
            let reply = server.signed_in_again(&id).get("/v1/catalog?limit=200").await;
            let (tag, mut page) = (reply.header("etag").unwrap().to_owned(), reply.json());
            page["server_time"].take();
            page["offers"].as_array_mut().unwrap().iter_mut().for_each(|offer| {
                offer["valid_until"].take();
            });
            if let Some((last_tag, last_page)) = &last {
                assert!(*last_tag != tag || *last_page == page, "{} after {minutes} minutes", scenario.name);
                if *last_tag == tag { stayed += 1 } else { changed += 1 }
            }
            last = Some((tag, page));
        }
    }
    assert!(stayed > 30 && changed > 30, "{stayed} and {changed}");
}

#[tokio::test]
async fn a_kept_page_is_old_when_the_subscribers_day_is_over() {
    let server = Server::start().await;
    let id = server.member("vip").id;
    let member = server.signed_in_again(&id);
    let first = member.get("/v1/catalog").await;
    let tag = first.header("etag").unwrap().to_owned();
    let end_of = |page: &serde_json::Value| {
        let offers = page["offers"].as_array().unwrap();
        offers.iter().find(|offer| offer["id"] == "package-family").unwrap()["valid_until"].clone()
    };
    assert_eq!(end_of(&first.json()), "2026-04-10T09:00:00Z");

    server.control.set_clock(at("2026-03-10T20:59:59Z")).unwrap();
    let member = server.signed_in_again(&id);
    let kept = member.send("GET", "/v1/catalog", &[("if-none-match", &tag)], None).await;
    assert_eq!(kept.status, 304, "the last second of the day in Moscow");

    server.control.set_clock(at("2026-03-11T09:00:00Z")).unwrap();
    let member = server.signed_in_again(&id);
    let fresh = member.send("GET", "/v1/catalog", &[("if-none-match", &tag)], None).await;
    assert_eq!((fresh.status, end_of(&fresh.json())), (200, json!("2026-04-11T09:00:00Z")));
    assert_ne!(fresh.json()["version"], first.json()["version"]);
}

#[tokio::test]
async fn pages_cover_ten_thousand_offers_once() {
    let server = Server::start().await;
    let member = server.member("offers-10000");
    let mut path = "/v1/catalog?limit=200".to_owned();
    let mut ids = std::collections::HashSet::new();
    // Each page weighs up the whole catalogue; every tenth is proof enough.
    for cursor in (0..10_000).step_by(2000) {
        if cursor > 0 {
            path = format!("/v1/catalog?limit=200&cursor={cursor}");
        }
        let page = member.get(&path).await.json();
        assert_eq!(page["total"], 10_000);
        assert_eq!(page["next_cursor"], (cursor + 200).to_string());
        ids.extend(page["offers"].as_array().unwrap().iter().map(|offer| offer["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(ids.len(), 1000);
    assert_eq!(member.get("/v1/catalog?limit=200&cursor=9800").await.json()["next_cursor"], json!(null));
    assert_eq!(member.get("/v1/catalog?cursor=999999999999999999").await.json()["offers"], json!([]));
}

#[tokio::test]
async fn every_answer_of_the_catalogue_says_what_it_varies_by() {
    let server = Server::start().await;
    let member = server.member("vip");
    let tag = member.get("/v1/catalog").await.header("etag").unwrap().to_owned();
    for (path, status) in [("/v1/catalog", 304), ("/v1/catalog?limit=1", 200), ("/v1/catalog/film-potemkin", 200)] {
        let reply = member.send("GET", path, &[("if-none-match", &tag)], None).await;
        assert_eq!((reply.status, reply.header("vary")), (status, Some("Authorization, Accept-Language")), "{path}");
    }
}

#[tokio::test]
async fn a_category_can_be_asked_for() {
    let server = Server::start().await;
    let member = server.member("basic");
    let films = member.get("/v1/catalog?category=films").await.json();
    assert!(films["offers"].as_array().unwrap().iter().all(|offer| offer["category"] == "films"));
    assert_eq!(films["total"], films["categories"][1]["count"]);
    assert_eq!(member.get("/v1/catalog?category=none").await.json()["total"], 0);
    assert_eq!(server.member("empty").get("/v1/catalog").await.json()["total"], 0);
}

#[tokio::test]
async fn regions_differ_in_offers_and_prices() {
    let server = Server::start().await;
    let (moscow, ural) = (server.member("basic"), server.member("second-region"));
    assert_eq!(moscow.offer("service-viewing-control").await["base_price"], 800);
    assert_eq!(ural.offer("service-viewing-control").await["base_price"], 250);
    moscow.get("/v1/catalog/service-multiroom").await.problem(404, "offer_not_found");
    assert_eq!(ural.offer("service-multiroom").await["base_price"], 200);
}

#[tokio::test]
async fn eligibility_names_every_cause() {
    let server = Server::start().await;
    let refused = server.member("refused-many").offer("film-potemkin").await;
    assert_eq!(reasons(&refused["eligibility"]), ["not_enough_points", "debt", "already_ordered", "monthly_limit"]);
    assert_eq!(refused["active_until"], "2026-03-12T09:00:00Z");
    let outside = server.member("new").offer("film-potemkin").await;
    assert_eq!(reasons(&outside["eligibility"]), ["not_enrolled"]);
    let member = server.member("new");
    server.control.set_debt(&member.id, 10).unwrap();
    let quota = member.offer("quota-10").await;
    assert_eq!(reasons(&quota["eligibility"]), ["debt", "requires", "not_enrolled"]);
    let no_tv = server.member("no-tv").offer("film-potemkin").await;
    assert_eq!(no_tv["eligibility"]["reasons"], json!([{"code": "service_not_connected", "service": "tv"}]));
}

#[tokio::test]
async fn pictures_are_drawn_and_kept() {
    let server = Server::start().await;
    let picture = server.get("/v1/images/film-potemkin?variant=tile&w=64&h=36").await;
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert!(picture.body.starts_with(b"\x89PNG"));
    let tag = picture.header("etag").unwrap();
    let path = "/v1/images/film-potemkin?variant=tile&w=64&h=36";
    assert_eq!(server.send("GET", path, &[("if-none-match", tag)], None).await.status, 304);
    server.get("/v1/images/nothing").await.problem(404, "image_not_found");
    for wrong in ["w=15", "w=1921", "h=1081", "w=1.5", "variant=square", "w=99999999999999999999"] {
        server.get(&format!("/v1/images/film-potemkin?{wrong}")).await.problem(400, "invalid_request");
    }
}
