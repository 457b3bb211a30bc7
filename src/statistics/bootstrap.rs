//! The bootstrap: how far a figure would have moved had other runs been drawn, found by drawing from those there are.

use crate::kernel::Stream;
use crate::kernel::math::{inverse_normal_cdf, normal_cdf, powi};

/// Resamples: enough that the ends of an interval of 99 % move by a few per cent of its width only.
pub(super) const RESAMPLES: usize = 9_999;

/// The distribution of a statistic over resamples, corrected for bias and skewness: the BCa intervals of B. Efron, *Better bootstrap
/// confidence intervals*, JASA 82, 1987.
pub(super) struct Bootstrap {
    /// How many cases there are.
    count: usize,
    /// Of the resamples, least first.
    resampled: Vec<f64>,
    /// The correction of the median, in standard deviations.
    bias: f64,
    /// How fast the spread changes with the figure.
    acceleration: f64,
}

impl Bootstrap {
    /// Of a statistic of `count` cases, which it is given by their indices. The draws hang on `name` alone.
    pub(super) fn new(count: usize, name: &str, statistic: impl Fn(&[usize]) -> f64) -> Bootstrap {
        let all: Vec<usize> = (0..count).collect();
        let found = statistic(&all);
        let mut stream = Stream::new(0, name, "bootstrap");
        let mut drawn = vec![0; count];
        let mut resampled: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                drawn.iter_mut().for_each(|index| *index = stream.below(count as u32) as usize);
                statistic(&drawn)
            })
            .collect();
        resampled.sort_by(f64::total_cmp);
        // Those that equal the figure count half, or a statistic of few values would be called biased.
        let below = resampled.partition_point(|value| *value < found) as f64;
        let up_to = resampled.partition_point(|value| *value <= found) as f64;
        let share = ((below + up_to) / 2.0 + 0.5) / (RESAMPLES as f64 + 1.0);
        let without = |left_out: usize| {
            let others: Vec<usize> = (0..count).filter(|index| *index != left_out).collect();
            statistic(&others)
        };
        let jackknife: Vec<f64> = (0..count).map(without).collect();
        let mean = jackknife.iter().sum::<f64>() / count as f64;
        let (mut squares, mut cubes) = (0.0, 0.0);
        for value in jackknife {
            let deviation = mean - value;
            squares += deviation * deviation;
            cubes += deviation * deviation * deviation;
        }
        let acceleration = if squares > 0.0 { cubes / (6.0 * squares * squares.sqrt()) } else { 0.0 };
        Bootstrap { count, resampled, bias: inverse_normal_cdf(share), acceleration }
    }

    /// The interval that covers the truth with this confidence.
    pub(super) fn interval(&self, confidence: f64) -> (f64, f64) {
        let end = |share: f64| {
            let z = self.bias + inverse_normal_cdf(share);
            let corrected = normal_cdf(self.bias + z / (1.0 - self.acceleration * z));
            let rank = (corrected * (RESAMPLES as f64 + 1.0)) as usize;
            self.resampled[rank.clamp(1, RESAMPLES) - 1]
        };
        (end(0.5 - confidence / 2.0), end(0.5 + confidence / 2.0))
    }

    /// The least p-value that there can be: differences of one sign leave nought out of every resample, and without a difference
    /// half of all pairs of runs are of either sign.
    fn least_p(&self) -> f64 {
        let signs = powi(0.5, self.count as i32 - 1);
        signs.clamp(1.0 / (RESAMPLES as f64 + 1.0), 1.0)
    }

    /// One less the greatest confidence whose interval leaves nought out; at least one in as many as there are resamples.
    pub(super) fn p_value(&self) -> f64 {
        let least = self.least_p();
        let is_out = |confidence: f64| {
            let (low, high) = self.interval(confidence);
            low > 0.0 || high < 0.0
        };
        if self.resampled.first() == self.resampled.last() {
            return if self.resampled[0] == 0.0 { 1.0 } else { least };
        }
        let (mut out, mut not) = (0.0, 1.0);
        // To a tenth of what one resample is.
        while not - out > least / 10.0 {
            let middle = (out + not) / 2.0;
            if is_out(middle) { out = middle } else { not = middle }
        }
        (1.0 - out).clamp(least, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::math::ln;
    use crate::statistics::Estimate;

    fn mean_of(values: &[f64]) -> impl Fn(&[usize]) -> f64 {
        |drawn| drawn.iter().map(|&index| values[index]).sum::<f64>() / drawn.len() as f64
    }

    #[test]
    fn of_a_mean_of_many_it_is_nearly_the_normal_one() {
        let mut stream = Stream::new(3, "values", "test");
        let values: Vec<f64> = (0..400).map(|_| 5.0 + inverse_normal_cdf(stream.unit().max(1e-12))).collect();
        let (low, high) = Bootstrap::new(400, "mean", mean_of(&values)).interval(0.95);
        let normal = Estimate::mean(&values, 0.95);
        assert!(
            (low - normal.low).abs() < 0.01 && (high - normal.high).abs() < 0.01,
            "{low} {high} {normal:?}"
        );
    }

    /// Of an exponential law the mean of 30 is skewed: the interval reaches further up than down.
    #[test]
    fn of_skewed_values_it_is_skewed() {
        let mut stream = Stream::new(5, "values", "test");
        let values: Vec<f64> = (0..30).map(|_| -ln(1.0 - stream.unit())).collect();
        let mean = values.iter().sum::<f64>() / 30.0;
        let (low, high) = Bootstrap::new(30, "mean", mean_of(&values)).interval(0.95);
        assert!(high - mean > 1.1 * (mean - low), "{low} {mean} {high}");
    }

    #[test]
    fn its_p_value_is_that_of_the_interval_that_ends_at_nought() {
        let values: Vec<f64> = (0..20).map(|i| f64::from(i) - 6.0).collect();
        let bootstrap = Bootstrap::new(20, "mean", mean_of(&values));
        let p = bootstrap.p_value();
        assert!((0.001..0.05).contains(&p), "{p}");
        let (at, beyond) = (bootstrap.interval(1.0 - p - 0.002), bootstrap.interval(1.0 - p + 0.002));
        assert!(at.0 > 0.0 && beyond.0 <= 0.0, "{at:?} {beyond:?}");
        let same = Bootstrap::new(5, "mean", mean_of(&[0.0; 5]));
        assert_eq!((same.p_value(), same.interval(0.95)), (1.0, (0.0, 0.0)));
    }
}
