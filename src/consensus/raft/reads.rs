//! Reads that do not go through the log (§8; dissertation §6.4): a leader learns its read index, confirms that it
//! still leads, and waits until the state has caught up. Reads that come while a round is on its way share the
//! next one.

use crate::consensus::replicated_log::{Barrier, BarrierState, Confirmation};
use crate::kernel::{Context, Time};

use super::Raft;
use super::bugs;
use super::roles::Role;

impl Raft {
    /// Begins a read; `None` if this server does not lead.
    pub(super) fn begin_read(&mut self, cx: &mut impl Context<Self>, how: Confirmation) -> Option<Barrier> {
        let Role::Leader(leader) = &self.role else { return None };
        // Its commit index may lag behind what an earlier leader committed until its own no-op commits; but all
        // of that stands before the no-op. So a read may begin at once, and waits for the no-op to be applied.
        let index = if self.has_bug(bugs::NO_NOOP) {
            self.commit_index
        } else {
            self.commit_index.max(leader.term_start)
        };
        let round = if how == Confirmation::Lease && self.holds_lease(cx.now()) {
            0
        } else if leader.rounds.confirmed == leader.rounds.newest {
            self.begin_round(cx);
            self.newest_round()
        } else {
            self.want_next_round()
        };
        Some(Barrier { index, term: self.current_term, round })
    }

    pub(super) fn read_state(&self, barrier: &Barrier) -> BarrierState {
        match &self.role {
            Role::Leader(leader) if barrier.term == self.current_term => {
                if barrier.round <= leader.rounds.confirmed {
                    BarrierState::Confirmed
                } else {
                    BarrierState::Waiting
                }
            }
            Role::Leader(_) | Role::Follower | Role::PreCandidate { .. } | Role::Candidate { .. } => {
                BarrierState::Lost
            }
        }
    }

    /// Sees which rounds a majority has returned, this server included, and begins the round that reads wait
    /// for.
    pub(super) fn confirm_rounds(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { return };
        let (rounds, followers) = (&leader.rounds, &leader.followers);
        let returned = self
            .membership
            .reached(|slot| if slot == self.slot { rounds.newest } else { followers[slot].round });
        if returned > leader.rounds.confirmed {
            leader.rounds.confirm(returned);
            if leader.rounds.wanted > leader.rounds.newest {
                self.begin_round(cx);
            }
        }
    }

    /// Whether no other leader can have been elected yet (dissertation §6.4.1): a majority heard this one after
    /// `lease_start`, and does not vote for the least election timeout after that.
    fn holds_lease(&self, now: Time) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let is_in_time = |start| now.since(start) < self.options.lease();
        self.options.check_quorum && leader.rounds.lease_start.is_some_and(is_in_time)
    }

    fn newest_round(&self) -> u32 {
        let Role::Leader(leader) = &self.role else { unreachable!("the caller leads") };
        leader.rounds.newest
    }

    /// A read that comes after the newest round left must wait for the next.
    fn want_next_round(&mut self) -> u32 {
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        leader.rounds.wanted = leader.rounds.newest + 1;
        leader.rounds.wanted
    }
}
