//! The Pareto distribution and its bounded form: heavy tails of sizes and service times.
//!
//! Pareto: `scale (1 - u)^(-1 / shape)` (Devroye 1986, II.2 table 1). Bounded Pareto: with `r = (low / high)^shape`
//! the tail left at `high`, `low (1 - u + u r)^(-1 / shape)`; moments as in Harchol-Balter, *Performance Modeling and
//! Design of Computer Systems* (2013), 20.3. The exponent and the rest need one `ln` and one `exp`.

use super::tabulated::Smooth;
use super::{Law, ParameterError, positive, require, within};
use crate::kernel::math::{exp, ln};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pareto {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
}

impl Pareto {
    pub(super) fn new(scale: f64, shape: f64) -> Result<Pareto, ParameterError> {
        positive("scale", scale)?;
        let inverse_shape = 1.0 / positive("shape", shape)?;
        require(inverse_shape.is_finite(), "shape", || format!("is too small: {shape}"))?;
        Ok(Pareto { scale, shape, inverse_shape })
    }
}

impl Law for Pareto {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        self.scale * exp(-ln(1.0 - u) * self.inverse_shape)
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > self.scale { 1.0 - exp(-self.shape * ln(x / self.scale)) } else { 0.0 }
    }

    fn mean(&self) -> f64 {
        if self.shape > 1.0 { self.scale * self.shape / (self.shape - 1.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.shape <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.mean();
        mean * mean / (self.shape * (self.shape - 2.0))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct BoundedPareto {
    low: f64,
    high: f64,
    shape: f64,
    inverse_shape: f64,
    /// `(low / high)^shape`: the tail of the unbounded form at `high`.
    rest: f64,
    ln_ratio: f64,
}

impl BoundedPareto {
    pub(super) fn new(low: f64, high: f64, shape: f64) -> Result<BoundedPareto, ParameterError> {
        positive("low", low)?;
        positive("high", high)?;
        require(low < high, "high", || format!("must be above low ({low}), not {high}"))?;
        // At shapes near 0 the law is that of a uniform logarithm, and `1 - rest` keeps no digits.
        let inverse_shape = 1.0 / within("shape", shape, 0.001, 1e6)?;
        let ln_ratio = ln(low) - ln(high);
        let rest = exp(shape * ln_ratio);
        Ok(BoundedPareto { low, high, shape, inverse_shape, rest, ln_ratio })
    }

    /// The mean of the `k`-th power.
    fn moment(&self, k: f64) -> f64 {
        let scale = if k == 2.0 { self.low * self.low } else { self.low };
        scale * self.integral(self.shape - k) / self.integral(self.shape)
    }

    /// The integral of `t^(d - 1)` from `low / high` to 1, that is `(1 - (low / high)^d) / d`.
    fn integral(&self, d: f64) -> f64 {
        let exponent = d * self.ln_ratio;
        if exponent.abs() < 1e-5 {
            // The series of (e^y - 1) / y: at shape = k the quotient above is 0 / 0.
            -self.ln_ratio * (1.0 + exponent * (0.5 + exponent / 6.0))
        } else {
            (1.0 - exp(exponent)) / d
        }
    }
}

impl Law for BoundedPareto {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let value = self.low * exp(-ln((1.0 - u) + u * self.rest) * self.inverse_shape);
        if value > self.high { self.high } else { value } // rounding only
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.low {
            0.0
        } else if x >= self.high {
            1.0
        } else {
            (1.0 - exp(-self.shape * ln(x / self.low))) / (1.0 - self.rest)
        }
    }

    fn mean(&self) -> f64 {
        self.moment(1.0)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.moment(2.0) - mean * mean
    }
}

impl Smooth for Pareto {
    fn density(&self, x: f64) -> (f64, f64) {
        (self.shape / x * exp(-self.shape * ln(x / self.scale)), -(self.shape + 1.0) / x)
    }
}

impl Smooth for BoundedPareto {
    fn density(&self, x: f64) -> (f64, f64) {
        let unbounded = self.shape / x * exp(-self.shape * ln(x / self.low));
        (unbounded / (1.0 - self.rest), -(self.shape + 1.0) / x)
    }
}
