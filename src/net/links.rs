//! The links of one sender: what each has carried so far. A link exists once it carries a message.

use crate::kernel::{NodeId, Time};

/// `last_arrival` of a stream whose head waits for a retransmission.
pub(super) const STALLED: Time = Time::MAX;

/// One direction between two nodes.
#[derive(Clone, Copy)]
pub(super) struct Link {
    to: NodeId,
    /// Messages it was asked to carry: numbers their draws.
    pub(super) sent: u32,
    /// When the last message of its stream arrives, or [`STALLED`].
    pub(super) last_arrival: Time,
    /// When it has put its last byte on the wire.
    pub(super) busy_until: Time,
}

const VACANT: NodeId = NodeId(u32::MAX);
const NEW: Link = Link { to: VACANT, sent: 0, last_arrival: Time::ZERO, busy_until: Time::ZERO };

/// The links of one sender, found by receiver: open addressing with linear probing, at most half full.
#[derive(Clone)]
pub(super) struct Links {
    slots: Vec<Link>,
    used: usize,
}

impl Links {
    pub(super) fn new() -> Self {
        Links { slots: Vec::new(), used: 0 }
    }

    /// The link to `to`; made if this is its first message.
    #[inline]
    pub(super) fn get(&mut self, to: NodeId) -> &mut Link {
        if 2 * self.used >= self.slots.len() {
            self.grow();
        }
        let slot = self.find(to);
        if self.slots[slot].to == VACANT {
            self.slots[slot].to = to;
            self.used += 1;
        }
        &mut self.slots[slot]
    }

    /// The slot that holds `to`, or the vacant one where it belongs.
    #[inline]
    fn find(&self, to: NodeId) -> usize {
        let mask = self.slots.len() - 1;
        // Neighbouring ids fall into neighbouring slots: no hash, no collisions while ids are dense.
        let mut slot = to.index() & mask;
        while self.slots[slot].to != to && self.slots[slot].to != VACANT {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let capacity = (self.slots.len() * 2).max(4);
        let old = std::mem::replace(&mut self.slots, vec![NEW; capacity]);
        for link in old.into_iter().filter(|link| link.to != VACANT) {
            let slot = self.find(link.to);
            self.slots[slot] = link;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_receiver_has_its_own_link_however_many_there_are() {
        let mut links = Links::new();
        for round in 1..=3 {
            for to in (0..5000).map(|n| NodeId(n * 7919 % 65_521)) {
                let link = links.get(to);
                link.sent += 1;
                assert_eq!((link.to, link.sent), (to, round));
            }
        }
        assert_eq!(links.used, 5000);
    }
}
