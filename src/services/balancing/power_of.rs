//! Power of d choices: d drawn at random, the least loaded of which is picked.
//!
//! Load is what this caller has open, this request included, per weight: `(in_flight + 1) / weight`; with reports, as in
//! Mitzenmacher's *How useful is old information?* (IEEE TPDS 11, 2000), what was reported in its place. Source: Mitzenmacher,
//! *The power of two choices in randomized load balancing*, IEEE TPDS 12 (2001); in Envoy `least_request`, in Finagle `p2c`.
//! With replacement one endpoint may be drawn twice, as in the limit of that paper; without it never is. Ties: the first
//! drawn. Cost: O(d) a pick with replacement, O(d^2) without.

use super::least::PerWeight;
use super::{Ask, Balance, Fleet, Place};
use crate::kernel::random::below;

/// Power of d choices, by draws 0 to d - 1.
#[derive(Clone, Debug)]
pub struct PowerOf {
    choices: u32,
    draw: Draw,
}

#[derive(Clone, Debug)]
enum Draw {
    WithReplacement,
    WithoutReplacement(Distinct),
}

impl PowerOf {
    /// `choices` distinct ones; all, if there are fewer.
    ///
    /// # Panics
    /// If `choices` is 0.
    pub fn without_replacement(choices: u32) -> Self {
        assert!(choices > 0, "one is picked of one at least");
        PowerOf { choices, draw: Draw::WithoutReplacement(Distinct::default()) }
    }

    /// `choices` draws, each of all.
    ///
    /// # Panics
    /// If `choices` is 0.
    pub fn with_replacement(choices: u32) -> Self {
        assert!(choices > 0, "one is picked of one at least");
        PowerOf { choices, draw: Draw::WithReplacement }
    }
}

impl Balance for PowerOf {
    #[inline]
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let load = |place: Place| PerWeight {
            amount: f64::from(fleet.in_system(place)) + 1.0,
            weight: fleet.weight(place, ask.now),
        };
        let n = among.len() as u32;
        match &mut self.draw {
            Draw::WithReplacement => {
                let drawn = |number: u32| below(ask.draw(u64::from(number)), n);
                least_of((0..self.choices).map(drawn), among, load)
            }
            Draw::WithoutReplacement(_) if self.choices == 2 && n > 1 => {
                least_of(two_distinct(ask, n).into_iter(), among, load)
            }
            Draw::WithoutReplacement(distinct) => {
                distinct.clear();
                let drawn = |number: u32| distinct.draw(ask.draw(u64::from(number)), n);
                least_of((0..self.choices.min(n)).map(drawn), among, load)
            }
        }
    }
}

/// The least loaded of those drawn, of which there is one at least; the first of equals.
#[inline]
fn least_of(drawn: impl Iterator<Item = u32>, among: &[Place], load: impl Fn(Place) -> PerWeight) -> Place {
    let places = drawn.map(|index| among[index as usize]);
    let loads = places.map(|place| (place, load(place)));
    loads.reduce(|best, other| if other.1 < best.1 { other } else { best }).expect("one is drawn").0
}

/// Two distinct numbers below `n`, at least 2, by draws 0 and 1: what [`Distinct`] draws, without its list.
#[inline]
pub(super) fn two_distinct(ask: &Ask, n: u32) -> [u32; 2] {
    let first = below(ask.draw(0), n);
    let rank = below(ask.draw(1), n - 1);
    [first, rank + u32::from(rank >= first)]
}

/// Draws numbers below n, none twice: every sequence of distinct numbers is as likely.
#[derive(Clone, Debug, Default)]
struct Distinct {
    /// Those drawn, ascending.
    drawn: Vec<u32>,
}

impl Distinct {
    /// Nothing is drawn yet.
    #[inline]
    fn clear(&mut self) {
        self.drawn.clear();
    }

    /// One more below `n`, of which some are left, from 64 random bits.
    #[inline]
    fn draw(&mut self, bits: u64, n: u32) -> u32 {
        // The rank among those that are left; each smaller one that was drawn moves it up by one.
        let mut number = below(bits, n - self.drawn.len() as u32);
        let smaller = self.drawn.iter().take_while(|drawn| {
            let is_smaller = **drawn <= number;
            number += u32::from(is_smaller);
            is_smaller
        });
        let at = smaller.count();
        self.drawn.push(number);
        self.drawn[at..].rotate_right(1);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::testing::{all, ask, assert_shares, equal, picks, shares, weighted};
    use super::*;
    use crate::kernel::Keyed;

    /// All 60 sequences of 3 of 5: 59 degrees of freedom, 99.99 % stay below 108.
    #[test]
    fn distinct_draws_give_every_sequence_as_often() {
        let keyed = Keyed::new(2, "distinct");
        let mut counts = std::collections::BTreeMap::new();
        let mut distinct = Distinct::default();
        for n in 0..60_000 {
            distinct.clear();
            let sequence = [0, 1, 2].map(|number| distinct.draw(keyed.draw(n, number), 5));
            assert!(sequence[0] != sequence[1] && sequence[1] != sequence[2] && sequence[0] != sequence[2]);
            *counts.entry(sequence).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 60);
        assert_shares(&counts.into_values().collect::<Vec<_>>(), &[1.0; 60], 108.0);
    }

    #[test]
    fn two_are_drawn_with_or_without_a_list() {
        let mut distinct = Distinct::default();
        for n in 0..1_000 {
            distinct.clear();
            assert_eq!(two_distinct(&ask(n), 7), [0, 1].map(|number| distinct.draw(ask(n).draw(number), 7)));
        }
    }

    #[test]
    fn two_of_two_without_replacement_always_finds_the_less_loaded() {
        let mut fleet = equal(2);
        *fleet.in_flight_mut(Place(0)) = 1;
        let among = all(&fleet);
        let without = shares(&mut PowerOf::without_replacement(2), &fleet, &among, 1_000);
        assert_eq!(without, [0, 1_000]);
        // With replacement a quarter of all draws sees the loaded one alone.
        let with = shares(&mut PowerOf::with_replacement(2), &fleet, &among, 10_000);
        assert_shares(&with, &[1.0, 3.0], 15.2); // One degree of freedom: 99.99 % stay below 15.2.
    }

    /// Place i is the least of d distinct ones of n if it is drawn and the others are among the n - 1 - i above it.
    #[test]
    fn the_rank_of_the_least_has_the_exact_law() {
        let mut fleet = equal(6);
        (0..6).for_each(|place| *fleet.in_flight_mut(Place(place)) = place);
        let among = all(&fleet);
        // C(5 - i, 2) of C(6, 3) = 20; with replacement (6 - i)^3 - (5 - i)^3 of 6^3.
        let without = shares(&mut PowerOf::without_replacement(3), &fleet, &among, 40_000);
        assert_eq!(without[4..], [0, 0]);
        assert_shares(&without[..4], &[10.0, 6.0, 3.0, 1.0], 21.1);
        let with = shares(&mut PowerOf::with_replacement(3), &fleet, &among, 40_000);
        assert_shares(&with, &[91.0, 61.0, 37.0, 19.0, 7.0, 1.0], 25.8);
    }

    #[test]
    fn ties_go_to_the_first_drawn_so_that_equals_are_picked_alike() {
        let fleet = equal(4);
        let among = all(&fleet);
        let first_drawn: Vec<u32> = (0..100).map(|n| below(ask(n).draw(0), 4)).collect();
        assert_eq!(picks(&mut PowerOf::without_replacement(3), &fleet, &among, 100), first_drawn);
        assert_eq!(picks(&mut PowerOf::with_replacement(3), &fleet, &among, 100), first_drawn);
    }

    /// Envoy's example: weight 2 with 4 open counts 0.4, as much as weight 1 with 1.5 open.
    #[test]
    fn loads_count_this_request_and_are_per_weight() {
        let mut fleet = weighted(&[2.0, 1.0]);
        let among = all(&fleet);
        let mut picked_with = |open: [u32; 2]| {
            *fleet.in_flight_mut(Place(0)) = open[0];
            *fleet.in_flight_mut(Place(1)) = open[1];
            shares(&mut PowerOf::without_replacement(2), &fleet, &among, 100)
        };
        assert_eq!(picked_with([4, 1]), [0, 100]);
        assert_eq!(picked_with([4, 2]), [100, 0]);
        assert_eq!(picked_with([0, 0]), [100, 0]);
    }

    #[test]
    fn a_report_counts_more_than_what_the_caller_has_open() {
        let mut fleet = equal(2);
        *fleet.in_flight_mut(Place(0)) = 3;
        fleet.get_mut(Place(0)).reported = Some(Report { in_system: 0, work_us: 0 });
        *fleet.in_flight_mut(Place(1)) = 1;
        assert_eq!(shares(&mut PowerOf::without_replacement(2), &fleet, &all(&fleet), 10), [10, 0]);
    }

    #[test]
    fn more_choices_than_endpoints_are_all_of_them() {
        let mut fleet = equal(3);
        *fleet.in_flight_mut(Place(0)) = 1;
        *fleet.in_flight_mut(Place(2)) = 1;
        assert_eq!(shares(&mut PowerOf::without_replacement(9), &fleet, &all(&fleet), 50), [0, 50, 0]);
        assert_eq!(picks(&mut PowerOf::without_replacement(1), &equal(1), &[Place(0)], 2), [0, 0]);
    }
}
