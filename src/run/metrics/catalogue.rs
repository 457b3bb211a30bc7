//! The catalogue of metrics: the one place that names them, and says what each is computed from.

use super::Aggregate::{self, Count, Cv, Max, Mean, Min, P50, P90, P95, P99, P999, Total};
use Label::{Fault, Kind, Node, Op, Outcome, Phase, Reason, Region, Status, System, Workload};

use crate::clocks::ClockError;
use crate::model::history;
use crate::net::DropReason;
use crate::run::load::{NodeSample, Part};
use crate::run::operation::Ending;
use crate::run::tally::Counts;
use crate::run::traffic::Traffic;
use crate::systems::kinds::Decides;

/// A metric.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "`CATALOGUE` says what each means; saying it twice would let the two part")]
pub enum Metric {
    Latency,
    CommitLatency,
    Throughput,
    Offered,
    GoodputRatio,
    ErrorRate,
    Ok,
    Fail,
    Unknown,
    Rejected,
    UnavailableWindow,
    ElectionDuration,
    LeaderChanges,
    TimeWithoutLeader,
    MessagesPerCommit,
    BytesPerCommit,
    MessagesPerDecision,
    BytesPerDecision,
    RoundsPerCommit,
    LeaderLoad,
    LeaderUtilisation,
    SojournTime,
    WaitingTime,
    InSystem,
    QueueLength,
    Utilisation,
    WallClockError,
    MonotonicClockError,
    MessagesSent,
    MessagesReceived,
    MessagesDropped,
    DiskSyncs,
    Strikes,
}

/// The base unit of a metric: assertions, CSVs and JSON give its figures in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Operations a second.
    OperationsPerSecond,
    /// A share, from 0 to 1.
    Ratio,
    /// Operations.
    Operations,
    /// Requests.
    Requests,
    /// Elections.
    Elections,
    /// Messages.
    Messages,
    /// Messages an operation.
    MessagesPerOperation,
    /// Bytes an operation.
    BytesPerOperation,
    /// Rounds an operation.
    RoundsPerOperation,
    /// Syncs.
    Syncs,
    /// Strikes of faults.
    Strikes,
    /// How many values were aggregated.
    Count,
}

/// How figures in a unit are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitKind {
    /// As a length of time.
    Time,
    /// As so many a second.
    Rate,
    /// In per cent.
    Share,
    /// As a number.
    Number,
}

impl Unit {
    /// How figures in it are written.
    pub fn kind(self) -> UnitKind {
        match self {
            Unit::Nanoseconds => UnitKind::Time,
            Unit::OperationsPerSecond => UnitKind::Rate,
            Unit::Ratio => UnitKind::Share,
            Unit::Operations
            | Unit::Requests
            | Unit::Elections
            | Unit::Messages
            | Unit::MessagesPerOperation
            | Unit::BytesPerOperation
            | Unit::RoundsPerOperation
            | Unit::Syncs
            | Unit::Strikes
            | Unit::Count => UnitKind::Number,
        }
    }

    /// Every unit.
    pub const ALL: [Unit; 13] = [
        Unit::Nanoseconds,
        Unit::OperationsPerSecond,
        Unit::Ratio,
        Unit::Operations,
        Unit::Requests,
        Unit::Elections,
        Unit::Messages,
        Unit::MessagesPerOperation,
        Unit::BytesPerOperation,
        Unit::RoundsPerOperation,
        Unit::Syncs,
        Unit::Strikes,
        Unit::Count,
    ];

    /// The unit of a name.
    pub fn named(name: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// The word used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Nanoseconds => "ns",
            Unit::OperationsPerSecond => "op/s",
            Unit::Ratio => "ratio",
            Unit::Operations => "operations",
            Unit::Requests => "requests",
            Unit::Elections => "elections",
            Unit::Messages => "messages",
            Unit::MessagesPerOperation => "messages/op",
            Unit::BytesPerOperation => "bytes/op",
            Unit::RoundsPerOperation => "rounds/op",
            Unit::Syncs => "syncs",
            Unit::Strikes => "strikes",
            Unit::Count => "count",
        }
    }
}

/// What narrows a metric to a part of what it covers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Label {
    /// A workload's name.
    Workload,
    /// A system's name; for operations, the system that the workload calls.
    System,
    /// A node's name.
    Node,
    /// Where clients are.
    Region,
    /// The kind of an operation: `read`, `write`, `cas`, `append`, or a path.
    Op,
    /// `ok`, `fail` or `unknown`.
    Outcome,
    /// Why an operation did not end `ok`, or a message did not arrive.
    Reason,
    /// The class of the HTTP status that says why a call did not end `ok`.
    Status,
    /// `healthy`, `fault` or `recovery`.
    Phase,
    /// A fault's name.
    Fault,
    /// The kind of a fault: for a nemesis, what it drew.
    Kind,
}

impl Label {
    /// Every label, in the order of CSV columns.
    pub const ALL: [Label; 11] =
        [Workload, System, Node, Region, Op, Outcome, Reason, Status, Phase, Fault, Kind];

    /// The word used in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Workload => "workload",
            System => "system",
            Node => "node",
            Region => "region",
            Op => "op",
            Outcome => "outcome",
            Reason => "reason",
            Status => "status",
            Phase => "phase",
            Fault => "fault",
            Kind => "kind",
        }
    }
}

/// What a metric is computed from; it also says what the metric is tabled by.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// The latencies of operations.
    Latencies,
    /// Those of operations that change something.
    CommitLatencies,
    /// Counts of operations, the seconds measured, and the reasons asked for.
    Counts(fn(&Counts, f64, &[history::Reason]) -> Option<f64>),
    /// Unavailable windows, one a workload.
    Outages,
    /// Elections, by their lengths.
    Elections,
    /// Elections, by their number.
    LeaderChanges,
    /// The times without a leader.
    Leaderless,
    /// What the nodes of each system that decides such a thing did in the measured time, and how many there are: what is divided by
    /// what.
    Traffic(Decides, fn(Traffic, usize) -> (f64, f64)),
    /// The busy time of leaders' cores.
    LeaderUtilisation,
    /// Requests at instances of services.
    Visits(Part),
    /// The number of requests at instances, over time.
    Level(Level),
    /// The busy time of cores.
    Utilisation,
    /// How far clocks of nodes are from true time, in nanoseconds.
    ClockError(fn(ClockError) -> i64),
    /// A counter of nodes, narrowed by the reason of drops.
    Counter(fn(&NodeSample, Option<DropReason>) -> u64),
    /// Strikes of faults.
    Strikes,
}

/// Which requests at an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// All.
    InSystem,
    /// Those beyond its cores.
    Queue,
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which.
    pub metric: Metric,
    /// The name in scenarios and CSVs.
    pub name: &'static str,
    /// The unit of its values.
    pub unit: Unit,
    /// What it is computed from.
    pub source: Source,
    /// What narrows it.
    pub labels: &'static [Label],
    /// What may be asked of it.
    pub aggregates: &'static [Aggregate],
    /// What it means, and over which time.
    pub meaning: &'static str,
}

impl Entry {
    /// The unit of a figure: that of the values, but for the number of times and for what is relative.
    pub fn unit_of(&self, aggregate: Aggregate) -> Unit {
        match aggregate {
            Count if self.unit == Unit::Nanoseconds => Unit::Count,
            Cv => Unit::Ratio,
            Count | Mean | P50 | P90 | P95 | P99 | P999 | Max | Min | Total => self.unit,
        }
    }
}

/// Which figures of a metric are the better ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    /// The lower.
    Lower,
    /// The higher.
    Higher,
}

impl Metric {
    /// Which figures are the better ones; `None` of what is neither good nor bad, such as how busy something is.
    pub fn better(self) -> Option<Better> {
        match self {
            Metric::Latency
            | Metric::CommitLatency
            | Metric::ErrorRate
            | Metric::Fail
            | Metric::Unknown
            | Metric::Rejected
            | Metric::UnavailableWindow
            | Metric::ElectionDuration
            | Metric::LeaderChanges
            | Metric::TimeWithoutLeader
            | Metric::MessagesPerCommit
            | Metric::BytesPerCommit
            | Metric::MessagesPerDecision
            | Metric::BytesPerDecision
            | Metric::RoundsPerCommit
            | Metric::SojournTime
            | Metric::WaitingTime
            | Metric::InSystem
            | Metric::QueueLength
            | Metric::WallClockError
            | Metric::MonotonicClockError
            | Metric::MessagesDropped => Some(Better::Lower),
            Metric::Throughput | Metric::GoodputRatio | Metric::Ok => Some(Better::Higher),
            Metric::Offered
            | Metric::LeaderLoad
            | Metric::LeaderUtilisation
            | Metric::Utilisation
            | Metric::MessagesSent
            | Metric::MessagesReceived
            | Metric::DiskSyncs
            | Metric::Strikes => None,
        }
    }
}

const SPREAD: &[Aggregate] = &[Mean, P50, P90, P95, P99, P999, Max, Min, Count];
const OPERATIONS: &[Label] = &[Workload, System, Region, Op, Phase];
const REASONS: &[Label] = &[Workload, System, Region, Op, Reason, Status, Phase];

/// Every metric. All exclude the warm-up.
pub const CATALOGUE: &[Entry] = &[
    Entry {
        metric: Metric::Latency,
        name: "latency",
        unit: Unit::Nanoseconds,
        source: Source::Latencies,
        labels: &[Workload, System, Region, Op, Outcome, Phase],
        aggregates: SPREAD,
        meaning: "Time from an operation's intended arrival to its return; of operations that ended `ok` unless \
                  `outcome` says otherwise.",
    },
    Entry {
        metric: Metric::CommitLatency,
        name: "commit_latency",
        unit: Unit::Nanoseconds,
        source: Source::CommitLatencies,
        labels: &[Workload, System, Region, Phase],
        aggregates: SPREAD,
        meaning: "`latency` of the operations on a store that ended `ok` and had to be committed (`write`, `cas`, \
                  `append`, `propose`), by the region of their clients.",
    },
    Entry {
        metric: Metric::Throughput,
        name: "throughput",
        unit: Unit::OperationsPerSecond,
        source: Source::Counts(|counts, seconds, _| quotient(counts.ok, seconds)),
        labels: OPERATIONS,
        aggregates: &[Mean],
        meaning: "Operations that arrived in the measured time and ended `ok`, a second of it.",
    },
    Entry {
        metric: Metric::Offered,
        name: "offered",
        unit: Unit::OperationsPerSecond,
        source: Source::Counts(|counts, seconds, _| quotient(counts.offered, seconds)),
        labels: OPERATIONS,
        aggregates: &[Mean],
        meaning: "Operations that were due to arrive in the measured time, a second of it.",
    },
    Entry {
        metric: Metric::GoodputRatio,
        name: "goodput_ratio",
        unit: Unit::Ratio,
        source: Source::Counts(|counts, _, _| quotient(counts.ok, counts.offered as f64)),
        labels: OPERATIONS,
        aggregates: &[Mean],
        meaning: "Share of the offered operations that ended `ok`.",
    },
    Entry {
        metric: Metric::ErrorRate,
        name: "error_rate",
        unit: Unit::Ratio,
        source: Source::Counts(error_rate),
        labels: OPERATIONS,
        aggregates: &[Mean],
        meaning: "Share of the offered operations that ended `fail` or `unknown`, but for those that the end of the \
                  run or a crash of their client cut off, which count neither way.",
    },
    Entry {
        metric: Metric::Ok,
        name: "ok",
        unit: Unit::Operations,
        source: Source::Counts(|counts, _, _| Some(counts.ok as f64)),
        labels: OPERATIONS,
        aggregates: &[Count],
        meaning: "Operations that ended `ok`.",
    },
    Entry {
        metric: Metric::Fail,
        name: "fail",
        unit: Unit::Operations,
        source: Source::Counts(|counts, _, reasons| Some(counts.ended_for(Ending::Fail, reasons) as f64)),
        labels: REASONS,
        aggregates: &[Count],
        meaning: "Operations that ended `fail`: they certainly had no effect.",
    },
    Entry {
        metric: Metric::Unknown,
        name: "unknown",
        unit: Unit::Operations,
        source: Source::Counts(|counts, _, reasons| Some(counts.ended_for(Ending::Unknown, reasons) as f64)),
        labels: REASONS,
        aggregates: &[Count],
        meaning: "Operations that ended `unknown`, those in flight included.",
    },
    Entry {
        metric: Metric::Rejected,
        name: "rejected",
        unit: Unit::Ratio,
        source: Source::Counts(rejected),
        labels: OPERATIONS,
        aggregates: &[Mean],
        meaning: "Share of the offered operations that a server refused (reason `rejected`).",
    },
    Entry {
        metric: Metric::UnavailableWindow,
        name: "unavailable_window",
        unit: Unit::Nanoseconds,
        source: Source::Outages,
        labels: &[Workload, System],
        aggregates: &[Max],
        meaning: "The longest time in which a workload offered operations to its system and none ended `ok`: from the \
                  last `ok` (or the first arrival after it, if nothing was outstanding) to the next, or to the end \
                  of the run.",
    },
    Entry {
        metric: Metric::ElectionDuration,
        name: "election_duration",
        unit: Unit::Nanoseconds,
        source: Source::Elections,
        labels: &[System, Phase],
        aggregates: SPREAD,
        meaning: "Time from the loss of a leader (or, where an older one still believed itself in office, from the \
                  winner's campaign) to the next leader; the phase is that of the start.",
    },
    Entry {
        metric: Metric::LeaderChanges,
        name: "leader_changes",
        unit: Unit::Elections,
        source: Source::LeaderChanges,
        labels: &[System, Phase],
        aggregates: &[Count],
        meaning: "Elections won in the measured time, the first of the run not counted.",
    },
    Entry {
        metric: Metric::TimeWithoutLeader,
        name: "time_without_leader",
        unit: Unit::Nanoseconds,
        source: Source::Leaderless,
        labels: &[System, Phase],
        aggregates: &[Max, Total],
        meaning: "Time in which no running node that is not paused believed that it leads.",
    },
    Entry {
        metric: Metric::MessagesPerCommit,
        name: "messages_per_commit",
        unit: Unit::MessagesPerOperation,
        source: Source::Traffic(Decides::Log, |all, _| (all.peer_messages as f64, all.committed as f64)),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "Messages that the nodes of a replicated log sent to each other, for each client operation committed in \
                  the same time: heartbeats, elections and what was sent again included, what clients say not. An \
                  operation counts when the first node applies it; reads that need no entry do not count.",
    },
    Entry {
        metric: Metric::BytesPerCommit,
        name: "bytes_per_commit",
        unit: Unit::BytesPerOperation,
        source: Source::Traffic(Decides::Log, |all, _| (all.peer_bytes as f64, all.committed as f64)),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "The bytes of the messages of `messages_per_commit`, headers included.",
    },
    Entry {
        metric: Metric::MessagesPerDecision,
        name: "messages_per_decision",
        unit: Unit::MessagesPerOperation,
        source: Source::Traffic(Decides::Decree, |all, _| (all.peer_messages as f64, all.chosen as f64)),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "Messages that the nodes of single-decree Paxos sent to each other in the measured time, in which a value \
                  was chosen: ballots that were given up, and questions of those who had not heard of it, included; what \
                  clients say not. Nothing where no node learned of a choice in that time.",
    },
    Entry {
        metric: Metric::BytesPerDecision,
        name: "bytes_per_decision",
        unit: Unit::BytesPerOperation,
        source: Source::Traffic(Decides::Decree, |all, _| (all.peer_bytes as f64, all.chosen as f64)),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "The bytes of the messages of `messages_per_decision`, headers included.",
    },
    Entry {
        metric: Metric::RoundsPerCommit,
        name: "rounds_per_commit",
        unit: Unit::RoundsPerOperation,
        source: Source::Traffic(Decides::Log, |all, nodes| {
            (all.led as f64, all.committed as f64 * (nodes - 1) as f64)
        }),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "How often the leader addressed all its peers, for each client operation committed in the same time: \
                  messages that leaders sent to other nodes, divided by how many of these there are. 1 where each \
                  operation takes a round of its own; below 1 where operations share rounds, because several wait while \
                  one is under way, or by batches; more by heartbeats and what was sent again.",
    },
    Entry {
        metric: Metric::LeaderLoad,
        name: "leader_load",
        unit: Unit::Ratio,
        source: Source::Traffic(Decides::Log, |all, _| (all.of_leader as f64, all.messages as f64)),
        labels: &[System],
        aggregates: &[Mean],
        meaning: "Share of the messages that nodes of a replicated log sent or were sent, those of clients included, that a \
                  leader sent or was sent.",
    },
    Entry {
        metric: Metric::LeaderUtilisation,
        name: "leader_utilisation",
        unit: Unit::Ratio,
        source: Source::LeaderUtilisation,
        labels: &[System],
        aggregates: &[Mean],
        meaning: "Share of the leader's core-time that was busy, over those samples of nodes.csv at whose beginning and \
                  end the same node led the same term. Only of systems whose cores are limited.",
    },
    Entry {
        metric: Metric::SojournTime,
        name: "sojourn_time",
        unit: Unit::Nanoseconds,
        source: Source::Visits(Part::Sojourn),
        labels: &[System, Node, Phase],
        aggregates: SPREAD,
        meaning: "Time from a request's arrival at an instance to its answer; the phase is that of the arrival.",
    },
    Entry {
        metric: Metric::WaitingTime,
        name: "waiting_time",
        unit: Unit::Nanoseconds,
        source: Source::Visits(Part::Waiting),
        labels: &[System, Node, Phase],
        aggregates: SPREAD,
        meaning: "The part of `sojourn_time` that is neither work on an unloaded core nor waiting for other systems: \
                  queueing, and what pauses and slow nodes add.",
    },
    Entry {
        metric: Metric::InSystem,
        name: "in_system",
        unit: Unit::Requests,
        source: Source::Level(Level::InSystem),
        labels: &[System, Node],
        aggregates: &[Mean, Max, Cv],
        meaning: "Requests at an instance, waiting or served. `mean` and `cv` are taken over the instances' averages \
                  over time; `max` is the most at any instance at any time.",
    },
    Entry {
        metric: Metric::QueueLength,
        name: "queue_length",
        unit: Unit::Requests,
        source: Source::Level(Level::Queue),
        labels: &[System, Node],
        aggregates: &[Mean, Max, Cv],
        meaning: "Requests at an instance beyond its cores, aggregated as `in_system` is. Only of instances whose \
                  cores are limited.",
    },
    Entry {
        metric: Metric::Utilisation,
        name: "utilisation",
        unit: Unit::Ratio,
        source: Source::Utilisation,
        labels: &[System, Node],
        aggregates: &[Mean, Max, Min, Cv],
        meaning: "Share of a node's core-time that was busy, aggregated over nodes. Only of nodes whose cores are \
                  limited.",
    },
    Entry {
        metric: Metric::WallClockError,
        name: "wall_clock_error",
        unit: Unit::Nanoseconds,
        source: Source::ClockError(|error| error.wall_ns),
        labels: &[System, Node],
        aggregates: &[Mean, Max, Min],
        meaning: "How far a node's wall clock was from true time, ahead or behind, at the worst of the samples that \
                  nodes.csv shows; aggregated over nodes. Nothing in the usual figures if no clock was ever off.",
    },
    Entry {
        metric: Metric::MonotonicClockError,
        name: "monotonic_clock_error",
        unit: Unit::Nanoseconds,
        source: Source::ClockError(|error| error.monotonic_ns),
        labels: &[System, Node],
        aggregates: &[Mean, Max, Min],
        meaning: "The same of its monotonic clock, which shows the time since the start of the run.",
    },
    Entry {
        metric: Metric::MessagesSent,
        name: "messages_sent",
        unit: Unit::Messages,
        source: Source::Counter(|node, _| node.counters.network.sent),
        labels: &[System, Node],
        aggregates: &[Count],
        meaning: "Messages handed to the network.",
    },
    Entry {
        metric: Metric::MessagesReceived,
        name: "messages_received",
        unit: Unit::Messages,
        source: Source::Counter(|node, _| node.counters.network.received),
        labels: &[System, Node],
        aggregates: &[Count],
        meaning: "Messages and copies that reached a running receiver.",
    },
    Entry {
        metric: Metric::MessagesDropped,
        name: "messages_dropped",
        unit: Unit::Messages,
        source: Source::Counter(dropped),
        labels: &[System, Node, Reason],
        aggregates: &[Count],
        meaning: "Messages and copies that did not arrive, counted at their sender.",
    },
    Entry {
        metric: Metric::DiskSyncs,
        name: "disk_syncs",
        unit: Unit::Syncs,
        source: Source::Counter(|node, _| node.counters.disk.syncs),
        labels: &[System, Node],
        aggregates: &[Count],
        meaning: "Disk syncs completed.",
    },
    Entry {
        metric: Metric::Strikes,
        name: "strikes",
        unit: Unit::Strikes,
        source: Source::Strikes,
        labels: &[Fault, Kind],
        aggregates: &[Count],
        meaning: "Strikes of faults; of a nemesis, `kind` is what it drew.",
    },
];

fn quotient(count: u64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| count as f64 / of)
}

fn error_rate(counts: &Counts, _: f64, _: &[history::Reason]) -> Option<f64> {
    let cut_off = counts.ended(Ending::Unknown, Some(history::Reason::InFlight));
    let failed = counts.ended(Ending::Fail, None) + counts.ended(Ending::Unknown, None) - cut_off;
    quotient(failed, (counts.offered - cut_off) as f64)
}

fn rejected(counts: &Counts, _: f64, _: &[history::Reason]) -> Option<f64> {
    let rejected = |ending| counts.ended(ending, Some(history::Reason::Rejected));
    quotient(rejected(Ending::Fail) + rejected(Ending::Unknown), counts.offered as f64)
}

fn dropped(node: &NodeSample, reason: Option<DropReason>) -> u64 {
    let network = &node.counters.network;
    reason.map_or_else(|| network.dropped_total(), |reason| network.dropped(reason))
}

/// What the catalogue says of a metric.
pub fn entry(metric: Metric) -> &'static Entry {
    &CATALOGUE[metric as usize]
}

/// The metric of that name.
pub fn named(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_in_the_order_of_metrics_and_names_each_once() {
        for (position, row) in CATALOGUE.iter().enumerate() {
            assert_eq!(row.metric as usize, position, "{}", row.name);
            assert_eq!(entry(row.metric).name, row.name);
            assert_eq!(named(row.name).map(|found| found.metric), Some(row.metric));
        }
        assert_eq!(CATALOGUE.len(), Metric::Strikes as usize + 1);
    }

    #[test]
    fn labels_and_aggregates_keep_their_common_order() {
        for row in CATALOGUE {
            assert!(row.labels.is_sorted() && row.aggregates.is_sorted(), "{}", row.name);
            assert!(!row.aggregates.is_empty());
        }
    }
}
