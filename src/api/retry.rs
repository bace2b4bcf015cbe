//! Retries: only of reads, only when it can help, and never past the deadline.

use std::future::Future;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use crate::domain::{Failure, FailureKind};

/// How often a request is retried.
const RETRIES: usize = 2;
/// The longest pause a server may ask for before the client leaves it to the viewer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Retries until there is an answer, an error that a retry cannot cure, or `deadline` is over.
pub(super) async fn ask<T, F, Fut>(delay: Duration, deadline: Duration, question: F) -> Result<T, Failure>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let pauses = ExponentialBuilder::new()
        .with_min_delay(delay)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(RETRIES)
        .with_jitter();
    let asked = question
        .retry(pauses)
        .when(is_worth_repeating)
        .adjust(|failure, pause| pause.map(|pause| failure.retry_after.map_or(pause, |asked| asked.max(pause))))
        .notify(|failure: &Failure, pause| tracing::debug!(?failure, ?pause, "asking again"));
    match tokio::time::timeout(deadline, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::new(FailureKind::Timeout)),
    }
}

fn is_worth_repeating(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::NoConnection | FailureKind::Interrupted => {
            failure.retry_after.is_none_or(|asked| asked <= LONGEST_PAUSE)
        }
        // After a power cut, the gateways of a city's service say 502 to every box: the core asks again, spread out.
        FailureKind::Server { .. } => false,
        // An overloaded service must not get three times the requests; a retry follows only a Retry-After.
        FailureKind::RateLimited | FailureKind::Unavailable => {
            failure.retry_after.is_some_and(|asked| asked <= LONGEST_PAUSE)
        }
        // A timeout has used up the time of the call, and the kernel has already retried the connection; the core
        // retries later.
        FailureKind::Timeout | FailureKind::NoAddress => false,
        // A person has to do something first, or the answer will not change.
        FailureKind::CaptivePortal
        | FailureKind::InProgress
        | FailureKind::Tls
        | FailureKind::Clock
        | FailureKind::WrongServer
        | FailureKind::Malformed
        | FailureKind::TooLarge
        | FailureKind::Unauthorized
        | FailureKind::NotFound
        | FailureKind::Refused(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn unavailable(retry_after: Option<u64>) -> Failure {
        Failure { retry_after: retry_after.map(Duration::from_secs), ..Failure::new(FailureKind::Unavailable) }
    }

    async fn count(failure: Failure) -> (u32, Duration, Failure) {
        let asked = Cell::new(0);
        let start = tokio::time::Instant::now();
        let answer: Result<(), _> = ask(Duration::from_millis(200), Duration::from_secs(10), || {
            asked.set(asked.get() + 1);
            std::future::ready(Err(failure.clone()))
        })
        .await;
        (asked.get(), start.elapsed(), answer.expect_err("the question always fails"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_transient_failure_is_asked_three_times_in_all() {
        assert_eq!(count(Failure::new(FailureKind::NoConnection)).await.0, 3);
        assert_eq!(count(Failure::new(FailureKind::Interrupted)).await.0, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_failure_is_asked_once() {
        assert_eq!(count(unavailable(None)).await.0, 1, "no room is no reason to ask thrice");
        assert_eq!(count(Failure::new(FailureKind::Timeout)).await.0, 1);
        assert_eq!(count(Failure::new(FailureKind::Server { status: 502 })).await.0, 1, "a gateway without a service");
        for kind in [FailureKind::Malformed, FailureKind::Unauthorized, FailureKind::CaptivePortal, FailureKind::Tls] {
            assert_eq!(count(Failure::new(kind)).await.0, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_pause_is_kept_and_a_long_one_is_told() {
        let (asked, took, _) = count(unavailable(Some(2))).await;
        assert_eq!(asked, 3);
        assert!(took >= Duration::from_secs(4));
        let (asked, took, failure) = count(unavailable(Some(4))).await;
        assert_eq!((asked, took), (1, Duration::ZERO));
        assert_eq!(failure.retry_after, Some(Duration::from_secs(4)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_a_question_that_hangs() {
        let answer: Result<(), _> = ask(Duration::from_millis(1), Duration::from_secs(10), std::future::pending).await;
        assert_eq!(answer, Err(Failure::new(FailureKind::Timeout)));
    }
}
