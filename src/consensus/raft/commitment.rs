//! What is committed (§5.3), and the restriction on entries of earlier terms (§5.4.2).

use crate::kernel::Context;
use crate::model::log::LogIndex;
use crate::model::note::ConsensusNote;

use super::Raft;
use super::bugs;
use super::roles::Role;

/// What the leader of the current term has told a follower.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Vouched {
    /// What it has committed.
    leader_commit: LogIndex,
    /// Up to where this log is as the leader's.
    match_index: LogIndex,
}

impl Raft {
    /// Commits, as leader, what a majority holds durably.
    pub(super) fn advance_commit(&mut self, cx: &mut impl Context<Self>) {
        if let Some(index) = self.commit_candidate() {
            self.commit(cx, index);
            self.configuration_committed(cx);
        }
    }

    /// The highest index that a majority holds durably, or `None` if it is committed already or of an older term
    /// (§5.4.2: an earlier term's entry is never committed by counting copies; Figure 8 shows what then happens).
    fn commit_candidate(&self) -> Option<LogIndex> {
        let Role::Leader(leader) = &self.role else { return None };
        // The leader is one of the majority only as far as its own disk is (dissertation §10.2.1).
        let durable_index = self.durability.durable_index();
        let held = |slot: usize| {
            if slot == self.slot { durable_index } else { leader.followers[slot].acknowledged }
        };
        let index = if self.has_bug(bugs::HALF_IS_ENOUGH) {
            let voters = self.configuration().voters;
            voters.reached(voters.len().div_ceil(2), held)
        } else {
            self.configuration().reached(held)
        };
        let is_own_term = self.log.term(index) == Some(self.current_term);
        (index > self.commit_index && (is_own_term || self.has_bug(bugs::COMMIT_OLDER_TERM))).then_some(index)
    }

    /// Learns, as follower, what the leader committed, as far as any message of this leader vouches for this log: a
    /// heartbeat that names an old entry tells of commits, and what came before it holds them.
    pub(super) fn follow_commit(
        &mut self,
        cx: &mut impl Context<Self>,
        leader_commit: LogIndex,
        match_index: LogIndex,
    ) {
        let vouched = &mut self.vouched;
        vouched.leader_commit = vouched.leader_commit.max(leader_commit);
        vouched.match_index = vouched.match_index.max(match_index);
        let mut index = vouched.leader_commit.min(vouched.match_index);
        if self.has_bug(bugs::COMMIT_UNMATCHED) {
            index = self.vouched.leader_commit.min(self.log.last_index());
        }
        if index > self.commit_index {
            self.commit(cx, index);
        }
    }

    fn commit(&mut self, cx: &mut impl Context<Self>, index: LogIndex) {
        let Some(position) = self.log.position(index) else {
            assert!(!self.options.bugs.is_none(), "{index:?} is committed, but not in the log");
            return;
        };
        self.commit_index = index;
        cx.note(ConsensusNote::Committed { index, term: position.term, prefix: position.prefix });
    }
}
