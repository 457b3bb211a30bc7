//! The files of a finished run, and of a sweep.
//!
//! [`Folder::begin`], [`write_run`], then what other layers add (charts, a report) through [`Folder::write`], then
//! [`finish_run`], which writes the manifest and gives the folder its name. Nothing is ever there half, or overwritten.

mod document;
mod facts;
mod folder;
mod formats;
mod nodes;
mod requests;
mod series;
mod sink;
mod summary;
mod sweep;
mod table;
#[cfg(test)]
mod tests;

pub use facts::{CheckRow, PlannedFault, RunFacts, RunVerdict, StoredInput, hexadecimal, run_id, sweep_id};
pub use folder::{FileDigest, Finished, Folder, MANIFEST, point_latest};
pub(crate) use formats::columns;
pub use formats::{
    Column, FORMATS, Format, HISTORY_FIELDS, MANIFEST_FIELDS, SUMMARY_FIELDS, SWEEP_MANIFEST_FIELDS, document,
};
pub use sink::{Disk, OutputError, Sink};
pub use summary::{SCHEMA, Summary, notices};
pub use sweep::{SweepRun, finish_sweep, sweep_folder, write_sweep};
pub use table::Key;

use crate::run::metrics::Figure;
use crate::run::recording::Recording;
use formats::{CHECKS, FAULTS, LATENCY, LATENCY_HISTOGRAM, NODES, REQUESTS, ROLES, THROUGHPUT};
use summary::RunManifest;

/// The resolved scenario's file.
pub const RESOLVED: &str = "scenario.resolved.toml";
/// The history's file.
pub const HISTORY: &str = "history.jsonl";
/// The trace's file.
pub const TRACE: &str = "trace.jsonl";
/// The summary's file.
pub const SUMMARY: &str = "summary.json";

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
    folder.write(NODES.file, |out| nodes::nodes(out, &key, recording))?;
    folder.write(FAULTS.file, |out| nodes::faults(out, &key, recording, &facts.planned))?;
    folder.write(ROLES.file, |out| nodes::roles(out, &key, recording))?;
    if per_request {
        folder.write(REQUESTS.file, |out| requests::requests(out, &key, recording))?;
        folder.write(HISTORY, |out| requests::history(out, recording))?;
    }
    Ok(())
}

/// Gives a run's folder its manifest and its name; or, if the run was made before, compares.
///
/// # Errors
/// If the file system fails.
pub fn finish_run(folder: Folder<'_>, facts: &RunFacts) -> Result<Finished, OutputError> {
    folder.finish(&RunManifest::new(facts), &facts.host)
}
