//! MSER-5: where a series settles.

/// Observations in a batch.
const BATCH: usize = 5;
/// Fewest batches in which a cut is looked for.
const BATCHES_MIN: usize = 20;

/// Where a series is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Before this observation: 0 keeps all.
    At(usize),
    /// The best cut lies at or behind this one, the middle of the series: it may never settle.
    Unsettled(usize),
    /// There are too few observations to tell.
    TooShort,
}

/// The cut in the first half of `series` behind which the rest has the least marginal standard error.
///
/// Source: K. P. White, *An effective truncation heuristic for bias reduction in simulation output*, Simulation 69(6), 1997; in
/// batches of five: White, Cobb and Spratt, WSC 2000. A change close to the end is part of the process as far as the rule can tell.
pub fn mser_5(series: &[u64]) -> Cut {
    let batches: Vec<f64> =
        series.chunks_exact(BATCH).map(|batch| batch.iter().map(|&y| y as f64).sum::<f64>()).collect();
    if batches.len() < BATCHES_MIN {
        return Cut::TooShort;
    }
    let middle = batches.len() / 2;
    // From the end, so that mean and sum of squared deviations of the rest grow by one batch a step (Welford 1962).
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let (mut best, mut least) = (middle, f64::INFINITY);
    for (start, batch) in batches.iter().enumerate().rev() {
        count += 1.0;
        let deviation = batch - mean;
        mean += deviation / count;
        squares += deviation * (batch - mean);
        let error = squares / (count * count);
        // Of equal errors the earliest cut, which throws least away.
        if start <= middle && error <= least {
            (best, least) = (start, error);
        }
    }
    if best == middle { Cut::Unsettled(best * BATCH) } else { Cut::At(best * BATCH) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Keyed;
    use crate::kernel::random::below;

    /// Noise of 0 to 199 around 1,000, on top of `trend`.
    fn series(length: u32, trend: impl Fn(u32) -> u64) -> Vec<u64> {
        let draws = Keyed::new(5, "noise");
        (0..length).map(|i| 900 + u64::from(below(draws.draw(i.into(), 0), 200)) + trend(i)).collect()
    }

    #[test]
    fn a_step_is_cut_off_where_it_ends() {
        let Cut::At(cut) = mser_5(&series(2_000, |i| if i < 300 { 500 } else { 0 })) else {
            panic!("a step in the first half is found");
        };
        // Within four batches: the noise of the first ones behind the step decides.
        assert!((300..=320).contains(&cut), "{cut}");
    }

    #[test]
    fn a_decay_is_cut_off_before_it_drowns_in_noise() {
        let decay = |i: u32| 2_000_u64.checked_shr(i / 50).unwrap_or(0);
        let Cut::At(cut) = mser_5(&series(4_000, decay)) else { panic!("it settles") };
        // After 300 observations it is 31 high, half the noise's standard deviation.
        assert!((200..=600).contains(&cut), "{cut}");
    }

    #[test]
    fn nothing_is_cut_off_a_series_that_starts_settled() {
        assert_eq!(mser_5(&[7; 1_000]), Cut::At(0));
        let Cut::At(cut) = mser_5(&series(2_000, |_| 0)) else { panic!("it is settled") };
        assert!(cut <= 100, "noise may hide a few batches: {cut}");
    }

    #[test]
    fn a_series_that_settles_late_or_never_is_told() {
        assert_eq!(mser_5(&series(2_000, u64::from)), Cut::Unsettled(1_000));
        assert_eq!(mser_5(&series(2_000, |i| if i < 1_100 { 500 } else { 0 })), Cut::Unsettled(1_000));
    }

    #[test]
    fn a_short_series_is_not_judged() {
        assert_eq!(mser_5(&series(99, |_| 0)), Cut::TooShort);
        assert_ne!(mser_5(&series(100, |_| 0)), Cut::TooShort);
        assert_eq!(mser_5(&[]), Cut::TooShort);
    }
}
