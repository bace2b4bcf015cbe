//! The price a member pays: the catalogue price less the discount of their status.

use crate::values::Points;

/// The discounted price in whole points, rounded down in the member's favour.
pub fn discounted(base: Points, discount_percent: u8) -> Points {
    let paid_percent = i64::from(100_u8.saturating_sub(discount_percent));
    // Points::MAX times 100 fits i64, so the product cannot overflow.
    Points::new(base.get() * paid_percent / 100).unwrap_or(Points::ZERO)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rounding_favours_the_member() {
        let price = |base, percent| discounted(Points::new(base).unwrap(), percent).get();
        assert_eq!(price(800, 10), 720);
        assert_eq!(price(1950, 15), 1657);
        assert_eq!(price(1, 5), 0);
        assert_eq!(price(3400, 0), 3400);
        assert_eq!(price(3400, 100), 0);
        assert_eq!(price(3400, 255), 0);
    }

    proptest! {
        #[test]
        fn a_discount_never_raises_a_price_and_is_off_by_less_than_a_point(base in 0..=Points::MAX, percent in 0_u8..=100) {
            let price = discounted(Points::new(base).unwrap(), percent).get();
            let exact_hundredfold = i128::from(base) * i128::from(100 - percent);
            prop_assert!(price <= base);
            prop_assert!(i128::from(price) * 100 <= exact_hundredfold);
            prop_assert!(exact_hundredfold - i128::from(price) * 100 < 100);
        }
    }
}
