//! Join the shortest of two queues: the mean time, computed exactly from the Markov chain but for what is cut off.
//!
//! Two cores with exponential work of mean 1, Poisson arrivals, each of which joins the shorter queue. The state is
//! how many are in the shorter one and how many more in the longer. Every event changes the total by one, so that its
//! balance equations are block tridiagonal in the total and are solved by elimination from above (Latouche and
//! Ramaswami, *Introduction to Matrix Analytic Methods in Stochastic Modeling*, 1999, chapter 12). The model is
//! Kingman's (*Two similar queues in parallel*, Annals of Mathematical Statistics 32, 1961).

/// Most requests in both queues. What is cut off is rarer than the load to this power.
const TOTAL_MAX: usize = 500;
/// Most by which one queue is longer. Each further request is less than a third as probable (the ratio is load^2 / (2
/// + load)).
const DIFFERENCE_MAX: usize = 40;

/// The states with the same total: the shorter queue has from `least` to `total / 2`.
#[derive(Clone, Copy)]
struct Level {
    total: usize,
    least: usize,
}

impl Level {
    fn of(total: usize) -> Level {
        Level { total, least: total.saturating_sub(DIFFERENCE_MAX).div_ceil(2) }
    }

    fn size(self) -> usize {
        self.total / 2 + 1 - self.least
    }

    /// The place of the state whose shorter queue has so many, if there is one.
    fn place(self, shorter: usize) -> Option<usize> {
        (shorter <= self.total / 2).then(|| shorter.checked_sub(self.least)).flatten()
    }
}

/// Where an arrival leads: to the shorter queue's new length.
fn after_arrival(total: usize, shorter: usize) -> usize {
    if total == 2 * shorter { shorter } else { shorter + 1 }
}

/// Where departures lead: each with the shorter queue's new length and its rate.
fn after_departures(total: usize, shorter: usize) -> Vec<(usize, f64)> {
    match (total == 2 * shorter, shorter) {
        (true, 0) => Vec::new(),
        (true, _) => vec![(shorter - 1, 2.0)],
        (false, 0) => vec![(0, 1.0)],
        // From the longer queue, and from the shorter one.
        (false, _) => vec![(shorter, 1.0), (shorter - 1, 1.0)],
    }
}

/// Mean time of a request, in mean work, where both queues together have this load, below 0.95.
pub(super) fn mean_time(load: f64) -> f64 {
    assert!(load > 0.0 && load < 0.95, "what is cut off would count");
    let arrivals = 2.0 * load;
    // By level from 1 on: how the probabilities of a level follow from those of the one below.
    let mut onward: Vec<Vec<Vec<f64>>> = Vec::new();
    for total in (1..=TOTAL_MAX).rev() {
        let (level, below, above) = (Level::of(total), Level::of(total - 1), Level::of(total + 1));
        let states = || (0..level.size()).map(|place| place + level.least);
        // What leaves each state, less what comes back from above.
        let mut balance: Vec<Vec<f64>> = vec![vec![0.0; level.size()]; level.size()];
        for (place, shorter) in states().enumerate() {
            let down = after_departures(total, shorter).into_iter();
            let kept = down.filter(|(to, _)| below.place(*to).is_some()).map(|(_, rate)| rate);
            let up = if total < TOTAL_MAX { arrivals } else { 0.0 };
            balance[place][place] += up + kept.sum::<f64>();
            let Some(onward) = onward.last() else { continue };
            for (from, share) in onward[place].iter().enumerate() {
                for (to, rate) in after_departures(total + 1, from + above.least) {
                    if let Some(to) = level.place(to) {
                        balance[place][to] -= share * rate;
                    }
                }
            }
        }
        let inverse = inverted(balance);
        let row = |shorter: usize| {
            let to = level.place(after_arrival(total - 1, shorter)).expect("an arrival evens the queues");
            inverse[to].iter().map(|share| arrivals * share).collect()
        };
        onward.push((0..below.size()).map(|place| row(place + below.least)).collect());
    }
    let mut probabilities = vec![1.0];
    let (mut all, mut requests) = (1.0, 0.0);
    for (total, onward) in (1..=TOTAL_MAX).zip(onward.iter().rev()) {
        let mut next = vec![0.0; Level::of(total).size()];
        for (probability, row) in probabilities.iter().zip(onward) {
            next.iter_mut().zip(row).for_each(|(next, share)| *next += probability * share);
        }
        let level: f64 = next.iter().sum();
        (all, requests) = (all + level, requests + level * total as f64);
        probabilities = next;
    }
    // Little's law.
    requests / all / arrivals
}

/// The inverse, by elimination: no pivot is zero, as what leaves a state is more than what comes back to it.
fn inverted(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let size = matrix.len();
    let unit = |row: usize| (0..size).map(|column| f64::from(u8::from(row == column))).collect();
    let mut inverse: Vec<Vec<f64>> = (0..size).map(unit).collect();
    for pivot in 0..size {
        let scale = 1.0 / matrix[pivot][pivot];
        for of in [&mut matrix, &mut inverse] {
            of[pivot].iter_mut().for_each(|value| *value *= scale);
        }
        let scaled = [matrix[pivot].clone(), inverse[pivot].clone()];
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = matrix[row][pivot];
            for (of, scaled) in [&mut matrix, &mut inverse].into_iter().zip(&scaled) {
                of[row].iter_mut().zip(scaled).for_each(|(value, scaled)| *value -= factor * scaled);
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::super::formulas::{mm1, mmc};
    use super::*;

    /// Computed elsewhere, by iteration over another truncation of the chain.
    #[test]
    fn the_shortest_of_two_has_the_known_means() {
        for (load, known) in [(0.5, 1.426_321), (0.7, 2.108_197), (0.8, 2.955_737), (0.9, 5.474_913)] {
            let found = mean_time(load);
            assert!((found - known).abs() < 1e-6, "{load}: {found}");
            // Better than two queues apart, worse than one before both cores.
            assert!(mmc(2, load) < found && found < mm1(load));
        }
    }

    #[test]
    fn inverses_are_inverses() {
        let found = inverted(vec![vec![4.0, -1.0], vec![-2.0, 3.0]]);
        assert_eq!(found, [[0.3, 0.1], [0.2, 0.4]].map(|row| row.to_vec()));
    }
}
