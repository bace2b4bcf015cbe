//! The listening socket: HTTP/1.1 with bounded headers and connections, and faults below HTTP.
//!
//! The server is hand-held instead of `axum::serve` because a fault must be able to close a
//! connection without a byte of an answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::extract::Peer;
use super::faults::CloseConnection;

const MOST_CONNECTIONS: usize = 1024;
const MOST_HEADERS: usize = 64;
const HEADER_BYTES: usize = 32 * 1024;
const HEADER_TIME: Duration = Duration::from_secs(15);
/// Whoever reads nothing for so long keeps a place that others want.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// The answer under way may take so long when a connection has to end.
const LAST_ANSWER: Duration = Duration::from_secs(60);
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves until told to stop, then lets answers under way finish for a moment.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|is_stopped| *is_stopped) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else { continue };
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(async move {
                    converse(stream, Peer(peer.ip()), router, stop).await;
                    drop(slot);
                });
            }
            // Running out of descriptors passes; spinning until then helps nobody.
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

async fn converse(stream: TcpStream, peer: Peer, router: Router, mut stop: watch::Receiver<bool>) {
    // Answers are small and awaited; a failure here costs only speed.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        answer(router.clone(), request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(MOST_HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let stopped = async move {
        // A sender that is gone stops the server as well.
        let is_over = stop.wait_for(|is_stopped| *is_stopped);
        let _ = tokio::time::timeout(CONNECTION_TIME, is_over).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped => None,
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

async fn answer(router: Router, request: Request) -> Result<Response, Closed> {
    let response: Result<Response, Infallible> = TowerToHyperService::new(router).call(request).await;
    match response {
        Ok(response) if response.extensions().get::<CloseConnection>().is_some() => Err(Closed),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
