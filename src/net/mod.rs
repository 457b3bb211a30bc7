//! The network: what happens to a message between its sender's handler and its receiver's.
//!
//! A message from one node to another takes the one-way delay between their sites, plus jitter, behind what the
//! link is still busy with; it may be lost, duplicated or reordered, and faults impair links further. Every draw is keyed
//! by what it is for, so that another node, fault or policy moves none of them. Nothing here is of the size
//! nodes x nodes.

mod backlog;
mod clogged;
mod counters;
mod draw;
mod fabric;
mod impair;
mod links;
mod profile;
pub mod regions;
mod sharing;
mod sites;
pub mod topology;

pub use crate::kernel::Probability;
pub use clogged::Waiting;
pub use counters::{Counters, DropReason};
pub use impair::{
    Flapping, GilbertElliott, IMPAIRMENTS_MAX, Impairment, ImpairmentId, Impairments, Pattern,
    TooManyImpairments,
};
pub use profile::{Bandwidth, Profile, Reorder, Transport};
pub use sites::{Access, Sites};

use std::collections::BTreeSet;

use crate::kernel::{Duration, Message, NodeId, SiteId, Time};
use clogged::Clogged;
use fabric::Fabric;
use impair::{Clear, Conditions, Impaired};
use topology::Duct;

/// Where the network puts what it decided. The event loop implements it over its queue.
pub trait Schedule<M> {
    /// `message` reaches `to` at `at`, unless the stream's `epoch` has passed by then (0: a datagram, has none).
    fn deliver(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32, message: M);
    /// The same, of a datagram that takes as long as those before it on this link: a hint, which moves no event.
    fn deliver_in_order(&mut self, at: Time, from: NodeId, to: NodeId, message: M);
    /// The stream from `from` to `to` tries again at `at`, unless its `epoch` has passed by then.
    fn retransmit(&mut self, at: Time, from: NodeId, to: NodeId, epoch: u32);
    /// The network looks at `at` whether what waits for an impairment to end is free.
    fn wake(&mut self, at: Time);
    /// At `at` the routes follow what has become of `duct`.
    fn reroute(&mut self, at: Time, duct: Duct);
    /// At `at` a message has left that shares capacity with others, unless `generation` has passed by then.
    fn leave(&mut self, at: Time, generation: u32);
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

/// What becomes of a message once it has travelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// Its receiver has it.
    Free,
    /// A fault keeps it back: [`Network::hold`].
    Held,
    /// Its stream was reset since it was sent.
    Reset,
}

/// The state of the network for messages of type `M`.
#[derive(Clone)]
pub struct Network<M> {
    fabric: Fabric<M>,
    impairments: Impairments,
    /// What waits at its sender for a clog to end.
    clogged: Clogged<M>,
    /// What has arrived and waits for a hold to end.
    held: Clogged<M>,
    /// When it looks next whether any of them is free.
    wakes: Option<Time>,
    /// Whether no link meets with anything but its own profile, and no stream was reset but by crashes: all that a message
    /// asks for on its way.
    is_plain: bool,
}

impl<M: Message> Network<M> {
    /// The network between `endpoints`, in the order of their node ids.
    pub fn new(seed: u64, sites: Sites, endpoints: &[Endpoint]) -> Self {
        let fabric = Fabric::new(seed, sites, endpoints);
        Network {
            is_plain: !fabric.is_shared(),
            fabric,
            impairments: Impairments::new(seed, endpoints.len()),
            clogged: Clogged::new(),
            held: Clogged::new(),
            wakes: None,
        }
    }

    /// What `node` sent and what became of it, and what it received.
    pub fn counters(&self, node: NodeId) -> &Counters {
        self.fabric.counters(node)
    }

    /// The same, to count what happens at arrival.
    #[inline]
    pub fn counters_mut(&mut self, node: NodeId) -> &mut Counters {
        self.fabric.counters_mut(node)
    }

    /// Messages that wait: at their sender for a stream's retransmission or for a clog to end, at their receiver for a hold.
    pub fn waiting(&self) -> u64 {
        self.fabric.waiting() + self.clogged.len() + self.held.len()
    }

    /// One-way delay between the sites of two nodes, without jitter; `None` if nothing leads there.
    pub fn base_delay(&self, from: NodeId, to: NodeId) -> Option<Duration> {
        self.fabric.base_delay(from, to)
    }

    /// Those that have a stream with `node`, ascending. Looks at all nodes.
    pub fn stream_peers(&mut self, node: NodeId) -> Vec<NodeId> {
        self.fabric.stream_peers(node)
    }

    /// When a word from the machine of `from` to that of `to` arrives that is sent now; `None` if nothing leads there.
    pub fn word_arrives(&mut self, now: Time, from: NodeId, to: NodeId) -> Option<Time> {
        let is_blocked = !self.is_plain && {
            let conditions = Impaired::new(&mut self.impairments, now, from, to);
            conditions.cut() || conditions.clog()
        };
        self.fabric.base_delay(from, to).filter(|_| !is_blocked).map(|delay| now + delay)
    }

    /// `node` crashed: its streams are reset, and what waited on them is dropped.
    pub fn reset(&mut self, node: NodeId) {
        self.fabric.reset(node);
        for sender in self.clogged.reset(|from, to| from == node || to == node) {
            self.counters_mut(sender).drop_one(DropReason::Reset);
        }
    }

    /// The streams between any of `from` and any of `to` are reset: what is under way on them and what waits is dropped. For
    /// `unnoticed` longer those of `from` believe in what they have to `to`, and what they send there is dropped. Returns between
    /// whom there were streams, lower id first.
    pub fn reset_streams(
        &mut self,
        now: Time,
        ends: (&[NodeId], &[NodeId]),
        unnoticed: Duration,
        schedule: &mut impl Schedule<M>,
    ) -> BTreeSet<(NodeId, NodeId)> {
        let pairs = self.fabric.reset_streams(now, ends, unnoticed, schedule);
        self.is_plain &= pairs.is_empty();
        for sender in self.clogged.reset(|from, to| pairs.contains(&(from.min(to), from.max(to)))) {
            self.counters_mut(sender).drop_one(DropReason::Reset);
        }
        pairs
    }

    /// Has what every message to or from a node needs loaded ([`load`](crate::kernel::load)).
    #[inline(always)]
    pub fn foresee(&self, node: NodeId) {
        self.fabric.foresee(node);
    }

    /// The same, a round later, of messages that the node will send to one of few others.
    #[inline(always)]
    pub fn foresee_sending(&self, node: NodeId) {
        self.fabric.foresee_sending(node);
    }

    /// Sends `message` now. What comes of it is scheduled, and counted at once or at arrival.
    #[inline(always)]
    pub fn send(&mut self, now: Time, from: NodeId, to: NodeId, message: M, schedule: &mut impl Schedule<M>) {
        match self.is_plain {
            true => self.fabric.pass(Clear, now, from, to, message, schedule),
            false => self.send_impaired(now, from, to, message, schedule),
        }
    }

    #[cold]
    fn send_impaired(
        &mut self,
        now: Time,
        from: NodeId,
        to: NodeId,
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        let Network { fabric, impairments, clogged, .. } = self;
        let conditions = Impaired::new(impairments, now, from, to);
        if !conditions.clog() {
            return pass(fabric, conditions, now, (from, to), message, schedule);
        }
        let counters = fabric.counters_mut(from);
        counters.count_sent(message.size());
        counters.clogged += 1;
        let epoch = if fabric.is_stream(from, to) { fabric.epoch(from, to) } else { 0 };
        clogged.push(Waiting { from, to, epoch, message });
        self.see_to_wake(now, schedule);
    }

    /// What becomes of a message at its receiver now. `epoch` is that of its stream when it was sent, 0 for a datagram.
    #[inline(always)]
    pub fn arrival(&mut self, now: Time, from: NodeId, to: NodeId, epoch: u32) -> Arrival {
        match self.is_plain {
            true if epoch == 0 || epoch == self.fabric.crashes(from, to) => Arrival::Free,
            true => Arrival::Reset,
            false => self.arrival_impaired(now, from, to, epoch),
        }
    }

    #[inline(never)]
    fn arrival_impaired(&mut self, now: Time, from: NodeId, to: NodeId, epoch: u32) -> Arrival {
        if self.impairments.hold() && self.impairments.holds(now, from, to) {
            Arrival::Held
        } else if epoch == 0 || epoch == self.fabric.epoch(from, to) {
            Arrival::Free
        } else {
            Arrival::Reset
        }
    }

    /// Holds a message that arrives now until that impairment ends.
    pub fn hold(&mut self, now: Time, message: Waiting<M>, schedule: &mut impl Schedule<M>) {
        self.counters_mut(message.from).held += 1;
        self.held.push(message);
        self.see_to_wake(now, schedule);
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
        let Network { fabric, impairments, .. } = self;
        match impairments.on(from, to) {
            _ if fabric.is_shared() && from != to => {
                let conditions = Impaired::new(impairments, now, from, to);
                fabric.retransmit_shared(conditions, now, from, to, epoch, schedule);
            }
            0 => fabric.retransmit(Clear, now, from, to, epoch, schedule),
            _ => {
                let conditions = Impaired::new(impairments, now, from, to);
                fabric.retransmit(conditions, now, from, to, epoch, schedule);
            }
        }
    }

    /// A message that shares capacity with others has left, unless `generation` has passed.
    pub fn left(&mut self, now: Time, generation: u32, schedule: &mut impl Schedule<M>) {
        self.fabric.left(now, generation, schedule);
    }

    /// One fault more cuts the fibres of `duct`, or one less. What is sent over a cut one goes nowhere, until `after` this
    /// the routes lead around it; once it is mended they lead through it again, as long after. What is under way arrives.
    pub fn cut(
        &mut self,
        now: Time,
        duct: Duct,
        is_cut: bool,
        after: Duration,
        schedule: &mut impl Schedule<M>,
    ) {
        let at = now + after;
        if self.fabric.sites_mut().cut(duct, is_cut, at) {
            schedule.reroute(at, duct);
        }
    }

    /// The routes follow what has become of `duct`, if that is due now.
    pub fn reroute(&mut self, now: Time, duct: Duct) {
        self.fabric.sites_mut().reroute(now, duct);
    }

    /// The impairments in force, to impose more. [`Network::lift`] ends them.
    pub fn impairments(&mut self) -> &mut Impairments {
        self.is_plain = false;
        &mut self.impairments
    }

    /// Whether an impairment imposed under `id` is in force.
    pub fn has_impairment(&self, id: ImpairmentId) -> bool {
        self.impairments.has(id)
    }

    /// Ends every impairment imposed under `id`. What waited for a clog leaves now, in the order in which it was sent; what
    /// was held is returned in the order in which it arrived, to arrive now; what a narrow link has accepted arrives when
    /// it would have, and what comes next finds the link free, if none that is as narrow is left.
    #[must_use]
    pub fn lift(&mut self, now: Time, id: ImpairmentId, schedule: &mut impl Schedule<M>) -> Vec<Waiting<M>> {
        let Network { fabric, impairments, .. } = self;
        fabric.free_links(now, |from, to, own| impairments.narrows(id, from, to, own));
        impairments.lift(id);
        self.is_plain = impairments.are_none() && !fabric.is_shared() && fabric.has_reset_none();
        self.release(now, schedule)
    }

    /// Ends, for good, what is wrong with links between nodes of which neither is among `others`, and mends all fibres; on links
    /// of `others` impairments stay. Does with what is free what [`Network::lift`] does.
    ///
    /// # Errors
    /// [`TooManyImpairments`] if what is left are more than can be in force.
    pub fn heal_but(
        &mut self,
        now: Time,
        others: &[bool],
        schedule: &mut impl Schedule<M>,
    ) -> Result<Vec<Waiting<M>>, TooManyImpairments> {
        let Network { fabric, impairments, .. } = self;
        for (duct, cuts) in fabric.sites_mut().cuts() {
            (0..cuts).for_each(|_| {
                if fabric.sites_mut().cut(duct, false, now) {
                    schedule.reroute(now, duct);
                }
            });
        }
        let is_healed = |node: NodeId| !others[node.index()];
        let is_freed = |from, to, _| is_healed(from) && is_healed(to) && impairments.on(from, to) != 0;
        fabric.free_links(now, is_freed);
        impairments.heal_but(others)?;
        self.is_plain = impairments.are_none() && !fabric.is_shared() && fabric.has_reset_none();
        Ok(self.release(now, schedule))
    }

    /// The moment has come that was asked for with [`Schedule::wake`]: does with what is free what [`Network::lift`] does.
    #[must_use]
    pub fn wake(&mut self, now: Time, schedule: &mut impl Schedule<M>) -> Vec<Waiting<M>> {
        self.wakes = self.wakes.filter(|at| *at > now);
        self.release(now, schedule)
    }

    fn release(&mut self, now: Time, schedule: &mut impl Schedule<M>) -> Vec<Waiting<M>> {
        let Network { fabric, impairments, clogged, held, .. } = self;
        let arrive = held.take(|from, to| !impairments.holds(now, from, to));
        let leave = clogged.take(|from, to| !Impaired::new(impairments, now, from, to).clog());
        for Waiting { from, to, message, .. } in leave {
            let conditions = Impaired::new(impairments, now, from, to).after_waiting();
            pass(fabric, conditions, now, (from, to), message, schedule);
        }
        self.see_to_wake(now, schedule);
        arrive
    }

    /// Impairments come and go by themselves: what waits for them to go is seen to when the next does.
    fn see_to_wake(&mut self, now: Time, schedule: &mut impl Schedule<M>) {
        if self.clogged.len() + self.held.len() == 0 {
            return;
        }
        let next = self.impairments.next_release(now);
        if let Some(at) = next.filter(|at| self.wakes.is_none_or(|known| *at < known)) {
            self.wakes = Some(at);
            schedule.wake(at);
        }
    }
}

/// Sends a message over its link, with others or by itself. What a node sends itself uses no link.
fn pass<M: Message>(
    fabric: &mut Fabric<M>,
    conditions: impl Conditions,
    now: Time,
    (from, to): (NodeId, NodeId),
    message: M,
    schedule: &mut impl Schedule<M>,
) {
    match fabric.is_shared() && from != to {
        true => fabric.pass_shared(conditions, now, from, to, message, schedule),
        false => fabric.pass(conditions, now, from, to, message, schedule),
    }
}
