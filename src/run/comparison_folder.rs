//! The folder of a comparison: what was compared, and what came of it.

use std::path::Path;

use serde::Serialize;

use super::MODEL_VERSION;
use super::outputs::{CRATE_VERSION, Finished, Folder, OutputError, SCHEMA, Sink, sweep_id};
use crate::scenario::sweep::{Intervals, Scaling};

/// What is compared, and by what.
#[derive(Clone, Debug)]
pub struct ComparisonFacts<'a> {
    /// The scenario's name; of several the first.
    pub scenario: &'a str,
    /// What tells the variants apart.
    pub variable: &'a str,
    /// The variant that the others are held against.
    pub baseline: &'a str,
    /// The figures that are asked for.
    pub metrics: Vec<&'a str>,
    /// In what share of all cases intervals cover the truth.
    pub confidence: f64,
    /// How figures become one.
    pub intervals: Intervals,
    /// The variable whose runs are taken together, if any are.
    pub antithetic: Option<&'a str>,
    /// Into how many batches runs are cut, if they are.
    pub batches: Option<u32>,
    /// Whether laws of scaling are fitted.
    pub scaling: Scaling,
    /// The queues whose formulas are drawn.
    pub theory: Vec<String>,
    /// What variants are placed by, if they are.
    pub pareto: Vec<&'a str>,
    /// The ids of the runs.
    pub runs: Vec<&'a str>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    scenario: &'a str,
    comparison_id: String,
    variable: &'a str,
    baseline: &'a str,
    metrics: &'a [&'a str],
    confidence: f64,
    intervals: &'static str,
    antithetic: Option<&'a str>,
    batches: Option<u32>,
    scaling: &'static str,
    theory: &'a [String],
    pareto: &'a [&'a str],
    runs: &'a [&'a str],
}

impl ComparisonFacts<'_> {
    /// The id: a hash over what is compared, and by what.
    pub fn id(&self) -> String {
        let confidence = self.confidence.to_string();
        let batches = self.batches.map_or(String::new(), |batches| batches.to_string());
        let antithetic = self.antithetic.unwrap_or("");
        let about = [self.variable, self.baseline, &confidence, self.intervals.name(), antithetic, &batches];
        let scaling = (self.scaling != Scaling::None).then(|| self.scaling.name());
        let drawn = self.theory.iter().map(String::as_str).chain(self.pareto.iter().copied());
        let about = about.into_iter().chain(scaling).chain(drawn);
        sweep_id(about.chain(self.metrics.iter().copied()).chain(self.runs.iter().copied()))
    }
}

/// Makes the folder `compare-<id>` in `home`, with what `fill` writes.
///
/// # Errors
/// If the file system fails.
pub fn write(
    sink: &dyn Sink,
    home: &Path,
    facts: &ComparisonFacts<'_>,
    fill: impl FnOnce(&mut Folder<'_>) -> Result<(), OutputError>,
) -> Result<Finished, OutputError> {
    let id = facts.id();
    let mut folder = Folder::begin(sink, home, &format!("compare-{id}"))?;
    fill(&mut folder)?;
    let manifest = Manifest {
        schema: SCHEMA,
        crate_version: CRATE_VERSION,
        model_version: MODEL_VERSION,
        scenario: facts.scenario,
        comparison_id: id,
        variable: facts.variable,
        baseline: facts.baseline,
        metrics: &facts.metrics,
        confidence: facts.confidence,
        intervals: facts.intervals.name(),
        antithetic: facts.antithetic,
        batches: facts.batches,
        scaling: facts.scaling.name(),
        theory: &facts.theory,
        pareto: &facts.pareto,
        runs: &facts.runs,
    };
    folder.finish(&manifest, &serde_json::Value::Null)
}
