//! What must never stand in a log, at whatever level, stands in none.

use std::io::Write;
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt;

use super::server::{Act, Server, answer, json};
use super::*;

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_and_no_code_stands_in_a_log_that_tells_everything() {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_ansi(false);
    // The runtime of a test is one thread, so everything that happens is told here.
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let token =
        |n: u8| format!(r#"{{"access_token":"hush-access-{n}","refresh_token":"hush-refresh-{n}","expires_in":9000}}"#);
    let device = r#"{"device_code":"hush-device","user_code":"BCDF-GHJK","verification_uri":"http://x/tv",
        "verification_uri_complete":"http://x/tv?code=BCDF-GHJK","expires_in":900,"interval":5}"#;
    let server = Server::start(vec![
        Act::Send(json(200, device)),
        Act::Send(json(200, &token(1))),
        Act::Send(json(401, "{}")),
        Act::Send(json(200, &token(2))),
        Act::Send(json(200, "hush-access-2 is no JSON")),
        Act::Reset(Vec::new()),
        Act::Send(answer(302, "Location: http://hush-elsewhere.example/\r\n", "")),
        Act::Send(json(400, r#"{"error":"invalid_grant"}"#)),
    ])
    .await;
    let client = Client::new(&options(server.base.clone()), Arc::new(MemoryTokens::default())).unwrap();
    let code = client.start_sign_in().await.unwrap();
    client.poll_sign_in(&code.device_code).await.unwrap();
    for _ in 0..3 {
        let failure = client.account().await.unwrap_err();
        tracing::error!(?failure, ?code.device_code, "what a careless line would say");
    }
    client.sign_out().await;
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("DEBUG"), "the log tells: {log}");
    assert!(!log.contains("hush"), "a secret stands in the log: {log}");
}
