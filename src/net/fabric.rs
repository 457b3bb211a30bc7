//! The links themselves: what becomes of a message under the conditions of its link.

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use super::backlog::{Backlog, Held, State};
use super::draw::{Burst, Draw, Step};
use super::impair::{Conditions, Harm};
use super::links::{Link, Links};
use super::profile::{Profile, Transport};
use super::sharing::Sharing;
use super::{Counters, DropReason, Endpoint, Schedule, Sites};
use crate::kernel::{Duration, Keyed, Message, NodeId, SiteId, Time};
use shared::Fate;

/// First retransmission timeout of a stream: the lower bound that Linux uses (`TCP_RTO_MIN`).
const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Retransmissions double their distance this often and then keep it.
const RETRANSMIT_DOUBLINGS: u32 = 8;
/// After this many a message that the link itself loses is given up: the upper bound that Linux uses (`tcp_retries2`). What a
/// fault takes or blocks is tried for as long as that lasts.
const RETRANSMISSIONS_MAX: u32 = 15;

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
    sharing: Option<Box<Sharing<Fate<M>>>>,
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
            sharing: shared::sharing(&sites, endpoints.len()),
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

    /// Messages that wait for a stream's retransmission, or have not left for want of capacity.
    pub(super) fn waiting(&self) -> u64 {
        self.backlog.len() + self.sharing.as_ref().map_or(0, |sharing| sharing.len())
    }

    /// Whether capacity is shared.
    #[inline(always)]
    pub(super) fn is_shared(&self) -> bool {
        self.sharing.is_some()
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

    /// Every link (from, to) that `is_meant` is busy with nothing from now on.
    pub(super) fn free_links(&mut self, now: Time, mut is_meant: impl FnMut(NodeId, NodeId) -> bool) {
        for (from, traffic) in (0..).map(NodeId).zip(&mut self.traffic) {
            for link in traffic.links.iter_mut().filter(|link| link.busy_until > now) {
                if is_meant(from, link.to) {
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

    /// Its own function: in one with the other, what each keeps at hand would be in the way of the other's.
    #[inline(never)]
    fn pass_on_stream(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let epoch = sender.incarnation + receiver.incarnation;
        let epoch = if conditions.may_have_reset() { epoch + self.resets_between(from, to) } else { epoch };
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        if conditions.is_new() {
            counters.count_sent(message.size());
        }
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        let link = links.get(to);
        let is_stalled = link.is_stalled(epoch);
        if is_stalled && !self.backlog.is_open(from, to) {
            // A predecessor waits for the way to clear.
            return self.backlog.queue(from, to, message, State::Missing { sent: 0 });
        }
        let way = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        let found = attempt(way, &mut conditions, now, || draw, || message.size(), link, counters);
        if is_stalled {
            // A predecessor was lost; a stream keeps its order.
            return self.backlog.queue(from, to, message, found.state());
        }
        match found {
            Attempt::Arrives(at) => schedule.deliver(link.in_order(epoch, at), from, to, epoch, message),
            Attempt::GivenUp(reason) => counters.drop_one(reason),
            Attempt::Lost | Attempt::Blocked => {
                link.stall(epoch);
                self.backlog.stall(from, to, message, matches!(found, Attempt::Lost));
                schedule.retransmit(now + RETRANSMIT_AFTER, from, to, epoch);
            }
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
        let harm = conditions.harm(draw);
        if profile.loses(draw, 0) || harm == Some(Harm::Lost) {
            return counters.drop_one(DropReason::Loss);
        }
        let departure = profile.transmit(&conditions, now, || message.size(), || links.get(to));
        let Some(departure) = departure else {
            return counters.drop_one(DropReason::BufferFull);
        };
        if harm == Some(Harm::Corrupted) {
            // It has used the link all the same.
            return counters.drop_one(DropReason::Corruption);
        }
        let at = departure + delay;
        let (later, again) = delays(profile, &conditions, draw, counters);
        if let Some(again) = again {
            counters.duplicated += 1;
            schedule.deliver(at + again, from, to, 0, message.clone());
        }
        schedule.deliver(at + later, from, to, 0, message);
    }

    /// Whether the stream from `from` to `to` can try again now: not if `epoch` has passed, and not if it is dead; that may
    /// be noticed now.
    fn may_retransmit(&mut self, now: Time, from: NodeId, to: NodeId, epoch: u32) -> bool {
        if epoch != self.epoch(from, to) {
            return false;
        }
        let Some(noticed) = self.backlog.dead_until(from, to) else { return true };
        if noticed <= now {
            self.traffic[from.index()].links.get(to).recover();
            self.drop_backlog(|one, other| (one, other) == (from, to));
        }
        false
    }

    /// The stream from `from` to `to` sends what is missing, in order, until the way is blocked again, and what nothing is
    /// missing before any more arrives. Nothing if `epoch` has passed: that stream was reset.
    pub(super) fn retransmit(
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
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let name = sender.link_to(receiver);
        let way = self.sites.link(sender.site, receiver.site);
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        let link = links.get(to);
        let stalled = self.backlog.stalled(from, to).expect("a stream that tries again has stalled");
        let mut is_open = true;
        for held in stalled.missing() {
            counters.retransmitted += u64::from(held.send());
            let way = way.filter(|_| !conditions.cut() && !conditions.clog());
            let draw = || Draw::new(self.keyed, name, now, burst.next(now, to));
            let found = attempt(way, &mut conditions, now, draw, || held.size(), link, counters);
            match found {
                Attempt::Arrives(_) | Attempt::GivenUp(_) => held.state = found.state(),
                Attempt::Lost => {}
                Attempt::Blocked => {
                    is_open = false;
                    break;
                }
            }
        }
        stalled.open(is_open);
        while stalled.has_come() {
            let Held { message, state } = stalled.take();
            match state {
                State::Arrives(at) => {
                    schedule.deliver(link.in_order(epoch, at.max(now)), from, to, epoch, message);
                }
                State::GivenUp(reason) => counters.drop_one(reason),
                State::Missing { .. } => unreachable!("what is missing has not come"),
            }
        }
        if let Some(sent) = stalled.head_sent() {
            let doublings = (sent - 1).min(RETRANSMIT_DOUBLINGS);
            return schedule.retransmit(now + RETRANSMIT_AFTER * (1 << doublings), from, to, epoch);
        }
        link.recover();
        self.backlog.recovered(from, to);
    }
}

/// What one attempt to send a stream's message comes to.
#[derive(Clone, Copy)]
enum Attempt {
    /// It arrives then, if nothing before it is missing.
    Arrives(Time),
    /// The link itself has lost it too often.
    GivenUp(DropReason),
    /// A fault took it on its way: the next attempt may come when that is over.
    Lost,
    /// There is no way, or its buffer is full.
    Blocked,
}

impl Attempt {
    /// How far a message of a stalled stream has come with it, if it was the first.
    fn state(self) -> State {
        match self {
            Attempt::Arrives(at) => State::Arrives(at),
            Attempt::GivenUp(reason) => State::GivenUp(reason),
            Attempt::Lost => State::Missing { sent: 1 },
            Attempt::Blocked => State::Missing { sent: 0 },
        }
    }
}

/// Sends a stream's message over `way` now.
#[inline(always)]
fn attempt(
    way: Option<(Duration, &Profile)>,
    conditions: &mut impl Conditions,
    now: Time,
    draw: impl FnOnce() -> Draw,
    size: impl Fn() -> u32,
    link: &mut Link,
    counters: &mut Counters,
) -> Attempt {
    let Some((delay, profile)) = way else { return Attempt::Blocked };
    let Some(departure) = profile.transmit(conditions, now, size, || link) else { return Attempt::Blocked };
    let draw = draw();
    if conditions.harm(draw).is_some() {
        return Attempt::Lost;
    }
    match lateness(profile, conditions, draw, counters) {
        Ok(later) => Attempt::Arrives(departure + delay + later),
        Err(reason) => Attempt::GivenUp(reason),
    }
}

/// How much later than its base delay a stream's message arrives once it has left, or why it is given up. Each time that the
/// link itself loses it costs a timeout, twice as long as the one before; what follows is not held up at the sender, but is
/// not delivered before it.
#[inline(always)]
fn lateness(
    profile: &Profile,
    conditions: &impl Conditions,
    draw: Draw,
    counters: &mut Counters,
) -> Result<Duration, DropReason> {
    let mut later = Duration::ZERO;
    let mut attempt = 0;
    while profile.loses(draw, attempt) {
        if attempt == RETRANSMISSIONS_MAX {
            return Err(DropReason::Loss);
        }
        later += RETRANSMIT_AFTER * (1 << attempt.min(RETRANSMIT_DOUBLINGS));
        attempt += 1;
        counters.retransmitted += 1;
    }
    if let Some(more) = conditions.delay(draw) {
        counters.delayed += 1;
        later += more;
    }
    Ok(later + profile.jitter(draw, Step::Jitter))
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
