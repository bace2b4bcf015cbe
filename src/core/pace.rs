//! When a box asks: its first question after power-on, the next one after a failure, its refreshes.
//!
//! A million boxes run these functions at once, often started in the same minute by a power cut, so
//! every wait is drawn from a range that keeps them apart. A viewer with the remote in hand is one
//! of few and waits less. Nothing here knows a clock or makes random bits: both are arguments.

use std::time::Duration;

use crate::domain::{Failure, FailureKind, Fault};

/// Whether somebody uses the box at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// Somebody has pressed a key lately.
    Viewer,
    /// Nobody has.
    Nobody,
}

/// Seconds at most after the first, second, ... failure while somebody waits, or while nothing reaches
/// the service anyway (NET-2).
const SHORT: [u64; 6] = [1, 2, 4, 8, 15, 30];
/// Seconds from and to after the first, second, ... failure of the service while nobody waits.
///
/// The first range is a whole period of the second wide: whatever made the boxes start together, their
/// second questions are spread evenly over a period, and narrow ranges keep them so. An even spread
/// leaves no moment in which the service idles, and a period bounds how often a box can ask.
const LONG: [(u64, u64); 10] =
    [(10, 40), (27, 33), (27, 33), (27, 33), (27, 33), (27, 33), (27, 33), (45, 75), (90, 150), (200, 300)];
/// The first question after power-on comes within this time, if there is a cache to show meanwhile.
const POWER_ON: Duration = Duration::from_secs(20);
/// A refresh comes within this time of being due: clocks that show the same minute must not ask together.
const REFRESH: Duration = Duration::from_secs(60);
/// The first question after a change of the link comes within this time.
const LINK_CHANGE: Duration = Duration::from_secs(1);
/// The longest a server may make a box wait that nobody looks at.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);
/// The longest a server may make a viewer or an order wait.
const LONGEST_ASKED_OF_VIEWER: Duration = Duration::from_secs(300);

/// The longest wait for a name server, which is near and tells nothing of its recovery: a router that starts anew takes
/// a minute or two.
const NAME: Duration = Duration::from_secs(8);
/// After so many failures nobody waits for it any more; a city whose names are gone must not return within seconds.
const NAME_ATTEMPTS: u32 = 20;

/// A random part of a time.
pub fn share(entropy: u128, of: Duration) -> Duration {
    const STEPS: u128 = 1 << 16;
    let part = u32::try_from(entropy % STEPS).unwrap_or(0);
    (of * part) / (1 << 16)
}

/// How long after power-on the first question waits while the cache is shown and no key is pressed.
pub fn after_power_on(entropy: u128) -> Duration {
    share(entropy, POWER_ON)
}

/// How long a refresh waits that has become due.
pub fn before_refresh(entropy: u128) -> Duration {
    share(entropy, REFRESH)
}

/// The wait after a number of failures in a row.
pub fn after_failure(attempts: u32, failure: &Failure, attention: Attention, entropy: u128) -> Duration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let (own, longest_asked) = match (attention, is_of_service(failure)) {
        (Attention::Nobody, true) => {
            let (from, to) = LONG.get(step).or(LONG.last()).copied().unwrap_or_default();
            (Duration::from_secs(from) + share(entropy, Duration::from_secs(to - from)), LONGEST_ASKED)
        }
        (Attention::Nobody, false) | (Attention::Viewer, _) => {
            let most = Duration::from_secs(SHORT.get(step).or(SHORT.last()).copied().unwrap_or_default());
            let most = if is_of_name(attempts, failure, attention) { most.min(NAME) } else { most };
            // Half of it is certain, or a quarter of the boxes would hardly wait at all.
            (most / 2 + share(entropy, most / 2), LONGEST_ASKED_OF_VIEWER)
        }
    };
    match failure.retry_after {
        Some(asked) => own.max(obeyed(asked, longest_asked, entropy)),
        None => own,
    }
}

/// Whether a name is looked for that may be found again at any moment (C33).
fn is_of_name(attempts: u32, failure: &Failure, attention: Attention) -> bool {
    failure.kind.judgement().fault == Fault::Name && (attention == Attention::Viewer || attempts <= NAME_ATTEMPTS)
}

/// How long the first question waits after a link came or went: its address and routes come a moment later.
pub fn after_link_change(entropy: u128) -> Duration {
    LINK_CHANGE / 2 + share(entropy, LINK_CHANGE / 2)
}

/// Whether a failure may be over when the box's own link has changed: no answer came at all, or somebody else's.
pub fn may_be_of_link(failure: &Failure) -> bool {
    match failure.kind.judgement().fault {
        Fault::Name | Fault::Link | Fault::Silence | Fault::ForeignAnswer => true,
        Fault::Service | Fault::Answer | Fault::Verdict => false,
    }
}

/// Whether somebody answered, and not what the question was: it says nothing of the link or of other questions.
pub fn is_of_this_question(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::Malformed
        | FailureKind::TooLarge
        | FailureKind::InProgress
        | FailureKind::Server { .. }
        | FailureKind::Unauthorized
        | FailureKind::NotFound
        | FailureKind::Refused(_) => true,
        FailureKind::NoAddress
        | FailureKind::NoConnection
        | FailureKind::Timeout
        | FailureKind::Interrupted
        | FailureKind::Tls
        | FailureKind::Clock
        | FailureKind::WrongServer
        | FailureKind::CaptivePortal
        | FailureKind::RateLimited
        | FailureKind::Unavailable => false,
    }
}

/// How long even a viewer who asks again must wait, because the server said so.
pub fn closed_for(failure: &Failure) -> Duration {
    failure.retry_after.unwrap_or_default().min(LONGEST_ASKED_OF_VIEWER)
}

/// Whether the service is in trouble: one question shows whether it is over, and more make it worse.
pub fn is_of_service(failure: &Failure) -> bool {
    match failure.kind.judgement().fault {
        Fault::Silence | Fault::Service => true,
        Fault::Name | Fault::Link | Fault::ForeignAnswer | Fault::Answer | Fault::Verdict => false,
    }
}

/// What the server asked for and a random bit more: whoever was refused together must not return together.
fn obeyed(asked: Duration, longest: Duration, entropy: u128) -> Duration {
    let asked = asked.min(longest);
    asked + share(entropy, (asked / 4).max(Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest that [`share`] makes of random bits.
    const MOST: u128 = u128::MAX;

    fn unavailable(retry_after: Option<u64>) -> Failure {
        Failure { retry_after: retry_after.map(Duration::from_secs), ..Failure::new(FailureKind::Unavailable) }
    }

    #[test]
    fn a_share_lies_within_its_time() {
        let of = Duration::from_secs(60);
        assert_eq!(share(0, of), Duration::ZERO);
        assert!(share(MOST, of) < of && share(MOST, of) > Duration::from_secs(59));
        assert_eq!(share(1 << 15, of), Duration::from_secs(30));
    }

    #[test]
    fn a_viewer_and_a_broken_link_wait_at_most_thirty_seconds() {
        let link = Failure::new(FailureKind::NoConnection);
        for (attempts, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (6, 30), (7, 30), (u32::MAX, 30)] {
            for (failure, attention) in [(&link, Attention::Nobody), (&unavailable(None), Attention::Viewer)] {
                let least = after_failure(attempts, failure, attention, 0);
                let most = after_failure(attempts, failure, attention, MOST);
                assert_eq!(least, Duration::from_secs(seconds) / 2);
                assert!(most > least && most < Duration::from_secs(seconds));
            }
        }
    }

    #[test]
    fn c33_a_name_is_looked_for_again_within_eight_seconds() {
        let name = Failure::new(FailureKind::NoAddress);
        for attempts in 1..=NAME_ATTEMPTS {
            for attention in [Attention::Viewer, Attention::Nobody] {
                assert!(after_failure(attempts, &name, attention, MOST) < NAME, "{attempts} {attention:?}");
            }
        }
        assert!(after_failure(u32::MAX, &name, Attention::Viewer, MOST) < NAME);
        assert!(after_failure(u32::MAX, &name, Attention::Nobody, MOST) > 2 * NAME, "a city must not return at once");
        assert!(!is_of_service(&name) && may_be_of_link(&name));
    }

    #[test]
    fn nobody_waits_longer_and_at_most_five_minutes() {
        let wait = |attempts, entropy| after_failure(attempts, &unavailable(None), Attention::Nobody, entropy);
        assert_eq!(wait(1, 0), Duration::from_secs(10));
        assert_eq!(wait(2, 0), Duration::from_secs(27));
        assert!(wait(u32::MAX, MOST) < Duration::from_secs(300));
        for attempts in 1..12 {
            assert!(wait(attempts, MOST) > wait(attempts, 0), "every wait is spread");
        }
    }

    #[test]
    fn the_second_questions_are_spread_over_a_whole_period() {
        let ((from, to), (least, most)) = (LONG[0], LONG[1]);
        assert_eq!(to - from, u64::midpoint(least, most), "or boxes that started together stay together");
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_and_nobody_returns_on_the_second() {
        let wait = |asked, attention, entropy| after_failure(1, &unavailable(Some(asked)), attention, entropy);
        for attention in [Attention::Viewer, Attention::Nobody] {
            assert_eq!(wait(60, attention, 0), Duration::from_secs(60));
            let most = wait(60, attention, MOST);
            assert!(most > Duration::from_secs(74) && most < Duration::from_secs(75));
        }
        assert_eq!(wait(1_000_000, Attention::Viewer, 0), Duration::from_secs(300));
        assert_eq!(wait(1_000_000, Attention::Nobody, 0), Duration::from_secs(3600));
        assert_eq!(closed_for(&unavailable(None)), Duration::ZERO);
        assert_eq!(closed_for(&unavailable(Some(60))), Duration::from_secs(60));
    }
}
