//! Sine, cosine and arcus sine: for distances on a globe, so for angles of a few turns at most.
//!
//! Their Taylor series, summed from the smallest term, after the argument has been brought near 0: the nearest multiple
//! of a quarter turn is taken off in two parts, the first short enough that its products with small whole numbers are
//! exact; the arcus sine comes from the arcus tangent, whose argument is halved in angle until its series is short.

use std::f64::consts::FRAC_PI_2;

/// Beyond this many radians the reduction is no longer exact.
const ANGLE_MAX: f64 = 1e4;
/// A quarter turn in two parts: 33 bits, and the rest of the exact number (not of the `f64`).
const QUARTER_HI: f64 = {
    let shift = 1.5 * (1_u64 << 52) as f64 / (1_u64 << 32) as f64;
    (FRAC_PI_2 + shift) - shift
};
/// What `FRAC_PI_2` lacks of a quarter turn is 6.123e-17.
const QUARTER_LO: f64 = (FRAC_PI_2 - QUARTER_HI) + 6.123_233_995_736_766e-17;

/// The sine of `x` radians, within 2 units in the last place of 1.
///
/// # Panics
/// If `x` is not within 10,000 radians.
pub fn sin(x: f64) -> f64 {
    let (quarter, rest) = reduce(x);
    match quarter {
        0 => sin_near_zero(rest),
        1 => cos_near_zero(rest),
        2 => -sin_near_zero(rest),
        _ => -cos_near_zero(rest),
    }
}

/// The cosine of `x` radians, within 2 units in the last place of 1.
///
/// # Panics
/// If `x` is not within 10,000 radians.
pub fn cos(x: f64) -> f64 {
    let (quarter, rest) = reduce(x);
    match quarter {
        0 => cos_near_zero(rest),
        1 => -sin_near_zero(rest),
        2 => -cos_near_zero(rest),
        _ => sin_near_zero(rest),
    }
}

/// The angle whose sine is `x`, from `-pi/2` to `pi/2`, within 8 units in the last place; `x` is taken into `-1..=1`.
pub fn asin(x: f64) -> f64 {
    let x = x.clamp(-1.0, 1.0);
    let cosine = ((1.0 - x) * (1.0 + x)).sqrt();
    if cosine == 0.0 { FRAC_PI_2.copysign(x) } else { atan(x / cosine) }
}

/// The angle whose tangent is `x`.
fn atan(x: f64) -> f64 {
    if x.abs() > 1.0 {
        return FRAC_PI_2.copysign(x) - atan(1.0 / x);
    }
    // tan(a / 2) = tan a / (1 + sqrt(1 + tan^2 a)): an angle of at most an eighth of a turn, halved twice.
    let half = x / (1.0 + (1.0 + x * x).sqrt());
    let fourth = half / (1.0 + (1.0 + half * half).sqrt());
    let square = fourth * fourth;
    let terms = (0..12).rev().map(|k: u32| {
        let term = 1.0 / f64::from(2 * k + 1);
        if k.is_multiple_of(2) { term } else { -term }
    });
    4.0 * fourth * terms.fold(0.0, |sum, term| sum * square + term)
}

/// `x` as a number of quarter turns, modulo 4, and a rest of at most an eighth of a turn.
fn reduce(x: f64) -> (u8, f64) {
    assert!(x.abs() <= ANGLE_MAX, "an angle of {x} radians");
    let quarters = (x / FRAC_PI_2).round();
    let rest = (x - quarters * QUARTER_HI) - quarters * QUARTER_LO;
    ((quarters as i64).rem_euclid(4) as u8, rest)
}

fn sin_near_zero(x: f64) -> f64 {
    let square = x * x;
    // 1 - x^2/(2*3) (1 - x^2/(4*5) (...)): the term left out is below 1e-19.
    let series = (1..=9).rev().fold(1.0, |sum, k: u32| 1.0 - square / f64::from(2 * k * (2 * k + 1)) * sum);
    x * series
}

fn cos_near_zero(x: f64) -> f64 {
    let square = x * x;
    (1..=9).rev().fold(1.0, |sum, k: u32| 1.0 - square / f64::from((2 * k - 1) * 2 * k) * sum)
}
