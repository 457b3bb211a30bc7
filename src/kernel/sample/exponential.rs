//! The exponential distribution: `-mean ln(1 - u)`, of memoryless gaps and service times.
//!
//! `1 - u` and not `u` stands under the logarithm, so that a larger uniform gives a larger value. Source: Devroye
//! (1986), II.2 table 1. Draws of the body come from a table, which costs two thirds of the logarithm.

use super::tabulated::Smooth;
use super::{Law, ParameterError, positive};
use crate::kernel::math::{exp, ln};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exponential {
    mean: f64,
}

impl Exponential {
    pub(super) fn new(mean: f64) -> Result<Exponential, ParameterError> {
        Ok(Exponential { mean: positive("mean", mean)? })
    }
}

impl Law for Exponential {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        -ln(1.0 - u) * self.mean
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { 1.0 - exp(-x / self.mean) } else { 0.0 }
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean
    }
}

impl Smooth for Exponential {
    fn density(&self, x: f64) -> (f64, f64) {
        (exp(-x / self.mean) / self.mean, -1.0 / self.mean)
    }
}
