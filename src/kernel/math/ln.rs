//! The natural logarithm: a table of 128 reciprocals and a polynomial of degree 8.
//!
//! `x = 2^k z` with `z` in \[0.6875, 1.375); the top seven bits of `z` pick a short reciprocal `c` of its cell; with
//! `r = z c - 1`, at most 2^-7 in size, `ln x = k ln 2 - ln c + ln(1 + r)`. The two cells beside 1 have `c = 1`, so
//! that nothing cancels there. `z c - 1` is exact but for one last rounding, since `z` is cut in two and `c` has 21
//! bits: that stands in for the fused multiply-add that others use.
//!
//! Source of the method: Tang, *Table-driven implementation of the logarithm function in IEEE floating-point
//! arithmetic*, ACM TOMS 16 (1990).

use super::double_double::{DoubleDouble, ln_near_one};

const MANTISSA_BITS: u32 = 52;
const TABLE_BITS: u32 = 7;
const CELLS: usize = 1 << TABLE_BITS;
/// The bits of 0.6875, where the range of `z` starts.
const RANGE_START: u64 = 0x3fe6_0000_0000_0000;
const LEAST_NORMAL: u64 = 0x0010_0000_0000_0000;
const INFINITY: u64 = 0x7ff0_0000_0000_0000;
/// Keeps the sign, the exponent and the 31 highest mantissa bits: 32 bits times the 21 of a reciprocal are exact.
const UPPER_HALF: u64 = !0x1f_ffff;

/// One cell of the table: a short reciprocal of the cell's middle, and minus its logarithm in two parts.
#[derive(Clone, Copy)]
struct Cell {
    reciprocal: f64,
    ln_hi: f64,
    ln_lo: f64,
}

static TABLE: [Cell; CELLS] = table();

/// ln 2 in two parts. The first is a multiple of 2^-42, like every `ln_hi`, so that `k * LN_2.hi + ln_hi` is exact.
const LN_2: DoubleDouble = in_two_parts(ln_near_one(2.0));

const fn table() -> [Cell; CELLS] {
    let mut table = [Cell { reciprocal: 1.0, ln_hi: 0.0, ln_lo: 0.0 }; CELLS];
    let mut i = 0;
    while i < CELLS {
        let width = 1 << (MANTISSA_BITS - TABLE_BITS);
        let middle = f64::from_bits(RANGE_START + i as u64 * width + width / 2);
        let is_beside_one = middle > 1.0 - 1.0 / 256.0 && middle < 1.0 + 1.0 / 128.0;
        if !is_beside_one {
            let reciprocal = rounded(1.0 / middle, 1.0 / 1_048_576.0);
            let ln = ln_near_one(reciprocal);
            let minus_ln = in_two_parts(DoubleDouble { hi: -ln.hi, lo: -ln.lo });
            table[i] = Cell { reciprocal, ln_hi: minus_ln.hi, ln_lo: minus_ln.lo };
        }
        i += 1;
    }
    table
}

/// The multiple of the power of two `unit` that is nearest to `x`.
const fn rounded(x: f64, unit: f64) -> f64 {
    let shift = unit * 6_755_399_441_055_744.0; // 1.5 * 2^52
    (x + shift) - shift
}

const fn in_two_parts(x: DoubleDouble) -> DoubleDouble {
    let hi = rounded(x.hi, 1.0 / 4_398_046_511_104.0); // 2^-42
    DoubleDouble { hi, lo: (x.hi - hi) + x.lo }
}

/// The natural logarithm of `x`, within 0.66 units in the last place. Zero gives minus infinity; a negative number
/// or NaN gives NaN.
#[inline]
pub fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    if bits.wrapping_sub(LEAST_NORMAL) >= INFINITY - LEAST_NORMAL { ln_unusual(x) } else { ln_normal(bits) }
}

/// `ln` of zero, subnormal, negative, infinite and NaN arguments.
#[cold]
fn ln_unusual(x: f64) -> f64 {
    if x == 0.0 {
        f64::NEG_INFINITY
    } else if x == f64::INFINITY {
        f64::INFINITY
    } else if x > 0.0 {
        ln_normal(subnormal_bits(x))
    } else {
        f64::NAN
    }
}

/// The bits that a subnormal `x` would have if exponents went on below the least one.
fn subnormal_bits(x: f64) -> u64 {
    let scaled = (x * (1_u64 << MANTISSA_BITS) as f64).to_bits();
    scaled.wrapping_sub(u64::from(MANTISSA_BITS) << MANTISSA_BITS)
}

/// `x` as a power of two, its cell and the distance `r` in two parts.
#[inline]
fn reduce(bits: u64) -> (f64, &'static Cell, DoubleDouble) {
    let offset = bits.wrapping_sub(RANGE_START);
    let cell = &TABLE[(offset >> (MANTISSA_BITS - TABLE_BITS)) as usize % CELLS];
    let exponent = offset.cast_signed() >> MANTISSA_BITS;
    let z_bits = bits.wrapping_sub(offset & (0xfff << MANTISSA_BITS));
    let z = f64::from_bits(z_bits);
    let z_upper = f64::from_bits(z_bits & UPPER_HALF);
    let r_upper = z_upper * cell.reciprocal - 1.0;
    let r_lower = (z - z_upper) * cell.reciprocal;
    (exponent as f64, cell, DoubleDouble { hi: r_upper, lo: r_lower })
}

#[inline]
fn ln_normal(bits: u64) -> f64 {
    let (k, cell, parts) = reduce(bits);
    let r = parts.hi + parts.lo;
    let base = k * LN_2.hi + cell.ln_hi;
    let high = DoubleDouble::ordered_sum(base, r);
    let low = high.lo + (k * LN_2.lo + cell.ln_lo);
    let r2 = r * r;
    // Taylor's coefficients of ln(1 + r); the first one left out, r^9 / 9, is at most 2^-59 of r.
    let tail = (-0.5 + r * (1.0 / 3.0))
        + r2 * ((-0.25 + r * 0.2) + r2 * ((-1.0 / 6.0 + r * (1.0 / 7.0)) + r2 * -0.125));
    high.hi + (low + r2 * tail)
}

/// The natural logarithm of a positive finite `x` with about 12 bits more than an `f64` holds (relative error below
/// 2^-63), for [`super::pow`].
pub(super) fn ln_extended(x: f64) -> DoubleDouble {
    let bits = if x.to_bits() < LEAST_NORMAL { subnormal_bits(x) } else { x.to_bits() };
    let (k, cell, parts) = reduce(bits);
    let r = DoubleDouble::sum(parts.hi, parts.lo);
    let square = DoubleDouble::product(r.hi, r.hi);
    let x = r.hi;
    let cubic_and_up = square.hi
        * x
        * (1.0 / 3.0
            + x * (-0.25
                + x * (0.2 + x * (-1.0 / 6.0 + x * (1.0 / 7.0 + x * (-0.125 + x * (1.0 / 9.0 - x * 0.1)))))));
    let low = (r.lo - r.hi * r.lo - 0.5 * square.lo) + cubic_and_up + (k * LN_2.lo + cell.ln_lo);
    let with_r = DoubleDouble::ordered_sum(k * LN_2.hi + cell.ln_hi, r.hi);
    let with_square = DoubleDouble::ordered_sum(with_r.hi, -0.5 * square.hi);
    DoubleDouble::sum(with_square.hi, with_square.lo + (with_r.lo + low))
}
