//! What every protocol that replicates a log offers to its host: propose, read safely, commit, compact.
//!
//! The host *pulls*: after each handler it looks at [`ReplicatedLog::commit_index`] and
//! [`ReplicatedLog::snapshot`] and applies what is new. So a protocol calls nobody back, and boot, catching up
//! and installing a snapshot are one path.

use std::rc::Rc;

use crate::kernel::{Context, Digest, NodeId, Process};
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::Configuration;
use crate::model::note::ConsensusNote;
use crate::model::operation::{Operation, Progress};
use crate::model::store::Store;

/// A protocol that replicates a log of commands.
pub trait ReplicatedLog: Process<Note = ConsensusNote> {
    /// Appends `command` to the log if this node leads, and returns where. That is no promise: it takes effect
    /// when the log commits, and another leader may put something else there.
    ///
    /// # Errors
    /// [`Refusal`], and then the command is not in the log.
    fn propose(&mut self, cx: &mut impl Context<Self>, command: Command) -> Result<LogIndex, Refusal>;

    /// Brings about what an operator wants, or says how far that is: it may be called again and again. The same operation
    /// is pursued until it is done or another replaces it.
    fn operate(&mut self, cx: &mut impl Context<Self>, operation: Operation) -> Progress;

    /// Begins a read that must see everything committed before now.
    ///
    /// # Errors
    /// [`Refusal::NotLeader`] at a node that does not lead, unless the read may be forwarded and a leader is known.
    fn barrier(
        &mut self,
        cx: &mut impl Context<Self>,
        confirmation: Confirmation,
    ) -> Result<Barrier, Refusal>;

    /// How far a read has come that began with `barrier`.
    fn barrier_state(&self, barrier: &Barrier) -> BarrierState;

    /// The last index known to be committed.
    fn commit_index(&self) -> LogIndex;

    /// The entry at `index`, unless the log ends before it or was compacted beyond it.
    fn entry(&self, index: LogIndex) -> Option<&Entry>;

    /// The node believed to lead.
    fn leader(&self) -> Option<NodeId>;

    /// Takes `state`, which has applied the log up to the committed `index`, as a snapshot, and cuts the log
    /// behind it once the snapshot is durable. While an earlier one is being written, nothing happens.
    fn compact(&mut self, cx: &mut impl Context<Self>, index: LogIndex, state: Store);

    /// The newest durable snapshot, taken here or received. When it is ahead of the host's state, it replaces it.
    fn snapshot(&self) -> Option<&Rc<Snapshot>>;
}

/// Why a log does not take a command or a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// This node does not lead.
    NotLeader {
        /// The node believed to lead, if any is known.
        leader: Option<NodeId>,
    },
    /// Too much waits to be committed.
    Full,
}

/// How a leader makes sure that it still leads when it serves a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmation {
    /// A majority answers a message sent after the read began.
    Round,
    /// As `Round`; a node that does not lead asks the leader for the read index, and serves the read itself.
    Forwarded,
    /// No other can have been elected yet, by this node's clock and the bound on clock drift; a round when the
    /// lease has run out.
    Lease,
}

/// A read in progress. It may be served once it is confirmed and the state has applied what the confirmation says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Barrier {
    /// What the state must have applied, at a leader.
    pub index: LogIndex,
    /// The leadership that the read hangs on.
    pub term: Term,
    /// The round that confirms it, or the question that a leader answers; 0 needs none.
    pub round: u32,
    /// The leader that is asked, by a node that does not lead.
    pub asked: Option<NodeId>,
}

/// How far a read's confirmation has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BarrierState {
    /// Not there yet.
    Waiting,
    /// This node, or the one that it asked, led when the read began, or later: it may be served once the state has applied
    /// this index.
    Confirmed(LogIndex),
    /// That one does not lead any more; the read must be asked again, elsewhere.
    Lost,
}

/// A place in a log together with everything before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position {
    /// The last index.
    pub index: LogIndex,
    /// The term of the entry there; 0 before the first entry.
    pub term: Term,
    /// The prefix digest there: covers all entries up to `index`, terms included.
    pub prefix: u64,
}

impl Position {
    /// Before the first entry.
    pub const START: Position = Position { index: LogIndex(0), term: Term(0), prefix: 0 };

    /// The position after `entry` is added here.
    #[inline]
    pub fn then(self, entry: &Entry) -> Position {
        let mut digest = Digest::new();
        digest.absorb(self.prefix);
        digest.absorb(u64::from(entry.term.0));
        digest.absorb(entry.command.digest());
        Position { index: self.index.next(), term: entry.term, prefix: digest.value() }
    }
}

/// For people, in front of a log's last entries: how many it holds before them, if any.
pub fn hidden(count: u64) -> Option<String> {
    (count > 0).then(|| format!("{count} before"))
}

/// The state after a prefix of the log. Shared, never changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The prefix that it stands for.
    pub last: Position,
    /// Who takes part after that prefix.
    pub configuration: Configuration,
    /// The state after that prefix, client sessions included.
    pub state: Store,
    /// Its size on the wire and on disk, in bytes.
    pub size: u32,
}

impl Snapshot {
    /// The snapshot of `state`, which has applied the log up to `last`.
    pub fn new(last: Position, configuration: Configuration, state: Store) -> Rc<Snapshot> {
        let size = state.snapshot_size();
        Rc::new(Snapshot { last, configuration, state, size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_digest_tells_logs_apart_by_any_earlier_entry_or_term() {
        let noop = |term| Entry { term: Term(term), command: Command::Noop };
        let prefix = |terms: &[u32]| {
            terms.iter().fold(Position::START, |position, &term| position.then(&noop(term))).prefix
        };
        assert_eq!(prefix(&[1, 1, 2]), prefix(&[1, 1, 2]));
        assert_ne!(prefix(&[1, 1, 2]), prefix(&[1, 2, 2]));
        assert_ne!(prefix(&[1, 1]), prefix(&[1]));
    }
}
