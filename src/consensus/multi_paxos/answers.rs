//! What acceptors answer, as the leader hears it: who accepted what ("Paxos made simple", §2.3), who is alive, and what is lost and
//! must be sent again.

use std::rc::Rc;

use crate::kernel::Context;
use crate::model::log::{LogIndex, Term};

use super::message::Message;
use super::roles::Role;
use super::{MultiPaxos, Timer};

impl MultiPaxos {
    pub(super) fn on_accepted(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        ballot: Term,
        first: LogIndex,
        count: u32,
        behind: u32,
    ) {
        let through = if behind == u32::MAX {
            LogIndex(0) // Nobody can tell.
        } else {
            LogIndex((first.0 + u64::from(count) - 1).saturating_sub(u64::from(behind)))
        };
        if self.hear_answer(cx, slot, ballot, true) {
            self.count(cx, slot, first, count, through);
        }
    }

    pub(super) fn on_heard(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        ballot: Term,
        round: u32,
        through: LogIndex,
    ) {
        if !self.hear_answer(cx, slot, ballot, true) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen just now") };
        let progress = &mut leader.followers[slot];
        if round > progress.round {
            (progress.round, progress.through_at_round) = (round, through);
            if progress.is_back_at(through) {
                self.log.forget_acceptor(slot, through);
            }
            self.confirm_rounds(cx);
        }
        self.count(cx, slot, through.next(), 0, through);
        self.reconsider_window(cx);
    }

    /// Takes in that an acceptor is alive, and whether it remembers what it promised. Returns whether it answers this leadership.
    fn hear_answer(&mut self, cx: &mut impl Context<Self>, slot: usize, ballot: Term, vouches: bool) -> bool {
        let Role::Leader(leader) = &mut self.role else { return false };
        let answers = ballot == self.promised && leader.members.has(slot);
        if answers {
            let progress = &mut leader.followers[slot];
            (progress.heard_at, progress.vouches) = (cx.now(), vouches);
        }
        answers
    }

    /// Counts who accepted what: `count` slots from `first` on, and all up to `through`.
    fn count(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        first: LogIndex,
        count: u32,
        through: LogIndex,
    ) {
        let Role::Leader(leader) = &self.role else { return };
        let vouched = leader.followers[slot].through.max(self.commit_index).0 + 1..=through.0;
        let mut is_news = false;
        for index in vouched.chain(first.0..first.0 + u64::from(count)) {
            if let Some(cell) = self.log.cell_mut(LogIndex(index)) {
                cell.acceptors.add(slot);
                is_news |= index > self.commit_index.0;
            }
        }
        self.hear_progress(cx, slot, first, count, through);
        if is_news {
            self.advance_commit(cx);
        }
        self.follower_advanced(cx, slot);
    }

    /// A server with a new disk tells what it holds: that is sent no more, and counts for nothing.
    pub(super) fn on_learned(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        ballot: Term,
        through: LogIndex,
        round: u32,
    ) {
        if !self.hear_answer(cx, slot, ballot, false) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen just now") };
        let progress = &mut leader.followers[slot];
        // Answers to values overtake each other, and tell of less for no more reason than that.
        if round > progress.round_of_learner {
            progress.round_of_learner = round;
            if progress.is_back_at(through) {
                self.log.forget_acceptor(slot, through);
            }
        }
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen just now") };
        let progress = &leader.followers[slot];
        let before = progress.through;
        let news = through.0.saturating_sub(before.0) as u32;
        self.hear_progress(cx, slot, before.next(), news, through);
        self.follower_advanced(cx, slot);
    }

    /// What an acceptor has answered is in flight no more; it is sent what comes next.
    fn hear_progress(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        first: LogIndex,
        count: u32,
        through: LogIndex,
    ) {
        let Role::Leader(leader) = &mut self.role else { return };
        let progress = &mut leader.followers[slot];
        let has_advanced = progress.answered(first, LogIndex(first.0 + u64::from(count)), through);
        if !progress.is_known {
            progress.is_known = true;
            if progress.next_index > progress.through.next() && progress.through < self.commit_index {
                progress.go_back(); // It lacks what was chosen before this leader led.
            }
        }
        if let Some((from, through)) = progress.lost() {
            self.send_again(cx, slot, from, through);
        }
        self.replicate_to(cx, slot);
        if has_advanced {
            self.watch(cx, slot);
        }
    }

    /// Sends again what was overtaken too often, unless it needs that no more: it leaves a gap there, and what is behind it
    /// waits to be chosen.
    fn send_again(&mut self, cx: &mut impl Context<Self>, slot: usize, from: LogIndex, through: LogIndex) {
        let Some(cell) = self.log.cell(from) else { return };
        if cell.acceptors.has(slot) {
            return;
        }
        let accept = self.accept_from(from, through, slot);
        cx.send(self.roster.node(slot), Message::Accept(Rc::new(accept)));
    }

    /// What an acceptor told may be what a transfer or a change waits for.
    fn follower_advanced(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        let (is_handing_over, has_goal) = (leader.transfer.is_some(), leader.goal.is_some());
        if !leader.departing.is_empty() {
            self.let_go(cx, slot);
        }
        if is_handing_over {
            self.hand_over(cx);
        } else if has_goal {
            self.pursue(cx);
        }
        self.retire(cx);
    }

    /// An acceptor owes an answer for too long: what was sent is taken for lost.
    pub(super) fn on_retransmit(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &mut self.role else { unreachable!("only a leader arms it") };
        let progress = &mut leader.followers[slot];
        progress.is_silent = true;
        progress.go_back();
        self.replicate_to(cx, slot);
    }

    /// Gives an acceptor that owes an answer the whole time again, and one that owes none no time.
    fn watch(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        let timer = Timer::Retransmit(slot as u32);
        if leader.followers[slot].in_flight.is_empty() {
            cx.disarm(timer);
        } else {
            cx.arm(timer, self.options.retransmit_timeout());
        }
    }
}
