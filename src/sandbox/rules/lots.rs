//! Lots of points: which burn next, and which are spent first.
//!
//! A lot is what is left of one accrual. Spending takes the lot that burns soonest first, and
//! among equals the one posted first.

use chrono::{DateTime, Utc};

use crate::values::Points;

/// What is left of one accrual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The number of the lot; later lots have larger numbers.
    pub id: i64,
    /// The points left.
    pub left: Points,
    /// When the rest burns.
    pub expires_at: DateTime<Utc>,
}

/// Points taken from one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The lot.
    pub lot: i64,
    /// The points taken.
    pub points: Points,
}

/// Points that burn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiring {
    /// How many.
    pub points: Points,
    /// When.
    pub at: DateTime<Utc>,
}

/// Points that an order under way keeps until it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// When the order was accepted: what had burned by then it cannot keep.
    pub since: DateTime<Utc>,
    /// How many.
    pub points: Points,
}

/// The lots do not hold enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// How many points are missing.
    pub missing: Points,
}

/// All points the lots hold; `None` where they exceed what [`Points`] can hold.
pub fn total(lots: &[Lot]) -> Option<Points> {
    lots.iter().try_fold(Points::ZERO, |sum, lot| sum.checked_add(lot.left))
}

/// Which lots pay an amount.
pub fn draw(lots: &[Lot], amount: Points) -> Result<Vec<Draw>, Shortage> {
    let mut due = amount;
    let mut draws = Vec::new();
    for lot in in_order(lots) {
        if due == Points::ZERO {
            break;
        }
        let points = lot.left.min(due);
        due = due.saturating_sub(points);
        draws.push(Draw { lot: lot.id, points });
    }
    if due == Points::ZERO { Ok(draws) } else { Err(Shortage { missing: due }) }
}

/// What orders under way, named in the order in which they were accepted, leave of the lots: the points that each
/// holds are those that it will be paid with.
pub fn free(lots: &[Lot], holds: &[Hold]) -> Vec<Lot> {
    let mut lots = in_order(lots);
    for hold in holds {
        let mut due = hold.points;
        for lot in lots.iter_mut().filter(|lot| lot.expires_at > hold.since) {
            let taken = lot.left.min(due);
            due = due.saturating_sub(taken);
            lot.left = lot.left.saturating_sub(taken);
        }
    }
    lots.retain(|lot| lot.left > Points::ZERO);
    lots
}

/// The lots whose points have not burned at `at`.
pub fn alive(lots: &[Lot], at: DateTime<Utc>) -> Vec<Lot> {
    lots.iter().copied().filter(|lot| lot.expires_at > at).collect()
}

/// What burns and when, soonest first, one item for each instant, at most `limit`.
pub fn expiring(lots: &[Lot], limit: usize) -> Vec<Expiring> {
    let mut groups: Vec<Expiring> = Vec::new();
    for lot in in_order(lots) {
        match groups.last_mut() {
            Some(last) if last.at == lot.expires_at => {
                last.points = last.points.checked_add(lot.left).unwrap_or(last.points);
            }
            Some(_) | None => groups.push(Expiring { points: lot.left, at: lot.expires_at }),
        }
    }
    groups.truncate(limit);
    groups
}

fn in_order(lots: &[Lot]) -> Vec<Lot> {
    let mut lots: Vec<_> = lots.iter().copied().filter(|lot| lot.left > Points::ZERO).collect();
    lots.sort_by_key(|lot| (lot.expires_at, lot.id));
    lots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lot(id: i64, left: i64, expires_in: i64) -> Lot {
        Lot { id, left: Points::new(left).unwrap(), expires_at: DateTime::from_timestamp(expires_in, 0).unwrap() }
    }

    fn points(number: i64) -> Points {
        Points::new(number).unwrap()
    }

    fn hold(since: i64, number: i64) -> Hold {
        Hold { since: DateTime::from_timestamp(since, 0).unwrap(), points: points(number) }
    }

    #[test]
    fn the_lot_that_burns_first_pays_first() {
        let lots = [lot(1, 100, 30), lot(2, 50, 10), lot(3, 50, 20)];
        let draws = draw(&lots, points(80)).unwrap();
        assert_eq!(draws, [Draw { lot: 2, points: points(50) }, Draw { lot: 3, points: points(30) }]);
    }

    #[test]
    fn among_lots_that_burn_together_the_older_pays_first() {
        assert_eq!(draw(&[lot(2, 5, 10), lot(1, 5, 10)], points(5)).unwrap(), [Draw { lot: 1, points: points(5) }]);
    }

    #[test]
    fn a_shortage_says_how_much_is_missing() {
        assert_eq!(draw(&[lot(1, 99, 1)], points(100)), Err(Shortage { missing: points(1) }));
        assert_eq!(draw(&[], points(0)), Ok(vec![]));
    }

    #[test]
    fn what_is_held_is_what_would_be_spent() {
        let lots = [lot(1, 100, 30), lot(2, 50, 10), lot(3, 50, 20)];
        let free = |number| free(&lots, &[hold(0, number)]);
        assert_eq!(free(80), [lot(3, 20, 20), lot(1, 100, 30)]);
        assert_eq!(free(0), [lot(2, 50, 10), lot(3, 50, 20), lot(1, 100, 30)]);
        assert_eq!(free(200), []);
        assert_eq!(free(201), [], "a correction may have taken what was held");
    }

    #[test]
    fn what_has_burned_is_held_only_by_an_order_from_before() {
        let lots = [lot(1, 100, 30), lot(2, 50, 10)];
        assert_eq!(free(&lots, &[hold(9, 40), hold(10, 60)]), [lot(2, 10, 10), lot(1, 40, 30)]);
        assert_eq!(free(&lots, &[hold(10, 60), hold(9, 40)]), [lot(2, 10, 10), lot(1, 40, 30)]);
        assert_eq!(free(&lots, &[hold(10, 120)]), [lot(2, 50, 10)]);
        assert_eq!(alive(&lots, hold(10, 0).since), [lot(1, 100, 30)]);
    }

    #[test]
    fn lots_that_burn_together_are_shown_together() {
        let lots = [lot(1, 100, 30), lot(2, 50, 10), lot(3, 0, 5), lot(4, 25, 10)];
        let groups: Vec<_> =
            expiring(&lots, 12).iter().map(|group| (group.points.get(), group.at.timestamp())).collect();
        assert_eq!(groups, [(75, 10), (100, 30)]);
        assert_eq!(expiring(&lots, 1).len(), 1);
    }

    proptest! {
        #[test]
        fn draws_are_exact_and_never_skip_a_sooner_lot(
            amounts in prop::collection::vec((0_i64..500, 0_i64..20), 0..12),
            wanted in 0_i64..4000,
        ) {
            let lots: Vec<_> = (1_i64..).zip(&amounts).map(|(id, (left, expiry))| lot(id, *left, *expiry)).collect();
            let held = total(&lots).unwrap().get();
            match draw(&lots, points(wanted)) {
                Err(shortage) => prop_assert_eq!(shortage.missing.get(), wanted - held),
                Ok(draws) => {
                    prop_assert_eq!(draws.iter().map(|draw| draw.points.get()).sum::<i64>(), wanted);
                    let taken = |id| draws.iter().filter(|draw| draw.lot == id).map(|draw| draw.points.get()).sum::<i64>();
                    for later in lots.iter().filter(|lot| taken(lot.id) > 0) {
                        for sooner in lots.iter().filter(|lot| lot.expires_at < later.expires_at) {
                            prop_assert_eq!(taken(sooner.id), sooner.left.get());
                        }
                    }
                }
            }
        }
    }
}
