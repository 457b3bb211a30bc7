//! The folder of a validation: which rows were run, and what came of them.

use std::path::Path;

use serde::Serialize;

use super::MODEL_VERSION;
use super::outputs::{CRATE_VERSION, Finished, Folder, OutputError, SCHEMA, Sink, sweep_id};

/// What is validated.
#[derive(Clone, Debug)]
pub struct ValidationFacts<'a> {
    /// How many seeds are run: `usual` or `thorough`.
    pub effort: &'static str,
    /// What is set otherwise than published, as `PATH=VALUE`.
    pub set: &'a [String],
    /// The names of the rows.
    pub rows: Vec<&'a str>,
    /// All that decides what they come to: scenarios, data files, published figures, tolerances, sources.
    pub about: Vec<String>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    validation_id: String,
    effort: &'static str,
    set: &'a [String],
    rows: &'a [&'a str],
}

impl ValidationFacts<'_> {
    /// The id: a hash over what is validated, and by which version.
    pub fn id(&self) -> String {
        let model = MODEL_VERSION.to_string();
        // How many there are of each kind, so that no name stands where a text of another kind could.
        let counts = [self.set.len(), self.rows.len()].map(|count| count.to_string());
        let mut parts = vec![CRATE_VERSION, model.as_str(), self.effort, &counts[0], &counts[1]];
        parts.extend(self.set.iter().map(String::as_str));
        parts.extend(&self.rows);
        parts.extend(self.about.iter().map(String::as_str));
        sweep_id(parts)
    }
}

/// Makes the folder `validate-<id>` in `home`, with what `fill` writes.
///
/// # Errors
/// If the file system fails.
pub fn write(
    sink: &dyn Sink,
    home: &Path,
    facts: &ValidationFacts<'_>,
    fill: impl FnOnce(&mut Folder<'_>) -> Result<(), OutputError>,
) -> Result<Finished, OutputError> {
    let id = facts.id();
    let mut folder = Folder::begin(sink, home, &format!("validate-{id}"))?;
    fill(&mut folder)?;
    let manifest = Manifest {
        schema: SCHEMA,
        crate_version: CRATE_VERSION,
        model_version: MODEL_VERSION,
        validation_id: id,
        effort: facts.effort,
        set: facts.set,
        rows: &facts.rows,
    };
    folder.finish(&manifest, &serde_json::Value::Null)
}
