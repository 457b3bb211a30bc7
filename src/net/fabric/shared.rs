//! The same links where capacity is shared: a message leaves when its flow has had the time for it, which nobody knows when
//! it is sent.

use super::streams::{RETRANSMIT_AFTER, RETRANSMIT_DOUBLINGS, lateness};
use super::{Address, Fabric, Traffic, delays};
use crate::kernel::{Duration, Message, NodeId, Time};
use crate::net::backlog::State;
use crate::net::draw::Draw;
use crate::net::impair::{Conditions, Harm};
use crate::net::profile::Profile;
use crate::net::sharing::{Sharing, Way};
use crate::net::{DropReason, Schedule, Sites};

/// What becomes of a message once its last byte has left.
#[derive(Clone)]
pub(super) enum Fate<M> {
    /// It arrives so much later, and a copy of it perhaps once more.
    Datagram { message: M, after: Duration, again: Option<Duration> },
    /// It arrives so much later, behind those before it.
    Stream { message: M, after: Duration, epoch: u32 },
    /// It does not arrive.
    Dropped(DropReason),
}

/// What the nodes of these sites share; `None` if they share nothing.
pub(super) fn sharing<M>(sites: &Sites, nodes: usize) -> Option<Box<Sharing<Fate<M>>>> {
    let access = sites.shared()?;
    let fibres = sites.topology().map_or(&[][..], |topology| topology.fibres());
    let fibres = fibres.iter().map(|fibre| fibre.bandwidth);
    // Each node's way out and way in, behind the fibres.
    let ends = std::iter::repeat_n(access.uplink, 2 * nodes);
    Some(Box::new(Sharing::new(fibres.chain(ends))))
}

/// What a message from one node to another uses.
fn way(
    sites: &Sites,
    from: (NodeId, Address),
    to: (NodeId, Address),
    profile: &Profile,
    conditions: &impl Conditions,
) -> Way {
    let mut uses = sites.fibres_on_way(from.1.site, to.1.site);
    let fibres = sites.topology().map_or(0, |topology| topology.fibres().len() as u32);
    uses.extend([fibres + 2 * from.0.0, fibres + 2 * to.0.0 + 1]);
    Way { uses, own: conditions.bandwidth(profile).0 }
}

impl<M: Message> Fabric<M> {
    /// Does with `message` what its transport does, under the `conditions` of its link.
    pub(in crate::net) fn pass_shared(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let epoch = self.epoch(from, to);
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        if conditions.is_new() {
            counters.count_sent(message.size());
        }
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        if !sender.transport.is_stream_with(receiver.transport) {
            return self.datagram_shared(conditions, now, draw, (from, to), message, schedule);
        }
        let link = links.get(to);
        if link.is_stalled(epoch) {
            return self.backlog.queue(from, to, message, State::Missing { sent: 0 });
        }
        if self.is_blocked(&conditions, (from, to), message.size()) || conditions.harm(draw).is_some() {
            self.traffic[from.index()].links.get(to).stall(epoch);
            self.backlog.stall(from, to, message, false);
            return schedule.retransmit(now + RETRANSMIT_AFTER, from, to, epoch);
        }
        self.enter(&conditions, now, draw, (from, to), message);
        self.tell(schedule);
    }

    fn datagram_shared(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        draw: Draw,
        (from, to): (NodeId, NodeId),
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let counters = &mut self.traffic[from.index()].counters;
        if conditions.cut() {
            return counters.drop_one(DropReason::Partition);
        }
        let Some((delay, profile)) = self.sites.link(sender.site, receiver.site) else {
            return counters.drop_one(DropReason::NoRoute);
        };
        let harm = conditions.harm(draw);
        if profile.loses(draw, 0) || harm == Some(Harm::Lost) {
            return counters.drop_one(DropReason::Loss);
        }
        let sharing = self.sharing.as_mut().expect("only what is shared is passed so");
        let size = message.size();
        if is_full(&conditions, profile, sharing.bytes(from, to), size) {
            return counters.drop_one(DropReason::BufferFull);
        }
        let fate = match harm {
            Some(Harm::Corrupted) => Fate::Dropped(DropReason::Corruption),
            Some(Harm::Lost) | None => {
                let (later, again) = delays(profile, &conditions, draw, counters);
                Fate::Datagram { message, after: delay + later, again: again.map(|again| delay + again) }
            }
        };
        let way = way(&self.sites, (from, sender), (to, receiver), profile, &conditions);
        sharing.begin(now, from, to, size, way, fate);
        self.tell(schedule);
    }

    /// Whether a stream cannot send so many bytes now.
    fn is_blocked(&self, conditions: &impl Conditions, (from, to): (NodeId, NodeId), size: u32) -> bool {
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let sharing = self.sharing.as_ref().expect("only what is shared is passed so");
        let link = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        link.is_none_or(|(_, profile)| is_full(conditions, profile, sharing.bytes(from, to), size))
    }

    /// A message of a stream that is not blocked begins to leave.
    fn enter(
        &mut self,
        conditions: &impl Conditions,
        now: Time,
        draw: Draw,
        (from, to): (NodeId, NodeId),
        message: M,
    ) {
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let link = self.sites.link(sender.site, receiver.site);
        let (delay, profile) = link.expect("what has no way is blocked");
        let (size, epoch) = (message.size(), self.epoch(from, to));
        let counters = &mut self.traffic[from.index()].counters;
        let fate = match lateness(profile, conditions, draw, counters) {
            Ok(later) => Fate::Stream { message, after: delay + later, epoch },
            Err(reason) => Fate::Dropped(reason),
        };
        let way = way(&self.sites, (from, sender), (to, receiver), profile, conditions);
        let sharing = self.sharing.as_mut().expect("only what is shared is passed so");
        sharing.begin(now, from, to, size, way, fate);
    }

    /// The stream from `from` to `to` sends what it holds, in order, until the way is blocked again. Nothing if
    /// `epoch` has passed: that stream was reset.
    pub(in crate::net) fn retransmit_shared(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        epoch: u32,
        schedule: &mut impl Schedule<M>,
    ) {
        if !self.may_retransmit(now, from, to, epoch) {
            return;
        }
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        self.traffic[from.index()].links.get(to).recover();
        loop {
            let stalled = self.backlog.stalled(from, to).expect("a stream that tries again has stalled");
            let Some(head) = stalled.missing().next() else { break };
            let (size, again) = (head.size(), u64::from(head.send()));
            self.traffic[from.index()].counters.retransmitted += again;
            let is_blocked = conditions.clog() || self.is_blocked(&conditions, (from, to), size);
            let draw = (!is_blocked).then(|| {
                let burst = self.traffic[from.index()].burst.next(now, to);
                Draw::new(self.keyed, sender.link_to(receiver), now, burst)
            });
            let draw = draw.filter(|draw| conditions.harm(*draw).is_none());
            let stalled = self.backlog.stalled(from, to).expect("it has just been asked");
            let Some(draw) = draw else {
                let sent = stalled.head_sent().expect("the head is still there");
                let doublings = (sent - 1).min(RETRANSMIT_DOUBLINGS);
                self.traffic[from.index()].links.get(to).stall(epoch);
                schedule.retransmit(now + RETRANSMIT_AFTER * (1 << doublings), from, to, epoch);
                return self.tell(schedule);
            };
            let message = stalled.take().message;
            self.enter(&conditions, now, draw, (from, to), message);
        }
        self.backlog.recovered(from, to);
        self.tell(schedule);
    }

    /// What has left by now is under way, unless `generation` has passed.
    pub(in crate::net) fn left(&mut self, now: Time, generation: u32, schedule: &mut impl Schedule<M>) {
        let sharing = self.sharing.as_mut().expect("only what is shared leaves so");
        if !sharing.is_due(generation) {
            return;
        }
        for (from, to, fate) in sharing.finish(now) {
            let current = self.epoch(from, to);
            let Traffic { counters, links, .. } = &mut self.traffic[from.index()];
            match fate {
                Fate::Dropped(reason) => counters.drop_one(reason),
                Fate::Datagram { message, after, again } => {
                    if let Some(again) = again {
                        counters.duplicated += 1;
                        schedule.deliver(now + again, from, to, 0, message.clone());
                    }
                    schedule.deliver(now + after, from, to, 0, message);
                }
                Fate::Stream { epoch, .. } if epoch != current => counters.drop_one(DropReason::Reset),
                Fate::Stream { message, after, epoch } => {
                    let arrival = links.get(to).in_order(epoch, now + after);
                    schedule.deliver(arrival, from, to, epoch, message);
                }
            }
        }
        self.tell(schedule);
    }

    /// Tells when the next message leaves, if that has changed.
    fn tell(&mut self, schedule: &mut impl Schedule<M>) {
        if let Some((at, generation)) = self.sharing.as_mut().and_then(|sharing| sharing.next()) {
            schedule.leave(at, generation);
        }
    }
}

/// Whether `size` more bytes find the buffer of their link full.
fn is_full(conditions: &impl Conditions, profile: &Profile, waiting: u64, size: u32) -> bool {
    conditions.bandwidth(profile).1.is_some_and(|buffer| waiting.saturating_add(size.into()) > buffer)
}
