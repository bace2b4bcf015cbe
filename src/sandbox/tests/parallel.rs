//! Many orders at once, over as many connections, on a database in a file.

use std::sync::Arc;

use super::support::{Server, options};
use crate::policy::Policy;
use crate::{MonthlyLimit, Options};

const ORDERS: usize = 100;

/// A server whose database is a file, as the sandbox's own program has it.
async fn server(policy: Policy) -> (tempfile::TempDir, Arc<Server>) {
    let directory = tempfile::tempdir().unwrap();
    let db = Some(directory.path().join("parallel.sqlite"));
    (directory, Arc::new(Server::with(Options { db, policy: policy.into(), ..options() }).await))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_orders_with_one_key_charge_once_and_are_answered_alike() {
    let (_directory, server) = server(Policy::default()).await;
    let session = server.control.session("vip").unwrap();
    let before = server.control.balance(&session.member).unwrap().get();
    let mut replies = orders(&server, |_| order(&session.access_token, "film-potemkin", 680, "one-key")).await;
    // A request that came while the order was under way is told to retry, and then gets the same answer.
    while replies.iter().any(|(status, _)| *status == 409) {
        let again = orders(&server, |_| order(&session.access_token, "film-potemkin", 680, "one-key")).await;
        for (reply, again) in replies.iter_mut().zip(again).filter(|(reply, _)| reply.0 == 409) {
            *reply = again;
        }
    }
    assert_eq!(replies[0].0, 201);
    assert!(replies.iter().all(|reply| *reply == replies[0]), "every answer is the stored one");
    assert_eq!(server.control.balance(&session.member).unwrap().get(), before - 680);
    let charges = server.control.ledger(&session.member).unwrap();
    assert_eq!(charges.iter().filter(|row| row.amount == -680 && row.at == server.control.now()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_orders_with_points_for_one_one_succeeds() {
    let (_directory, server) = server(Policy::default()).await;
    let session = server.control.session("exact-points").unwrap();
    let one = |number| order(&session.access_token, "film-potemkin", 800, &format!("key-{number}"));
    let replies = orders(&server, one).await;
    let count = |wanted: u16| replies.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!((count(201), count(422)), (1, ORDERS - 1));
    let is_2011 = |body: &[u8]| String::from_utf8_lossy(body).contains("\"code\":\"2011\"");
    assert!(replies.iter().filter(|(status, _)| *status == 422).all(|(_, body)| is_2011(body)));
    assert_eq!(server.control.balance(&session.member).unwrap().get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_boxes_and_the_phone_at_once_spend_no_point_twice() {
    let exempt = Policy { monthly: MonthlyLimit::FilmsExempt, ..Policy::default() };
    let (_directory, server) = server(exempt).await;
    let first = server.control.session("exact-points").unwrap();
    // Points for two films, three devices, each asking many times for a film of its own.
    server.control.adjust_points(&first.member, 800).unwrap();
    let device = || server.control.sign_in(&first.member).unwrap().access_token;
    let devices = [first.access_token.clone(), device(), device()];
    let films = ["film-potemkin", "film-metropolis", "film-nosferatu"];
    let price = |film: &str| {
        let (server, token, path) = (Arc::clone(&server), devices[0].clone(), format!("/v1/catalog/{film}"));
        async move {
            let bearer = format!("Bearer {token}");
            server.send("GET", &path, &[("authorization", &bearer)], None).await.json()["price"].as_i64()
        }
    };
    let mut prices = Vec::new();
    for film in films {
        prices.push(price(film).await.unwrap_or(800));
    }
    let one = |number: usize| {
        let at = number % 3;
        order(&devices[at], films[at], prices[at], &format!("device-{at}"))
    };
    let replies = orders(&server, one).await;
    let balance = server.control.balance(&first.member).unwrap().get();
    let rows = server.control.ledger(&first.member).unwrap();
    let charges: Vec<i64> = rows.iter().filter(|row| row.reason == "exchange").map(|row| -row.amount).collect();
    assert!(balance >= 0 && rows.iter().all(|row| row.balance_after >= 0));
    assert_eq!(charges.iter().sum::<i64>() + balance, 1600);
    assert_eq!(server.control.active_offers(&first.member).unwrap().len(), charges.len());
    for device in 0..3 {
        let statuses =
            || replies.iter().skip(device).step_by(3).map(|(status, _)| *status).filter(|status| *status != 409);
        let told: Vec<u16> = statuses().collect();
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "a device is told one thing: {told:?}");
    }
    assert!(!charges.is_empty() && charges.len() < 3, "points for two: {charges:?}");
}

/// The bearer, the key and the body of an order.
fn order(token: &str, film: &str, price: i64, key: &str) -> (String, String, String) {
    let body = format!("{{\"offers\":[{{\"id\":\"{film}\",\"expected_price\":{price}}}]}}");
    (format!("Bearer {token}"), key.to_owned(), body)
}

async fn orders(server: &Arc<Server>, order: impl Fn(usize) -> (String, String, String)) -> Vec<(u16, Vec<u8>)> {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..ORDERS {
        let (server, (bearer, key, body)) = (Arc::clone(server), order(number));
        tasks.spawn(async move {
            let headers =
                [("authorization", bearer.as_str()), ("idempotency-key", &key), ("content-type", "application/json")];
            let reply = server.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await;
            (number, (reply.status, reply.body))
        });
    }
    let mut replies = tasks.join_all().await;
    replies.sort_by_key(|(number, _)| *number);
    replies.into_iter().map(|(_, reply)| reply).collect()
}
