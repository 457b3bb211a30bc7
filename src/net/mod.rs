//! The network: what happens to a message between its sender's handler and its receiver's.
//!
//! A message from one node to another takes the one-way delay between their sites, plus jitter, behind what the
//! link is still busy with; it may be lost, duplicated, reordered, or cut off by a partition. Every draw is keyed
//! by what it is for, so that another node, fault or policy moves none of them. Nothing here is of the size
//! nodes x nodes.

mod backlog;
mod counters;
mod cuts;
mod draw;
mod links;
mod profile;
pub mod regions;
mod sites;

pub use counters::{Counters, DropReason};
pub use cuts::{CUTS_MAX, CutId, Cuts};
pub use profile::{Bandwidth, Probability, Profile, Reorder, Transport};
pub use sites::Sites;

use crate::kernel::{Duration, Keyed, Message, NodeId, SiteId, Time};
use backlog::Backlog;
use draw::{Burst, Draw, Step};
use links::{Link, Links};

/// First retransmission timeout of a stream: the lower bound that Linux uses (`TCP_RTO_MIN`).
pub const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Retransmissions double their distance this often and then keep it.
const RETRANSMIT_DOUBLINGS: u32 = 8;
/// After this many a message is given up: the upper bound that Linux uses (`tcp_retries2`).
const RETRANSMISSIONS_MAX: u32 = 15;

/// Where the network puts what it decided. The event loop implements it over its queue.
pub trait Schedule<M> {
    /// `message` reaches `to` at `at`, unless the stream's `epoch` has passed by then (0: a datagram, has none).
    fn deliver(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32, message: M);
    /// The stream from `from` to `to` tries again at `at`, unless its `epoch` has passed by then.
    fn retransmit(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32);
}

/// What the network knows of a node.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its unique name: random draws are keyed by it.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// Its transport; a message is a datagram if either end says so.
    pub transport: Transport,
}

/// The state of the network for messages of type `M`.
#[derive(Clone)]
pub struct Network<M> {
    sites: Sites,
    keyed: Keyed,
    /// By node.
    addresses: Vec<Address>,
    /// By node.
    traffic: Vec<Traffic>,
    cuts: Cuts,
    backlog: Backlog<M>,
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

impl<M: Message> Network<M> {
    /// The network between `endpoints`, in the order of their node ids.
    pub fn new(seed: u64, sites: Sites, endpoints: &[Endpoint]) -> Self {
        let address = |endpoint: &Endpoint| Address {
            key: crate::kernel::random::name_key(&endpoint.name),
            site: endpoint.site,
            transport: endpoint.transport,
            incarnation: 1,
        };
        let traffic = Traffic { burst: Burst::default(), counters: Counters::default(), links: Links::new() };
        Network {
            sites,
            keyed: Keyed::new(seed, "network"),
            addresses: endpoints.iter().map(address).collect(),
            traffic: vec![traffic; endpoints.len()],
            cuts: Cuts::new(endpoints.len()),
            backlog: Backlog::new(),
        }
    }

    /// The partitions in force.
    pub fn cuts(&mut self) -> &mut Cuts {
        &mut self.cuts
    }

    /// What `node` sent and what became of it, and what it received.
    pub fn counters(&self, node: NodeId) -> &Counters {
        &self.traffic[node.index()].counters
    }

    /// The same, to count what happens at arrival.
    pub fn counters_mut(&mut self, node: NodeId) -> &mut Counters {
        &mut self.traffic[node.index()].counters
    }

    /// Messages that wait at their sender for a stream's retransmission.
    pub fn waiting(&self) -> u64 {
        self.backlog.len()
    }

    /// One-way delay between the sites of two nodes, without jitter.
    pub fn base_delay(&self, from: NodeId, to: NodeId) -> Duration {
        self.sites.delay(self.addresses[from.index()].site, self.addresses[to.index()].site)
    }

    /// The epoch of the stream between two nodes: it passes when either end crashes.
    #[inline]
    pub fn epoch(&self, from: NodeId, to: NodeId) -> u32 {
        self.addresses[from.index()].incarnation + self.addresses[to.index()].incarnation
    }

    /// `node` crashed: its streams are reset, and what waited on them is dropped.
    pub fn reset(&mut self, node: NodeId) {
        self.addresses[node.index()].incarnation += 1;
        for (from, dropped) in self.backlog.reset(node) {
            self.counters_mut(from).drop_many(DropReason::Reset, dropped);
        }
    }

    /// Sends `message` now. What comes of it is scheduled, and counted at once or at arrival.
    #[inline]
    pub fn send(&mut self, now: Time, from: NodeId, to: NodeId, message: M, schedule: &mut impl Schedule<M>) {
        let [sender, receiver] = [from, to].map(|end| self.addresses[end.index()].transport);
        match sender.is_stream_with(receiver) {
            true => self.send_on_stream(now, from, to, message, schedule),
            false => self.send_datagram(now, from, to, message, schedule),
        }
    }

    #[inline(never)]
    fn send_on_stream(
        &mut self,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let size = message.size();
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        counters.count_sent(size);
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        let epoch = sender.incarnation + receiver.incarnation;
        let link = links.get(to);
        if link.is_stalled(epoch) {
            // A predecessor waits for the way to clear; a stream keeps its order.
            return self.backlog.queue(from, to, message);
        }
        let (delay, profile) = self.sites.link(sender.site, receiver.site);
        let is_cut = self.cuts.blocks(from, to);
        let departure = if is_cut { None } else { profile.transmit(now, size, || &mut *link) };
        let Some(departure) = departure else {
            link.stall(epoch);
            self.backlog.stall(from, to, message);
            return schedule.retransmit(now + RETRANSMIT_AFTER, from, to, epoch);
        };
        if let Some(arrival) = in_order(profile, draw, link, epoch, departure + delay, counters) {
            schedule.deliver(arrival, from, to, epoch, message);
        }
    }

    #[inline(never)]
    fn send_datagram(
        &mut self,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let size = message.size();
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        counters.count_sent(size);
        let (sender, receiver) = (self.addresses[from.index()], self.addresses[to.index()]);
        let draw = Draw::new(self.keyed, sender.link_to(receiver), now, burst.next(now, to));
        if self.cuts.blocks(from, to) {
            return counters.drop_one(DropReason::Partition);
        }
        let (delay, profile) = self.sites.link(sender.site, receiver.site);
        if profile.loses(draw, 0) {
            return counters.drop_one(DropReason::Loss);
        }
        let Some(departure) = profile.transmit(now, size, || links.get(to)) else {
            return counters.drop_one(DropReason::BufferFull);
        };
        let mut arrival = departure + delay + profile.jitter(draw, Step::Jitter);
        if let Some(later) = profile.reorder(draw) {
            counters.reordered += 1;
            arrival += later;
        }
        if profile.duplicates(draw) {
            counters.duplicated += 1;
            let again = departure + delay + profile.jitter(draw, Step::DuplicateJitter);
            schedule.deliver(again, from, to, 0, message.clone());
        }
        schedule.deliver(arrival, from, to, 0, message);
    }

    /// The stream from `from` to `to` sends what it holds, in order, until the way is blocked again. Nothing if
    /// `epoch` has passed: that stream was reset.
    pub fn retransmit(
        &mut self,
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
        let (delay, profile) = self.sites.link(sender.site, receiver.site);
        let Traffic { burst, counters, links } = &mut self.traffic[from.index()];
        let link = links.get(to);
        let stalled = self.backlog.stalled(from, to).expect("a stream that tries again has stalled");
        link.recover();
        while let Some(size) = stalled.next_size() {
            counters.retransmitted += u64::from(stalled.was_sent());
            let is_cut = self.cuts.blocks(from, to);
            let departure = if is_cut { None } else { profile.transmit(now, size, || &mut *link) };
            let Some(departure) = departure else {
                link.stall(epoch);
                let doublings = stalled.blocked().min(RETRANSMIT_DOUBLINGS);
                return schedule.retransmit(now + RETRANSMIT_AFTER * (1 << doublings), from, to, epoch);
            };
            let draw = Draw::new(self.keyed, name, now, burst.next(now, to));
            let (message, at) = (stalled.take(), departure + delay);
            if let Some(arrival) = in_order(profile, draw, link, epoch, at, counters) {
                schedule.deliver(arrival, from, to, epoch, message);
            }
        }
        self.backlog.recovered(from, to);
    }
}

/// When a stream's message arrives that left at once and would arrive at `at`; `None` if it is given up. Each loss
/// costs a timeout, twice as long as the one before; what follows is not held up at the sender, but is not delivered
/// before it.
#[inline(always)]
fn in_order(
    profile: &Profile,
    draw: Draw,
    link: &mut Link,
    epoch: u32,
    mut at: Time,
    counters: &mut Counters,
) -> Option<Time> {
    let mut attempt = 0;
    while profile.loses(draw, attempt) {
        if attempt == RETRANSMISSIONS_MAX {
            counters.drop_one(DropReason::Loss);
            return None;
        }
        at += RETRANSMIT_AFTER * (1 << attempt.min(RETRANSMIT_DOUBLINGS));
        attempt += 1;
        counters.retransmitted += 1;
    }
    Some(link.in_order(epoch, at + profile.jitter(draw, Step::Jitter)))
}
