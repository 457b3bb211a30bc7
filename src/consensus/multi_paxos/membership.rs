//! Changes of who takes part ("Paxos made simple", §3; Lamport, Malkhi and Zhou 2010): a configuration chosen in slot `i`
//! decides the slots from `i + alpha` on. As no more than `alpha` slots are undecided at a time, who decides a slot is known
//! before anything is proposed there. A leader fills the slots between with no-ops, so that it comes into force at once.
//!
//! One change at a time: a leader proposes none before the last is in force. What an operator wants is a goal that a leader
//! pursues step by step; a new leader is asked again.

use crate::consensus::configurations::Configurations;
use crate::consensus::quorums::InForce;
use crate::consensus::reconfiguration::{Goal, Method, Step};
use crate::consensus::replicated_log::Position;
use crate::kernel::{Context, Time};
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::{Configuration, Slots};
use crate::model::note::ConsensusNote;
use crate::model::operation::{Operation, Progress as Answer};

use super::bugs;
use super::message::Message;
use super::options::Options;
use super::progress::Progress;
use super::queue::Bound;
use super::roles::{Leader, Role};
use super::{MultiPaxos, Timer};

/// Who decides the next slot that is not known to be chosen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Reign {
    pub in_force: InForce,
    /// The last slot that they decide, as far as is known.
    pub until: LogIndex,
}

/// How many slots lie between a configuration's own and the first that it decides.
fn delay(options: &Options) -> u64 {
    if options.bugs.has(bugs::ALPHA_IGNORED) { 1 } else { options.alpha }
}

impl Reign {
    /// Who decides the slot behind `committed`.
    pub fn new(configurations: &Configurations, committed: LogIndex, options: &Options) -> Reign {
        let mut decisive = deciding(configurations, committed, options);
        let (_, configuration) = decisive.next().expect("somebody decides");
        let until = decisive.next().map_or(LogIndex(u64::MAX), |(from, _)| from.previous());
        Reign { in_force: InForce::new(configuration, options.quorums), until }
    }

    /// A configuration was chosen at `index`: maybe it comes next.
    pub fn extend(&mut self, configurations: &Configurations, index: LogIndex, options: &Options) {
        self.until = Reign::new(configurations, index.previous(), options).until;
    }
}

/// Who decides the slots behind `committed`, each with the first slot that it decides.
fn deciding(
    configurations: &Configurations,
    committed: LogIndex,
    options: &Options,
) -> impl Iterator<Item = (LogIndex, Configuration)> {
    let (next, delay) = (committed.next(), delay(options));
    let chosen = configurations.since(LogIndex(next.0.saturating_sub(delay)));
    chosen.enumerate().map(move |(place, &(brought_at, configuration))| {
        (if place == 0 { next } else { LogIndex(brought_at.0 + delay) }, configuration)
    })
}

impl MultiPaxos {
    /// Who takes part, as was chosen last; not necessarily in force.
    #[inline]
    pub fn configuration(&self) -> &Configuration {
        self.configurations.latest()
    }

    fn deciding(&self) -> impl Iterator<Item = (LogIndex, Configuration)> {
        deciding(&self.configurations, self.commit_index, &self.options)
    }

    /// Everybody else who takes part, in a slot that is not known to be chosen.
    pub(super) fn peers(&self) -> Slots {
        let all =
            self.deciding().fold(Slots::NONE, |all, (_, configuration)| all.and(configuration.members()));
        all.without(Slots::one(self.slot))
    }

    /// Everybody else whose promise counts in such a slot.
    pub(super) fn asked(&self) -> Slots {
        let all = self.deciding().fold(Slots::NONE, |all, (_, configuration)| all.and(configuration.voters));
        all.without(Slots::one(self.slot))
    }

    /// Whether this server's own vote counts in such a slot.
    #[inline]
    pub(super) fn is_voter(&self) -> bool {
        self.deciding().any(|(_, configuration)| configuration.is_voter(self.slot))
    }

    /// Whether those who `promised` are a phase-1 quorum of every configuration that decides a slot not known to be chosen;
    /// `promised` gives those whose promise counts from a slot on.
    pub(super) fn is_phase_1_done(&self, promised: impl Fn(LogIndex) -> Slots) -> bool {
        let quorums = self.options.quorums;
        self.deciding().all(|(first, configuration)| {
            InForce::new(configuration, quorums).is_phase_1_quorum(promised(first))
        })
    }

    /// Finds how far phase 1 allows to propose.
    pub(super) fn clear(&mut self) {
        let Role::Leader(leader) = &self.role else { return };
        let quorums = self.options.quorums;
        let shut = self.deciding().find(|&(first, configuration)| {
            !InForce::new(configuration, quorums).is_phase_1_quorum(leader.campaign.counting(first))
        });
        let cleared = shut.map_or(LogIndex(u64::MAX), |(first, _)| first.previous());
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
        leader.cleared = cleared;
    }

    /// Asks voters of a configuration that was chosen since it leads for their promises.
    pub(super) fn ask_for_promises(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        if leader.cleared == LogIndex(u64::MAX) {
            return;
        }
        let missing = self.asked().without(leader.campaign.promised);
        let prepare =
            Message::Prepare { ballot: self.promised, from: leader.campaign.queue.first(), transfer: false };
        for slot in missing.iter() {
            cx.send(self.roster.node(slot), prepare.clone());
        }
    }

    /// The last slot of those that the configuration in force decided is committed: the next one takes over.
    pub(super) fn change_reign(&mut self, cx: &mut impl Context<Self>, committed: Position) {
        self.reign = Reign::new(&self.configurations, committed.index, &self.options);
        // Who restarts must not ask those who have left: the others' disks are gone for good, maybe.
        self.settled_at = committed;
        self.metadata_changed();
        self.tell_configuration(cx);
        let peers = self.peers();
        let Role::Leader(leader) = &mut self.role else { return };
        leader.departing = leader.members.without(peers);
        // What the voters before confirmed says nothing of those who vote now.
        leader.rounds.lease_start = None;
        leader.is_for_good = false;
        leader.settled_round = leader.rounds.newest + 1;
    }

    /// A configuration is known to be chosen.
    pub(super) fn change_learned(&mut self, cx: &mut impl Context<Self>) {
        self.end_recovery(cx);
        let (now, next) = (cx.now(), self.commit_index.next());
        let peers = self.peers();
        let Role::Leader(leader) = &mut self.role else { return };
        for slot in peers.without(leader.members).iter() {
            leader.followers[slot] = Progress::new(next, now);
        }
        // Who leaves stays until it knows.
        leader.members = leader.members.and(peers);
        leader.departing = leader.members.without(peers);
        self.clear();
        self.finish_changes();
        self.ask_for_promises(cx);
        self.replicate_to_all(cx);
    }

    /// A server that takes part no more, and has been told so, is sent nothing more.
    pub(super) fn let_go(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        let progress = &leader.followers[slot];
        let is_told = progress.knows(leader.settled_round, self.settled_at.index);
        if !is_told || !leader.departing.has(slot) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { unreachable!("seen above") };
        leader.members = leader.members.without(Slots::one(slot));
        leader.departing = leader.departing.without(Slots::one(slot));
        leader.followers[slot].in_flight.clear();
        cx.disarm(Timer::Retransmit(slot as u32));
    }

    /// Tells the observers who decides what comes next.
    pub(super) fn tell_configuration(&self, cx: &mut impl Context<Self>) {
        let voters = self.reign.in_force.configuration.voters;
        let quorum = self.options.quorums.noted_q2(voters.len());
        cx.note(ConsensusNote::Configured { voters, outgoing: Slots::NONE, quorum });
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
        let now = *self.configuration();
        if let Some(objection) = goal.objection(&now) {
            return Answer::Refused(objection);
        }
        let is_reached = goal.next_step(&now, Method::Direct, Slots::NONE) == Step::Reached;
        if is_reached && self.is_settled() && self.knows_a_quorum_knows() {
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

    /// Takes the next step to a goal, once the one before is in force.
    pub(super) fn pursue(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let Some(goal) = leader.goal else { return };
        if !self.may_change() {
            return;
        }
        let now = *self.configuration();
        let step = match goal.objection(&now) {
            Some(_) => Step::Reached, // Another operation made it impossible: it is asked again and refused.
            None => goal.next_step(&now, Method::Direct, self.caught_up(cx.now(), goal)),
        };
        match step {
            Step::Enter(next) if self.could_serve(next, cx.now()) => {
                self.give_a_slot(Command::Reconfigure(next));
                self.open_window(cx);
            }
            Step::CatchUp(_) => {}
            // What could not serve is not begun: whoever wants it asks again.
            Step::Enter(_) | Step::Reached => {
                let Role::Leader(leader) = &mut self.role else { return };
                leader.goal = None;
                leader.catch_up.stop();
            }
        }
    }

    /// Whether those who answer this leader, and vote as far as they have said, could elect and decide by themselves (not in the
    /// papers): who lets a well voter go while others are down, or have lost their disks, may wait for these for ever.
    fn could_serve(&self, next: Configuration, now: Time) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        let answers = |slot: usize| {
            let progress = &leader.followers[slot];
            slot == self.slot || (progress.vouches && now.since(progress.heard_at) < leader.patience)
        };
        let next = InForce::new(next, self.options.quorums);
        let able = next.configuration.voters.filter(answers);
        next.is_phase_1_quorum(able) && next.is_phase_2_quorum(able)
    }

    /// What is to be proposed of `bound`: a change of this leader's own that has waited for its slot while somebody whom it needs
    /// went down, or lost a disk, is a no-op now.
    #[inline]
    pub(super) fn reconsider_change(&self, now: Time, bound: Bound) -> Entry {
        match bound.entry.command {
            Command::Reconfigure(next) if bound.ballot == Term(0) && !self.could_serve(next, now) => {
                Entry { command: Command::Noop, ..bound.entry }
            }
            Command::Reconfigure(_) | Command::Noop | Command::Apply { .. } => bound.entry,
        }
    }

    /// A change that is chosen comes into force when the slots up to there are: no-ops fill what commands do not.
    pub(super) fn finish_changes(&mut self) {
        let brought_at = self.configurations.latest_index();
        let in_force_from = brought_at.0 + self.options.alpha;
        if brought_at == LogIndex(0) || self.reign.until == LogIndex(u64::MAX) {
            return;
        }
        while let Role::Leader(leader) = &self.role
            && leader.campaign.queue.end().0 < in_force_from
        {
            self.give_a_slot(Command::Noop);
        }
    }

    /// Whether the configuration chosen last is in force, and no other is proposed.
    fn is_settled(&self) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        self.reign.until == LogIndex(u64::MAX) && leader.changed_at <= self.commit_index
    }

    /// Whether a phase-2 quorum of the configuration in force knows, durably, that it is in force. Before that, nothing is
    /// proposed for it to decide: so every phase-1 quorum that can matter has somebody who knows, and those who voted before
    /// are needed no more. (Of the papers none says how new voters get to know; who is told only by the values that it
    /// accepts may restart and ask those who have left for good.)
    #[inline]
    pub(super) fn knows_a_quorum_knows(&self) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        if leader.is_for_good {
            return true;
        }
        let knows = |slot: usize| {
            if slot == self.slot {
                self.durability.metadata_is_durable()
            } else {
                leader.followers[slot].knows(leader.settled_round, self.settled_at.index)
            }
        };
        let voters = self.reign.in_force.configuration.voters;
        self.reign.in_force.is_phase_2_quorum(voters.filter(knows))
    }

    /// Whether a leader may propose another configuration: the last is in force, and what others proposed before is known.
    pub(super) fn may_change(&self) -> bool {
        let Role::Leader(leader) = &self.role else { return false };
        self.is_settled() && self.commit_index >= leader.term_start
    }

    /// Which of those who are to vote have caught up.
    fn caught_up(&mut self, now: Time, goal: Goal) -> Slots {
        let patience = self.options.election_timeout_min();
        let configuration = *self.configurations.latest();
        let Role::Leader(leader) = &mut self.role else { return Slots::NONE };
        let Leader { catch_up, followers, campaign, .. } = &mut **leader;
        let last_index = campaign.queue.first().previous();
        let joining = goal.voters.without(configuration.voters).common(configuration.learners);
        catch_up.done(joining, |slot| followers[slot].through, last_index, now, patience)
    }

    /// What was committed may have brought a configuration into force, and the next step of a change be due.
    pub(super) fn slots_committed(&mut self, cx: &mut impl Context<Self>) {
        let Role::Leader(leader) = &self.role else { return };
        let is_new_reign = leader.rounds.newest < leader.settled_round;
        if leader.goal.is_some() {
            self.pursue(cx);
        }
        if is_new_reign {
            self.begin_round(cx);
            self.retire(cx);
        }
    }

    /// A leader that does not vote any more has done its last duty once enough of those who do can go on without it.
    #[inline]
    pub(super) fn retire(&mut self, cx: &mut impl Context<Self>) {
        if !self.is_leader() || self.reign.in_force.configuration.is_voter(self.slot) {
            return;
        }
        // Before its own no-op is chosen it does not know whether there is more to do.
        if self.may_change() && self.knows_a_quorum_knows() {
            self.heard_at = None;
            self.step_down(cx);
        }
    }
}
