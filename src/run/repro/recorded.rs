//! What a run's folder says of the run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::kernel::digest::CHECKPOINT_INTERVAL;
use crate::run::outputs::{
    Disk, FileDigest, MANIFEST, OutputError, PARTIAL, RESOLVED, SCHEMA, SUMMARY, StoredInput,
};
use crate::run::trace::Passed;
use crate::run::{MODEL_VERSION, Stopped};
use crate::scenario::source::files::{DATA_BYTES_MAX, read_text};
use crate::sim::{Limits, PENDING_CEILING};
use crate::spec::{Code, DataFile, DataFiles, Problem, SourceId};

/// A run as its folder tells of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The folder.
    pub folder: PathBuf,
    /// The scenario's name.
    pub scenario: String,
    /// The run's id.
    pub run_id: String,
    /// The seed.
    pub seed: u64,
    /// The word for why it was over: [`Stopped::name`].
    pub stopped: String,
    /// Events handled.
    pub events: u64,
    /// The digest over all of them.
    pub digest: u64,
    /// The digest at every checkpoint.
    pub checkpoints: Vec<u64>,
    /// The version of the program that made it.
    pub crate_version: String,
    /// The version of the model that made it.
    pub model_version: u64,
    inputs: Vec<StoredInput>,
    files: BTreeMap<String, FileDigest>,
}

/// Why a folder cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReproError {
    /// A file is absent or unreadable.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
    /// The manifest was cut or written by something else.
    #[error("{} is no manifest of a run: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A capsule was cut or written by something else.
    #[error("{} is no capsule: {problem}", path.display())]
    Capsule {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file is not the one that the run wrote.
    #[error("{} was changed since the run wrote it", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// The path names something else than a run.
    #[error("{} {what}", path.display())]
    NoRun {
        /// What was named.
        path: PathBuf,
        /// What it is, as a predicate.
        what: String,
        /// What to name.
        help: String,
    },
}

/// The fields of manifest.json, or of partial.json, that a replay needs.
#[derive(Deserialize)]
struct Manifest {
    scenario: String,
    run_id: String,
    seed: u64,
    events: u64,
    digest: Option<String>,
    /// Of partial.json only.
    digest_at_cut: Option<String>,
    /// Of partial.json only.
    stopped: Option<String>,
    checkpoint_interval: u64,
    checkpoints: Vec<String>,
    crate_version: String,
    model_version: u64,
    inputs: Vec<StoredInput>,
    files: BTreeMap<String, FileDigest>,
}

/// The field of summary.json that a replay needs.
#[derive(Deserialize)]
struct Ending {
    stopped: String,
}

impl Recorded {
    /// Reads the folder of a run, or what is left of one that was cut short.
    ///
    /// # Errors
    /// If it is neither, or cannot be read.
    pub fn read(folder: &Path) -> Result<Recorded, ReproError> {
        let no_run = |what: &str, help: &str| {
            let (what, help) = (format!("is {what}"), help.to_owned());
            ReproError::NoRun { path: folder.to_owned(), what, help }
        };
        let is_cut = folder.join(PARTIAL).exists();
        if !is_cut && folder.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".partial")) {
            // Its process was killed, and what was to be in it is not known.
            return Err(no_run(
                "what is left of a run that was not finished",
                "run it again from its scenario",
            ));
        }
        let path = folder.join(if is_cut { PARTIAL } else { MANIFEST });
        let text =
            std::fs::read(&path).map_err(|source| ReproError::Unreadable { path: path.clone(), source })?;
        let malformed = |problem: String| ReproError::Malformed { path: path.clone(), problem };
        let manifest: Value = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        match manifest.get("schema").and_then(Value::as_u64) {
            Some(schema) if schema == u64::from(SCHEMA) => {}
            Some(schema) => {
                let what = format!("a folder of schema {schema}; this version reads schema {SCHEMA}");
                return Err(no_run(&what, "replay it with the version that made it"));
            }
            None => return Err(malformed("it has no `schema`".to_owned())),
        }
        if manifest.get("sweep_id").is_some() {
            return Err(no_run("a sweep of many runs", "name one of them: the folders in its `runs`"));
        }
        let manifest = Manifest::deserialize(manifest).map_err(|error| malformed(error.to_string()))?;
        let digest = manifest.digest_at_cut.or(manifest.digest);
        let digest = digest.ok_or_else(|| malformed("it has no `digest`".to_owned()))?;
        if manifest.checkpoint_interval != CHECKPOINT_INTERVAL {
            let what = format!("a run with checkpoints every {} events", manifest.checkpoint_interval);
            return Err(no_run(&what, "replay it with the version that made it"));
        }
        let parse = |digits: &String| {
            u64::from_str_radix(digits, 16).map_err(|_| malformed(format!("`{digits}` is no digest")))
        };
        let mut recorded = Recorded {
            folder: folder.to_owned(),
            scenario: manifest.scenario,
            run_id: manifest.run_id,
            seed: manifest.seed,
            stopped: manifest.stopped.unwrap_or_default(),
            events: manifest.events,
            digest: parse(&digest)?,
            checkpoints: manifest.checkpoints.iter().map(parse).collect::<Result<_, _>>()?,
            crate_version: manifest.crate_version,
            model_version: manifest.model_version,
            inputs: manifest.inputs,
            files: manifest.files,
        };
        if !is_cut {
            recorded.stopped = recorded.ending()?;
        }
        Ok(recorded)
    }

    /// A run that a capsule tells of, which lies at `path`: of a scenario under a seed, with so many events and this digest
    /// over them, made by these versions of program and model.
    pub fn of_capsule(
        path: &Path,
        (scenario, seed): (String, u64),
        (events, digest): (u64, u64),
        checkpoints: Vec<u64>,
        (crate_version, model_version): (String, u64),
    ) -> Recorded {
        Recorded {
            folder: path.parent().map_or_else(PathBuf::new, Path::to_owned),
            scenario,
            run_id: String::new(),
            seed,
            stopped: Stopped::End.name().to_owned(),
            events,
            digest,
            checkpoints,
            crate_version,
            model_version,
            inputs: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    /// Why a finished run was over, as its summary says: it may have met a limit that every run has.
    fn ending(&self) -> Result<String, ReproError> {
        let path = self.intact(SUMMARY)?;
        let unreadable = |source| ReproError::Unreadable { path: path.clone(), source };
        let text = std::fs::read(&path).map_err(unreadable)?;
        let ending: Result<Ending, _> = serde_json::from_slice(&text);
        ending.map(|ending| ending.stopped).map_err(|error| unreadable(error.into()))
    }

    /// The data files that it kept, for one replay.
    pub fn kept_files(&self) -> KeptFiles<'_> {
        KeptFiles { recorded: self, turns: RefCell::default() }
    }

    /// What stopped the run before its end, if anything did.
    pub fn cut(&self) -> Option<&str> {
        (self.stopped != Stopped::End.name()).then_some(&self.stopped)
    }

    /// After how many events a replay stops if it has not ended: where the run was cut. That is the one measure that is
    /// the same on every machine, whatever cut it.
    pub fn events_max(&self) -> u64 {
        self.cut().map_or(u64::MAX, |_| self.events)
    }

    /// What a replay may do: as much as flags may have allowed the run, so that it stops at no other limit.
    pub fn limits(&self) -> Limits {
        let events = Limits::default().events.max(self.events);
        Limits { events, pending: PENDING_CEILING, within_a_moment: u64::MAX }
    }

    /// Where the scenario that ran is, merged and complete.
    ///
    /// # Errors
    /// If it cannot be read or is not what ran.
    pub fn resolved(&self) -> Result<PathBuf, ReproError> {
        self.intact(RESOLVED)
    }

    /// Where the run's file of this name is.
    ///
    /// # Errors
    /// If it cannot be read, or is not what the run wrote.
    pub(super) fn intact(&self, name: &str) -> Result<PathBuf, ReproError> {
        let path = self.folder.join(name);
        match FileDigest::of(&Disk, &path) {
            Err(OutputError { source, .. }) => Err(ReproError::Unreadable { path, source }),
            Ok(None) => {
                let source = io::Error::new(io::ErrorKind::NotFound, "does not exist");
                Err(ReproError::Unreadable { path, source })
            }
            Ok(digest) if self.files.get(name) == digest.as_ref() => Ok(path),
            Ok(Some(_)) => Err(ReproError::Altered { path }),
        }
    }

    /// Whether this build is of the version that made the run.
    pub fn is_of_this_version(&self) -> bool {
        self.crate_version == env!("CARGO_PKG_VERSION") && self.model_version == u64::from(MODEL_VERSION)
    }

    /// The events among which a replay parts from the run; `None` if it does not.
    ///
    /// A checkpoint covers an event but not yet what it noted, so that the interval begins with the last event that
    /// a checkpoint found the same. It ends with the first one by which a digest, or the end of one of the two,
    /// shows the difference.
    pub fn interval(&self, replay: &Passed) -> Option<RangeInclusive<u64>> {
        let pairs = self.checkpoints.iter().zip(&replay.checkpoints);
        let same = pairs.take_while(|(stored, replayed)| stored == replayed).count() as u64;
        let shared = self.checkpoints.len().min(replay.checkpoints.len()) as u64;
        if same == shared && (self.events, self.digest) == (replay.events, replay.digest) {
            return None;
        }
        let first = (same * CHECKPOINT_INTERVAL).max(1);
        let last = if same < shared {
            (same + 1) * CHECKPOINT_INTERVAL
        } else if self.events == replay.events {
            self.events
        } else {
            self.events.min(replay.events) + 1
        };
        Some(first..=last)
    }
}

/// The data files that a run kept, by the paths that its scenario writes, for one replay.
///
/// The resolved scenario no longer says which of the files that it extends wrote a path. But it is read in the same order
/// as the files were: where two have the same path, the turn tells which is meant.
pub struct KeptFiles<'a> {
    recorded: &'a Recorded,
    /// How often each path was read.
    turns: RefCell<BTreeMap<String, u32>>,
}

impl DataFiles for KeptFiles<'_> {
    fn read(&self, _: SourceId, path: &str) -> Result<String, Problem> {
        let problem = |message: String| Problem::new(Code::Unreadable, 0..path.len(), message);
        let mut turns = self.turns.borrow_mut();
        let turn = turns.entry(path.to_owned()).or_default();
        let is_meant = |input: &StoredInput| input.readings.is_empty() || input.readings.contains(turn);
        let mut inputs = self.recorded.inputs.iter();
        let input = inputs.find(|input| input.path == path && is_meant(input));
        *turn += 1;
        let input = input.ok_or_else(|| problem("is no file that the run kept".to_owned()))?;
        let file = self.recorded.intact(&input.file);
        read_text(&file.map_err(|error| problem(format!("is lost: {error}")))?, DATA_BYTES_MAX)
    }

    fn taken(&self) -> Vec<DataFile> {
        Vec::new() // They are kept already.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: u64 = CHECKPOINT_INTERVAL;

    fn recorded(events: u64, digest: u64, checkpoints: &[u64]) -> Recorded {
        Recorded {
            folder: PathBuf::new(),
            scenario: String::new(),
            run_id: String::new(),
            seed: 1,
            stopped: "end".to_owned(),
            events,
            digest,
            checkpoints: checkpoints.to_vec(),
            crate_version: String::new(),
            model_version: 1,
            inputs: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    #[test]
    fn only_a_run_that_was_cut_is_replayed_by_its_number_of_events() {
        let whole = recorded(3_000_000_000, 1, &[]);
        assert_eq!((whole.cut(), whole.events_max()), (None, u64::MAX));
        assert!(whole.limits().events >= whole.events, "a flag allowed it more than is usual");
        let cut = Recorded { stopped: "max-pending".to_owned(), ..recorded(5_000, 1, &[]) };
        assert_eq!((cut.cut(), cut.events_max()), (Some("max-pending"), 5_000));
    }

    #[test]
    fn the_interval_is_that_between_the_last_equal_and_the_first_other_digest() {
        let stored = recorded(2 * STEP + 9, 99, &[1, 2]);
        let against = |events, digest, checkpoints: &[u64]| {
            stored.interval(&Passed { events, digest, checkpoints: checkpoints.to_vec() })
        };
        assert_eq!(against(2 * STEP + 9, 99, &[1, 2]), None);
        assert_eq!(against(2 * STEP + 9, 98, &[7, 8]), Some(1..=STEP));
        assert_eq!(against(2 * STEP + 9, 98, &[1, 8]), Some(STEP..=2 * STEP));
        assert_eq!(against(2 * STEP + 9, 98, &[1, 2]), Some(2 * STEP..=2 * STEP + 9));
        assert_eq!(against(3 * STEP, 98, &[1, 2, 3]), Some(2 * STEP..=2 * STEP + 10), "it goes on");
        assert_eq!(against(STEP + 1, 98, &[1]), Some(STEP..=STEP + 2), "it ends before");
        assert_eq!(against(5, 98, &[]), Some(1..=6));
    }
}
