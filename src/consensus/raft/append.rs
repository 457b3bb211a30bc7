//! AppendEntries as a follower handles it (§5.3, Figure 2 "Receiver implementation").

use crate::kernel::{Context, NodeId};
use crate::model::halt::Halt;
use crate::model::log::{LogIndex, Term};

use super::Raft;
use super::bugs;
use super::message::{AppendEntries, Message};

impl Raft {
    pub(super) fn on_append_entries(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        append: &AppendEntries,
    ) {
        if append.term < self.current_term && self.has_bug(bugs::TERM_FALLS) {
            self.step_down(cx);
            (self.current_term, self.voted_for) = (append.term, None);
            self.metadata_changed();
        }
        if append.term < self.current_term {
            let refusal = Message::AppendRejected {
                term: self.current_term,
                round: 0,
                conflict_term: Term(0),
                prev_log_index: append.prev_log_index,
                conflict_index: LogIndex(0),
            };
            return self.send_with_metadata(cx, from, refusal);
        }
        if !self.hear_leader(cx, from, append.term) {
            return;
        }
        if !self.holds_previous(append) {
            return self.reject(cx, from, append);
        }
        if !self.take_entries(cx, append) {
            return;
        }
        // Never this log's own end: behind the message's last entry may stand what the leader never had.
        let match_index =
            if self.has_bug(bugs::ACK_OVERCLAIMS) { self.log.last_index() } else { append.last_index() };
        self.follow_commit(cx, append.leader_commit, match_index);
        let accepted = self.accepted(append.round, match_index);
        if self.has_bug(bugs::ACK_BEFORE_SYNC) {
            return self.send_with_metadata(cx, from, accepted);
        }
        self.send_with_log(cx, from, accepted, match_index);
    }

    /// The acknowledgement of the log up to `match_index`. A server that does not remember all its promises cannot vouch
    /// for a commit.
    fn accepted(&self, round: u32, match_index: LogIndex) -> Message {
        let (term, is_learning) = (self.current_term, self.recovering.is_some());
        Message::AppendAccepted { term, round: self.confirmed(round), match_index, is_learning }
    }

    /// The round that an answer confirms, whatever it says besides. A server that does not remember all its promises confirms
    /// none: it may have elected another leader since.
    pub(super) fn confirmed(&self, round: u32) -> u32 {
        if self.recovering.is_some() { 0 } else { round }
    }

    /// A message of a leader whose term is not over: any campaign here is (§5.2). Returns `false` if this server
    /// leads that term itself, which only a bug switch can bring about, or a disk that forgot a vote.
    pub(super) fn hear_leader(&mut self, cx: &mut impl Context<Self>, from: NodeId, term: Term) -> bool {
        if term > self.current_term {
            self.enter_term(cx, term);
        }
        if self.is_leader() {
            self.halt_at_contradiction(cx, Halt::SecondLeader(term));
            return false;
        }
        self.step_down(cx);
        self.leader = Some(from);
        self.heard_at = Some(cx.now());
        self.timeouts = 0;
        self.arm_election(cx);
        true
    }

    /// The consistency check of §5.3. What is compacted was committed, and so matches.
    fn holds_previous(&self, append: &AppendEntries) -> bool {
        append.prev_log_index < self.log.base().index
            || self.log.term(append.prev_log_index) == Some(append.prev_log_term)
    }

    /// Says where the leader may look next: the first entry of the conflicting term, or the end of the log.
    fn reject(&mut self, cx: &mut impl Context<Self>, from: NodeId, append: &AppendEntries) {
        let (conflict_term, conflict_index) = match self.log.term(append.prev_log_index) {
            Some(term) => (term, self.log.first_of_term(term)),
            None => (Term(0), self.log.last_index().next()),
        };
        let rejected = Message::AppendRejected {
            term: self.current_term,
            round: self.confirmed(append.round),
            conflict_term,
            prev_log_index: append.prev_log_index,
            conflict_index,
        };
        self.send_with_metadata(cx, from, rejected);
    }

    /// Steps 3 and 4 of Figure 2: removes entries only from the first that conflicts, and appends what is
    /// missing. A late or repeated message finds its entries there and changes nothing. Returns `false` if what conflicts
    /// is committed.
    fn take_entries(&mut self, cx: &mut impl Context<Self>, append: &AppendEntries) -> bool {
        let mut index = append.prev_log_index;
        if self.has_bug(bugs::TRUNCATE_ALWAYS) {
            self.truncate(cx, index.next());
        }
        for entry in &append.entries {
            index = index.next();
            if index <= self.log.base().index || self.log.term(index) == Some(entry.term) {
                continue;
            }
            if index <= self.commit_index && self.halt_at_contradiction(cx, Halt::Committed(index)) {
                return false;
            }
            if index <= self.log.last_index() {
                self.truncate(cx, index);
            }
            self.append(cx, *entry);
        }
        true
    }
}
