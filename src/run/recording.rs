//! A recording: what is known of a run that is over. Metrics, files and charts are made from it and nothing else.

use crate::kernel::{NodeId, SystemId, Time};
use crate::model::halt::Halt;
use crate::model::history::Operation;
use crate::model::log::Term;
use crate::model::membership::Slots;
use crate::model::note::Ended;
use crate::sim::Lifecycle;

use super::availability::{Availability, Outage};
use super::breakdown::{Breakdowns, Level};
use super::cast::{Cast, Class};
use super::decree::DecreeSteps;
use super::leadership::{Election, Leaderless, Leadership};
use super::load::{Sample, Visits};
use super::metrics::{Aggregate, Label, Metric, Query};
use super::operation::{Ending, Recorded};
use super::phase::Timeline;
use super::recorder::{Recorder, Track};
use super::tally::{Intervals, Tallies};

/// A strike of a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultWindow {
    /// Its position among the planned faults.
    pub planned: usize,
    /// Its kind: for a nemesis, what it drew.
    pub kind: &'static str,
    /// Counts all strikes of the run from 0.
    pub strike: usize,
    /// When it struck.
    pub start: Time,
    /// When it ended; `None` if it was still active at the end of the run.
    pub end: Option<Time>,
    /// What it resolved to.
    pub resolved: String,
    /// The nodes that it named.
    pub nodes: Vec<NodeId>,
}

/// What became of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoleEvent {
    /// Its life changed.
    Life(Lifecycle),
    /// It asked whether it could campaign.
    AskedPreVote,
    /// It began to campaign.
    Campaigned,
    /// It was elected.
    BecameLeader,
    /// It stopped leading or campaigning.
    SteppedDown,
    /// Others vote than before, as it knows, or the same as it finds at boot.
    Configured {
        /// Who votes.
        voters: Slots,
        /// The voters whom they replace, while both must agree.
        outgoing: Slots,
    },
    /// Its disk is a new one: it has no say until it is taken in again.
    Recovering,
    /// It was taken in again.
    Rejoined,
    /// It takes part no more until it is restarted.
    Halted(Halt),
}

impl RoleEvent {
    /// The word used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            RoleEvent::Life(change) => change.name(),
            RoleEvent::AskedPreVote => "asked-pre-vote",
            RoleEvent::Campaigned => "campaigned",
            RoleEvent::BecameLeader => "became-leader",
            RoleEvent::SteppedDown => "stepped-down",
            RoleEvent::Configured { .. } => "configured",
            RoleEvent::Recovering => "recovering",
            RoleEvent::Rejoined => "rejoined",
            RoleEvent::Halted(_) => "halted",
        }
    }

    /// Why, if it is one that has a reason.
    pub fn reason(self) -> Option<Halt> {
        match self {
            RoleEvent::Halted(why) => Some(why),
            RoleEvent::Life(_)
            | RoleEvent::AskedPreVote
            | RoleEvent::Campaigned
            | RoleEvent::BecameLeader
            | RoleEvent::SteppedDown
            | RoleEvent::Configured { .. }
            | RoleEvent::Recovering
            | RoleEvent::Rejoined => None,
        }
    }

    /// Who votes from then on, by their numbers in the system, such as `1 2 3`, and whom they replace: `1 2 4 for 1 2 3`.
    pub fn voters(self) -> Option<String> {
        let RoleEvent::Configured { voters, outgoing } = self else { return None };
        Some(match outgoing.is_empty() {
            true => voters.numbers(),
            false => format!("{} for {}", voters.numbers(), outgoing.numbers()),
        })
    }
}

/// An operator's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderRecord {
    /// The operator, by its place in the cast.
    pub operator: usize,
    /// Which of its orders, counted from 1.
    pub number: u32,
    /// When it was given for the first time.
    pub began: Time,
    /// When the operator learned, or gave up learning, what came of it, what that is, and how often it had given it.
    pub ended: Option<(Time, Ended, u32)>,
}

/// A change of a node's role or life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoleChange {
    /// When.
    pub at: Time,
    /// Whose.
    pub node: NodeId,
    /// What it was.
    pub event: RoleEvent,
    /// The term it names, if it names one.
    pub term: Option<Term>,
    /// Of a life: how often the node has booted.
    pub incarnation: Option<u32>,
    /// The planned fault whose doing it is.
    pub fault: Option<usize>,
}

/// How many operations there were, and how many are kept whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampling {
    /// Operations invoked.
    pub total: u64,
    /// Operations kept whole.
    pub kept: u64,
    /// One operation in so many is kept; 1 when all are.
    pub one_in: u32,
}

impl Sampling {
    /// Whether every operation is kept.
    pub fn is_complete(&self) -> bool {
        self.one_in == 1
    }
}

/// Why a warm-up cannot be moved: the cap on operations was reached, and single ones are gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the warm-up cannot be found after the run: more operations than `max-operations` allows to be kept")]
pub struct WarmupFixed;

/// What is known of a run that is over.
#[derive(Clone, Debug)]
pub struct Recording {
    cast: Cast,
    end: Time,
    intervals: Intervals,
    timeline: Timeline,
    tracks: Vec<Track>,
    availability: Vec<Availability>,
    tallies: Tallies,
    sampling: Sampling,
    visits: Visits,
    leadership: Leadership,
    roles: Vec<RoleChange>,
    faults: Vec<FaultWindow>,
    orders: Vec<OrderRecord>,
    decree: DecreeSteps,
    samples: Vec<Sample>,
    /// By system: whether any of its nodes ever had a request.
    serves: Vec<bool>,
    turned_away: Vec<u64>,
    breakdowns: Breakdowns,
}

impl Recording {
    /// What `recorder` heard up to `end`; `tallies` if they had to be made during the run.
    pub(super) fn new(recorder: Recorder, end: Time, sampling: Sampling, tallies: Option<Tallies>) -> Self {
        let Recorder {
            setup,
            timeline,
            tracks,
            availability,
            visits,
            leadership,
            roles,
            faults,
            orders,
            decree,
            samples,
            turned_away,
            breakdowns,
            ..
        } = recorder;
        let mut serves = vec![false; setup.cast.systems.len()];
        for (node, instance) in setup.cast.nodes.iter().zip(&recorder.instances) {
            serves[node.system.index()] |= instance.is_used();
        }
        // A limit may have ended the run early.
        let intervals = Intervals { duration: end, ..setup.intervals };
        let tallies = match tallies {
            Some(mut tallies) => {
                tallies.cut(intervals);
                tallies
            }
            None => Tallies::of(&setup.cast, intervals, &timeline, &tracks, None),
        };
        let cast = setup.cast;
        Recording {
            cast,
            end,
            intervals,
            timeline,
            tracks,
            availability,
            tallies,
            sampling,
            visits,
            leadership,
            roles,
            faults,
            orders,
            decree,
            samples,
            serves,
            turned_away,
            breakdowns,
        }
    }

    /// Moves the end of the warm-up, for one that is found after the run.
    ///
    /// # Errors
    /// If single operations or visits are gone.
    pub fn set_warmup(&mut self, warmup: Time) -> Result<(), WarmupFixed> {
        if !self.sampling.is_complete() || !self.visits.is_complete() {
            return Err(WarmupFixed);
        }
        self.timeline.set_warmup(warmup);
        self.tallies = Tallies::of(&self.cast, self.intervals, &self.timeline, &self.tracks, None);
        let replayed = (0..self.cast.workloads.len()).map(|workload| self.replay(workload, warmup, self.end));
        self.availability = replayed.collect();
        Ok(())
    }

    fn replay(&self, workload: usize, from: Time, until: Time) -> Availability {
        let mut availability = Availability::new(from, self.intervals.length);
        let ok = |one: &Recorded| Ending::of(one.outcome).0 == Ending::Ok;
        let times = self.operations(workload).map(|one| (one.intended, one.invoked, one.returned, ok(&one)));
        availability.replay(times, until);
        availability
    }

    /// Who took part.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// When the run ended.
    pub fn end(&self) -> Time {
        self.end
    }

    /// The intervals of time series.
    pub fn intervals(&self) -> Intervals {
        self.intervals
    }

    /// The phases.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What the requests of a workload and a class spent their time on, by levels of latency; none if none was answered.
    pub fn time_spent(&self, workload: usize, class: Class) -> Vec<Level> {
        let mut levels = self.breakdowns.levels(&self.cast, &self.timeline, workload, class);
        // Of many requests only some have their parts kept, but the latency of a level is known of all.
        let names = [
            (Label::Workload, self.cast.workload_name(workload)),
            (Label::Op, self.cast.class_name(workload, class)),
        ];
        let query =
            names.into_iter().fold(Query::of(Metric::Latency), |query, (label, name)| query.and(label, name));
        for level in levels.iter_mut().filter(|_| self.breakdown_one_in() > 1) {
            let measured = Aggregate::named(level.name).and_then(|aggregate| self.measure(&query, aggregate));
            level.at = measured.map_or(level.at, |at| at as u64);
        }
        levels
    }

    /// Of how many requests one is kept with the parts of its time.
    pub fn breakdown_one_in(&self) -> u32 {
        self.breakdowns.one_in()
    }

    /// Operations of a workload that found no client free, and were never sent.
    pub fn turned_away(&self, workload: usize) -> u64 {
        self.turned_away[workload]
    }

    /// How many operations there were and are kept.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// How many requests instances of services answered, if they are more than are kept singly.
    pub fn visits_folded(&self) -> Option<u64> {
        (!self.visits.is_complete()).then(|| self.visits.total())
    }

    /// The operations of a workload that are kept, by node and number.
    pub fn operations(&self, workload: usize) -> impl Iterator<Item = Recorded> + '_ {
        let tracks = self.tracks.iter().filter(move |track| track.workload == Some(workload));
        tracks.flat_map(whole)
    }

    /// What was asked of a system, by workloads and by instances of services, with the asking node's system: in the
    /// order of invocation. Only a part of it unless [`Sampling::is_complete`].
    pub fn asked_of(&self, system: SystemId) -> Vec<(SystemId, Recorded)> {
        let mut asked = Vec::new();
        for track in self.tracks.iter().filter(|track| track.target == system) {
            let caller = self.cast.nodes[track.node.index()].system;
            asked.extend(whole(track).map(|one| (caller, one)));
        }
        asked.sort_by_key(|(_, one)| one.invoked);
        asked
    }

    /// What clients asked of a store and were told, in the order of invocation: what judges read. Only a part of
    /// it unless [`Sampling::is_complete`].
    pub fn history(&self, system: SystemId) -> Vec<Operation> {
        self.asked_of(system).iter().filter_map(|(_, one)| one.operation()).collect()
    }

    /// Exact counts and histograms.
    pub fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// Exact counts and histograms of what was due from `from` to before `until`; `None` if single operations
    /// are gone.
    pub(super) fn tallies_within(&self, window: (Time, Time)) -> Option<Tallies> {
        let complete = self.sampling.is_complete();
        complete.then(|| Tallies::of(&self.cast, self.intervals, &self.timeline, &self.tracks, Some(window)))
    }

    /// The longest unavailable window of a workload, the first of equals; `None` if there was none.
    pub fn longest_outage(&self, workload: usize) -> Option<Outage> {
        self.availability[workload].longest()
    }

    /// The longest unavailable window of a workload within a time; outer `None` if single operations are gone.
    pub(super) fn longest_outage_within(
        &self,
        workload: usize,
        (from, until): (Time, Time),
    ) -> Option<Option<Outage>> {
        let from = from.max(self.timeline.warmup());
        let complete = self.sampling.is_complete();
        complete.then(|| self.replay(workload, from, until.min(self.end)).longest())
    }

    /// The unavailable windows of a workload that are at least one interval long, in order.
    pub fn outages(&self, workload: usize) -> &[Outage] {
        self.availability[workload].outages()
    }

    /// The strikes of faults, in order.
    pub fn faults(&self) -> &[FaultWindow] {
        &self.faults
    }

    /// What became of operators' orders, in the order in which they were given.
    pub fn orders(&self) -> &[OrderRecord] {
        &self.orders
    }

    /// The changes of roles and lives, in order.
    pub fn roles(&self) -> &[RoleChange] {
        &self.roles
    }

    /// What the nodes of single-decree Paxos did.
    pub fn decree(&self) -> &DecreeSteps {
        &self.decree
    }

    /// The elections won, in the order of their ends.
    pub fn elections(&self) -> &[Election] {
        &self.leadership.elections
    }

    /// The times without a leader, in the order of their ends.
    pub fn leaderless(&self) -> &[Leaderless] {
        &self.leadership.leaderless
    }

    /// Whether a system ever campaigned for a leader.
    pub fn elects(&self, system: SystemId) -> bool {
        self.leadership.elects(system)
    }

    /// Whether any node of a system ever had a request, as an instance of a service.
    pub fn serves(&self, system: SystemId) -> bool {
        self.serves[system.index()]
    }

    /// The samples of all nodes, in order.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    pub(super) fn visits(&self) -> &Visits {
        &self.visits
    }
}

/// The operations of a track.
fn whole(track: &Track) -> impl Iterator<Item = Recorded> + '_ {
    track.kept.iter().map(|operation| operation.unpack(track.node))
}
