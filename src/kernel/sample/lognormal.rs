//! The lognormal distribution: `exp(mu + sigma z)`, with `z` the standard normal score of the uniform: the usual
//! shape of network jitter and of service times.
//!
//! From median and 99th percentile: `mu = ln median`, `sigma = (ln p99 - ln median) / z(0.99)`. From mean and
//! coefficient of variation: `sigma^2 = ln(1 + cv^2)`, `mu = ln mean - sigma^2 / 2`. Source: Johnson, Kotz and
//! Balakrishnan vol. 1 (1994), chapter 14. Draws take the score from a table: relative error below 1e-10 sigma.

use super::score::score;
use super::tabulated::Smooth;
use super::{Law, ParameterError, finite, positive, require, within};
use crate::kernel::math::{exp, inverse_normal_cdf, ln, normal_cdf};

/// Far beyond anything measured; the square of a much larger one would overflow.
const CV_MAX: f64 = 1e6;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lognormal {
    mu: f64,
    sigma: f64,
}

impl Lognormal {
    pub(super) fn from_median_p99(median: f64, p99: f64) -> Result<Lognormal, ParameterError> {
        positive("median", median)?;
        let is_ordered = finite("p99", p99)? >= median;
        require(is_ordered, "p99", || format!("must be at least the median ({median}), not {p99}"))?;
        Ok(Lognormal { mu: ln(median), sigma: (ln(p99) - ln(median)) / inverse_normal_cdf(0.99) })
    }

    pub(super) fn from_mean_cv(mean: f64, cv: f64) -> Result<Lognormal, ParameterError> {
        let variance_of_ln = ln(1.0 + within("cv", cv, 0.0, CV_MAX)? * cv);
        let mu = ln(positive("mean", mean)?) - 0.5 * variance_of_ln;
        Ok(Lognormal { mu, sigma: variance_of_ln.sqrt() })
    }
}

impl Law for Lognormal {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        exp(self.mu + self.sigma * score(u))
    }

    fn quantile(&self, u: f64) -> f64 {
        if self.sigma > 0.0 { exp(self.mu + self.sigma * inverse_normal_cdf(u)) } else { exp(self.mu) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if self.sigma > 0.0 {
            normal_cdf((ln(x) - self.mu) / self.sigma)
        } else {
            f64::from(x >= exp(self.mu))
        }
    }

    fn mean(&self) -> f64 {
        exp(self.mu + 0.5 * self.sigma * self.sigma)
    }

    fn variance(&self) -> f64 {
        let variance_of_ln = self.sigma * self.sigma;
        (exp(variance_of_ln) - 1.0) * exp(2.0 * self.mu + variance_of_ln)
    }
}

impl Smooth for Lognormal {
    fn density(&self, x: f64) -> (f64, f64) {
        let z = (ln(x) - self.mu) / self.sigma;
        let density = exp(-0.5 * z * z) / (std::f64::consts::TAU.sqrt() * self.sigma * x);
        (density, -(1.0 + z / self.sigma) / x)
    }
}
