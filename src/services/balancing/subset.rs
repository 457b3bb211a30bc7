//! Deterministic subsetting: each client sees a few backends only, and each backend about as many clients as any other.
//!
//! Clients come in rounds of as many as there are subsets; a round shuffles the backends by its number and deals them out, so
//! that its clients share no backend. Where the backends cannot be dealt evenly some subsets have one more. Source: Beyer et
//! al., *Site Reliability Engineering* (2016), chapter 20. Not a policy but what a policy picks among.

use super::Place;
use crate::kernel::Keyed;
use crate::kernel::random::below;

/// The backends, of all in an order common to all clients, that client number `client` picks among, ascending: `size` of
/// them or a few more, and all if there are no more than `size`.
///
/// # Panics
/// If `size` is 0.
pub fn subset(backends: &[Place], client: u32, size: u32) -> Vec<Place> {
    assert!(size > 0, "a subset has somebody to pick");
    let subsets = (backends.len() as u32 / size).max(1);
    let mut dealt = backends.to_vec();
    shuffle(&mut dealt, client / subsets);
    let bound = |subset: u32| (u64::from(subset) * backends.len() as u64 / u64::from(subsets)) as usize;
    let subset = client % subsets;
    let mut own = dealt[bound(subset)..bound(subset + 1)].to_vec();
    own.sort_unstable();
    own
}

/// Fisher and Yates' shuffle number `round`, the same on every machine and for every seed.
fn shuffle(backends: &mut [Place], round: u32) {
    let keyed = Keyed::new(0, "rounds of subsets");
    for last in (1..backends.len()).rev() {
        let other = below(keyed.draw(u64::from(round), last as u64), last as u32 + 1);
        backends.swap(last, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_shares;
    use super::*;

    fn backends(n: u32) -> Vec<Place> {
        (0..n).map(Place).collect()
    }

    /// How many of `clients` clients each backend has.
    fn clients_of_each(n: u32, clients: u32, size: u32) -> Vec<u32> {
        let mut counts = vec![0; n as usize];
        for client in 0..clients {
            subset(&backends(n), client, size).iter().for_each(|place| counts[place.index()] += 1);
        }
        counts
    }

    /// The book's example: 12 backends in subsets of 3 are four subsets; clients 0 to 3 are round 0, 4 to 7 round 1.
    #[test]
    fn the_clients_of_a_round_share_no_backend() {
        for round in 0..3 {
            let subsets: Vec<Vec<Place>> =
                (round * 4..round * 4 + 4).map(|client| subset(&backends(12), client, 3)).collect();
            assert!(subsets.iter().all(|subset| subset.len() == 3 && subset.is_sorted()));
            let mut together = subsets.concat();
            together.sort_unstable();
            assert_eq!(together, backends(12));
        }
        let first_of_rounds = [0, 4, 8].map(|client| subset(&backends(12), client, 3));
        assert!(first_of_rounds[0] != first_of_rounds[1] && first_of_rounds[1] != first_of_rounds[2]);
    }

    /// The book's figure 20-5: 300 clients with 10 of 300 backends each, ten connections to each backend.
    #[test]
    fn every_backend_has_as_many_clients() {
        assert_eq!(clients_of_each(300, 300, 10), [10; 300]);
        assert_eq!(clients_of_each(12, 8, 3), [2; 12]);
        let last_round_begun = clients_of_each(12, 10, 3);
        assert!(last_round_begun.iter().all(|clients| [2, 3].contains(clients)));
    }

    #[test]
    fn backends_that_cannot_be_dealt_evenly_make_some_subsets_larger() {
        let sizes: Vec<usize> = (0..3).map(|client| subset(&backends(11), client, 3).len()).collect();
        assert_eq!(sizes, [3, 4, 4]);
        assert_eq!(clients_of_each(11, 30, 3), [10; 11]);
        assert_eq!(subset(&backends(3), 17, 5), backends(3));
        assert_eq!(subset(&backends(3), 17, 2).len(), 3, "one subset of all");
        assert_eq!(subset(&[], 1, 2), []);
    }

    /// Each of the 24 orders of four: 23 degrees of freedom, 99.99 % stay below 58.
    #[test]
    fn rounds_are_shuffled_fairly() {
        let mut counts = std::collections::BTreeMap::new();
        for round in 0..24_000 {
            let mut order = [0, 1, 2, 3].map(Place);
            shuffle(&mut order, round);
            *counts.entry(order).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        assert_shares(&counts.into_values().collect::<Vec<_>>(), &[1.0; 24], 58.0);
    }
}
