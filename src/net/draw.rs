//! The random bits that belong to one message.
//!
//! They are keyed by the link (its ends' names), the instant of sending, and the step, so that another node, fault
//! or policy moves none of them, and a link needs no counter: in a world of a thousand nodes that all talk to each
//! other, looking a counter up would cost more than all else together. Messages on one link at one instant are
//! numbered, which only a burst has to count.

use crate::kernel::{Keyed, NodeId, Time};

/// Steps of the draws that belong to one message.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Jitter,
    Loss,
    Duplicate,
    DuplicateJitter,
    Reorder,
    ReorderDelay,
}

/// Steps of the draws that a fault makes for one message.
#[derive(Clone, Copy)]
pub(super) enum FaultStep {
    Loss,
    Chain,
    Corrupt,
    Duplicate,
    Strike,
    Delay,
}

/// The source of one message's random bits.
#[derive(Clone, Copy)]
pub(super) struct Draw(Keyed, u64);

impl Draw {
    /// The bits of the message sent at `at` on the link that `link` names; see [`Burst::next`] for `repeat`.
    #[inline(always)]
    pub(super) fn new(keyed: Keyed, link: u64, at: Time, repeat: u64) -> Self {
        // `repeat` is nearly always 0; spread out, it cannot turn one link's name into another's.
        Draw(keyed, keyed.draw(link.wrapping_add(repeat.wrapping_mul(0x9E37_79B9_7F4A_7C15)), at.0))
    }

    #[inline(always)]
    pub(super) fn bits(self, step: Step) -> u64 {
        self.0.derive(self.1, step as u64)
    }

    /// The bits of a step that a message may come to several times, counted from 0.
    #[inline(always)]
    pub(super) fn bits_of(self, step: Step, round: u32) -> u64 {
        self.0.derive(self.1, u64::from(round) << 32 | step as u64)
    }

    /// The bits of the fault that `key` names, for one step.
    pub(super) fn bits_of_fault(self, key: u64, step: FaultStep) -> u64 {
        self.0.derive(self.1, key ^ step as u64)
    }
}

/// To whom one sender sent at the present instant. Nearly always it is to one node, once or in a burst such as the answers
/// that one sync sets free: that one is kept here, and only others touch the heap.
#[derive(Clone, Default)]
pub(super) struct Burst {
    at: Time,
    first: NodeId,
    /// How many went to the first; 0 if nothing was sent yet.
    to_first: u32,
    /// How many went to each other node, by receiver: where time stands still a burst may be of millions.
    others: Vec<(NodeId, u64)>,
}

impl Burst {
    /// Takes note of a message to `to`; returns how many this sender sent there before at this instant.
    #[inline(always)]
    pub(super) fn next(&mut self, now: Time, to: NodeId) -> u64 {
        if self.at != now || self.to_first == 0 {
            (self.at, self.first, self.to_first) = (now, to, 1);
            self.others.clear();
            return 0;
        }
        if self.first == to {
            self.to_first += 1;
            return u64::from(self.to_first) - 1;
        }
        self.among_others(to)
    }

    #[inline(never)]
    fn among_others(&mut self, to: NodeId) -> u64 {
        match self.others.binary_search_by_key(&to, |&(receiver, _)| receiver) {
            Ok(place) => {
                let (_, count) = &mut self.others[place];
                *count += 1;
                *count - 1
            }
            Err(place) => {
                self.others.insert(place, (to, 1));
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_instant_on_one_link_are_numbered_whoever_else_is_sent_to() {
        let mut burst = Burst::default();
        for round in 0..100 {
            for to in [1, 2, 66, 1000 + round as u32] {
                let expected = if to < 1000 { round } else { 0 };
                assert_eq!(burst.next(Time(5), NodeId(to)), expected, "round {round}, to {to}");
            }
        }
        assert_eq!(burst.next(Time(6), NodeId(1)), 0, "another instant starts anew");
    }
}
