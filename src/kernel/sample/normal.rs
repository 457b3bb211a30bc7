//! The normal distribution with an optional floor: `max(min, mean + sd z)`, with `z` the standard normal score of
//! the uniform. draws take the score from a table (absolute error below 1e-10 `sd`), quantiles compute it.
//!
//! Values below the floor become the floor instead of being drawn again: one uniform is one variate, and the
//! median stays where it was. Moments of the floored variate: Johnson, Kotz and Balakrishnan, *Continuous Univariate
//! Distributions* vol. 1 (1994), 10.1 (a doubly truncated normal with its tails put on the bounds).

use super::score::score;
use super::{Law, ParameterError, finite, not_negative};
use crate::kernel::math::{exp, inverse_normal_cdf, normal_cdf};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Normal {
    mean: f64,
    sd: f64,
    /// Minus infinity if there is no floor.
    min: f64,
}

impl Normal {
    pub(super) fn new(mean: f64, sd: f64, min: Option<f64>) -> Result<Normal, ParameterError> {
        let min = min.map_or(Ok(f64::NEG_INFINITY), |min| finite("min", min))?;
        Ok(Normal { mean: finite("mean", mean)?, sd: not_negative("sd", sd)?, min })
    }

    fn at(&self, z: f64) -> f64 {
        // Written out: 0 * infinity would be NaN, and `f64::max` may pick either zero.
        let value = if self.sd > 0.0 { self.mean + self.sd * z } else { self.mean };
        if value < self.min { self.min } else { value }
    }

    /// The mean of `max(0, X - min)` and of its square.
    fn moments_above_min(&self) -> (f64, f64) {
        let above = self.mean - self.min;
        if self.sd == 0.0 {
            let above = if above > 0.0 { above } else { 0.0 };
            return (above, above * above);
        }
        let ratio = above / self.sd;
        let density = exp(-0.5 * ratio * ratio) / std::f64::consts::TAU.sqrt();
        let probability = normal_cdf(ratio);
        let first = self.sd * (ratio * probability + density);
        let second = self.sd * self.sd * ((ratio * ratio + 1.0) * probability + ratio * density);
        (first, second)
    }
}

impl Law for Normal {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let value = self.mean + self.sd * score(u);
        if value < self.min { self.min } else { value }
    }

    fn quantile(&self, u: f64) -> f64 {
        self.at(inverse_normal_cdf(u))
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < self.min {
            0.0
        } else if self.sd > 0.0 {
            normal_cdf((x - self.mean) / self.sd)
        } else {
            f64::from(x >= self.at(0.0))
        }
    }

    fn mean(&self) -> f64 {
        if self.min == f64::NEG_INFINITY { self.mean } else { self.min + self.moments_above_min().0 }
    }

    fn variance(&self) -> f64 {
        if self.min == f64::NEG_INFINITY {
            return self.sd * self.sd;
        }
        let (first, second) = self.moments_above_min();
        second - first * first
    }
}
