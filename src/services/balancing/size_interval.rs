//! Size intervals (SITA): requests of like size go to the same instances, so that no short one waits for a long one.
//!
//! k cuts make k + 1 intervals, and the list falls into as many parts in its order, as even as can be; with fewer instances
//! than intervals neighbouring intervals share one. A request at a cut is of the interval above. It needs to know sizes.
//! Source: Harchol-Balter, Crovella and Murta, *On choosing a task assignment policy for a distributed server system*, Journal
//! of Parallel and Distributed Computing 59 (1999). Ties: any of a part, by draw 0. Cost: O(log k) a pick.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Duration;
use crate::kernel::random::below;

/// Size intervals.
#[derive(Clone, Debug)]
pub struct SizeInterval {
    cuts: Vec<Duration>,
}

impl SizeInterval {
    /// Intervals of work that end at `cuts`; the last has no end.
    ///
    /// # Panics
    /// If the cuts do not ascend.
    pub fn new(cuts: Vec<Duration>) -> Self {
        assert!(cuts.is_sorted(), "intervals ascend");
        SizeInterval { cuts }
    }
}

impl Balance for SizeInterval {
    #[inline]
    fn pick(&mut self, _: &Fleet, among: &[Place], ask: &Ask) -> Place {
        let interval = self.cuts.partition_point(|cut| *cut <= ask.work);
        let bound = |interval: usize| interval * among.len() / (self.cuts.len() + 1);
        let first = bound(interval);
        let count = (bound(interval + 1) - first).max(1);
        among[first + below(ask.draw(0), count as u32) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, ask, assert_shares, equal};
    use super::*;

    fn picked(cuts: &[u64], n: usize, work: u64) -> Vec<u32> {
        let fleet = equal(n);
        let mut policy = SizeInterval::new(cuts.iter().map(|cut| Duration(*cut)).collect());
        let mut shares = vec![0; n];
        for request in 0..3_000 {
            let ask = Ask { work: Duration(work), ..ask(request) };
            shares[policy.pick(&fleet, &all(&fleet), &ask).index()] += 1;
        }
        shares
    }

    #[test]
    fn each_interval_has_a_part_of_the_list() {
        assert_eq!(picked(&[10], 2, 9), [3_000, 0]);
        assert_eq!(picked(&[10], 2, 10), [0, 3_000]);
        let large = picked(&[10, 20], 5, 99);
        assert_eq!(large[..3], [0, 0, 0]);
        assert_shares(&large[3..], &[1.0, 1.0], 15.2);
    }

    #[test]
    fn with_fewer_instances_than_intervals_neighbours_share() {
        let of_two = [5, 15, 25, 35].map(|work| picked(&[10, 20, 30], 2, work).iter().position(|n| *n > 0));
        assert_eq!(of_two, [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(picked(&[], 1, 5), [3_000]);
    }
}
