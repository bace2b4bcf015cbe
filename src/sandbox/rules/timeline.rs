//! What happens to a member as time passes, and in which order.
//!
//! Given what lies ahead, [`next`] returns the first event that is due. The caller carries it out and
//! calls [`next`] again, so events happen one by one in order of time however far the clock jumps.

use chrono::{DateTime, Utc};

/// Something that happens by itself at a known time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub event: Event,
}

/// What happens by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A pending accrual is posted.
    Posting {
        /// The number of the accrual.
        accrual: i64,
    },
    /// What is left of a lot burns.
    Burning {
        /// The number of the lot.
        lot: i64,
    },
    /// An exchange in processing is confirmed or refused.
    Confirmation {
        /// The number of the exchange.
        exchange: i64,
    },
    /// The period of an option is over: it ends, or goes on for money.
    PeriodOver {
        /// The number of the entitlement.
        entitlement: i64,
    },
}

/// The first event that is due at `now`, if any.
pub fn next(ahead: &[Due], now: DateTime<Utc>) -> Option<&Due> {
    ahead.iter().filter(|due| due.at <= now).min_by_key(|due| (due.at, rank(&due.event)))
}

// At one instant points arrive before they are needed, and an order is settled before lots burn.
fn rank(event: &Event) -> (u8, i64) {
    match event {
        Event::Posting { accrual } => (0, *accrual),
        Event::Confirmation { exchange } => (1, *exchange),
        Event::PeriodOver { entitlement } => (2, *entitlement),
        Event::Burning { lot } => (3, *lot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(seconds: i64, event: Event) -> Due {
        Due { at: DateTime::from_timestamp(seconds, 0).unwrap(), event }
    }

    fn now(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_earliest_comes_first_whatever_its_kind() {
        let ahead = [due(20, Event::Posting { accrual: 1 }), due(10, Event::Burning { lot: 1 })];
        assert_eq!(next(&ahead, now(30)), Some(&ahead[1]));
        assert_eq!(next(&ahead, now(9)), None);
        assert_eq!(next(&ahead, now(10)), Some(&ahead[1]), "the instant itself counts");
    }

    #[test]
    fn at_one_instant_points_arrive_before_others_burn() {
        let ahead = [
            due(10, Event::Burning { lot: 1 }),
            due(10, Event::PeriodOver { entitlement: 1 }),
            due(10, Event::Confirmation { exchange: 1 }),
            due(10, Event::Posting { accrual: 2 }),
            due(10, Event::Posting { accrual: 1 }),
        ];
        assert_eq!(next(&ahead, now(10)), Some(&ahead[4]));
    }
}
