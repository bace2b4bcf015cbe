//! The requests that have reached the sandbox, for QA to count: which, when, and with what status.
//!
//! Paths come without their query and headers are not kept, so no token can get in.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::state::lock;

/// The log forgets what is older than so many requests.
const MOST: usize = 10_000;
/// A path is kept up to here.
const MOST_PATH: usize = 200;

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenRequest {
    /// Its number, from 1.
    pub number: u64,
    /// When it arrived, by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// Its method.
    pub method: String,
    /// Its path without the query.
    pub path: String,
    /// The status of the answer; `None` while there is none, also where a fault keeps it back.
    pub status: Option<u16>,
    /// The id that the answer carries.
    pub request_id: String,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    count: u64,
    seen: VecDeque<SeenRequest>,
}

impl RequestLog {
    /// Notes a request that arrives, and gives it a number.
    pub(crate) fn arrived(&self, method: &Method, path: &str, id: &str, at: DateTime<Utc>) -> u64 {
        let mut log = lock(&self.0);
        log.count += 1;
        let number = log.count;
        if log.seen.len() >= MOST {
            log.seen.pop_front();
        }
        log.seen.push_back(SeenRequest {
            number,
            at,
            method: method.as_str().chars().take(MOST_PATH).collect(),
            path: path.chars().take(MOST_PATH).collect(),
            status: None,
            request_id: id.to_owned(),
        });
        number
    }

    /// Notes how a request was answered.
    pub(crate) fn answered(&self, number: u64, status: StatusCode) {
        let mut log = lock(&self.0);
        if let Ok(at) = log.seen.binary_search_by_key(&number, |seen| seen.number)
            && let Some(seen) = log.seen.get_mut(at)
        {
            seen.status = Some(status.as_u16());
        }
    }

    /// The requests that are kept, oldest first.
    pub(crate) fn list(&self) -> Vec<SeenRequest> {
        lock(&self.0).seen.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_and_goes_on_counting() {
        let log = RequestLog::default();
        let long = "/v1/".to_owned() + &"x".repeat(1000);
        for _ in 0..=MOST {
            log.arrived(&Method::GET, &long, "r-1", DateTime::UNIX_EPOCH);
        }
        log.answered(1, StatusCode::OK);
        log.answered(2, StatusCode::NOT_FOUND);
        let seen = log.list();
        assert_eq!(seen.len(), MOST);
        assert_eq!((seen[0].number, seen[MOST - 1].number), (2, MOST as u64 + 1));
        assert_eq!((seen[0].status, seen[1].status), (Some(404), None), "the first is forgotten");
        assert_eq!(seen[0].path.len(), MOST_PATH);
    }
}
