//! Raft, cut by the sections of the paper (Ongaro and Ousterhout 2014, "In search of an understandable consensus
//! algorithm", extended version; "dissertation" is Ongaro 2014). Every departure is in docs/divergences.md.
//!
//! | file | section |
//! |---|---|
//! | `election` | §5.2 leader election, §5.4.1 election restriction; dissertation §4.2.3, §6.2, §9.6 |
//! | `replication` | §5.3 as the leader sees it; dissertation §10.2 batching and pipelining |
//! | `append` | §5.3 as the follower sees it |
//! | `commitment` | §5.4.2 committing entries from previous terms |
//! | `persistence` | Figure 2 "updated on stable storage before responding"; what waits for which sync |
//! | `membership` | §6 and dissertation §4: joint consensus, single-server changes, learners |
//! | `transfer` | dissertation §3.10 leadership transfer |
//! | `recovery` | a server whose disk was replaced (not in the paper) |
//! | `snapshots` | §7 log compaction and InstallSnapshot |
//! | `reads` | §8 and dissertation §6.4: read index, at a follower too, and lease |
//! | `invariants` | Figure 3, as assertions that stay on in release |
//! | `description` | Figure 2, for people who look at a run |
//!
//! This file holds the server's state (Figure 2) and the dispatcher. Clients, sessions and the state machine (§8)
//! are the host's: [`super::replica`].

use std::rc::Rc;

use crate::kernel::{Context, Description, DiskError, DiskToken, Durable, Name, NodeId, Process, Time};
use crate::model::halt::Halt;
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::{Roster, majority};
use crate::model::note::ConsensusNote;
use crate::model::operation::{Operation, Progress as Answer};
use crate::model::store::Store;

use super::configurations::Configurations;
use super::read_index::Asking;
use super::replicated_log::{Barrier, BarrierState, Confirmation, Refusal, ReplicatedLog, Snapshot};

mod append;
pub mod bugs;
mod commitment;
mod description;
mod election;
mod invariants;
pub mod log;
pub mod membership;
pub mod message;
pub mod options;
pub mod persistence;
pub mod reads;
mod recovery;
mod replication;
pub mod roles;
mod snapshots;
pub mod transfer;
mod words;

pub use log::Log;
pub use message::Message;
pub use options::{Config, Options};
pub use persistence::Record;
pub use roles::Role;

use commitment::Vouched;
use persistence::{Durability, Restored};
use recovery::Recovering;
use snapshots::{Receiving, Saving};

/// A Raft server (Figure 2).
#[derive(Clone, Debug)]
pub struct Raft {
    options: Rc<Options>,
    roster: Roster,
    me: NodeId,
    /// This server's slot in the group.
    slot: usize,

    // Persistent, as the disk will have it once the next sync is done.
    current_term: Term,
    voted_for: Option<NodeId>,
    log: Log,
    snapshot: Option<Rc<Snapshot>>,
    /// Who takes part, as the log and the snapshot say.
    configurations: Configurations,

    // Volatile.
    role: Role,
    commit_index: LogIndex,
    leader: Option<NodeId>,
    /// What the leader of this term has told.
    vouched: Vouched,
    /// When a leader was last heard; at boot, when it booted, as it may have heard one just before.
    heard_at: Option<Time>,
    /// Election timeouts since.
    timeouts: u8,
    durability: Durability,
    saving: Option<Saving>,
    receiving: Option<Receiving>,
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
    /// No leader was heard, or no election won, for an election timeout (§5.2).
    Election,
    /// A leader's heartbeats are due.
    Heartbeat,
    /// A leader asks itself whether it still hears a majority.
    CheckQuorum,
    /// A transfer of leadership takes too long (dissertation §3.10).
    Transfer,
    /// The leader owes this server an answer about a read.
    ReadIndex,
    /// A server with a new disk asks to be taken in again.
    Rejoin,
    /// The follower of this slot owes the leader an answer.
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
            Timer::Retransmit(slot) => 6 + slot,
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
            slot => Timer::Retransmit(slot - 6),
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
            Timer::Retransmit(_) => "retransmit",
        }
    }
}

impl Process for Raft {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Record = Record;
    type Note = ConsensusNote;

    fn boot(cx: &mut impl Context<Self>, config: &Config, disk: &Durable<Record>) -> Raft {
        let me = cx.me();
        let slot = config.roster.slot(me).expect("a server is booted only as one of its group");
        let (restored, halt) = match persistence::restore(disk, config) {
            Ok(restored) => (restored, None),
            Err(why) => (Restored::nothing(config), Some(why)),
        };
        let snapshot_index = restored.snapshot.as_ref().map_or(LogIndex(0), |snapshot| snapshot.last.index);
        let mut raft = Raft {
            options: Rc::new(config.options.settled()),
            roster: config.roster.clone(),
            me,
            slot,
            current_term: restored.current_term,
            voted_for: restored.voted_for,
            durability: Durability::new(restored.log.last_index()),
            log: restored.log,
            snapshot: restored.snapshot,
            configurations: restored.configurations,
            role: Role::Follower,
            commit_index: snapshot_index,
            leader: None,
            vouched: Vouched::default(),
            heard_at: Some(cx.now()),
            timeouts: 0,
            saving: None,
            receiving: None,
            asking: Asking::default(),
            recovering: restored.recovering,
            halted: false,
        };
        if let Some(why) = halt {
            raft.halt(cx, why);
            return raft;
        }
        raft.tell_restored(cx, disk);
        raft.arm_election(cx);
        if raft.recovering.is_some() {
            raft.ask_to_rejoin(cx);
        }
        raft.flush(cx);
        raft
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
            Message::RequestVote(request) if request.pre_vote => self.on_pre_vote(cx, from, request),
            Message::RequestVote(request) => self.on_request_vote(cx, from, slot, request),
            Message::VoteReply { term, granted, pre_vote } => {
                self.on_vote_reply(cx, slot, term, granted, pre_vote);
            }
            Message::AppendEntries(append) => self.on_append_entries(cx, from, &append),
            Message::AppendAccepted { term, round, match_index, is_learning } => {
                let accepted = replication::Accepted { match_index, is_learning };
                self.on_append_accepted(cx, slot, term, round, accepted);
            }
            Message::AppendRejected { term, round, conflict_term, prev_log_index, conflict_index } => {
                let conflict = replication::Conflict { prev_log_index, conflict_term, conflict_index };
                self.on_append_rejected(cx, slot, term, round, conflict);
            }
            Message::InstallSnapshot(install) => self.on_install_snapshot(cx, from, &install),
            Message::SnapshotReply { term, round, received, last_index } => {
                self.on_snapshot_reply(cx, slot, term, round, received, last_index);
            }
            Message::TimeoutNow { term } => self.on_timeout_now(cx, from, term),
            Message::ReadIndex { term, ask } => self.on_read_index(cx, from, term, ask),
            Message::ReadIndexReply { term, ask, index } => {
                self.on_read_index_reply(cx, from, term, ask, index)
            }
            Message::Rejoin { term, boot, known } => self.on_rejoin(cx, from, slot, term, boot, known),
            Message::RejoinReply { term, boot, index } => self.on_rejoin_reply(cx, from, term, boot, index),
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

impl Raft {
    /// The votes that it has and needs, while it campaigns or asks whether it could.
    pub fn votes(&self) -> Option<(usize, usize)> {
        match &self.role {
            Role::PreCandidate { votes } | Role::Candidate { votes } => {
                let voters = self.configuration().voters;
                Some((votes.common(voters).len(), majority(voters.len())))
            }
            Role::Follower | Role::Leader(_) => None,
        }
    }
}

impl ReplicatedLog for Raft {
    fn propose(&mut self, cx: &mut impl Context<Self>, command: Command) -> Result<LogIndex, Refusal> {
        let Role::Leader(leader) = &self.role else {
            return Err(Refusal::NotLeader { leader: self.leader });
        };
        if leader.transfer.is_some() {
            return Err(Refusal::NotLeader { leader: None });
        }
        let uncommitted = self.log.last_index().0.saturating_sub(self.commit_index.0);
        if uncommitted >= self.options.uncommitted_max {
            return Err(Refusal::Full);
        }
        let before = self.mark();
        let index = self.append(cx, Entry { term: self.current_term, command });
        self.replicate_to_all(cx);
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
        self.log.entry(index)
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

impl Raft {
    /// The latest term it has seen.
    pub fn current_term(&self) -> Term {
        self.current_term
    }

    /// Whom it voted for in that term.
    pub fn voted_for(&self) -> Option<NodeId> {
        self.voted_for
    }

    /// Its role, with what the role remembers.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Whether it believes that it leads.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// Its log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Enters a higher term as a follower who has voted for nobody (§5.1).
    fn enter_term(&mut self, cx: &mut impl Context<Self>, term: Term) {
        assert!(term > self.current_term, "a term is entered once");
        self.current_term = term;
        self.vouched = Vouched::default();
        self.voted_for = None;
        self.leader = None;
        self.metadata_changed();
        self.forget_asking(cx);
        self.step_down(cx);
    }

    /// Stops leading or campaigning, within the current term.
    fn step_down(&mut self, cx: &mut impl Context<Self>) {
        if matches!(self.role, Role::Follower) {
            return; // At each message of a leader.
        }
        match std::mem::replace(&mut self.role, Role::Follower) {
            Role::Follower => {}
            // A campaign's election timer goes on: who loses an election waits its timeout out (§5.2).
            Role::PreCandidate { .. } | Role::Candidate { .. } => {}
            Role::Leader(leader) => {
                cx.disarm(Timer::Heartbeat);
                cx.disarm(Timer::CheckQuorum);
                cx.disarm(Timer::Transfer);
                leader.members.iter().for_each(|slot| cx.disarm(Timer::Retransmit(slot as u32)));
                self.leader = None;
                self.arm_election(cx);
            }
        }
        cx.note(ConsensusNote::SteppedDown { term: self.current_term });
    }

    /// Ends a handler: what it wrote goes to a sync, and what must hold is checked.
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
