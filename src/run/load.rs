//! What services and nodes did: the requests at each instance, how long they took, and samples of every node's counters.

use crate::checks::queueing::ServerAccount;
use crate::kernel::{NodeId, Time};
use crate::model::log::Term;
use crate::sim::NodeCounters;

use super::histogram::Histogram;
use super::metrics::Values;
use super::phase::{Phase, Timeline};
use super::traffic::Traffic;

/// A node's figures up to a moment; all but `in_system_max` only ever grow.
#[derive(Clone, Copy, Debug)]
pub struct NodeSample {
    /// What the event loop counted.
    pub counters: NodeCounters,
    /// The number of requests at it, integrated over time, in request-nanoseconds.
    pub in_system_time: u128,
    /// The number of requests at it beyond its cores, integrated over time; 0 if its cores have no limit.
    pub queue_time: u128,
    /// The most requests that were at it at once since the sample before.
    pub in_system_max: u32,
    /// Requests it answered.
    pub finished: u64,
    /// Requests it refused.
    pub refused: u64,
    /// What it said and committed as a replica of a log.
    pub traffic: Traffic,
    /// The term that it led then, by its own belief.
    pub leads: Option<Term>,
}

impl NodeSample {
    /// The share of a node's core-time that was busy from one sample to a later one, so many nanoseconds apart; none if its cores
    /// have no limit.
    pub(super) fn utilisation(&self, later: &NodeSample, elapsed: f64, cores: Option<u32>) -> Option<f64> {
        let busy = (later.counters.processor.busy.0 - self.counters.processor.busy.0) as f64;
        cores.map(|cores| busy / (elapsed * f64::from(cores)))
    }

    /// The requests at a node beyond its cores, averaged over the nanoseconds from one sample to a later one.
    pub(super) fn queue_length(&self, later: &NodeSample, elapsed: f64) -> f64 {
        (later.queue_time - self.queue_time) as f64 / elapsed
    }
}

/// Every node's figures up to a moment.
#[derive(Clone, Debug)]
pub struct Sample {
    /// When it was taken.
    pub at: Time,
    /// By node id.
    pub nodes: Vec<NodeSample>,
}

/// The requests at one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance {
    cores: Option<u32>,
    in_system: u32,
    since: Time,
    in_system_time: u128,
    queue_time: u128,
    in_system_max: u32,
    taken: u64,
    finished: u64,
    lost: u64,
    refused: u64,
}

impl Instance {
    pub(super) fn new(cores: Option<u32>) -> Self {
        Instance {
            cores,
            in_system: 0,
            since: Time::ZERO,
            in_system_time: 0,
            queue_time: 0,
            in_system_max: 0,
            taken: 0,
            finished: 0,
            lost: 0,
            refused: 0,
        }
    }

    #[inline]
    fn settle(&mut self, at: Time) {
        let elapsed = u128::from(at.since(self.since).0);
        let waiting = self.cores.map_or(0, |cores| self.in_system.saturating_sub(cores));
        self.in_system_time += elapsed * u128::from(self.in_system);
        self.queue_time += elapsed * u128::from(waiting);
        self.since = at;
    }

    /// `in_system` requests are at it from now on.
    #[inline]
    fn holds(&mut self, at: Time, in_system: u32) {
        self.settle(at);
        self.in_system = in_system;
        self.in_system_max = self.in_system_max.max(in_system);
    }

    /// It took one, and has so many now.
    #[inline]
    pub(super) fn took(&mut self, at: Time, in_system: u32) {
        self.taken += 1;
        self.holds(at, in_system);
    }

    /// It crashed, and has lost so many.
    pub(super) fn crashed(&mut self, at: Time, lost: u64) {
        self.lost += lost;
        self.holds(at, 0);
    }

    /// What was counted up to now; `stayed` and `present` are counted elsewhere.
    pub(super) fn account(&mut self, at: Time, (stayed, present): (u128, u64)) -> ServerAccount {
        self.settle(at);
        let Instance { taken, finished, lost, in_system_time: held, .. } = *self;
        ServerAccount { taken, finished, lost, present, held, stayed }
    }

    /// It answered one.
    #[inline]
    pub(super) fn finished(&mut self, at: Time) {
        self.finished += 1;
        self.holds(at, self.in_system.saturating_sub(1));
    }

    /// It refused one.
    #[inline]
    pub(super) fn refused(&mut self) {
        self.refused += 1;
    }

    /// Whether a request ever came.
    pub(super) fn is_used(&self) -> bool {
        self.finished > 0 || self.refused > 0 || self.in_system > 0 || self.in_system_time > 0
    }

    /// Its figures up to now, but for those of replicas.
    pub(super) fn sample(&mut self, at: Time, counters: NodeCounters) -> NodeSample {
        self.settle(at);
        let Instance { in_system_time, queue_time, in_system_max, finished, refused, .. } = *self;
        self.in_system_max = self.in_system;
        let (traffic, leads) = (Traffic::default(), None);
        NodeSample { counters, in_system_time, queue_time, in_system_max, finished, refused, traffic, leads }
    }
}

/// A request at an instance, from arrival to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) arrived: Time,
    /// In nanoseconds.
    pub(super) sojourn: u64,
    /// In nanoseconds.
    pub(super) waiting: u64,
    pub(super) node: NodeId,
}

/// Which time of a request at an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// From arrival to answer.
    Sojourn,
    /// What of it is neither work nor waiting for other systems.
    Waiting,
}

#[derive(Clone, Debug, Default)]
struct VisitTally {
    sojourn: Histogram,
    waiting: Histogram,
}

/// All visits of a run; beyond a cap, histograms of them.
#[derive(Clone, Debug)]
pub(super) struct Visits {
    kept: Vec<Visit>,
    max: usize,
    total: u64,
    /// By node and phase, once the cap was reached.
    folded: Option<Vec<[VisitTally; Phase::ALL.len()]>>,
}

impl Visits {
    pub(super) fn new(max: usize) -> Self {
        Visits { kept: Vec::new(), max, total: 0, folded: None }
    }

    #[inline]
    pub(super) fn add(&mut self, visit: Visit, nodes: usize, timeline: &Timeline) {
        self.total += 1;
        if let Some(folded) = &mut self.folded {
            return fold(folded, timeline, &visit);
        }
        self.kept.push(visit);
        if self.kept.len() >= self.max {
            let mut folded = vec![Default::default(); nodes];
            self.kept.iter().for_each(|visit| fold(&mut folded, timeline, visit));
            self.kept = Vec::new();
            self.folded = Some(folded);
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn is_complete(&self) -> bool {
        self.folded.is_none()
    }

    /// The times of the visits to the nodes of interest that arrived in a measured phase, or the one given, within
    /// `window`; `None` if a window is asked of histograms.
    pub(super) fn values(
        &self,
        part: Part,
        timeline: &Timeline,
        of_interest: impl Fn(NodeId) -> bool,
        phase: Option<Phase>,
        window: Option<(Time, Time)>,
    ) -> Option<Values> {
        let measured = |one: Phase| phase.map_or(one != Phase::Warmup, |phase| phase == one);
        if let Some(folded) = &self.folded {
            if window.is_some() {
                return None;
            }
            let mut all = Histogram::default();
            let nodes = folded.iter().enumerate().filter(|&(node, _)| of_interest(NodeId(node as u32)));
            for (_, tallies) in nodes {
                for phase in Phase::ALL.into_iter().filter(|&phase| measured(phase)) {
                    let tally = &tallies[phase as usize];
                    all.merge(match part {
                        Part::Sojourn => &tally.sojourn,
                        Part::Waiting => &tally.waiting,
                    });
                }
            }
            return Some(Values::Rounded(all));
        }
        let within = |visit: &&Visit| {
            of_interest(visit.node)
                && window.is_none_or(|(from, until)| from <= visit.arrived && visit.arrived < until)
                && measured(timeline.phase(visit.arrived))
        };
        let time = |visit: &Visit| match part {
            Part::Sojourn => visit.sojourn,
            Part::Waiting => visit.waiting,
        };
        Some(Values::exact(self.kept.iter().filter(within).map(time).collect()))
    }
}

fn fold(folded: &mut [[VisitTally; Phase::ALL.len()]], timeline: &Timeline, visit: &Visit) {
    let tally = &mut folded[visit.node.index()][timeline.phase(visit.arrived) as usize];
    tally.sojourn.add(visit.sojourn);
    tally.waiting.add(visit.waiting);
}

#[cfg(test)]
mod tests {
    use super::super::histogram::RELATIVE_ERROR_MAX;
    use super::super::metrics::Aggregate;
    use super::*;
    use crate::kernel::{Duration, Stream};

    #[test]
    fn folded_visits_keep_counts_and_sums_and_percentiles_to_the_stated_error() {
        let timeline = Timeline::new(Time(100), Duration::ZERO);
        let (mut complete, mut capped) = (Visits::new(10_000), Visits::new(50));
        let mut rng = Stream::new(5, "visits", "test");
        for at in 0..1_000 {
            let (sojourn, node) = (rng.next_u64() % 1_000_000, NodeId(at as u32 % 3));
            let visit = Visit { arrived: Time(at), sojourn, waiting: sojourn / 2, node };
            complete.add(visit, 3, &timeline);
            capped.add(visit, 3, &timeline);
        }
        assert!(complete.is_complete() && !capped.is_complete());
        assert_eq!(capped.total(), 1_000);
        for part in [Part::Sojourn, Part::Waiting] {
            let both = [&complete, &capped].map(|visits| {
                visits
                    .values(part, &timeline, |node| node.0 != 1, None, None)
                    .expect("no window is asked for")
            });
            for aggregate in [Aggregate::Count, Aggregate::Mean, Aggregate::Max] {
                assert_eq!(both[0].aggregate(aggregate), both[1].aggregate(aggregate));
            }
            let [exact, rounded] =
                both.map(|values| values.aggregate(Aggregate::P99).expect("there are visits"));
            assert!(rounded >= exact && rounded <= exact * (1.0 + RELATIVE_ERROR_MAX));
        }
        assert_eq!(capped.values(Part::Sojourn, &timeline, |_| true, None, Some((Time(0), Time(9)))), None);
    }
}
