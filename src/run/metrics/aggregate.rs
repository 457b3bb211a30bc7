//! Aggregates: how many values become one.
//!
//! Percentiles are **nearest-rank**: the p-th percentile of n values is the ⌈p/100 · n⌉-th smallest. It is always
//! one of the values, never an interpolation.

use super::super::histogram::Histogram;

/// How many values become one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Aggregate {
    /// The arithmetic mean.
    Mean,
    /// The median, nearest-rank.
    P50,
    /// The 90th percentile, nearest-rank.
    P90,
    /// The 95th percentile, nearest-rank.
    P95,
    /// The 99th percentile, nearest-rank.
    P99,
    /// The 99.9th percentile, nearest-rank.
    P999,
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// How many there are.
    Count,
    /// Their sum.
    Total,
    /// The coefficient of variation: population standard deviation over mean.
    Cv,
}

impl Aggregate {
    /// Every aggregate, in the order of CSV rows.
    pub const ALL: [Aggregate; 11] = [
        Aggregate::Mean,
        Aggregate::P50,
        Aggregate::P90,
        Aggregate::P95,
        Aggregate::P99,
        Aggregate::P999,
        Aggregate::Max,
        Aggregate::Min,
        Aggregate::Count,
        Aggregate::Total,
        Aggregate::Cv,
    ];

    /// The percentiles.
    pub const PERCENTILES: [Aggregate; 5] =
        [Aggregate::P50, Aggregate::P90, Aggregate::P95, Aggregate::P99, Aggregate::P999];

    /// The word used in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Aggregate::Mean => "mean",
            Aggregate::P50 => "p50",
            Aggregate::P90 => "p90",
            Aggregate::P95 => "p95",
            Aggregate::P99 => "p99",
            Aggregate::P999 => "p99.9",
            Aggregate::Max => "max",
            Aggregate::Min => "min",
            Aggregate::Count => "count",
            Aggregate::Total => "total",
            Aggregate::Cv => "cv",
        }
    }

    /// The aggregate of that name.
    pub fn named(name: &str) -> Option<Aggregate> {
        Aggregate::ALL.into_iter().find(|aggregate| aggregate.name() == name)
    }

    /// A percentile in parts per thousand.
    fn per_mille(self) -> Option<u64> {
        match self {
            Aggregate::P50 => Some(500),
            Aggregate::P90 => Some(900),
            Aggregate::P95 => Some(950),
            Aggregate::P99 => Some(990),
            Aggregate::P999 => Some(999),
            Aggregate::Mean
            | Aggregate::Max
            | Aggregate::Min
            | Aggregate::Count
            | Aggregate::Total
            | Aggregate::Cv => None,
        }
    }

    /// The share of values that a percentile is above, from 0 to 1; `None` if it is no percentile.
    pub fn share(self) -> Option<f64> {
        self.per_mille().map(|per_mille| per_mille as f64 / 1000.0)
    }

    /// The rank, counted from 1, that a percentile of `count` values has; `None` if it is no percentile. Of no
    /// values it is rank 0, which none has.
    pub(in crate::run) fn rank(self, count: u64) -> Option<u64> {
        self.per_mille().map(|per_mille| {
            let rank = (u128::from(count) * u128::from(per_mille)).div_ceil(1000);
            u64::try_from(rank).expect("a rank is at most the count")
        })
    }

    /// What needs no single values. `None` of no values, but for a count and a total, and for what needs more.
    pub(in crate::run) fn of_sums(self, count: u64, sum: u128, min: u64, max: u64) -> Option<f64> {
        match self {
            Aggregate::Count => Some(count as f64),
            Aggregate::Total => Some(sum as f64),
            Aggregate::Mean => (count > 0).then(|| sum as f64 / count as f64),
            Aggregate::Min => (count > 0).then_some(min as f64),
            Aggregate::Max => (count > 0).then_some(max as f64),
            Aggregate::P50
            | Aggregate::P90
            | Aggregate::P95
            | Aggregate::P99
            | Aggregate::P999
            | Aggregate::Cv => None,
        }
    }
}

/// Integer values to aggregate: all of them where memory holds them, else a histogram.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Values {
    /// Every value, least first.
    Exact(Vec<u64>),
    /// Values known to [`super::super::histogram::RELATIVE_ERROR_MAX`].
    Rounded(Histogram),
}

impl Values {
    /// These values, in any order.
    pub fn exact(mut values: Vec<u64>) -> Values {
        values.sort_unstable();
        Values::Exact(values)
    }

    /// What they come to; `None` when there are none, or for an aggregate that integers do not have (`cv`).
    pub fn aggregate(&self, aggregate: Aggregate) -> Option<f64> {
        let values = match self {
            Values::Rounded(histogram) => return histogram.aggregate(aggregate),
            Values::Exact(values) => values,
        };
        let count = values.len() as u64;
        if let Some(rank) = aggregate.rank(count) {
            return rank.checked_sub(1).map(|index| values[index as usize] as f64);
        }
        let sum = values.iter().map(|&value| u128::from(value)).sum();
        let (min, max) = (values.first().copied(), values.last().copied());
        aggregate.of_sums(count, sum, min.unwrap_or(0), max.unwrap_or(0))
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Values::Exact(values) => values.len() as u64,
            Values::Rounded(histogram) => histogram.count(),
        }
    }
}

/// What figures of several nodes come to, each node one value; `None` of none, and for percentiles.
pub(super) fn over_nodes(values: &[f64], aggregate: Aggregate) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    match aggregate {
        Aggregate::Mean => Some(mean),
        Aggregate::Max => values.iter().copied().reduce(f64::max),
        Aggregate::Min => values.iter().copied().reduce(f64::min),
        Aggregate::Cv => {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            (mean > 0.0).then(|| (squares / n).sqrt() / mean)
        }
        Aggregate::Count => Some(n),
        Aggregate::Total => Some(values.iter().sum()),
        Aggregate::P50 | Aggregate::P90 | Aggregate::P95 | Aggregate::P99 | Aggregate::P999 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Stream;

    /// The definition taken literally: the least value that at least p of all values do not exceed.
    fn brute_force(values: &[u64], per_mille: u64) -> u64 {
        let enough = |&&candidate: &&u64| {
            let at_most = values.iter().filter(|&&value| value <= candidate).count() as u64;
            at_most * 1000 >= per_mille * values.len() as u64
        };
        *values.iter().filter(enough).min().expect("the greatest value qualifies")
    }

    #[test]
    fn percentiles_agree_with_their_definition() {
        let mut rng = Stream::new(3, "aggregate", "test");
        for n in (1..40).chain([99, 100, 101, 999, 1000, 1001]) {
            let values: Vec<u64> = (0..n).map(|_| rng.next_u64() % 50).collect();
            let sorted = Values::exact(values.clone());
            for aggregate in Aggregate::PERCENTILES {
                let per_mille = aggregate.per_mille().expect("it is a percentile");
                let expected = brute_force(&values, per_mille) as f64;
                assert_eq!(sorted.aggregate(aggregate), Some(expected), "{aggregate:?} of {n}");
            }
        }
    }

    #[test]
    fn of_nothing_only_count_and_total_are_known() {
        let nothing = Values::exact(Vec::new());
        for aggregate in Aggregate::ALL {
            let known = matches!(aggregate, Aggregate::Count | Aggregate::Total);
            assert_eq!(nothing.aggregate(aggregate), known.then_some(0.0), "{aggregate:?}");
        }
    }

    #[test]
    fn variation_over_nodes_is_that_of_the_population() {
        assert_eq!(over_nodes(&[1.0, 3.0], Aggregate::Cv), Some(0.5));
        assert_eq!(over_nodes(&[0.0, 0.0], Aggregate::Cv), None, "a mean of zero has no relative spread");
        assert_eq!(over_nodes(&[0.2, 0.6, 0.4], Aggregate::Max), Some(0.6));
    }

    #[test]
    fn names_name_one_aggregate_each() {
        for aggregate in Aggregate::ALL {
            assert_eq!(Aggregate::named(aggregate.name()), Some(aggregate));
        }
        assert_eq!(Aggregate::named("p98"), None);
    }
}
