//! The account, joining, pending accruals, burning points and statuses.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{Server, at, options};
use crate::Options;

#[tokio::test]
async fn a_newcomer_joins_and_gets_points_within_a_day() {
    let server = Server::start().await;
    let member = server.member("new");
    let before = member.account().await;
    assert_eq!((&before["enrolled"], &before["balance"]), (&json!(false), &json!(0)));
    assert_eq!(
        before["status"],
        json!({"code": "none", "name": "", "discount_percent": 0, "points": 0, "next": null, "until": null})
    );

    member.post("/v1/enrolment", &json!({"terms_version": "1999"})).await.problem(409, "terms_outdated");
    let terms = server.get("/v1/terms").await.json();
    let joined = member.post("/v1/enrolment", &json!({"terms_version": terms["version"]})).await;
    assert_eq!(joined.status, 200);
    assert_eq!(joined.json()["pending"][0]["points"], terms["joining_points"]);
    assert_eq!(joined.json()["pending"][0]["posts_at"], "2026-03-11T09:00:00Z");

    let again = member.post("/v1/enrolment", &json!({"terms_version": "anything"})).await;
    assert_eq!(again.json(), joined.json(), "joining twice changes nothing");

    server.control.advance(TimeDelta::hours(24)).unwrap();
    let member = server.control.balance(&member.id).unwrap();
    assert_eq!(member.get(), 500);
}

#[tokio::test]
async fn terms_come_in_two_languages_without_a_sign_in() {
    let server = Server::start().await;
    let russian = server.get("/v1/terms").await.json();
    let english = server.send("GET", "/v1/terms", &[("accept-language", "en")], None).await.json();
    assert_eq!(russian["version"], english["version"]);
    assert_ne!(russian["title"], english["title"]);
}

#[tokio::test]
async fn a_payment_is_pending_until_the_month_has_closed() {
    let server = Server::start().await;
    let member = server.member("basic");
    let path = format!("/sandbox/v1/members/{}/points", member.id);
    let paid = server.post(&path, &json!({"roubles": 1000, "reason": "payment"})).await.json();
    assert_eq!(paid["balance"], 1500);
    let pending = paid["pending"].as_array().unwrap();
    assert!(pending.contains(&json!({"points": 200, "reason": "payment", "posts_at": "2026-04-09T21:00:00Z"})));
    server.control.set_clock("2026-04-09T21:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 1900);
}

#[tokio::test]
async fn points_burn_when_the_clock_passes_and_the_ledger_says_when() {
    let server = Server::start().await;
    let member = server.member("burning");
    assert_eq!(member.account().await["expiring"][0], json!({"points": 1000, "expires_at": "2026-03-11T09:00:00Z"}));
    server.control.advance(TimeDelta::days(30)).unwrap();
    let rows = server.control.ledger(&member.id).unwrap();
    let burned: Vec<_> =
        rows.iter().filter(|row| row.reason == "expiry").map(|row| (row.amount, row.at.to_rfc3339())).collect();
    let expected = [
        (-300, "2026-03-17T09:00:00+00:00"),
        (-1000, "2026-03-11T09:00:00+00:00"),
        // The points for joining, two years and two days before.
        (-500, "2026-03-01T09:00:00+00:00"),
    ];
    assert_eq!(burned, expected.map(|(amount, at)| (amount, at.to_owned())), "newest first, each at its own time");
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 700);
}

#[tokio::test]
async fn statuses_follow_the_points() {
    let server = Server::start().await;
    for (scenario, code, discount) in
        [("basic", "basic", 0), ("standard", "standard", 5), ("privilege", "privilege", 10), ("vip", "vip", 15)]
    {
        let status = server.member(scenario).account().await["status"].clone();
        assert_eq!((&status["code"], &status["discount_percent"]), (&json!(code), &json!(discount)), "{scenario}");
    }
    let next = server.member("basic").account().await["status"]["next"].clone();
    assert_eq!((&next["code"], &next["missing"]), (&json!("standard"), &json!(2500)));
    assert_eq!(server.member("vip").account().await["status"]["next"], json!(null));
}

#[tokio::test]
async fn a_status_that_ran_out_is_one_point_away() {
    let server = Server::start().await;
    let member = server.member("standard");
    server.control.advance(TimeDelta::days(800)).unwrap();
    let status = server.signed_in_again(&member.id).account().await["status"].clone();
    assert_eq!(
        (&status["code"], &status["next"]["code"], &status["next"]["missing"]),
        (&json!("basic"), &json!("standard"), &json!(1))
    );
    server.control.reward_survey(&member.id, 100).unwrap();
    assert_eq!(server.signed_in_again(&member.id).account().await["status"]["code"], "standard");
}

#[tokio::test]
async fn a_correction_can_take_points_but_never_too_many() {
    let server = Server::start().await;
    let member = server.member("basic");
    let path = format!("/sandbox/v1/members/{}/points", member.id);
    assert_eq!(server.post(&path, &json!({"points": -1500})).await.json()["balance"], 0);
    server.post(&path, &json!({"points": -1})).await.problem(409, "not_enough_points");
    server.post("/sandbox/v1/members/nobody/points", &json!({"points": 1})).await.problem(404, "member_not_found");
}

#[tokio::test]
async fn changes_of_points_have_bounds() {
    let server = Server::start().await;
    let member = server.member("basic");
    let path = format!("/sandbox/v1/members/{}/points", member.id);
    for wrong in [
        json!({"roubles": -1, "reason": "payment"}),
        json!({"roubles": 1_000_001, "reason": "payment"}),
        json!({"roubles": 5000, "reason": "birthday"}),
        json!({"points": 0, "reason": "survey"}),
        json!({"points": -5, "reason": "survey"}),
        json!({"points": 1_000_001, "reason": "survey"}),
        json!({"points": 1_000_001}),
        json!({"points": -1_000_001}),
    ] {
        server.post(&path, &wrong).await.problem(400, "invalid_request");
    }
    assert_eq!(server.post(&path, &json!({"roubles": 999, "reason": "payment"})).await.json()["balance"], 1500);
    assert_eq!(server.post(&path, &json!({"points": 0})).await.json()["balance"], 1500);
}

#[tokio::test]
async fn points_are_earned_as_the_programme_gives_them() {
    let server = Server::start().await;
    let member = server.member("standard");
    let path = format!("/sandbox/v1/members/{}/points", member.id);
    let earn = async |points: i64, reason: &str| server.post(&path, &json!({"points": points, "reason": reason})).await;
    for (points, reason) in [
        (99, "survey"),
        (1001, "survey"),
        (999, "birthday"),
        (301, "email_bill"),
        (101, "profile"),
        (199, "payment"),
        (1, "top_up"),
        (1, "joining"),
    ] {
        earn(points, reason).await.problem(422, "wrong_reward");
    }
    earn(500, "joining").await.problem(409, "already_earned");
    for (points, reason) in [(100, "profile"), (300, "email_bill")] {
        assert_eq!(earn(points, reason).await.status, 200, "{reason}");
        earn(points, reason).await.problem(409, "already_earned");
    }
    for (points, reason) in [(1000, "birthday"), (100, "survey"), (1000, "survey"), (200, "payment"), (201, "top_up")] {
        assert_eq!(earn(points, reason).await.status, 200, "{reason}");
        assert_eq!(earn(points, reason).await.status, 200, "{reason} can be repeated");
    }
}

#[tokio::test]
async fn nobody_gets_more_points_than_there_can_be() {
    let server = Server::start().await;
    let member = server.member("basic");
    // 1500 points and 200 pending; one more million would go beyond a billion.
    for _ in 0..999 {
        server.control.adjust_points(&member.id, 1_000_000).unwrap();
    }
    let path = format!("/sandbox/v1/members/{}/points", member.id);
    for too_many in [json!({"points": 998_301}), json!({"points": 998_301, "reason": "payment"})] {
        server.post(&path, &too_many).await.problem(409, "too_many_points");
    }
    assert_eq!(server.post(&path, &json!({"points": 998_300})).await.json()["balance"], 999_999_800);
    server.control.set_clock(at("2026-04-10T09:00:00Z")).unwrap();
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 1_000_000_000);
}

#[tokio::test]
async fn an_account_that_cannot_follow_the_clock_stops_nobody_else() {
    let directory = std::env::temp_dir().join(format!("bonus-sandbox-broken-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let db = directory.join("broken.sqlite");
    let server = Server::with(Options { db: Some(db.clone()), ..options() }).await;
    let (broken, sound) = (server.member("basic"), server.member("burning"));
    let connection = rusqlite::Connection::open(&db).unwrap();
    let broken_accrual = "INSERT INTO accruals (account_id, earning, points, posts_at)
        SELECT id, 'survey', 2000000000, 0 FROM accounts WHERE member_id = ?1";
    connection.execute(broken_accrual, [broken.id.as_str()]).unwrap();
    server.control.advance(TimeDelta::days(1)).unwrap();
    let clock = server.post("/sandbox/v1/clock", &json!({"advance_seconds": 60})).await;
    assert_eq!((clock.status, &clock.json()["now"]), (200, &json!("2026-03-11T09:01:00Z")));
    let burned = "SELECT count(*) FROM entries WHERE type = 'expiry' AND amount = -1000";
    assert_eq!(connection.query_row(burned, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "without anybody looking");
    assert_eq!(server.control.balance(&sound.id).unwrap().get(), 1000);
    assert!(server.control.balance(&broken.id).is_err());
    drop(connection);
    server.running.shutdown().await;
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn what_is_a_members_own_is_kept_by_nobody() {
    let server = Server::start().await;
    let member = server.member("rental-3h");
    for path in ["/v1/account", "/v1/exchanges", "/v1/entitlements", "/v1/ledger"] {
        let reply = member.get(path).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")), "{path}");
    }
    let made = member.order("k1", &[("film-aelita", 1)]).await;
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let session = server.post("/sandbox/v1/sessions", &json!({"scenario": "vip"})).await.json();
    let refresh = format!(
        "grant_type=refresh_token&client_id=bonus-tv&refresh_token={}",
        session["refresh_token"].as_str().unwrap()
    );
    let tokens = server.form("/oauth/token", &refresh).await;
    assert_eq!((tokens.status, tokens.header("cache-control")), (200, Some("no-store")));
}

#[tokio::test]
async fn the_offset_is_the_subscribers_own() {
    let server = Server::start().await;
    let account = server.member("second-region").account().await;
    assert_eq!((&account["time_zone"], &account["utc_offset_minutes"]), (&json!("Asia/Yekaterinburg"), &json!(300)));
}

#[tokio::test]
async fn the_ledger_pages_backwards_and_keeps_its_sums() {
    let server = Server::start().await;
    let member = server.member("long-history");
    let mut path = "/v1/ledger?limit=70".to_owned();
    let mut rows = Vec::new();
    loop {
        let page = member.get(&path).await.json();
        rows.extend(page["entries"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/ledger?limit=70&cursor={cursor}");
    }
    assert_eq!(rows.len(), 200);
    let amount = |row: &serde_json::Value, field: &str| row[field].as_i64().unwrap();
    for pair in rows.windows(2) {
        assert_eq!(amount(&pair[0], "balance_after"), amount(&pair[1], "balance_after") + amount(&pair[0], "amount"));
    }
    assert_eq!(member.account().await["balance"], rows[0]["balance_after"]);
    let exchanges = member.get("/v1/ledger?type=exchange&limit=200").await.json();
    assert_eq!(exchanges["entries"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn ways_to_earn_say_which_are_done_for_good() {
    let server = Server::start().await;
    let done = |earning: serde_json::Value| -> Vec<String> {
        let rules = earning["rules"].as_array().unwrap().iter().filter(|rule| rule["done"] == true);
        rules.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
    };
    let basic = server.member("basic").get("/v1/earning-rules").await.json();
    assert_eq!(done(basic.clone()), ["joining", "email_bill", "profile"], "a top-up can be repeated");
    assert_eq!(basic["statuses"][3]["threshold"], 20_000);
    let rule = |id: &str| basic["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap().clone();
    for id in ["payment", "top_up"] {
        let paid = rule(id);
        assert_eq!((&paid["roubles_per_point"], &paid["roubles_min"]), (&json!(5), &json!(1000)), "{id}");
        assert_eq!(paid["posting"], json!({"kind": "next_month", "day": 10}), "{id}");
    }
    assert_eq!((&rule("joining")["roubles_min"], &rule("joining")["posting"]["hours"]), (&json!(null), &json!(24)));
    assert_eq!(done(server.member("standard").get("/v1/earning-rules").await.json()), ["joining"]);
    let newcomer = server.member("new");
    assert!(done(newcomer.get("/v1/earning-rules").await.json()).is_empty());
    let terms = server.get("/v1/terms").await.json();
    newcomer.post("/v1/enrolment", &json!({"terms_version": terms["version"]})).await;
    assert_eq!(done(newcomer.get("/v1/earning-rules").await.json()), ["joining"], "before its points are posted");
}
