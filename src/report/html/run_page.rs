//! `report.html` of one run: verdict and command first, then what was checked and measured, charts, faults, and all that
//! it takes to do it again.

use super::markup::{Cell, Markup, class_of_run, columns};
use super::{CheckOutcome, Fact, Figure, RunVerdict, SCENARIO_BYTES_MAX};

/// One check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckRow {
    /// Its name in the scenario.
    pub name: String,
    /// What it is about: a system, a workload, an operation.
    pub subject: String,
    /// What it found.
    pub outcome: CheckOutcome,
    /// What was wanted: `p99 < 400ms`.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// When first violated, and the evidence, in a sentence; may be empty.
    pub message: String,
}

/// One headline number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetricRow {
    /// Its name in the catalogue of metrics.
    pub metric: String,
    /// Its labels: `op=write, phase=healthy`.
    pub labels: String,
    /// Formatted value, with its unit.
    pub value: String,
}

/// One fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultRow {
    /// Its name in the scenario.
    pub name: String,
    /// What the scenario asked for: `crash leader(kv) for 15s`.
    pub intent: String,
    /// What that came to be in this run: `crash n2`.
    pub resolved: String,
    /// Start, as displayed.
    pub start: String,
    /// End, as displayed.
    pub end: String,
}

/// All that a run's page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The scenario's name.
    pub title: String,
    /// Seed, run id, simulated time, events and the like, for the line under the title.
    pub facts: Vec<Fact>,
    /// How the run ended.
    pub verdict: RunVerdict,
    /// Why, in a sentence: `1 of 7 checks violated`.
    pub reason: String,
    /// The command that does the same run again.
    pub reproduce: String,
    /// Limits that bit, and other things a reader must know; usually none.
    pub warnings: Vec<String>,
    /// In the scenario's order; violated ones are shown first.
    pub checks: Vec<CheckRow>,
    /// Most important first.
    pub metrics: Vec<MetricRow>,
    /// In the order of the catalogue.
    pub charts: Vec<Figure>,
    /// In the order in which their bands are numbered on charts.
    pub faults: Vec<FaultRow>,
    /// Values that were set or swept for this run.
    pub parameters: Vec<Fact>,
    /// The resolved scenario, as TOML.
    pub scenario: String,
    /// The run's digest and those of its files.
    pub digests: Vec<Fact>,
    /// Of the program, the model and the file formats.
    pub versions: Vec<Fact>,
}

/// The page. Equal inputs give equal bytes.
pub fn run_page(page: &Page) -> String {
    let mut html = Markup::new(&format!("{}: {}", page.title, page.verdict.word()));
    header(&mut html, page);
    html.open("main", "");
    checks(&mut html, &page.checks);
    metrics(&mut html, &page.metrics);
    html.section("charts", "Charts");
    html.figures(&page.charts);
    html.close();
    faults(&mut html, &page.faults);
    how_to_repeat(&mut html, page);
    html.close();
    html.finish()
}

fn header(html: &mut Markup, page: &Page) {
    html.open("header", "");
    html.open("h1", "");
    html.text(&page.title);
    html.text(" ");
    html.badge(class_of_run(page.verdict), page.verdict.word());
    html.close();
    html.element("p", "reason", &page.reason);
    facts_line(html, &page.facts);
    for warning in &page.warnings {
        html.element("p", "warning", warning);
    }
    html.element("p", "label", "Reproduce this run:");
    html.command(&page.reproduce);
    contents(
        html,
        &[
            ("#checks", "Checks"),
            ("#numbers", "Numbers"),
            ("#charts", "Charts"),
            ("#faults", "Faults"),
            ("#scenario", "Scenario"),
            ("#digests", "Digests"),
        ],
    );
    html.close();
}

/// Names and values in one line that wraps.
pub(super) fn facts_line(html: &mut Markup, facts: &[Fact]) {
    html.open("p", "facts-line");
    for fact in facts {
        html.open("span", "");
        html.text(&fact.name);
        html.text(" ");
        html.element("b", "", &fact.value);
        html.close();
        html.text(" ");
    }
    html.close();
}

/// Links to the sections.
pub(super) fn contents(html: &mut Markup, sections: &[(&'static str, &'static str)]) {
    html.open("nav", "");
    for (to, name) in sections {
        html.open_with("a", "", &[("href", to)]);
        html.text(name);
        html.close();
        html.text(" ");
    }
    html.close();
}

fn checks(html: &mut Markup, checks: &[CheckRow]) {
    html.section("checks", "Checks");
    let rank = |outcome: CheckOutcome| match outcome {
        CheckOutcome::Violated => 0,
        CheckOutcome::Inconclusive => 1,
        CheckOutcome::NotSeen => 2,
        CheckOutcome::Held => 3,
        CheckOutcome::NotApplicable => 4,
    };
    let mut sorted: Vec<&CheckRow> = checks.iter().collect();
    // Stable: checks of the same outcome stay in the scenario's order.
    sorted.sort_by_key(|check| rank(check.outcome));
    let row = |check: &&CheckRow| {
        vec![
            Cell::check(check.outcome),
            Cell::text(&check.name),
            Cell::text(&check.subject),
            Cell::text(&check.expected),
            Cell::number(&check.actual),
            Cell::text(&check.message),
        ]
    };
    let rows: Vec<Vec<Cell>> = sorted.iter().map(row).collect();
    html.table(&columns(&["verdict", "check", "of", "expected", "#seen", "evidence"]), &rows, "checks.csv");
    html.close();
}

fn metrics(html: &mut Markup, metrics: &[MetricRow]) {
    html.section("numbers", "Numbers");
    let row = |m: &MetricRow| vec![Cell::text(&m.metric), Cell::text(&m.labels), Cell::number(&m.value)];
    let rows: Vec<Vec<Cell>> = metrics.iter().map(row).collect();
    html.table(&columns(&["metric", "where", "#value"]), &rows, "summary.json");
    html.close();
}

fn faults(html: &mut Markup, faults: &[FaultRow]) {
    html.section("faults", "Faults");
    let row = |(i, fault): (usize, &FaultRow)| {
        let number = Cell::Number((i + 1).to_string());
        let words = [&fault.name, &fault.intent, &fault.resolved].map(|text| Cell::text(text));
        let mut row = vec![number];
        row.extend(words);
        row.extend([Cell::number(&fault.start), Cell::number(&fault.end)]);
        row
    };
    let rows: Vec<Vec<Cell>> = faults.iter().enumerate().map(row).collect();
    let columns = columns(&["#no.", "fault", "asked for", "came to be", "#from", "#to"]);
    html.table(&columns, &rows, "faults.csv");
    html.close();
}

fn how_to_repeat(html: &mut Markup, page: &Page) {
    html.section("scenario", "Scenario");
    if !page.parameters.is_empty() {
        html.element("h3", "", "Parameters of this run");
        html.facts(&page.parameters);
    }
    html.element("h3", "", "Resolved scenario");
    scenario(html, &page.scenario);
    html.close();
    html.section("digests", "Digests and versions");
    html.facts(&page.digests);
    html.facts(&page.versions);
    html.close();
}

/// A scenario file, cut if it is very long.
pub(super) fn scenario(html: &mut Markup, scenario: &str) {
    let mut end = scenario.len().min(SCENARIO_BYTES_MAX);
    while !scenario.is_char_boundary(end) {
        end -= 1;
    }
    html.element("pre", "", &scenario[..end]);
    if end < scenario.len() {
        html.element("p", "note", "Cut; the whole of it is in scenario.resolved.toml.");
    }
}
