//! What the rules compute is what the seed data promise on the screen: loading compares the numbers, and here
//! the rules compute with them.

use super::support::at;
use crate::rules::accrual::{Earning, points_for_payment, posting_time};
use crate::seed::{Posting, Seed};

#[test]
fn points_are_posted_when_promised() {
    let seed = Seed::embedded();
    let now = at("2026-03-10T09:00:00Z");
    for rule in &seed.earning_rules {
        let earning = Earning::from_code(&rule.id).unwrap();
        let promised = match rule.posting {
            Posting::AtOnce | Posting::OnTheDay => now,
            Posting::Hours { hours } => now + chrono::TimeDelta::hours(i64::from(hours)),
            // The first of April begins at midnight in Moscow.
            Posting::NextMonth { day } => at("2026-03-31T21:00:00Z") + chrono::TimeDelta::days(i64::from(day) - 1),
        };
        assert_eq!(posting_time(earning, now, chrono_tz::Europe::Moscow), promised, "{}", rule.id);
        if let (Some(roubles), Some(least)) = (rule.roubles_per_point, rule.minimum_roubles) {
            let least = i64::from(least);
            assert_eq!(points_for_payment(least).get(), least / i64::from(roubles));
            assert_eq!(points_for_payment(least - 1).get(), 0);
        }
    }
    assert_eq!(seed.earning_rules.len(), Earning::ALL.len());
}
