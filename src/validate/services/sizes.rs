//! Laws of work with a mean of 1, and disciplines that go by it: integrals over the law.

use crate::kernel::math::{exp, ln, pow};

/// Intervals of Simpson's rule; at so many the figures below stand still to nine digits.
const INTERVALS: u32 = 4_000;

/// A law of work.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Size {
    /// Exponential.
    Exponential,
    /// Bounded Pareto.
    Pareto {
        /// The least work.
        low: f64,
        /// The most.
        high: f64,
        /// The exponent of its tail; neither 1 nor 2.
        shape: f64,
    },
}

/// From a third of the mean to 3,367 times as much: a squared coefficient of variation of 32.67.
pub(super) const HEAVY: Size = Size::Pareto { low: 0.336_7, high: 3_367.0, shape: 1.5 };

impl Size {
    /// Where the law lies, but for less than 1e-17 of it.
    fn range(self) -> (f64, f64) {
        match self {
            Size::Exponential => (1e-12, 40.0),
            Size::Pareto { low, high, .. } => (low, high),
        }
    }

    /// Probability of more than `x`.
    fn beyond(self, x: f64) -> f64 {
        match self {
            Size::Exponential => exp(-x),
            Size::Pareto { low, high, shape } => {
                let cut = pow(low / high, shape);
                (pow(low / x, shape) - cut) / (1.0 - cut)
            }
        }
    }

    /// The density at `x`.
    fn density(self, x: f64) -> f64 {
        match self {
            Size::Exponential => exp(-x),
            Size::Pareto { low, high, shape } => {
                shape * pow(low / x, shape) / x / (1.0 - pow(low / high, shape))
            }
        }
    }

    /// The integral of `t^order` over the law up to `x`; the order is 1 or 2.
    fn moment(self, order: f64, x: f64) -> f64 {
        match self {
            Size::Exponential if order == 1.0 => 1.0 - exp(-x) * (1.0 + x),
            Size::Exponential => 2.0 - exp(-x) * (2.0 + 2.0 * x + x * x),
            Size::Pareto { low, high, shape } => {
                let all = shape * pow(low, shape) / (1.0 - pow(low / high, shape));
                all * (pow(x, order - shape) - pow(low, order - shape)) / (order - shape)
            }
        }
    }

    /// Squared coefficient of variation.
    pub(super) fn variation(self) -> f64 {
        let (_, high) = self.range();
        let mean = self.moment(1.0, high);
        self.moment(2.0, high) / (mean * mean) - 1.0
    }

    /// Mean time in M/G/1 where the one with the least work goes first, and to its end: Phipps (*Machine repair as a
    /// priority waiting-line problem*, Operations Research 4, 1956).
    pub(super) fn shortest_job(self, load: f64) -> f64 {
        let (_, high) = self.range();
        let left = load * self.moment(2.0, high) / 2.0;
        let waits = |x: f64| {
            let others = 1.0 - load * self.moment(1.0, x);
            self.density(x) / (others * others)
        };
        1.0 + left * self.integral(waits)
    }

    /// Mean time in M/G/1 where the least work left goes first at every moment: Schrage and Miller (*The queue M/G/1
    /// with the shortest remaining processing time discipline*, Operations Research 14, 1966).
    pub(super) fn shortest_remaining(self, load: f64) -> f64 {
        let busy = |x: f64| 1.0 - load * self.moment(1.0, x);
        let waits = |x: f64| {
            let left = self.moment(2.0, x) + x * x * self.beyond(x);
            self.density(x) * load * left / (2.0 * busy(x) * busy(x))
        };
        let lasts = |x: f64| self.beyond(x) / busy(x);
        // Below the least work nobody is served before.
        let (low, _) = self.range();
        self.integral(waits) + low + self.integral(lasts)
    }

    /// The integral of `f` over the law's range, by Simpson's rule in the logarithm.
    fn integral(self, f: impl Fn(f64) -> f64) -> f64 {
        let (low, high) = self.range();
        let step = (ln(high) - ln(low)) / f64::from(INTERVALS);
        let at = |i: u32| {
            let x = exp(ln(low) + step * f64::from(i));
            let weight = if i == 0 || i == INTERVALS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            weight * x * f(x)
        };
        (0..=INTERVALS).map(at).sum::<f64>() * step / 3.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_have_the_mean_one_and_the_stated_variation() {
        for size in [Size::Exponential, HEAVY] {
            assert!((size.integral(|x| x * size.density(x)) - 1.0).abs() < 1e-5, "{size:?}");
            assert!((size.integral(|x| size.beyond(x)) + size.range().0 - 1.0).abs() < 1e-5, "{size:?}");
            let square = size.integral(|x| x * x * size.density(x));
            assert!((square - 1.0 - size.variation()).abs() < 1e-3, "{size:?}");
        }
        assert!((Size::Exponential.variation() - 1.0).abs() < 1e-9);
        assert!((HEAVY.variation() - 32.67).abs() < 5e-3);
    }

    /// Computed elsewhere, by a program of its own.
    #[test]
    fn disciplines_that_go_by_work_have_the_known_means() {
        let known = [
            (Size::Exponential, 0.5, 1.7127, 1.4254),
            (Size::Exponential, 0.7, 2.3122, 1.8746),
            (Size::Exponential, 0.8, 2.8822, 2.3528),
            (Size::Exponential, 0.9, 4.1969, 3.5521),
            (Size::Exponential, 0.95, 6.2640, 5.5410),
            (HEAVY, 0.5, 12.532, 1.4020),
            (HEAVY, 0.7, 20.488, 1.7711),
            (HEAVY, 0.8, 26.235, 2.1079),
            (HEAVY, 0.9, 34.622, 2.7697),
        ];
        for (size, load, job, remaining) in known {
            let [found, found_remaining] = [size.shortest_job(load), size.shortest_remaining(load)];
            assert!((found / job - 1.0).abs() < 1e-4, "{size:?} {load}: {found}");
            assert!((found_remaining / remaining - 1.0).abs() < 1e-4, "{size:?} {load}: {found_remaining}");
        }
    }
}
