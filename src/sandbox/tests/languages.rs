//! The language of answers: an English request gets no Russian, also for orders made in Russian.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::{Member, Reply, Server};

const FILM: (&str, i64) = ("film-potemkin", 680);

/// The languages with what the film, and a service, are called in them.
const RUSSIAN: (&str, &str, &str) = ("ru", "Броненосец «Потёмкин»", "Управление просмотром");
const ENGLISH: (&str, &str, &str) = ("en", "Battleship Potemkin", "Viewing control");

async fn get(member: &Member<'_>, path: &str, language: &str) -> Value {
    member.send("GET", path, &[("accept-language", language)], None).await.json()
}

async fn order(member: &Member<'_>, key: &str, language: &str, offers: &[(&str, i64)]) -> Reply {
    let offers: Vec<Value> = offers.iter().map(|(id, price)| json!({"id": id, "expected_price": price})).collect();
    let body = json!({ "offers": offers }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key), ("accept-language", language)];
    member.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await
}

#[tokio::test]
async fn what_was_ordered_is_called_by_its_name_in_the_language_of_who_asks() {
    let server = Server::start().await;
    for ordered_in in ["ru", "en"] {
        let member = server.member("vip");
        let basket = [FILM, ("service-viewing-control", 680)];
        let placed = order(&member, "k1", ordered_in, &basket).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        let path = placed.header("location").unwrap();
        for (language, film, service) in [RUSSIAN, ENGLISH] {
            let exchange = get(&member, path, language).await;
            let titles = [&exchange["lines"][0]["title"], &exchange["lines"][1]["title"]];
            assert_eq!(titles, [film, service], "{language} after {ordered_in}");
            assert_eq!(get(&member, "/v1/exchanges?limit=1", language).await["exchanges"], json!([exchange]));
            let by_key = get(&member, "/v1/exchanges?idempotency_key=k1", language).await;
            assert_eq!(by_key["exchanges"], json!([exchange]));
            if language == ordered_in {
                assert_eq!(placed.json(), exchange);
            }
            let options = get(&member, "/v1/entitlements", language).await["entitlements"].clone();
            let held = options.as_array().unwrap().iter().find(|held| held["offer_id"] == FILM.0).unwrap();
            assert_eq!((&held["title"], &held["playback"]["title"]), (&json!(film), &json!(film)));
            let charge = get(&member, "/v1/ledger?limit=1", language).await["entries"][0].clone();
            assert_eq!(charge["title"], format!("{film}, {service}"));
            let refused = order(&member, &format!("again in {language}").replace(' ', "-"), language, &[FILM]).await;
            let reasons = refused.problem(422, "2011")["reasons"].clone();
            assert_eq!((&reasons[0]["code"], &reasons[0]["title"]), (&json!("already_ordered"), &json!(film)));
            let offer = get(&member, "/v1/catalog/film-potemkin", language).await;
            assert_eq!(offer["eligibility"]["reasons"][0]["title"], film);
        }
    }
}

#[tokio::test]
async fn a_renewal_and_a_changed_price_are_told_in_the_language_of_who_asks() {
    let server = Server::start().await;
    let member = server.member("ending-5d");
    let option = get(&member, "/v1/entitlements", "en").await["entitlements"][0].clone();
    let path = format!("/v1/entitlements/{}/renewal", option["id"].as_str().unwrap());
    for (language, film, service) in [RUSSIAN, ENGLISH] {
        let headers = [("content-type", "application/json"), ("accept-language", language)];
        let switched = member.send("PUT", &path, &headers, Some(b"{\"on\": false}")).await.json();
        assert_eq!(switched["title"], service);
        let changed = order(&member, language, language, &[("film-potemkin", 1)]).await.problem(409, "price_changed");
        assert_eq!(changed["reasons"][0]["title"], film);
    }
}

#[tokio::test]
async fn the_same_key_gets_the_same_bytes_in_whatever_language_it_is_asked_again() {
    let server = Server::start().await;
    let member = server.member("vip");
    for key in ["made", "refused"] {
        let first = order(&member, key, "en", &[FILM]).await;
        assert!(first.text().contains(ENGLISH.1), "{}", first.text());
        let again = order(&member, key, "ru", &[FILM]).await;
        assert_eq!((again.status, again.body), (first.status, first.body), "{key}");
    }
}

#[tokio::test]
async fn numbered_films_have_their_names_too() {
    let server = Server::start().await;
    let member = server.member("offers-500");
    let offer = get(&member, "/v1/catalog/generated-00001", "en").await;
    let price = offer["price"].as_i64().unwrap();
    assert_eq!(order(&member, "k1", "ru", &[("generated-00001", price)]).await.status, 201);
    assert_eq!(get(&member, "/v1/ledger?limit=1", "en").await["entries"][0]["title"], offer["title"]);
}

#[tokio::test]
async fn every_line_of_the_history_is_in_the_language_of_who_asks() {
    let server = Server::start().await;
    let id = server.member("burning").id;
    server.control.advance(TimeDelta::days(1)).unwrap();
    server.control.adjust_points(&id, 50).unwrap();
    server.control.adjust_points(&id, -20).unwrap();
    let member = server.signed_in_again(&id);
    let titles = async |language| -> Vec<String> {
        let page = get(&member, "/v1/ledger?limit=6", language).await;
        page["entries"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        titles("en").await,
        ["Correction", "Correction", "Points burned", "Points burned", "Topping up the account", "Bill by e-mail"]
    );
    assert_eq!(
        titles("ru").await,
        [
            "Корректировка",
            "Корректировка",
            "Сгорание баллов",
            "Сгорание баллов",
            "Пополнение счёта",
            "Счёт по электронной почте"
        ]
    );
}
