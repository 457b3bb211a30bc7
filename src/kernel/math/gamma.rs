//! The gamma function's logarithm and the regularised incomplete gamma functions, which are the distribution
//! functions of gamma and Erlang variates. They set tables up and judge samples; no hot loop calls them.

use super::exp::exp;
use super::ln::ln;

/// ln(2 pi) / 2.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
/// From here on Stirling's series with seven terms is exact to the last bit.
const STIRLING_FROM: f64 = 10.0;
/// Bounds every series and continued fraction; the longest, at shape 1e6, takes about 9,000.
const TERMS_MAX: u32 = 100_000;

/// The natural logarithm of gamma(`x`) for `x > 0`; absolute error below 1e-14 up to 10, relative error below 1e-15
/// beyond. Zero and infinity give infinity; negative numbers and NaN give NaN.
///
/// Source: Stirling's series, NIST DLMF 5.11.1, after raising the argument to 10 by the recurrence 5.5.1.
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return f64::INFINITY;
    }
    let mut raised = x;
    let mut product = 1.0;
    while raised < STIRLING_FROM {
        product *= raised;
        raised += 1.0;
    }
    (raised - 0.5) * ln(raised) - raised + HALF_LN_TAU + stirling_error(raised) - ln(product)
}

/// What Stirling's formula lacks: `ln gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2)`, for `x` from 10 on.
fn stirling_error(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    // Bernoulli(2k) / (2k (2k - 1)), k = 1 to 7.
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    inverse * terms.iter().rev().fold(0.0, |sum, &term| sum * square + term)
}

/// P(`shape`, `x`): the probability that a gamma variate of this shape and scale 1 is at most `x`. Relative error
/// below 1e-12 for shapes up to 1e6; `shape` must be positive.
pub fn gamma_p(shape: f64, x: f64) -> f64 {
    if x > 0.0 { Incomplete::new(shape, x, ln(x)).p } else { 0.0 }
}

/// Q = 1 - P, the probability of more than `x`, just as accurate where it is tiny.
pub fn gamma_q(shape: f64, x: f64) -> f64 {
    if x > 0.0 { Incomplete::new(shape, x, ln(x)).q } else { 1.0 }
}

/// Both regularised incomplete gamma functions at a point given with its logarithm: for small shapes quantiles lie
/// far below the least `f64`, where `x` is zero and its logarithm still tells.
pub(in crate::kernel) struct Incomplete {
    pub(in crate::kernel) p: f64,
    pub(in crate::kernel) q: f64,
    /// The derivative of `p` by `ln x`, that is `x` times the density.
    pub(in crate::kernel) slope: f64,
}

impl Incomplete {
    /// Source: series NIST DLMF 8.11.4 below `shape + 1`, continued fraction 8.9.2 above.
    pub(in crate::kernel) fn new(shape: f64, x: f64, ln_x: f64) -> Incomplete {
        let kernel = exp(ln_kernel(shape, x, ln_x));
        let slope = kernel * shape;
        if x == f64::INFINITY {
            Incomplete { p: 1.0, q: 0.0, slope: 0.0 }
        } else if x < shape + 1.0 {
            let p = (kernel * series(shape, x)).min(1.0);
            Incomplete { p, q: 1.0 - p, slope }
        } else {
            let q = (slope * continued_fraction(shape, x)).min(1.0);
            Incomplete { p: 1.0 - q, q, slope }
        }
    }
}

/// `ln(x^shape e^-x / gamma(shape + 1))`.
///
/// Large shapes go through the distance of `x` from `shape`, since the plain difference of large terms would lose
/// six digits (Loader, *Fast and accurate computation of binomial probabilities*, 2000, section 3).
fn ln_kernel(shape: f64, x: f64, ln_x: f64) -> f64 {
    if shape < STIRLING_FROM {
        return shape * ln_x - x - ln_gamma(shape + 1.0);
    }
    let distance = (x - shape) / shape;
    let excess = if distance.abs() < 0.2 { excess_over_ln(distance) } else { distance - (ln_x - ln(shape)) };
    -shape * excess - HALF_LN_TAU - 0.5 * ln(shape) - stirling_error(shape)
}

/// `d - ln(1 + d)` for small `d`, by the series of `2 atanh(d / (2 + d))`.
fn excess_over_ln(d: f64) -> f64 {
    let s = d / (2.0 + d);
    let square = s * s;
    // |s| is at most 1/9, so that what is left out is below 2^-60 of the first term.
    let terms = (1..=10).rev().fold(0.0, |sum, k| (sum + 1.0 / f64::from(2 * k + 1)) * square);
    s * (d - 2.0 * terms)
}

/// The sum of `x^n / ((shape + 1) ... (shape + n))` from n = 0.
fn series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut divisor = shape;
    for _ in 0..TERMS_MAX {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term < sum * f64::EPSILON * 0.25 {
            break;
        }
    }
    sum
}

/// Q over `x^shape e^-x / gamma(shape)`, by Lentz's method (modified by Thompson and Barnett so that no divisor is
/// zero; none can be here, where `x > shape`).
fn continued_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let mut d = 1.0 / b;
    let mut result = d;
    let mut c = f64::INFINITY;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let a = n * (shape - n);
        b += 2.0;
        d = 1.0 / (b + a * d);
        c = b + a / c;
        let factor = c * d;
        result *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    result
}
