//! Mixtures, and the hyperexponential as a mixture of exponentials: fast path and slow path, hit and miss.
//!
//! One uniform serves twice (Devroye 1986, II.4.4: where it falls picks the branch, and how far into the branch's part
//! of (0, 1) it falls is again uniform).

use std::sync::Arc;

use crate::kernel::Duration;

use super::{Distribution, Family, Law, ParameterError, not_negative, positive, require};

/// The least uniform a branch is drawn with, and its distance from 1 the greatest.
const LEAST: f64 = 0.5 * f64::EPSILON;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mixture {
    /// In the order given, without those of weight zero and with mixtures inside taken apart.
    branches: Arc<[Branch]>,
}

#[derive(Clone, Debug, PartialEq)]
struct Branch {
    probability: f64,
    /// The uniforms of this branch reach from `from` to `to`.
    from: f64,
    to: f64,
    inverse_width: f64,
    distribution: Distribution,
}

impl Mixture {
    pub(super) fn new(weighted: Vec<(f64, Distribution)>) -> Result<Mixture, ParameterError> {
        let mut total = 0.0;
        for (weight, _) in &weighted {
            total += not_negative("weight", *weight)?;
        }
        require(total > 0.0, "weight", || "must be above zero for at least one branch".to_string())?;
        require(total.is_finite(), "weight", || "must have a finite sum".to_string())?;
        let mut leaves = Vec::new();
        for (weight, distribution) in weighted {
            let probability = weight / total;
            match distribution.0 {
                Family::Mixture(inner) => leaves.extend(
                    inner.branches.iter().map(|b| (probability * b.probability, b.distribution.clone())),
                ),
                family => leaves.push((probability, Distribution(family))),
            }
        }
        leaves.retain(|(probability, _)| *probability > 0.0);
        Ok(Mixture { branches: laid_out(leaves) })
    }

    pub(super) fn hyperexponential(phases: &[(f64, f64)]) -> Result<Mixture, ParameterError> {
        let exponentials =
            phases.iter().map(|&(weight, mean)| Ok((weight, Distribution::exponential(mean)?)));
        Mixture::new(exponentials.collect::<Result<_, ParameterError>>()?)
    }

    /// Source: Whitt, *Approximating a point process by a renewal process*, Operations Research 30 (1982), 3.
    pub(super) fn balanced(mean: f64, cv: f64) -> Result<Mixture, ParameterError> {
        positive("mean", mean)?;
        require(not_negative("cv", cv)? >= 1.0, "cv", || format!("must be 1 or more, not {cv}"))?;
        let squared = cv * cv;
        let probability = 0.5 * (1.0 + ((squared - 1.0) / (squared + 1.0)).sqrt());
        let phases = [probability, 1.0 - probability].map(|p| (p, 0.5 * mean / p));
        Mixture::hyperexponential(&phases)
    }

    /// Over all branches: the ends of the uniforms pick the first and the last.
    pub(super) fn range(&self) -> (Duration, Duration) {
        let ranges = self.branches.iter().map(|branch| branch.distribution.range());
        let both = ranges.reduce(|(least, most), (low, high)| (least.min(low), most.max(high)));
        both.expect("a mixture has a branch")
    }

    fn branch_means<'a>(&'a self, of: impl Fn(&Distribution) -> f64 + 'a) -> f64 {
        self.branches.iter().map(|branch| branch.probability * of(&branch.distribution)).sum()
    }
}

fn laid_out(leaves: Vec<(f64, Distribution)>) -> Arc<[Branch]> {
    let count = leaves.len();
    let mut from = 0.0;
    let place = |(i, (probability, distribution)): (usize, (f64, Distribution))| {
        let to = if i + 1 == count { 1.0 } else { from + probability };
        let branch = Branch { probability, from, to, inverse_width: 1.0 / (to - from), distribution };
        from = to;
        branch
    };
    leaves.into_iter().enumerate().map(place).collect()
}

impl Law for Mixture {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let last = self.branches.len() - 1;
        let at = self.branches[..last].iter().position(|branch| u < branch.to).unwrap_or(last);
        let branch = &self.branches[at];
        let within = ((u - branch.from) * branch.inverse_width).clamp(LEAST, 1.0 - LEAST);
        branch.distribution.draw(within)
    }

    /// Bisection between the least and the greatest quantile of the branches, down to neighbouring numbers.
    fn quantile(&self, u: f64) -> f64 {
        let quantiles = || self.branches.iter().map(|branch| branch.distribution.quantile(u));
        let mut low = quantiles().fold(f64::INFINITY, f64::min);
        let mut high = quantiles().fold(f64::NEG_INFINITY, f64::max);
        if u == 1.0 {
            return high;
        }
        if u == 0.0 || self.cdf(low) >= u {
            return low;
        }
        high = high.min(f64::MAX); // one branch's quantile may overflow where the whole's does not
        // Each step halves the interval; 1,100 steps lead from the largest number to the least.
        for _ in 0..1_100 {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.cdf(middle) >= u { high = middle } else { low = middle }
        }
        high
    }

    fn cdf(&self, x: f64) -> f64 {
        self.branch_means(|branch| branch.cdf(x))
    }

    fn mean(&self) -> f64 {
        self.branch_means(|branch| branch.law().mean())
    }

    /// The mean of the branches' variances plus the variance of their means.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.branch_means(|branch| {
            let distance = branch.law().mean() - mean;
            branch.law().variance() + distance * distance
        })
    }
}
