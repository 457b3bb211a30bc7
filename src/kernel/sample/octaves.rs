//! A grid over (0, 1/2] whose cells shrink with the distance from zero: sixteen cells an octave, so that a tail is as
//! well resolved, relative to its probability, as the body. The cell and the place in it are read straight from
//! the bits of the number.

const MANTISSA_BITS: u32 = 52;
const CELL_BITS: u32 = 4;
const EXPONENT_BIAS: u64 = 1023;

/// Number of the cell that starts at 2^-`octave`. Cells are numbered upwards, without gaps.
pub(super) const fn first_of(octave: u32) -> u64 {
    (EXPONENT_BIAS - octave as u64) << CELL_BITS
}

/// The cell that `x > 0` lies in, and how far into it, from 0 up to but not including 1.
#[inline]
pub(super) fn locate(x: f64) -> (u64, f64) {
    let bits = x.to_bits();
    // The mantissa bits below the cell's, as a number from 1 to 2.
    let below = bits << CELL_BITS & ((1 << MANTISSA_BITS) - 1);
    (bits >> (MANTISSA_BITS - CELL_BITS), f64::from_bits(EXPONENT_BIAS << MANTISSA_BITS | below) - 1.0)
}

/// Where a cell starts.
pub(super) fn start(cell: u64) -> f64 {
    f64::from_bits(cell << (MANTISSA_BITS - CELL_BITS))
}

/// The length of a cell.
pub(super) fn width(cell: u64) -> f64 {
    start(cell + 1) - start(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_its_cell() {
        assert_eq!(locate(0.5), (first_of(1), 0.0));
        assert_eq!(locate(0.5_f64.next_down()).0, first_of(1) - 1);
        assert_eq!((start(first_of(3)), width(first_of(3))), (0.125, 0.007_812_5));
        for x in [0.3, 1e-9, 0.124_999, 0.5 * f64::EPSILON] {
            let (cell, position) = locate(x);
            assert_eq!(start(cell) + position * width(cell), x);
        }
    }
}
