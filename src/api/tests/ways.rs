//! The way to the server: address families, names, proxies (NET-6; C32).

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::server::{json, read_request};
use super::*;

const ACCOUNT: &str = include_str!("../../../tests/fixtures/api/account.json");
const PATIENCE: Duration = Duration::from_millis(400);

/// What a family's server does with a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Answers,
    StaysSilent,
    Resets,
}

/// Listens on one port of both families; `None` on a machine that has only one.
async fn both(v6: Way, v4: Way) -> Option<Url> {
    let first = TcpListener::bind("[::1]:0").await.ok()?;
    let port = first.local_addr().unwrap().port();
    let second = TcpListener::bind(("127.0.0.1", port)).await.ok()?;
    for (listener, way) in [(first, v6), (second, v4)] {
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, way));
            }
        });
    }
    Some(format!("http://localhost:{port}/").parse().unwrap())
}

async fn serve(mut stream: TcpStream, way: Way) {
    if read_request(&mut stream).await.is_none() {
        return;
    }
    match way {
        Way::Answers => {
            let _ = stream.write_all(&json(200, ACCOUNT)).await;
            let _ = stream.shutdown().await;
        }
        Way::StaysSilent => std::future::pending().await,
        Way::Resets => stream.set_zero_linger().unwrap(),
    }
}

#[tokio::test]
async fn c32_a_family_that_connects_and_says_nothing_is_left_for_the_other() {
    for bad in [Way::StaysSilent, Way::Resets] {
        for (v6, v4) in [(bad, Way::Answers), (Way::Answers, bad)] {
            let Some(base) = both(v6, v4).await else { return };
            let (client, _) = signed_in(&ClientOptions { timeout: PATIENCE, ..options(base) });
            let answers: Vec<bool> = [client.account().await, client.account().await, client.account().await]
                .iter()
                .map(Result::is_ok)
                .collect();
            // One that is silent takes the time of one question; one that resets leaves time for another try.
            assert!(answers[1] && answers[2], "{v6:?} {v4:?}: {answers:?}");
            assert!(answers[0] || bad == Way::StaysSilent, "{v6:?} {v4:?}: {answers:?}");
        }
    }
}

#[tokio::test]
async fn where_no_family_answers_the_words_are_those_of_silence() {
    let Some(base) = both(Way::StaysSilent, Way::StaysSilent).await else { return };
    let (client, _) = signed_in(&ClientOptions { timeout: PATIENCE, ..options(base) });
    for _ in 0..3 {
        assert_eq!(client.account().await.unwrap_err().kind, FailureKind::Timeout);
    }
}

#[tokio::test]
async fn names_below_localhost_reach_this_machine_without_a_resolver() {
    let Some(base) = both(Way::Answers, Way::Answers).await else { return };
    let base = base.as_str().replace("localhost", "bonus.tv.localhost").parse().unwrap();
    assert!(signed_in(&options(base)).0.account().await.is_ok());
}

/// In the environment of the test that is its own child: where the API is.
const CHILD: &str = "BONUS_TV_TEST_API";

/// The environment of a process is read once and belongs to all tests, so a second process has the proxies.
#[tokio::test]
async fn proxies_of_the_environment_are_not_used() {
    if let Ok(base) = std::env::var(CHILD) {
        signed_in(&options(base.parse().unwrap())).0.account().await.unwrap();
        return;
    }
    let server = super::server::Server::sending(json(200, ACCOUNT)).await;
    let proxy = super::server::Server::sending(json(200, ACCOUNT)).await;
    let variables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let status = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "api::tests::ways::proxies_of_the_environment_are_not_used"])
        .env(CHILD, server.base.as_str())
        .envs(variables.map(|name| (name, proxy.base.as_str())))
        .stdout(std::process::Stdio::null())
        .status()
        .await
        .unwrap();
    assert!(status.success());
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}
