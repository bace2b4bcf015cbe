//! Each way in which a network or a server can fail has its own kind.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

use super::server::{Act, Server, answer, json, problem, read_request};
use super::*;

const ACCOUNT: &str = include_str!("../../../tests/fixtures/api/account.json");
const PATIENCE: Duration = Duration::from_millis(150);

async fn kind_of(bytes: impl Into<Vec<u8>>) -> FailureKind {
    account_kind(&options(Server::sending(bytes).await.base)).await
}

async fn failure_of(bytes: impl Into<Vec<u8>>) -> Failure {
    account_failure(&options(Server::sending(bytes).await.base)).await
}

#[tokio::test]
async fn a_name_without_an_address() {
    // No resolver has to be asked: a label of more than 63 characters cannot exist.
    let base = format!("http://{}.invalid/", "a".repeat(64)).parse().unwrap();
    let options = ClientOptions { allow_insecure: true, ..options(base) };
    assert_eq!(account_kind(&options).await, FailureKind::NoAddress);
}

#[tokio::test]
async fn a_refused_connection() {
    // Held and not listened on: a port that is given back may be another test's before the question comes.
    let held = TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base = format!("http://{}/", held.local_addr().unwrap()).parse().unwrap();
    assert_eq!(account_kind(&options(base)).await, FailureKind::NoConnection);
}

#[tokio::test]
async fn silence_before_within_and_instead_of_an_answer() {
    let half = &json(200, ACCOUNT)[..300];
    for said in [&b""[..], b"HTTP/1.1 200", half] {
        let server = Server::start(vec![Act::Hang(said.to_vec())]).await;
        let options = ClientOptions { timeout: PATIENCE, ..options(server.base.clone()) };
        assert_eq!(account_kind(&options).await, FailureKind::Timeout);
    }
    // Nobody takes the connection out of the queue, as behind a black hole that answers SYN only.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let options = ClientOptions { timeout: PATIENCE, ..options(base) };
    assert_eq!(account_kind(&options).await, FailureKind::Timeout);
}

#[tokio::test]
async fn an_answer_that_breaks_off() {
    let whole = json(200, ACCOUNT);
    for cut in [0, 5, 40, 200, whole.len() - 1] {
        let server = Server::start(vec![Act::Reset(whole[..cut].to_vec())]).await;
        assert_eq!(account_kind(&options(server.base)).await, FailureKind::Interrupted, "reset at {cut}");
        let kind = kind_of(&whole[..cut]).await;
        assert_eq!(kind, FailureKind::Interrupted, "end at {cut}");
    }
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"";
    assert_eq!(kind_of(chunked).await, FailureKind::Interrupted);
}

#[tokio::test]
async fn an_interrupted_question_is_asked_again_and_answered() {
    let server = Server::start(vec![Act::Reset(Vec::new()), Act::Reset(Vec::new()), Act::Send(json(200, ACCOUNT))]);
    let server = server.await;
    let (client, _) = signed_in(&options(server.base.clone()));
    assert_eq!(client.account().await.unwrap().member_id, "m-1001");
    assert_eq!(server.requests().len(), 3);
}

/// A TLS server whose certificate is valid between two years, and that certificate.
async fn tls_server(from: i32, to: i32) -> (Url, String) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            if read_request(&mut stream).await.is_some() {
                let _ = stream.write_all(&json(200, ACCOUNT)).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (base, certificate.pem())
}

#[tokio::test]
async fn an_operators_certificate_is_trusted_and_an_unknown_one_is_not() {
    let (base, pem) = tls_server(2020, 2099).await;
    assert_eq!(account_kind(&options(base.clone())).await, FailureKind::Tls);
    let options = ClientOptions { ca_pem: Some(pem.into_bytes()), ..options(base) };
    assert_eq!(signed_in(&options).0.account().await.unwrap().member_id, "m-1001");
}

#[tokio::test]
async fn a_certificate_of_another_time_is_about_the_clock() {
    for (from, to) in [(2001, 2002), (2098, 2099)] {
        let (base, pem) = tls_server(from, to).await;
        let options = ClientOptions { ca_pem: Some(pem.into_bytes()), ..options(base) };
        assert_eq!(account_kind(&options).await, FailureKind::Clock, "{from} to {to}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_name_is_another_servers() {
    let (mut base, pem) = tls_server(2020, 2099).await;
    base.set_host(Some("127.0.0.1")).unwrap();
    let options = ClientOptions { ca_pem: Some(pem.into_bytes()), ..options(base) };
    assert_eq!(account_kind(&options).await, FailureKind::WrongServer);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_or_no_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
    });
    assert_eq!(account_kind(&options(base)).await, FailureKind::Tls);
    for noise in
        ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "\0\u{1}\u{2}\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"]
    {
        assert_eq!(kind_of(noise).await, FailureKind::Malformed, "{noise:?}");
    }
}

#[tokio::test]
async fn absurd_headers() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(1 << 20));
    assert_eq!(kind_of(long).await, FailureKind::Malformed);
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(5000));
    assert_eq!(kind_of(many).await, FailureKind::Malformed);
    let lengths = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}";
    assert_eq!(kind_of(lengths).await, FailureKind::Malformed);
    let broken = answer(200, "Content-Type: application/json\r\nETag: \u{1}\r\n", ACCOUNT);
    assert_eq!(kind_of(broken).await, FailureKind::Malformed);
    let id = format!("Content-Type: application/json\r\nX-Request-Id: {}\r\n", "a".repeat(500));
    assert_eq!(failure_of(answer(500, &id, "")).await.request_id, None);
}

#[tokio::test]
async fn json_that_is_cut_off_or_not_the_contracts() {
    for cut in [0, 1, 100, ACCOUNT.trim_end().len() - 1] {
        let cut = ACCOUNT.char_indices().map(|(at, _)| at).take_while(|at| *at <= cut).last().unwrap_or(0);
        assert_eq!(kind_of(json(200, &ACCOUNT[..cut])).await, FailureKind::Malformed, "{cut}");
    }
    for body in ["{}", "[]", "null", "\"\"", "1e999", "{\"member_id\":5}", "\u{feff}{}", &"[".repeat(5000)] {
        assert_eq!(kind_of(json(200, body)).await, FailureKind::Malformed, "{body:.20}");
    }
    assert_eq!(kind_of(json(204, "")).await, FailureKind::Malformed);
    assert_eq!(kind_of(json(304, "")).await, FailureKind::Malformed);
}

#[tokio::test]
async fn a_wrong_content_type() {
    for kind in ["text/plain", "application/octet-stream", "image/png", "", "\u{7f}"] {
        let bytes = answer(200, &format!("Content-Type: {kind}\r\n"), ACCOUNT);
        assert_eq!(kind_of(bytes).await, FailureKind::Malformed, "{kind}");
    }
    assert_eq!(kind_of(answer(200, "", ACCOUNT)).await, FailureKind::Malformed);
    let odd = answer(200, "Content-Type: Application/JSON ; charset=UTF-8\r\n", ACCOUNT);
    let server = Server::sending(odd).await;
    assert!(signed_in(&options(server.base)).0.account().await.is_ok());
}

#[tokio::test]
async fn json_by_other_names_and_with_other_first_bytes() {
    for kind in ["text/json", "application/x-json", "application/vnd.api+json; charset=utf-8", "application/hal+json"] {
        let bytes = answer(200, &format!("Content-Type: {kind}\r\n"), format!("\u{feff}{ACCOUNT}"));
        let server = Server::sending(bytes).await;
        assert_eq!(signed_in(&options(server.base)).0.account().await.unwrap().member_id, "m-1001", "{kind}");
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    let utf16 = [0xff, 0xfe].into_iter().chain(ACCOUNT.encode_utf16().flat_map(u16::to_le_bytes));
    let server = Server::sending(head.bytes().chain(utf16).collect::<Vec<u8>>()).await;
    assert_eq!(signed_in(&options(server.base)).0.account().await.unwrap().display_name, "Анна П.");
    // One letter that is none costs that letter.
    let odd = ACCOUNT.replace("Анна", "?");
    let mut bytes = head.bytes().chain(odd.bytes()).collect::<Vec<u8>>();
    let at = bytes.iter().rposition(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xc0;
    let server = Server::sending(bytes).await;
    assert_eq!(signed_in(&options(server.base)).0.account().await.unwrap().display_name, "\u{fffd} П.");
}

#[tokio::test]
async fn a_picture_by_any_name_of_a_picture() {
    for kind in ["image/png", "image/jpg", "image/webp", "application/octet-stream"] {
        let server = Server::sending(answer(200, &format!("Content-Type: {kind}\r\n"), "bytes")).await;
        let image = signed_in(&options(server.base)).0.image("a", ImageVariant::Poster, 8, 8).await;
        assert_eq!(image.unwrap(), b"bytes", "{kind}");
    }
    for kind in ["application/json", "text/html", "text/plain"] {
        let server = Server::sending(answer(200, &format!("Content-Type: {kind}\r\n"), "bytes")).await;
        assert!(signed_in(&options(server.base)).0.image("a", ImageVariant::Poster, 8, 8).await.is_err(), "{kind}");
    }
}

#[tokio::test]
async fn a_sign_in_page_of_some_network() {
    let page = "<!DOCTYPE html><title>Wi-Fi</title>";
    let html = "Content-Type: text/html; charset=utf-8\r\n";
    for bytes in [
        answer(200, html, page),
        answer(200, "Content-Type: text/plain\r\n", format!("\n {page}")),
        answer(403, html, page),
        answer(511, html, page),
        answer(302, "Location: http://portal.example/\r\n", ""),
        answer(307, "Location: https://portal.example/\r\n", ""),
    ] {
        let server = Server::sending(bytes).await;
        assert_eq!(account_kind(&options(server.base.clone())).await, FailureKind::CaptivePortal);
        assert_eq!(server.requests().len(), 1, "neither followed nor repeated");
    }
}

#[tokio::test]
async fn a_service_that_fails_says_how() {
    let failure = failure_of(problem(500, "{}")).await;
    assert_eq!(failure.kind, FailureKind::Server { status: 500 });
    assert_eq!(failure.request_id.as_deref(), Some("r-1"));
    assert_eq!(
        kind_of(answer(502, "Content-Type: text/html\r\n", "<html>")).await,
        FailureKind::Server { status: 502 }
    );
    assert_eq!(kind_of(problem(404, "{}")).await, FailureKind::NotFound);
    assert_eq!(kind_of(problem(409, r#"{"code":"request_in_progress"}"#)).await, FailureKind::InProgress);
    assert_eq!(kind_of(answer(400, "", "what?")).await, FailureKind::Malformed);
}

#[tokio::test]
async fn a_service_that_asks_to_wait_is_given_up_or_waited_for() {
    for (status, kind) in [(429, FailureKind::RateLimited), (503, FailureKind::Unavailable)] {
        for (header, seconds) in [
            ("Retry-After: 30\r\n", Some(30)),
            ("Retry-After: 99999999999\r\n", Some(3600)),
            ("Date: Sun, 22 Nov 2026 10:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 10:02:00 GMT\r\n", Some(120)),
            ("Retry-After: soon\r\n", None),
            ("Retry-After: -1\r\n", None),
            ("", None),
        ] {
            let server = Server::sending(answer(status, header, "")).await;
            let failure = account_failure(&options(server.base.clone())).await;
            assert_eq!(failure.kind, kind);
            assert_eq!(failure.retry_after, seconds.map(Duration::from_secs), "{header}");
            assert_eq!(server.requests().len(), 1, "{header}");
        }
    }
    let server = Server::start(vec![Act::Send(answer(503, "Retry-After: 0\r\n", "")), Act::Send(json(200, ACCOUNT))]);
    assert!(signed_in(&options(server.await.base)).0.account().await.is_ok());
}

#[tokio::test]
async fn more_bytes_than_the_box_takes() {
    let announced = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n{";
    let server = Server::start(vec![Act::Hang(announced.into())]).await;
    assert_eq!(account_kind(&options(server.base)).await, FailureKind::TooLarge);
    let mut endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec();
    endless.resize(endless.len() + 300 * 1024, b' ');
    let server = Server::start(vec![Act::Hang(endless)]).await;
    assert_eq!(account_kind(&options(server.base)).await, FailureKind::TooLarge);

    let exact = format!("{}{}", " ".repeat(256 * 1024 - ACCOUNT.len()), ACCOUNT);
    let server = Server::sending(json(200, &exact)).await;
    assert!(signed_in(&options(server.base)).0.account().await.is_ok(), "the limit itself is allowed");
    let image = answer(200, "Content-Type: image/png\r\n", vec![0; 1024 * 1024 + 1]);
    let (client, _) = signed_in(&options(Server::sending(image).await.base));
    let failure = client.image("film", ImageVariant::Poster, 240, 360).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge);
    let (client, _) = signed_in(&options(Server::sending(json(200, &" ".repeat(2 * 1024 * 1024 + 1))).await.base));
    assert_eq!(client.catalog(None, 100, None).await.unwrap_err().kind, FailureKind::TooLarge);
}

#[tokio::test]
async fn an_address_that_would_send_tokens_in_the_clear_makes_no_client() {
    for (address, is_fine) in [
        ("http://bonus.example/", false),
        ("http://192.0.2.1/", false),
        ("http://localhost.example/", false),
        ("http://127.0.0.1:1/", true),
        ("http://[::1]/", true),
        ("https://bonus.example/", true),
        ("ftp://127.0.0.1/", false),
    ] {
        let options = options(address.parse().unwrap());
        assert_eq!(Client::new(&options, Arc::new(MemoryTokens::default())).is_ok(), is_fine, "{address}");
    }
    let garbage = ClientOptions { ca_pem: Some(b"garbage".to_vec()), ..options("https://x/".parse().unwrap()) };
    assert!(matches!(Client::new(&garbage, Arc::new(MemoryTokens::default())), Err(ClientError::Certificates(_))));
}
