//! What the links of one sender remember: only streams and links of limited bandwidth remember anything.

use crate::kernel::{Duration, NodeId, Time, load};

/// One direction between two nodes.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) to: NodeId,
    /// Of its stream; what follows belongs to that epoch.
    epoch: u32,
    /// Before this no message of its stream may arrive.
    earliest: Time,
    /// Whether messages of its stream wait at their sender.
    is_stalled: bool,
    /// When it has put its last byte on the wire.
    pub(super) busy_until: Time,
}

const VACANT: Link =
    Link { to: NodeId(u32::MAX), epoch: 0, earliest: Time::ZERO, is_stalled: false, busy_until: Time::ZERO };

impl Link {
    /// Whether messages of the stream of this epoch wait at their sender.
    #[inline]
    pub(super) fn is_stalled(&self, epoch: u32) -> bool {
        self.epoch == epoch && self.is_stalled
    }

    /// The way of the stream of this epoch is blocked. What it has sent before arrives all the same, and first.
    pub(super) fn stall(&mut self, epoch: u32) {
        self.begin(epoch);
        self.is_stalled = true;
    }

    /// The stream sends again.
    pub(super) fn recover(&mut self) {
        self.is_stalled = false;
    }

    /// When a message of the stream of this epoch arrives that the network would have arrive at `at`: later than
    /// all before it. A nanosecond between two makes their order hold under any order of ties.
    #[inline]
    pub(super) fn in_order(&mut self, epoch: u32, at: Time) -> Time {
        self.begin(epoch);
        let arrival = at.max(self.earliest);
        self.earliest = arrival + Duration(1);
        arrival
    }

    /// A stream of a new epoch owes nothing to the one before.
    #[inline]
    fn begin(&mut self, epoch: u32) {
        if self.epoch != epoch {
            *self = Link { epoch, earliest: Time::ZERO, is_stalled: false, ..*self };
        }
    }
}

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

    /// Has the links of a sender who has few loaded ([`load`]).
    #[inline(always)]
    pub(super) fn foresee(&self) {
        if let Some(link) = self.links.first() {
            load(link);
        }
    }

    /// The links used so far, in no order that means anything.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Link> {
        self.links.iter_mut().filter(|link| link.to != VACANT.to)
    }

    /// The link to `to`, made if this is its first message.
    #[inline(always)]
    pub(super) fn get(&mut self, to: NodeId) -> &mut Link {
        // Neighbouring ids fall into neighbouring slots: no hash, and no collisions while ids are dense.
        let home = to.index() & self.links.len().wrapping_sub(1);
        match self.links.get(home) {
            Some(link) if link.to == to => &mut self.links[home],
            _ => self.get_elsewhere(to),
        }
    }

    #[inline(never)]
    fn get_elsewhere(&mut self, to: NodeId) -> &mut Link {
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
    fn find(&self, to: NodeId) -> usize {
        let mask = self.links.len() - 1;
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
    fn a_stall_forgets_nothing_that_is_under_way_and_a_new_stream_all() {
        let mut link = VACANT;
        assert_eq!(link.in_order(1, Time(100)), Time(100));
        link.stall(1);
        assert!(link.is_stalled(1) && !link.is_stalled(2));
        // What had not left when it stalled.
        assert_eq!(link.in_order(1, Time(50)), Time(101));
        assert!(link.is_stalled(1));
        link.recover();
        assert_eq!((link.is_stalled(1), link.in_order(1, Time(60))), (false, Time(102)));
        link.stall(1);
        assert_eq!((link.in_order(2, Time(70)), link.is_stalled(2)), (Time(70), false));
        link.stall(3);
        link.recover();
        assert_eq!(link.in_order(3, Time(71)), Time(71));
    }

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
