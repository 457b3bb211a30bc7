//! The random bits that belong to one message.
//!
//! They are keyed by the link (its ends' names), the instant of sending, and the step, so that another node, fault
//! or policy moves none of them, and a link needs no counter: in a world of a thousand nodes that all talk to each
//! other, looking a counter up would cost more than all else together. Two messages on one link at one instant
//! are told apart by a third number, which is 0 unless the sender may have used the link at that instant before.

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
}

/// What one sender sent at the present instant.
#[derive(Clone, Copy, Default)]
pub(super) struct Burst {
    at: Time,
    /// One bit a receiver, by its id modulo 64.
    receivers: u64,
    sent: u64,
}

impl Burst {
    /// Takes note of a message to `to`; returns 0 if the link was surely unused at this instant, else a number
    /// that no other message of this instant on this link has.
    #[inline(always)]
    pub(super) fn next(&mut self, now: Time, to: NodeId) -> u64 {
        if self.at != now {
            *self = Burst { at: now, receivers: 0, sent: 0 };
        }
        let bit = 1 << (to.0 & 63);
        let repeat = if self.receivers & bit == 0 { 0 } else { self.sent };
        self.receivers |= bit;
        self.sent += 1;
        repeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_broadcast_has_no_repeats_and_a_node_more_changes_none() {
        let mut burst = Burst::default();
        assert!((0..64).all(|to| burst.next(Time(5), NodeId(to)) == 0));
    }

    #[test]
    fn messages_of_one_instant_on_one_link_are_told_apart() {
        let mut burst = Burst::default();
        let mut seen = BTreeSet::new();
        for round in 0..100 {
            for to in [1, 2, 66] {
                assert!(seen.insert((to, burst.next(Time(5), NodeId(to)))), "round {round}, to {to}");
            }
        }
        assert_eq!(burst.next(Time(6), NodeId(1)), 0, "another instant starts anew");
    }
}
