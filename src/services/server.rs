//! A server: takes calls, takes each through the steps of its program, and answers it. Instances of services are servers, and so
//! are gateways, whose programs call others.
//!
//! How much work a request needs is drawn by the request and the step, never by the server: every policy sees the same jobs.

use std::rc::Rc;

use crate::kernel::random::below;
use crate::kernel::{
    Context, Description, Durable, Duration, Keyed, Name, NodeId, Process, Time, Urgency, WorkToken, load,
};
use crate::model::history::{SESSIONS_MAX, SessionId};
use crate::model::note::ServiceNote;
use crate::model::route::{Route, Router};
use crate::model::status::Status;

use super::admission::{Admission, Order};
use super::balancing::Report;
use super::frame::{Frame, Origin};
use super::message::{Answered, Call, Control, Purpose, ServiceMessage};
use super::outbound::{ChannelConfig, ChannelTimer, Ended, Outbound};
use super::program::{Op, Pc, Programs, ROUNDS_MAX};
use super::registration::{Registration, RegistrationRule};
use super::request::Classes;
use super::slots::Slots;

/// What a server is told.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The kinds of requests in the world.
    pub classes: Rc<Classes>,
    /// What each of them goes through here.
    pub programs: Rc<Programs>,
    /// How the services are called that the programs call.
    pub channels: Rc<[Rc<ChannelConfig>]>,
    /// Whether it only passes on what it is asked: one-way calls too are answered when those are whom they are passed on to.
    pub passes_on: bool,
    /// Most requests that are served at a time; the others wait.
    pub concurrency: Option<u32>,
    /// Most requests at the server, those that wait included; more are refused.
    pub limit: Option<u32>,
    /// In which order those that wait are admitted.
    pub order: Order,
    /// What makes a request urgent.
    pub urgency: UrgencyRule,
    /// Speed of its cores, in parts per million of a core of speed 1.
    pub speed: u64,
    /// Bytes of an answer beside its body.
    pub answer_bytes: u32,
    /// Draws what belongs to a request.
    pub draws: Keyed,
    /// Those who wait to be told that it is idle: each time one of them is, by draw (Lu et al. 2011, JIQ-Random).
    pub dispatchers: Rc<[NodeId]>,
    /// How it registers, if it does.
    pub registration: Option<RegistrationRule>,
    /// How many may write values to stores: each by its node's number ([`Writer`]).
    pub writers: u32,
}

/// What makes a request urgent, for disciplines that go by that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UrgencyRule {
    /// Its class's priority.
    Priority,
    /// The moment by which it should be served: its arrival at the server and its class's deadline.
    Deadline,
}

/// A server.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) config: Rc<ServerConfig>,
    pub(super) frames: Slots<Frame>,
    /// By frame slot: operations on stores over all uses of the slot.
    pub(super) store_sequences: Vec<u32>,
    /// One router a store step, by its place in the programs.
    pub(super) routers: Vec<Option<Router>>,
    pub(super) outbound: Outbound,
    /// Empty; what a fork opens stands here while it goes on.
    forked: Vec<(u32, Pc)>,
    admission: Admission,
    /// Requests here, those that wait included; branches are none.
    in_system: u32,
    /// Counts the values it has given out, over all its boots.
    pub(super) values: u32,
    /// Counts how often it has been idle.
    idle_times: u32,
    registration: Option<Registration>,
}

/// Values that a server may give out between two boots, so that it gives none out twice.
const VALUES_PER_BOOT: u32 = 1 << 20;
/// What is drawn for a request beside what its steps draw.
const ADMISSION_DRAW: u64 = u64::MAX;
/// In the place of a request: whom an idle server tells.
const IDLE_DRAW: u64 = u64::MAX;

/// A server's timers: for what a frame or a call waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerTimer {
    /// A store's reply to the frame is overdue.
    StorePatience(u32),
    /// Time to ask the store again, after a redirect that named nobody.
    StoreAgain(u32),
    /// The answer to a call is overdue.
    CallPatience(u32),
    /// Time to make a call again.
    CallAgain(u32),
    /// One of a channel's.
    Channel(u16, ChannelTimer),
    /// Time to tell the registry that it is there.
    Heartbeat,
}

/// Numbers of timers for each slot.
const TIMERS_PER_SLOT: u32 = 5;
/// Those of a channel, and for each one more, of which that of the first is the server's own.
const CHANNEL_TIMERS: u32 = ChannelTimer::ALL.len() as u32 + 1;

impl Name for ServerTimer {
    fn index(self) -> u32 {
        match self {
            ServerTimer::StorePatience(slot) => slot * TIMERS_PER_SLOT,
            ServerTimer::StoreAgain(slot) => slot * TIMERS_PER_SLOT + 1,
            ServerTimer::CallPatience(slot) => slot * TIMERS_PER_SLOT + 2,
            ServerTimer::CallAgain(slot) => slot * TIMERS_PER_SLOT + 3,
            ServerTimer::Channel(channel, timer) => {
                (u32::from(channel) * CHANNEL_TIMERS + 1 + timer as u32) * TIMERS_PER_SLOT + 4
            }
            ServerTimer::Heartbeat => 4,
        }
    }

    fn named(index: u32) -> Self {
        let slot = index / TIMERS_PER_SLOT;
        match index % TIMERS_PER_SLOT {
            0 => ServerTimer::StorePatience(slot),
            1 => ServerTimer::StoreAgain(slot),
            2 => ServerTimer::CallPatience(slot),
            3 => ServerTimer::CallAgain(slot),
            _ => match (slot % CHANNEL_TIMERS).checked_sub(1) {
                None => ServerTimer::Heartbeat,
                Some(timer) => {
                    ServerTimer::Channel((slot / CHANNEL_TIMERS) as u16, ChannelTimer::ALL[timer as usize])
                }
            },
        }
    }

    fn word(self) -> &'static str {
        match self {
            ServerTimer::StorePatience(_) | ServerTimer::CallPatience(_) => "patience",
            ServerTimer::StoreAgain(_) | ServerTimer::CallAgain(_) => "again",
            ServerTimer::Channel(_, timer) => timer.word(),
            ServerTimer::Heartbeat => "heartbeat",
        }
    }
}

impl Process for Server {
    type Config = Rc<ServerConfig>;
    type Message = ServiceMessage;
    type Timer = ServerTimer;
    type Record = std::convert::Infallible;
    type Note = ServiceNote;

    fn boot(cx: &mut impl Context<Self>, config: &Rc<ServerConfig>, _: &Durable<Self::Record>) -> Self {
        let router = |op: &Op| match op {
            Op::Store(call) => Some(Router::new(Route::Leader, call.nodes.clone())),
            Op::Work(_) | Op::WorkOfRequest | Op::Call(_) | Op::Fork(_) | Op::Branch(_) => None,
            Op::Loop { .. } | Op::Again { .. } | Op::Bound { .. } | Op::Jump(_) | Op::End => None,
        };
        let mut server = Server {
            frames: Slots::new(),
            store_sequences: Vec::new(),
            routers: config.programs.ops().iter().map(router).collect(),
            outbound: Outbound::new(cx, &config.channels),
            forked: Vec::new(),
            admission: Admission::new(config.concurrency),
            in_system: 0,
            values: (cx.incarnation() - 1).wrapping_mul(VALUES_PER_BOOT),
            idle_times: 0,
            registration: config.registration.as_ref().map(|rule| Registration::new(cx, rule)),
            config: config.clone(),
        };
        server.say_idle(cx);
        server
    }

    #[inline]
    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: ServiceMessage) {
        match message {
            ServiceMessage::Call(call) => self.take(cx, from, call),
            ServiceMessage::Answered(answered) => {
                let ended = self.outbound.answered(cx, answered);
                self.heard(cx, ended);
            }
            ServiceMessage::Reply(reply) => self.replied(cx, from, reply),
            ServiceMessage::Control(control) => self.control(cx, from, control),
            ServiceMessage::Order(order) => {
                if let Some(registration) = &mut self.registration {
                    registration.ordered(cx, from, &order);
                }
            }
            // A server is no store and no operator; whoever sends these has the wrong address.
            ServiceMessage::Request(_) | ServiceMessage::OrderReply(_) => {}
        }
    }

    fn on_computed(&mut self, cx: &mut impl Context<Self>, WorkToken(token): WorkToken) {
        self.advance(cx, token as u32);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: ServerTimer) {
        let ended = match timer {
            ServerTimer::StorePatience(slot) => return self.store_overdue(cx, slot),
            ServerTimer::StoreAgain(slot) => return self.ask_store(cx, slot),
            ServerTimer::CallPatience(slot) => self.outbound.overdue(cx, slot),
            ServerTimer::CallAgain(slot) => self.outbound.again(cx, slot),
            ServerTimer::Channel(channel, timer) => return self.outbound.due(cx, channel, timer),
            ServerTimer::Heartbeat => {
                return self.registration.iter().for_each(|registration| registration.tell(cx));
            }
        };
        self.heard(cx, ended);
    }

    fn hears_resets(&self) -> bool {
        true
    }

    fn on_refused(&mut self, cx: &mut impl Context<Self>, _: NodeId, message: ServiceMessage) {
        let ended = match message {
            ServiceMessage::Call(call) => self.outbound.refused(cx, call.slot, call.sequence),
            ServiceMessage::Control(Control::Connect { slot, sequence }) => {
                self.outbound.refused(cx, slot, sequence)
            }
            ServiceMessage::Control(Control::Lookup { channel, round, .. }) => {
                self.outbound.lookup_refused(cx, channel, round);
                None
            }
            // Whoever called or asked has crashed since, and whoever was asked does not answer.
            ServiceMessage::Answered(_) | ServiceMessage::Control(_) => None,
            // Stores and operators have timeouts of their own.
            ServiceMessage::Request(_)
            | ServiceMessage::Reply(_)
            | ServiceMessage::Order(_)
            | ServiceMessage::OrderReply(_) => None,
        };
        self.heard(cx, ended);
    }

    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        for call in self.outbound.disconnected(peer) {
            let ended = self.outbound.lost(cx, call);
            self.heard(cx, ended);
        }
    }

    fn describe(&self, out: &mut Description) {
        out.say("in_system", self.in_system);
        out.say("limit", self.config.limit);
        out.say("awaiting_admission", self.admission.waiting());
        out.say("calls_open", self.outbound.open());
        out.say("attempts_in_flight", self.outbound.in_flight());
        if let Some(registration) = &self.registration {
            out.say("registered", registration.is_registered());
        }
        out.say("instances_usable", self.outbound.usable());
        out.say("breakers_open", self.outbound.broken());
    }
}

impl ServerConfig {
    /// How urgent a call that comes now is; lower goes first.
    #[inline]
    fn urgency_of(&self, now: Time, call: &Call) -> u64 {
        let class = self.classes.of(call);
        match (self.urgency, class.deadline) {
            (UrgencyRule::Priority, _) => u64::from(class.priority),
            (UrgencyRule::Deadline, Some(deadline)) => (now + deadline).0,
            (UrgencyRule::Deadline, None) => u64::MAX,
        }
    }

    /// The work that the frame is at, if it is at one.
    #[inline]
    fn work_of(&self, frame: &Frame) -> Option<Duration> {
        match self.programs.op(frame.pc) {
            Op::Work(law) => Some(law.duration(frame.draw(&self.draws))),
            Op::WorkOfRequest => Some(self.classes.of(&frame.call).work_of(&frame.call)),
            Op::Store(_) | Op::Call(_) | Op::Fork(_) | Op::Branch(_) => None,
            Op::Loop { .. } | Op::Again { .. } | Op::Bound { .. } | Op::Jump(_) | Op::End => None,
        }
    }
}

impl Server {
    /// A call has come.
    #[inline]
    fn take(&mut self, cx: &mut impl Context<Self>, caller: NodeId, call: Call) {
        let is_full = self.config.limit.is_some_and(|limit| self.in_system >= limit);
        let obstacle = match self.config.programs.entry(call.class) {
            None => Err(Status::NotFound),
            Some(_) if is_full || self.frames.is_full(SESSIONS_MAX) => Err(Status::Rejected),
            Some(pc) => Ok(pc),
        };
        let pc = match obstacle {
            Ok(pc) => pc,
            Err(status) => {
                cx.note(ServiceNote::Refused { status });
                return self.answer(cx, caller, call, status, true);
            }
        };
        let mut frame = Frame::new(call, Origin::Caller(caller), pc, call.span);
        let is_answered = call.is_one_way && !self.config.passes_on;
        frame.is_answered = is_answered;
        let (slot, _) = self.frames.open(frame);
        self.in_system += 1;
        let (sequence, in_system) = (call.sequence, self.in_system);
        cx.note(ServiceNote::Taken { frame: slot, caller, call: call.slot, sequence, in_system });
        if is_answered {
            self.answer(cx, caller, call, Status::Ok, false);
        }
        match self.admission.admits() {
            true => self.advance_from(cx, slot, pc),
            false => self.let_wait(cx, slot, call),
        }
    }

    /// See [`Process::foresee`]: a call will come.
    #[inline]
    pub(crate) fn foresee_call(&self, round: u32) {
        match round {
            1 => load(self),
            2 => self.frames.foresee_open(),
            _ => {}
        }
    }

    /// A call will be answered.
    #[inline]
    pub(crate) fn foresee_answer(&self, round: u32, answered: &Answered) -> Option<ServerTimer> {
        let call = SessionId::client(answered.slot);
        match round {
            1 => self.outbound.foresee(call),
            2 => self.frames.foresee(self.outbound.frame_of(call)?),
            _ => return None,
        }
        Some(ServerTimer::CallPatience(call))
    }

    /// Work will be done.
    #[inline]
    pub(crate) fn foresee_work(&self, round: u32, frame: Option<WorkToken>) {
        match (round, frame) {
            (1, _) => load(self),
            (2, Some(WorkToken(frame))) => self.frames.foresee(frame as u32),
            _ => {}
        }
    }

    /// What is said beside calls.
    #[inline(never)]
    fn control(&mut self, cx: &mut impl Context<Self>, from: NodeId, control: Control) {
        match control {
            Control::Connect { slot, sequence } => {
                cx.send(from, ServiceMessage::Control(Control::Connected { slot, sequence }));
            }
            Control::Connected { slot, sequence } => self.outbound.connected(cx, slot, sequence),
            Control::Probe(probe) => {
                let report = self.report(probe.purpose);
                cx.send(from, ServiceMessage::Control(Control::Report { probe, report }));
            }
            Control::Report { probe, report } => self.outbound.reported(probe, report),
            Control::Idle => self.outbound.idle(from),
            Control::Listing { channel, round, listing } => {
                self.outbound.listed(cx, channel, round, &listing)
            }
            Control::Noted { is_registered } => {
                if let Some(registration) = &mut self.registration {
                    registration.noted(cx, is_registered);
                }
            }
            // A server is no registry; whoever sends these has the wrong address.
            Control::Register | Control::Deregister | Control::Lookup { .. } => {}
        }
    }

    /// What there is to do here. Health checks do not ask for how much work it is.
    fn report(&self, purpose: Purpose) -> Report {
        let work: u64 = match purpose {
            Purpose::View => {
                self.frames.iter().filter_map(|frame| self.config.work_of(frame)).map(|work| work.0).sum()
            }
            Purpose::Health => 0,
        };
        Report { in_system: self.in_system, work_us: u32::try_from(work / 1_000).unwrap_or(u32::MAX) }
    }

    /// There is no request here: one of those who wait to be told so is.
    #[inline]
    fn say_idle(&mut self, cx: &mut impl Context<Self>) {
        if self.config.dispatchers.is_empty() {
            return;
        }
        self.idle_times = self.idle_times.wrapping_add(1);
        let time = u64::from(cx.incarnation()) << 32 | u64::from(self.idle_times);
        let bits = self.config.draws.draw3(IDLE_DRAW, u64::from(cx.me().0), time);
        let one = below(bits, self.config.dispatchers.len() as u32);
        cx.send(self.config.dispatchers[one as usize], ServiceMessage::Control(Control::Idle));
    }

    /// The request waits until as many are served as may be at a time.
    fn let_wait(&mut self, cx: &mut impl Context<Self>, slot: u32, call: Call) {
        let rank = match self.config.order {
            Order::Arrival => 0,
            Order::Recent => u64::MAX - self.admission.waited(),
            Order::Random => self.config.draws.draw3(call.request(), ADMISSION_DRAW, u64::from(call.span)),
            Order::Urgency => self.config.urgency_of(cx.now(), &call),
            Order::Work => self.work_ahead(&call).0,
        };
        self.admission.wait(slot, rank);
    }

    /// The work of the request's first step, if that is what it begins with.
    fn work_ahead(&self, call: &Call) -> Duration {
        let Some(pc) = self.config.programs.entry(call.class) else { return Duration::ZERO };
        let frame = Frame::new(*call, Origin::Caller(NodeId(0)), pc, call.span);
        self.config.work_of(&frame).unwrap_or(Duration::ZERO)
    }

    /// What the frame was at is done.
    #[inline]
    pub(super) fn advance(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (_, frame) = self.frames.get_slot(slot).expect("only open frames advance");
        let pc = frame.pc + 1;
        self.advance_from(cx, slot, pc);
    }

    /// Goes on at a place of the program until there is something to wait for, or nothing left.
    fn advance_from(&mut self, cx: &mut impl Context<Self>, slot: u32, mut pc: Pc) {
        let config = self.config.clone();
        loop {
            let (_, frame) = self.frames.get_slot(slot).expect("only open frames advance");
            frame.pc = pc;
            pc = match config.programs.op(pc) {
                Op::Work(_) | Op::WorkOfRequest => return self.work(cx, slot),
                Op::Store(_) => return self.begin_store(cx, slot),
                Op::Call(channel) => return self.call(cx, slot, *channel),
                Op::Fork(fork) => return self.fork(cx, slot, &fork.branches, fork.wait),
                Op::Branch(choices) => {
                    let share = crate::kernel::random::unit(frame.draw(&config.draws));
                    choices.iter().find(|(below, _)| share < *below).map_or(pc + 1, |(_, to)| *to)
                }
                Op::Loop { level, times, exit } => {
                    // As a duration it is the nearest whole number.
                    let rounds = times.duration(frame.draw(&config.draws)).0;
                    frame.left[usize::from(*level)] = rounds.min(ROUNDS_MAX.into()) as u16;
                    frame.rounds += 1;
                    if frame.left[usize::from(*level)] == 0 { *exit } else { pc + 1 }
                }
                Op::Again { level, start } => {
                    let left = &mut frame.left[usize::from(*level)];
                    *left -= 1;
                    frame.rounds += 1;
                    if *left == 0 { pc + 1 } else { *start }
                }
                Op::Bound { depth, exit } => {
                    if frame.call.depth >= *depth {
                        *exit
                    } else {
                        pc + 1
                    }
                }
                Op::Jump(to) => *to,
                Op::End => return self.end(cx, slot, Status::Ok, false),
            };
        }
    }

    #[inline]
    fn work(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (_, frame) = self.frames.get_slot(slot).expect("only open frames work");
        let work = self.config.work_of(frame).expect("the frame is at its work");
        let alone = u128::from(work.0) * 1_000_000;
        let alone =
            Duration(u64::try_from(alone.div_ceil(u128::from(self.config.speed))).unwrap_or(u64::MAX));
        let urgency = self.config.urgency_of(cx.now(), &frame.call);
        frame.service += alone;
        cx.compute_urgent(work, WorkToken(slot.into()), Urgency(urgency));
    }

    fn call(&mut self, cx: &mut impl Context<Self>, slot: u32, channel: u16) {
        let (_, frame) = self.frames.get_slot(slot).expect("only open frames call");
        let call = Call {
            span: frame.span_of(&self.config.draws, 0),
            bytes: self.config.classes.of(&frame.call).bytes,
            depth: frame.call.depth.saturating_add(1),
            ..frame.call
        };
        let ended = self.outbound.begin(cx, channel, slot, call);
        self.heard(cx, ended);
    }

    /// Goes on in branches of the frame, which waits for `wait` of them.
    fn fork(&mut self, cx: &mut impl Context<Self>, slot: u32, branches: &Rc<[Pc]>, wait: u16) {
        let (sequence, frame) = self.frames.get_slot(slot).expect("only open frames fork");
        frame.forks = frame.forks.wrapping_add(1);
        (frame.needed, frame.spare) = (wait, branches.len() as u16 - wait);
        let origin = Origin::Parent { slot, sequence, fork: frame.forks };
        let frame = frame.clone();
        let draws = self.config.draws;
        let mut opened = std::mem::take(&mut self.forked);
        for (n, pc) in (0..).zip(branches.iter()) {
            let branch = Frame::new(frame.call, origin, *pc, frame.span_of(&draws, n + 1));
            let (child, _) = self.frames.open(branch);
            cx.note(ServiceNote::Forked { frame: child, parent: slot });
            opened.push((child, *pc));
        }
        // All of them are there before the first goes on: it may end at once.
        for (child, pc) in opened.drain(..) {
            self.advance_from(cx, child, pc);
        }
        self.forked = opened;
    }

    /// A call has ended, if it has: the frame that made it goes on, or fails.
    #[inline]
    fn heard(&mut self, cx: &mut impl Context<Self>, ended: Option<Ended>) {
        let Some(Ended { frame: slot, status, is_void }) = ended else { return };
        let (_, frame) = self.frames.get_slot(slot).expect("a frame waits for its call");
        frame.has_acted |= !is_void;
        match status {
            Status::Ok => self.advance(cx, slot),
            Status::NotFound | Status::Rejected | Status::Unavailable | Status::TimedOut => {
                let is_void = !frame.has_acted;
                self.end(cx, slot, status, is_void);
            }
        }
    }

    /// The frame has done what it had to, or cannot.
    pub(super) fn end(&mut self, cx: &mut impl Context<Self>, slot: u32, status: Status, is_void: bool) {
        let frame = self.frames.close_slot(slot).expect("only open frames end");
        self.ended(cx, slot, &frame, status, is_void);
    }

    /// A frame that was taken out of its slot has ended.
    pub(super) fn ended(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: u32,
        frame: &Frame,
        status: Status,
        is_void: bool,
    ) {
        match frame.origin {
            Origin::Parent { slot: parent, sequence, fork } => {
                let awaited = self.frames.get(parent, sequence);
                let awaited = awaited.filter(|parent| parent.forks == fork && parent.needed > 0);
                let decides = awaited.is_some_and(|parent| match status {
                    Status::Ok => parent.needed == 1,
                    Status::NotFound | Status::Rejected | Status::Unavailable | Status::TimedOut => {
                        parent.spare == 0
                    }
                });
                cx.note(ServiceNote::Joined { frame: slot, parent, decides, service: frame.service });
                self.join(cx, (parent, sequence, fork), frame.has_acted, status);
            }
            Origin::Caller(caller) => {
                self.in_system -= 1;
                let (is_answer, service) = (!frame.is_answered, frame.service);
                cx.note(ServiceNote::Finished { frame: slot, is_answer, status, service });
                if is_answer {
                    self.answer(cx, caller, frame.call, status, is_void);
                }
                if let Some(next) = self.admission.next() {
                    let (_, frame) = self.frames.get_slot(next).expect("who waits is open");
                    let pc = frame.pc;
                    self.advance_from(cx, next, pc);
                }
                if self.in_system == 0 {
                    self.say_idle(cx);
                }
            }
        }
    }

    /// A branch has ended: the frame goes on once enough have succeeded, and fails once too many have failed. Whatever is left
    /// of the others then goes on, and nobody waits for it.
    fn join(
        &mut self,
        cx: &mut impl Context<Self>,
        (parent, sequence, fork): (u32, u32, u16),
        has_acted: bool,
        status: Status,
    ) {
        let Some(frame) = self.frames.get(parent, sequence) else { return };
        let is_awaited = frame.forks == fork && frame.needed > 0;
        if !is_awaited {
            return;
        }
        frame.has_acted |= has_acted;
        if status == Status::Ok {
            frame.needed -= 1;
            if frame.needed == 0 {
                // What is left of the others goes on, and may do something yet.
                frame.has_acted |= frame.spare > 0;
                let Op::Fork(fork) = self.config.programs.op(frame.pc) else {
                    unreachable!("a frame that waits for branches is at its fork")
                };
                let next = fork.next;
                self.advance_from(cx, parent, next);
            }
        } else if frame.spare > 0 {
            frame.spare -= 1;
        } else {
            // This was one of those needed; the others may do something yet.
            frame.has_acted |= frame.needed > 1;
            frame.needed = 0;
            let is_void = !frame.has_acted;
            self.end(cx, parent, status, is_void);
        }
    }

    #[inline]
    fn answer(
        &mut self,
        cx: &mut impl Context<Self>,
        caller: NodeId,
        call: Call,
        status: Status,
        is_void: bool,
    ) {
        let Call { slot, sequence, .. } = call;
        let bytes = self.config.answer_bytes + self.config.classes.of(&call).answer_bytes;
        cx.send(caller, ServiceMessage::Answered(Answered { slot, sequence, bytes, status, is_void }));
    }
}
