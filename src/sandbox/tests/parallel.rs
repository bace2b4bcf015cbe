//! Many orders at once, over as many connections.

use std::sync::Arc;

use super::support::{Server, options};
use crate::sandbox::Options;

const ORDERS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_orders_with_one_key_charge_once() {
    let server = Arc::new(Server::with(Options { ..options() }).await);
    let session = server.control.session("vip").unwrap();
    let before = server.control.balance(&session.member).unwrap().get();
    let replies = orders(&server, &session.access_token, 680, |_| "one-key".to_owned()).await;
    let made: Vec<_> = replies.iter().filter(|(status, _)| *status == 201).collect();
    assert!(!made.is_empty());
    assert!(made.iter().all(|(_, body)| *body == made[0].1), "every answer is the stored one");
    let waiting = replies.iter().filter(|(status, _)| *status == 409).count();
    assert_eq!(made.len() + waiting, ORDERS, "whoever is not answered is told to ask again");
    assert_eq!(server.control.balance(&session.member).unwrap().get(), before - 680);
    let charges = server.control.ledger(&session.member).unwrap();
    assert_eq!(charges.iter().filter(|row| row.amount == -680 && row.at == server.control.now()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_orders_with_points_for_one_one_succeeds() {
    let server = Arc::new(Server::with(Options { ..options() }).await);
    let session = server.control.session("exact-points").unwrap();
    let replies = orders(&server, &session.access_token, 800, |number| format!("key-{number}")).await;
    let count = |wanted: u16| replies.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!((count(201), count(422)), (1, ORDERS - 1));
    let is_2011 = |body: &[u8]| String::from_utf8_lossy(body).contains("\"code\":\"2011\"");
    assert!(replies.iter().filter(|(status, _)| *status == 422).all(|(_, body)| is_2011(body)));
    assert_eq!(server.control.balance(&session.member).unwrap().get(), 0);
}

async fn orders(server: &Arc<Server>, token: &str, price: i64, key: impl Fn(usize) -> String) -> Vec<(u16, Vec<u8>)> {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..ORDERS {
        let (server, key, bearer) = (Arc::clone(server), key(number), format!("Bearer {token}"));
        let body = format!("{{\"offers\":[{{\"id\":\"film-potemkin\",\"expected_price\":{price}}}]}}");
        tasks.spawn(async move {
            let headers =
                [("authorization", bearer.as_str()), ("idempotency-key", &key), ("content-type", "application/json")];
            let reply = server.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await;
            (reply.status, reply.body)
        });
    }
    tasks.join_all().await
}
