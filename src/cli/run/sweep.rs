//! The folder of a sweep.

use std::path::{Path, PathBuf};

use crate::run::outputs::{Disk, Finished, Folder, SweepRun, finish_sweep, sweep_folder, write_sweep};

use super::jobs::Batch;
use super::work::Report;

/// Moves the folders of finished runs under the sweep's own, and writes what they share.
pub(super) fn write_sweep_folder(
    batch: &Batch,
    home: &Path,
    running: &Path,
    reports: &[Report],
) -> Result<Option<PathBuf>, String> {
    let runs: Vec<SweepRun> = reports.iter().map(|report| report.kept.clone()).collect();
    if runs.is_empty() {
        return Ok(None);
    }
    let name = sweep_folder(&runs);
    let mut folder = Folder::begin(&Disk, home, &name).map_err(|error| error.to_string())?;
    write_sweep(&mut folder, &runs).map_err(|error| error.to_string())?;
    let target = folder.partial().join("runs");
    std::fs::rename(running, &target)
        .map_err(|error| format!("{}: cannot be moved: {error}", running.display()))?;
    let host = serde_json::json!({ "os": std::env::consts::OS, "architecture": std::env::consts::ARCH });
    match finish_sweep(folder, &batch.name, &runs, &host).map_err(|error| error.to_string())? {
        Finished::Written { folder } | Finished::Verified { folder, .. } => Ok(Some(folder)),
        Finished::Differs { folder, other, files } => Err(format!(
            "{} was there already and differs in {}; this sweep's files are in {}",
            folder.display(),
            files.join(", "),
            other.display()
        )),
    }
}
