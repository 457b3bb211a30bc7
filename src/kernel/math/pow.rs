//! Powers: `pow` as an exponential of an extended logarithm, `powi` by repeated squaring.

use super::double_double::DoubleDouble;
use super::exp::{exp, exp_sum};
use super::ln::ln_extended;

/// `x` to the power `y` for `x >= 0`, within 0.51 units in the last place (1 where the result is subnormal). `pow(x, 0)` and `pow(1, y)` are 1 even for
/// NaN, as in C; a negative `x` gives NaN even for a whole `y`, for which there is [`powi`].
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        let grows = (x == f64::INFINITY) == (y > 0.0);
        return if grows { f64::INFINITY } else { 0.0 };
    }
    let ln = ln_extended(x);
    let rough = y * ln.hi;
    if rough.abs() > 800.0 {
        return exp(rough); // infinite or zero; the exact product below could overflow on the way
    }
    let exact = DoubleDouble::product(y, ln.hi);
    exp_sum(exact.hi, exact.lo + y * ln.lo)
}

/// `x` to the whole power `n` by repeated squaring. The relative error is at most about `|n|` times 1.2e-16.
pub fn powi(x: f64, n: i32) -> f64 {
    let mut result = 1.0;
    let mut square = x;
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    if n < 0 { 1.0 / result } else { result }
}
