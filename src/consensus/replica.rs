//! A replica of a store on any replicated log: applies what the log commits, answers clients, serves reads, takes
//! and installs snapshots (Raft §7, §8; dissertation §6). Consensus below knows neither keys nor clients.
//!
//! - A write is answered by the node that proposed it, when it applies it; a client that asks another node is
//!   redirected to the leader, never forwarded.
//! - A retry of what was applied is answered from the session table, by any node. A retry of what is in the
//!   leader's log already is not appended again. A retry at another leader is: sessions apply it once (§6.3).
//! - What another leader overwrote had no effect, and its client is told so.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::kernel::{
    self, Context, Description, DiskError, DiskToken, Durable, Embed, Lift, NodeId, Process, WorkToken,
};
use crate::model::history::SessionId;
use crate::model::log::{Command, LogIndex};
use crate::model::note::ConsensusNote;
use crate::model::op::{Answer, Key, Op};
use crate::model::operation::{Order, OrderReply, Progress};
use crate::model::request::{HEADER_BYTES, Reply, Request, Response};
use crate::model::sessions::Sessions;
use crate::model::store::{Applied, Store};

use super::bugs::{Bug, Bugs};
use super::replicated_log::{Barrier, BarrierState, Confirmation, Refusal, ReplicatedLog};

/// No operation is recognised as applied before: a retry takes effect again.
pub const SESSIONS_OFF: Bugs = Bugs::row(0);

/// The host's bug switches, in the order of their rows.
pub const TABLE: [Bug; 1] = [Bug {
    name: "client-sessions-off",
    doc: "The store keeps no client sessions, so that a retry whose first attempt also commits applies twice.",
    source: "MongoDB SERVER-48307, TiDB 2.1.7 (Jepsen)",
    caught_by: &["exactly-once", "linearizable"],
}];

/// How a replica serves reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadMode {
    /// Through the log, as a write.
    Log,
    /// By the leader, once a majority has confirmed that it still leads (dissertation §6.4).
    ReadIndex,
    /// By the leader, at once while its lease lasts (dissertation §6.4.1): trusts the bound on clock drift.
    Lease,
    /// By any node; one that does not lead asks the leader for the read index and waits until it has applied that
    /// (dissertation §6.4).
    Follower,
    /// By any node, at once, from whatever it has applied. Deliberately unsafe.
    Local,
}

impl ReadMode {
    /// Every mode, in the order of the documentation.
    pub const ALL: [ReadMode; 5] =
        [ReadMode::Log, ReadMode::ReadIndex, ReadMode::Lease, ReadMode::Follower, ReadMode::Local];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            ReadMode::Log => "log",
            ReadMode::ReadIndex => "read-index",
            ReadMode::Lease => "lease",
            ReadMode::Follower => "follower",
            ReadMode::Local => "local",
        }
    }
}

/// What a replica is told at boot.
#[derive(Clone, Debug)]
pub struct Config<C: ReplicatedLog> {
    /// For the protocol.
    pub core: C::Config,
    /// For the host.
    pub options: Options,
}

/// The host's knobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How reads are served.
    pub reads: ReadMode,
    /// Entries applied between two snapshots; `None` takes none.
    pub snapshot_every: Option<u64>,
    /// Most reads that may wait; more are refused.
    pub waiting_reads_max: u32,
    /// Bugs of [`TABLE`] switched on.
    pub bugs: Bugs,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            reads: ReadMode::ReadIndex,
            snapshot_every: Some(4096),
            waiting_reads_max: 16 * 1024,
            bugs: Bugs::NONE,
        }
    }
}

/// What goes between replicas, and between them and clients.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message<M> {
    /// The protocol's own.
    Peer(M),
    /// A client's request.
    Request(Request),
    /// The answer to one.
    Reply(Reply),
    /// An operator's order.
    Order(Rc<Order>),
    /// The answer to one.
    OrderReply(OrderReply),
}

impl<M: kernel::Message> kernel::Message for Message<M> {
    fn kind(&self) -> u16 {
        match self {
            Message::Request(_) => 0,
            Message::Reply(_) => 1,
            Message::Order(_) => 2,
            Message::OrderReply(_) => 3,
            Message::Peer(message) => 4 + message.kind(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Message::Request(_) => "request",
            Message::Reply(_) => "reply",
            Message::Order(_) => "order",
            Message::OrderReply(_) => "order-reply",
            Message::Peer(message) => message.name(),
        }
    }

    fn size(&self) -> u32 {
        match self {
            Message::Request(request) => HEADER_BYTES + size_of::<Request>() as u32 + request.size,
            Message::Reply(_) => HEADER_BYTES + size_of::<Reply>() as u32,
            Message::Order(_) => Order::WIRE_SIZE,
            Message::OrderReply(_) => OrderReply::WIRE_SIZE,
            Message::Peer(message) => message.size(),
        }
    }
}

const _: () = {
    assert!(size_of::<Message<super::raft::Message>>() <= 32, "a message must fit the wire");
    assert!(size_of::<Message<super::multi_paxos::Message>>() <= 32, "a message must fit the wire");
};

/// A replica of a store, whose log is replicated by `C`.
#[derive(Clone, Debug)]
pub struct Replica<C> {
    core: C,
    options: Options,
    store: Store,
    last_applied: LogIndex,
    /// When the newest snapshot was taken, as an index.
    snapshot_index: LogIndex,
    /// Answers owed to clients, for operations proposed here. A session has one open operation.
    owed: Sessions<Option<Owed>>,
    /// Where those operations were put into the log, in the order of proposing.
    proposed: VecDeque<(LogIndex, SessionId)>,
    /// Reads that wait, oldest first.
    reads: VecDeque<Waiting>,
    /// The order that is being worked on, and who gave it.
    order: Option<(NodeId, Order)>,
}

#[derive(Clone, Copy, Debug)]
struct Owed {
    sequence: u32,
    index: LogIndex,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    barrier: Barrier,
    session: SessionId,
    sequence: u32,
    key: Key,
}

impl<C: ReplicatedLog> Process for Replica<C> {
    type Config = Config<C>;
    type Message = Message<C::Message>;
    type Timer = C::Timer;
    type Record = C::Record;
    type Note = ConsensusNote;

    fn boot(cx: &mut impl Context<Self>, config: &Config<C>, disk: &Durable<C::Record>) -> Self {
        let mut replica = Replica {
            core: C::boot(&mut Lift::new(cx), &config.core, disk),
            options: config.options,
            store: Store::new(),
            last_applied: LogIndex(0),
            snapshot_index: LogIndex(0),
            owed: Sessions::new(),
            proposed: VecDeque::new(),
            reads: VecDeque::new(),
            order: None,
        };
        replica.advance(cx);
        replica
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Self::Message) {
        match message {
            Message::Peer(message) => self.core.on_message(&mut Lift::new(cx), from, message),
            Message::Request(request) => self.on_request(cx, from, request),
            Message::Order(order) => self.on_order(from, &order),
            Message::Reply(_) | Message::OrderReply(_) => return, // A replica asks nobody.
        }
        self.advance(cx);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: C::Timer) {
        self.core.on_timer(&mut Lift::new(cx), timer);
        self.advance(cx);
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        self.core.on_disk(&mut Lift::new(cx), token, result);
        self.advance(cx);
    }

    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        self.core.on_computed(&mut Lift::new(cx), token);
        self.advance(cx);
    }

    fn describe(&self, out: &mut Description) {
        self.core.describe(out);
        out.say("last_applied", self.last_applied.0);
        out.say("answers_owed", self.owed.iter().flatten().count());
        out.say("reads_waiting", self.reads.len());
    }
}

impl<C: ReplicatedLog> Embed<C> for Replica<C> {
    fn message(message: C::Message) -> Self::Message {
        Message::Peer(message)
    }

    fn timer(timer: C::Timer) -> C::Timer {
        timer
    }

    fn record(record: C::Record) -> C::Record {
        record
    }

    fn note(note: ConsensusNote) -> ConsensusNote {
        note
    }

    fn lower(record: &C::Record) -> C::Record {
        record.clone()
    }
}

impl<C: ReplicatedLog> Replica<C> {
    /// The protocol.
    pub fn core(&self) -> &C {
        &self.core
    }

    /// The state machine.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The last index that the state machine has applied.
    pub fn last_applied(&self) -> LogIndex {
        self.last_applied
    }

    fn on_request(&mut self, cx: &mut impl Context<Self>, from: NodeId, request: Request) {
        let session = SessionId { node: from, slot: request.slot };
        match (request.op, self.options.reads) {
            (Op::Read { key }, ReadMode::Local) => self.serve(cx, session, request.sequence, key),
            (Op::Read { key }, ReadMode::ReadIndex) => {
                self.begin_read(cx, session, request.sequence, key, Confirmation::Round);
            }
            (Op::Read { key }, ReadMode::Lease) => {
                self.begin_read(cx, session, request.sequence, key, Confirmation::Lease);
            }
            (Op::Read { key }, ReadMode::Follower) => {
                self.begin_read(cx, session, request.sequence, key, Confirmation::Forwarded);
            }
            (Op::Read { .. }, ReadMode::Log)
            | (Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } | Op::Propose { .. }, _) => {
                self.propose(cx, session, request);
            }
        }
    }

    fn propose(&mut self, cx: &mut impl Context<Self>, session: SessionId, request: Request) {
        let Request { sequence, op, size, .. } = request;
        if self.has_sessions() {
            match self.store.answered(session, sequence) {
                Some(Applied::Before(answer)) => {
                    return reply(cx, session, sequence, Response::Ok(answer));
                }
                Some(Applied::Now(_) | Applied::Nothing | Applied::Stale) => return, // Nobody waits for it.
                None => {}
            }
            if self.core.leader() == Some(cx.me()) && self.has_in_log(session, sequence) {
                return; // Its answer is on the way.
            }
        }
        let command = Command::Apply { session, sequence, op, size };
        match self.core.propose(&mut Lift::new(cx), command) {
            Ok(index) => {
                *self.owed.entry(session) = Some(Owed { sequence, index });
                self.proposed.push_back((index, session));
            }
            Err(refusal) => reply(cx, session, sequence, refused(refusal)),
        }
    }

    /// Whether the operation was proposed here and still stands where it was put.
    fn has_in_log(&self, session: SessionId, sequence: u32) -> bool {
        let Some(&Some(owed)) = self.owed.get(session) else { return false };
        let is_it = |command: &Command| match command {
            Command::Apply { session: whose, sequence: which, .. } => (*whose, *which) == (session, sequence),
            Command::Noop | Command::Reconfigure(_) => false,
        };
        owed.sequence == sequence && self.core.entry(owed.index).is_some_and(|entry| is_it(&entry.command))
    }

    fn begin_read(
        &mut self,
        cx: &mut impl Context<Self>,
        session: SessionId,
        sequence: u32,
        key: Key,
        how: Confirmation,
    ) {
        if self.reads.len() >= self.options.waiting_reads_max as usize {
            return reply(cx, session, sequence, Response::Rejected);
        }
        match self.core.barrier(&mut Lift::new(cx), how) {
            Ok(barrier) => self.reads.push_back(Waiting { barrier, session, sequence, key }),
            Err(refusal) => reply(cx, session, sequence, refused(refusal)),
        }
    }

    /// Does what the protocol's last step made possible.
    fn advance(&mut self, cx: &mut impl Context<Self>) {
        self.install_snapshot(cx);
        while self.last_applied < self.core.commit_index() {
            let index = self.last_applied.next();
            let Some(entry) = self.core.entry(index) else { break };
            let command = entry.command;
            self.last_applied = index;
            self.apply(cx, index, &command);
        }
        self.serve_reads(cx);
        self.take_snapshot(cx);
        if self.order.is_some() {
            self.pursue_order(cx);
        }
    }

    /// Replaces the state by the protocol's snapshot if that is ahead: after a restart, or when it came from a
    /// leader.
    fn install_snapshot(&mut self, cx: &mut impl Context<Self>) {
        let Some(snapshot) = self.core.snapshot() else { return };
        if snapshot.last.index <= self.last_applied {
            return;
        }
        self.store = snapshot.state.clone();
        self.last_applied = snapshot.last.index;
        self.snapshot_index = snapshot.last.index;
        self.answer_passed(cx);
    }

    fn apply(&mut self, cx: &mut impl Context<Self>, index: LogIndex, command: &Command) {
        let applied = self.store.apply(command, self.has_sessions());
        if let Command::Apply { session, sequence, .. } = *command {
            if matches!(applied, Applied::Now(_)) {
                cx.note(ConsensusNote::Applied { index, session, sequence });
            }
            if self.pay_off(session, |owed| owed.sequence == sequence).is_some() {
                match applied {
                    Applied::Now(answer) | Applied::Before(answer) => {
                        reply(cx, session, sequence, Response::Ok(answer));
                    }
                    Applied::Stale | Applied::Nothing => {} // Nobody waits for it.
                }
            }
        }
        self.answer_passed(cx);
    }

    /// Answers for proposals whose place in the log is applied, but not by them: another leader overwrote them,
    /// or a snapshot covers them and its sessions tell.
    fn answer_passed(&mut self, cx: &mut impl Context<Self>) {
        while let Some(&(index, session)) = self.proposed.front()
            && index <= self.last_applied
        {
            self.proposed.pop_front();
            let Some(Owed { sequence, .. }) = self.pay_off(session, |owed| owed.index == index) else {
                continue; // Answered, or proposed again.
            };
            match self.store.answered(session, sequence) {
                Some(Applied::Before(answer)) => reply(cx, session, sequence, Response::Ok(answer)),
                Some(Applied::Now(_) | Applied::Nothing | Applied::Stale) => {} // Nobody waits for it.
                None => {
                    let leader = self.core.leader();
                    reply(cx, session, sequence, Response::Redirect { leader });
                }
            }
        }
    }

    /// What the session is owed, if it is this: from now on it is owed nothing.
    #[inline]
    fn pay_off(&mut self, session: SessionId, is_it: impl Fn(&Owed) -> bool) -> Option<Owed> {
        self.owed.get_mut(session)?.take_if(|owed| is_it(owed))
    }

    fn serve_reads(&mut self, cx: &mut impl Context<Self>) {
        while let Some(&Waiting { barrier, session, sequence, key }) = self.reads.front() {
            match self.core.barrier_state(&barrier) {
                BarrierState::Confirmed(index) if index <= self.last_applied => {
                    self.serve(cx, session, sequence, key);
                }
                BarrierState::Confirmed(_) | BarrierState::Waiting => return,
                BarrierState::Lost => {
                    let leader = self.core.leader();
                    reply(cx, session, sequence, Response::Redirect { leader });
                }
            }
            self.reads.pop_front();
        }
    }

    fn serve(&mut self, cx: &mut impl Context<Self>, session: SessionId, sequence: u32, key: Key) {
        cx.note(ConsensusNote::Served { index: self.last_applied, session, sequence });
        reply(cx, session, sequence, Response::Ok(Answer::Read(self.store.read(key))));
    }

    /// An operator wants something. It asks again until it is told that it is done, or cannot be; a new order replaces
    /// the one before.
    fn on_order(&mut self, from: NodeId, order: &Order) {
        self.order = Some((from, *order));
    }

    /// Answers an order once it is done, or cannot be done here.
    fn pursue_order(&mut self, cx: &mut impl Context<Self>) {
        let Some((from, Order { number, operation })) = self.order else { return };
        let progress = self.core.operate(&mut Lift::new(cx), operation);
        if progress != Progress::Working {
            self.order = None;
            cx.send(from, Message::OrderReply(OrderReply { number, progress }));
        }
    }

    fn take_snapshot(&mut self, cx: &mut impl Context<Self>) {
        let Some(every) = self.options.snapshot_every else { return };
        if self.last_applied.0 - self.snapshot_index.0 >= every {
            self.snapshot_index = self.last_applied;
            self.core.compact(&mut Lift::new(cx), self.last_applied, self.store.clone());
        }
    }

    fn has_sessions(&self) -> bool {
        !self.options.bugs.has(SESSIONS_OFF)
    }
}

fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::NotLeader { leader } => Response::Redirect { leader },
        Refusal::Full => Response::Rejected,
    }
}

fn reply<C: ReplicatedLog>(
    cx: &mut impl Context<Replica<C>>,
    session: SessionId,
    sequence: u32,
    response: Response,
) {
    cx.send(session.node, Message::Reply(Reply { slot: session.slot, sequence, response }));
}
