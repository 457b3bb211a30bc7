//! Operations over time and by latency: throughput.csv, latency.csv and latency_histogram.csv.

use std::io::{self, Write};

use super::formats::{LATENCY, LATENCY_HISTOGRAM, THROUGHPUT};
use super::table::{Key, Table};
use crate::model::history::Reason;
use crate::run::cast::Class;
use crate::run::metrics::{Aggregate, Values};
use crate::run::operation::Ending;
use crate::run::phase::Phase;
use crate::run::recording::Recording;
use crate::run::tally::ClassTally;

/// Writes throughput.csv.
pub(super) fn throughput(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &THROUGHPUT)?;
    for (workload, class, tally) in used(recording) {
        let all = tally.all();
        let failures = reasons().filter(|&(ending, reason)| all.ended(ending, Some(reason)) > 0);
        let failures = failures.map(|(ending, reason)| (Some(ending), Some(reason)));
        for (ending, reason) in [(None, None), (Some(Ending::Ok), None)].into_iter().chain(failures) {
            for (interval, counts) in tally.intervals.iter().enumerate() {
                let count = ending.map_or(counts.offered, |ending| counts.ended(ending, reason));
                let (start, end) = recording.intervals().bounds(interval);
                let row = table.row(key)?.text(recording.cast().workload_name(workload))?;
                let row = row.text(recording.cast().target_name(workload))?;
                let row =
                    row.text(recording.cast().class_name(workload, class))?.seconds(start)?.seconds(end)?;
                let row = row.text(ending.map_or("offered", Ending::name))?;
                let row = row.text(reason.map_or("", Reason::name))?.integer(count)?;
                row.float(count as f64 / end.since(start).as_secs_f64())?.end()?;
            }
        }
    }
    table.end()
}

/// Every way not to end `ok`, in the order of rows.
fn reasons() -> impl Iterator<Item = (Ending, Reason)> {
    let endings = [Ending::Fail, Ending::Unknown].into_iter();
    endings.flat_map(|ending| Reason::ALL.into_iter().map(move |reason| (ending, reason)))
}

/// The kinds of operations that occur, by workload.
fn used(recording: &Recording) -> impl Iterator<Item = (usize, Class, &ClassTally)> {
    let of_workload = |workload| {
        let used = recording.tallies().classes(workload).filter(|(_, tally)| tally.is_used());
        used.map(move |(class, tally)| (workload, class, tally))
    };
    (0..recording.cast().workloads.len()).flat_map(of_workload)
}

const STATISTICS: [Aggregate; 5] =
    [Aggregate::Mean, Aggregate::P50, Aggregate::P95, Aggregate::P99, Aggregate::Max];

/// Writes latency.csv.
pub(super) fn latency(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &LATENCY)?;
    let cast = recording.cast();
    for workload in 0..cast.workloads.len() {
        let kinds: Vec<Class> =
            used(recording).filter(|&(of, _, _)| of == workload).map(|(_, class, _)| class).collect();
        if kinds.is_empty() {
            continue;
        }
        for kind in kinds.into_iter().map(Some).chain([None]) {
            let name = kind.map_or("all", |class| cast.class_name(workload, class));
            for (interval, values) in by_interval(recording, workload, kind).into_iter().enumerate() {
                let values = Values::exact(values);
                let (start, end) = recording.intervals().bounds(interval);
                for statistic in STATISTICS {
                    let row = table.row(key)?.text(cast.workload_name(workload))?;
                    let row =
                        row.text(cast.target_name(workload))?.text(name)?.seconds(start)?.seconds(end)?;
                    let row = row.text(statistic.name())?.integer(values.count())?;
                    row.float(values.aggregate(statistic).map(|ns| ns / 1e6))?.end()?;
                }
            }
        }
    }
    table.end()
}

/// The latencies of a workload's operations that ended `ok`, by the interval of their intended arrival.
fn by_interval(recording: &Recording, workload: usize, kind: Option<Class>) -> Vec<Vec<u64>> {
    let intervals = recording.intervals();
    let mut values = vec![Vec::new(); intervals.count()];
    for operation in recording.operations(workload) {
        let wanted = kind.is_none_or(|kind| kind == operation.class());
        if wanted && Ending::of(operation.outcome).0 == Ending::Ok {
            values[intervals.of(operation.intended)].push(operation.latency());
        }
    }
    values
}

/// Writes latency_histogram.csv.
pub(super) fn latency_histogram(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &LATENCY_HISTOGRAM)?;
    let cast = recording.cast();
    for (workload, class, tally) in used(recording) {
        for ending in Ending::ALL {
            for phase in Phase::MEASURED {
                for cell in tally.phase(phase).latency(ending).cells() {
                    let row = table.row(key)?.text(cast.workload_name(workload))?;
                    let row = row.text(cast.target_name(workload))?.text(cast.class_name(workload, class))?;
                    let row = row.text(ending.name())?.text(phase.name())?;
                    row.integer(cell.low)?.integer(cell.high)?.integer(cell.count)?.end()?;
                }
            }
        }
    }
    table.end()
}
