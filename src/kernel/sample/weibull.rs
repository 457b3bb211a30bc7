//! The Weibull distribution: `scale (-ln(1 - u))^(1 / shape)`, of times to failure. A shape below 1 means that what
//! has lived long lives longer, 1 is the exponential, above 1 things wear out.
//!
//! Source: Devroye (1986), II.2 table 1; moments `scale^k gamma(1 + k / shape)`.

use super::tabulated::Smooth;
use super::{Law, ParameterError, positive, within};
use crate::kernel::math::{exp, ln, ln_gamma};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weibull {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
}

impl Weibull {
    pub(super) fn new(scale: f64, shape: f64) -> Result<Weibull, ParameterError> {
        positive("scale", scale)?;
        let inverse_shape = 1.0 / within("shape", shape, 0.01, 1e6)?;
        Ok(Weibull { scale, shape, inverse_shape })
    }

    /// The mean of the `k`-th power, over `scale^k`.
    fn moment(&self, k: f64) -> f64 {
        exp(ln_gamma(1.0 + k * self.inverse_shape))
    }
}

impl Law for Weibull {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        self.scale * exp(ln(-ln(1.0 - u)) * self.inverse_shape)
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { 1.0 - exp(-exp(self.shape * ln(x / self.scale))) } else { 0.0 }
    }

    fn mean(&self) -> f64 {
        self.scale * self.moment(1.0)
    }

    fn variance(&self) -> f64 {
        let mean = self.moment(1.0);
        self.scale * self.scale * (self.moment(2.0) - mean * mean)
    }
}

impl Smooth for Weibull {
    fn density(&self, x: f64) -> (f64, f64) {
        let power = exp(self.shape * ln(x / self.scale));
        (self.shape / x * power * exp(-power), (self.shape - 1.0 - self.shape * power) / x)
    }
}
