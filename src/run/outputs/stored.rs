//! Finished runs read back, so that a sweep that was interrupted need not repeat them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::digest::FileDigest;
use super::folder::{MANIFEST, PARTIAL};
use super::sink::{OutputError, Sink, read};
use super::summary::Summary;
use super::{RESOLVED, SUMMARY};

/// What a folder turned out to hold.
#[derive(Debug)]
pub enum Stored {
    /// No finished run.
    Nothing,
    /// A run whose files are not what its manifest says.
    Damaged {
        /// The first file that differs.
        file: String,
    },
    /// A run whose every file is as its manifest says.
    Whole {
        /// What came of it.
        summary: Box<Summary>,
        /// Its files.
        files: BTreeMap<String, FileDigest>,
    },
}

/// Whether a folder holds the files of a run or of a sweep, finished or not, as what Seedbed writes into it says.
pub fn is_result(folder: &Path) -> bool {
    let names_one = |marker: &str| {
        let text = std::fs::read(folder.join(marker)).unwrap_or_default();
        let marker: Value = serde_json::from_slice(&text).unwrap_or_default();
        marker["run_id"].is_string() || marker["sweep_id"].is_string()
    };
    // What is being filled has its marker last, but the run's scenario first.
    let is_partial = folder.extension().is_some_and(|extension| extension == "partial");
    (is_partial && folder.join(RESOLVED).is_file()) || [MANIFEST, PARTIAL].into_iter().any(names_one)
}

#[derive(Deserialize)]
struct Manifest {
    files: BTreeMap<String, FileDigest>,
}

/// Reads the run in `folder` and verifies every file by the manifest.
///
/// # Errors
/// If the file system fails.
pub fn stored(sink: &dyn Sink, folder: &Path) -> Result<Stored, OutputError> {
    let Some(text) = read(sink, &folder.join(MANIFEST))? else { return Ok(Stored::Nothing) };
    let damaged = |file: &str| Ok(Stored::Damaged { file: file.to_owned() });
    let Ok(Manifest { files }) = serde_json::from_slice(&text) else { return damaged(MANIFEST) };
    for (name, digest) in &files {
        if FileDigest::of(sink, &folder.join(name))?.as_ref() != Some(digest) {
            return damaged(name);
        }
    }
    let text = read(sink, &folder.join(SUMMARY))?.unwrap_or_default();
    match serde_json::from_slice(&text) {
        Ok(summary) if files.contains_key(SUMMARY) => Ok(Stored::Whole { summary: Box::new(summary), files }),
        Ok(_) | Err(_) => damaged(SUMMARY),
    }
}
