//! Which run a person means: by its folder, by a file in it, or by its id.

use std::fs;
use std::path::{Path, PathBuf};

use super::recorded::ReproError;
use crate::run::outputs::{MANIFEST, PARTIAL};
use crate::spec::suggest;

/// Runs that are told before the others are counted.
const TOLD_MAX: usize = 5;

/// The folder of the run that `named` means: a folder, from here or from `outputs`; a file in it, such as its manifest; or a
/// run's id, wherever below `outputs` the run is. Of several runs with one id, which are the same run, a finished one.
///
/// # Errors
/// If there is none: with the one that may be meant, or some that there are.
pub fn find(named: &Path, outputs: &Path) -> Result<PathBuf, ReproError> {
    let inside = outputs.join(named);
    let Some(path) = [named, &inside].into_iter().find(|path| path.exists()) else {
        return by_id(named, outputs);
    };
    if path.is_file() {
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        return if is_run(folder) {
            Ok(folder.to_owned())
        } else {
            Err(none(path, "is a file of no run", Vec::new()))
        };
    }
    if is_run(path) {
        return Ok(path.to_owned());
    }
    let runs = runs_below(path);
    let what = if runs.is_empty() { "holds no run" } else { "holds runs and is none" };
    Err(none(path, what, runs))
}

fn by_id(named: &Path, outputs: &Path) -> Result<PathBuf, ReproError> {
    let mut runs = runs_below(outputs);
    let id = named.file_name().unwrap_or_default().to_string_lossy();
    // A path that leads nowhere may still end with an id; but whoever gave it means that place.
    let is_id = named.components().count() == 1;
    if let Some(run) = runs.iter().filter(|run| is_id && id_of(run) == id).min_by_key(|run| is_partial(run)) {
        return Ok(run.clone());
    }
    let ids: Vec<String> = runs.iter().map(|run| id_of(run)).collect();
    let plain = id.strip_suffix(".partial").unwrap_or(&id);
    if let Some(near) = suggest::closest(plain, ids.iter().map(String::as_str)) {
        runs.retain(|run| id_of(run) == near);
    }
    Err(none(named, "is no run", runs))
}

/// That `path` is no run, and which there are instead.
fn none(path: &Path, what: &str, runs: Vec<PathBuf>) -> ReproError {
    let shown: Vec<String> = runs.iter().take(TOLD_MAX).map(|run| run.display().to_string()).collect();
    let names = suggest::one_of(shown.iter().map(String::as_str));
    let help = match (runs.len(), runs.len().saturating_sub(TOLD_MAX)) {
        (0, _) => {
            "name the folder of a run, outputs/NAME/RUN, or its id (--out says where results are), or the \
             capsule.json that `hunt` wrote"
                .to_owned()
        }
        (1, _) => format!("did you mean {names}?"),
        (_, 0) => format!("name a run: {names}"),
        (_, more) => format!("name a run: {names}, or one of {more} more"),
    };
    ReproError::NoRun { path: path.to_owned(), what: what.to_owned(), help }
}

/// The folders of runs that lie in results: `NAME/RUN`, `NAME/SWEEP/runs/RUN`; sorted.
fn runs_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            // `latest` leads to one of them.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let path = entry.path();
            if is_folder && is_id(&id_of(&path)) && is_run(&path) {
                found.push(path);
            } else if is_folder && depth < DEPTH_MAX {
                open.push((path, depth + 1));
            }
        }
    }
    found.sort();
    found
}

/// Folders between results and a run: the scenario's, the sweep's and its `runs`.
const DEPTH_MAX: usize = 3;

/// Whether a folder says that it holds something finished, or the rest of something cut short.
pub fn is_run(folder: &Path) -> bool {
    [MANIFEST, PARTIAL].iter().any(|marker| folder.join(marker).exists())
}

fn is_partial(run: &Path) -> bool {
    run.extension().is_some_and(|extension| extension == "partial")
}

/// The id of a run, by its folder.
fn id_of(run: &Path) -> String {
    let name = run.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".partial").unwrap_or(&name).to_owned()
}

fn is_id(text: &str) -> bool {
    text.len() == 8 && text.chars().all(|c| c.is_ascii_hexdigit())
}
