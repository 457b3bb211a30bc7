//! A mergeable histogram of integers, log-linear: 128 cells an octave, so that a value is known to 1/128.
//!
//! The layout is that of HDR histograms with seven bits of precision (Tene, HdrHistogram): values below 256 have a
//! cell each; above, a cell of the octave `2^k` is `2^k / 128` wide. Counts, sum, least and greatest are exact.

use super::metrics::Aggregate;

const PRECISION_BITS: u32 = 7;
const CELLS: u64 = 1 << PRECISION_BITS;

/// The most by which a percentile of a [`Histogram`] exceeds the exact one, relative to it; it is never below it.
pub const RELATIVE_ERROR_MAX: f64 = 1.0 / CELLS as f64;

/// How often which values came, each known to [`RELATIVE_ERROR_MAX`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Histogram {
    /// By cell, as far as the greatest value reaches.
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// A cell that is not empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The least value that belongs to it.
    pub low: u64,
    /// The greatest value that belongs to it.
    pub high: u64,
    /// How many values it holds.
    pub count: u64,
}

impl Histogram {
    /// Adds one value. Allocates only when a value falls into a higher cell than all before it.
    #[inline]
    pub fn add(&mut self, value: u64) {
        let cell = cell_of(value);
        if cell >= self.counts.len() {
            self.counts.resize(cell + 1, 0);
        }
        self.counts[cell] += 1;
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// Adds all values of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        if other.count == 0 {
            return;
        }
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum += other.sum;
    }

    /// How many values were added.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The cells that hold anything, lowest first.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        let filled = self.counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        filled.map(|(cell, &count)| {
            let (low, high) = bounds(cell as u64);
            Cell { low, high, count }
        })
    }

    /// What the values come to; `None` when there are none. Percentiles are nearest-rank, given as the greatest
    /// value of their cell (never more than the greatest of all).
    pub fn aggregate(&self, aggregate: Aggregate) -> Option<f64> {
        if let Some(rank) = aggregate.rank(self.count) {
            return self.at_rank(rank).map(|value| value as f64);
        }
        aggregate.of_sums(self.count, self.sum, self.min, self.max)
    }

    /// The value of a rank, counted from 1.
    fn at_rank(&self, rank: u64) -> Option<u64> {
        let mut below = 0;
        let holds = |cell: &Cell| {
            below += cell.count;
            below >= rank
        };
        self.cells().find(holds).map(|cell| cell.high.min(self.max))
    }
}

#[inline]
fn cell_of(value: u64) -> usize {
    let shift = (63 - (value | 1).leading_zeros()).saturating_sub(PRECISION_BITS);
    (u64::from(shift) * CELLS + (value >> shift)) as usize
}

/// The least and the greatest value of a cell.
fn bounds(cell: u64) -> (u64, u64) {
    let shift = (cell / CELLS).saturating_sub(1);
    let low = (cell - shift * CELLS) << shift;
    (low, low + ((1 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use super::super::metrics::Values;
    use super::*;
    use crate::kernel::Stream;

    #[test]
    fn cells_leave_no_gap_and_are_narrow() {
        let mut expected_low = 0;
        for cell in 0..=cell_of(u64::MAX) as u64 {
            let (low, high) = bounds(cell);
            assert_eq!(low, expected_low);
            assert_eq!((cell_of(low) as u64, cell_of(high) as u64), (cell, cell));
            assert!((high - low) as f64 <= low as f64 * RELATIVE_ERROR_MAX, "cell {cell}");
            expected_low = high.wrapping_add(1);
        }
        assert_eq!(expected_low, 0, "the last cell ends at the greatest u64");
    }

    /// Values whose magnitudes are spread over all octaves.
    fn spread(seed: u64, n: usize) -> Vec<u64> {
        let mut rng = Stream::new(seed, "histogram", "test");
        (0..n).map(|_| (rng.next_u64() | 1 << 63) >> (rng.next_u64() % 64)).collect()
    }

    #[test]
    fn percentiles_are_within_the_stated_error_and_never_below_the_exact_ones() {
        for seed in 0..20 {
            let values = spread(seed, 997);
            let mut histogram = Histogram::default();
            values.iter().for_each(|&value| histogram.add(value));
            let exact = Values::exact(values);
            for aggregate in Aggregate::PERCENTILES {
                let truth = exact.aggregate(aggregate).expect("there are values");
                let told = histogram.aggregate(aggregate).expect("there are values");
                assert!(
                    told >= truth && told <= truth * (1.0 + RELATIVE_ERROR_MAX),
                    "{aggregate:?}: {told} for {truth}"
                );
            }
            for aggregate in [Aggregate::Mean, Aggregate::Min, Aggregate::Max, Aggregate::Count] {
                assert_eq!(histogram.aggregate(aggregate), exact.aggregate(aggregate));
            }
        }
    }

    #[test]
    fn merging_is_adding_all_values_to_one() {
        let (few, many) = (spread(1, 10), spread(2, 500));
        let fill = |values: &[u64]| {
            let mut histogram = Histogram::default();
            values.iter().for_each(|&value| histogram.add(value));
            histogram
        };
        let mut merged = fill(&few);
        merged.merge(&fill(&many));
        assert_eq!(merged, fill(&[few, many].concat()));
        let mut empty = Histogram::default();
        empty.merge(&merged);
        assert_eq!(empty, merged);
        merged.merge(&Histogram::default());
        assert_eq!(empty, merged);
    }

    #[test]
    fn no_values_have_a_count_and_nothing_else() {
        let empty = Histogram::default();
        assert_eq!(empty.aggregate(Aggregate::Count), Some(0.0));
        assert_eq!(empty.aggregate(Aggregate::P99), None);
        assert_eq!(empty.aggregate(Aggregate::Mean), None);
    }
}
