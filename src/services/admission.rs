//! Who is served at once where a server takes only so many requests at a time, and who of those that wait is next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// In which order requests that wait are admitted. Equal ones: first come, first served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// First come, first served.
    Arrival,
    /// Last come, first served.
    Recent,
    /// Any of them.
    Random,
    /// By urgency: priority or deadline.
    Urgency,
    /// The least work first.
    Work,
}

/// The gate of a server.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    /// Most requests that are served at a time.
    limit: Option<u32>,
    served: u32,
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// Requests that have had to wait.
    waited: u64,
}

/// Lower ranks go first, and of equal ones who came first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Waiting {
    rank: u64,
    number: u64,
    frame: u32,
}

impl Admission {
    pub(super) fn new(limit: Option<u32>) -> Admission {
        Admission { limit, served: 0, waiting: BinaryHeap::new(), waited: 0 }
    }

    /// Whether the next request is served at once; then it is.
    #[inline]
    pub(super) fn admits(&mut self) -> bool {
        let admits = self.limit.is_none_or(|limit| self.served < limit);
        self.served += u32::from(admits);
        admits
    }

    /// A request that was not admitted waits; of those that wait the lowest rank goes first.
    pub(super) fn wait(&mut self, frame: u32, rank: u64) {
        self.waited += 1;
        self.waiting.push(Reverse(Waiting { rank, number: self.waited, frame }));
    }

    /// Requests that have waited so far: a rank by which the last goes first is this, counted down.
    pub(super) fn waited(&self) -> u64 {
        self.waited
    }

    /// A request that was served is over: the next one, which is served from now on.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u32> {
        match self.waiting.pop() {
            Some(Reverse(next)) => Some(next.frame),
            None => {
                self.served -= 1;
                None
            }
        }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_served_at_a_time_and_the_lowest_rank_is_next() {
        let mut admission = Admission::new(Some(2));
        assert_eq!([admission.admits(), admission.admits(), admission.admits()], [true, true, false]);
        for (frame, rank) in [(3, 7), (4, 5), (5, 7), (6, 5)] {
            admission.wait(frame, rank);
        }
        let next: Vec<Option<u32>> = (0..5).map(|_| admission.next()).collect();
        assert_eq!(next, [Some(4), Some(6), Some(3), Some(5), None]);
        assert!(admission.admits() && !admission.admits());
    }
}
