//! The constant and the uniform distribution.

use super::{Law, ParameterError, finite, require};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constant {
    value: f64,
}

impl Constant {
    pub(super) fn new(value: f64) -> Result<Constant, ParameterError> {
        Ok(Constant { value: finite("value", value)? })
    }
}

impl Law for Constant {
    #[inline]
    fn draw(&self, _: f64) -> f64 {
        self.value
    }

    fn quantile(&self, _: f64) -> f64 {
        self.value
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.value { 1.0 } else { 0.0 }
    }

    fn mean(&self) -> f64 {
        self.value
    }

    fn variance(&self) -> f64 {
        0.0
    }
}

/// `low + (high - low) u`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Uniform {
    low: f64,
    width: f64,
}

impl Uniform {
    pub(super) fn new(low: f64, high: f64) -> Result<Uniform, ParameterError> {
        let width = finite("high", high)? - finite("low", low)?;
        require(low <= high, "high", || format!("must be at least low ({low}), not {high}"))?;
        require(width.is_finite(), "high", || format!("is too far above low ({low})"))?;
        Ok(Uniform { low, width })
    }
}

impl Law for Uniform {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        self.low + self.width * u
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if self.width > 0.0 {
            ((x - self.low) / self.width).clamp(0.0, 1.0)
        } else {
            f64::from(x >= self.low)
        }
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * self.width
    }

    fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }
}
