//! Multi-Paxos, cut by what its papers say of each part (Lamport 1998, "The part-time parliament"; Lamport 2001, "Paxos made
//! simple"; Chandra, Griesemer and Redstone 2007, "Paxos made live"; van Renesse and Altinbuken 2015, "Paxos made moderately
//! complex"). Every departure is in docs/divergences.md.
//!
//! | file | section |
//! |---|---|
//! | `campaign` | "Paxos made simple" §2.2 phase 1 and §3: once for all slots, by a new leader |
//! | `acceptor` | §2.2 as the acceptor sees it: promises (P1a) and accepts |
//! | `queue` | §2.2 P2c and §3: what must be proposed again, and the gaps |
//! | `proposals` | §2.2 phase 2 and §3 as the leader sees it: one value a slot, pipelined and batched |
//! | `answers`, `progress` | what acceptors tell, and how far each of them is |
//! | `commitment` | §2.3 learning what is chosen, and §3 the window of `alpha` slots |
//! | `persistence` | §2.5 stable storage; what waits for which sync |
//! | `membership` | §3, and Lamport, Malkhi and Zhou 2010: a configuration is in force `alpha` slots after it is chosen |
//! | `transfer` | a leader hands over (as Raft: Ongaro 2014, §3.10) |
//! | `recovery` | a server whose disk was replaced (not in the papers) |
//! | `snapshots` | "Paxos made live" §5.5 snapshots and catching up |
//! | `reads` | "Paxos made live" §5.2 leases; read index as Raft's |
//! | `invariants` | P1 and P2 as assertions that stay on in release |
//!
//! This file holds the server's state and the dispatcher. Clients, sessions and the state machine are the host's:
//! [`super::replica`].

use std::rc::Rc;

use crate::kernel::{Context, Description, DiskError, DiskToken, Durable, Name, NodeId, Process, Time};
use crate::model::halt::Halt;
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::Roster;
use crate::model::note::ConsensusNote;
use crate::model::operation::{Operation, Progress as Answer};
use crate::model::store::Store;

use super::configurations::Configurations;
use super::read_index::Asking;
use super::replicated_log::{
    Barrier, BarrierState, Confirmation, Position, Refusal, ReplicatedLog, Snapshot,
};

mod acceptor;
mod answers;
pub mod bugs;
mod campaign;
mod commitment;
mod description;
mod invariants;
pub mod log;
pub mod membership;
pub mod message;
pub mod options;
pub mod persistence;
mod progress;
mod proposals;
mod queue;
pub mod reads;
mod recovery;
pub mod roles;
mod snapshots;
pub mod transfer;
mod words;

pub use log::Log;
pub use message::Message;
pub use options::{Config, Options};
pub use persistence::Record;
pub use roles::Role;

use membership::Reign;
use persistence::{Durability, Restored};
use recovery::Recovering;
use snapshots::{Fetching, Saving};

/// A server of Multi-Paxos: proposer, acceptor and learner in one.
///
/// A ballot is a [`Term`]: no two servers ever have the same. The term of an entry is the ballot in which its value was
/// first proposed; it is part of the value.
#[derive(Clone, Debug)]
pub struct MultiPaxos {
    options: Rc<Options>,
    roster: Roster,
    me: NodeId,
    /// This server's slot in the group.
    slot: usize,

    // Persistent, as the disk will have it once the next sync is done.
    /// The highest ballot promised; its own, if it is a candidate or leads.
    promised: Term,
    log: Log,
    snapshot: Option<Rc<Snapshot>>,
    /// Where the log was when the configuration in force last changed.
    settled_at: Position,
    /// The first slot of which this server remembers all that it did.
    since: LogIndex,

    // Volatile.
    /// Who takes part, as the snapshot and what is known to be chosen say.
    configurations: Configurations,
    /// Who decides the next slot.
    reign: Reign,
    role: Role,
    commit_index: LogIndex,
    /// Every slot up to here is accepted in the ballot promised, or known to be chosen.
    vouched: LogIndex,
    /// And durably so up to here.
    vouched_durable: LogIndex,
    leader: Option<NodeId>,
    /// When a leader was last heard; at boot, when it booted, as it may have heard one just before.
    heard_at: Option<Time>,
    durability: Durability,
    saving: Option<Saving>,
    fetching: Option<Fetching>,
    /// By slot: the snapshot that is handed out there.
    handing_out: Vec<Option<Rc<Snapshot>>>,
    /// What it asks a leader for, for reads that it serves itself.
    asking: Asking,
    /// Set while its disk is a new one in the place of one that was lost, and it has not been taken in again.
    recovering: Option<Recovering>,
    /// Whether it says nothing more until it is restarted: its disk failed it, or contradicts another's.
    halted: bool,
}

/// The timers of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// No leader was heard, or phase 1 not done, for an election timeout.
    Election,
    /// A leader's heartbeats are due.
    Heartbeat,
    /// A leader asks itself whether it still hears a quorum, and whether others know more than it can find out.
    CheckQuorum,
    /// A transfer of leadership takes too long.
    Transfer,
    /// The leader owes this server an answer about a read.
    ReadIndex,
    /// A server with a new disk asks to be taken in again.
    Rejoin,
    /// A piece of a snapshot is owed.
    Fetch,
    /// The acceptor of this slot owes the leader an answer.
    Retransmit(u32),
}

impl Name for Timer {
    fn index(self) -> u32 {
        match self {
            Timer::Election => 0,
            Timer::Heartbeat => 1,
            Timer::CheckQuorum => 2,
            Timer::Transfer => 3,
            Timer::ReadIndex => 4,
            Timer::Rejoin => 5,
            Timer::Fetch => 6,
            Timer::Retransmit(slot) => 7 + slot,
        }
    }

    fn named(index: u32) -> Timer {
        match index {
            0 => Timer::Election,
            1 => Timer::Heartbeat,
            2 => Timer::CheckQuorum,
            3 => Timer::Transfer,
            4 => Timer::ReadIndex,
            5 => Timer::Rejoin,
            6 => Timer::Fetch,
            slot => Timer::Retransmit(slot - 7),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Timer::Election => "election",
            Timer::Heartbeat => "heartbeat",
            Timer::CheckQuorum => "check-quorum",
            Timer::Transfer => "transfer",
            Timer::ReadIndex => "read-index",
            Timer::Rejoin => "rejoin",
            Timer::Fetch => "fetch",
            Timer::Retransmit(_) => "retransmit",
        }
    }
}

impl Process for MultiPaxos {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Note = ConsensusNote;

    fn boot(cx: &mut impl Context<Self>, config: &Config, disk: &Durable<Record>) -> MultiPaxos {
        let me = cx.me();
        let slot = config.roster.slot(me).expect("a server is booted only as one of its group");
        let (restored, halt) = match persistence::restore(disk, config) {
            Ok(restored) => (restored, None),
            Err(why) => (Restored::nothing(config), Some(why)),
        };
        let Restored { metadata, snapshot, log, configurations, recovering, next_record, first_record } =
            restored;
        let commit_index = log.chosen();
        let mut server = MultiPaxos {
            options: Rc::new(config.options.settled()),
            roster: config.roster.clone(),
            me,
            slot,
            promised: metadata.promised,
            settled_at: metadata.chosen,
            since: metadata.since,
            reign: Reign::new(&configurations, commit_index, &config.options),
            log,
            snapshot,
            configurations,
            role: Role::Follower,
            commit_index,
            vouched: commit_index,
            vouched_durable: commit_index,
            leader: None,
            heard_at: Some(cx.now()),
            durability: Durability::new(next_record),
            saving: None,
            fetching: None,
            handing_out: vec![None; config.roster.len()],
            asking: Asking::default(),
            recovering,
            halted: false,
        };
        if let Some(why) = halt {
            server.halt(cx, why);
            return server;
        }
        server.tell_restored(cx, disk, first_record);
        server.arm_election(cx);
        if server.recovering.is_some() {
            server.ask_to_rejoin(cx);
        }
        server.flush(cx);
        server
    }

    fn describe(&self, out: &mut Description) {
        self.tell_state(out);
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Message) {
        let Some(slot) = self.roster.slot(from) else { return };
        if self.halted || slot == self.slot {
            return;
        }
        let before = self.mark();
        match message {
            Message::PreVote { ballot } => self.on_pre_vote(cx, from, ballot),
            Message::PreVoteReply { ballot, granted } => self.on_pre_vote_reply(cx, slot, ballot, granted),
            Message::Prepare { ballot, from: first, transfer } => {
                self.on_prepare(cx, from, ballot, first, transfer);
            }
            Message::Promise(promise) => self.on_promise(cx, from, slot, &promise),
            Message::Refused { promised, refused } => self.on_refused(cx, promised, refused),
            Message::Accept(accept) => self.on_accept(cx, from, &accept),
            Message::Accepted { ballot, first, count, behind } => {
                self.on_accepted(cx, slot, ballot, first, count, behind);
            }
            Message::Heard { ballot, round, through } => self.on_heard(cx, slot, ballot, round, through),
            Message::Learned { ballot, through, round } => {
                self.on_learned(cx, slot, ballot, through, round);
            }
            Message::Fetch { last_index, offset } => self.on_fetch(cx, from, last_index, offset),
            Message::Piece(piece) => self.on_piece(cx, from, &piece),
            Message::TimeoutNow { ballot } => self.on_timeout_now(cx, from, ballot),
            Message::ReadIndex { ballot, ask } => self.on_read_index(cx, from, ballot, ask),
            Message::ReadIndexReply { ballot, ask, index } => {
                self.on_read_index_reply(cx, from, ballot, ask, index);
            }
            Message::Rejoin { ballot, boot, known } => {
                let asker = recovery::Asker { node: from, slot, boot };
                self.on_rejoin(cx, asker, ballot, known);
            }
            Message::RejoinReply { ballot, boot, index } if boot == cx.incarnation() => {
                self.on_rejoin_reply(from, ballot, index);
            }
            Message::RejoinReply { .. } => {} // An earlier boot asked.
        }
        self.settle(cx, before);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: Timer) {
        if self.halted {
            return;
        }
        let before = self.mark();
        match timer {
            Timer::Election => self.on_election_timeout(cx),
            Timer::Heartbeat => self.on_heartbeat_due(cx),
            Timer::CheckQuorum => self.on_check_quorum(cx),
            Timer::Transfer => self.on_transfer_timeout(cx),
            Timer::ReadIndex => self.on_read_index_timeout(cx),
            Timer::Rejoin => self.ask_to_rejoin(cx),
            Timer::Fetch => self.on_fetch_timeout(cx),
            Timer::Retransmit(slot) => self.on_retransmit(cx, slot as usize),
        }
        self.settle(cx, before);
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        if self.halted {
            return;
        }
        let before = self.mark();
        match result {
            Ok(()) => self.on_synced(cx, token),
            Err(error) => self.halt(cx, Halt::SyncFailed(error)),
        }
        self.settle(cx, before);
    }
}

impl ReplicatedLog for MultiPaxos {
    fn propose(&mut self, cx: &mut impl Context<Self>, command: Command) -> Result<LogIndex, Refusal> {
        let Role::Leader(leader) = &mut self.role else {
            return Err(Refusal::NotLeader { leader: self.leader });
        };
        if leader.transfer.is_some() {
            return Err(Refusal::NotLeader { leader: None });
        }
        let index = leader.campaign.queue.end();
        if index.0 > self.commit_index.0 + self.options.uncommitted_max {
            return Err(Refusal::Full);
        }
        let before = self.mark();
        self.give_a_slot(command);
        self.open_window(cx);
        self.settle(cx, before);
        Ok(index)
    }

    fn barrier(&mut self, cx: &mut impl Context<Self>, how: Confirmation) -> Result<Barrier, Refusal> {
        let before = self.mark();
        let barrier = self.begin_read(cx, how);
        self.settle(cx, before);
        barrier.ok_or(Refusal::NotLeader { leader: self.leader })
    }

    fn barrier_state(&self, barrier: &Barrier) -> BarrierState {
        self.read_state(barrier)
    }

    fn operate(&mut self, cx: &mut impl Context<Self>, operation: Operation) -> Answer {
        if self.halted {
            return Answer::NotLeader { leader: None };
        }
        let before = self.mark();
        let progress = self.begin_operation(cx, operation);
        self.settle(cx, before);
        progress
    }

    fn commit_index(&self) -> LogIndex {
        self.commit_index
    }

    fn entry(&self, index: LogIndex) -> Option<&Entry> {
        let waiting = match &self.role {
            Role::Leader(leader) => leader.campaign.queue.get(index),
            Role::Follower | Role::PreCandidate { .. } | Role::Candidate(_) => None,
        };
        waiting.or_else(|| self.log.entry(index))
    }

    fn leader(&self) -> Option<NodeId> {
        self.leader
    }

    fn compact(&mut self, cx: &mut impl Context<Self>, index: LogIndex, state: Store) {
        if self.halted {
            return;
        }
        let before = self.mark();
        self.take_snapshot(cx, index, state);
        self.settle(cx, before);
    }

    fn snapshot(&self) -> Option<&Rc<Snapshot>> {
        self.snapshot.as_ref()
    }
}

impl MultiPaxos {
    /// The highest ballot that it promised; its own, if it is a candidate or leads.
    pub fn promised(&self) -> Term {
        self.promised
    }

    /// Its role, with what the role remembers.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Whether it believes that it leads.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// Whether it is in phase 1.
    fn is_candidate(&self) -> bool {
        matches!(self.role, Role::Candidate(_))
    }

    /// The promises that it has, or was told that it would get, and how many it needs; `None` if it does not campaign. Of those who
    /// decide the next slot: others may be needed besides.
    pub fn votes(&self) -> Option<(usize, usize)> {
        let promised = match &self.role {
            Role::PreCandidate { votes } => *votes,
            Role::Candidate(campaign) => campaign.counting(self.commit_index.next()),
            Role::Follower | Role::Leader(_) => return None,
        };
        let in_force = &self.reign.in_force;
        Some((promised.common(in_force.configuration.voters).len(), in_force.q1))
    }

    /// Whether its disk is a new one, and it has not been taken in again.
    pub fn is_recovering(&self) -> bool {
        self.recovering.is_some()
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Stops leading or campaigning, within the ballot promised.
    fn step_down(&mut self, cx: &mut impl Context<Self>) {
        match std::mem::replace(&mut self.role, Role::Follower) {
            Role::Follower => return,
            // A campaign's election timer goes on: who loses waits its timeout out.
            Role::PreCandidate { .. } | Role::Candidate(_) => {}
            Role::Leader(leader) => {
                cx.disarm(Timer::Heartbeat);
                cx.disarm(Timer::CheckQuorum);
                cx.disarm(Timer::Transfer);
                leader.members.iter().for_each(|slot| cx.disarm(Timer::Retransmit(slot as u32)));
                self.leader = None;
                self.arm_election(cx);
            }
        }
        cx.note(ConsensusNote::SteppedDown { term: self.promised });
    }

    /// Ends a handler: what it wrote goes to a sync, and what must hold is checked.
    #[inline]
    fn settle(&mut self, cx: &mut impl Context<Self>, before: invariants::Mark) {
        self.flush(cx);
        self.check(&before);
    }

    /// Whether the switch is on.
    #[inline]
    fn has_bug(&self, bug: super::bugs::Bugs) -> bool {
        self.options.bugs.has(bug)
    }
}
