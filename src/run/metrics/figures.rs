//! All the usual figures of a run: each metric by the labels it is commonly read by, in a fixed order.

use crate::kernel::{SystemId, Time};
use crate::model::history::Reason;
use crate::model::status::Status;
use crate::net::DropReason;

use super::catalogue::{CATALOGUE, Entry, Label, Metric, Source};
use super::query::{Labels, Query};
use super::{Aggregate, entry};
use crate::run::phase::Phase;
use crate::run::recording::Recording;

/// One figure of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// Of what.
    pub metric: Metric,
    /// By what, the phase included.
    pub labels: Labels,
    /// How it was aggregated.
    pub aggregate: Aggregate,
    /// In the metric's base unit.
    pub value: f64,
}

/// All the usual figures of a run, those without data left out: by metric, then labels, then aggregate.
pub fn figures(recording: &Recording) -> Vec<Figure> {
    CATALOGUE.iter().flat_map(|entry| of_metric(recording, entry)).collect()
}

fn of_metric(recording: &Recording, entry: &Entry) -> Vec<Figure> {
    let query = Query::of(entry.metric);
    let queries = match entry.source {
        Source::Latencies => operations(recording, query.and(Label::Outcome, "ok")),
        Source::CommitLatencies => by_phase(recording, regions(recording, &query)),
        Source::Counts(_) => operations(recording, query),
        Source::Outages => {
            let mut queries = workloads(recording, &query);
            queries.extend(together(recording, &query));
            queries
        }
        Source::Elections | Source::LeaderChanges | Source::Leaderless => {
            by_phase(recording, systems(recording, &query, |system| recording.elects(system)))
        }
        Source::Traffic(..) | Source::LeaderUtilisation => systems(recording, &query, |_| true),
        Source::Visits(_) => {
            by_phase(recording, systems(recording, &query, |system| recording.serves(system)))
        }
        Source::Level(_) => systems(recording, &query, |system| recording.serves(system)),
        Source::Utilisation => systems(recording, &query, |_| true),
        Source::ClockError(clock) => {
            let is_off = |query: &Query| {
                recording.clock_errors(query, clock).is_some_and(|nodes| nodes.iter().any(|ns| *ns > 0.0))
            };
            let mut queries = systems(recording, &query, |_| true);
            queries.retain(is_off);
            queries
        }
        Source::Counter(_) => systems(recording, &query, |_| true),
        Source::Strikes => faults(recording, &query),
    };
    queries.into_iter().flat_map(by_reason_and_status).flat_map(|query| of_query(recording, &query)).collect()
}

/// The labels by which runs keep figures of a metric: fewer than a check may ask by.
pub fn labels_kept(entry: &Entry) -> Vec<Label> {
    let by: &[Label] = match entry.source {
        Source::Latencies => &[Label::Workload, Label::System, Label::Op, Label::Outcome, Label::Phase],
        Source::CommitLatencies => &[Label::System, Label::Region, Label::Phase],
        Source::Counts(_) => &[Label::Workload, Label::System, Label::Op, Label::Phase],
        Source::Outages => &[Label::Workload, Label::System],
        Source::Elections | Source::LeaderChanges | Source::Leaderless | Source::Visits(_) => {
            &[Label::System, Label::Phase]
        }
        Source::Traffic(..)
        | Source::LeaderUtilisation
        | Source::Level(_)
        | Source::Utilisation
        | Source::ClockError(_)
        | Source::Counter(_) => &[Label::System],
        Source::Strikes => &[Label::Fault, Label::Kind],
    };
    let causes = [Label::Reason, Label::Status].into_iter().filter(|cause| entry.labels.contains(cause));
    by.iter().copied().chain(causes).collect()
}

fn of_query(recording: &Recording, query: &Query) -> Vec<Figure> {
    let Some(gathered) = recording.gather(query) else { return Vec::new() };
    let mut labels = query.labels.clone();
    if let Some(phase) = query.phase {
        labels.insert(Label::Phase, phase.name().to_owned());
    }
    // A reason for which nothing happened is no news.
    let is_narrowed = [Label::Reason, Label::Status].iter().any(|label| query.labels.contains_key(label));
    let is_news = |value: &f64| *value != 0.0 || !is_narrowed;
    let figure = |&aggregate: &Aggregate| {
        let value = gathered.aggregate(aggregate).filter(is_news)?;
        Some(Figure { metric: query.metric, labels: labels.clone(), aggregate, value })
    };
    entry(query.metric).aggregates.iter().filter_map(figure).collect()
}

fn workloads(recording: &Recording, query: &Query) -> Vec<Query> {
    let cast = recording.cast();
    let of_workload = |workload| {
        let query = query.clone().and(Label::Workload, cast.workload_name(workload));
        query.and(Label::System, cast.target_name(workload))
    };
    (0..cast.workloads.len()).map(of_workload).collect()
}

/// By system that several workloads ask: all of them together.
fn together(recording: &Recording, query: &Query) -> Vec<Query> {
    let cast = recording.cast();
    let targets: Vec<&str> = (0..cast.workloads.len()).map(|workload| cast.target_name(workload)).collect();
    let is_first_of_several = |&(place, target): &(usize, &&str)| {
        !targets[..place].contains(target) && targets[place + 1..].contains(target)
    };
    let of_target = |(_, target): (usize, &&str)| query.clone().and(Label::System, target);
    targets.iter().enumerate().filter(is_first_of_several).map(of_target).collect()
}

/// By system and region of clients: where anything had to be committed.
fn regions(recording: &Recording, query: &Query) -> Vec<Query> {
    let cast = recording.cast();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (workload, facts) in cast.workloads.iter().enumerate() {
        let pair = (cast.target_name(workload), facts.region.as_str());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let of_pair =
        |(system, region): (&str, &str)| query.clone().and(Label::System, system).and(Label::Region, region);
    let committed =
        |query: &Query| recording.measure(query, Aggregate::Count).is_some_and(|count| count > 0.0);
    pairs.into_iter().map(of_pair).filter(committed).collect()
}

/// By workload, then kind (if it has several), then phase (if there are several): where anything was offered. Those of all
/// workloads together that ask the same system follow.
fn operations(recording: &Recording, query: Query) -> Vec<Query> {
    let mut queries = Vec::new();
    let together = together(recording, &query);
    for (workload, query) in workloads(recording, &query).into_iter().enumerate() {
        let used = recording.tallies().classes(workload).filter(|(_, class)| class.is_used());
        let names: Vec<&str> = used.map(|(class, _)| recording.cast().class_name(workload, class)).collect();
        let of_kinds =
            names.iter().filter(|_| names.len() > 1).map(|name| query.clone().and(Label::Op, name));
        queries.extend(of_kinds);
        queries.push(query);
    }
    queries.extend(together);
    let offered = |query: &Query| {
        let labels: Labels =
            query.labels.clone().into_iter().filter(|(label, _)| *label != Label::Outcome).collect();
        let offered = Query { labels, phase: query.phase, ..Query::of(Metric::Offered) };
        recording.measure(&offered, Aggregate::Mean).is_some_and(|rate| rate > 0.0)
    };
    let mut queries = by_phase(recording, queries);
    queries.retain(offered);
    queries
}

fn systems(recording: &Recording, query: &Query, of_interest: impl Fn(SystemId) -> bool) -> Vec<Query> {
    let ids = (0..recording.cast().systems.len()).map(|system| SystemId(system as u16));
    let of_interest = ids.filter(|&system| of_interest(system));
    of_interest.map(|system| query.clone().and(Label::System, recording.cast().system_name(system))).collect()
}

/// By fault, then by what each struck with.
fn faults(recording: &Recording, query: &Query) -> Vec<Query> {
    let mut struck: Vec<(usize, &str)> =
        recording.faults().iter().map(|strike| (strike.planned, strike.kind)).collect();
    struck.sort_unstable();
    struck.dedup();
    let of_fault = |(planned, kind): (usize, &str)| {
        query.clone().and(Label::Fault, &recording.cast().faults[planned]).and(Label::Kind, kind)
    };
    struck.into_iter().map(of_fault).collect()
}

/// Each as a whole, and then by phase if there are several.
fn by_phase(recording: &Recording, queries: Vec<Query>) -> Vec<Query> {
    let lasts = |&phase: &Phase| recording.timeline().time_in(Some(phase), Time::ZERO, recording.end()).0 > 0;
    let mut phases: Vec<Option<Phase>> = Phase::MEASURED.into_iter().filter(lasts).map(Some).collect();
    if phases.len() < 2 {
        phases.clear();
    }
    phases.insert(0, None);
    let of_query =
        |query: Query| phases.clone().into_iter().map(move |phase| Query { phase, ..query.clone() });
    queries.into_iter().flat_map(of_query).collect()
}

/// As a whole, and then by each reason and each class of statuses if it has any.
fn by_reason_and_status(query: Query) -> Vec<Query> {
    let names: Vec<&str> = match entry(query.metric).labels.contains(&Label::Reason) {
        false => Vec::new(),
        true if query.metric == Metric::MessagesDropped => DropReason::ALL.map(DropReason::name).to_vec(),
        true => Reason::ALL.map(Reason::name).to_vec(),
    };
    let by_name = names.into_iter().map(|name| query.clone().and(Label::Reason, name));
    let has_status = entry(query.metric).labels.contains(&Label::Status);
    let classes = Status::CLASSES_OF_FAILURES.into_iter().filter(|_| has_status);
    let by_class = classes.map(|class| query.clone().and(Label::Status, class));
    [query.clone()].into_iter().chain(by_name).chain(by_class).collect()
}
