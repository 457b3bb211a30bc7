//! A workload's clients: they ask, wait, ask again, and note what they were told.
//!
//! In an open loop every arrival takes a free client from a pool that grows; in a closed loop a fixed number of
//! clients think, ask and think again. A client has one open operation and is its session; after an unknown outcome
//! it retires. What is asked is drawn by the operation's number, so that every policy and fault sees the same
//! operations.

use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Context, Description, Durable, Duration, Keyed, Name, NodeId, Process, Time};
use crate::model::history::{Outcome, Reason, SESSIONS_MAX, SessionId};
use crate::model::note::{Asked, ClientNote};
use crate::model::op::{Answer, Key, Op, OpKind, Value};
use crate::model::request::{Reply, Request, Response};
use crate::model::route::{Route, Router};
use crate::model::status::Status;
use crate::services::message::{Answered, Call, Control, ServiceMessage};
use crate::services::outbound::{Connections, Protocol};
use crate::services::request::Classes;
use crate::services::{Slots, Writer};

use super::arrival::Arrivals;
use super::keys::Keys;
use super::numbers::Numbers;

/// How operations come.
#[derive(Clone, Debug)]
pub enum Load {
    /// By themselves, however long the others take.
    Open(Arrivals),
    /// From a fixed number of clients, each after it has thought about the last answer.
    Closed {
        /// How many clients.
        clients: u32,
        /// How long a client thinks before each operation.
        think: Distribution,
    },
}

/// What is asked of whom.
#[derive(Clone, Debug)]
pub enum Target {
    /// Operations on a store.
    Store {
        /// Kinds of operations with their weights, each above 0.
        mix: Vec<(OpKind, f64)>,
        /// Size of the values written, in bytes.
        size: u32,
    },
    /// Calls of a service.
    Service(Calls),
}

/// What a workload calls.
#[derive(Clone, Debug)]
pub struct Calls {
    /// The kinds of requests in the world.
    pub classes: Rc<Classes>,
    /// The first of the workload's own.
    pub first: u16,
    /// The weights of its own, each above 0; at least one.
    pub weights: Vec<f64>,
    /// What a call costs on its way.
    pub protocol: Protocol,
}

/// What a workload's node is told.
#[derive(Clone, Debug)]
pub struct WorkloadConfig {
    /// The workload's position among the systems of the run.
    pub id: u16,
    /// Draws what belongs to an operation.
    pub draws: Keyed,
    /// How operations come.
    pub load: Load,
    /// From then on none begins.
    pub until: Option<Time>,
    /// What is asked.
    pub target: Target,
    /// Who is asked: the nodes of the target, nearest first.
    pub nodes: Rc<[NodeId]>,
    /// Who is asked first.
    pub route: Route,
    /// What the operations concern.
    pub keys: Keys,
    /// How long a client waits for an answer before it asks the next node.
    pub timeout: Duration,
    /// How often it asks before the outcome is unknown; at least 1.
    pub attempts: u16,
    /// Gives out the values written.
    pub writer: Writer,
    /// Which operations are invoked; all when not set. The others are passed over as if nobody had wanted them, and change
    /// nothing about these.
    pub operations: Option<Numbers>,
}

/// Most clients of a workload: one session of its node is kept for operations that find no client.
const CLIENTS_MAX: u32 = SESSIONS_MAX - 1;

/// How long a client waits before it asks again when no node is known to lead.
const REDIRECT_BACKOFF: Duration = Duration::from_millis(20);

/// What is drawn for an operation.
#[derive(Clone, Copy)]
enum Draw {
    Arrival,
    Kind,
    Key,
    Route,
    Think,
    Path,
}

/// All clients of a workload.
#[derive(Clone, Debug)]
pub struct Clients {
    config: Rc<WorkloadConfig>,
    router: Router,
    open: Slots<Open>,
    /// Operations begun so far.
    begun: u32,
    /// Writes among them.
    writes: u32,
    /// Operations that found no client free.
    turned_away: u32,
    /// When the next arrival of an open loop is due.
    due: Time,
    /// By key: the value last seen or written; 0 when none was.
    known: Vec<Value>,
    /// By slot, where calls use connections: the node that the client has one to.
    connections: Vec<Option<NodeId>>,
}

/// A client's open operation.
#[derive(Clone, Copy, Debug)]
struct Open {
    number: u32,
    asked: Asked,
    key: Key,
    node: NodeId,
    attempts: u16,
    /// The client of a closed loop.
    client: u32,
    /// Whether an attempt that is over may have had an effect.
    has_acted: bool,
}

/// The clients' timers.
#[derive(Clone, Copy, Debug)]
pub enum ClientTimer {
    /// The next arrival of an open loop.
    Arrival,
    /// An answer is overdue.
    Patience(u32),
    /// Time to ask again after a redirect that named nobody.
    Again(u32),
    /// A client of a closed loop has thought.
    Think(u32),
}

impl Name for ClientTimer {
    fn index(self) -> u32 {
        match self {
            ClientTimer::Arrival => 0,
            ClientTimer::Patience(slot) => 1 + 3 * slot,
            ClientTimer::Again(slot) => 2 + 3 * slot,
            ClientTimer::Think(client) => 3 + 3 * client,
        }
    }

    fn named(index: u32) -> Self {
        match index {
            0 => ClientTimer::Arrival,
            n if n % 3 == 1 => ClientTimer::Patience(n / 3),
            n if n % 3 == 2 => ClientTimer::Again(n / 3),
            n => ClientTimer::Think(n / 3 - 1),
        }
    }

    fn word(self) -> &'static str {
        match self {
            ClientTimer::Arrival => "arrival",
            ClientTimer::Patience(_) => "patience",
            ClientTimer::Again(_) => "again",
            ClientTimer::Think(_) => "think",
        }
    }
}

impl Process for Clients {
    type Config = Rc<WorkloadConfig>;
    type Message = ServiceMessage;
    type Timer = ClientTimer;
    type Record = std::convert::Infallible;
    type Note = ClientNote;

    fn boot(cx: &mut impl Context<Self>, config: &Rc<WorkloadConfig>, _: &Durable<Self::Record>) -> Self {
        let mut clients = Clients {
            config: config.clone(),
            router: Router::new(config.route, config.nodes.clone()),
            open: Slots::new(),
            begun: 0,
            writes: 0,
            turned_away: 0,
            due: Time::ZERO,
            known: match config.target {
                Target::Store { .. } => vec![Value(0); config.keys.count() as usize],
                Target::Service(_) => Vec::new(),
            },
            connections: Vec::new(),
        };
        match &config.load {
            Load::Open(_) => clients.plan_arrival(cx),
            Load::Closed { clients: count, .. } => (0..*count).for_each(|client| clients.think(cx, client)),
        }
        clients
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: ServiceMessage) {
        match message {
            ServiceMessage::Reply(reply) => self.replied(cx, from, reply),
            ServiceMessage::Answered(answered) => self.answered(cx, answered),
            ServiceMessage::Control(Control::Connected { slot, sequence }) => {
                self.connected(cx, from, slot, sequence);
            }
            // Clients serve nobody; whoever sends these has the wrong address.
            ServiceMessage::Request(_)
            | ServiceMessage::Call(_)
            | ServiceMessage::Order(_)
            | ServiceMessage::OrderReply(_)
            | ServiceMessage::Control(_) => {}
        }
    }

    fn hears_resets(&self) -> bool {
        matches!(self.config.target, Target::Service(_))
    }

    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        self.connections.iter_mut().for_each(|to| *to = to.filter(|to| *to != peer));
        for slot in self.open.slots_where(|open| open.node == peer) {
            self.failed(cx, slot, Status::Unavailable, false);
        }
    }

    fn on_refused(&mut self, cx: &mut impl Context<Self>, peer: NodeId, message: ServiceMessage) {
        let (slot, sequence) = match message {
            ServiceMessage::Call(Call { slot, sequence, .. })
            | ServiceMessage::Control(Control::Connect { slot, sequence }) => (slot, sequence),
            ServiceMessage::Request(_)
            | ServiceMessage::Reply(_)
            | ServiceMessage::Answered(_)
            | ServiceMessage::Order(_)
            | ServiceMessage::OrderReply(_)
            | ServiceMessage::Control(_) => return,
        };
        let Some(slot) = SessionId::client_of(cx.incarnation(), slot) else { return };
        if self.open.get(slot, sequence).is_some_and(|open| open.node == peer) {
            self.failed(cx, slot, Status::Unavailable, true);
        }
    }

    fn describe(&self, out: &mut Description) {
        out.say("operations_begun", self.begun);
        out.say("operations_open", self.open.len());
        out.say("turned_away", self.turned_away);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: ClientTimer) {
        match timer {
            ClientTimer::Arrival => {
                self.begin(cx, self.due, 0);
                self.plan_arrival(cx);
            }
            // The client has nothing more to ask.
            ClientTimer::Think(_) if self.is_after_all(cx.now()) => {}
            ClientTimer::Think(client) => self.begin(cx, cx.now(), client),
            ClientTimer::Again(slot) => self.ask(cx, slot),
            ClientTimer::Patience(slot) => self.overdue(cx, slot),
        }
    }
}

impl Clients {
    /// See [`Process::foresee`]: a call will be answered.
    #[inline]
    pub(crate) fn foresee_answer(&self, round: u32, answered: &Answered) -> Option<ClientTimer> {
        let slot = SessionId::client(answered.slot);
        (round == 1).then(|| {
            self.open.foresee(slot);
            ClientTimer::Patience(slot)
        })
    }

    fn draw(&self, number: u32, what: Draw) -> u64 {
        self.config.draws.draw(number.into(), what as u64)
    }

    /// A number in (0, 1) for an operation.
    fn share(&self, number: u32, what: Draw) -> f64 {
        crate::kernel::random::unit(self.draw(number, what))
    }

    /// Whether all operations that are to be invoked have been.
    fn is_done(&self) -> bool {
        self.config.operations.as_ref().is_some_and(|operations| operations.last() <= self.begun)
    }

    /// Whether nothing begins at this moment any more.
    fn is_after_all(&self, at: Time) -> bool {
        self.config.until.is_some_and(|until| at >= until)
    }

    /// Arms the next arrival of an open loop. A node that was paused catches up: arrivals keep their due times.
    fn plan_arrival(&mut self, cx: &mut impl Context<Self>) {
        if self.is_done() {
            return;
        }
        let Load::Open(arrivals) = &self.config.load else { unreachable!("only an open loop has arrivals") };
        let due = arrivals.next(self.due, self.begun, self.draw(self.begun + 1, Draw::Arrival));
        if let Some(due) = due.filter(|due| !self.is_after_all(*due)) {
            self.due = due;
            cx.arm(ClientTimer::Arrival, due.since(cx.now()));
        }
    }

    /// Lets a client of a closed loop think.
    fn think(&mut self, cx: &mut impl Context<Self>, client: u32) {
        if self.is_done() {
            return;
        }
        if let Load::Closed { think, .. } = &self.config.load {
            let bits = self.config.draws.draw3(client.into(), self.begun.into(), Draw::Think as u64);
            cx.arm(ClientTimer::Think(client), think.duration(bits));
        }
    }

    /// A free client begins the next operation.
    fn begin(&mut self, cx: &mut impl Context<Self>, intended: Time, client: u32) {
        self.begun += 1;
        let number = self.begun;
        let (asked, key) = self.choose(number);
        if self.config.operations.as_ref().is_some_and(|operations| !operations.contains(number)) {
            return self.think(cx, client);
        }
        let node = self.router.first(self.draw(number, Draw::Route));
        if self.open.is_full(CLIENTS_MAX) {
            return self.turn_away(
                cx,
                client,
                ClientNote::Invoked {
                    slot: SessionId::slot(cx.incarnation(), CLIENTS_MAX),
                    sequence: self.turned_away + 1,
                    number,
                    server: node,
                    intended,
                    asked,
                },
            );
        }
        let (slot, sequence) =
            self.open.open(Open { number, asked, key, node, attempts: 1, client, has_acted: false });
        let session = SessionId::slot(cx.incarnation(), slot);
        cx.note(ClientNote::Invoked { slot: session, sequence, number, server: node, intended, asked });
        self.ask(cx, slot);
        cx.arm(ClientTimer::Patience(slot), self.config.timeout);
    }

    /// Ends an operation for which there is no client, before it is sent: that many are open, or ended unknown.
    fn turn_away(&mut self, cx: &mut impl Context<Self>, client: u32, invoked: ClientNote) {
        self.turned_away += 1;
        cx.note(invoked);
        let slot = SessionId::slot(cx.incarnation(), CLIENTS_MAX);
        let outcome = Outcome::Fail(Reason::Unavailable);
        cx.note(ClientNote::Returned { slot, outcome, attempts: 0 });
        self.think(cx, client);
    }

    /// What operation `number` asks, and the key it concerns.
    fn choose(&mut self, number: u32) -> (Asked, Key) {
        let key_bits = self.draw(number, Draw::Key);
        let mix = match &self.config.target {
            Target::Store { mix, .. } => mix,
            Target::Service(calls) => {
                let key = self.config.keys.draw(key_bits, self.writes, false);
                let path = match calls.weights.as_slice() {
                    [_] => 0,
                    weights => pick(weights.iter().copied(), self.share(number, Draw::Path)),
                };
                return (Asked::Call { path: path as u16 }, key);
            }
        };
        let kind = pick(mix.iter().map(|(_, weight)| *weight), self.share(number, Draw::Kind));
        let kind = mix[kind].0;
        let is_write = kind != OpKind::Read;
        let key = self.config.keys.draw(key_bits, self.writes, is_write);
        self.writes += u32::from(is_write);
        let value = self.config.writer.value(number);
        let op = match kind {
            OpKind::Read => Op::Read { key },
            OpKind::Write => Op::Write { key, value },
            OpKind::Cas => Op::Cas { key, expected: self.known[key.0 as usize], new: value },
            OpKind::Append => Op::Append { key, value },
            OpKind::Propose => Op::Propose { key, value },
        };
        (Asked::Store(op), key)
    }

    /// Sends the operation in `slot` to the node it has chosen.
    fn ask(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let Some((sequence, open)) = self.open.get_slot(slot) else { return };
        let session = SessionId::slot(cx.incarnation(), slot);
        let message = match (open.asked, &self.config.target) {
            (Asked::Store(op), Target::Store { size, .. }) => {
                let size = if op.kind() == OpKind::Read { 0 } else { *size };
                ServiceMessage::Request(Request { slot: session, sequence, op, size })
            }
            (Asked::Call { path }, Target::Service(calls)) => {
                if !is_connected(&mut self.connections, calls, slot, open.node) {
                    ServiceMessage::Control(Control::Connect { slot: session, sequence })
                } else {
                    let class = calls.first + path;
                    ServiceMessage::Call(Call {
                        slot: session,
                        sequence,
                        number: open.number,
                        key: open.key,
                        span: 0,
                        bytes: calls.protocol.call_bytes + calls.classes.0[usize::from(class)].bytes,
                        class,
                        depth: 0,
                        is_one_way: calls.protocol.is_one_way,
                    })
                }
            }
            (Asked::Store(_), Target::Service(_)) | (Asked::Call { .. }, Target::Store { .. }) => {
                unreachable!("what is chosen is what the target takes")
            }
        };
        cx.send(open.node, message);
    }

    fn replied(&mut self, cx: &mut impl Context<Self>, from: NodeId, reply: Reply) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), reply.slot) else { return };
        let Some(open) = self.open.get(slot, reply.sequence) else { return };
        match reply.response {
            Response::Ok(answer) => {
                learn(&mut self.known, open.asked, answer);
                self.finish(cx, slot, Outcome::Ok(answer));
            }
            // A node that was given up has nothing to say but an answer.
            Response::Redirect { .. } | Response::Rejected if from != open.node => {}
            Response::Redirect { leader } => {
                let (node, at_once) = self.router.after_redirect(from, leader);
                open.node = node;
                match at_once {
                    true => self.ask(cx, slot),
                    false => cx.arm(ClientTimer::Again(slot), REDIRECT_BACKOFF),
                }
            }
            Response::Rejected => cx.arm(ClientTimer::Again(slot), REDIRECT_BACKOFF),
        }
    }

    fn answered(&mut self, cx: &mut impl Context<Self>, answered: Answered) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), answered.slot) else { return };
        if self.open.get(slot, answered.sequence).is_some() {
            self.finish(cx, slot, answered.status.outcome(answered.is_void));
        }
    }

    /// The connection that a call waits for is open.
    fn connected(&mut self, cx: &mut impl Context<Self>, from: NodeId, slot: u32, sequence: u32) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), slot) else { return };
        if self.open.get(slot, sequence).is_some_and(|open| open.node == from) {
            self.connections[slot as usize] = Some(from);
            self.ask(cx, slot);
        }
    }

    /// An attempt of a call has failed before its time: another node is asked at once, if it may be.
    fn failed(&mut self, cx: &mut impl Context<Self>, slot: u32, status: Status, is_void: bool) {
        let Some((_, open)) = self.open.get_slot(slot) else { return };
        open.has_acted |= !is_void;
        if open.attempts >= self.config.attempts {
            let outcome = status.outcome(!open.has_acted);
            return self.finish(cx, slot, outcome);
        }
        self.overdue(cx, slot);
    }

    fn overdue(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let Some((_, open)) = self.open.get_slot(slot) else { return };
        let next = self.router.after_timeout(open.node);
        if open.attempts >= self.config.attempts {
            return self.finish(cx, slot, Outcome::Unknown(Reason::Timeout));
        }
        open.node = next;
        open.attempts += 1;
        open.has_acted = true;
        cx.disarm(ClientTimer::Again(slot));
        self.ask(cx, slot);
        cx.arm(ClientTimer::Patience(slot), self.config.timeout);
    }

    fn finish(&mut self, cx: &mut impl Context<Self>, slot: u32, outcome: Outcome) {
        // A session of a store ends with an unknown outcome; a call of a service belongs to none.
        let closed = match (outcome, &self.config.target) {
            (Outcome::Unknown(_), Target::Store { .. }) => self.open.retire(slot),
            (Outcome::Unknown(_), Target::Service(_)) | (Outcome::Ok(_) | Outcome::Fail(_), _) => {
                self.open.close_slot(slot)
            }
        };
        let Open { attempts, client, .. } = closed.expect("only open operations finish");
        cx.disarm(ClientTimer::Patience(slot));
        cx.disarm(ClientTimer::Again(slot));
        cx.note(ClientNote::Returned { slot: SessionId::slot(cx.incarnation(), slot), outcome, attempts });
        self.think(cx, client);
    }
}

/// Which of so many with these weights is at `u` in (0, 1).
fn pick(weights: impl ExactSizeIterator<Item = f64> + Clone, u: f64) -> usize {
    let last = weights.len() - 1;
    let mut left = u * weights.clone().sum::<f64>();
    for (position, weight) in weights.enumerate() {
        if left < weight {
            return position;
        }
        left -= weight;
    }
    last
}

/// Whether the client in `slot` has a connection to `node`, where it takes one to call.
fn is_connected(connections: &mut Vec<Option<NodeId>>, calls: &Calls, slot: u32, node: NodeId) -> bool {
    if calls.protocol.connections == Connections::Standing {
        return true;
    }
    let slot = slot as usize;
    if slot >= connections.len() {
        connections.resize(slot + 1, None);
    }
    connections[slot] == Some(node)
}

/// Remembers what a key holds, for later compare-and-sets.
fn learn(known: &mut [Value], asked: Asked, answer: Answer) {
    let Asked::Store(op) = asked else { return };
    let value = match (op, answer) {
        (Op::Write { value, .. } | Op::Cas { new: value, .. } | Op::Propose { value, .. }, Answer::Done) => {
            value
        }
        (_, Answer::Read(reading) | Answer::Mismatch(reading)) => reading.last,
        (Op::Read { .. } | Op::Append { .. }, Answer::Done) => return,
    };
    known[op.key().0 as usize] = value;
}
