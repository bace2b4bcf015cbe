//! A server that answers with whatever bytes a test wants, one connection at a time.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use url::Url;

/// What happens to one connection after its request was read.
#[derive(Clone)]
pub enum Act {
    /// These bytes, then an orderly end.
    Send(Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// These bytes, then nothing, for ever.
    Hang(Vec<u8>),
    /// These bytes once somebody says so, then an orderly end.
    Await(Arc<Notify>, Vec<u8>),
}

pub struct Server {
    pub base: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each connection with the next act, and with the last one from then on.
    pub async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/base/", listener.local_addr().unwrap()).parse().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut acts = acts.into_iter().peekable();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let last = acts.next().unwrap();
                if acts.peek().is_none() {
                    acts = vec![last.clone()].into_iter().peekable();
                }
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let Some(request) = read_request(&mut stream).await else { return };
                    seen.lock().unwrap().push(request);
                    match last {
                        Act::Send(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            let _ = stream.shutdown().await;
                        }
                        Act::Await(word, bytes) => {
                            word.notified().await;
                            let _ = stream.write_all(&bytes).await;
                            let _ = stream.shutdown().await;
                        }
                        Act::Reset(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            stream.set_zero_linger().unwrap();
                        }
                        Act::Hang(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            std::future::pending::<()>().await;
                        }
                    }
                });
            }
        });
        Self { base, requests }
    }

    /// Answers everything with these bytes.
    pub async fn sending(bytes: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Act::Send(bytes.into())]).await
    }

    /// Every request so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request with its body.
pub async fn read_request(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<String> {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        request.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok())
            .unwrap_or(0);
        if body.len() >= length {
            return Some(request);
        }
    }
}

/// A whole answer with these headers, each ended by a line break.
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes =
        format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A JSON answer.
pub fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, "Content-Type: application/json\r\nX-Request-Id: r-1\r\n", body)
}

/// A problem.
pub fn problem(status: u16, body: &str) -> Vec<u8> {
    answer(status, "Content-Type: application/problem+json; charset=utf-8\r\nX-Request-Id: r-1\r\n", body)
}
