//! The same links where capacity is shared: a message leaves when its flow has had the time for it, which nobody knows when
//! it is sent.

use super::streams::{lateness, release, timeout};
use super::{Address, Fabric, Traffic, delays, taken};
use crate::kernel::{Duration, Message, NodeId, Time};
use crate::net::backlog::{Stalled, State};
use crate::net::draw::{Burst, Draw};
use crate::net::impair::Conditions;
use crate::net::profile::Profile;
use crate::net::sharing::{Sharing, Way};
use crate::net::{DropReason, Schedule, Sites};

/// What becomes of a message once its last byte has left.
#[derive(Clone)]
enum Fate<M> {
    /// It arrives so much later, and a copy of it perhaps once more.
    Datagram { message: M, after: Duration, again: Option<Duration> },
    /// It arrives so much later, behind those before it.
    Stream { message: M, after: Duration, epoch: u32 },
    /// It is a stalled stream's, which holds it under this number.
    Held { number: u64, end: End, epoch: u32 },
    /// It does not arrive.
    Dropped(DropReason),
}

/// How the way of a stream's message ends.
#[derive(Clone, Copy)]
enum End {
    /// It arrives so much after it has left, if nothing before it is missing.
    Arrives(Duration),
    /// The link itself has lost it too often.
    GivenUp(DropReason),
    /// A fault takes it: its stream sends it again.
    Lost,
}

/// What is leaving, where capacity is shared.
#[derive(Clone)]
pub(super) struct Shared<M> {
    sharing: Sharing<Fate<M>>,
    /// Messages that have not left and that no stalled stream holds.
    waiting: u64,
}

impl<M> Shared<M> {
    /// What the nodes of these sites share; `None` if they share nothing.
    pub(super) fn of(sites: &Sites, nodes: usize) -> Option<Self> {
        let access = sites.shared()?;
        let fibres = sites.topology().map_or(&[][..], |topology| topology.fibres());
        let fibres = fibres.iter().map(|fibre| fibre.bandwidth);
        // Each node's way out and way in, behind the fibres.
        let ends = std::iter::repeat_n(access.uplink, 2 * nodes);
        Some(Shared { sharing: Sharing::new(fibres.chain(ends)), waiting: 0 })
    }

    /// Messages that have not left and that nobody else holds.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// A message of so many bytes begins to leave.
    fn enter(&mut self, now: Time, (from, to): (NodeId, NodeId), size: u32, way: Way, fate: Fate<M>) {
        self.waiting += u64::from(fate.is_only_here());
        self.sharing.begin(now, from, to, size, way, fate);
    }

    /// Takes out what has left by now.
    fn finish(&mut self, now: Time) -> Vec<(NodeId, NodeId, Fate<M>)> {
        let left = self.sharing.finish(now);
        self.waiting -= left.iter().filter(|(.., fate)| fate.is_only_here()).count() as u64;
        left
    }
}

impl<M> Fate<M> {
    /// Whether nobody else holds the message.
    fn is_only_here(&self) -> bool {
        match self {
            Fate::Datagram { .. } | Fate::Stream { .. } | Fate::Dropped(_) => true,
            Fate::Held { .. } => false,
        }
    }
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
        if links.get(to).is_stalled(epoch) {
            return self.pass_behind_shared(conditions, now, draw, (from, to), message, schedule);
        }
        let size = message.size();
        let Some((way, end)) = self.attempt_shared(&mut conditions, |_| draw, (from, to), size) else {
            self.traffic[from.index()].links.get(to).stall(epoch);
            self.backlog.stall(from, to, message, State::Missing { sent: 1 }, false);
            return schedule.retransmit(now + timeout(1), from, to, epoch);
        };
        let fate = match end {
            End::Arrives(after) => Fate::Stream { message, after, epoch },
            End::GivenUp(reason) => Fate::Dropped(reason),
            End::Lost => {
                self.traffic[from.index()].links.get(to).stall(epoch);
                let number = self.backlog.stall(from, to, message, State::Leaving { sent: 1 }, true);
                Fate::Held { number, end, epoch }
            }
        };
        self.shared().enter(now, (from, to), size, way, fate);
        self.tell(schedule);
    }

    /// Behind a message that waits for its way this one waits at its sender, behind one that was lost it travels, and waits
    /// where it arrives.
    fn pass_behind_shared(
        &mut self,
        mut conditions: impl Conditions,
        now: Time,
        draw: Draw,
        (from, to): (NodeId, NodeId),
        message: M,
        schedule: &mut impl Schedule<M>,
    ) {
        if !self.backlog.is_open(from, to) {
            self.backlog.queue(from, to, message, State::Missing { sent: 0 });
            return;
        }
        let (epoch, size) = (self.epoch(from, to), message.size());
        let Some((way, end)) = self.attempt_shared(&mut conditions, |_| draw, (from, to), size) else {
            // As long as something is missing it is due to try again. Nothing is, if all that was sent has not left yet.
            if self.held(from, to).sent().is_none() {
                schedule.retransmit(now + timeout(1), from, to, epoch);
            }
            self.backlog.queue(from, to, message, State::Missing { sent: 0 });
            return;
        };
        let number = self.backlog.queue(from, to, message, State::Leaving { sent: 1 });
        self.shared().enter(now, (from, to), size, way, Fate::Held { number, end, epoch });
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
        let shared = self.shared.as_mut().expect("only what is shared is passed so");
        let size = message.size();
        if is_full(&conditions, profile, shared.sharing.bytes(from, to), size) {
            return counters.drop_one(DropReason::BufferFull);
        }
        let fate = match taken(profile, &mut conditions, draw) {
            Some(reason) => Fate::Dropped(reason),
            None => {
                let (later, again) = delays(profile, &conditions, draw, counters);
                Fate::Datagram { message, after: delay + later, again: again.map(|again| delay + again) }
            }
        };
        let way = way(&self.sites, (from, sender), (to, receiver), profile, &conditions);
        shared.enter(now, (from, to), size, way, fate);
        self.tell(schedule);
    }

    /// The way that so many bytes of a stream would take now, and how it ends; `None` if there is none, or its buffer is full.
    fn attempt_shared(
        &mut self,
        conditions: &mut impl Conditions,
        draw: impl FnOnce(&mut Burst) -> Draw,
        (from, to): (NodeId, NodeId),
        size: u32,
    ) -> Option<(Way, End)> {
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let link = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        let (delay, profile) = link?;
        let shared = self.shared.as_ref().expect("only what is shared is passed so");
        if is_full(conditions, profile, shared.sharing.bytes(from, to), size) {
            return None;
        }
        let Traffic { burst, counters, .. } = &mut self.traffic[from.index()];
        let draw = draw(burst);
        let way = way(&self.sites, (from, sender), (to, receiver), profile, conditions);
        let end = match conditions.harm(draw) {
            Some(_) => End::Lost,
            None => match lateness(profile, conditions, draw, counters) {
                Ok(later) => End::Arrives(delay + later),
                Err(reason) => End::GivenUp(reason),
            },
        };
        Some((way, end))
    }

    fn shared(&mut self) -> &mut Shared<M> {
        self.shared.as_mut().expect("only what is shared is passed so")
    }

    /// The stream from `from` to `to` sends what is missing, in order, until the way is blocked again. Nothing if `epoch` has
    /// passed: that stream was reset.
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
        let (keyed, name) = (self.keyed, sender.link_to(receiver));
        let numbers = self.held(from, to).numbers_missing();
        let mut is_open = true;
        for number in numbers {
            let (message, sent) = self.held(from, to).send(number);
            let size = message.size();
            self.traffic[from.index()].counters.retransmitted += u64::from(sent > 1);
            let draw = |burst: &mut Burst| Draw::new(keyed, name, now, burst.next(now, to));
            let found = match conditions.clog() {
                true => None,
                false => self.attempt_shared(&mut conditions, draw, (from, to), size),
            };
            let Some((way, end)) = found else {
                is_open = false;
                break;
            };
            self.held(from, to).set(number, State::Leaving { sent });
            self.shared().enter(now, (from, to), size, way, Fate::Held { number, end, epoch });
        }
        let stalled = self.held(from, to);
        stalled.open(is_open);
        if let Some(sent) = stalled.sent() {
            schedule.retransmit(now + timeout(sent), from, to, epoch);
        }
        self.tell(schedule);
    }

    fn held(&mut self, from: NodeId, to: NodeId) -> &mut Stalled<M> {
        self.backlog.stalled(from, to).expect("its stream has stalled")
    }

    /// What has left by now is under way, unless `generation` has passed.
    pub(in crate::net) fn left(&mut self, now: Time, generation: u32, schedule: &mut impl Schedule<M>) {
        let shared = self.shared();
        if !shared.sharing.is_due(generation) {
            return;
        }
        for (from, to, fate) in shared.finish(now) {
            let current = self.epoch(from, to);
            let Traffic { counters, links, .. } = &mut self.traffic[from.index()];
            match fate {
                Fate::Held { epoch, .. } if epoch != current => {}
                Fate::Held { number, end, epoch } => {
                    let stalled = self.backlog.stalled(from, to).expect("its stream has stalled");
                    match end {
                        End::Arrives(after) => stalled.set(number, State::Arrives(now + after)),
                        End::GivenUp(reason) => stalled.set(number, State::GivenUp(reason)),
                        // The stream can know no sooner: it waits from now on, unless it waits already.
                        End::Lost => {
                            let waits = stalled.sent().is_some();
                            let sent = stalled.miss(number);
                            if !waits {
                                schedule.retransmit(now + timeout(sent), from, to, epoch);
                            }
                        }
                    }
                    let link = links.get(to);
                    release(stalled, link, counters, now, (from, to), epoch, schedule);
                    if stalled.is_empty() {
                        link.recover();
                        self.backlog.recovered(from, to);
                    }
                }
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
        if let Some((at, generation)) = self.shared.as_mut().and_then(|shared| shared.sharing.next()) {
            schedule.leave(at, generation);
        }
    }
}

/// Whether `size` more bytes find the buffer of their link full.
fn is_full(conditions: &impl Conditions, profile: &Profile, waiting: u64, size: u32) -> bool {
    conditions.bandwidth(profile).1.is_some_and(|buffer| waiting.saturating_add(size.into()) > buffer)
}
