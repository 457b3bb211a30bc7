//! Time and work in fixed point: nanoseconds with 40 binary places.
//!
//! Where pieces share cores, moments and amounts are no whole nanoseconds. Every step rounds by at most one unit, so that
//! a piece among n others has to be there for some 10^12 / n changes before it is off by 1 ns.

use crate::kernel::{Duration, Time};

/// An amount of time or work, in units of 2^-40 ns.
pub(super) type Fine = u128;

const PLACES: u32 = 40;

/// A length in units.
pub(super) fn fine(length: Duration) -> Fine {
    Fine::from(length.0) << PLACES
}

/// A length in whole nanoseconds, rounded down; it saturates.
pub(super) fn whole(length: Fine) -> Duration {
    Duration(u64::try_from(length >> PLACES).unwrap_or(u64::MAX))
}

/// A moment in units from the beginning.
pub(super) fn moment(at: Time) -> Fine {
    fine(Duration(at.0))
}

/// A millionth of a nanosecond: what is nearer is the same moment, which rounding may have put to either side.
pub(super) const NEAR: Fine = 1 << (PLACES - 20);

/// The first whole nanosecond that is not before this moment, or is near it; it saturates.
pub(super) fn time(moment: Fine) -> Time {
    let first = moment.saturating_sub(NEAR).div_ceil(1 << PLACES);
    Time(u64::try_from(first).unwrap_or(u64::MAX))
}

/// `a` x `b` / `c`, rounded down; it saturates.
///
/// # Panics
/// If `c` is zero, or 2^127 or more.
pub(super) fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    match a.checked_mul(b) {
        Some(product) => product / c,
        None => divide(a, b, c).0,
    }
}

/// `a` x `b` / `c`, rounded up; it saturates.
///
/// # Panics
/// If `c` is zero, or 2^127 or more.
pub(super) fn mul_div_up(a: u128, b: u128, c: u128) -> u128 {
    match a.checked_mul(b) {
        Some(product) => product.div_ceil(c),
        None => {
            let (quotient, remainder) = divide(a, b, c);
            quotient.saturating_add(u128::from(remainder > 0))
        }
    }
}

/// Quotient and remainder of a product that may be too wide for the type, bit by bit of `b` from the highest.
fn divide(a: u128, b: u128, c: u128) -> (u128, u128) {
    assert!(c < 1 << 127, "twice a remainder fits");
    let (whole, rest) = (a / c, a % c);
    let (mut quotient, mut remainder) = (0_u128, 0_u128);
    for bit in (0..u128::BITS - b.leading_zeros()).rev() {
        let doubled = remainder * 2;
        let carry = u128::from(doubled >= c);
        remainder = doubled - carry * c;
        quotient = quotient.saturating_mul(2).saturating_add(carry);
        if b >> bit & 1 == 1 {
            let sum = remainder + rest;
            let carry = u128::from(sum >= c);
            remainder = sum - carry * c;
            quotient = quotient.saturating_add(whole).saturating_add(carry);
        }
    }
    (quotient, remainder)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_long_division_is_that_of_the_type_where_that_is_wide_enough(
            a in 0_u128..1 << 70,
            b in 0_u128..1 << 57,
            c in 1_u128..1 << 80,
        ) {
            prop_assert_eq!(divide(a, b, c), (a * b / c, a * b % c));
        }

        #[test]
        fn a_product_of_any_width_is_divided(a: u128, b in 1_u128..1 << 126) {
            prop_assert_eq!(mul_div(a, b, b), a);
            prop_assert_eq!(mul_div_up(a, b, b), a);
            prop_assert_eq!(mul_div(a, b, b + 1), a - a.div_ceil(b + 1), "a b / (b + 1) = a - a / (b + 1)");
        }
    }

    #[test]
    fn what_is_too_much_saturates() {
        assert_eq!(mul_div(u128::MAX, 3, 2), u128::MAX);
        assert_eq!(time(u128::MAX), Time(u64::MAX));
        assert_eq!(
            (time(1 << 40), time((1 << 40) + NEAR), time((1 << 40) + NEAR + 1)),
            (Time(1), Time(1), Time(2))
        );
        assert_eq!(whole((2 << 40) - 1), Duration(1));
    }
}
