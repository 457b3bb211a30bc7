//! Maglev hashing: a table of prime size in which each endpoint holds a share of entries; a key's hash is an entry.
//!
//! Each endpoint goes through the table in an order of its own, `offset + i * skip`; in rounds, each takes the next free
//! entry of its order until none is left. With unequal weights the heaviest takes one each round and the others sit rounds
//! out. Removing one moves more keys than its own, since what others took in turn moves as well: with 65,537 entries 1.2
//! times as many with 50 endpoints, 1.6 with 100 (Envoy's simulations say about twice), 5 with 500.
//! Source: Eisenbud et al., *Maglev: a fast and reliable software network load balancer*, NSDI 2016, section 3.4; weights as
//! in Envoy (`load_balancers.rst`: weights of 1 and 2 hold 21,846 and 43,691 entries). Rounds go by name, not by place, so
//! that all callers have the same table. Slow start does not change it, in Envoy neither. Ties: there are none. Cost: O(1) a
//! pick, O(size * log size) a change.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::random::below;
use crate::kernel::{Keyed, Time};

/// The table size of the paper's smaller tables, and Envoy's; it should be a hundred times the endpoints or more.
pub const SIZE_DEFAULT: u32 = 65_537;

/// Maglev hashing.
#[derive(Clone, Debug)]
pub struct Maglev {
    endpoints: Keyed,
    keys: Keyed,
    table: Vec<Place>,
}

/// An endpoint's way through the table.
struct Walk {
    place: Place,
    name: u64,
    weight: f64,
    /// The entry that comes next.
    next: u32,
    skip: u32,
    /// How many entries it has taken.
    taken: u32,
}

const FREE: Place = Place(u32::MAX);

impl Maglev {
    /// A table of `size` entries.
    ///
    /// # Panics
    /// If `size` is not prime: an order would not reach every entry.
    pub fn new(size: u32) -> Self {
        assert!(is_prime(size), "a Maglev table has a prime number of entries");
        Maglev {
            endpoints: Keyed::new(0, "orders of Maglev"),
            keys: Keyed::new(0, "keys of Maglev"),
            table: vec![FREE; size as usize],
        }
    }

    fn walk(&self, fleet: &Fleet, place: Place) -> Walk {
        let size = self.table.len() as u32;
        let endpoint = fleet.get(place);
        Walk {
            place,
            name: endpoint.name,
            weight: endpoint.weight,
            next: below(self.endpoints.draw(endpoint.name, 0), size),
            // From 1 to size - 1; a table of two has but one entry to skip to.
            skip: 1 + below(self.endpoints.draw(endpoint.name, 1), size - 1),
            taken: 0,
        }
    }
}

impl Default for Maglev {
    fn default() -> Self {
        Maglev::new(SIZE_DEFAULT)
    }
}

impl Balance for Maglev {
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], _: Time) {
        let mut walks: Vec<Walk> = among.iter().map(|place| self.walk(fleet, *place)).collect();
        walks.sort_by_key(|walk| (walk.name, walk.place));
        let weight_max = walks.iter().map(|walk| walk.weight).fold(0.0, f64::max);
        self.table.fill(FREE);
        if walks.is_empty() {
            return;
        }
        let mut free = self.table.len();
        for round in 0_u32.. {
            for walk in &mut walks {
                // In round r it has taken as many as r of its weight are turns of the heaviest, rounded up.
                if f64::from(round) * walk.weight < f64::from(walk.taken) * weight_max {
                    continue;
                }
                if free == 0 {
                    return;
                }
                take_next(&mut self.table, walk);
                free -= 1;
            }
        }
    }

    #[inline]
    fn pick(&mut self, _: &Fleet, _: &[Place], ask: &Ask) -> Place {
        self.table[below(self.keys.draw(ask.key, 0), self.table.len() as u32) as usize]
    }
}

/// Takes the next free entry of its order; there is one.
fn take_next(table: &mut [Place], walk: &mut Walk) {
    let size = table.len() as u32;
    loop {
        let entry = walk.next as usize;
        // Below 2^32 even for the largest tables: both are below the size, which is at most 2^31.
        walk.next += walk.skip;
        walk.next -= if walk.next >= size { size } else { 0 };
        if table[entry] == FREE {
            table[entry] = walk.place;
            walk.taken += 1;
            return;
        }
    }
}

/// Whether a table may have `size` entries: a prime number below 2^31.
pub fn is_prime(size: u32) -> bool {
    let mut divisors = (2..).take_while(|divisor| divisor * divisor <= size);
    (2..1 << 31).contains(&size) && !divisors.any(|divisor| size.is_multiple_of(divisor))
}

#[cfg(test)]
mod tests {
    use super::super::RingHash;
    use super::super::testing::{all, equal, picks, weighted, without};
    use super::*;

    fn entries(policy: &Maglev, n: usize) -> Vec<u32> {
        let mut entries = vec![0; n];
        policy.table.iter().for_each(|place| entries[place.index()] += 1);
        entries
    }

    fn built(fleet: &Fleet, among: &[Place]) -> Maglev {
        let mut policy = Maglev::default();
        policy.rebuild(fleet, among, Time::ZERO);
        policy
    }

    #[test]
    fn weights_of_one_and_two_hold_the_published_numbers_of_entries() {
        let fleet = weighted(&[1.0, 2.0]);
        assert_eq!(entries(&built(&fleet, &all(&fleet)), 2), [21_846, 43_691]);
        let fleet = weighted(&[0.5, 0.25]);
        assert_eq!(entries(&built(&fleet, &all(&fleet)), 2), [43_691, 21_846]);
    }

    /// The table of the paper's section 3.4: M = 7, and three backends by their offsets and skips.
    #[test]
    fn the_papers_example_gives_the_papers_table() {
        let mut table = vec![FREE; 7];
        let walk =
            |(place, next, skip)| Walk { place: Place(place), name: 0, weight: 1.0, next, skip, taken: 0 };
        let fill = |table: &mut Vec<Place>, ways: &[(u32, u32, u32)]| {
            let mut walks: Vec<Walk> = ways.iter().copied().map(walk).collect();
            let count = walks.len();
            (0..7).for_each(|turn| take_next(table, &mut walks[turn % count]));
            table.iter().map(|place| place.0).collect::<Vec<u32>>()
        };
        assert_eq!(fill(&mut table, &[(0, 3, 4), (1, 0, 2), (2, 3, 1)]), [1, 0, 1, 0, 2, 2, 0]);
        // Without the second.
        table.fill(FREE);
        assert_eq!(fill(&mut table, &[(0, 3, 4), (2, 3, 1)]), [0, 0, 0, 0, 2, 2, 2]);
    }

    #[test]
    fn shares_are_within_one_percent_of_weights() {
        let weights: Vec<f64> = (0..100).map(|i| f64::from(1 + i % 4)).collect();
        let fleet = weighted(&weights);
        let entries = entries(&built(&fleet, &all(&fleet)), 100);
        let total: f64 = weights.iter().sum();
        for (entries, weight) in entries.iter().zip(&weights) {
            let expected = 65_537.0 * weight / total;
            assert!((f64::from(*entries) / expected - 1.0).abs() < 0.01, "{entries} for {expected}");
        }
    }

    #[test]
    fn ten_thousand_hold_six_or_seven_entries_each() {
        let fleet = equal(10_000);
        let entries = entries(&built(&fleet, &all(&fleet)), 10_000);
        assert!(entries.iter().all(|entries| [6, 7].contains(entries)));
        assert_eq!(entries.iter().sum::<u32>(), 65_537);
    }

    /// Keys of 100,000 that meet another endpoint when one of `n` is gone.
    fn moved(mut policy: impl Balance, n: usize) -> f64 {
        let fleet = equal(n);
        policy.rebuild(&fleet, &all(&fleet), Time::ZERO);
        let before = picks(&mut policy, &fleet, &all(&fleet), 100_000);
        let left = without(&all(&fleet), Place(7));
        policy.rebuild(&fleet, &left, Time::ZERO);
        let after = picks(&mut policy, &fleet, &left, 100_000);
        assert!(!after.contains(&7));
        before.iter().zip(&after).filter(|(before, after)| before != after).count() as f64
    }

    /// In shares of one endpoint. An independent script with true random orders moved 1.2, 1.6 and 5.4; a fifth more or less
    /// is the luck of one table and of 100,000 keys.
    #[test]
    fn removing_one_moves_more_than_its_share_and_the_more_the_fewer_entries_each_has() {
        for (n, expected) in [(50, 1.24), (100, 1.58), (500, 5.42)] {
            let share = 100_000.0 / n as f64;
            let (table, ring) = (moved(Maglev::default(), n) / share, moved(RingHash::default(), n) / share);
            assert!((table / expected - 1.0).abs() < 0.2, "{table} shares moved of {n}, on a ring {ring}");
            assert!(
                table > ring && (ring - 1.0).abs() < 0.25,
                "{table} shares moved of {n}, on a ring {ring}"
            );
        }
    }

    #[test]
    fn two_callers_agree_whatever_places_they_know() {
        let fleet = equal(9);
        let mut turned = fleet.endpoints().to_vec();
        turned.reverse();
        let turned = Fleet::new(turned, None, None);
        let (one, other) = (built(&fleet, &all(&fleet)), built(&turned, &all(&turned)));
        assert!(one.table.iter().zip(&other.table).all(|(one, other)| one.0 == 8 - other.0));
    }

    #[test]
    fn more_endpoints_than_entries_hold_one_or_none() {
        let fleet = weighted(&[1.0, 5.0, 1.0, 1.0]);
        let mut policy = Maglev::new(3);
        policy.rebuild(&fleet, &all(&fleet), Time::ZERO);
        assert!(entries(&policy, 4).iter().all(|entries| *entries <= 1));
        assert!(policy.table.iter().all(|place| *place != FREE));
    }

    #[test]
    fn primes_are_told_from_others() {
        let primes: Vec<u32> = (0..30).filter(|n| is_prime(*n)).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert!(is_prime(65_537) && is_prime(655_373) && !is_prime(65_536) && !is_prime(4_294_967_291));
    }
}
