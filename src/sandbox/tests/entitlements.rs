//! Options in use: ends, renewals and playing a film.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::{Member, Reply, Server, at};

async fn first(member: &Member<'_>) -> Value {
    member.get("/v1/entitlements").await.json()["entitlements"][0].clone()
}

async fn play(server: &Server, url: &Value, headers: &[(&str, &str)]) -> Reply {
    let path = url.as_str().unwrap().strip_prefix(server.running.base_url()).unwrap().to_owned();
    server.send("GET", &path, headers, None).await
}

/// PUR-4: a rental works for all of its 48 hours.
#[tokio::test]
async fn a_rental_ends_at_its_time_and_can_be_ordered_again() {
    let server = Server::start().await;
    let member = server.member("rental-3h");
    assert_eq!(first(&member).await["until"], "2026-03-10T12:00:00Z");
    let film = member.offer("film-potemkin").await;
    assert_eq!(film["active_until"], "2026-03-10T12:00:00Z");
    server.control.advance(TimeDelta::hours(3)).unwrap();
    let member = server.signed_in_again(&member.id);
    assert_eq!(member.get("/v1/entitlements").await.json()["entitlements"], json!([]));
    assert_eq!(member.offer("film-potemkin").await["active_until"], json!(null));
}

#[tokio::test]
async fn an_option_goes_on_for_money_unless_it_is_switched_off() {
    let server = Server::start().await;
    let member = server.member("ending-5d");
    let option = first(&member).await;
    assert_eq!((&option["until"], &option["renewal"]["on"]), (&json!("2026-03-15T09:00:00Z"), &json!(true)));
    server.control.advance(TimeDelta::days(5)).unwrap();
    let member = server.signed_in_again(&member.id);
    assert_eq!(first(&member).await["until"], "2026-04-15T09:00:00Z", "renewed for a month");

    let path = format!("/v1/entitlements/{}/renewal", option["id"].as_str().unwrap());
    let switched = member.put(&path, &json!({"on": false})).await;
    assert_eq!((switched.status, &switched.json()["renewal"]["on"]), (200, &json!(false)));
    server.control.advance(TimeDelta::days(31)).unwrap();
    assert!(server.control.active_offers(&member.id).unwrap().is_empty());
    let member = server.signed_in_again(&member.id);
    member.put(&path, &json!({"on": true})).await.problem(404, "entitlement_not_found");
}

#[tokio::test]
async fn months_are_local_and_renewals_return_to_the_31st() {
    let server = Server::start().await;
    for (ordered, ends) in [
        // Half past midnight of 1 March in Moscow.
        ("2026-02-28T21:30:00Z", ["2026-03-31T21:30:00Z", "2026-04-30T21:30:00Z", "2026-05-31T21:30:00Z"]),
        // Noon of 31 December.
        ("2025-12-31T09:00:00Z", ["2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z", "2026-03-31T09:00:00Z"]),
    ] {
        server.control.set_clock(at(ordered)).unwrap();
        let member = server.member("adult");
        assert_eq!(member.offer("package-family").await["valid_until"], ends[0]);
        assert_eq!(member.order("k1", &[("package-family", 3230)]).await.status, 201);
        for (end, next) in ends.iter().zip(&ends[1..]) {
            assert_eq!(first(&member).await["until"], *end, "ordered at {ordered}");
            server.control.set_clock(at(end)).unwrap();
            let member = server.signed_in_again(&member.id);
            assert_eq!(first(&member).await["until"], *next, "renewed at {end}");
            server.control.set_clock(at(ordered)).unwrap();
        }
    }
}

#[tokio::test]
async fn only_paid_options_have_a_renewal_and_only_their_owner_switches_it() {
    let server = Server::start().await;
    let renter = server.member("rental-3h");
    let film = first(&renter).await;
    assert_eq!(film["renewal"], json!(null));
    let path = format!("/v1/entitlements/{}/renewal", film["id"].as_str().unwrap());
    renter.put(&path, &json!({"on": true})).await.problem(409, "no_renewal");
    server.member("vip").put(&path, &json!({"on": true})).await.problem(404, "entitlement_not_found");
    renter.put(&path, &json!({"on": 1})).await.problem(400, "invalid_request");
}

#[tokio::test]
async fn a_film_plays_in_ranges_while_it_is_rented() {
    let server = Server::start().await;
    let member = server.member("rental-3h");
    let playback = first(&member).await["playback"].clone();
    let whole = play(&server, &playback["url"], &[]).await;
    assert_eq!((whole.status, whole.header("accept-ranges")), (200, Some("bytes")));
    let size = whole.body.len();
    let part = play(&server, &playback["url"], &[("range", "bytes=10-19")]).await;
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{size}").as_str()));
    let beyond = play(&server, &playback["url"], &[("range", "bytes=99999999-")]).await;
    beyond.problem(416, "range_not_satisfiable");
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{size}").as_str()));
    let tag = whole.header("etag").unwrap();
    let same = play(&server, &playback["url"], &[("range", "bytes=0-0"), ("if-range", tag)]).await;
    let other = play(&server, &playback["url"], &[("range", "bytes=0-0"), ("if-range", "\"other\"")]).await;
    assert_eq!((same.status, other.status), (206, 200));
    let path = playback["url"].as_str().unwrap().strip_prefix(server.running.base_url()).unwrap();
    let head = server.send("HEAD", path, &[("range", "bytes=0-0")], None).await;
    assert_eq!((head.status, head.header("content-length")), (200, Some(size.to_string().as_str())));
    let kept = play(&server, &playback["url"], &[("range", "bytes=0-0"), ("if-none-match", tag)]).await;
    assert_eq!((kept.status, kept.body.len(), kept.header("etag")), (304, 0, Some(tag)));
    let old = play(&server, &playback["url"], &[("range", "bytes=0-0"), ("if-none-match", "\"other\"")]).await;
    assert_eq!(old.status, 206);
    server.control.advance(TimeDelta::hours(3)).unwrap();
    play(&server, &playback["url"], &[]).await.problem(403, "not_entitled");
}

/// One exchange opens all episodes, and each plays at an address of its own.
#[tokio::test]
async fn a_rented_serial_plays_each_of_its_episodes() {
    let server = Server::start().await;
    let member = server.member("vip");
    let sold = member.offer("film-fantomas").await;
    assert_eq!(member.order("k1", &[("film-fantomas", sold["price"].as_i64().unwrap())]).await.status, 201);
    let all = member.get("/v1/entitlements").await.json();
    let rental =
        all["entitlements"].as_array().unwrap().iter().find(|held| held["offer_id"] == "film-fantomas").unwrap();
    let episodes = rental["episodes"].as_array().unwrap();
    let told: Vec<_> = episodes.iter().map(|one| [&one["id"], &one["title"], &one["duration_minutes"]]).collect();
    let of_the_catalogue = sold["episodes"].as_array().unwrap().iter();
    assert_eq!(
        told,
        of_the_catalogue.map(|one| [&one["id"], &one["title"], &one["duration_minutes"]]).collect::<Vec<_>>()
    );
    let mut addresses = std::collections::HashSet::new();
    for episode in episodes {
        let url = &episode["playback"]["url"];
        assert!(addresses.insert(url.as_str().unwrap()), "{url}");
        assert_eq!(play(&server, url, &[("range", "bytes=0-9")]).await.status, 206);
    }
    // A box that knows no episodes plays the first.
    assert_eq!(play(&server, &rental["playback"]["url"], &[]).await.status, 200);
    let url = episodes[0]["playback"]["url"].as_str().unwrap();
    for wrong in ["/film-fantomas/6?", "/film-vampires/1?", "/film-metropolis/1?"] {
        let url = json!(url.replace("/film-fantomas/1?", wrong));
        play(&server, &url, &[]).await.problem(403, "not_entitled");
    }
    server.control.advance(TimeDelta::hours(48)).unwrap();
    play(&server, &episodes[4]["playback"]["url"], &[]).await.problem(403, "not_entitled");
}

#[tokio::test]
async fn every_region_sells_at_least_four_serials() {
    let server = Server::start().await;
    for scenario in ["vip", "second-region"] {
        let page = server.member(scenario).get("/v1/catalog?limit=200").await.json();
        let serials = page["offers"].as_array().unwrap().iter().filter(|offer| offer["episodes"] != json!([]));
        let serials: Vec<_> =
            serials.map(|offer| (&offer["title"], offer["episodes"].as_array().unwrap().len())).collect();
        assert!(serials.len() >= 4 && serials.iter().all(|(_, episodes)| *episodes > 1), "{serials:?}");
    }
}

#[tokio::test]
async fn a_rented_film_plays_after_the_clock_was_set_back() {
    let server = Server::start().await;
    let member = server.member("exact-points");
    assert_eq!(member.order("k1", &[("film-potemkin", 800)]).await.status, 201);
    let url = first(&member).await["playback"]["url"].clone();
    server.control.set_clock(at("2026-03-09T09:00:00Z")).unwrap();
    assert_eq!(play(&server, &url, &[]).await.status, 200);
    server.control.set_clock(at("2026-03-12T09:00:00Z")).unwrap();
    play(&server, &url, &[]).await.problem(403, "not_entitled");
    server.control.set_clock(at("2026-03-11T09:00:00Z")).unwrap();
    play(&server, &url, &[]).await.problem(403, "not_entitled");
}

#[tokio::test]
async fn a_film_does_not_play_for_others() {
    let server = Server::start().await;
    let member = server.member("rental-3h");
    let url = first(&member).await["playback"]["url"].as_str().unwrap().to_owned();
    let token = url.split_once("token=").unwrap().1.to_owned();
    for path in [
        "/v1/media/film-potemkin".to_owned(),
        "/v1/media/film-potemkin?token=".to_owned(),
        format!("/v1/media/film-potemkin?token={token}x"),
        format!("/v1/media/film-metropolis?token={token}"),
    ] {
        server.get(&path).await.problem(403, "not_entitled");
    }
    server.member("rental-3h");
    server.get(&format!("/v1/media/film-potemkin?token={token}")).await.problem(403, "not_entitled");
}
