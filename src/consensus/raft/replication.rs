//! Log replication (§5.3) as the leader does it: batches, sent ahead without waiting while the logs agree
//! (dissertation §10.2), one at a time while it looks for where they part. The network may lose, repeat and
//! reorder: whatever is late is recognised by what it answers.

use std::rc::Rc;

use crate::kernel::Context;
use crate::model::log::{LogIndex, Term};

use super::bugs;
use super::message::{AppendEntries, Message};
use super::roles::{Mode, Role};
use super::{Raft, Timer};

/// What a follower tells about what it holds.
pub(super) struct Accepted {
    pub match_index: LogIndex,
    pub is_learning: bool,
}

/// What a follower tells about the entry that it does not hold.
pub(super) struct Conflict {
    pub prev_log_index: LogIndex,
    pub conflict_term: Term,
    pub conflict_index: LogIndex,
}

impl Raft {
    /// Sends every follower what it lacks.
    pub(super) fn replicate_to_all(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let mut latest = None;
        for slot in leader.members.iter() {
            self.replicate_as(cx, slot, &mut latest);
        }
    }

    /// Sends a follower what it lacks, as far as its mode and the limits allow.
    pub(super) fn replicate(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        self.replicate_as(cx, slot, &mut None);
    }

    /// The same; `latest` is what was last sent to another within this step, which serves whoever lacks the same.
    fn replicate_as(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        latest: &mut Option<Rc<AppendEntries>>,
    ) {
        let peer = self.roster.node(slot);
        // Without the parallel write nothing leaves before it is durable here (dissertation §10.2.1).
        let through = if self.options.parallel_leader_write {
            self.log.last_index()
        } else {
            self.durability.durable_index()
        };
        let (entries_max, bytes_max) = (self.options.append_entries_max, self.options.append_bytes_max);
        let Role::Leader(leader) = &mut self.role else { return };
        assert!(leader.members.has(slot), "the log goes to those who take part");
        let progress = &mut leader.followers[slot];
        let was_waiting = progress.is_waiting();
        loop {
            match progress.mode {
                Mode::Probe { waiting: true } | Mode::Snapshot { .. } => break,
                Mode::Probe { waiting: false } => {}
                Mode::Pipeline => {
                    let is_full = progress.in_flight.len() >= self.options.in_flight_max as usize;
                    if is_full || progress.next_index > through {
                        break;
                    }
                }
            }
            let prev_log_index = progress.next_index.previous();
            let Some(prev_log_term) = self.log.term(prev_log_index) else {
                return self.begin_sending_snapshot(cx, slot);
            };
            let append = match latest {
                Some(append) if append.prev_log_index == prev_log_index => &*append,
                Some(_) | None => latest.insert(Rc::new(AppendEntries {
                    term: self.current_term,
                    round: leader.rounds.newest,
                    prev_log_index,
                    prev_log_term,
                    entries: self.log.batch(progress.next_index, through, entries_max, bytes_max),
                    leader_commit: self.commit_index,
                })),
            };
            let last_index = append.last_index();
            if matches!(progress.mode, Mode::Pipeline) {
                // Sent on the hope that it arrives; a rejection or a timeout takes the hope back.
                progress.next_index = last_index.next();
                progress.in_flight.push_back(last_index);
            } else {
                progress.mode = Mode::Probe { waiting: true };
            }
            cx.send(peer, Message::AppendEntries(Rc::clone(append)));
        }
        if !was_waiting && progress.is_waiting() {
            cx.arm(Timer::Retransmit(slot as u32), self.options.retransmit_timeout());
        }
        self.check_progress(slot);
    }

    pub(super) fn on_heartbeat_due(&mut self, cx: &mut impl Context<Self>) {
        cx.arm(Timer::Heartbeat, self.options.heartbeat_interval);
        self.begin_round(cx);
    }

    /// Begins a round of confirmation: an AppendEntries without entries to everybody (§5.2).
    ///
    /// It names an entry known to match as the previous one, not the next to send: a heartbeat that overtakes
    /// entries sent ahead must not look like a gap.
    pub(super) fn begin_round(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader begins rounds") };
        leader.rounds.begin(cx.now());
        for slot in leader.members.iter() {
            let match_index = leader.followers[slot].match_index;
            let (prev_log_index, prev_log_term) = match self.log.term(match_index) {
                Some(term) => (match_index, term),
                None => (LogIndex(0), Term(0)),
            };
            let append = AppendEntries {
                term: self.current_term,
                round: leader.rounds.newest,
                prev_log_index,
                prev_log_term,
                entries: Vec::new(),
                leader_commit: self.commit_index,
            };
            cx.send(self.roster.node(slot), Message::AppendEntries(Rc::new(append)));
        }
        self.confirm_rounds(cx);
    }

    pub(super) fn on_append_accepted(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        term: Term,
        round: u32,
        Accepted { match_index, is_learning }: Accepted,
    ) {
        if !self.hear_answer(cx, slot, term, round) && !self.has_bug(bugs::MATCH_LAST_REPLY_WINS) {
            return;
        }
        let last_reply_wins = self.has_bug(bugs::MATCH_LAST_REPLY_WINS);
        let Role::Leader(leader) = &mut self.role else { return };
        if match_index > self.log.last_index() || !leader.members.has(slot) {
            return; // Nobody was sent that much.
        }
        let progress = &mut leader.followers[slot];
        progress.vouches = !is_learning;
        let had = (progress.match_index, progress.in_flight.len(), progress.acknowledged);
        progress.match_index =
            if last_reply_wins { match_index } else { progress.match_index.max(match_index) };
        if !is_learning {
            progress.acknowledged =
                if last_reply_wins { match_index } else { progress.acknowledged.max(match_index) };
        }
        while progress.in_flight.front().is_some_and(|&last| last <= match_index) {
            progress.in_flight.pop_front();
        }
        let is_found = match &progress.mode {
            Mode::Probe { .. } => match_index >= progress.next_index.previous(),
            Mode::Snapshot { snapshot, .. } => match_index >= snapshot.last.index,
            Mode::Pipeline => false,
        };
        if is_found {
            progress.mode = Mode::Pipeline;
            progress.next_index = progress.match_index.next();
        }
        progress.next_index = progress.next_index.max(progress.match_index.next());
        let has_progressed =
            is_found || had != (progress.match_index, progress.in_flight.len(), progress.acknowledged);
        let acknowledged = progress.acknowledged;
        if has_progressed {
            self.watch(cx, slot);
            if acknowledged > self.commit_index {
                self.advance_commit(cx);
            }
            self.replicate(cx, slot);
            self.follower_advanced(cx, slot);
        }
    }

    /// What a follower acknowledged may be what a transfer or a change waits for.
    fn follower_advanced(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        if !leader.departing.is_empty() {
            self.let_go(cx, slot);
        }
        let Role::Leader(leader) = &self.role else { return };
        if leader.transfer.is_some() {
            self.hand_over(cx);
        } else if leader.goal.is_some() {
            self.pursue(cx);
        }
    }

    /// The logs part at or before the entry that was named: goes back, a whole term at a time (§5.3).
    pub(super) fn on_append_rejected(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        term: Term,
        round: u32,
        conflict: Conflict,
    ) {
        if !self.hear_answer(cx, slot, term, round) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        if !leader.members.has(slot) {
            return;
        }
        let progress = &mut leader.followers[slot];
        let is_late = match progress.mode {
            Mode::Probe { .. } => conflict.prev_log_index != progress.next_index.previous(),
            Mode::Pipeline => false,
            Mode::Snapshot { .. } => true,
        };
        // What a follower has acknowledged it has; one that refuses it all the same, because its disk has lost it, would be
        // sent the same again and again, and with every copy that the network makes more often.
        if is_late || conflict.prev_log_index <= progress.match_index {
            return;
        }
        let next_index = match self.log.last_of_term(conflict.conflict_term) {
            Some(last) => last.next(),
            None => conflict.conflict_index,
        };
        let next_index = next_index.min(conflict.prev_log_index);
        progress.probe(next_index);
        if self.options.bugs.has(bugs::COMMIT_ON_REFUSAL) {
            progress.match_index = progress.match_index.max(next_index.previous());
            progress.acknowledged = progress.match_index;
            self.advance_commit(cx);
        }
        self.replicate(cx, slot);
    }

    /// A follower owes an answer for too long: what was sent is taken for lost.
    pub(super) fn on_retransmit(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader arms it") };
        let progress = &mut leader.followers[slot];
        let next_index = match progress.mode {
            Mode::Probe { .. } => progress.next_index,
            Mode::Pipeline | Mode::Snapshot { .. } => progress.match_index.next(),
        };
        progress.probe(next_index);
        self.replicate(cx, slot);
    }

    /// Gives a follower that owes an answer the whole time again, and one that owes none no time.
    fn watch(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        let timer = Timer::Retransmit(slot as u32);
        if leader.followers[slot].is_waiting() {
            cx.arm(timer, self.options.retransmit_timeout());
        } else {
            cx.disarm(timer);
        }
    }

    /// Takes in what every answer tells: the follower's term, that it is alive, and the round it confirms.
    /// Returns whether it answers this leadership.
    pub(super) fn hear_answer(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        term: Term,
        round: u32,
    ) -> bool {
        if term > self.current_term {
            self.enter_term(cx, term);
            return false;
        }
        let Role::Leader(leader) = &mut self.role else { return false };
        if term < self.current_term {
            return false;
        }
        let progress = &mut leader.followers[slot];
        progress.heard_at = cx.now();
        if round > progress.round {
            progress.round = round;
            self.confirm_rounds(cx);
        }
        true
    }
}
