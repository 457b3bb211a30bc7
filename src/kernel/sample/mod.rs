//! Distributions: what a scenario's `exp(10ms)` or `lognormal(median=200us, p99=2ms)` draws from.
//!
//! **Every variate costs exactly one uniform**, by inversion (Devroye, *Non-Uniform Random Variate Generation*,
//! 1986, chapter II.2): more random bits never give a smaller value, so that two runs fed with the same bits stay
//! paired, and runs fed with `!bits` are antithetic. A [`Mixture`](Distribution::mixture) spends the same uniform
//! first on the branch and then, rescaled, within it, so that it is monotone branch by branch.
//!
//! Values are plain numbers in the caller's unit: nanoseconds where a distribution stands for a time. There is no
//! `Display`: how a distribution is written, with units, is the scenario format's business.
//!
//! One file a family; each states its formula, its source and its accuracy. Draws use tables only where a table
//! is held against the exact quantile function in every cell, tails included: nothing is cut off short of the
//! 2^-53 that a uniform of 52 bits can resolve.
//!
//! Speed, measured once on a virtual AMD EPYC core (release build, ns a [`Distribution::sample`] over 4,096 bits drawn
//! before; a constant takes 3.3, which is the loop and the choice of the family): uniform 3.3, empirical 4.6, the
//! tabulated families (exponential, lognormal, Pareto, Weibull, gamma, Erlang) 4.6 to 5.2, normal 6.0, hyperexponential
//! 6.3. Without tables an exponential took 6.8, a lognormal 13, a gamma 19 and a Weibull 24. A table takes 18 KB and
//! 0.2 ms to build (4 ms at shape 1e6).

use thiserror::Error;

use crate::kernel::Duration;
use crate::kernel::random::unit;

use empirical::Empirical;
use exponential::Exponential;
use gamma::Gamma;
use lognormal::Lognormal;
use mixture::Mixture;
use normal::Normal;
use pareto::{BoundedPareto, Pareto};
use tabulated::Tabulated;
use uniform::{Constant, Uniform};
use weibull::Weibull;

mod empirical;
mod exponential;
mod gamma;
mod lognormal;
mod mixture;
mod normal;
mod octaves;
mod pareto;
mod quintic;
mod score;
mod tabulated;
mod uniform;
mod weibull;

#[cfg(test)]
mod tests;

/// Why a distribution cannot have these parameters.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{parameter} {problem}")]
pub struct ParameterError {
    /// The parameter's name, as scenario files spell it: `mean`, `shape`, `p99`.
    pub parameter: &'static str,
    /// What it must be: `must be above zero, not -3`.
    pub problem: String,
}

/// A validated distribution of numbers. Cheap to clone: tables and samples are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution(Family);

#[derive(Clone, Debug, PartialEq)]
enum Family {
    Constant(Constant),
    Uniform(Uniform),
    Exponential(Tabulated<Exponential>),
    Normal(Normal),
    Lognormal(Tabulated<Lognormal>),
    Pareto(Tabulated<Pareto>),
    BoundedPareto(Tabulated<BoundedPareto>),
    Weibull(Tabulated<Weibull>),
    Gamma(Tabulated<Gamma>),
    Empirical(Empirical),
    Mixture(Mixture),
}

/// What every family knows of itself.
trait Law {
    /// The value for the uniform `u`, from 2^-53 to 1 - 2^-53: what a simulation draws.
    fn draw(&self, u: f64) -> f64;
    /// The least `x` that is not exceeded with probability `u`, for `u` in \[0, 1\].
    fn quantile(&self, u: f64) -> f64;
    /// The probability of at most `x`.
    fn cdf(&self, x: f64) -> f64;
    /// Infinite or NaN where there is none.
    fn mean(&self) -> f64;
    /// Infinite or NaN where there is none.
    fn variance(&self) -> f64;
}

/// Constructors. Each returns [`ParameterError`] for a parameter that is not finite or lies outside what is stated.
impl Distribution {
    /// Always `value`.
    pub fn constant(value: f64) -> Result<Distribution, ParameterError> {
        Constant::new(value).map(Family::Constant).map(Distribution)
    }

    /// Exponential with `mean` above zero.
    pub fn exponential(mean: f64) -> Result<Distribution, ParameterError> {
        Exponential::new(mean).map(Tabulated::new).map(Family::Exponential).map(Distribution)
    }

    /// Uniform between `low` and `high`, with `low <= high`.
    pub fn uniform(low: f64, high: f64) -> Result<Distribution, ParameterError> {
        Uniform::new(low, high).map(Family::Uniform).map(Distribution)
    }

    /// Normal with standard deviation `sd`, zero or more. Values below `min` become `min`: its probability is that
    /// of the tail, and the mean rises a little.
    pub fn normal(mean: f64, sd: f64, min: Option<f64>) -> Result<Distribution, ParameterError> {
        Normal::new(mean, sd, min).map(Family::Normal).map(Distribution)
    }

    /// Lognormal with `median` above zero and 99th percentile `p99`, at least the median.
    pub fn lognormal_median_p99(median: f64, p99: f64) -> Result<Distribution, ParameterError> {
        Lognormal::from_median_p99(median, p99).map(Tabulated::new).map(Family::Lognormal).map(Distribution)
    }

    /// Lognormal with `mean` above zero and coefficient of variation `cv` (standard deviation over mean) from 0
    /// to 1e6.
    pub fn lognormal_mean_cv(mean: f64, cv: f64) -> Result<Distribution, ParameterError> {
        Lognormal::from_mean_cv(mean, cv).map(Tabulated::new).map(Family::Lognormal).map(Distribution)
    }

    /// Pareto (type I): never below `scale`, with tail `(scale / x)^shape`; both above zero.
    pub fn pareto(scale: f64, shape: f64) -> Result<Distribution, ParameterError> {
        Pareto::new(scale, shape).map(Tabulated::new).map(Family::Pareto).map(Distribution)
    }

    /// Pareto of `shape` above zero, given that the value lies between `low` and `high`; `0 < low < high`.
    pub fn bounded_pareto(low: f64, high: f64, shape: f64) -> Result<Distribution, ParameterError> {
        BoundedPareto::new(low, high, shape).map(Tabulated::new).map(Family::BoundedPareto).map(Distribution)
    }

    /// Weibull with tail `exp(-(x / scale)^shape)`; both above zero, `shape` at least 0.01.
    pub fn weibull(scale: f64, shape: f64) -> Result<Distribution, ParameterError> {
        Weibull::new(scale, shape).map(Tabulated::new).map(Family::Weibull).map(Distribution)
    }

    /// Gamma with `shape` from 0.01 to 1e6 and `scale` above zero; the mean is their product.
    pub fn gamma(shape: f64, scale: f64) -> Result<Distribution, ParameterError> {
        Gamma::new(shape, scale).map(Tabulated::new).map(Family::Gamma).map(Distribution)
    }

    /// Gamma with `mean` above zero and coefficient of variation `cv` from 0.001 to 10.
    pub fn gamma_mean_cv(mean: f64, cv: f64) -> Result<Distribution, ParameterError> {
        Gamma::from_mean_cv(mean, cv).map(Tabulated::new).map(Family::Gamma).map(Distribution)
    }

    /// Erlang: the sum of `k` exponential phases, from 1 to a million, with this `mean` of the whole sum.
    pub fn erlang(k: u32, mean: f64) -> Result<Distribution, ParameterError> {
        Gamma::erlang(k, mean).map(Tabulated::new).map(Family::Gamma).map(Distribution)
    }

    /// Exponential with a mean picked at random: (probability, mean) pairs. Probabilities are weights, as in
    /// [`Distribution::mixture`].
    pub fn hyperexponential(phases: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
        Mixture::hyperexponential(phases).map(Family::Mixture).map(Distribution)
    }

    /// Two exponential phases of balanced means (either phase contributes half of `mean`) with coefficient of
    /// variation `cv`, at least 1.
    pub fn hyperexponential_mean_cv(mean: f64, cv: f64) -> Result<Distribution, ParameterError> {
        Mixture::balanced(mean, cv).map(Family::Mixture).map(Distribution)
    }

    /// Any of `samples`, each as likely: drawn values are observed ones, nothing is interpolated. 1 to 2^32 - 1
    /// samples.
    pub fn empirical(samples: Vec<f64>) -> Result<Distribution, ParameterError> {
        Empirical::new(samples).map(Family::Empirical).map(Distribution)
    }

    /// One of several distributions, picked by weight. Weights are zero or more and need not sum to 1; a branch may
    /// be a mixture itself.
    pub fn mixture(branches: Vec<(f64, Distribution)>) -> Result<Distribution, ParameterError> {
        Mixture::new(branches).map(Family::Mixture).map(Distribution)
    }
}

impl Distribution {
    /// The value for 64 random bits, of a [`Stream`](crate::kernel::random::Stream) or a
    /// [`Keyed`](crate::kernel::random::Keyed) draw. Never NaN; infinite only
    /// where the value exceeds every `f64`.
    #[inline]
    pub fn sample(&self, bits: u64) -> f64 {
        self.draw(unit(bits))
    }

    /// [`Distribution::sample`] in nanoseconds as a duration: the nearest whole one (the even one of two), zero if
    /// negative, [`Duration::MAX`] if too long.
    #[inline]
    pub fn duration(&self, bits: u64) -> Duration {
        const SHIFT: f64 = (1_u64 << 52) as f64;
        let nanos = self.sample(bits);
        if (0.0..SHIFT).contains(&nanos) {
            // In the sum the last place is worth 1: the hardware rounds, and the mantissa is the whole number.
            Duration((nanos + SHIFT).to_bits() - SHIFT.to_bits())
        } else {
            // Beyond 2^52 every number is whole; the conversion saturates at both ends.
            Duration(nanos as u64)
        }
    }

    /// Whether it is one number.
    #[inline]
    pub fn is_constant(&self) -> bool {
        matches!(self.0, Family::Constant(_))
    }

    /// The least and the greatest duration that it gives, whatever the bits.
    pub fn range(&self) -> (Duration, Duration) {
        if let Family::Mixture(mixture) = &self.0 {
            return mixture.range();
        }
        (self.duration(0), self.duration(u64::MAX))
    }

    /// The exact quantile: the least value that is not exceeded with probability `u` in \[0, 1\]. Never falls as `u`
    /// grows, but for rounding in the last bits. Slower than a draw and meant for reports; for a mixture it is that
    /// of the whole, which a draw with the same uniform is not.
    ///
    /// # Panics
    /// If `u` lies outside \[0, 1\].
    pub fn quantile(&self, u: f64) -> f64 {
        assert!((0.0..=1.0).contains(&u), "{u} is no probability");
        self.law().quantile(u)
    }

    /// The probability of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.law().cdf(x)
    }

    /// The mean, or `None` if it is infinite.
    pub fn mean(&self) -> Option<f64> {
        Some(self.law().mean()).filter(|mean| mean.is_finite())
    }

    /// The variance, or `None` if it is infinite.
    pub fn variance(&self) -> Option<f64> {
        Some(self.law().variance()).filter(|variance| variance.is_finite())
    }

    #[inline]
    fn draw(&self, u: f64) -> f64 {
        match &self.0 {
            Family::Constant(law) => law.draw(u),
            Family::Uniform(law) => law.draw(u),
            _ => self.draw_curved(u),
        }
    }

    /// A call, so that the straight laws pay for none of this.
    #[inline(never)]
    fn draw_curved(&self, u: f64) -> f64 {
        match &self.0 {
            Family::Constant(law) => law.draw(u),
            Family::Uniform(law) => law.draw(u),
            Family::Exponential(law) => law.draw(u),
            Family::Normal(law) => law.draw(u),
            Family::Lognormal(law) => law.draw(u),
            Family::Pareto(law) => law.draw(u),
            Family::BoundedPareto(law) => law.draw(u),
            Family::Weibull(law) => law.draw(u),
            Family::Gamma(law) => law.draw(u),
            Family::Empirical(law) => law.draw(u),
            Family::Mixture(law) => law.draw(u),
        }
    }

    fn law(&self) -> &dyn Law {
        match &self.0 {
            Family::Constant(law) => law,
            Family::Uniform(law) => law,
            Family::Exponential(law) => law,
            Family::Normal(law) => law,
            Family::Lognormal(law) => law,
            Family::Pareto(law) => law,
            Family::BoundedPareto(law) => law,
            Family::Weibull(law) => law,
            Family::Gamma(law) => law,
            Family::Empirical(law) => law,
            Family::Mixture(law) => law,
        }
    }
}

fn finite(parameter: &'static str, value: f64) -> Result<f64, ParameterError> {
    require(value.is_finite(), parameter, || format!("must be a finite number, not {value}"))?;
    Ok(value)
}

fn positive(parameter: &'static str, value: f64) -> Result<f64, ParameterError> {
    require(finite(parameter, value)? > 0.0, parameter, || format!("must be above zero, not {value}"))?;
    Ok(value)
}

fn not_negative(parameter: &'static str, value: f64) -> Result<f64, ParameterError> {
    require(finite(parameter, value)? >= 0.0, parameter, || format!("must be zero or more, not {value}"))?;
    Ok(value)
}

fn within(parameter: &'static str, value: f64, low: f64, high: f64) -> Result<f64, ParameterError> {
    let is_within = finite(parameter, value)? >= low && value <= high;
    require(is_within, parameter, || format!("must lie between {low} and {high}, not {value}"))?;
    Ok(value)
}

fn require(
    holds: bool,
    parameter: &'static str,
    problem: impl FnOnce() -> String,
) -> Result<(), ParameterError> {
    if holds { Ok(()) } else { Err(ParameterError { parameter, problem: problem() }) }
}
