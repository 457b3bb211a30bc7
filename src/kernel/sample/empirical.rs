//! Samples drawn again: the inverse of the empirical distribution function, a step function, so that only observed
//! values come out (the bootstrap of Efron, Annals of Statistics 7, 1979).

use std::sync::Arc;

use super::{Law, ParameterError, finite, require};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Empirical {
    /// Ascending, not empty, fewer than 2^32.
    sorted: Arc<[f64]>,
}

impl Empirical {
    pub(super) fn new(mut samples: Vec<f64>) -> Result<Empirical, ParameterError> {
        let count = samples.len();
        require(count > 0, "samples", || "must hold at least one value".to_string())?;
        require(u32::try_from(count).is_ok(), "samples", || format!("must be fewer than 2^32, not {count}"))?;
        samples.iter().try_for_each(|&sample| finite("samples", sample).map(drop))?;
        samples.sort_by(f64::total_cmp);
        Ok(Empirical { sorted: samples.into() })
    }

    fn count(&self) -> f64 {
        self.sorted.len() as f64
    }
}

impl Law for Empirical {
    /// The `ceil(u n)`-th smallest.
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let rank = (u * self.count()).ceil() as u32; // at most the count, even where the product is rounded
        self.sorted[rank.max(1) as usize - 1]
    }

    fn quantile(&self, u: f64) -> f64 {
        self.draw(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sorted.partition_point(|&sample| sample <= x) as f64 / self.count()
    }

    fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.count()
    }

    /// Over `n`, not `n - 1`: the samples are the whole distribution here.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.sorted.iter().map(|sample| (sample - mean) * (sample - mean)).sum::<f64>() / self.count()
    }
}
