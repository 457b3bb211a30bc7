//! Changes of who takes part (§6; dissertation §4): by joint consensus or one server at a time, new voters learning
//! first, with the rule of 2015 that a leader changes nothing before an entry of its own term is committed.
//!
//! A server uses the last configuration in its log, committed or not (§6). What an operator wants is a goal that a
//! leader pursues step by step; a new leader is asked again.

use crate::consensus::reconfiguration::{Goal, Step};
use crate::kernel::{Context, Time};
use crate::model::log::{Command, Entry, LogIndex};
use crate::model::membership::{Configuration, Slots};
use crate::model::note::ConsensusNote;
use crate::model::operation::{Operation, Progress as Answer};

use super::bugs;
use super::message::Message;
use super::roles::{Leader, Progress, Role};
use super::{Raft, Timer};

/// After how many election timeouts without a leader a learner campaigns.
const LEARNER_PATIENCE: u8 = 10;

impl Raft {
    /// Who takes part: the last configuration in the log (§6), or in a snapshot of it.
    #[inline]
    pub fn configuration(&self) -> &Configuration {
        self.configurations.latest()
    }

    /// Everybody else who takes part.
    pub(super) fn peers(&self) -> Slots {
        self.configuration().members().without(Slots::one(self.slot))
    }

    /// Whether this server's own vote counts.
    #[inline]
    pub(super) fn is_voter(&self) -> bool {
        self.configuration().is_voter(self.slot)
    }

    /// Whether its log takes its vote away, and it does not know that to be committed (dissertation §4.2.2): nobody else may hold
    /// that entry, so that whoever stays cannot win against its log. It can lead them, and its own vote does not count.
    pub(super) fn is_leaving(&self) -> bool {
        let said_at = self.configurations.latest_index();
        let before = || self.configurations.at(said_at.previous());
        said_at > self.commit_index && !self.is_voter() && before().is_voter(self.slot)
    }

    /// Whether this server learns, and has heard of no leader for so long that there may be none without it: its log may be longer
    /// than those of all voters that are left, while one of them has an entry that makes it a voter, and needs its vote. (Not in
    /// the papers: a leader that is no voter hands over as soon as it can.)
    pub(super) fn is_last_resort(&self) -> bool {
        self.configuration().learners.has(self.slot) && self.timeouts >= LEARNER_PATIENCE
    }

    /// An entry stands at the log's end, maybe one that says who takes part.
    #[inline]
    pub(super) fn configuration_appended(
        &mut self,
        cx: &mut impl Context<Self>,
        index: LogIndex,
        entry: &Entry,
    ) {
        if self.configurations.append(index, entry) {
            self.configuration_changed(cx);
            self.end_recovery(cx, index);
        }
    }

    /// Another configuration is in force here.
    pub(super) fn configuration_changed(&mut self, cx: &mut impl Context<Self>) {
        self.tell_configuration(cx);
        let members = self.peers();
        let (now, last_index) = (cx.now(), self.log.last_index());
        let Role::Leader(leader) = &mut self.role else { return };
        for slot in members.without(leader.members).iter() {
            leader.followers[slot] = Progress::new(last_index, now);
        }
        // Who leaves is told so, and campaigns no more.
        leader.members = leader.members.and(members);
        leader.departing = leader.members.without(members);
    }

    /// A server that leaves holds the entry that says so: it is sent nothing more.
    pub(super) fn let_go(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let said_at = self.configurations.latest_index();
        let Role::Leader(leader) = &mut self.role else { return };
        if leader.departing.has(slot) && leader.followers[slot].match_index >= said_at {
            leader.members = leader.members.without(Slots::one(slot));
            leader.departing = leader.departing.without(Slots::one(slot));
            cx.disarm(Timer::Retransmit(slot as u32));
        }
    }

    /// Tells the observers who takes part.
    pub(super) fn tell_configuration(&self, cx: &mut impl Context<Self>) {
        let Configuration { voters, outgoing, .. } = *self.configuration();
        cx.note(ConsensusNote::Configured { voters, outgoing, quorum: 0 });
    }

    /// An operator wants `operation`.
    pub(super) fn begin_operation(&mut self, cx: &mut impl Context<Self>, operation: Operation) -> Answer {
        if !self.is_leader() {
            return Answer::NotLeader { leader: self.leader };
        }
        match operation {
            Operation::Transfer { to } => self.begin_transfer(cx, usize::from(to)),
            Operation::Change { voters, learners, out, at_least } => {
                self.begin_change(cx, Goal { voters, learners, out, at_least })
            }
            Operation::Register { .. } => unreachable!("the planner asks that of services only"),
        }
    }

    fn begin_change(&mut self, cx: &mut impl Context<Self>, goal: Goal) -> Answer {
        let now = Configuration { outgoing: Slots::NONE, ..*self.configuration() };
        if let Some(objection) = goal.objection(&now) {
            return Answer::Refused(objection);
        }
        if self.is_settled() && goal.next_step(&now, self.options.membership, Slots::NONE) == Step::Reached {
            return Answer::Done;
        }
        let Role::Leader(leader) = &mut self.role else { unreachable!("the caller leads") };
        if leader.goal != Some(goal) {
            leader.goal = Some(goal);
            leader.catch_up.stop();
        }
        self.pursue(cx);
        Answer::Working
    }

    /// Takes the next step to a goal, or out of a joint configuration, once the one before is committed.
    pub(super) fn pursue(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let goal = leader.goal;
        if goal.is_none() && !self.configuration().is_joint() {
            return;
        }
        if !self.may_change() {
            return;
        }
        let now = *self.configuration();
        if now.is_joint() {
            // Any leader finishes what it finds begun (§6).
            let left = Configuration { outgoing: Slots::NONE, ..now };
            return self.enter_configuration(cx, left);
        }
        let Some(goal) = goal else { return };
        let step = match goal.objection(&now) {
            Some(_) => Step::Reached, // Another operation made it impossible: it is asked again and refused.
            None => goal.next_step(&now, self.options.membership, self.caught_up(cx.now(), goal)),
        };
        match step {
            Step::Enter(next) if self.could_serve(&next, cx.now()) => self.enter_configuration(cx, next),
            Step::CatchUp(_) => {}
            // What could not serve is not begun: whoever wants it asks again.
            Step::Enter(_) | Step::Reached => self.forget_goal(),
        }
    }

    /// Whether those who answer this leader, and vote as far as they have said, could decide for themselves (not in the papers):
    /// who lets a well voter go while others are down, or have lost their disks, may wait for these for ever.
    fn could_serve(&self, next: &Configuration, now: Time) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let answers = |slot: usize| {
            let progress = &leader.followers[slot];
            slot == self.slot || (progress.vouches && now.since(progress.heard_at) < leader.patience)
        };
        next.is_quorum(next.voting().filter(answers))
    }

    fn forget_goal(&mut self) {
        if let Role::Leader(leader) = &mut self.role {
            leader.goal = None;
            leader.catch_up.stop();
        }
    }

    fn enter_configuration(&mut self, cx: &mut impl Context<Self>, next: Configuration) {
        self.append(cx, Entry { term: self.current_term, command: Command::Reconfigure(next) });
        self.replicate_to_all(cx);
    }

    /// Whether the configuration in force is committed and one group votes.
    fn is_settled(&self) -> bool {
        self.configurations.latest_index() <= self.commit_index && !self.configuration().is_joint()
    }

    /// Whether a leader may put another configuration into its log: the last one is committed (§6), and so is an entry
    /// of its own term (the rule of 2015: without it, two leaders could change an uncommitted configuration each and
    /// end with majorities that do not meet).
    fn may_change(&self) -> bool {
        let is_own_term = self.log.term(self.commit_index) == Some(self.current_term);
        let is_committed = self.configurations.latest_index() <= self.commit_index;
        is_committed && (is_own_term || self.has_bug(bugs::CHANGE_WITHOUT_NOOP))
    }

    /// Which of those who are to vote have caught up.
    fn caught_up(&mut self, now: Time, goal: Goal) -> Slots {
        let patience = self.options.election_timeout_min();
        let (last_index, configuration) = (self.log.last_index(), *self.configuration());
        let Role::Leader(leader) = &mut self.role else { return Slots::NONE };
        let Leader { catch_up, followers, .. } = &mut **leader;
        let joining = goal.voters.without(configuration.voters).common(configuration.learners);
        catch_up.done(joining, |slot| followers[slot].match_index, last_index, now, patience)
    }

    /// A leader that leaves tells a voter that holds its whole log to campaign at once (dissertation §4.2.2 prefers it to
    /// waiting for an election timeout).
    fn name_successor(&mut self, cx: &mut impl Context<Self>) {
        let last_index = self.log.last_index();
        let Role::Leader(leader) = &self.role else { return };
        let holds_all = |slot: &usize| leader.followers[*slot].acknowledged == last_index;
        if let Some(successor) = self.configuration().voters.iter().find(holds_all) {
            cx.send(self.roster.node(successor), Message::TimeoutNow { term: self.current_term });
        }
    }

    /// What was committed may have been who takes part. A leader that is not among them any more has done its last
    /// duty (§6).
    pub(super) fn configuration_committed(&mut self, cx: &mut impl Context<Self>) {
        if !self.is_leader() {
            return;
        }
        if self.is_settled() && !self.is_voter() {
            self.name_successor(cx);
            self.heard_at = None;
            return self.step_down(cx);
        }
        self.pursue(cx);
    }
}
