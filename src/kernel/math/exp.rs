//! The exponential: a table of 128 powers of two and a polynomial of degree 5.
//!
//! `x = (k / 128) ln 2 + r` with `r` at most 0.0028 in size, so `exp x = 2^(k / 128) (1 + r + r^2/2 + ...)`; the
//! whole part of `k / 128` is added to the exponent and the rest picks the cell.
//!
//! Source of the method: Tang, *Table-driven implementation of the exponential function in IEEE floating-point
//! arithmetic*, ACM TOMS 15 (1989).

use super::double_double::{DoubleDouble, exp_small, ln_near_one};

const MANTISSA_BITS: u32 = 52;
const TABLE_BITS: u32 = 7;
const CELLS: usize = 1 << TABLE_BITS;
/// 1.5 * 2^52: adding it leaves the nearest whole number in the low bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;
/// The largest `x` whose exponential is finite, and the least whose exponential is not zero.
const LARGEST: f64 = 709.782_712_893_384;
const LEAST: f64 = -745.133_219_101_941_1;

/// A power of two between 1 and 2: the nearest `f64`, and what that lacks relative to itself.
#[derive(Clone, Copy)]
struct Cell {
    power: f64,
    rest: f64,
}

static TABLE: [Cell; CELLS] = table();

/// ln 2 / 128 in two parts, the first short enough that its products with every `k` are exact.
const STEP: DoubleDouble = {
    let ln_2 = ln_near_one(2.0);
    let shift = SHIFT / 8_589_934_592.0; // 2^33: leaves a multiple of 2^-33, and `k` has 18 bits
    let hi = (ln_2.hi + shift) - shift;
    DoubleDouble { hi: hi / CELLS as f64, lo: ((ln_2.hi - hi) + ln_2.lo) / CELLS as f64 }
};
const STEPS_PER_UNIT: f64 = CELLS as f64 * std::f64::consts::LOG2_E;

const fn table() -> [Cell; CELLS] {
    let ln_2 = ln_near_one(2.0);
    let mut table = [Cell { power: 1.0, rest: 0.0 }; CELLS];
    let mut i = 1;
    while i < CELLS {
        let power = exp_small(ln_2.times(DoubleDouble::new(i as f64 / CELLS as f64)));
        table[i] = Cell { power: power.hi, rest: power.lo / power.hi };
        i += 1;
    }
    table
}

/// e to the power `x`, within 0.51 units in the last place (1 unit where the result is subnormal). NaN gives NaN.
#[inline]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// e to the power `x + rest`, for a `rest` much smaller than `x`.
#[inline]
pub(super) fn exp_sum(x: f64, rest: f64) -> f64 {
    if !(LEAST..=LARGEST).contains(&x) {
        return exp_out_of_range(x); // NaN too: no range contains it
    }
    let shifted = x * STEPS_PER_UNIT + SHIFT;
    let k = shifted - SHIFT;
    let steps = shifted.to_bits() as i32; // the low bits hold `k` in two's complement
    let r = (x - k * STEP.hi) - k * STEP.lo + rest;
    let cell = &TABLE[steps as usize % CELLS];
    let r2 = r * r;
    let tail =
        cell.rest + (r + (r2 * (0.5 + r * (1.0 / 6.0)) + (r2 * r2) * (1.0 / 24.0 + r * (1.0 / 120.0))));
    scaled(cell.power + cell.power * tail, steps >> TABLE_BITS)
}

#[cold]
fn exp_out_of_range(x: f64) -> f64 {
    if x > LARGEST {
        f64::INFINITY
    } else if x < LEAST {
        0.0
    } else {
        f64::NAN
    }
}

/// `x * 2^exponent`, for `x` near 1 and an exponent between -1075 and 1024.
#[inline]
fn scaled(x: f64, exponent: i32) -> f64 {
    if (-1020..1020).contains(&exponent) {
        x * power_of_two(exponent)
    } else {
        let half = exponent / 2;
        x * power_of_two(half) * power_of_two(exponent - half)
    }
}

#[inline]
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << MANTISSA_BITS)
}
