//! Weighted random: any of them, in proportion to weights.
//!
//! Source: Walker's alias table as Vose builds it (*A linear algorithm for generating random numbers with a given
//! distribution*, IEEE Transactions on Software Engineering 17, 1991). While somebody starts slowly the weights change
//! with time, and the sum of weights is walked instead. Ties: there are none. Cost: O(1) a pick, O(n) during a slow
//! start.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Time;
use crate::kernel::random::unit;

/// Weighted random, by draw 0.
#[derive(Clone, Debug, Default)]
pub struct WeightedRandom {
    cells: Vec<Cell>,
    starting_until: Time,
}

/// An n-th of all requests, shared by at most two: its own place takes those below `cut`.
#[derive(Clone, Copy, Debug)]
struct Cell {
    cut: f64,
    own: Place,
    other: Place,
}

impl Balance for WeightedRandom {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        self.cells = alias_table(fleet, among);
        self.starting_until = fleet.starting_until(among);
    }

    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        if ask.now < self.starting_until {
            return by_weights_now(fleet, among, ask);
        }
        // The high half of the product is a fair cell, the low half where in it.
        let drawn = u128::from(ask.draw(0)) * self.cells.len() as u128;
        let cell = self.cells[(drawn >> 64) as usize];
        if unit(drawn as u64) < cell.cut { cell.own } else { cell.other }
    }
}

/// Fills the cells of who has less than an n-th from who has more.
fn alias_table(fleet: &Fleet, among: &[Place]) -> Vec<Cell> {
    let total: f64 = among.iter().map(|place| fleet.get(*place).weight).sum();
    // In n-ths: 1 on average.
    let share = |place: &Place| fleet.get(*place).weight * among.len() as f64 / total;
    let mut cells: Vec<Cell> =
        among.iter().map(|place| Cell { cut: share(place), own: *place, other: *place }).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) =
        (0..cells.len()).partition(|index| cells[*index].cut < 1.0);
    while let (Some(less), Some(&more)) = (small.pop(), large.last()) {
        cells[less].other = cells[more].own;
        cells[more].cut -= 1.0 - cells[less].cut;
        if cells[more].cut < 1.0 {
            small.extend(large.pop());
        }
    }
    // What is left has a whole cell, but for rounding; such a cell's other is its own.
    cells
}

fn by_weights_now(fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
    let total: f64 = among.iter().map(|place| fleet.weight(*place, ask.now)).sum();
    let mut left = unit(ask.draw(0)) * total;
    for place in among {
        left -= fleet.weight(*place, ask.now);
        if left < 0.0 {
            return *place;
        }
    }
    // Rounding may leave a last grain of the sum.
    among[among.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::super::SlowStart;
    use super::super::testing::{all, ask_at, assert_shares, picks, shares, weighted, without};
    use super::*;
    use crate::kernel::Duration;

    fn built(fleet: &Fleet) -> (WeightedRandom, Vec<Place>) {
        let mut policy = WeightedRandom::default();
        policy.rebuild(fleet, &all(fleet), Time::ZERO);
        (policy, all(fleet))
    }

    /// The table as fractions, without drawing: each place's share of all cells.
    #[test]
    fn the_table_holds_each_weight_exactly() {
        for weights in [&[1.0][..], &[5.0, 1.0, 1.0], &[0.1, 0.2, 0.3, 0.4], &[1.0; 7], &[1e6, 1.0, 1.0, 3.0]]
        {
            let fleet = weighted(weights);
            let (policy, _) = built(&fleet);
            let mut shares = vec![0.0; weights.len()];
            for cell in &policy.cells {
                let cut = cell.cut.min(1.0);
                shares[cell.own.index()] += cut;
                shares[cell.other.index()] += 1.0 - cut;
            }
            let total: f64 = weights.iter().sum();
            for (share, weight) in shares.iter().zip(weights) {
                let expected = weight / total * weights.len() as f64;
                assert!((share - expected).abs() < 1e-9, "{shares:?} for {weights:?}");
            }
        }
    }

    /// Three degrees of freedom: 99.99 % stay below 21.1.
    #[test]
    fn requests_go_by_weights() {
        let fleet = weighted(&[5.0, 1.0, 1.0, 3.0]);
        let (mut policy, among) = built(&fleet);
        assert_shares(&shares(&mut policy, &fleet, &among, 100_000), &[5.0, 1.0, 1.0, 3.0], 21.1);
        let left = without(&among, Place(0));
        policy.rebuild(&fleet, &left, Time::ZERO);
        let shares = shares(&mut policy, &fleet, &left, 100_000);
        assert_eq!(shares[0], 0);
        assert_shares(&shares[1..], &[1.0, 1.0, 3.0], 18.4); // Two degrees of freedom.
    }

    #[test]
    fn while_somebody_starts_slowly_weights_are_those_of_the_moment() {
        let mut endpoints = weighted(&[1.0, 1.0, 2.0]).endpoints().to_vec();
        endpoints[2].usable_since = Time(1_000_000_000);
        let slow = SlowStart { window: Duration::from_secs(1), aggression: 1.0, weight_min: 0.1 };
        let fleet = Fleet::new(endpoints, None, Some(slow));
        let (mut policy, among) = built(&fleet);
        let mut shares_at = |millis: u64| {
            let mut shares = [0; 3];
            for n in 0..30_000 {
                shares[policy.pick(&fleet, &among, &ask_at(n, millis)).index()] += 1;
            }
            shares
        };
        assert_shares(&shares_at(1_250), &[1.0, 1.0, 0.5], 18.4);
        assert_shares(&shares_at(1_999), &[1.0, 1.0, 1.998], 18.4);
        assert_shares(&shares_at(2_000), &[1.0, 1.0, 2.0], 18.4);
    }

    #[test]
    fn one_alone_takes_all() {
        let fleet = weighted(&[0.3]);
        let (mut policy, among) = built(&fleet);
        assert_eq!(picks(&mut policy, &fleet, &among, 3), [0, 0, 0]);
    }
}
