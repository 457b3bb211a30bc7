//! What the runs of a sweep are compared by.

use crate::report::charts::Quantity;
use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric, Unit, UnitKind, entry};
use crate::run::outputs::SweepRun;
use crate::run::page::written;

/// The figures that a sweep's page shows, in this order.
const SHOWN: [(Metric, Aggregate); 14] = [
    (Metric::Throughput, Aggregate::Mean),
    (Metric::Latency, Aggregate::P50),
    (Metric::Latency, Aggregate::P99),
    (Metric::CommitLatency, Aggregate::P50),
    (Metric::ErrorRate, Aggregate::Mean),
    (Metric::UnavailableWindow, Aggregate::Max),
    (Metric::ElectionDuration, Aggregate::Max),
    (Metric::TimeWithoutLeader, Aggregate::Total),
    (Metric::MessagesPerCommit, Aggregate::Mean),
    (Metric::MessagesPerDecision, Aggregate::Mean),
    (Metric::LeaderUtilisation, Aggregate::Mean),
    (Metric::WaitingTime, Aggregate::Mean),
    (Metric::Utilisation, Aggregate::Mean),
    (Metric::MessagesSent, Aggregate::Count),
];

/// By which of what happened in a run only that is kept which did.
const CAUSES: [Label; 2] = [Label::Reason, Label::Status];

/// One figure that the runs of a sweep are compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measure {
    metric: Metric,
    aggregate: Aggregate,
    labels: Labels,
    /// What it is called: `latency p99`, and of what if there are several.
    pub name: String,
}

/// What the runs are compared by: the figures of [`SHOWN`] that any of them has.
pub fn measures(runs: &[SweepRun]) -> Vec<Measure> {
    let runs: Vec<&SweepRun> = runs.iter().collect();
    let all = |(metric, aggregate)| Measure::all(&runs, metric, aggregate, &Labels::new());
    SHOWN.into_iter().flat_map(all).collect()
}

impl Measure {
    /// What the runs can be compared by of a metric: it as a whole, or as far as `narrowed` says; for each system, workload or region that
    /// it is of.
    ///
    /// By a reason or a class of statuses all can be compared that have the whole: see [`Measure::of`].
    pub fn all(runs: &[&SweepRun], metric: Metric, aggregate: Aggregate, narrowed: &Labels) -> Vec<Measure> {
        let (causes, narrowed): (Labels, Labels) =
            narrowed.clone().into_iter().partition(|(label, _)| CAUSES.contains(label));
        if causes.len() > 1 {
            // No run keeps what has both.
            return Vec::new();
        }
        let narrowed = &narrowed;
        let is_narrowed =
            |labels: &Labels| narrowed.iter().all(|(label, value)| labels.get(label) == Some(value));
        let mut found: Vec<&Labels> = Vec::new();
        for figure in runs.iter().flat_map(|run| &run.figures) {
            let labels = &figure.labels;
            let is_it = figure.metric == metric && figure.aggregate == aggregate && is_narrowed(labels);
            let is_wanted = is_it && is_whole(labels, narrowed) && !is_of_clients(labels, runs);
            if is_wanted && !found.contains(&labels) {
                found.push(labels);
            }
        }
        // Where all workloads together can be told, each by itself is for the pages of the runs.
        let totals: Vec<&Labels> =
            found.iter().copied().filter(|labels| !labels.contains_key(&Label::Workload)).collect();
        let is_part = |labels: &Labels| {
            let without =
                |total: &&Labels| total.iter().all(|(label, value)| labels.get(label) == Some(value));
            labels.contains_key(&Label::Workload) && totals.iter().any(without)
        };
        found.retain(|labels| narrowed.contains_key(&Label::Workload) || !is_part(labels));
        let several = found.len() > 1;
        let measure = |labels: &Labels| {
            // Of clients in several regions the region tells them apart.
            let of =
                labels.get(&Label::Workload).or(labels.get(&Label::Region)).or(labels.get(&Label::System));
            let of = of.filter(|_| several);
            let of = of.map_or(String::new(), |of| format!(" {of}"));
            let name = match aggregate {
                // That is what the metric is.
                Aggregate::Count => entry(metric).name.to_owned() + &of,
                _ => format!("{} {}{of}", entry(metric).name, aggregate.name()),
            };
            let labels = labels.iter().chain(&causes).map(|(label, value)| (*label, value.clone())).collect();
            Measure { metric, aggregate, labels, name }
        };
        found.into_iter().map(measure).collect()
    }
}

/// Whether a figure is of the nodes that clients run on: what they send mirrors what they are told to.
fn is_of_clients(labels: &Labels, runs: &[&SweepRun]) -> bool {
    let Some(system) = labels.get(&Label::System) else { return false };
    let figures = || runs.iter().take(1).flat_map(|run| &run.figures);
    figures().any(|figure| figure.labels.get(&Label::Workload) == Some(system))
}

/// Whether a figure is of all operations and all phases, but for what it is narrowed by.
fn is_whole(labels: &Labels, narrowed: &Labels) -> bool {
    [Label::Op, Label::Phase, Label::Reason, Label::Status, Label::Node, Label::Kind]
        .iter()
        .all(|label| !labels.contains_key(label) || narrowed.contains_key(label))
}

impl Measure {
    /// The metric.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// How it is aggregated.
    pub fn aggregate(&self) -> Aggregate {
        self.aggregate
    }

    /// What it is of.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Whether it may be drawn on a log axis. What has an upper bound is not: saturation is a line that bends.
    pub fn may_be_log(&self) -> bool {
        may_be_log(self.metric)
    }

    /// The region of the clients that it is of, if it is of those of one region.
    pub(super) fn region(&self) -> Option<&str> {
        self.labels.get(&Label::Region).map(String::as_str)
    }

    /// Whether both are the same but for the region of the clients.
    pub(super) fn differs_by_region(&self, other: &Measure) -> bool {
        let system = |measure: &Measure| measure.labels.get(&Label::System).cloned();
        let both_have = self.region().is_some() && other.region().is_some();
        both_have
            && (self.metric, self.aggregate) == (other.metric, other.aggregate)
            && system(self) == system(other)
    }

    /// Its name without the region.
    pub(super) fn name_without_region(&self) -> String {
        format!("{} {}", entry(self.metric).name, self.aggregate.name())
    }

    /// What a run measured, if it did. Runs keep no nought of what is narrowed by a reason or a class of statuses: it is nought where there
    /// is the whole of it.
    pub fn of(&self, run: &SweepRun) -> Option<f64> {
        let figure = |labels: &Labels| {
            let is_it = |figure: &&Figure| {
                figure.metric == self.metric && figure.aggregate == self.aggregate && figure.labels == *labels
            };
            run.figures.iter().find(is_it).map(|figure| figure.value)
        };
        figure(&self.labels).or_else(|| {
            let mut whole = self.labels.clone();
            whole.retain(|label, _| !CAUSES.contains(label));
            (whole.len() < self.labels.len()).then(|| figure(&whole)).flatten().map(|_| 0.0)
        })
    }

    /// How many values of a run it is taken from, if the metric counts them.
    pub fn count(&self, run: &SweepRun) -> Option<f64> {
        Measure { aggregate: Aggregate::Count, ..self.clone() }.of(run)
    }

    /// What it is in.
    pub fn unit(&self) -> Unit {
        entry(self.metric).unit_of(self.aggregate)
    }

    /// What a run measured, for people.
    pub fn written(&self, run: &SweepRun) -> String {
        self.of(run).map_or(String::new(), |value| written(value, self.unit()))
    }

    /// How values are drawn, and what divides them.
    pub fn quantity(&self) -> (Quantity, f64) {
        quantity_of(self.unit())
    }
}

/// Whether a metric may be drawn on a log axis.
pub fn may_be_log(metric: Metric) -> bool {
    !matches!(
        metric,
        Metric::Throughput | Metric::ErrorRate | Metric::Utilisation | Metric::LeaderUtilisation
    )
}

/// How values in a unit are drawn, and what divides them.
pub fn quantity_of(unit: Unit) -> (Quantity, f64) {
    match unit.kind() {
        UnitKind::Time => (Quantity::Milliseconds, 1e6),
        UnitKind::Share => (Quantity::Share, 1.0),
        UnitKind::Rate | UnitKind::Number => (Quantity::Number, 1.0),
    }
}
