//! Replays a run from its folder, and says where the replay parts from it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::kernel::digest::CHECKPOINT_INTERVAL;

use super::MODEL_VERSION;
use super::execute::Executed;
use super::outputs::{MANIFEST, RESOLVED, hexadecimal};

/// What a run's folder says of the run.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The file of the resolved scenario.
    pub scenario: PathBuf,
    /// The scenario's name.
    pub name: String,
    /// The seed.
    pub seed: u64,
    /// Events handled.
    pub events: u64,
    /// The digest over all of them.
    pub digest: String,
    /// The digest at every checkpoint.
    pub checkpoints: Vec<String>,
    /// The version of the program and of the model that made it.
    pub versions: (String, u64),
}

/// How a replay compares with the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// Every event was the same.
    Same,
    /// The first difference lies between two checkpoints.
    Parts {
        /// The last event known to be the same; 0: none is.
        after: u64,
        /// The event by which they have parted.
        by: u64,
    },
}

/// Why a folder cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReproError {
    /// The manifest is absent or unreadable.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the file system says.
        source: std::io::Error,
    },
    /// The manifest is not one of a run.
    #[error("{path} is no manifest of a run: {problem}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl Recorded {
    /// Reads a run's folder.
    ///
    /// # Errors
    /// If it holds no manifest of a run.
    pub fn read(folder: &Path) -> Result<Recorded, ReproError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ReproError::Unreadable { path: path.clone(), source })?;
        let malformed = |problem: String| ReproError::Malformed { path: path.clone(), problem };
        let manifest: Value = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        let text_of = |key: &str| {
            let text = manifest[key].as_str().map(str::to_owned);
            text.ok_or_else(|| malformed(format!("`{key}` is missing")))
        };
        let number_of =
            |key: &str| manifest[key].as_u64().ok_or_else(|| malformed(format!("`{key}` is missing")));
        let checkpoints = manifest["checkpoints"].as_array().cloned().unwrap_or_default();
        Ok(Recorded {
            scenario: folder.join(RESOLVED),
            name: text_of("scenario")?,
            seed: number_of("seed")?,
            events: number_of("events")?,
            digest: text_of("digest")?,
            checkpoints: checkpoints.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            versions: (text_of("crate_version")?, number_of("model_version")?),
        })
    }

    /// Whether this build is of the version that made the run.
    pub fn is_of_this_version(&self) -> bool {
        self.versions == (env!("CARGO_PKG_VERSION").to_owned(), u64::from(MODEL_VERSION))
    }

    /// Compares a replay with the run.
    pub fn compare(&self, replay: &Executed) -> Comparison {
        let replayed: Vec<String> = replay.checkpoints.iter().copied().map(hexadecimal).collect();
        let same = self.checkpoints.iter().zip(&replayed).take_while(|(a, b)| a == b).count() as u64;
        let shared = self.checkpoints.len().min(replayed.len()) as u64;
        if same == shared && self.digest == hexadecimal(replay.digest) && self.events == replay.events {
            return Comparison::Same;
        }
        let by =
            if same < shared { (same + 1) * CHECKPOINT_INTERVAL } else { self.events.min(replay.events) };
        Comparison::Parts { after: same * CHECKPOINT_INTERVAL, by }
    }
}
