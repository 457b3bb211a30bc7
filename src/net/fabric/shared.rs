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
pub(super) enum Fate<M> {
    /// It arrives so much later, and a copy of it perhaps once more.
    Datagram { message: M, after: Duration, again: Option<Duration> },
    /// It arrives so much later, behind those before it.
    Stream { message: M, after: Duration, epoch: u32 },
    /// The same, or it is given up: its stalled stream holds it under this number.
    Held { number: u64, found: Result<Duration, DropReason>, epoch: u32 },
    /// A fault takes it further on. Its stream sends it again.
    Taken,
    /// It does not arrive.
    Dropped(DropReason),
}

/// Messages that have not left and that nobody else holds.
pub(super) fn waiting<M>(sharing: &Sharing<Fate<M>>) -> u64 {
    let is_only_here = |fate: &&Fate<M>| match fate {
        Fate::Datagram { .. } | Fate::Stream { .. } | Fate::Dropped(_) => true,
        Fate::Held { .. } | Fate::Taken => false,
    };
    sharing.iter().filter(is_only_here).count() as u64
}

/// What one attempt to send a message of a stream comes to.
enum Attempt {
    /// It leaves this way, and arrives so much later or is given up.
    Leaves(Way, Result<Duration, DropReason>),
    /// A fault takes it once it has left: the next attempt may come when that is over.
    Lost,
    /// There is no way, or its buffer is full.
    Blocked,
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
        if links.get(to).is_stalled(epoch) {
            return self.pass_behind_shared(conditions, now, draw, (from, to), message, schedule);
        }
        let size = message.size();
        match self.attempt_shared(&mut conditions, now, |_| draw, (from, to), size) {
            Attempt::Leaves(way, Ok(after)) => {
                self.enter(now, (from, to), size, way, Fate::Stream { message, after, epoch });
            }
            Attempt::Leaves(way, Err(reason)) => {
                self.enter(now, (from, to), size, way, Fate::Dropped(reason));
            }
            found @ (Attempt::Lost | Attempt::Blocked) => {
                self.traffic[from.index()].links.get(to).stall(epoch);
                self.backlog.stall(from, to, message, matches!(found, Attempt::Lost));
                schedule.retransmit(now + timeout(1), from, to, epoch);
            }
        }
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
            return self.backlog.queue(from, to, message, State::Missing { sent: 0 });
        }
        let stalled = self.backlog.stalled(from, to).expect("what is open is stalled");
        let (number, tries_again) = (stalled.next_number(), stalled.sent().is_some());
        let (epoch, size) = (self.epoch(from, to), message.size());
        let state = match self.attempt_shared(&mut conditions, now, |_| draw, (from, to), size) {
            Attempt::Leaves(way, found) => {
                self.enter(now, (from, to), size, way, Fate::Held { number, found, epoch });
                State::Leaving
            }
            Attempt::Lost => State::Missing { sent: 1 },
            Attempt::Blocked => State::Missing { sent: 0 },
        };
        // As long as something is missing it is due to try again. Nothing is, if what was sent again has not left yet.
        if !tries_again && matches!(state, State::Missing { .. }) {
            schedule.retransmit(now + timeout(1), from, to, epoch);
        }
        self.backlog.queue(from, to, message, state);
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
        let sharing = self.sharing.as_mut().expect("only what is shared is passed so");
        let size = message.size();
        if is_full(&conditions, profile, sharing.bytes(from, to), size) {
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
        sharing.begin(now, from, to, size, way, fate);
        self.tell(schedule);
    }

    /// Sends so many bytes of a stream now, as far as nothing blocks it: what a fault takes has used its way all the same.
    fn attempt_shared(
        &mut self,
        conditions: &mut impl Conditions,
        now: Time,
        draw: impl FnOnce(&mut Burst) -> Draw,
        (from, to): (NodeId, NodeId),
        size: u32,
    ) -> Attempt {
        let [sender, receiver] = [from, to].map(|node| self.addresses[node.index()]);
        let link = self.sites.link(sender.site, receiver.site).filter(|_| !conditions.cut());
        let sharing = self.sharing.as_mut().expect("only what is shared is passed so");
        let Some((delay, profile)) = link else { return Attempt::Blocked };
        if is_full(conditions, profile, sharing.bytes(from, to), size) {
            return Attempt::Blocked;
        }
        let Traffic { burst, counters, .. } = &mut self.traffic[from.index()];
        let draw = draw(burst);
        let way = way(&self.sites, (from, sender), (to, receiver), profile, conditions);
        if conditions.harm(draw).is_some() {
            sharing.begin(now, from, to, size, way, Fate::Taken);
            return Attempt::Lost;
        }
        Attempt::Leaves(way, lateness(profile, conditions, draw, counters).map(|later| delay + later))
    }

    /// A message of so many bytes begins to leave.
    fn enter(&mut self, now: Time, (from, to): (NodeId, NodeId), size: u32, way: Way, fate: Fate<M>) {
        let sharing = self.sharing.as_mut().expect("only what is shared is passed so");
        sharing.begin(now, from, to, size, way, fate);
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
            let held = self.held(from, to).numbered(number);
            let (size, again) = (held.size(), held.send());
            self.traffic[from.index()].counters.retransmitted += u64::from(again);
            let draw = |burst: &mut Burst| Draw::new(keyed, name, now, burst.next(now, to));
            let found = match conditions.clog() {
                true => Attempt::Blocked,
                false => self.attempt_shared(&mut conditions, now, draw, (from, to), size),
            };
            match found {
                Attempt::Leaves(way, found) => {
                    self.enter(now, (from, to), size, way, Fate::Held { number, found, epoch });
                    self.held(from, to).numbered(number).state = State::Leaving;
                }
                Attempt::Lost => {}
                Attempt::Blocked => {
                    is_open = false;
                    break;
                }
            }
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
        let sharing = self.sharing.as_mut().expect("only what is shared leaves so");
        if !sharing.is_due(generation) {
            return;
        }
        for (from, to, fate) in sharing.finish(now) {
            let current = self.epoch(from, to);
            let Traffic { counters, links, .. } = &mut self.traffic[from.index()];
            match fate {
                Fate::Taken => {}
                Fate::Held { epoch, .. } if epoch != current => {}
                Fate::Held { number, found, epoch } => {
                    let stalled = self.backlog.stalled(from, to).expect("its stream has stalled");
                    stalled.numbered(number).state = match found {
                        Ok(after) => State::Arrives(now + after),
                        Err(reason) => State::GivenUp(reason),
                    };
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
        if let Some((at, generation)) = self.sharing.as_mut().and_then(|sharing| sharing.next()) {
            schedule.leave(at, generation);
        }
    }
}

/// Whether `size` more bytes find the buffer of their link full.
fn is_full(conditions: &impl Conditions, profile: &Profile, waiting: u64, size: u32) -> bool {
    conditions.bandwidth(profile).1.is_some_and(|buffer| waiting.saturating_add(size.into()) > buffer)
}
