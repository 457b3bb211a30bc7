//! Double-double arithmetic: a number held as the unevaluated sum of two `f64`, good for about 106 bits.
//!
//! It builds the tables of [`super::ln`] and [`super::exp`] while compiling, so that no long list of digits has to
//! be trusted, and carries the extra bits inside [`super::pow`].
//!
//! Sources: Knuth, *The Art of Computer Programming* vol. 2, 4.2.2 (exact sum); Dekker, *A floating-point technique
//! for extending the available precision*, Numerische Mathematik 18 (1971) (exact product without a fused
//! multiply-add).

/// `hi + lo`, with `lo` at most half a unit in the last place of `hi`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DoubleDouble {
    pub(super) hi: f64,
    pub(super) lo: f64,
}

/// Cuts an `f64` into two halves of at most 26 bits each (Dekker's constant, 2^27 + 1).
const SPLITTER: f64 = 134_217_729.0;

impl DoubleDouble {
    pub(super) const fn new(value: f64) -> DoubleDouble {
        DoubleDouble { hi: value, lo: 0.0 }
    }

    /// `a + b` exactly, for `|a| >= |b|` or `a == 0`.
    #[inline]
    pub(super) const fn ordered_sum(a: f64, b: f64) -> DoubleDouble {
        let hi = a + b;
        DoubleDouble { hi, lo: b - (hi - a) }
    }

    /// `a + b` exactly.
    #[inline]
    pub(super) const fn sum(a: f64, b: f64) -> DoubleDouble {
        let hi = a + b;
        let b_seen = hi - a;
        DoubleDouble { hi, lo: (a - (hi - b_seen)) + (b - b_seen) }
    }

    /// `a * b` exactly, unless a part overflows (above 2^996) or underflows.
    #[inline]
    pub(super) const fn product(a: f64, b: f64) -> DoubleDouble {
        let (a_hi, a_lo) = split(a);
        let (b_hi, b_lo) = split(b);
        let hi = a * b;
        let lo = ((a_hi * b_hi - hi) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo;
        DoubleDouble { hi, lo }
    }

    #[inline]
    pub(super) const fn add(self, other: DoubleDouble) -> DoubleDouble {
        let high = DoubleDouble::sum(self.hi, other.hi);
        let low = DoubleDouble::sum(self.lo, other.lo);
        let first = DoubleDouble::ordered_sum(high.hi, high.lo + low.hi);
        DoubleDouble::ordered_sum(first.hi, first.lo + low.lo)
    }

    #[inline]
    pub(super) const fn times(self, other: DoubleDouble) -> DoubleDouble {
        let high = DoubleDouble::product(self.hi, other.hi);
        DoubleDouble::ordered_sum(high.hi, high.lo + (self.hi * other.lo + self.lo * other.hi))
    }

    #[inline]
    pub(super) const fn over(self, other: DoubleDouble) -> DoubleDouble {
        let first = self.hi / other.hi;
        let rest = self.add(other.times(DoubleDouble::new(-first)));
        let second = rest.hi / other.hi;
        let rest = rest.add(other.times(DoubleDouble::new(-second)));
        DoubleDouble::ordered_sum(first, second).add(DoubleDouble::new(rest.hi / other.hi))
    }
}

const fn split(x: f64) -> (f64, f64) {
    let scaled = SPLITTER * x;
    let hi = scaled - (scaled - x);
    (hi, x - hi)
}

/// The natural logarithm of `x`, for `x` in \[1/2, 2\]: `2 atanh((x - 1) / (x + 1))` by its Taylor series.
pub(super) const fn ln_near_one(x: f64) -> DoubleDouble {
    let s = DoubleDouble::sum(x, -1.0).over(DoubleDouble::sum(x, 1.0));
    let square = s.times(s);
    let mut total = DoubleDouble::new(0.0);
    let mut odd = 71.0; // (1/3)^73 / 73 is below 2^-106
    while odd >= 1.0 {
        total = total.times(square).add(DoubleDouble::new(2.0).over(DoubleDouble::new(odd)));
        odd -= 2.0;
    }
    total.times(s)
}

/// e to the power `x`, for `|x|` at most 1, by its Taylor series.
pub(super) const fn exp_small(x: DoubleDouble) -> DoubleDouble {
    let mut total = DoubleDouble::new(1.0);
    let mut n = 30.0; // 1 / 31! is below 2^-106
    while n >= 1.0 {
        total = total.times(x.over(DoubleDouble::new(n))).add(DoubleDouble::new(1.0));
        n -= 1.0;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_and_product_keep_what_rounding_drops() {
        let sum = DoubleDouble::sum(1.0, 1e-20);
        assert_eq!((sum.hi, sum.lo), (1.0, 1e-20));
        let x = 1.0 + f64::EPSILON; // its square is 1 + 2 eps + eps^2
        let square = DoubleDouble::product(x, x);
        assert_eq!((square.hi, square.lo), (1.0 + 2.0 * f64::EPSILON, f64::EPSILON * f64::EPSILON));
    }

    #[test]
    fn division_undoes_multiplication_to_a_hundred_bits() {
        let third = DoubleDouble::new(1.0).over(DoubleDouble::new(3.0));
        let back = third.times(DoubleDouble::new(3.0)).add(DoubleDouble::new(-1.0));
        assert!(back.hi.abs() < 1e-31, "{back:?}");
    }

    #[test]
    fn logarithm_and_exponential_undo_each_other_to_a_hundred_bits() {
        for x in [0.5, 0.75, 1.0 + 1e-9, 1.5, 2.0] {
            let back = exp_small(ln_near_one(x)).add(DoubleDouble::new(-x));
            assert!(back.hi.abs() < 1e-30, "{x}: {back:?}");
        }
    }
}
