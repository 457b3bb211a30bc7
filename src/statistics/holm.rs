//! Holm's correction for many comparisons.

/// The p-values of a family of tests, adjusted so that at most a share `a` of such families has any false finding if each value below
/// `a` is taken for one. In the order given; none is below its own.
///
/// Source: S. Holm, *A simple sequentially rejective multiple test procedure*, Scandinavian Journal of Statistics 6, 1979:
/// the least of m values counts m times, the next m - 1 times, and so on; none less than the one before it.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut most: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let times = (p_values.len() - rank) as f64;
        most = most.max((p_values[index] * times).min(1.0));
        adjusted[index] = most;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by hand: 4 x 0.01, 3 x 0.02 (not below the one before), 2 x 0.03, 1 x 0.04 (raised to the one before).
    #[test]
    fn the_least_counts_for_all_and_none_falls_below_one_before() {
        let near = |adjusted: Vec<f64>, expected: &[f64]| {
            adjusted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
        };
        assert!(near(holm(&[0.04, 0.01, 0.03, 0.02]), &[0.06, 0.04, 0.06, 0.06]));
        assert!(near(holm(&[0.5, 0.9]), &[1.0, 1.0]));
        assert!(near(holm(&[0.013]), &[0.013]));
        assert!(holm(&[]).is_empty());
    }
}
