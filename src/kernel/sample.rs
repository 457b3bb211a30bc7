//! TEMP stand-in
use super::time::Duration;
/// TEMP
#[derive(Clone, PartialEq, Debug)]
pub enum Distribution {
    /// c
    Const(f64),
    /// u
    Uniform(f64, f64),
    /// e
    Exp(f64),
}
/// TEMP
#[derive(Debug)]
pub struct ParameterError;
impl Distribution {
    /// c
    pub fn constant(v: f64) -> Result<Self, ParameterError> {
        Ok(Self::Const(v))
    }
    /// u
    pub fn uniform(a: f64, b: f64) -> Result<Self, ParameterError> {
        Ok(Self::Uniform(a, b))
    }
    /// e
    pub fn exponential(a: f64) -> Result<Self, ParameterError> {
        Ok(Self::Exp(a))
    }
    /// d
    #[inline]
    pub fn sample(&self, bits: u64) -> f64 {
        let u = ((bits >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64);
        match self {
            Self::Const(v) => *v,
            Self::Uniform(a, b) => a + (b - a) * u,
            #[allow(clippy::disallowed_methods)]
            Self::Exp(m) => -(u.ln()) * m,
        }
    }
    /// d
    #[inline]
    pub fn duration(&self, bits: u64) -> Duration {
        Duration((self.sample(bits) + 0.5) as u64)
    }
}
