//! The calls that a server makes of services: where each goes, how long it waits, and when it is made again.
//!
//! A call keeps its slot over all its attempts; each attempt is another use of it, so that an answer to one that was given up
//! meets nobody. The server's frame that made the call is told once, how it ended.

mod breaker;
mod channel;
mod discovery;
mod protocol;
mod retry;
mod view;

pub use breaker::BreakerRule;
pub use channel::{ChannelConfig, Subset, WorkOf};
pub use discovery::Discovery;
pub use protocol::{Connections, Protocol};
pub use retry::{Backoff, BudgetRule, Retry};
pub use view::{ChannelTimer, HealthRule};

use std::rc::Rc;

use crate::kernel::{Context, Duration, NodeId, Time};
use crate::model::history::{SESSIONS_MAX, SessionId};
use crate::model::note::ServiceNote;
use crate::model::status::Status;

use super::balancing::{Place, Report};
use super::message::{Answered, Call, Control, Listing, Probe, ServiceMessage};
use super::server::{Server, ServerTimer};
use super::slots::Slots;
use channel::{Channel, Obstacle};

/// The calls of one server.
#[derive(Clone, Debug)]
pub(super) struct Outbound {
    channels: Vec<Channel>,
    calls: Slots<Outgoing>,
}

/// A call that has not ended.
#[derive(Clone, Copy, Debug)]
struct Outgoing {
    /// The frame that made it.
    frame: u32,
    channel: u16,
    /// Counts from 1.
    attempt: u16,
    call: Call,
    /// Where the present attempt goes, and when that began.
    place: Place,
    began: Time,
    stage: Stage,
    /// Whether an earlier attempt may have had an effect.
    has_acted: bool,
}

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It waits for a connection.
    Connecting,
    /// It was sent.
    Sent,
    /// The next one is not due yet.
    BackingOff,
}

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    /// The frame that made it.
    pub(super) frame: u32,
    pub(super) status: Status,
    /// Whether it had no effect, for sure.
    pub(super) is_void: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy)]
struct Attempted {
    status: Status,
    is_void: bool,
}

impl Outbound {
    pub(super) fn new(cx: &mut impl Context<Server>, configs: &[Rc<ChannelConfig>]) -> Outbound {
        let now = cx.now();
        let is_first = cx.incarnation() == 1;
        let channel = |config| Channel::new(config, now, is_first);
        let channels: Vec<Channel> = configs.iter().map(channel).collect();
        for (number, channel) in (0..).zip(&channels) {
            channel.begin_to_watch(cx, number);
        }
        Outbound { channels, calls: Slots::new() }
    }

    /// A channel's timer has come up.
    pub(super) fn due(&mut self, cx: &mut impl Context<Server>, number: u16, timer: ChannelTimer) {
        self.channels[usize::from(number)].due(cx, number, timer);
    }

    /// An instance has answered a question.
    pub(super) fn reported(&mut self, probe: Probe, report: Report) {
        self.channels[usize::from(probe.channel)].reported(probe, report);
    }

    /// A registry has said who is there.
    pub(super) fn listed(&mut self, cx: &mut impl Context<Server>, number: u16, round: u32, of: &Listing) {
        self.channels[usize::from(number)].listed(cx.now(), round, of);
    }

    /// No process runs where a registry was asked.
    pub(super) fn lookup_refused(&mut self, cx: &mut impl Context<Server>, number: u16, round: u32) {
        self.channels[usize::from(number)].lookup_refused(cx, number, round);
    }

    /// An instance says that it has run out of work.
    pub(super) fn idle(&mut self, instance: NodeId) {
        self.channels.iter_mut().for_each(|channel| channel.idle(instance));
    }

    /// Makes a call for a frame through a channel. Its slot, sequence and size are filled in here.
    #[inline]
    pub(super) fn begin(
        &mut self,
        cx: &mut impl Context<Server>,
        channel: u16,
        frame: u32,
        call: Call,
    ) -> Option<Ended> {
        if self.calls.is_full(SESSIONS_MAX) {
            return Some(Ended { frame, status: Status::Rejected, is_void: true });
        }
        let protocol = &self.channels[usize::from(channel)].config.protocol;
        let call = Call { bytes: call.bytes + protocol.call_bytes, is_one_way: protocol.is_one_way, ..call };
        let (began, stage, place) = (cx.now(), Stage::BackingOff, Place(0));
        let outgoing = Outgoing { frame, channel, attempt: 0, call, place, began, stage, has_acted: false };
        let (slot, _) = self.calls.open(outgoing);
        self.attempt(cx, slot)
    }

    /// The answer to a call, or to one that was given up.
    #[inline]
    pub(super) fn answered(&mut self, cx: &mut impl Context<Server>, answered: Answered) -> Option<Ended> {
        let slot = SessionId::client_of(cx.incarnation(), answered.slot)?;
        let outgoing = self.calls.get(slot, answered.sequence)?;
        if outgoing.stage != Stage::Sent {
            return None;
        }
        self.attempted(cx, slot, Attempted { status: answered.status, is_void: answered.is_void })
    }

    /// The server has opened the connection that a call waits for.
    pub(super) fn connected(&mut self, cx: &mut impl Context<Server>, slot: u32, sequence: u32) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), slot) else { return };
        let Some(outgoing) = self.calls.get(slot, sequence) else { return };
        if outgoing.stage != Stage::Connecting {
            return;
        }
        let (number, place) = (outgoing.channel, outgoing.place);
        let channel = &mut self.channels[usize::from(number)];
        channel.connected(place);
        let waits =
            |one: &Outgoing| (one.channel, one.place, one.stage) == (number, place, Stage::Connecting);
        match channel.config.protocol.connections {
            Connections::Standing | Connections::Exclusive => self.send(cx, slot),
            Connections::Shared => {
                for slot in self.calls.slots_where(waits) {
                    self.send(cx, slot);
                }
            }
        }
    }

    /// An attempt has taken too long.
    pub(super) fn overdue(&mut self, cx: &mut impl Context<Server>, slot: u32) -> Option<Ended> {
        let (_, outgoing) = self.calls.get_slot(slot)?;
        match outgoing.stage {
            // What was never sent did nothing, and nobody was there.
            Stage::Connecting => {
                self.attempted(cx, slot, Attempted { status: Status::Unavailable, is_void: true })
            }
            Stage::Sent => self.attempted(cx, slot, Attempted { status: Status::TimedOut, is_void: false }),
            Stage::BackingOff => None,
        }
    }

    /// A further attempt is due.
    pub(super) fn again(&mut self, cx: &mut impl Context<Server>, slot: u32) -> Option<Ended> {
        let (_, outgoing) = self.calls.get_slot(slot)?;
        match outgoing.stage {
            Stage::BackingOff => self.attempt(cx, slot),
            Stage::Connecting | Stage::Sent => None,
        }
    }

    /// The call in this slot was not taken, as no process runs where it went.
    pub(super) fn refused(
        &mut self,
        cx: &mut impl Context<Server>,
        slot: u32,
        sequence: u32,
    ) -> Option<Ended> {
        let slot = SessionId::client_of(cx.incarnation(), slot)?;
        self.calls.get(slot, sequence)?;
        self.attempted(cx, slot, Attempted { status: Status::Unavailable, is_void: true })
    }

    /// The slots of the calls that are under way to `peer`; its connections are gone.
    pub(super) fn disconnected(&mut self, peer: NodeId) -> Vec<u32> {
        self.channels.iter_mut().for_each(|channel| channel.disconnected(peer));
        let channels = &self.channels;
        self.calls.slots_where(|one| {
            one.stage != Stage::BackingOff && channels[usize::from(one.channel)].node(one.place) == peer
        })
    }

    /// The connection of a call under way is gone.
    pub(super) fn lost(&mut self, cx: &mut impl Context<Server>, slot: u32) -> Option<Ended> {
        let (_, outgoing) = self.calls.get_slot(slot)?;
        let is_void = outgoing.stage == Stage::Connecting;
        self.attempted(cx, slot, Attempted { status: Status::Unavailable, is_void })
    }

    /// Begins the next attempt of a call.
    #[inline]
    fn attempt(&mut self, cx: &mut impl Context<Server>, slot: u32) -> Option<Ended> {
        let (sequence, outgoing) = self.calls.get_slot(slot).expect("only open calls are attempted");
        outgoing.attempt += 1;
        let channel = &mut self.channels[usize::from(outgoing.channel)];
        let (now, timeout) = (cx.now(), channel.config.timeout);
        let place = match channel.pick(now, &outgoing.call, outgoing.attempt) {
            Ok(place) => place,
            Err(obstacle) => {
                let status = match obstacle {
                    Obstacle::Nobody => Status::NotFound,
                    Obstacle::Down | Obstacle::Open => Status::Unavailable,
                };
                return Some(self.end(cx, slot, Attempted { status, is_void: true }));
            }
        };
        (outgoing.place, outgoing.began) = (place, now);
        let (frame, attempt, to) = (outgoing.frame, outgoing.attempt, channel.node(place));
        cx.note(ServiceNote::Called { call: slot, sequence, frame, attempt, to });
        let is_connected = channel.take_connection(place);
        if let Some(timeout) = timeout {
            cx.arm(ServerTimer::CallPatience(slot), timeout);
        }
        match is_connected {
            true => self.send(cx, slot),
            false => self.connect(cx, slot),
        }
        None
    }

    #[inline]
    fn send(&mut self, cx: &mut impl Context<Server>, slot: u32) {
        let (sequence, outgoing) = self.calls.get_slot(slot).expect("only open calls are sent");
        outgoing.stage = Stage::Sent;
        let node = self.channels[usize::from(outgoing.channel)].node(outgoing.place);
        let slot = SessionId::slot(cx.incarnation(), slot);
        cx.send(node, ServiceMessage::Call(Call { slot, sequence, ..outgoing.call }));
    }

    /// Opens a connection for a call, or waits for one that is being opened.
    fn connect(&mut self, cx: &mut impl Context<Server>, slot: u32) {
        let (sequence, outgoing) = self.calls.get_slot(slot).expect("only open calls connect");
        let (number, place) = (outgoing.channel, outgoing.place);
        outgoing.stage = Stage::Connecting;
        let channel = &mut self.channels[usize::from(number)];
        if !channel.opens(place, slot) {
            return;
        }
        let node = channel.node(place);
        let slot = SessionId::slot(cx.incarnation(), slot);
        cx.send(node, ServiceMessage::Control(Control::Connect { slot, sequence }));
    }

    /// An attempt has ended: the call has too, or is made again after a while.
    #[inline]
    fn attempted(&mut self, cx: &mut impl Context<Server>, slot: u32, attempted: Attempted) -> Option<Ended> {
        let (_, outgoing) = self.calls.get_slot(slot).expect("only open calls have attempts");
        let (now, ok) = (cx.now(), attempted.status == Status::Ok);
        let channel = &mut self.channels[usize::from(outgoing.channel)];
        channel.ended(now, outgoing.place, now.since(outgoing.began), ok);
        // An answer that may still come would be taken for that to the next call.
        let is_closed = attempted.status == Status::TimedOut;
        let (number, place, stage) = (outgoing.channel, outgoing.place, outgoing.stage);
        let mut is_open_to_others = false;
        match stage {
            Stage::Sent => channel.free_connection(place, is_closed),
            Stage::Connecting => is_open_to_others = channel.gives_up_opening(place, slot),
            Stage::BackingOff => {}
        }
        if channel.config.timeout.is_some() {
            cx.disarm(ServerTimer::CallPatience(slot));
        }
        if is_open_to_others {
            self.hand_over_opening(cx, slot, number, place);
        }
        if !attempted.status.is_retryable() {
            return Some(self.end(cx, slot, attempted));
        }
        let (_, outgoing) = self.calls.get_slot(slot).expect("it has not ended yet");
        let channel = &mut self.channels[usize::from(number)];
        outgoing.has_acted |= !attempted.is_void;
        let Some(wait) = channel.retry_after(now, &outgoing.call, outgoing.attempt) else {
            return Some(self.end(cx, slot, attempted));
        };
        outgoing.stage = Stage::BackingOff;
        // Whatever still comes of this attempt is too late.
        self.calls.renew(slot);
        if wait == Duration::ZERO {
            return self.attempt(cx, slot);
        }
        cx.arm(ServerTimer::CallAgain(slot), wait);
        None
    }

    /// The call in `slot` does not open the connection any more that others wait for: the next of them does.
    #[cold]
    fn hand_over_opening(&mut self, cx: &mut impl Context<Server>, slot: u32, number: u16, place: Place) {
        let waits =
            |one: &Outgoing| (one.channel, one.place, one.stage) == (number, place, Stage::Connecting);
        let next = self.calls.slots_where(waits).into_iter().find(|next| *next != slot);
        if let Some(next) = next {
            self.connect(cx, next);
        }
    }

    /// The call has ended for good.
    #[inline]
    fn end(&mut self, cx: &mut impl Context<Server>, slot: u32, attempted: Attempted) -> Ended {
        let outgoing = self.calls.close_slot(slot).expect("only open calls end");
        let Attempted { status, is_void } = attempted;
        let is_void = is_void && !outgoing.has_acted;
        cx.note(ServiceNote::Heard { call: slot, frame: outgoing.frame, status });
        Ended { frame: outgoing.frame, status, is_void }
    }

    /// Has the call in this slot loaded ([`load`](crate::kernel::load)).
    #[inline]
    pub(super) fn foresee(&self, slot: u32) {
        self.calls.foresee(slot);
    }

    /// The frame that made the call in this slot.
    #[inline]
    pub(super) fn frame_of(&self, slot: u32) -> Option<u32> {
        Some(self.calls.peek(slot)?.frame)
    }

    /// Calls under way.
    pub(super) fn open(&self) -> usize {
        self.calls.len()
    }

    /// Attempts under way.
    pub(super) fn in_flight(&self) -> u32 {
        self.channels.iter().map(Channel::in_flight).sum()
    }

    /// Instances that calls may go to, over all channels.
    pub(super) fn usable(&self) -> usize {
        self.channels.iter().map(Channel::usable).sum()
    }

    /// Channels whose breaker has opened and not closed again.
    pub(super) fn broken(&self) -> usize {
        self.channels.iter().filter(|channel| channel.is_broken()).count()
    }
}
