//! What must hold of one server (Figures 2 and 3), outside the algorithm: of a state, and of a step. On in
//! release; only a run with bugs switched on goes without, as breaking them is what those runs show.

use crate::kernel::NodeId;
use crate::model::log::{LogIndex, Term};

use super::roles::Role;
use super::{Raft, Timer};

/// What a step may not take back.
pub(super) struct Mark {
    current_term: Term,
    voted_for: Option<NodeId>,
    commit_index: LogIndex,
    base: LogIndex,
    last_index: LogIndex,
    was_leader: bool,
}

impl Raft {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            current_term: self.current_term,
            voted_for: self.voted_for,
            commit_index: self.commit_index,
            base: self.log.base().index,
            last_index: self.log.last_index(),
            was_leader: self.is_leader(),
        }
    }

    /// # Panics
    /// If an invariant is broken and no bug is switched on.
    pub(super) fn check(&self, before: &Mark) {
        if self.options.bugs.is_none() {
            self.check_step(before);
            self.check_state();
        }
    }

    fn check_step(&self, before: &Mark) {
        assert!(self.current_term >= before.current_term, "the term fell");
        assert!(self.commit_index >= before.commit_index, "the commit index fell");
        assert!(self.log.base().index >= before.base, "what was compacted came back");
        if self.current_term == before.current_term {
            let kept_vote = before.voted_for.is_none() || self.voted_for == before.voted_for;
            assert!(kept_vote, "a vote changed within term {}", self.current_term.0);
            let is_append_only = !before.was_leader || self.log.last_index() >= before.last_index;
            assert!(is_append_only, "a leader removed entries from its own log (Leader Append-Only)");
        }
    }

    fn check_state(&self) {
        let last_index = self.log.last_index();
        assert!(self.log.base().index <= self.commit_index, "uncommitted entries were compacted");
        assert!(self.commit_index <= last_index, "what is committed is not in the log");
        assert!(self.durability.durable_index() <= last_index, "what is durable is not in the log");
        assert!(self.log.last_term() <= self.current_term, "an entry is of a term not yet seen");
        if self.is_leader() {
            assert_eq!(self.voted_for, Some(self.me), "a leader voted for another");
        }
    }

    /// What must hold of what a leader knows of a follower, whenever it changed.
    ///
    /// # Panics
    /// If it does not and no bug is switched on.
    pub(super) fn check_progress(&self, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        if self.options.bugs.is_none() {
            let progress = &leader.followers[slot];
            assert!(progress.match_index < progress.next_index, "what is known to match is sent again");
            assert!(progress.next_index <= self.log.last_index().next(), "more was sent than there is");
            assert!(progress.acknowledged <= progress.match_index, "more counts than is known to match");
        }
    }
}

const _: () = assert!(size_of::<Timer>() <= 8, "timer names are armed at every message");
