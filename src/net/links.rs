//! What the links of one sender remember: only streams and links of limited bandwidth remember anything.

use crate::kernel::{NodeId, Time};

/// `last_arrival` of a stream whose head waits for a retransmission.
pub(super) const STALLED: Time = Time::MAX;

/// One direction between two nodes.
#[derive(Clone, Copy)]
pub(super) struct Link {
    to: NodeId,
    /// When the last message of its stream arrives, or [`STALLED`].
    pub(super) last_arrival: Time,
    /// When it has put its last byte on the wire.
    pub(super) busy_until: Time,
}

const VACANT: Link = Link { to: NodeId(u32::MAX), last_arrival: Time::ZERO, busy_until: Time::ZERO };

/// The links of one sender, found by receiver: open addressing with linear probing, at most half full.
#[derive(Clone)]
pub(super) struct Links {
    links: Vec<Link>,
    used: usize,
}

impl Links {
    pub(super) fn new() -> Self {
        Links { links: Vec::new(), used: 0 }
    }

    /// The link to `to`, made if this is its first message.
    #[inline(always)]
    pub(super) fn get(&mut self, to: NodeId) -> &mut Link {
        if 2 * self.used >= self.links.len() {
            self.grow();
        }
        let slot = self.find(to);
        let link = &mut self.links[slot];
        if link.to != to {
            link.to = to;
            self.used += 1;
        }
        link
    }

    /// The slot that holds `to`, or the vacant one where it belongs.
    #[inline(always)]
    fn find(&self, to: NodeId) -> usize {
        let mask = self.links.len() - 1;
        // Neighbouring ids fall into neighbouring slots: no hash, and no collisions while ids are dense.
        let mut slot = to.index() & mask;
        while self.links[slot].to != to && self.links[slot].to != VACANT.to {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let capacity = (self.links.len() * 2).max(4);
        let links = std::mem::replace(&mut self.links, vec![VACANT; capacity]);
        for link in links.into_iter().filter(|link| link.to != VACANT.to) {
            let slot = self.find(link.to);
            self.links[slot] = link;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_receiver_has_its_own_link_however_many_there_are() {
        let mut links = Links::new();
        for round in 0..3 {
            for to in (0..5000).map(|n| NodeId(n * 7919 % 65_521)) {
                let link = links.get(to);
                assert_eq!(link.busy_until, Time(u64::from(round * to.0)));
                link.busy_until = Time(u64::from((round + 1) * to.0));
            }
        }
        assert_eq!(links.used, 5000);
    }
}
