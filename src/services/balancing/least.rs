//! The least of many: loads in proportion to weights, and scans that say how ties break.

use super::{Ask, Place};
use crate::kernel::random::below;
use std::cmp::Ordering;

/// An amount per weight, compared without dividing: exact as long as the products are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PerWeight {
    pub amount: f64,
    pub weight: f64,
}

impl PartialEq for PerWeight {
    fn eq(&self, other: &Self) -> bool {
        self.amount * other.weight == other.amount * self.weight
    }
}

impl PartialOrd for PerWeight {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.amount * other.weight).partial_cmp(&(other.amount * self.weight))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.amount * other.weight < other.amount * self.weight
    }
}

/// The first of the least, where `among` is gone through once from position `turn` on, round robin; the turn goes on
/// to the position after it.
#[inline]
pub(super) fn least_in_turn<L: PartialOrd>(
    among: &[Place],
    turn: &mut usize,
    mut load: impl FnMut(Place) -> L,
) -> Place {
    let start = if *turn < among.len() { *turn } else { 0 };
    let mut best = start;
    let mut least = load(among[start]);
    for range in [start + 1..among.len(), 0..start] {
        for (index, place) in range.clone().zip(&among[range]) {
            let load = load(*place);
            if load < least {
                rarely();
                (best, least) = (index, load);
            }
        }
    }
    *turn = best + 1;
    among[best]
}

/// Says that a place in the code is seldom reached, which is true of a new minimum: without it each comparison waits for the
/// one before, three times as long.
#[cold]
#[inline]
fn rarely() {}

/// Any of the least, all alike, by draw 0.
#[inline]
pub(super) fn least_at_random<L: PartialOrd + Copy>(
    among: &[Place],
    ask: &Ask,
    load: impl Fn(Place) -> L,
) -> Place {
    let mut least = load(among[0]);
    let mut ties = 1;
    for place in &among[1..] {
        let load = load(*place);
        if load < least {
            (least, ties) = (load, 1);
        } else if load == least {
            ties += 1;
        }
    }
    let drawn = below(ask.draw(0), ties) as usize;
    let of_the_least = |place: &&Place| load(**place) == least;
    *among.iter().filter(of_the_least).nth(drawn).expect("as many are the least as were counted")
}

#[cfg(test)]
mod tests {
    use super::super::testing::ask;
    use super::*;

    fn among(n: u32) -> Vec<Place> {
        (0..n).map(Place).collect()
    }

    #[test]
    fn loads_of_equal_proportion_are_equal() {
        let load = |amount: f64, weight: f64| PerWeight { amount, weight };
        assert_eq!(load(1.0, 3.0), load(2.0, 6.0));
        assert!(load(1.0, 3.0) < load(1.0, 2.0) && load(2.0, 1.0) > load(3.0, 2.0));
    }

    #[test]
    fn ties_go_round() {
        let loads = [1, 0, 2, 0, 0];
        let mut turn = 0;
        let picked = [(); 5].map(|()| least_in_turn(&among(5), &mut turn, |place| loads[place.index()]).0);
        assert_eq!(picked, [1, 3, 4, 1, 3]);
        assert_eq!(least_in_turn(&among(2), &mut turn, |_| 0), Place(0), "the turn was beyond the list");
    }

    /// Of 9,000 draws each third has a standard deviation of 45; 4.5 of them are 201.
    #[test]
    fn ties_are_drawn_alike() {
        let loads = [1, 0, 2, 0, 0];
        let mut counts = [0_i32; 5];
        for n in 0..9_000 {
            counts[least_at_random(&among(5), &ask(n), |place| loads[place.index()]).index()] += 1;
        }
        assert_eq!((counts[0], counts[2]), (0, 0));
        assert!([1, 3, 4].iter().all(|place| (counts[*place] - 3_000).abs() < 201), "{counts:?}");
    }
}
