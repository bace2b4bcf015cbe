//! A listening socket: HTTP/1.1 with bounded headers and connections, and faults below HTTP.
//!
//! The server uses hyper directly instead of `axum::serve`, because a fault must be able to close a
//! connection without a byte of an answer.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Uri;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use super::extract::Peer;
use super::faults::CloseConnection;
use super::problem::{PROBLEM_JSON, Problem, REQUEST_ID};
use crate::state::lock;

const MOST_HEADERS: usize = 256;
const HEADER_BYTES: usize = 32 * 1024;
/// The longest time for a request head, and for the pause before it on a connection that is kept open.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// The longest life of a connection: a client that reads nothing would keep its place from others.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// The answer under way may take so long when a connection has to end.
const LAST_ANSWER: Duration = Duration::from_secs(60);
const FAREWELL: Duration = Duration::from_secs(2);
/// How long the request of a client without a place is read, so that the client can read the refusal.
const REFUSAL_TIME: Duration = Duration::from_secs(1);
const MOST_REFUSALS: usize = 64;

/// What a listener serves, and to how many.
#[derive(Clone)]
pub struct Site {
    pub router: Router,
    /// The path of the public address, such as `/bonus`: requests may come with it or without.
    pub prefix: Arc<str>,
    /// Connections at one time. One more takes the place of the connection that was idle longest; where none is idle,
    /// it is answered with 503.
    pub most_connections: usize,
}

/// Serves until told to stop, then lets answers under way finish for a moment.
pub async fn serve(listener: TcpListener, site: Site, mut stop: watch::Receiver<bool>) {
    let guests = Arc::new(Guests::new(site.most_connections));
    let refusals = Arc::new(Semaphore::new(MOST_REFUSALS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|is_stopped| *is_stopped) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
        };
        match accepted {
            Ok((stream, peer)) => match guests.admit() {
                Some(guest) => {
                    let (site, stop) = (site.clone(), stop.clone());
                    connections.spawn(converse(stream, Peer(peer.ip()), guest, site, stop));
                }
                None => {
                    if let Ok(permit) = Arc::clone(&refusals).try_acquire_owned() {
                        connections.spawn(async move {
                            refuse(stream).await;
                            drop(permit);
                        });
                    }
                }
            },
            // There may be no descriptors left for a while: wait instead of spinning.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "accepting a connection failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let farewell = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
        connections.abort_all();
    }
}

/// The connections that are open.
struct Guests {
    most: usize,
    /// Counts connections and answers, to find the connection that was idle longest.
    events: AtomicU64,
    here: Mutex<HashMap<u64, Arc<Seat>>>,
}

/// What is known of an open connection.
#[derive(Default)]
struct Seat {
    /// The number of its last event: that it was opened, or its last answer.
    last: AtomicU64,
    has_request: AtomicBool,
    /// Notified when another connection takes its place.
    leave: Notify,
}

/// An open connection; dropping it frees its place.
struct Guest {
    guests: Arc<Guests>,
    number: u64,
    seat: Arc<Seat>,
}

impl Guests {
    fn new(most: usize) -> Self {
        Self { most, events: AtomicU64::new(0), here: Mutex::default() }
    }

    fn next_event(&self) -> u64 {
        self.events.fetch_add(1, Ordering::Relaxed)
    }

    /// A place for a new connection, if need be that of the connection idle longest.
    fn admit(self: &Arc<Self>) -> Option<Guest> {
        let mut here = lock(&self.here);
        if here.len() >= self.most {
            let idle = here.iter().filter(|(_, seat)| !seat.has_request.load(Ordering::Relaxed));
            let (number, _) = idle.min_by_key(|(_, seat)| seat.last.load(Ordering::Relaxed))?;
            let number = *number;
            here.remove(&number)?.leave.notify_one();
        }
        let number = self.next_event();
        let seat = Arc::new(Seat { last: AtomicU64::new(number), ..Seat::default() });
        here.insert(number, Arc::clone(&seat));
        Some(Guest { guests: Arc::clone(self), number, seat })
    }
}

impl Guest {
    fn begins_request(&self) {
        self.seat.has_request.store(true, Ordering::Relaxed);
    }

    fn is_answered(&self) {
        self.seat.last.store(self.guests.next_event(), Ordering::Relaxed);
        self.seat.has_request.store(false, Ordering::Relaxed);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        lock(&self.guests.here).remove(&self.number);
    }
}

/// Answers a client that found no place. Its request is read first: closing a connection with unread bytes resets it, and
/// the answer would be lost.
async fn refuse(stream: TcpStream) {
    let body = Problem::unavailable(1).to_json("r-no-place");
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {PROBLEM_JSON}\r\nretry-after: 1\r\n{REQUEST_ID}: r-no-place\r\n\
         cache-control: no-store\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let said = async {
        stream.readable().await?;
        stream.try_read(&mut [0; 4096])?;
        stream.writable().await?;
        stream.try_write(answer.as_bytes())
    };
    // A client that is gone already needs no answer.
    let _ = tokio::time::timeout(REFUSAL_TIME, said).await;
}

async fn converse(stream: TcpStream, peer: Peer, guest: Guest, site: Site, mut stop: watch::Receiver<bool>) {
    // Answers are small and awaited; a failure here costs only speed.
    let _ = stream.set_nodelay(true);
    let guest = &guest;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        if let Some(uri) = without_prefix(request.uri(), &site.prefix) {
            *request.uri_mut() = uri;
        }
        let answer = answer(site.router.clone(), request);
        async move {
            guest.begins_request();
            let answer = answer.await;
            guest.is_answered();
            answer
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MOST_HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let stopped = async move {
        // A dropped sender stops the server, too.
        let is_over = stop.wait_for(|is_stopped| *is_stopped);
        let _ = tokio::time::timeout(CONNECTION_TIME, is_over).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped => None,
        () = guest.seat.leave.notified() => return,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(LAST_ANSWER, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
    }
}

/// The connection is closed because a fault says so.
#[derive(Debug, thiserror::Error)]
#[error("a fault closes the connection")]
struct Closed;

/// The address without the path that the public address begins with, if it has it.
fn without_prefix(uri: &Uri, prefix: &str) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str();
    let rest = path.strip_prefix(prefix).filter(|rest| !prefix.is_empty() && rest.starts_with('/'))?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest.parse().ok()?);
    Uri::from_parts(parts).ok()
}

async fn answer(router: Router, request: Request) -> Result<Response, Closed> {
    let response: Result<Response, Infallible> = TowerToHyperService::new(router).call(request).await;
    match response {
        Ok(response) if response.extensions().get::<CloseConnection>().is_some() => Err(Closed),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_path_is_taken_off_where_it_is_sent() {
        for (sent, served) in [
            ("/bonus/v1/terms?a=/bonus/b", Some("/v1/terms?a=/bonus/b")),
            ("/bonus/", Some("/")),
            ("/v1/terms", None),
            ("/bonusv1/terms", None),
            ("/bonus", None),
            ("http://host/bonus/tv", Some("http://host/tv")),
        ] {
            let uri = without_prefix(&sent.parse().unwrap(), "/bonus");
            assert_eq!(uri, served.map(|served| served.parse().unwrap()), "{sent}");
        }
        assert_eq!(without_prefix(&"/v1/terms".parse().unwrap(), ""), None);
    }

    #[test]
    fn the_connection_idle_longest_makes_room_and_one_with_a_request_does_not() {
        let guests = Arc::new(Guests::new(3));
        let [one, two, three] = [(); 3].map(|()| guests.admit().unwrap());
        one.begins_request();
        two.begins_request();
        two.is_answered();
        let four = guests.admit().unwrap();
        assert!(!lock(&guests.here).contains_key(&three.number), "it was idle longest");
        four.begins_request();
        let five = guests.admit().unwrap();
        assert!(!lock(&guests.here).contains_key(&two.number), "the first and the fourth have a request");
        five.begins_request();
        assert!(guests.admit().is_none(), "all have one");
        drop(three);
        assert!(guests.admit().is_none(), "it had left its place already");
        drop(one);
        assert!(guests.admit().is_some());
    }
}
