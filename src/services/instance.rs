//! An instance of a service: serves each request by a sequence of steps, on the node's own cores.
//!
//! Work is queued and served by the node's processor (first come, first served). How much of it a request needs is
//! drawn by the request and the step, never by the server: every policy sees the same jobs.

use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Context, Durable, Duration, Keyed, Name, NodeId, Process, Time, WorkToken};
use crate::model::history::{Outcome, Reason, SESSIONS_MAX, SessionId};
use crate::model::note::{ClientNote, ServiceNote};
use crate::model::op::{Op, OpKind, Value};
use crate::model::request::{Reply, Request, Response};
use crate::model::route::{Route, Router};

use super::message::{Answered, Call, ServiceMessage, Status};
use super::slots::Slots;

/// One step of a request.
#[derive(Clone, Debug)]
pub enum Step {
    /// Work on a core.
    Work(Distribution),
    /// An operation on a store; the request waits for the reply.
    Store(StoreCall),
}

/// A call of a store.
#[derive(Clone, Debug)]
pub struct StoreCall {
    /// The store's nodes, nearest first.
    pub nodes: Rc<[NodeId]>,
    /// What is done to the request's key: a read, a write or an append.
    pub op: OpKind,
    /// Size of the value written, in bytes.
    pub size: u32,
    /// How long to wait for a reply before the next node is tried.
    pub timeout: Duration,
    /// How often it is sent before the request fails; at least 1.
    pub attempts: u32,
}

/// What an instance is told.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    /// What a request goes through, in order; the same for every path.
    pub steps: Rc<[Step]>,
    /// Most requests at the instance, those that wait included; more are refused.
    pub limit: Option<u32>,
    /// Draws what belongs to a request.
    pub draws: Keyed,
    /// Distinguishes the values that different systems write.
    pub writer: Writer,
}

/// Gives out values that no other writer of a run gives out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Writer {
    /// This writer's position, below `writers`.
    pub index: u32,
    /// How many there are.
    pub writers: u32,
}

impl Writer {
    /// The value of this writer's `number`-th write, counted from 1.
    pub fn value(self, number: u32) -> Value {
        Value(number.wrapping_mul(self.writers).wrapping_add(self.index))
    }
}

/// How long a request waits before it asks again when no node of the store is known to lead.
const REDIRECT_BACKOFF: Duration = Duration::from_millis(20);

/// An instance.
#[derive(Clone, Debug)]
pub struct Instance {
    config: InstanceConfig,
    /// One router a store step, by the step's position.
    routers: Vec<Option<Router>>,
    jobs: Slots<Job>,
    /// Counts the values it has given out, over all its boots.
    values: u32,
}

/// Values that an instance may give out between two boots, so that it gives none out twice.
const VALUES_PER_BOOT: u32 = 1 << 20;

/// A request in the instance.
#[derive(Clone, Debug)]
struct Job {
    caller: NodeId,
    call: Call,
    step: u16,
    arrived: Time,
    service: Duration,
    downstream: Duration,
    asked: Asked,
}

/// The call of a store that a job waits for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    node: NodeId,
    since: Time,
    attempts: u32,
    value: Value,
}

/// One timer a job: the patience of its call of a store, or its pause before it asks again.
#[derive(Clone, Copy, Debug)]
pub struct JobTimer {
    slot: u32,
    again: bool,
}

impl Name for JobTimer {
    fn index(self) -> u32 {
        self.slot * 2 + u32::from(self.again)
    }

    fn named(index: u32) -> Self {
        JobTimer { slot: index / 2, again: index % 2 == 1 }
    }

    fn word(self) -> &'static str {
        if self.again { "again" } else { "patience" }
    }
}

impl Process for Instance {
    type Config = InstanceConfig;
    type Message = ServiceMessage;
    type Timer = JobTimer;
    type Record = std::convert::Infallible;
    type Note = ServiceNote;

    fn describe(&self, out: &mut crate::kernel::Description) {
        out.say("in_system", self.jobs.len());
        out.say("limit", self.config.limit);
    }

    fn boot(cx: &mut impl Context<Self>, config: &InstanceConfig, _: &Durable<Self::Record>) -> Self {
        let router = |step: &Step| match step {
            Step::Work(_) => None,
            Step::Store(call) => Some(Router::new(Route::Leader, call.nodes.clone())),
        };
        let routers = config.steps.iter().map(router).collect();
        let values = (cx.incarnation() - 1).wrapping_mul(VALUES_PER_BOOT);
        Instance { config: config.clone(), routers, jobs: Slots::new(), values }
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: ServiceMessage) {
        match message {
            ServiceMessage::Call(call) => self.take(cx, from, call),
            ServiceMessage::Reply(reply) => self.replied(cx, from, reply),
            // An instance is no store and calls no service; whoever sends these has the wrong address.
            ServiceMessage::Request(_) | ServiceMessage::Answered(_) => {}
        }
    }

    fn on_computed(&mut self, cx: &mut impl Context<Self>, WorkToken(token): WorkToken) {
        let slot = token as u32;
        let (_, job) = self.jobs.get_slot(slot).expect("a job waits for its work and for nothing else");
        job.step += 1;
        self.advance(cx, slot);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: JobTimer) {
        let Some((_, job)) = self.jobs.get_slot(timer.slot) else { return };
        let Step::Store(call) = &self.config.steps[usize::from(job.step)] else { return };
        if timer.again {
            return self.ask(cx, timer.slot);
        }
        if job.asked.attempts >= call.attempts {
            // Whether the store will do it is unknown: the session ends, and the request has failed.
            let job = self.jobs.retire(timer.slot).expect("it was just found");
            let session = SessionId::slot(cx.incarnation(), timer.slot);
            let (outcome, attempts) = (Outcome::Unknown(Reason::Timeout), job.asked.attempts as u16);
            cx.note(ServiceNote::Store(ClientNote::Returned { slot: session, outcome, attempts }));
            return answer(cx, &job, Status::Failed);
        }
        let router = self.routers[usize::from(job.step)].as_mut().expect("a store step has a router");
        job.asked.node = router.after_timeout(job.asked.node);
        job.asked.attempts += 1;
        cx.disarm(JobTimer { slot: timer.slot, again: true });
        self.ask(cx, timer.slot);
    }
}

impl Instance {
    fn take(&mut self, cx: &mut impl Context<Self>, caller: NodeId, call: Call) {
        let is_full = self.config.limit.is_some_and(|limit| self.jobs.len() >= limit as usize);
        if is_full || self.jobs.is_full(SESSIONS_MAX) {
            cx.note(ServiceNote::Refused);
            let refused = Answered { slot: call.slot, sequence: call.sequence, status: Status::Refused };
            return cx.send(caller, ServiceMessage::Answered(refused));
        }
        let now = cx.now();
        let asked = Asked { node: caller, since: now, attempts: 0, value: Value(0) };
        let (service, downstream) = (Duration::ZERO, Duration::ZERO);
        let job = Job { caller, call, step: 0, arrived: now, service, downstream, asked };
        let (slot, _) = self.jobs.open(job);
        cx.note(ServiceNote::Queued { in_system: self.jobs.len() as u32 });
        self.advance(cx, slot);
    }

    /// Begins the job's present step, or answers if there is none left.
    fn advance(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (_, job) = self.jobs.get_slot(slot).expect("only open jobs advance");
        let position = usize::from(job.step);
        match self.config.steps.get(position) {
            None => {
                let job = self.jobs.close_slot(slot).expect("it was just found");
                let sojourn = cx.now().since(job.arrived);
                let Job { service, downstream, .. } = job;
                cx.note(ServiceNote::Finished { sojourn, service, downstream });
                answer(cx, &job, Status::Ok);
            }
            Some(Step::Work(work)) => {
                // The retries of a request are the same job: the attempt is no part of the key.
                let bits = self.config.draws.draw(job.call.request.key(), u64::from(job.step));
                let work = work.duration(bits);
                job.service += work;
                cx.compute(work, WorkToken(slot.into()));
            }
            Some(Step::Store(_)) => {
                let bits = self.config.draws.draw(job.call.request.key(), u64::from(job.step));
                let router = self.routers[position].as_mut().expect("a store step has a router");
                self.values += 1;
                let value = self.config.writer.value(self.values);
                job.asked = Asked { node: router.first(bits), since: cx.now(), attempts: 1, value };
                self.invoke(cx, slot);
                self.ask(cx, slot);
            }
        }
    }

    /// Tells the observers of the operation that the job's step is about to ask.
    fn invoke(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (uses, job) = self.jobs.get_slot(slot).expect("only open jobs ask");
        let (op, _, _) = operation(&self.config.steps, job);
        cx.note(ServiceNote::Store(ClientNote::Invoked {
            slot: SessionId::slot(cx.incarnation(), slot),
            sequence: step_sequence(uses, job.step, self.config.steps.len()),
            number: job.call.request.number,
            server: job.asked.node,
            intended: cx.now(),
            asked: crate::model::note::Asked::Store(op),
        }));
    }

    /// Sends the job's operation to the node it has chosen.
    fn ask(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (uses, job) = self.jobs.get_slot(slot).expect("only open jobs ask");
        let (op, size, timeout) = operation(&self.config.steps, job);
        let sequence = step_sequence(uses, job.step, self.config.steps.len());
        let session = SessionId::slot(cx.incarnation(), slot);
        cx.send(job.asked.node, ServiceMessage::Request(Request { slot: session, sequence, op, size }));
        cx.arm(JobTimer { slot, again: false }, timeout);
    }

    fn replied(&mut self, cx: &mut impl Context<Self>, from: NodeId, reply: Reply) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), reply.slot) else {
            return; // To an earlier boot.
        };
        let Some((sequence, job)) = self.jobs.get_slot(slot) else { return };
        if reply.sequence != step_sequence(sequence, job.step, self.config.steps.len()) {
            return; // To an earlier job or step.
        }
        match reply.response {
            Response::Ok(answer) => {
                job.downstream += cx.now().since(job.asked.since);
                job.step += 1;
                let attempts = job.asked.attempts as u16;
                let outcome = Outcome::Ok(answer);
                let session = reply.slot;
                cx.note(ServiceNote::Store(ClientNote::Returned { slot: session, outcome, attempts }));
                cx.disarm(JobTimer { slot, again: false });
                cx.disarm(JobTimer { slot, again: true });
                self.advance(cx, slot);
            }
            Response::Redirect { .. } | Response::Rejected if from != job.asked.node => {}
            Response::Redirect { leader } => {
                let router = self.routers[usize::from(job.step)].as_mut().expect("a store step has a router");
                let (next, at_once) = router.after_redirect(from, leader);
                job.asked.node = next;
                match at_once {
                    true => self.ask(cx, slot),
                    false => cx.arm(JobTimer { slot, again: true }, REDIRECT_BACKOFF),
                }
            }
            Response::Rejected => cx.arm(JobTimer { slot, again: true }, REDIRECT_BACKOFF),
        }
    }
}

/// What the job's step asks, the size of the value, and how long to wait for a reply.
fn operation(steps: &[Step], job: &Job) -> (Op, u32, Duration) {
    let Step::Store(call) = &steps[usize::from(job.step)] else {
        unreachable!("a job asks in a store step only")
    };
    let (key, value) = (job.call.key, job.asked.value);
    let op = match call.op {
        OpKind::Read => Op::Read { key },
        OpKind::Write => Op::Write { key, value },
        OpKind::Append => Op::Append { key, value },
        OpKind::Cas | OpKind::Propose => unreachable!("a step has neither"),
    };
    let size = if call.op == OpKind::Read { 0 } else { call.size };
    (op, size, call.timeout)
}

/// The sequence number of a job's step in its session: grows with the uses of the slot and with the steps.
fn step_sequence(uses: u32, step: u16, steps: usize) -> u32 {
    uses * steps as u32 + u32::from(step)
}

fn answer(cx: &mut impl Context<Instance>, job: &Job, status: Status) {
    let Call { slot, sequence, .. } = job.call;
    cx.send(job.caller, ServiceMessage::Answered(Answered { slot, sequence, status }));
}
