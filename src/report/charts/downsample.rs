//! Fewer points that look the same: in each pixel column the first, the last, the lowest and the highest.
//!
//! This is M4 (Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014): a line through
//! these four covers the same pixels as a line through all points. An average would hide exactly the spikes that a
//! simulation is run to find.

/// Indices, in order, of the values of `series` to keep. `column` gives the pixel column of an index and does not
/// decrease. Of values that are not finite, the first in each column is kept, so that gaps stay gaps.
pub(super) fn keep(series: &[f64], column: impl Fn(usize) -> i64) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut start = 0;
    while start < series.len() {
        let here = column(start);
        let end = (start..series.len()).find(|i| column(*i) != here).unwrap_or(series.len());
        keep_of_column(series, start, end, &mut kept);
        start = end;
    }
    kept
}

fn keep_of_column(series: &[f64], start: usize, end: usize, kept: &mut Vec<usize>) {
    if end - start <= 4 {
        kept.extend(start..end);
        return;
    }
    let finite = (start..end).filter(|i| series[*i].is_finite());
    let low = finite.clone().min_by(|a, b| series[*a].total_cmp(&series[*b]));
    let high = finite.max_by(|a, b| series[*a].total_cmp(&series[*b]));
    let gap = (start..end).find(|i| !series[*i].is_finite());
    let mut of_column: Vec<usize> =
        [Some(start), low, high, gap, Some(end - 1)].into_iter().flatten().collect();
    of_column.sort_unstable();
    of_column.dedup();
    kept.extend(of_column);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_spike_survives() {
        let mut series: Vec<f64> = (0..100_000).map(|i| f64::from(i % 7)).collect();
        series[61_803] = 900.0;
        let kept = keep(&series, |i| i as i64 / 200);
        assert!(kept.contains(&61_803));
        assert!(kept.len() <= 500 * 5, "{}", kept.len());
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn few_points_are_all_kept() {
        assert_eq!(keep(&[1.0, 2.0, 3.0], |i| i as i64 * 10), [0, 1, 2]);
        assert!(keep(&[], |_| 0).is_empty());
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let series: Vec<f64> = (0..100).map(|i| if i == 50 { f64::NAN } else { 1.0 }).collect();
        assert!(keep(&series, |_| 0).contains(&50));
    }
}
