//! The links themselves: what becomes of a message under the conditions of its link.

mod shared;
mod streams;

use std::collections::{BTreeMap, BTreeSet};

use super::backlog::Backlog;
use super::draw::{Burst, Draw, Step};
use super::impair::{Conditions, Harm};
use super::links::Links;
use super::profile::{Bandwidth, Profile, Transport};
use super::{Counters, DropReason, Endpoint, Schedule, Sites};
use crate::kernel::{Duration, Keyed, Message, NodeId, SiteId, Time, load};
use shared::Shared;

/// Sites, nodes, and what every link remembers.
#[derive(Clone)]
pub(super) struct Fabric<M> {
    sites: Sites,
    keyed: Keyed,
    /// By node.
    addresses: Vec<Address>,
    /// By node.
    traffic: Vec<Traffic>,
    backlog: Backlog<M>,
    /// How often faults reset the streams between two nodes, by (lower id, higher id).
    resets: BTreeMap<(NodeId, NodeId), u32>,
    /// What is leaving, where capacity is shared.
    shared: Option<Box<Shared<M>>>,
}

/// What both ends of a link are asked for. 16 bytes: those of a thousand nodes stay in the nearest cache.
#[derive(Clone, Copy)]
struct Address {
    key: u64,
    /// Starts at 1 and counts crashes.
    incarnation: u32,
    site: SiteId,
    transport: Transport,
}

impl Address {
    /// Names the link to `receiver` in keyed draws.
    #[inline(always)]
    fn link_to(self, receiver: Address) -> u64 {
        self.key ^ receiver.key.rotate_left(32)
    }
}

/// What one node sends and receives. A datagram touches the first cache line only: in a world of a thousand nodes
/// each line is a miss.
#[derive(Clone)]
#[repr(C, align(64))]
struct Traffic {
    burst: Burst,
    counters: Counters,
    /// To others.
    links: Links,
}

impl<M: Message> Fabric<M> {
    pub(super) fn new(seed: u64, sites: Sites, endpoints: &[Endpoint]) -> Self {
        let address = |endpoint: &Endpoint| Address {
            key: crate::kernel::random::name_key(&endpoint.name),
            site: endpoint.site,
            transport: endpoint.transport,
            incarnation: 1,
        };
        let traffic = Traffic { burst: Burst::default(), counters: Counters::default(), links: Links::new() };
        Fabric {
            shared: Shared::of(&sites, endpoints.len()).map(Box::new),
            sites,
            keyed: Keyed::new(seed, "network"),
            addresses: endpoints.iter().map(address).collect(),
            traffic: vec![traffic; endpoints.len()],
            backlog: Backlog::new(),
            resets: BTreeMap::new(),
        }
    }

    pub(super) fn counters(&self, node: NodeId) -> &Counters {
        &self.traffic[node.index()].counters
    }

    #[inline]
    pub(super) fn counters_mut(&mut self, node: NodeId) -> &mut Counters {
        &mut self.traffic[node.index()].counters
    }

    /// See [`load`].
    #[inline(always)]
    pub(super) fn foresee(&self, node: NodeId) {
        let Traffic { burst, counters, links } = &self.traffic[node.index()];
        load(burst);
        load(&counters.received);
        load(links);
    }

    /// The same, once that has come.
    #[inline(always)]
    pub(super) fn foresee_sending(&self, node: NodeId) {
        self.traffic[node.index()].links.foresee();
    }

    /// Messages that wait for a stream's retransmission, or have not left for want of capacity.
    pub(super) fn waiting(&self) -> u64 {
        self.backlog.len() + self.shared.as_ref().map_or(0, |shared| shared.waiting())
    }

    /// Whether capacity is shared.
    #[inline(always)]
    pub(super) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    pub(super) fn sites_mut(&mut self) -> &mut Sites {
        &mut self.sites
    }

    pub(super) fn base_delay(&self, from: NodeId, to: NodeId) -> Option<Duration> {
        self.sites.delay(self.addresses[from.index()].site, self.addresses[to.index()].site)
    }

    #[inline]
    pub(super) fn epoch(&self, from: NodeId, to: NodeId) -> u32 {
        self.crashes(from, to) + self.resets_between(from, to)
    }

    /// The epoch of a stream that no fault has reset.
    #[inline(always)]
    pub(super) fn crashes(&self, from: NodeId, to: NodeId) -> u32 {
        self.addresses[from.index()].incarnation + self.addresses[to.index()].incarnation
    }

    fn resets_between(&self, from: NodeId, to: NodeId) -> u32 {
        self.resets.get(&(from.min(to), from.max(to))).copied().unwrap_or(0)
    }

    /// Whether no fault has reset a stream yet.
    pub(super) fn has_reset_none(&self) -> bool {
        self.resets.is_empty()
    }

    /// Those that have said something to `node` on a stream, or been told something on one, ascending.
    pub(super) fn stream_peers(&mut self, node: NodeId) -> Vec<NodeId> {
        let own = self.traffic[node.index()].links.iter_mut().map(|link| link.to);
        let mut peers: BTreeSet<NodeId> = own.collect();
        for (other, traffic) in (0..).map(NodeId).zip(&mut self.traffic) {
            if traffic.links.iter_mut().any(|link| link.to == node) {
                peers.insert(other);
            }
        }
        peers.into_iter().filter(|peer| *peer != node && self.is_stream(node, *peer)).collect()
    }

    #[inline(always)]
    pub(super) fn is_stream(&self, from: NodeId, to: NodeId) -> bool {
        let [sender, receiver] = [from, to].map(|end| self.addresses[end.index()].transport);
        sender.is_stream_with(receiver)
    }

    /// `node` crashed: its streams are reset, and what waited on them is dropped.
    pub(super) fn reset(&mut self, node: NodeId) {
        self.addresses[node.index()].incarnation += 1;
        self.drop_backlog(|from, to| from == node || to == node);
    }

    fn drop_backlog(&mut self, is_reset: impl Fn(NodeId, NodeId) -> bool) {
        for (from, dropped) in self.backlog.reset(is_reset) {
            self.counters_mut(from).drop_many(DropReason::Reset, dropped);
        }
    }

    /// The streams between any of `from` and any of `to` are reset, as far as there are any; returns between whom, lower id
    /// first. For `unnoticed` longer those of `from` believe in what they have to `to`: what they send is lost.
    pub(super) fn reset_streams(
        &mut self,
        now: Time,
        (from, to): (&[NodeId], &[NodeId]),
        unnoticed: Duration,
        schedule: &mut impl Schedule<M>,
    ) -> BTreeSet<(NodeId, NodeId)> {
        let (senders, receivers): (BTreeSet<NodeId>, BTreeSet<NodeId>) =
            (from.iter().copied().collect(), to.iter().copied().collect());
        let mut pairs = BTreeSet::new();
        let mut ways = BTreeSet::new();
        for (of, others) in [(&senders, &receivers), (&receivers, &senders)] {
            for &one in of {
                let known = self.traffic[one.index()].links.iter_mut().map(|link| link.to);
                let known: Vec<NodeId> =
                    known.filter(|other| *other != one && others.contains(other)).collect();
                for other in known.into_iter().filter(|other| self.is_stream(one, *other)) {
                    pairs.insert((one.min(other), one.max(other)));
                    let both = [(one, other), (other, one)].into_iter();
                    ways.extend(both.filter(|(a, b)| senders.contains(a) && receivers.contains(b)));
                }
            }
        }
        for pair in &pairs {
            *self.resets.entry(*pair).or_default() += 1;
        }
        self.drop_backlog(|from, to| pairs.contains(&(from.min(to), from.max(to))));
        if unnoticed > Duration::ZERO {
            for (from, to) in ways {
                let (epoch, noticed) = (self.epoch(from, to), now + unnoticed);
                self.traffic[from.index()].links.get(to).stall(epoch);
                self.backlog.die(from, to, noticed);
                schedule.retransmit(noticed, from, to, epoch);
            }
        }
        pairs
    }

    /// Every link (from, to) that `is_meant`, which is told its own bandwidth, is busy with nothing from now on.
    pub(super) fn free_links(
        &mut self,
        now: Time,
        is_meant: impl Fn(NodeId, NodeId, Option<Bandwidth>) -> bool,
    ) {
        for (from, traffic) in (0..).map(NodeId).zip(&mut self.traffic) {
            for link in traffic.links.iter_mut().filter(|link| link.busy_until > now) {
                let [sender, receiver] = [from, link.to].map(|node| self.addresses[node.index()].site);
                let own = self.sites.profile(sender, receiver).and_then(|profile| profile.bandwidth);
                if is_meant(from, link.to, own) {
                    link.busy_until = now;
                }
            }
        }
    }

    /// Does with `message` what its transport does, under the `conditions` of its link.
    #[inline(always)]
    pub(super) fn pass(
        &mut self,
        conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        match self.is_stream(from, to) {
            true => self.pass_on_stream(conditions, now, from, to, message, schedule),
            false => self.pass_as_datagram(conditions, now, from, to, message, schedule),
        }
    }

    #[inline(never)]
    fn pass_as_datagram(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        if conditions.is_new() {
            counters.count_sent(message.size());
        }
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        if conditions.cut() {
            return counters.drop_one(DropReason::Partition);
        }
        let Some((delay, profile)) = self.sites.link(sender.site, receiver.site) else {
            return counters.drop_one(DropReason::NoRoute);
        };
        let departure = profile.transmit(&conditions, now, || message.size(), || links.get(to));
        let Some(departure) = departure else {
            return counters.drop_one(DropReason::BufferFull);
        };
        // It has used the link all the same.
        if let Some(reason) = taken(profile, &mut conditions, draw) {
            return counters.drop_one(reason);
        }
        let at = departure + delay;
        let (later, again) = delays(profile, &conditions, draw, counters);
        if let Some(again) = again {
            counters.duplicated += 1;
            schedule.deliver(at + again, from, to, 0, message.clone());
        }
        match profile.is_steady() {
            true => schedule.deliver_in_order(at + later, from, to, message),
            false => schedule.deliver(at + later, from, to, 0, message),
        }
    }
}

/// What keeps a datagram that has left from arriving, if anything does. Its faults are asked first, whatever the link itself
/// does: a chain of `bursty-loss` moves with each message.
#[inline(always)]
fn taken(profile: &Profile, conditions: &mut impl Conditions, draw: Draw) -> Option<DropReason> {
    let harm = conditions.harm(draw);
    if profile.loses(draw, 0) {
        return Some(DropReason::Loss);
    }
    match harm {
        Some(Harm::Lost) => Some(DropReason::Loss),
        Some(Harm::Corrupted) => Some(DropReason::Corruption),
        None => None,
    }
}

/// How much later than its base delay a datagram arrives once it has left, and when a copy of it does, if there is one.
#[inline(always)]
fn delays(
    profile: &Profile,
    conditions: &impl Conditions,
    draw: Draw,
    counters: &mut Counters,
) -> (Duration, Option<Duration>) {
    let mut later = profile.jitter(draw, Step::Jitter);
    if let Some(more) = profile.reorder(draw) {
        counters.reordered += 1;
        later += more;
    }
    if let Some(more) = conditions.delay(draw) {
        counters.delayed += 1;
        later += more;
    }
    let is_copied = profile.duplicates(draw) || conditions.duplicates(draw);
    (later, is_copied.then(|| profile.jitter(draw, Step::DuplicateJitter)))
}
