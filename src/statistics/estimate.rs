//! Estimates from independent runs, each with an interval that covers the truth as often as it is asked to: `confidence` is
//! a share between 0 and 1, such as 0.95.

use crate::kernel::math::{exp, inverse_normal_cdf, ln, student_quantile};

/// A figure and its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Where its interval begins; at most `value`.
    pub low: f64,
    /// Where it ends; at least `value`.
    pub high: f64,
}

/// Standard deviations on either side of a normal variate's interval.
fn deviations(confidence: f64) -> f64 {
    inverse_normal_cdf(0.5 + confidence / 2.0)
}

/// Standard errors on either side of the mean of `count` normal values whose spread is known from themselves.
///
/// # Panics
/// If there are fewer than two values.
pub(super) fn student_deviations(count: usize, confidence: f64) -> f64 {
    assert!(count > 1, "one value has no spread");
    student_quantile(count as u32 - 1, 0.5 + confidence / 2.0)
}

impl Estimate {
    /// A share, with the interval of Wilson (*Probable inference*, JASA 22, 1927), which stays within 0 and 1 and is sound
    /// near both.
    ///
    /// # Panics
    /// If there are no cases, or fewer than `hits`.
    pub fn share(hits: u64, cases: u64, confidence: f64) -> Estimate {
        assert!(hits <= cases && cases > 0, "a share is of some cases");
        let (n, z) = (cases as f64, deviations(confidence));
        let share = hits as f64 / n;
        let middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let reach = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        Estimate {
            value: share,
            low: (middle - reach).clamp(0.0, share),
            high: (middle + reach).clamp(share, 1.0),
        }
    }

    /// A mean, with the normal interval: for a hundred values or more.
    ///
    /// # Panics
    /// If there are fewer than two values.
    pub fn mean(values: &[f64], confidence: f64) -> Estimate {
        mean_within(values, deviations(confidence))
    }

    /// A mean over few values, each itself a mean over a long run and so nearly normal: with Student's t, whose interval
    /// is the wider the fewer there are.
    ///
    /// # Panics
    /// If there are fewer than two values.
    pub fn mean_of_runs(values: &[f64], confidence: f64) -> Estimate {
        mean_within(values, student_deviations(values.len(), confidence))
    }

    /// The `share`-quantile, with the interval between the order statistics whose ranks lie a normal interval around its own.
    ///
    /// # Panics
    /// If there are no values, or `share` is not between 0 and 1.
    pub fn quantile(values: &[f64], share: f64, confidence: f64) -> Estimate {
        assert!(share > 0.0 && share < 1.0, "a quantile lies between the least and the most");
        let (sorted, n) = (sorted(values), values.len() as f64);
        let reach = deviations(confidence) * (n * share * (1.0 - share)).sqrt();
        let at = |rank: f64| at_rank(&sorted, rank);
        Estimate { value: at(n * share), low: at(n * share - reach), high: at(n * share + reach) }
    }

    /// The greatest of `draws` runs, as somebody else would see it who makes so many: its median, and between which two it lies in
    /// `confidence` of all cases. Sound for many more values than `draws`.
    ///
    /// # Panics
    /// If there are no values.
    pub fn greatest_of(draws: u32, values: &[f64], confidence: f64) -> Estimate {
        let sorted = sorted(values);
        // Of independent runs the greatest lies below x if each does.
        let quantile = |share: f64| exp(ln(share) / f64::from(draws));
        let at = |share: f64| at_rank(&sorted, sorted.len() as f64 * quantile(share));
        Estimate { value: at(0.5), low: at(0.5 - confidence / 2.0), high: at(0.5 + confidence / 2.0) }
    }

    /// What is the same in every run: the mean, between the least and the greatest.
    ///
    /// # Panics
    /// If there are no values.
    pub fn constant(values: &[f64]) -> Estimate {
        let sorted = sorted(values);
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Estimate { value: mean.clamp(low, high), low, high }
    }

    /// Half the length of the interval.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// The mean, with so many of its standard errors to either side.
fn mean_within(values: &[f64], deviations: f64) -> Estimate {
    assert!(values.len() > 1, "one value has no spread");
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let reach = deviations * (squares / (n - 1.0) / n).sqrt();
    Estimate { value: mean, low: mean - reach, high: mean + reach }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    assert!(!values.is_empty(), "nothing is estimated from nothing");
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value of this rank, counted from 1 and rounded up; the least or the greatest beyond them.
fn at_rank(sorted: &[f64], rank: f64) -> f64 {
    let index = (rank.ceil().max(1.0) as usize).min(sorted.len()) - 1;
    sorted[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Stream;

    fn near(estimate: f64, expected: f64) -> bool {
        (estimate - expected).abs() < 1e-4
    }

    #[test]
    fn a_share_has_wilsons_interval() {
        // z = 2.575829; computed by hand from the formula.
        let half = Estimate::share(50, 100, 0.99);
        assert!(near(half.value, 0.5) && near(half.low, 0.37528) && near(half.high, 0.62472), "{half:?}");
        let none = Estimate::share(0, 100, 0.99);
        assert!(none.low == 0.0 && near(none.high, 0.06222), "{none:?}");
        assert_eq!(Estimate::share(7, 7, 0.99).high, 1.0);
    }

    #[test]
    fn a_mean_and_quantiles_of_known_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let mean = Estimate::mean(&values, 0.99);
        // The standard deviation is 29.0115.
        assert!(near(mean.value, 50.5) && (mean.half_width() - 7.4729).abs() < 1e-3, "{mean:?}");
        let median = Estimate::quantile(&values, 0.5, 0.99);
        assert_eq!((median.value, median.low, median.high), (50.0, 38.0, 63.0));
        let constant = Estimate::constant(&[2.0, 2.0, 2.0]);
        assert_eq!((constant.value, constant.low, constant.high), (2.0, 2.0, 2.0));
        assert_eq!(Estimate::constant(&[1.0, 3.0]), Estimate { value: 2.0, low: 1.0, high: 3.0 });
    }

    /// How many of 400 intervals, each over 500 values drawn by `draw`, cover `truth`.
    fn covered(truth: f64, draw: impl Fn(&mut Stream) -> f64, of: impl Fn(&[f64]) -> Estimate) -> usize {
        let covers = |seed: &u64| {
            let mut stream = Stream::new(*seed, "estimates", "test");
            let values: Vec<f64> = (0..500).map(|_| draw(&mut stream)).collect();
            let estimate = of(&values);
            estimate.low <= truth && truth <= estimate.high
        };
        (1..=400).filter(covers).count()
    }

    /// Of 400 intervals of 99 % four miss on average, 11 or more in one case of 300; and were they of 95 %, 20 would.
    #[test]
    fn intervals_cover_the_truth_as_often_as_they_say() {
        let uniform = |stream: &mut Stream| (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let exponential = |stream: &mut Stream| -ln(1.0 - uniform(stream));
        let hit = |values: &[f64]| values.iter().filter(|value| **value < 0.1).count() as u64;
        let counts = [
            covered(1.0, exponential, |values| Estimate::mean(values, 0.99)),
            covered(0.1, uniform, |values| Estimate::share(hit(values), values.len() as u64, 0.99)),
            covered(0.9, uniform, |values| Estimate::quantile(values, 0.9, 0.99)),
        ];
        assert!(counts.iter().all(|count| (388..=400).contains(count)), "{counts:?}");
    }

    /// Five normal values each: with the normal interval 25 of 400 would miss, with Student's four.
    #[test]
    fn intervals_over_few_runs_cover_as_often() {
        let covers = |seed: &u64| {
            let mut stream = Stream::new(*seed, "few estimates", "test");
            let uniform =
                |stream: &mut Stream| ((stream.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
            let values: Vec<f64> = (0..5).map(|_| inverse_normal_cdf(uniform(&mut stream))).collect();
            let of = [Estimate::mean_of_runs(&values, 0.99), Estimate::mean(&values, 0.99)];
            of.map(|estimate| estimate.low <= 0.0 && 0.0 <= estimate.high)
        };
        let covered: Vec<[bool; 2]> = (1..=400).map(|seed| covers(&seed)).collect();
        let counts = [0, 1].map(|which| covered.iter().filter(|covers| covers[which]).count());
        assert!((388..=400).contains(&counts[0]) && counts[1] < 388, "{counts:?}");
        // t = 4.60409 for four degrees; the standard error of 1 to 5 is the root of a half.
        let known = Estimate::mean_of_runs(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.99);
        assert!(
            near(known.value, 3.0) && (known.half_width() - 4.60409 * 0.5f64.sqrt()).abs() < 1e-4,
            "{known:?}"
        );
    }

    #[test]
    fn the_greatest_of_many_lies_where_order_statistics_say() {
        let values: Vec<f64> = (1..=100_000).map(f64::from).collect();
        let greatest = Estimate::greatest_of(1_000, &values, 0.99);
        // 0.5^(1/1000), 0.005^(1/1000) and 0.995^(1/1000).
        assert_eq!((greatest.value, greatest.low, greatest.high), (99_931.0, 99_472.0, 100_000.0));
    }
}
