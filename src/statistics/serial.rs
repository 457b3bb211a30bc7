//! How figures hang on those before them.

/// How much each figure hangs on the one before it: the lag-1 autocorrelation, from -1 to 1. Of `n` figures that do not it lies
/// within about 2 / sqrt(n) of nought.
pub fn serial_correlation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let around = |value: f64| value - mean;
    let squares: f64 = values.iter().map(|value| around(*value) * around(*value)).sum();
    let products: f64 = values.windows(2).map(|pair| around(pair[0]) * around(pair[1])).sum();
    if squares > 0.0 { products / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Stream;

    #[test]
    fn a_series_that_goes_back_by_half_has_a_half() {
        let mut stream = Stream::new(1, "series", "test");
        let mut value = 0.0;
        let mut next = |share: f64| {
            value = share * value + stream.unit() - 0.5;
            value
        };
        let half: Vec<f64> = (0..4_000).map(|_| next(0.5)).collect();
        let none: Vec<f64> = (0..4_000).map(|_| next(0.0)).collect();
        assert!((serial_correlation(&half) - 0.5).abs() < 0.05 && serial_correlation(&none).abs() < 0.04);
        assert_eq!((serial_correlation(&[3.0; 5]), serial_correlation(&[])), (0.0, 0.0));
    }
}
