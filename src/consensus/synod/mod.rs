//! Single-decree Paxos: nodes that agree on one value, once ("The Part-Time Parliament", §2, the Synod; "Paxos Made Simple",
//! §2).
//!
//! Each node plays all three parts: [`proposer`], [`acceptor`] and [`learner`]. To clients it is a register that is written
//! once: a proposal is answered with what is chosen, be it that or another; a read asks whether anything is.
//!
//! ```text
//! phase 1a  proposer -> acceptors   prepare b      promise to accept nothing below b
//! phase 1b  acceptor -> proposer    promise b      and what it accepted in the highest ballot below
//! phase 2a  proposer -> acceptors   accept b, v    v: of the highest ballot told of, else its own
//! phase 2b  acceptor -> learners    accepted b, v  chosen, once a quorum has said so of one b
//! ```
//!
//! Why two values are never chosen: let `v` be chosen in ballot `b` by the acceptors of a quorum `Q`. Take the least ballot
//! above `b` that proposes another value. Its promises came from a quorum, which has an acceptor in common with `Q`. That one
//! had accepted `v` in `b` when it promised, for after the promise it would have refused. So the proposer was told of a ballot
//! of at least `b`, below its own; the highest such, by the choice of the least, proposed `v`; and so did it.

pub mod bugs;
pub mod message;
pub mod options;

mod acceptor;
mod learner;
mod proposer;
mod waiting;

use crate::consensus::bugs::Bugs;
use crate::consensus::group_commit::GroupCommit;
use crate::consensus::replica;
use crate::kernel::{
    Area, Context, Description, DiskError, DiskToken, Durable, Name, NodeId, Process, Write,
};
use crate::model::halt::Halt;
use crate::model::history::SessionId;
use crate::model::membership::{Roster, Slots};
use crate::model::note::ConsensusNote;
use crate::model::synod::{Ballot, SynodNote, Vote};

pub use message::Message;
pub use options::{Config, Learning, Options, ReadMode};

use learner::Learner;
use proposer::{Phase, Proposer};
use waiting::Waiting;

/// The cell on disk that holds what a node must remember.
pub const MEMORY: Area = Area(0);

/// What a node must remember, or others cannot rely on what it said ("Paxos Made Simple", §2.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    /// Proposer: the highest ballot that it took.
    pub tried: Ballot,
    /// Acceptor: the highest ballot that it promised.
    pub promised: Ballot,
    /// Acceptor: what it accepted in the highest ballot.
    pub accepted: Option<Vote>,
}

/// Names of a node's timers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timer {
    /// A quorum's answer to its ballot is overdue.
    Phase,
    /// It has waited long enough to try another ballot.
    Backoff,
    /// It still knows of nothing chosen.
    Ask,
}

impl Name for Timer {
    fn index(self) -> u32 {
        self as u32
    }

    fn named(index: u32) -> Self {
        match index {
            0 => Timer::Phase,
            1 => Timer::Backoff,
            _ => Timer::Ask,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Timer::Phase => "phase",
            Timer::Backoff => "backoff",
            Timer::Ask => "ask",
        }
    }
}

/// Whether others may rely on what a node says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// They may.
    Whole,
    /// Its disk was replaced: it cannot know what it promised, and never votes or proposes again. It learns.
    Forgetful,
    /// It does not know what its disk holds, and says nothing until it is restarted.
    Halted,
}

/// What waits for a sync.
#[derive(Clone, Copy, Debug)]
enum Due {
    Message(Message),
    Note(SynodNote),
}

/// A node: proposer, acceptor and learner.
#[derive(Clone, Debug)]
pub struct Synod {
    roster: Roster,
    slot: usize,
    options: Options,
    standing: Standing,
    memory: Memory,
    /// Whether `memory` is not written yet.
    memory_is_stale: bool,
    /// The sync that covers its last change.
    memory_sync: u64,
    commits: GroupCommit<Due>,
    proposer: Proposer,
    learner: Learner,
    waiting: Waiting,
}

impl Process for Synod {
    type Config = Config;
    type Message = replica::Message<Message>;
    type Timer = Timer;
    type Record = Memory;
    type Note = ConsensusNote;

    fn boot(cx: &mut impl Context<Self>, config: &Config, disk: &Durable<Memory>) -> Self {
        let slot = config.roster.slot(cx.me()).expect("a node boots in its own group");
        let mut node = Synod {
            roster: config.roster.clone(),
            slot,
            options: config.options.clone(),
            standing: Standing::Whole,
            memory: Memory::default(),
            memory_is_stale: false,
            memory_sync: 0,
            commits: GroupCommit::default(),
            proposer: Proposer::new(),
            learner: Learner::default(),
            waiting: Waiting::default(),
        };
        node.restore(cx, disk);
        node
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Self::Message) {
        match message {
            replica::Message::Peer(message) => self.on_peer(cx, from, message),
            replica::Message::Request(request) => {
                self.on_request(cx, SessionId { node: from, slot: request.slot }, request);
            }
            // A node asks nobody, and there is nothing about it that an operator could change.
            replica::Message::Reply(_) | replica::Message::Order(_) | replica::Message::OrderReply(_) => {
                return;
            }
        }
        self.flush(cx);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: Timer) {
        match timer {
            Timer::Phase => self.on_phase_timeout(cx),
            Timer::Backoff => self.on_backoff_over(cx),
            Timer::Ask => self.ask_others(cx),
        }
        self.flush(cx);
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        if let Err(error) = result {
            return self.halt(cx, Halt::SyncFailed(error));
        }
        self.commits.complete(token);
        let mut due = Vec::new();
        self.commits.release(|to, one| due.push((to, one)));
        due.into_iter().for_each(|(to, one)| self.deliver(cx, to, one));
        self.prepare_if_durable(cx);
        self.flush(cx);
    }

    fn describe(&self, out: &mut Description) {
        out.say(
            "role",
            match self.standing {
                Standing::Whole => self.proposer.phase.name(),
                Standing::Forgetful => "forgetful",
                Standing::Halted => "halted",
            },
        );
        let ballot = |ballot: Ballot| ballot.some().map(|ballot| ballot.to_string());
        let vote = |vote: Option<Vote>| vote.map(|vote| format!("{} in {}", vote.value.0, vote.ballot));
        out.say("ballot", self.proposer.phase.ballot().map(|ballot| ballot.to_string()));
        if let Phase::Preparing { promised_by, .. } = self.proposer.phase {
            out.say("promised_by", promised_by.numbers());
        }
        out.say("tried", ballot(self.memory.tried));
        out.say("promised", ballot(self.memory.promised));
        out.say("accepted", vote(self.memory.accepted));
        out.say("chosen", vote(self.learner.learned));
        if let Some((ballot, acceptors)) = self.learner.fullest() {
            out.say("most_accepted", format!("ballot {ballot} by {}", acceptors.numbers()));
        }
        out.say("clients_waiting", self.waiting.len());
    }
}

impl Synod {
    /// What it knows to be chosen.
    pub fn chosen(&self) -> Option<Vote> {
        self.learner.learned
    }

    /// What its disk will hold when what it wrote is durable.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// What its proposer is about, and in which ballot.
    pub fn proposing(&self) -> (&'static str, Option<Ballot>) {
        (self.proposer.phase.name(), self.proposer.phase.ballot())
    }

    /// The promises that a proposer in phase 1 has, and needs.
    pub fn votes(&self) -> Option<(usize, usize)> {
        match self.proposer.phase {
            Phase::Preparing { promised_by, .. } => {
                Some((promised_by.len(), self.options.quorums.q1(self.roster.len())))
            }
            Phase::Idle | Phase::Numbering { .. } | Phase::Proposing { .. } | Phase::BackingOff => None,
        }
    }

    /// Whether its acceptor and its proposer take part.
    fn may_vote(&self) -> bool {
        self.standing == Standing::Whole
    }

    fn bugs(&self) -> Bugs {
        self.options.bugs
    }

    /// Reads the disk, and tells what it held.
    fn restore(&mut self, cx: &mut impl Context<Self>, disk: &Durable<Memory>) {
        match disk.last(MEMORY) {
            Ok(memory) => self.memory = memory.copied().unwrap_or_default(),
            // It was durable once, and may have been told to somebody.
            Err(damage) => return self.halt(cx, Halt::Metadata(damage)),
        }
        if disk.is_replacement() && !self.bugs().has(bugs::AMNESIA) {
            self.standing = Standing::Forgetful;
            cx.note(ConsensusNote::Recovering);
        } else if cx.incarnation() > 1 {
            let Memory { promised, accepted, .. } = self.memory;
            cx.note(ConsensusNote::Synod(SynodNote::Remembers {
                promised,
                accepted: acceptor::noted(accepted),
            }));
        }
        let (all, quorum) = (self.roster.slots(), self.options.quorums.noted_q2(self.roster.len()));
        cx.note(ConsensusNote::Configured { voters: all, outgoing: Slots::NONE, quorum });
        cx.arm(Timer::Ask, self.options.ask_interval);
    }

    fn on_peer(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Message) {
        let Some(slot) = self.roster.slot(from).filter(|_| self.standing != Standing::Halted) else { return };
        match message {
            Message::Prepare { ballot } => self.on_prepare(cx, from, ballot),
            Message::Promise { ballot, accepted } => self.on_promise(cx, slot, ballot, accepted),
            Message::Accept(vote) => self.on_accept(cx, from, vote),
            Message::Accepted(vote) => self.on_accepted(cx, slot, vote),
            Message::Refused { ballot, promised } => self.on_refused(cx, ballot, promised),
            Message::Chosen(vote) => self.learn(cx, vote),
            Message::Ask => match self.learner.learned {
                Some(vote) => send(cx, from, Message::Chosen(vote)),
                None => self.tell_accepted(cx, from),
            },
        }
    }

    /// An acceptor accepted: chosen, once enough have in one ballot.
    fn on_accepted(&mut self, cx: &mut impl Context<Self>, slot: usize, vote: Vote) {
        if self.learner.learned.is_some() {
            return;
        }
        let mut acceptors = self.learner.count(slot, vote);
        if self.bugs().has(bugs::COUNT_ACROSS_BALLOTS) {
            acceptors = self.learner.acceptors_in_any_ballot(vote);
        }
        if acceptors.len() < self.options.quorums.q2(self.roster.len()) {
            return;
        }
        self.learn(cx, vote);
        if self.options.learning == Learning::Distinguished && vote.ballot.slot() == self.slot {
            self.send_to_others(cx, Message::Chosen(vote));
        }
    }

    /// It knows: all who wait are told, and its proposer is done.
    fn learn(&mut self, cx: &mut impl Context<Self>, vote: Vote) {
        if self.learner.learned.is_some() {
            return;
        }
        cx.note(ConsensusNote::Synod(SynodNote::Learned { ballot: vote.ballot, value: vote.value }));
        self.learner.learn(vote);
        self.rest(cx);
        cx.disarm(Timer::Ask);
        self.answer_all(cx, vote.value);
    }

    /// A message that tells a learner of what is chosen may be lost ("Paxos Made Simple", §2.3): it asks until it knows.
    fn ask_others(&mut self, cx: &mut impl Context<Self>) {
        if self.learner.learned.is_none() && self.standing != Standing::Halted {
            self.send_to_others(cx, Message::Ask);
            cx.arm(Timer::Ask, self.options.ask_interval);
        }
    }

    fn send_to_others(&mut self, cx: &mut impl Context<Self>, message: Message) {
        let others = self.roster.slots().without(Slots::one(self.slot));
        others.iter().for_each(|slot| send(cx, self.roster.node(slot), message));
    }

    /// `memory` changed: it is written when the handler ends.
    fn memory_changed(&mut self) {
        self.memory_is_stale = true;
        self.memory_sync = self.commits.next_sync();
    }

    /// Sends, or hears itself, once the sync of this number is done.
    fn send_after(&mut self, cx: &mut impl Context<Self>, sync: u64, to: NodeId, message: Message) {
        self.after(cx, sync, to, Due::Message(message));
    }

    /// Tells the observers once the sync of this number is done.
    fn tell_after(&mut self, cx: &mut impl Context<Self>, sync: u64, note: SynodNote) {
        self.after(cx, sync, cx.me(), Due::Note(note));
    }

    fn after(&mut self, cx: &mut impl Context<Self>, sync: u64, to: NodeId, due: Due) {
        if self.commits.is_done(sync) {
            self.deliver(cx, to, due);
        } else {
            self.commits.hold(sync, to, due);
        }
    }

    fn deliver(&mut self, cx: &mut impl Context<Self>, to: NodeId, due: Due) {
        match due {
            Due::Note(note) => cx.note(ConsensusNote::Synod(note)),
            Due::Message(message) if to == cx.me() => self.on_peer(cx, to, message),
            Due::Message(message) => send(cx, to, message),
        }
    }

    /// Writes what changed, and asks for a sync if there is something to sync and none is under way.
    fn flush(&mut self, cx: &mut impl Context<Self>) {
        if std::mem::take(&mut self.memory_is_stale) {
            cx.write(MEMORY, Write::Replace(self.memory));
            self.commits.wrote(MEMORY);
        }
        if self.standing != Standing::Halted
            && let Some((areas, token)) = self.commits.begin()
        {
            cx.sync(areas, token);
        }
    }

    /// Says nothing any more until it is restarted.
    fn halt(&mut self, cx: &mut impl Context<Self>, why: Halt) {
        if self.standing != Standing::Halted {
            self.rest(cx);
            self.standing = Standing::Halted;
            cx.disarm(Timer::Ask);
            cx.note(ConsensusNote::Halted { why });
        }
    }
}

fn send(cx: &mut impl Context<Synod>, to: NodeId, message: Message) {
    cx.send(to, replica::Message::Peer(message));
}
