//! Student's t distribution, for intervals over few values.

use super::trig::asin;

const HALF_PI: f64 = std::f64::consts::FRAC_PI_2;
/// Halvings of an interval: after these nothing is left of it but the last bits of an `f64`.
const HALVINGS: u32 = 200;

/// The probability that a variate of Student's t distribution with `freedom` degrees of freedom, at least 1, lies
/// between `-t` and `t`, for `t` from 0 on; absolute error below 1e-14 up to a thousand degrees.
///
/// Source: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4: finite sums for whole
/// degrees.
fn within(t: f64, freedom: u32) -> f64 {
    let n = f64::from(freedom);
    let (sine, cosine) = (t / (n + t * t).sqrt(), (n / (n + t * t)).sqrt());
    let is_even = freedom.is_multiple_of(2);
    // Each term is the one before times cos^2 (k - 1) / k, where k goes up in steps of two to `freedom - 2`.
    let (mut term, mut sum, first) = if is_even { (1.0, 1.0, 2) } else { (cosine, cosine, 3) };
    for k in (first..=freedom.saturating_sub(2)).step_by(2) {
        let k = f64::from(k);
        term *= cosine * cosine * (k - 1.0) / k;
        sum += term;
    }
    match (is_even, freedom) {
        (true, _) => sine * sum,
        (false, 1) => asin(sine) / HALF_PI,
        (false, _) => (asin(sine) + sine * sum) / HALF_PI,
    }
}

/// How often a variate of Student's t distribution with `freedom` degrees of freedom, at least 1, is as far from nought as `t`, from 0
/// to infinity, or further; absolute error below 1e-14.
///
/// # Panics
/// If there is no degree of freedom, or `t` is negative.
pub fn student_two_sided(t: f64, freedom: u32) -> f64 {
    assert!(freedom > 0 && t >= 0.0, "a distance, and degrees of freedom");
    if t == f64::INFINITY { 0.0 } else { (1.0 - within(t, freedom)).clamp(0.0, 1.0) }
}

/// The `u`-quantile of Student's t distribution with `freedom` degrees of freedom, for `u` from a half to below 1;
/// relative error below 1e-9 for quantiles up to a thousand. One degree is Cauchy's law; with ever more it nears the
/// normal one.
///
/// # Panics
/// If there is no degree of freedom, or `u` is not in \[0.5, 1).
pub fn student_quantile(freedom: u32, u: f64) -> f64 {
    assert!(freedom > 0, "a t distribution has degrees of freedom");
    assert!((0.5..1.0).contains(&u), "only the upper half, without its end");
    let target = 2.0 * u - 1.0;
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, freedom) < target {
        high *= 2.0;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if within(middle, freedom) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::math::{inverse_normal_cdf, sin};

    /// The upper half per cent of printed tables (Abramowitz and Stegun, table 26.10), to the three digits that they
    /// have.
    #[test]
    fn quantiles_are_those_of_tables() {
        let half_percent = [
            (1, 63.657),
            (2, 9.925),
            (3, 5.841),
            (4, 4.604),
            (5, 4.032),
            (9, 3.250),
            (10, 3.169),
            (19, 2.861),
            (20, 2.845),
            (29, 2.756),
            (30, 2.750),
            (60, 2.660),
            (120, 2.617),
        ];
        for (freedom, printed) in half_percent {
            let quantile = student_quantile(freedom, 0.995);
            assert!((quantile - printed).abs() < 5.01e-4, "{freedom}: {quantile}");
        }
        assert!((student_quantile(4, 0.95) - 2.132).abs() < 5e-4);
        assert!((student_quantile(7, 0.975) - 2.365).abs() < 5e-4);
    }

    /// One degree: tan(pi (u - 1/2)). Two: (2u - 1) / sqrt(2 u (1 - u)).
    #[test]
    fn one_and_two_degrees_have_closed_forms() {
        let pi = 2.0 * HALF_PI;
        for u in [0.5, 0.6, 0.75, 0.9, 0.99, 0.999] {
            let turned = pi * (u - 0.5);
            let cauchy = sin(turned) / sin(HALF_PI - turned);
            let two = (2.0 * u - 1.0) / (2.0 * u * (1.0 - u)).sqrt();
            assert!((student_quantile(1, u) - cauchy).abs() < 1e-9 * cauchy.max(1.0), "{u}");
            assert!((student_quantile(2, u) - two).abs() < 1e-9 * two.max(1.0), "{u}");
        }
    }

    #[test]
    fn a_quantile_is_as_rare_as_it_is_said_to_be() {
        for freedom in [1, 2, 3, 9, 30, 199] {
            let rare = student_two_sided(student_quantile(freedom, 0.975), freedom);
            assert!((rare - 0.05).abs() < 1e-11, "{freedom}: {rare}");
        }
        assert_eq!((student_two_sided(0.0, 5), student_two_sided(f64::INFINITY, 5)), (1.0, 0.0));
    }

    /// To first order in 1/n a quantile is z + (z^3 + z) / (4 n) (the same, 26.7.5); the next term is below 1e-5 here.
    #[test]
    fn many_degrees_are_nearly_normal() {
        let z = inverse_normal_cdf(0.995);
        let expected = z + (z * z * z + z) / (4.0 * 1_000.0);
        assert!((student_quantile(1_000, 0.995) - expected).abs() < 1e-5);
    }
}
