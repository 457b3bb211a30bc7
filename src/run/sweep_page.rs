//! What the runs of a sweep share for people: charts and a page.

use crate::report::html::{Fact, Figure, RunRow, SweepPage, sweep_page};
use crate::report::stored::CHARTS;

use super::MODEL_VERSION;
use super::drawing::{Charts, write_charts};
use super::outputs::{
    self, Folder, OutputError, REPORT, RESOLVED, RunVerdict, SweepFacts, SweepRun, sweep_folder,
};
use super::product::page_verdict;
use super::sweep_figures::{Measure, figures, measures};

/// What a sweep's page says beside its runs.
#[derive(Clone, Debug)]
pub struct SweepOrigin {
    /// The command that does the same sweep again.
    pub reproduce: String,
    /// The scenario with its sweep, as TOML.
    pub scenario: String,
    /// Why runs are missing, if any are.
    pub partial: Option<String>,
    /// What was to come to pass in some run and did in none, in sentences.
    pub never: Vec<String>,
    /// Whether charts and a page are wanted.
    pub charts: Charts,
}

/// Writes what the runs of a sweep share: runs.csv, charts, report.html. What an earlier attempt left of them goes.
/// Returns what a person should know of the charts.
///
/// # Errors
/// If the file system fails.
pub fn write_sweep(
    folder: &mut Folder<'_>,
    facts: &SweepFacts<'_>,
    origin: &SweepOrigin,
) -> Result<Vec<String>, OutputError> {
    folder.discard(&[REPORT, CHARTS], &["charts"])?;
    folder.write(RESOLVED, |out| out.write_all(origin.scenario.as_bytes()))?;
    outputs::write_sweep(folder, facts.finished)?;
    if origin.charts == Charts::None {
        return Ok(Vec::new());
    }
    let measures = measures(facts.finished);
    let charts = figures(facts.scenario, facts.finished, &measures);
    let (figures, warnings) = write_charts(folder, &charts, origin.charts)?;
    let page = page(facts, origin, &measures, figures);
    folder.write(REPORT, |out| out.write_all(sweep_page(&page).as_bytes()))?;
    Ok(warnings)
}

fn page(
    facts: &SweepFacts<'_>,
    origin: &SweepOrigin,
    measures: &[Measure],
    charts: Vec<Figure>,
) -> SweepPage {
    let runs = facts.finished;
    let count = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let (failed, inconclusive) = (count(RunVerdict::Failed), count(RunVerdict::Inconclusive));
    let of = facts.planned.len();
    let (verdict, reason) = if failed > 0 {
        (RunVerdict::Failed, format!("{failed} of {of} runs failed"))
    } else if !origin.never.is_empty() {
        (RunVerdict::Failed, origin.never.join("; "))
    } else if inconclusive > 0 || runs.len() < of {
        let open = inconclusive + of - runs.len();
        (RunVerdict::Inconclusive, format!("{open} of {of} runs have no verdict"))
    } else {
        (RunVerdict::Passed, format!("all {of} runs passed"))
    };
    let row = |run: &SweepRun| RunRow {
        run_id: run.run.run_id.clone(),
        has_page: run.has_page,
        seed: run.run.seed.to_string(),
        parameters: run.run.params.iter().map(|(_, value)| value.clone()).collect(),
        verdict: page_verdict(run.verdict),
        metrics: measures.iter().map(|measure| measure.written(run)).collect(),
    };
    let parameters = facts.planned.first().map_or(&[][..], |run| run.params.as_slice());
    SweepPage {
        title: facts.scenario.to_owned(),
        facts: [
            Fact::new("sweep", sweep_folder(facts.planned).trim_start_matches("sweep-")),
            Fact::new("runs", &of.to_string()),
        ]
        .into_iter()
        .chain(facts.sometimes.iter().map(|one| {
            Fact::new(&one.check, &format!("{} in {} of {} runs", one.happening, one.seen, one.runs))
        }))
        .collect(),
        verdict: page_verdict(verdict),
        reason,
        reproduce: origin.reproduce.clone(),
        warnings: origin.partial.iter().cloned().collect(),
        parameters: parameters.iter().map(|(name, _)| name.clone()).collect(),
        metrics: measures.iter().map(|measure| measure.name.clone()).collect(),
        runs: runs.iter().map(row).collect(),
        charts,
        scenario: origin.scenario.clone(),
        versions: vec![
            Fact::new("seedbed", env!("CARGO_PKG_VERSION")),
            Fact::new("model", &MODEL_VERSION.to_string()),
        ],
    }
}
