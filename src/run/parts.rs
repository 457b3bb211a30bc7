//! The parts of a sweep, as `run --partition` leaves them, and the whole that they make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::MODEL_VERSION;
use super::drawing::Charts;
use super::outputs::{
    CRATE_VERSION, Disk, Finished, Folder, Lock, MANIFEST, OutputError, PlannedRun, REPORT, RESOLVED, Sink,
    Sometimes, Stored, Summary, SweepFacts, SweepRun, finish_sweep, read_sweep, stored, sweep_folder,
    write_file,
};
use super::sweep_page::{SweepOrigin, write_sweep};

/// What the manifest of a sweep says of where it ran, and with what command it would run as a whole.
pub fn sweep_host(command: &str) -> serde_json::Value {
    serde_json::json!({ "os": std::env::consts::OS, "architecture": std::env::consts::ARCH, "command": command })
}

/// A part of a sweep, finished.
pub struct Part {
    folder: PathBuf,
    scenario: String,
    overrides: Vec<String>,
    /// The scenario with its sweep, as TOML.
    document: String,
    versions: (String, u32),
    /// The command that runs the whole at once.
    command: String,
    /// How many runs the whole sweep has.
    of: usize,
    /// Its runs, by their places in the whole.
    runs: BTreeMap<usize, PlannedRun>,
}

/// What parts make together.
pub struct Merged {
    /// The scenario's name.
    pub scenario: String,
    /// The runs, in order.
    pub runs: Vec<SweepRun>,
    /// What was to come to pass in at least one of them.
    pub sometimes: Vec<Sometimes>,
    /// What became of the folder.
    pub finished: Finished,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Why parts make no whole.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// What is named is no part of a sweep.
    #[error("{0} is no finished part of a sweep: {1}")]
    NoPart(String, String),
    /// Two parts are of different sweeps.
    #[error("{0} and {1} are parts of different sweeps: {2} differ")]
    Different(String, String, &'static str),
    /// The parts are not of this version.
    #[error("{0} was made by version {1}, model {2}, and this is another")]
    OtherVersion(String, String, u32),
    /// A run is in two parts.
    #[error("run {0} is in {1} and in {2}")]
    Twice(String, String, String),
    /// Runs are in none of the parts.
    #[error("{missing} of {of} runs are in none of the parts, the first with {first}")]
    Missing {
        /// How many.
        missing: usize,
        /// Of how many.
        of: usize,
        /// What is known of the first: its place.
        first: String,
    },
    /// A run is not what its manifest says.
    #[error("{0} is damaged ({1})")]
    Damaged(String, String),
    /// The same whole is there, and differs.
    #[error(transparent)]
    Output(#[from] OutputError),
}

#[derive(Deserialize)]
struct Manifest {
    crate_version: String,
    model_version: u32,
    overrides: Vec<String>,
    of: usize,
    runs: Vec<ManifestRun>,
    host: Host,
}

#[derive(Deserialize)]
struct Host {
    command: String,
}

#[derive(Deserialize)]
struct ManifestRun {
    run_id: String,
    place: usize,
}

impl Part {
    /// Reads a part from its folder.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(folder: &Path) -> Result<Part, MergeError> {
        let none = |why: String| MergeError::NoPart(folder.display().to_string(), why);
        let text = |name: &str| {
            fs::read_to_string(folder.join(name)).map_err(|error| none(format!("{name}: {error}")))
        };
        let manifest: Manifest =
            serde_json::from_str(&text(MANIFEST)?).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
        let (scenario, runs) = read_sweep(&Disk, folder).map_err(none)?;
        let mut by_id: BTreeMap<String, PlannedRun> =
            runs.into_iter().map(|run| (run.run.run_id.clone(), run.run)).collect();
        let place = |run: ManifestRun| {
            let planned = by_id.remove(&run.run_id);
            planned
                .map(|planned| (run.place, planned))
                .ok_or_else(|| none(format!("runs.csv lacks run {}", run.run_id)))
        };
        Ok(Part {
            folder: folder.to_owned(),
            scenario,
            overrides: manifest.overrides,
            document: text(RESOLVED)?,
            command: manifest.host.command,
            versions: (manifest.crate_version, manifest.model_version),
            of: manifest.of,
            runs: manifest.runs.into_iter().map(place).collect::<Result<_, _>>()?,
        })
    }

    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    /// Why this is no part of the same sweep as `other`.
    fn differs_from(&self, other: &Part) -> Option<&'static str> {
        if self.scenario != other.scenario {
            Some("their scenarios' names")
        } else if self.overrides != other.overrides {
            Some("what --set changed")
        } else if self.document != other.document {
            Some("their scenarios")
        } else if self.versions != other.versions {
            Some("the versions that made them")
        } else if self.of != other.of {
            Some("the numbers of their runs")
        } else {
            None
        }
    }
}

/// Joins the parts of a sweep: the folder of the whole, in `out`, is as if it had been run at once.
///
/// # Errors
/// If they are not parts of one sweep, or some are missing; then nothing is written. Or if the file system fails.
pub fn merge(sink: &dyn Sink, out: &Path, parts: &[Part], charts: Charts) -> Result<Merged, MergeError> {
    let first = &parts[0];
    for part in &parts[1..] {
        if let Some(what) = part.differs_from(first) {
            return Err(MergeError::Different(first.name(), part.name(), what));
        }
    }
    if first.versions != (CRATE_VERSION.to_owned(), MODEL_VERSION) {
        let (version, model) = first.versions.clone();
        return Err(MergeError::OtherVersion(first.name(), version, model));
    }
    let mut places: BTreeMap<usize, (&Part, &PlannedRun)> = BTreeMap::new();
    for part in parts {
        for (place, run) in &part.runs {
            if let Some((other, _)) = places.insert(*place, (part, run)) {
                return Err(MergeError::Twice(run.run_id.clone(), other.name(), part.name()));
            }
        }
    }
    if let Some(gap) = (0..first.of).find(|place| !places.contains_key(place)) {
        let missing = first.of - places.len();
        return Err(MergeError::Missing { missing, of: first.of, first: format!("place {gap}") });
    }
    let planned: Vec<PlannedRun> = places.values().map(|(_, run)| (*run).clone()).collect();
    let (home, name) = (out.join(&first.scenario), sweep_folder(&planned));
    sink.create_folder(&home).map_err(|error| OutputError { path: home.clone(), source: error })?;
    let _lock = Lock::take(sink, &home, &name)?;
    let whole =
        if home.join(&name).is_dir() { home.join(&name) } else { home.join(format!("{name}.partial")) };
    let mut runs = Vec::new();
    let mut summaries: Vec<Summary> = Vec::new();
    for (part, run) in places.values() {
        let from = part.folder.join("runs").join(&run.run_id);
        let damaged = |file: &str| MergeError::Damaged(from.display().to_string(), file.to_owned());
        let (summary, files) = match stored(&Disk, &from)? {
            Stored::Nothing => return Err(damaged(MANIFEST)),
            Stored::Damaged { file } => return Err(damaged(&file)),
            Stored::Whole { summary, files } => (summary, files),
        };
        let to = whole.join("runs").join(&run.run_id);
        let is_there = match stored(&Disk, &to)? {
            Stored::Whole { summary: there, .. } => there.digest == summary.digest,
            Stored::Nothing | Stored::Damaged { .. } => false,
        };
        if !is_there {
            sink.remove_folder(&to).map_err(|source| OutputError { path: to.clone(), source })?;
            // The manifest last: without one it is no run.
            for file in files.keys().map(String::as_str).chain([MANIFEST]) {
                let bytes = fs::read(from.join(file))
                    .map_err(|source| OutputError { path: from.join(file), source })?;
                write_file(sink, &to.join(file), &bytes)?;
            }
        }
        runs.push(SweepRun {
            run: (*run).clone(),
            digest: summary.digest.clone(),
            verdict: summary.run_verdict(),
            figures: summary.figures(),
            has_page: files.contains_key(REPORT),
        });
        summaries.push(*summary);
    }
    let sometimes =
        Sometimes::over(summaries.iter().flat_map(|one| &one.checks).map(|check| (check, true)), true);
    let facts = SweepFacts {
        scenario: &first.scenario,
        overrides: &first.overrides,
        planned: &planned,
        finished: &runs,
        places: &(0..first.of).collect::<Vec<_>>(),
        of: first.of,
        sometimes: &sometimes,
    };
    let mut folder = Folder::resume(sink, &home, &name)?;
    let origin = SweepOrigin {
        reproduce: first.command.clone(),
        scenario: first.document.clone(),
        partial: None,
        never: sometimes.iter().filter(|one| one.is_never()).map(Sometimes::to_string).collect(),
        charts,
    };
    let warnings = write_sweep(&mut folder, &facts, &origin)?;
    let finished = finish_sweep(folder, &facts, &sweep_host(&first.command))?;
    Ok(Merged { scenario: first.scenario.clone(), runs, sometimes, finished, warnings })
}
