//! What a query selects of a recording, and the figure it comes to.

mod elections;
mod nodes;
mod operations;
mod strikes;
mod traffic;

use crate::kernel::{SystemId, Time};

use super::aggregate::{Aggregate, Values, over_nodes};
use super::catalogue::{Source, entry};
use super::query::Query;
use crate::run::phase::Phase;
use crate::run::recording::Recording;

/// What a query selects, before it becomes one figure.
pub(super) enum Gathered {
    /// Integer values.
    Values(Values),
    /// One figure, whatever the aggregate is called.
    One(f64),
    /// A figure a node.
    Nodes(Vec<f64>),
    /// Averages over time, a node each, and the most at any node at any time.
    Levels(Vec<f64>, u32),
}

impl Gathered {
    pub(super) fn aggregate(&self, aggregate: Aggregate) -> Option<f64> {
        match self {
            Gathered::Values(values) => values.aggregate(aggregate),
            Gathered::One(figure) => Some(*figure),
            Gathered::Nodes(figures) => over_nodes(figures, aggregate),
            Gathered::Levels(_, most) if aggregate == Aggregate::Max => Some(f64::from(*most)),
            Gathered::Levels(averages, _) => over_nodes(averages, aggregate),
        }
    }
}

impl Recording {
    /// One figure, in the metric's base unit; `None` if there is no data: nothing was selected, the aggregate of
    /// nothing is undefined, or a window was asked for and single operations are gone.
    ///
    /// # Panics
    /// If the catalogue does not give the metric this aggregate.
    pub fn measure(&self, query: &Query, aggregate: Aggregate) -> Option<f64> {
        let entry = entry(query.metric);
        assert!(
            entry.aggregates.contains(&aggregate),
            "{} has no aggregate {}",
            entry.name,
            aggregate.name()
        );
        self.gather(query)?.aggregate(aggregate)
    }

    pub(super) fn gather(&self, query: &Query) -> Option<Gathered> {
        match entry(query.metric).source {
            Source::Latencies => self.latencies(query).map(Gathered::Values),
            Source::CommitLatencies => self.commit_latencies(query).map(Gathered::Values),
            Source::Counts(figure) => self.counts(query, figure).map(Gathered::One),
            Source::Outages => self.unavailable_windows(query).map(Gathered::Values),
            Source::Elections => self.election_durations(query).map(Gathered::Values),
            Source::LeaderChanges => self.leader_changes(query).map(|changes| Gathered::One(changes as f64)),
            Source::Leaderless => self.times_without_leader(query).map(Gathered::Values),
            Source::Traffic(what, quotient) => self.traffic(query, what, quotient).map(Gathered::One),
            Source::LeaderUtilisation => self.leader_utilisation(query).map(Gathered::One),
            Source::Visits(part) => self.visit_times(query, part).map(Gathered::Values),
            Source::Level(level) => self.levels(query, level),
            Source::Utilisation => self.utilisations(query).map(Gathered::Nodes),
            Source::Strikes => Some(Gathered::One(self.strikes(query) as f64)),
            Source::ClockError(clock) => self.clock_errors(query, clock).map(Gathered::Nodes),
            Source::Counter(counter) => self.counter(query, counter).map(|sum| Gathered::One(sum as f64)),
        }
    }

    /// Whether a moment lies in the phase and window of a query.
    fn covers(&self, query: &Query, at: Time) -> bool {
        let phase = self.timeline().phase(at);
        query.window.is_none_or(|(from, until)| from <= at && at < until)
            && query.phase.map_or(phase != Phase::Warmup, |wanted| wanted == phase)
    }

    /// Every system and workload.
    fn systems(&self) -> impl Iterator<Item = SystemId> + use<> {
        (0..self.cast().systems.len()).map(|system| SystemId(system as u16))
    }
}

/// The time that a query is about.
fn window(query: &Query) -> (Time, Time) {
    query.window.unwrap_or((Time::ZERO, Time::MAX))
}
