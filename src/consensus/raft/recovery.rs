//! A server whose disk was lost and replaced (docs/divergences.md: the papers assume that disks stay).
//!
//! It has forgotten what it promised: whom it voted for, in which terms it was, which entries it acknowledged. So it
//! learns, but grants no vote and vouches for no round and no commit, until the group has taken it in again: a leader
//! makes it a learner and then, when it has caught up, a voter.
//!
//! It must not take an earlier change for that one. So it first asks where the log of a leader ends now, one that a
//! majority of the others confirms after the question: whatever makes it a voter behind that index was appended after
//! its disk was lost, by when the configuration without its vote was committed. A vote that it gave before and has
//! forgotten can then elect nobody: its candidate lacks that configuration, and most voters do not.

use crate::consensus::read_index::{Asked, Waiting};
use crate::consensus::reconfiguration::Goal;
use crate::kernel::{Context, NodeId};
use crate::model::log::{LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::ConsensusNote;

use super::message::Message;
use super::roles::{Progress, Role};
use super::{Raft, Timer};

/// After how many questions in vain it asks anew where the log ends: the change that it waits for may have come in a
/// snapshot, where it cannot be seen.
const PATIENCE: u32 = 8;

/// What a server with a new disk knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Recovering {
    /// Where a leader's log ended after the disk was lost; 0 if that is not known.
    known: LogIndex,
    /// How often it has asked since it learned that.
    asks: u32,
}

impl Raft {
    /// Whether its disk is a new one in place of a lost one, and it has not been taken in again.
    pub fn is_recovering(&self) -> bool {
        self.recovering.is_some()
    }

    /// Whether this server may ask for votes.
    pub(super) fn may_campaign(&self) -> bool {
        (self.is_voter() || self.is_leaving() || self.is_last_resort()) && self.recovering.is_none()
    }

    /// Asks the leader, if one is known, to be taken in again.
    pub(super) fn ask_to_rejoin(&mut self, cx: &mut impl Context<Self>) {
        let Some(recovering) = &mut self.recovering else { return };
        cx.arm(Timer::Rejoin, self.options.retransmit_timeout());
        let Some(leader) = self.leader else { return };
        recovering.asks += 1;
        if recovering.asks > PATIENCE {
            *recovering = Recovering::default();
        }
        let known = recovering.known;
        let rejoin = Message::Rejoin { term: self.current_term, boot: cx.incarnation(), known };
        self.send_with_metadata(cx, leader, rejoin);
    }

    /// A server with a new disk asks to be taken in again.
    pub(super) fn on_rejoin(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        slot: usize,
        term: Term,
        boot: u32,
        known: LogIndex,
    ) {
        let Role::Leader(leader) = &self.role else { return };
        if term != self.current_term || !leader.members.has(slot) {
            return;
        }
        if known == LogIndex(0) {
            // What it acknowledged is gone.
            let (last_index, now) = (self.log.last_index(), cx.now());
            let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
            leader.followers[slot] = Progress::new(last_index, now);
            leader.catch_up.forget(slot);
            self.replicate(cx, slot);
            let barrier = self.begin_round_for_read(cx);
            return self.answer_when_confirmed(cx, Waiting { barrier, from, what: Asked::LogEnd(boot) });
        }
        let (configuration, slots) = (*self.configuration(), Slots::one(slot));
        let goal = if configuration.voters.has(slot) && self.configurations.voter_since(slot) <= known {
            Goal { learners: slots, ..Goal::default() }
        } else if configuration.learners.has(slot) {
            Goal { voters: slots, ..Goal::default() }
        } else {
            return; // It was taken in, and will hear of it; or it was removed.
        };
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
        // What an operator wants goes first.
        if leader.goal.is_none() && goal.objection(&configuration).is_none() {
            leader.goal = Some(goal);
        }
        // Also what is pursued already: who has caught up while nothing is written does not say so again.
        self.pursue(cx);
    }

    /// An answer to what it asked before a restart does not count: the disk may have been lost again since.
    pub(super) fn on_rejoin_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        term: Term,
        boot: u32,
        index: LogIndex,
    ) {
        if term != self.current_term || self.leader != Some(from) || boot != cx.incarnation() {
            return;
        }
        if let Some(recovering) = &mut self.recovering
            && recovering.known == LogIndex(0)
        {
            *recovering = Recovering { known: index, asks: 0 };
        }
    }

    /// The entry at `index` brought a configuration: maybe the one that takes this server in again.
    pub(super) fn end_recovery(&mut self, cx: &mut impl Context<Self>, index: LogIndex) {
        let Some(Recovering { known, .. }) = self.recovering else { return };
        let was_voter = self.configurations.at(index.previous()).is_voter(self.slot);
        if known > LogIndex(0) && index > known && self.is_voter() && !was_voter {
            self.recovering = None;
            self.metadata_changed();
            cx.note(ConsensusNote::Rejoined);
        }
    }
}
