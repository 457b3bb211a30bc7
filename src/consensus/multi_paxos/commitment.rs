//! What is chosen ("Paxos made simple", §2.3): a value that a phase-2 quorum of the configuration in force in its slot has
//! accepted in one ballot. It counts as committed once everything before it is, too.

use crate::consensus::replicated_log::Position;
use crate::kernel::Context;
use crate::model::log::{Command, LogIndex, Term};
use crate::model::note::ConsensusNote;

use super::MultiPaxos;
use super::bugs;

impl MultiPaxos {
    /// Commits, as leader, what a phase-2 quorum accepted durably in its ballot.
    pub(super) fn advance_commit(&mut self, cx: &mut impl Context<Self>) {
        let promised = self.promised;
        self.commit_while(cx, |server, next| {
            let cell = server.log.cell(next).filter(|cell| cell.ballot == promised);
            cell.is_some_and(|cell| server.reign.in_force.is_phase_2_quorum(cell.acceptors))
        });
    }

    /// Learns, as follower, that a value is chosen in every slot up to `index`. Which one it is the leader's ballot tells: in
    /// that ballot nothing else was proposed. What was accepted in another may be something else.
    pub(super) fn follow_commit(&mut self, cx: &mut impl Context<Self>, index: LogIndex) {
        let (promised, any_ballot) = (self.promised, self.has_bug(bugs::COMMIT_ANY_BALLOT));
        self.commit_while(cx, |server, next| {
            let ballot = server.log.ballot(next);
            next <= index && (ballot == promised || (any_ballot && ballot > Term(0)))
        });
    }

    /// Commits slot after slot as long as `is_chosen` says so of the next, with all that hangs on it.
    #[inline]
    fn commit_while(
        &mut self,
        cx: &mut impl Context<Self>,
        is_chosen: impl Fn(&MultiPaxos, LogIndex) -> bool,
    ) {
        let (mut untold, mut has_change) = (None, false);
        let from = self.commit_index;
        while is_chosen(self, self.commit_index.next()) {
            let position = self.log.choose_next();
            self.commit_index = position.index;
            untold = Some(position);
            let entry = self.log.entry(position.index).expect("it was chosen just now");
            if matches!(entry.command, Command::Reconfigure(_)) {
                self.configurations.append(position.index, entry);
                self.reign.extend(&self.configurations, position.index, &self.options);
                has_change = true;
            }
            if position.index >= self.reign.until {
                tell(cx, untold.take());
                self.change_reign(cx, position);
            }
        }
        tell(cx, untold);
        if self.commit_index == from {
            return;
        }
        if has_change {
            self.change_learned(cx);
        }
        if self.is_leader() {
            self.open_window(cx);
            self.slots_committed(cx);
        }
    }
}

fn tell(cx: &mut impl Context<MultiPaxos>, position: Option<Position>) {
    if let Some(Position { index, term, prefix }) = position {
        cx.note(ConsensusNote::Committed { index, term, prefix });
    }
}
