//! docs/coverage.md, held against the code and the scenarios: every row is run, and nothing is without a row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use seedbed::checks::consensus::TABLE as INVARIANTS;
use seedbed::faults::FaultKind;
use seedbed::faults::kinds::Ingredient;
use seedbed::run::execute::Executed;
use seedbed::run::{figures, simulate};
use seedbed::scenario::nouns::arrivals::ARRIVALS;
use seedbed::scenario::nouns::check::Model;
use seedbed::scenario::nouns::keys::KEYS;
use seedbed::scenario::plan::LIVENESS;
use seedbed::scenario::{LoadOptions, load};
use seedbed::sim::Stop;
use seedbed::spec::choices::Choice;
use seedbed::systems::Never;
use seedbed::systems::kinds::service::policies::POLICIES;
use seedbed::systems::kinds::{DisciplineChoice, Kind, KindOptions, ReadsChoice};

use crate::scenarios::shipped;

/// What has no row, and why not yet. Whoever writes its scenario removes it here.
const WITHOUT_ROW: [(&str, &str); 1] =
    [("custom", "the built-in program cannot run it: examples/my_protocol.rs has tests of its own")];

/// What docs/bugs.md says of a bug switch, if it has a row.
fn hunted(page: &str, bug: &str) -> Option<String> {
    let start = format!("| `{bug}` |");
    page.lines().find(|line| line.starts_with(&start)).map(str::to_owned)
}

fn page_of_bugs() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bugs.md");
    std::fs::read_to_string(page).expect("the page is there")
}

/// Whether the row of a bug switch says that no hunt has found it, or left little enough, so that there is nothing to show.
fn is_unfound(row: &str) -> bool {
    row.contains("| not found |") || row.contains(", not kept |")
}

/// A row of the table.
#[derive(Debug)]
struct Row {
    part: String,
    what: String,
    scenario: String,
    with: Vec<String>,
    chart: String,
    check: String,
    verdict: String,
}

/// The rows of all tables of the page.
fn rows() -> Vec<Row> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| part ");
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [part, what, scenario, with, chart, check, verdict] = cells[..] else {
            panic!("a row has seven cells: {line}")
        };
        let plain = |cell: &str| cell.trim_matches('`').to_owned();
        Row {
            part: part.to_owned(),
            what: what.to_owned(),
            scenario: plain(scenario),
            with: plain(with).split_whitespace().map(str::to_owned).collect(),
            chart: plain(chart),
            check: plain(check),
            verdict: verdict.to_owned(),
        }
    };
    page.lines().filter(is_row).map(row).collect()
}

/// What is wrong with a row, given its run.
fn mistake(row: &Row, executed: &Executed, charts: &BTreeSet<String>) -> Option<String> {
    if executed.stop != Some(Stop::End) {
        return Some(format!("the run stopped by {:?}", executed.stop));
    }
    if !charts.contains(&format!("charts/{}", row.chart)) {
        return Some(format!("no such chart: {charts:?}"));
    }
    let (check, kind) = row.check.split_once(": ").map_or((row.check.as_str(), None), |(a, b)| (a, Some(b)));
    let of_row = executed.verdicts.iter().filter(|one| one.check == check);
    let verdicts: Vec<&str> =
        of_row.filter(|one| kind.is_none_or(|kind| one.kind == kind)).map(|one| one.verdict.name()).collect();
    let is_so = !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == row.verdict);
    (!is_so).then(|| format!("`{}` came to {verdicts:?}", row.check))
}

#[test]
fn every_row_is_as_it_says() {
    let mut runs: BTreeMap<(String, Vec<String>), Vec<Row>> = BTreeMap::new();
    for row in rows() {
        runs.entry((row.scenario.clone(), row.with.clone())).or_default().push(row);
    }
    assert!(runs.len() > 40, "the table is read: {}", runs.len());
    let mut mistakes = Vec::new();
    for ((scenario, with), rows) in runs {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&scenario);
        let options = LoadOptions { set: with.clone(), ..LoadOptions::default() };
        let executed = simulate::<Never>(load(&path, &options))
            .unwrap_or_else(|mistakes| panic!("{scenario} with {with:?}:\n{mistakes}"));
        let charts = figures::figures(&executed.prepared, &executed.recording);
        let charts: BTreeSet<String> =
            charts.into_iter().map(|chart| format!("charts/{}.svg", chart.name)).collect();
        for row in rows {
            let found = mistake(&row, &executed, &charts);
            mistakes.extend(found.map(|found| format!("{scenario} {with:?}, {}: {found}", row.what)));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn everything_that_can_be_chosen_has_a_row() {
    let rows = rows();
    let is_shown = |name: &str| {
        let quoted = format!("`{name}`");
        rows.iter().any(|row| row.what.contains(&quoted) || row.part == quoted)
    };
    let mut names: Vec<&str> = Vec::new();
    names.extend(Kind::ALL.iter().map(|kind| kind.name()));
    names.extend(Kind::ALL.iter().flat_map(|kind| KindOptions::bugs(*kind)).map(|bug| bug.name));
    names.extend(ReadsChoice::ALL.iter().map(|reads| reads.name()));
    names.extend(DisciplineChoice::ALL.iter().map(|discipline| discipline.name()));
    names.extend(POLICIES.rows.iter().map(|row| row.name));
    names.extend(ARRIVALS.rows.iter().map(|row| row.name));
    names.extend(KEYS.rows.iter().map(|row| row.name));
    names.extend(FaultKind::ALL.iter().map(|kind| kind.name()));
    names.extend(INVARIANTS.iter().map(|row| row.name));
    names.extend(Model::ALL.iter().map(|model| model.name()));
    let page = page_of_bugs();
    let unfound = |name: &str| hunted(&page, name).is_some_and(|row| is_unfound(&row));
    let excused = |name: &str| WITHOUT_ROW.iter().any(|(excused, _)| *excused == name) || unfound(name);
    let missing: Vec<&&str> = names.iter().filter(|name| !is_shown(name) && !excused(name)).collect();
    assert!(missing.is_empty(), "docs/coverage.md has no row for {missing:?}");
    let shown: Vec<&str> = WITHOUT_ROW.iter().map(|(name, _)| *name).filter(|name| is_shown(name)).collect();
    assert!(shown.is_empty(), "{shown:?} have rows: remove them from WITHOUT_ROW");
}

/// docs/bugs.md says of each switch of a replicated log what finds it, or that nothing did, and has what a hunt left of it.
#[test]
fn every_bug_switch_says_what_finds_it() {
    let page = page_of_bugs();
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/bugs");
    for bug in [Kind::Raft, Kind::MultiPaxos].into_iter().flat_map(KindOptions::bugs) {
        let row = hunted(&page, bug.name);
        let row = row.unwrap_or_else(|| panic!("docs/bugs.md has no row for {}", bug.name));
        let is_kept = scenarios.join(bug.name).with_extension("toml").is_file();
        assert_eq!(is_kept, !is_unfound(&row), "scenarios/bugs/{}.toml against {row}", bug.name);
        if !is_unfound(&row) {
            let met = format!("| `{}` | `{}` |", bug.name, bug.caught_by[0]);
            assert!(row.starts_with(&met), "{row}: what a hunt met first is what `explain` names first");
        }
    }
}

/// What catches a bug is a check that a scenario can have.
#[test]
fn every_bug_is_caught_by_checks_that_there_are() {
    let mut checks: BTreeSet<&str> = INVARIANTS.iter().map(|row| row.name).collect();
    checks.extend(Model::ALL.iter().map(|model| model.name()));
    checks.insert(LIVENESS);
    for bug in Kind::ALL.iter().flat_map(|kind| KindOptions::bugs(*kind)) {
        assert!(!bug.caught_by.is_empty(), "{}", bug.name);
        assert!(
            bug.caught_by.iter().all(|check| checks.contains(check)),
            "{}: {:?}",
            bug.name,
            bug.caught_by
        );
    }
}

/// docs/faults.md says of each kind what it does.
#[test]
fn every_kind_of_fault_is_explained() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let has_row = |kind: &FaultKind| page.contains(&format!("\n| `{kind}` |"));
    let missing: Vec<&FaultKind> = FaultKind::ALL.iter().filter(|kind| !has_row(kind)).collect();
    assert!(missing.is_empty(), "docs/faults.md has no row for {missing:?}");
    let is_told = |one: &Ingredient| {
        let acts_on = one.facts.acts_on.expect("what a nemesis draws of a kind changes something").name();
        let row = page.lines().find(|line| line.starts_with(&format!("| {acts_on} |")));
        row.is_some_and(|row| row.contains(&format!("`{}`", one.kind)))
    };
    let untold: Vec<FaultKind> = Ingredient::all().filter(|one| !is_told(one)).map(|one| one.kind).collect();
    assert!(untold.is_empty(), "docs/faults.md does not say what {untold:?} acts on");
}

#[test]
fn every_shipped_scenario_is_in_a_row() {
    let rows = rows();
    let in_no_row = |path: &String| !rows.iter().any(|row| row.scenario == *path);
    let shipped = shipped().into_iter().map(|path| path.to_string_lossy().replace('\\', "/"));
    let missing: Vec<String> = shipped.filter(in_no_row).collect();
    assert!(missing.is_empty(), "docs/coverage.md has no row for {missing:?}");
}
