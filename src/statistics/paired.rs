//! Two variants under the same circumstances: the i-th figure of one and the i-th of the other come from runs with the same seed, the
//! same arrivals and the same work. What such pairs share falls out of their differences, and what is left tells the variants apart
//! in far fewer runs (common random numbers: A. M. Law, *Simulation Modeling and Analysis*, fifth edition, 2015, section 11.2).

use std::cmp::Ordering;
use std::f64::consts::PI;

use crate::kernel::math::{inverse_normal_cdf, powi, student_two_sided};

use super::Estimate;
use super::bootstrap::{Bootstrap, RESAMPLES};
use super::estimate::student_deviations;
use super::median::{median, sign_test};

/// How many runs become one figure with an interval.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Means, with Student's t: for figures that are nearly normal, as those of long runs are.
    Student,
    /// Medians, between order statistics, and the sign test: whatever the law.
    Median,
    /// Means, with the bootstrap: for figures that are skewed.
    Bootstrap,
}

/// A variant beside a baseline.
#[derive(Clone, PartialEq, Debug)]
pub struct Paired {
    /// How many pairs there are.
    pub pairs: usize,
    /// The variant's figure.
    pub variant: Estimate,
    /// The baseline's.
    pub baseline: Estimate,
    /// The variant less the baseline.
    pub difference: Estimate,
    /// The variant over the baseline; `None` where the baseline may be nought.
    pub ratio: Option<Estimate>,
    /// How often a difference as great would be seen if there were none.
    pub p_value: f64,
    /// In how many pairs the variant's figure is the lower one.
    pub lower: usize,
    /// In how many it is the higher one.
    pub higher: usize,
    /// How many times the variance of the difference would be what it is, had both been run with seeds of their own; `None`
    /// if it has no variance.
    pub gain: Option<f64>,
    /// The standard deviation of the differences.
    deviation: f64,
}

impl Method {
    /// Whether so few runs have an interval at all.
    pub fn suffices(self, runs: usize, confidence: f64) -> bool {
        match self {
            Method::Student => runs > 1,
            // Differences that all have one sign by chance must be rarer than that.
            Method::Bootstrap => runs > 1 && least_by_signs(runs) <= 1.0 - confidence,
            Method::Median => median(&vec![0.0; runs], confidence).is_some(),
        }
    }

    /// The figure of one variant.
    ///
    /// # Panics
    /// If the runs do not suffice.
    pub fn estimate(self, values: &[f64], confidence: f64) -> Estimate {
        match self {
            Method::Student => Estimate::mean_of_runs(values, confidence),
            Method::Median => median(values, confidence).expect("there are enough runs"),
            Method::Bootstrap => {
                let mean =
                    |drawn: &[usize]| drawn.iter().map(|&i| values[i]).sum::<f64>() / drawn.len() as f64;
                of_bootstrap(&Bootstrap::new(values.len(), "mean", mean), average(values), confidence)
            }
        }
    }
}

impl Paired {
    /// Of the figures of two variants, pair by pair.
    ///
    /// # Panics
    /// If they are not as many of both, or do not suffice for the method.
    pub fn of(method: Method, variant: &[f64], baseline: &[f64], confidence: f64) -> Paired {
        assert_eq!(variant.len(), baseline.len(), "figures come in pairs");
        let pairs = variant.len();
        let differences: Vec<f64> = variant.iter().zip(baseline).map(|(y, x)| y - x).collect();
        let (difference, ratio, p_value) = match method {
            Method::Student => {
                let difference = Estimate::mean_of_runs(&differences, confidence);
                (difference, fieller(variant, baseline, confidence), student_p(&differences, variant))
            }
            Method::Median => {
                let difference = method.estimate(&differences, confidence);
                let ratios: Vec<f64> = variant.iter().zip(baseline).map(|(y, x)| y / x).collect();
                let has_ratio = baseline.iter().all(|x| *x > 0.0);
                let ratio = has_ratio.then(|| method.estimate(&ratios, confidence));
                (difference, ratio, sign_test(&differences))
            }
            Method::Bootstrap => {
                let sum = |values: &[f64], drawn: &[usize]| drawn.iter().map(|&i| values[i]).sum::<f64>();
                let mean = |drawn: &[usize]| sum(&differences, drawn) / drawn.len() as f64;
                let bootstrap = Bootstrap::new(pairs, "difference", mean);
                let difference = of_bootstrap(&bootstrap, average(&differences), confidence);
                let ratio = |drawn: &[usize]| sum(variant, drawn) / sum(baseline, drawn);
                let has_ratio = baseline.iter().all(|x| *x > 0.0);
                let ratio = has_ratio.then(|| {
                    let found = average(variant) / average(baseline);
                    of_bootstrap(&Bootstrap::new(pairs, "ratio", ratio), found, confidence)
                });
                (difference, ratio, bootstrap.p_value())
            }
        };
        let of_difference = variance(&differences);
        Paired {
            pairs,
            variant: method.estimate(variant, confidence),
            baseline: method.estimate(baseline, confidence),
            difference,
            ratio,
            p_value,
            lower: differences.iter().filter(|difference| **difference < 0.0).count(),
            higher: differences.iter().filter(|difference| **difference > 0.0).count(),
            gain: (of_difference > 0.0).then(|| (variance(variant) + variance(baseline)) / of_difference),
            deviation: of_difference.sqrt(),
        }
    }

    /// Whether both figures are the same in every pair.
    pub fn all_equal(&self) -> bool {
        self.lower + self.higher == 0
    }

    /// Whether the variant's figure is lower or higher on the whole. Where the difference is nought, as the median is of figures that
    /// are the same in most pairs, it is as in most of the others, which is what the sign test looks at.
    pub fn direction(&self) -> Ordering {
        let by_signs = self.higher.cmp(&self.lower);
        self.difference.value.partial_cmp(&0.0).unwrap_or(Ordering::Equal).then(by_signs)
    }

    /// How many pairs would show a difference as great as the one found, if it is real, in four of five such comparisons, each made at
    /// this level (such as 0.05); `None` if none was found. For figures that are nearly normal.
    pub fn pairs_to_show(&self, method: Method, level: f64) -> Option<f64> {
        let normal = inverse_normal_cdf(1.0 - level / 2.0);
        let deviations = normal + inverse_normal_cdf(0.8);
        let ratio = deviations * self.deviation / self.difference.value;
        // Student's t asks for more than the normal law, by half the square of its quantile (Law 2015, section 9.4).
        let by_spread = (ratio * ratio + normal * normal / 2.0).ceil();
        let by_signs =
            (2..).find(|&pairs| least_by_signs(pairs) < level).map_or(f64::INFINITY, |pairs| pairs as f64);
        let pairs = match method {
            Method::Student => by_spread,
            // The sign test is as good as Student's with 2/pi of the pairs, of normal figures.
            Method::Median => (by_spread * PI / 2.0).ceil().max(by_signs),
            Method::Bootstrap if level <= 1.0 / (RESAMPLES as f64 + 1.0) => f64::INFINITY,
            Method::Bootstrap => by_spread.max(by_signs),
        };
        (self.difference.value != 0.0).then_some(pairs)
    }
}

/// Differences that are no further apart than this share of the figures differ by rounding.
const ROUNDING: f64 = 1e-9;

/// How often so many differences all have one sign, if either is as likely.
fn least_by_signs(pairs: usize) -> f64 {
    powi(0.5, pairs as i32 - 1)
}

fn of_bootstrap(bootstrap: &Bootstrap, value: f64, confidence: f64) -> Estimate {
    let (low, high) = bootstrap.interval(confidence);
    Estimate { value, low: low.min(value), high: high.max(value) }
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of products of deviations, over one less than there are; of a series with itself its variance.
fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (average(a), average(b));
    let products: f64 = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
    products / (a.len() as f64 - 1.0)
}

/// The variance of a sample, in the square of its unit, over one less than there are; NaN of fewer than two.
pub fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

/// The two-sided p-value of Student's test that the mean of these differences is nought. Where they are all the same, as those of counts
/// may be, nothing is known of their spread, and the sign test decides.
fn student_p(differences: &[f64], figures: &[f64]) -> f64 {
    let (mean, variance) = (average(differences), variance(differences));
    if mean == 0.0 {
        return 1.0;
    }
    let greatest = figures.iter().fold(0.0, |most: f64, figure| most.max(figure.abs()));
    if variance.sqrt() <= ROUNDING * greatest {
        return sign_test(differences);
    }
    let error = (variance / differences.len() as f64).sqrt();
    student_two_sided(mean.abs() / error, differences.len() as u32 - 1)
}

/// The ratio of two means, with the interval of E. C. Fieller (*Some problems in interval estimation*, Journal of the Royal Statistical
/// Society B 16, 1954): all ratios r for which the mean of `variant - r baseline` may be nought. `None` if the mean of the
/// baseline may be: the ratio has no bounds then.
fn fieller(variant: &[f64], baseline: &[f64], confidence: f64) -> Option<Estimate> {
    let (y, x, n) = (average(variant), average(baseline), variant.len() as f64);
    let t = student_deviations(variant.len(), confidence);
    let times = t * t / n;
    // a r^2 - 2 b r + c <= 0.
    let a = x * x - times * variance(baseline);
    let b = x * y - times * covariance(variant, baseline);
    let c = y * y - times * variance(variant);
    if a <= 0.0 {
        return None;
    }
    // Rounding may take a root of nought, for series in proportion, below it.
    let root = (b * b - a * c).max(0.0).sqrt();
    let (value, low, high) = (y / x, (b - root) / a, (b + root) / a);
    Some(Estimate { value, low: low.min(value), high: high.max(value) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Stream;
    use crate::kernel::math::ln;

    fn normal(stream: &mut Stream) -> f64 {
        inverse_normal_cdf(stream.unit().clamp(1e-12, 1.0 - 1e-12))
    }

    fn series(seed: u64, count: usize, draw: impl Fn(&mut Stream) -> f64) -> Vec<f64> {
        let mut stream = Stream::new(seed, "series", "test");
        (0..count).map(|_| draw(&mut stream)).collect()
    }

    /// The sleep data of Student (*The probable error of a mean*, Biometrika 6, 1908): t = 4.0621, nine degrees, p = 0.002833,
    /// and 0.70 to 2.46 for 95 %, as every textbook has them.
    #[test]
    fn students_own_data() {
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let paired = Paired::of(Method::Student, &second, &first, 0.95);
        assert!((paired.difference.value - 1.58).abs() < 1e-12);
        assert!(
            (paired.difference.low - 0.7001).abs() < 1e-4 && (paired.difference.high - 2.4599).abs() < 1e-4
        );
        assert!((paired.p_value - 0.002833).abs() < 1e-6, "{}", paired.p_value);
        // The mean of the first, 0.75 +- 1.28, may be nought.
        assert_eq!(paired.ratio, None);
    }

    #[test]
    fn a_ratio_holds_where_one_series_is_in_proportion_to_the_other() {
        let baseline: Vec<f64> = (0..10).map(|i| 10.0 + f64::from(i % 4)).collect();
        let variant: Vec<f64> = baseline.iter().map(|x| 0.62 * x).collect();
        for method in [Method::Student, Method::Median, Method::Bootstrap] {
            let ratio =
                Paired::of(method, &variant, &baseline, 0.95).ratio.expect("the baseline is not nought");
            assert!(
                (ratio.low - 0.62).abs() < 1e-6 && (ratio.high - 0.62).abs() < 1e-6,
                "{method:?} {ratio:?}"
            );
        }
    }

    #[test]
    fn what_never_differs_is_no_difference_and_what_always_does_by_as_much_is_one() {
        let baseline = series(1, 12, normal);
        let shifted: Vec<f64> = baseline.iter().map(|x| x + 1.0).collect();
        for method in [Method::Student, Method::Median, Method::Bootstrap] {
            let same = Paired::of(method, &baseline, &baseline, 0.95);
            assert_eq!((same.p_value, same.difference.value, same.gain), (1.0, 0.0, None), "{method:?}");
            assert!(same.all_equal());
            let other = Paired::of(method, &shifted, &baseline, 0.95);
            assert!(other.p_value < 0.001 && !other.all_equal(), "{method:?} {}", other.p_value);
        }
    }

    /// One of ten pairs differs, always in the same direction: the median of the differences is nought, and the signs tell all the same.
    #[test]
    fn what_rarely_differs_has_the_direction_of_its_signs() {
        let baseline = vec![1.0; 70];
        let variant: Vec<f64> = (0..70).map(|i| if i % 10 == 0 { 0.5 } else { 1.0 }).collect();
        let paired = Paired::of(Method::Median, &variant, &baseline, 0.95);
        assert_eq!((paired.lower, paired.higher, paired.difference.value), (7, 0, 0.0));
        assert!(paired.p_value < 0.05 && !paired.all_equal(), "{}", paired.p_value);
        assert_eq!(paired.direction(), Ordering::Less);
        assert_eq!(Paired::of(Method::Median, &baseline, &variant, 0.95).direction(), Ordering::Greater);
        assert_eq!(Paired::of(Method::Median, &baseline, &baseline, 0.95).direction(), Ordering::Equal);
    }

    /// Two runs that differ by one request in the same direction show nothing, whatever is known of their spread.
    #[test]
    fn few_pairs_of_one_sign_are_no_finding() {
        let (variant, baseline) = ([101.1, 97.3], [101.0, 97.2]);
        for method in [Method::Student, Method::Bootstrap] {
            let paired = Paired::of(method, &variant, &baseline, 0.95);
            assert!(paired.p_value > 0.4, "{method:?} {}", paired.p_value);
        }
        assert!(!Method::Bootstrap.suffices(5, 0.95) && Method::Bootstrap.suffices(6, 0.95));
    }

    /// Of 400 intervals of 95 % over pairs, some 20 miss; of 60, three.
    #[test]
    fn intervals_of_differences_and_ratios_cover_the_truth() {
        let covers = |estimate: &Estimate, truth: f64| estimate.low <= truth && truth <= estimate.high;
        for method in [Method::Student, Method::Median, Method::Bootstrap] {
            let mut covered = [0; 2];
            let (runs, expected) = match method {
                Method::Student | Method::Median => (400, 368..400),
                Method::Bootstrap => (60, 52..61),
            };
            for seed in 0..runs {
                let shared = series(seed, 20, normal);
                let own = series(seed + 1_000, 20, normal);
                let baseline: Vec<f64> = shared.iter().map(|x| 20.0 + 3.0 * x).collect();
                let variant: Vec<f64> = shared.iter().zip(&own).map(|(x, y)| 15.0 + 2.0 * x + y).collect();
                let paired = Paired::of(method, &variant, &baseline, 0.95);
                covered[0] += u64::from(covers(&paired.difference, -5.0));
                let ratio = paired.ratio.expect("20 is far from nought");
                // The median of a ratio of two normal variates is that of their medians.
                covered[1] += u64::from(covers(&ratio, 0.75));
            }
            assert!(covered.iter().all(|count| expected.contains(count)), "{method:?} {covered:?}");
        }
    }

    /// Without a difference one in twenty is called one, under each test.
    #[test]
    fn false_findings_are_as_rare_as_they_are_said_to_be() {
        for method in [Method::Student, Method::Median] {
            let found = (0..400).filter(|&seed| {
                let (a, b) = (series(seed, 15, normal), series(seed + 5_000, 15, normal));
                Paired::of(method, &a, &b, 0.95).p_value < 0.05
            });
            let found = found.count();
            assert!((4..=32).contains(&found), "{method:?}: {found} of 400");
        }
    }

    #[test]
    fn what_pairs_share_shrinks_the_variance_of_their_difference() {
        let shared = series(1, 200, |stream| -ln(1.0 - stream.unit()));
        let own = series(2, 200, normal);
        let variant: Vec<f64> = shared.iter().zip(&own).map(|(x, y)| x + 0.1 * y).collect();
        let gain = Paired::of(Method::Student, &variant, &shared, 0.95).gain.expect("they differ");
        // Variances of 1 and 1.01 against 0.01.
        assert!((150.0..260.0).contains(&gain), "{gain}");
        let apart =
            Paired::of(Method::Student, &own, &series(3, 200, normal), 0.95).gain.expect("they differ");
        assert!((0.7..1.4).contains(&apart), "{apart}");
    }

    /// A difference of 0.2 with a deviation of 1 takes (1.960 + 0.842)^2 / 0.04 = 196 pairs, and two more as its deviation is not known.
    #[test]
    fn as_many_pairs_are_asked_for_as_tables_of_power_say() {
        let mut differences = vec![0.2 - 1.0, 0.2 + 1.0];
        differences.extend([0.2; 1]);
        let paired = Paired::of(Method::Student, &differences, &[0.0; 3], 0.95);
        // Of -0.8, 1.2 and 0.2 the deviation is 1.
        let pairs = |method| paired.pairs_to_show(method, 0.05).expect("there is a difference");
        assert_eq!(pairs(Method::Student), 199.0);
        assert_eq!(pairs(Method::Median), 313.0);
        assert_eq!(paired.pairs_to_show(Method::Bootstrap, 1e-5), Some(f64::INFINITY));
        assert_eq!(
            Paired::of(Method::Student, &[1.0, -1.0], &[0.0, 0.0], 0.95).pairs_to_show(Method::Student, 0.05),
            None
        );
    }
}
