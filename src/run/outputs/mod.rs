//! The files of a finished run, and of a sweep.
//!
//! [`Folder::begin`], [`write_run`], then what other layers add (charts, a report) through [`Folder::write`], then
//! [`finish_run`], which writes the manifest and gives the folder its name. Nothing is ever there half, or overwritten.

mod ballots;
mod breakdown;
mod digest;
mod document;
mod documents;
mod facts;
#[cfg(test)]
pub(crate) mod failing;
mod folder;
mod formats;
mod latencies;
mod lock;
mod nodes;
mod pages;
mod requests;
mod series;
mod sink;
mod sometimes;
mod stored;
mod summary;
mod sweep;
mod table;
#[cfg(test)]
mod tests;

pub use ballots::BALLOTS_TEXT;
pub use digest::FileDigest;
pub use documents::{
    CAPSULE_FIELDS, COMPARISON_MANIFEST_FIELDS, DOCUMENTS, Document, HISTORY_FIELDS, MANIFEST_FIELDS,
    PARTIAL_FIELDS, SUMMARY_FIELDS, SWEEP_MANIFEST_FIELDS, SWEEP_PARTIAL_FIELDS, VALIDATION_MANIFEST_FIELDS,
};
pub(in crate::run) use facts::CRATE_VERSION;
pub use facts::{CheckRow, PlannedFault, RunFacts, RunVerdict, StoredInput, hexadecimal, run_id, sweep_id};
pub use folder::{Finished, Folder, MANIFEST, PARTIAL, point_latest};
pub(crate) use formats::{COMPARE, FITS, SCALING, SEARCHED, VALIDATE, columns};
pub use formats::{Column, FORMATS, Format, document};
pub use latencies::{Latencies, read_latencies};
pub use lock::Lock;
pub use sink::{Disk, OutputError, Sink, write_file, write_new};
pub use sometimes::{SOMETIMES, Seen, Sometimes};
pub use stored::{Stored, is_result, stored};
pub use summary::{CheckSummary, FigureSummary, SCHEMA, Summary, notices};
pub use sweep::{
    PlannedRun, SweepFacts, SweepRun, finish_sweep, keep_sweep, read_sweep, sweep_folder, write_sweep,
};
pub use table::Key;
pub(crate) use table::Table;

use crate::run::Stopped;
use crate::run::metrics::Figure;
use crate::run::recording::Recording;
use formats::{
    BALLOTS, BREAKDOWN, CHECKS, FAULTS, LATENCY, LATENCY_HISTOGRAM, NODES, OPERATIONS, REQUESTS, ROLES,
    THROUGHPUT,
};
use summary::{RunManifest, RunPartial};

/// The resolved scenario's file.
pub const RESOLVED: &str = "scenario.resolved.toml";
/// The history's file.
pub const HISTORY: &str = "history.jsonl";
/// The trace's file.
pub const TRACE: &str = "trace.jsonl";
/// The page's file.
pub const REPORT: &str = "report.html";
/// The file of a failure that was hunted.
pub const CAPSULE: &str = "capsule.json";
/// The summary's file.
pub const SUMMARY: &str = "summary.json";
/// The table of single operations.
pub const REQUESTS_FILE: &str = REQUESTS.file;

/// Writes the data files of a run; `per_request` says whether those with a row an operation are wanted too.
///
/// # Errors
/// If the file system fails.
pub fn write_run(
    folder: &mut Folder<'_>,
    facts: &RunFacts,
    recording: &Recording,
    figures: &[Figure],
    per_request: bool,
) -> Result<(), OutputError> {
    let key = Key::of_run(&facts.run_id(), &facts.params);
    folder.write(RESOLVED, |out| out.write_all(facts.resolved.as_bytes()))?;
    folder.write(SUMMARY, |out| Summary::new(facts, recording, figures).write(out))?;
    folder.write(CHECKS.file, |out| summary::checks(out, &key, &facts.checks))?;
    folder.write(THROUGHPUT.file, |out| series::throughput(out, &key, recording))?;
    folder.write(LATENCY.file, |out| series::latency(out, &key, recording))?;
    folder.write(LATENCY_HISTOGRAM.file, |out| series::latency_histogram(out, &key, recording))?;
    if breakdown::is_any(recording) {
        folder.write(BREAKDOWN.file, |out| breakdown::breakdown(out, &key, recording))?;
    }
    folder.write(NODES.file, |out| nodes::nodes(out, &key, recording))?;
    folder.write(FAULTS.file, |out| nodes::faults(out, &key, recording, &facts.planned))?;
    folder.write(ROLES.file, |out| nodes::roles(out, &key, recording, &facts.planned))?;
    if !recording.cast().operators.is_empty() {
        folder.write(OPERATIONS.file, |out| nodes::operations(out, &key, recording))?;
    }
    if per_request && !recording.decree().kept.is_empty() {
        folder.write(BALLOTS.file, |out| ballots::ballots(out, &key, recording))?;
        folder.write(BALLOTS_TEXT, |out| ballots::story(out, recording))?;
    }
    if per_request {
        folder.write(REQUESTS.file, |out| requests::requests(out, &key, recording))?;
        folder.write(HISTORY, |out| requests::history(out, recording))?;
    }
    Ok(())
}

/// Gives a run's folder its manifest and its name; or, if the run was made before, compares; or, if the run was cut
/// short, keeps the folder as a partial one.
///
/// # Errors
/// If the file system fails.
pub fn finish_run(
    folder: Folder<'_>,
    facts: &RunFacts,
    recording: &Recording,
) -> Result<Finished, OutputError> {
    match facts.stop {
        Stopped::End | Stopped::Limit(_) => folder.finish(&RunManifest::new(facts), &facts.host),
        Stopped::Cut(_) => folder.keep(&RunPartial::new(facts, recording), &facts.host),
    }
}
