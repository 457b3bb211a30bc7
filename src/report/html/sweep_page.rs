//! `report.html` of a sweep: every run with its verdict and a link to its own page, and a chart for each metric.

use super::markup::{Cell, Column, Markup, class_of_run, path_segment};
use super::run_page::{contents, facts_line, scenario};
use super::{Fact, Figure, RunVerdict};

/// One run of a sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunRow {
    /// The run's id, which is the name of its folder under `runs/`.
    pub run_id: String,
    /// Whether that folder holds a page to link to.
    pub has_page: bool,
    /// Its seed.
    pub seed: String,
    /// A value for each of [`SweepPage::parameters`].
    pub parameters: Vec<String>,
    /// How it ended.
    pub verdict: RunVerdict,
    /// A formatted value for each of [`SweepPage::metrics`].
    pub metrics: Vec<String>,
}

/// All that a sweep's page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SweepPage {
    /// The scenario's name.
    pub title: String,
    /// Sweep id, number of runs and the like, for the line under the title.
    pub facts: Vec<Fact>,
    /// The worst of the runs' verdicts.
    pub verdict: RunVerdict,
    /// Why, in a sentence: `2 of 60 runs failed`.
    pub reason: String,
    /// The command that does the same sweep again.
    pub reproduce: String,
    /// Limits that bit, and other things a reader must know; usually none.
    pub warnings: Vec<String>,
    /// Names of the swept variables.
    pub parameters: Vec<String>,
    /// Names of the metrics in the table, each with its unit.
    pub metrics: Vec<String>,
    /// In order of their index; runs that failed are not moved, but can be filtered for.
    pub runs: Vec<RunRow>,
    /// One for each metric and swept variable.
    pub charts: Vec<Figure>,
    /// The resolved scenario, as TOML.
    pub scenario: String,
    /// Of the program, the model and the file formats.
    pub versions: Vec<Fact>,
}

/// The page. Equal inputs give equal bytes.
///
/// # Panics
/// If a run has not one value for each parameter and metric.
pub fn sweep_page(page: &SweepPage) -> String {
    let mut html = Markup::new(&format!("{} sweep: {}", page.title, page.verdict.word()));
    html.open("header", "");
    html.open("h1", "");
    html.text(&page.title);
    html.text(" sweep ");
    html.badge(class_of_run(page.verdict), page.verdict.word());
    html.close();
    html.element("p", "reason", &page.reason);
    facts_line(&mut html, &page.facts);
    for warning in &page.warnings {
        html.element("p", "warning", warning);
    }
    html.element("p", "label", "Reproduce this sweep:");
    html.command(&page.reproduce);
    contents(&mut html, &[("#charts", "Charts"), ("#runs", "Runs"), ("#scenario", "Scenario")]);
    html.close();
    html.open("main", "");
    html.section("charts", "Charts");
    html.figures(&page.charts);
    html.close();
    runs(&mut html, page);
    html.section("scenario", "Scenario");
    scenario(&mut html, &page.scenario);
    html.facts(&page.versions);
    html.close();
    html.close();
    html.finish()
}

fn runs(html: &mut Markup, page: &SweepPage) {
    html.section("runs", "Runs");
    let mut columns = super::markup::columns(&["verdict", "run", "#seed"]);
    columns.extend(page.parameters.iter().map(|name| Column { name, numeric: false }));
    columns.extend(page.metrics.iter().map(|name| Column { name, numeric: true }));
    let row = |run: &RunRow| {
        assert_eq!(run.parameters.len(), page.parameters.len(), "a run has a value for each parameter");
        assert_eq!(run.metrics.len(), page.metrics.len(), "a run has a value for each metric");
        let run_cell = if run.has_page {
            Cell::Link(format!("runs/{}/report.html", path_segment(&run.run_id)), run.run_id.clone())
        } else {
            Cell::text(&run.run_id)
        };
        let mut row = vec![Cell::run(run.verdict), run_cell, Cell::number(&run.seed)];
        row.extend(run.parameters.iter().map(|value| Cell::text(value)));
        row.extend(run.metrics.iter().map(|value| Cell::number(value)));
        row
    };
    let rows: Vec<Vec<Cell>> = page.runs.iter().map(row).collect();
    html.table(&columns, &rows, "runs.csv");
    html.close();
}
