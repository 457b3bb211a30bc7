//! Batch means: one long run taken for several shorter ones.
//!
//! The time after the warm-up is cut into pieces of the same length, and what arrived in each makes one figure (A. M. Law, *Simulation
//! Modeling and Analysis*, fifth edition, 2015, section 9.5.3). The pieces of a run hang on each other where one ends and the next begins: the
//! longer they are, the less. [`serial_correlation`](crate::statistics::serial_correlation) says how much.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::run::metrics::{Aggregate, Figure, Label, Metric, Values};
use crate::run::outputs::{Disk, PlannedRun, REQUESTS_FILE, SUMMARY, Sink, Summary, SweepRun};

/// Most batches of a run.
pub const BATCHES_MAX: u32 = 1_000;

/// The metrics that batches have: those of single operations.
pub const METRICS: [Metric; 5] =
    [Metric::Latency, Metric::Throughput, Metric::Offered, Metric::GoodputRatio, Metric::ErrorRate];

/// Why a run cannot be cut into batches.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A file is not there, or not as this program writes it.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The run has more operations than it kept.
    #[error("{}: of {total} operations {kept} are kept, of which batches would be samples", path.display())]
    Sampled {
        /// The run.
        path: PathBuf,
        /// How many operations there were.
        total: u64,
        /// How many are kept.
        kept: u64,
    },
}

/// An operation, as requests.csv has it.
struct Operation {
    workload: String,
    op: String,
    intended_ns: u64,
    latency_ns: u64,
    outcome: String,
    is_cut_off: bool,
}

/// The seeds of the batches of a run: where the same batch of another variant has the same, they are a pair.
pub fn seed_of(run: u64, batch: u32) -> u64 {
    run.wrapping_mul(u64::from(BATCHES_MAX) + 1).wrapping_add(u64::from(batch))
}

/// A run that is not done, as so many batches.
pub fn planned(run: &PlannedRun, batches: u32) -> Vec<SweepRun> {
    let of = |batch| SweepRun::planned(&PlannedRun { seed: seed_of(run.seed, batch), ..run.clone() });
    (0..batches).map(of).collect()
}

/// Cuts the run in a folder, whose requests.csv is there, into so many batches.
///
/// # Errors
/// If its files are not there, or it kept a sample only.
pub fn split(folder: &Path, run: &SweepRun, batches: u32) -> Result<Vec<SweepRun>, BatchError> {
    let unreadable = |name: &str, why: String| BatchError::Unreadable { path: folder.join(name), why };
    let open =
        |name: &str| Disk.open(&folder.join(name)).map_err(|error| unreadable(name, error.to_string()));
    let summary: Summary =
        serde_json::from_reader(open(SUMMARY)?).map_err(|error| unreadable(SUMMARY, error.to_string()))?;
    let (total, kept) = summary.kept();
    if kept < total {
        return Err(BatchError::Sampled { path: folder.to_owned(), total, kept });
    }
    let operations = operations(open(REQUESTS_FILE)?).map_err(|why| unreadable(REQUESTS_FILE, why))?;
    let (start, end) = ((summary.warmup_s * 1e9) as u64, (summary.simulated_s * 1e9) as u64);
    let length = (end.saturating_sub(start) / u64::from(batches)).max(1);
    let mut by_batch: BTreeMap<u64, Vec<&Operation>> = BTreeMap::new();
    for operation in operations.iter().filter(|one| one.intended_ns >= start) {
        let batch = ((operation.intended_ns - start) / length).min(u64::from(batches) - 1);
        by_batch.entry(batch).or_default().push(operation);
    }
    let wanted: Vec<&Figure> = run.figures.iter().filter(|figure| is_of_operations(figure)).collect();
    let of_batch = |batch: u32| {
        let inside = by_batch.get(&u64::from(batch)).map_or(&[][..], Vec::as_slice);
        let figure = |figure: &&Figure| {
            let value = measure(figure, inside, length as f64 / 1e9)?;
            Some(Figure { value, ..(*figure).clone() })
        };
        let planned = PlannedRun { seed: seed_of(run.run.seed, batch), ..run.run.clone() };
        let figures = wanted.iter().filter_map(figure).collect();
        SweepRun { figures, verdict: run.verdict, ..SweepRun::planned(&planned) }
    };
    Ok((0..batches).map(of_batch).collect())
}

/// Whether a figure can be made of the operations of a batch: it is of operations, and not of a phase, a region or a reason.
fn is_of_operations(figure: &Figure) -> bool {
    let known = [Label::Workload, Label::System, Label::Op, Label::Outcome];
    METRICS.contains(&figure.metric)
        && figure.labels.keys().all(|label| known.contains(label))
        && figure.labels.contains_key(&Label::Workload)
}

fn measure(figure: &Figure, operations: &[&Operation], seconds: f64) -> Option<f64> {
    let is_of = |label: Label, value: &str| figure.labels.get(&label).is_none_or(|wanted| wanted == value);
    let ours =
        || operations.iter().filter(|one| is_of(Label::Workload, &one.workload) && is_of(Label::Op, &one.op));
    let count = |outcome: &str| ours().filter(|one| one.outcome == outcome && !one.is_cut_off).count() as f64;
    let offered = ours().count() as f64;
    let share = |part: f64| (offered > 0.0).then(|| part / offered);
    match figure.metric {
        Metric::Latency => {
            let wanted = figure.labels.get(&Label::Outcome).map_or("ok", String::as_str);
            let latencies = ours().filter(|one| one.outcome == wanted).map(|one| one.latency_ns);
            Values::exact(latencies.collect()).aggregate(figure.aggregate)
        }
        Metric::Throughput => Some(count("ok") / seconds),
        Metric::Offered => Some(offered / seconds),
        Metric::GoodputRatio => share(count("ok")),
        // As of a whole run: what was cut off is neither an error nor none.
        _ => {
            let ended = offered - ours().filter(|one| one.is_cut_off).count() as f64;
            (ended > 0.0).then(|| (count("fail") + count("unknown")) / ended)
        }
    }
    .filter(|_| figure.aggregate != Aggregate::Cv)
}

fn operations(table: impl std::io::Read) -> Result<Vec<Operation>, String> {
    let mut table = csv::Reader::from_reader(table);
    let header = table.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| {
        header.iter().position(|known| known == name).ok_or_else(|| format!("it has no column `{name}`"))
    };
    let [workload, op, intended, latency] = ["workload", "op", "intended_ns", "latency_ns"].map(column);
    let [outcome, reason] = ["outcome", "reason"].map(column);
    let (workload, op, intended, latency, outcome, reason) =
        (workload?, op?, intended?, latency?, outcome?, reason?);
    let mut operations = Vec::new();
    for row in table.records() {
        let row = row.map_err(|error| error.to_string())?;
        let number = |place: usize| row[place].parse::<u64>().unwrap_or(0);
        operations.push(Operation {
            workload: row[workload].to_owned(),
            op: row[op].to_owned(),
            intended_ns: number(intended),
            latency_ns: number(latency),
            outcome: row[outcome].to_owned(),
            is_cut_off: &row[reason] == "in-flight",
        });
    }
    Ok(operations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::metrics::Labels;

    #[test]
    fn what_was_cut_off_is_offered_and_neither_an_error_nor_none() {
        let operation = |outcome: &str, is_cut_off| Operation {
            workload: "users".to_owned(),
            op: "get".to_owned(),
            intended_ns: 0,
            latency_ns: 1_000_000,
            outcome: outcome.to_owned(),
            is_cut_off,
        };
        let all = [
            operation("ok", false),
            operation("ok", false),
            operation("fail", false),
            operation("unknown", true),
        ];
        let all: Vec<&Operation> = all.iter().collect();
        let of = |metric, operations: &[&Operation]| {
            let labels = Labels::from([(Label::Workload, "users".to_owned())]);
            measure(&Figure { metric, labels, aggregate: Aggregate::Mean, value: 0.0 }, operations, 2.0)
        };
        assert_eq!(of(Metric::ErrorRate, &all), Some(1.0 / 3.0));
        assert_eq!(of(Metric::GoodputRatio, &all), Some(0.5));
        assert_eq!((of(Metric::Offered, &all), of(Metric::Throughput, &all)), (Some(2.0), Some(1.0)));
        assert_eq!(of(Metric::ErrorRate, &all[3..]), None, "nothing ended");
    }
}
