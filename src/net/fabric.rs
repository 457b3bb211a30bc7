//! The links themselves: what becomes of a message under the conditions of its link.

mod shared;

use super::backlog::Backlog;
use super::draw::{Burst, Draw, Step};
use super::impair::{Conditions, Harm};
use super::links::Links;
use super::profile::{Profile, Transport};
use super::sharing::Sharing;
use super::{Counters, DropReason, Endpoint, Schedule, Sites};
use shared::Fate;

use crate::kernel::{Duration, Keyed, Message, NodeId, SiteId, Time};

/// First retransmission timeout of a stream: the lower bound that Linux uses (`TCP_RTO_MIN`).
const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Retransmissions double their distance this often and then keep it.
const RETRANSMIT_DOUBLINGS: u32 = 8;
/// After this many a message is given up: the upper bound that Linux uses (`tcp_retries2`).
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
        self.addresses[from.index()].incarnation + self.addresses[to.index()].incarnation
    }

    #[inline(always)]
    pub(super) fn is_stream(&self, from: NodeId, to: NodeId) -> bool {
        let [sender, receiver] = [from, to].map(|end| self.addresses[end.index()].transport);
        sender.is_stream_with(receiver)
    }

    /// `node` crashed: its streams are reset, and what waited on them is dropped.
    pub(super) fn reset(&mut self, node: NodeId) {
        self.addresses[node.index()].incarnation += 1;
        for (from, dropped) in self.backlog.reset(node) {
            self.counters_mut(from).drop_many(DropReason::Reset, dropped);
        }
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
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        if conditions.is_new() {
            counters.count_sent(message.size());
        }
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        let epoch = sender.incarnation + receiver.incarnation;
        let link = links.get(to);
        if link.is_stalled(epoch) {
            // A predecessor waits for the way to clear; a stream keeps its order.
            return self.backlog.queue(from, to, message);
        }
        let way = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        let departure = way.and_then(|(delay, profile)| {
            let departure = profile.transmit(&conditions, now, || message.size(), || &mut *link)?;
            Some((departure + delay, profile))
        });
        let Some((at, profile)) = departure else {
            link.stall(epoch);
            self.backlog.stall(from, to, message);
            return schedule.retransmit(now + RETRANSMIT_AFTER, from, to, epoch);
        };
        match lateness(profile, &mut conditions, draw, counters) {
            Ok(later) => schedule.deliver(link.in_order(epoch, at + later), from, to, epoch, message),
            Err(reason) => counters.drop_one(reason),
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
        let harm = conditions.harm(draw, 0);
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

    /// The stream from `from` to `to` sends what it holds, in order, until the way is blocked again. Nothing if
    /// `epoch` has passed: that stream was reset.
    pub(super) fn retransmit(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        from: NodeId,
        to: NodeId,
        epoch: u32,
        schedule: &mut impl Schedule<M>,
    ) {
        if epoch != self.epoch(from, to) {
            return;
        }
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let name = sender.link_to(receiver);
        let way = self.sites.link(sender.site, receiver.site);
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        let link = links.get(to);
        let stalled = self.backlog.stalled(from, to).expect("a stream that tries again has stalled");
        link.recover();
        while let Some(size) = stalled.next_size() {
            counters.retransmitted += u64::from(stalled.was_sent());
            let way = way.filter(|_| !conditions.cut() && !conditions.clog());
            let departure = way.and_then(|(delay, profile)| {
                let departure = profile.transmit(&conditions, now, || size, || &mut *link)?;
                Some((departure + delay, profile))
            });
            let Some((at, profile)) = departure else {
                link.stall(epoch);
                let doublings = stalled.blocked().min(RETRANSMIT_DOUBLINGS);
                return schedule.retransmit(now + RETRANSMIT_AFTER * (1 << doublings), from, to, epoch);
            };
            let draw = Draw::new(self.keyed, name, now, burst.next(now, to));
            let message = stalled.take();
            match lateness(profile, &mut conditions, draw, counters) {
                Ok(later) => schedule.deliver(link.in_order(epoch, at + later), from, to, epoch, message),
                Err(reason) => counters.drop_one(reason),
            }
        }
        self.backlog.recovered(from, to);
    }
}

/// How much later than its base delay a stream's message arrives once it has left, or why it is given up. Each loss costs a
/// timeout, twice as long as the one before; what follows is not held up at the sender, but is not delivered before it.
#[inline(always)]
fn lateness(
    profile: &Profile,
    conditions: &mut impl Conditions,
    draw: Draw,
    counters: &mut Counters,
) -> Result<Duration, DropReason> {
    let mut later = Duration::ZERO;
    let mut attempt = 0;
    loop {
        let harm = conditions.harm(draw, attempt);
        if !profile.loses(draw, attempt) && harm.is_none() {
            break;
        }
        if attempt == RETRANSMISSIONS_MAX {
            let is_corrupted = harm == Some(Harm::Corrupted);
            return Err(if is_corrupted { DropReason::Corruption } else { DropReason::Loss });
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
