//! A validation as Markdown, which docs/theory.md is, and as CSV.

use std::io::{self, Write};

use crate::run::outputs::{Key, Table, VALIDATE};

use super::CONFIDENCE;
use super::entry::{Entry, chapters, families, sources, summary};

/// What stands in the place of a figure of a row that was not run, and what runs it.
pub const NOT_RUN: &str = "--thorough";

/// Where the page comes from.
const MADE_BY: &str = "Made by `seedbed validate`: docs/theory.md is its validate.md.";
/// What the page is, and how it is read.
const HEAD: &str = "\
What is published of elections, commit latency, queues, disciplines, balancing and fan-out, as a formula or as a figure, and what whole \
simulated runs say of the same. Who elects, replicates, serves and balances in them is what runs everywhere else.

Each row is a scenario, run with the seeds from 1 on; `seedbed validate --show ROW` prints it. The interval of a simulated figure covers the \
truth in 99 of 100 cases. A row is *held* if the simulated figure is within the tolerance of the published one, and its interval is no wider \
than that to either side; *violated* if all of the interval is outside; else *inconclusive*. A bound (`<=`, `>=`) is held if all of the \
interval is within, and what is itself a draw, such as the worst of a thousand runs (`among`), if the interval reaches it. Where the \
tolerance is *exact* there is nothing random, and no other figure will do.

Charts show the simulated figure over the published one, so that all units share an axis, with the tolerance as a band around 1. A square \
stands for one or several figures that are exactly as published. Rows marked `--thorough` need more than ten million requests, and are run \
with that flag only.
";

/// The validation as Markdown: charts, and a table for each family of rows. The same rows have the same bytes.
pub fn markdown(entries: &[Entry]) -> String {
    let mut out = format!("# Theory and simulation\n\n<!-- {MADE_BY} -->\n\n{HEAD}");
    out += &format!("\n{RESULT}{}.\n", summary(entries));
    for suite in entries.chunk_by(|one, next| one.suite.name == next.suite.name) {
        out += &format!("\n## {}\n\n{}\n", suite[0].suite.title, suite[0].suite.about);
        for entries in chapters(suite) {
            let chapter = entries[0].chapter;
            let chart = format!("charts/{}.svg", super::page::chart_name(chapter));
            out += &format!("\n### {}\n\n![{}]({chart})\n", chapter.title, chapter.title);
            families(entries).for_each(|entries| out += &family(entries));
        }
    }
    out
}

/// What the line with what came of all rows begins with.
const RESULT: &str = "What came of them: ";
/// What the table's columns are.
const COLUMNS: &str = "\
| row | published | tolerance | simulated | interval | seeds | verdict |
|:---|---:|---:|---:|---:|---:|:---|
";

fn family(entries: &[Entry]) -> String {
    let family = entries[0].family;
    let mut out = format!(
        "\n#### {}\n\nAgainst: {}.\nSimulated: {}.\n\n",
        family.name, family.against, family.simulated
    );
    sources(entries).into_iter().for_each(|source| out += &format!("- {source}\n"));
    out += &format!("\n{COLUMNS}");
    for entry in entries {
        let mut cells = vec![format!("`{}`", entry.name), entry.published_text(), entry.tolerance_text()];
        cells.extend(found_cells(entry));
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        out += &format!("| {} |\n", cells.join(" | "));
    }
    out
}

/// The cells of a row that hang on what was simulated: figure, interval, seeds, verdict.
pub(super) fn found_cells(entry: &Entry) -> [String; 4] {
    let Some(found) = entry.found else {
        return [NOT_RUN.to_owned(), String::new(), String::new(), String::new()];
    };
    let text = |figure: f64| entry.unit.text(figure);
    let simulated = found.simulated;
    [
        text(simulated.value),
        format!("{} .. {}", text(simulated.low), text(simulated.high)),
        found.seeds.to_string(),
        found.verdict.name().to_owned(),
    ]
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Writes validate.csv: every figure as it is, in base units.
///
/// # Errors
/// If writing does.
pub fn csv(out: &mut dyn Write, entries: &[Entry]) -> io::Result<()> {
    let key = Key::none();
    let mut table = Table::new(out, &key, &VALIDATE)?;
    for entry in entries {
        let (published, relation) = entry.published.parts();
        let (unit, scale) = entry.unit.base();
        let found = entry.found.as_ref();
        let estimate = found.map(|found| found.simulated);
        let verdict = found.map_or("not-run", |found| found.verdict.name());
        table
            .row(&key)?
            .text(entry.suite.name)?
            .text(entry.chapter.name)?
            .text(entry.family.name)?
            .text(&entry.name)?
            .text(&entry.source)?
            .text(&entry.setup)?
            .text(unit)?
            .text(relation)?
            .float(scale * published)?
            .float(scale * entry.tolerance)?
            .float(estimate.map(|estimate| scale * estimate.value))?
            .float(estimate.map(|estimate| scale * estimate.low))?
            .float(estimate.map(|estimate| scale * estimate.high))?
            .float(CONFIDENCE)?
            .integer(found.map(|found| found.seeds))?
            .text(verdict)?
            .end()?;
    }
    table.end()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::entry::Found;
    use super::super::row::Verdict;
    use super::super::{SUITES, page};
    use super::*;
    use crate::statistics::Estimate;

    /// Every row there is, without a run.
    fn all() -> Vec<Entry> {
        let of_suite = |suite: &'static super::super::Suite| {
            let experiments = suite.experiments();
            experiments.iter().flat_map(|one| Entry::not_run(suite.name, one)).collect::<Vec<_>>()
        };
        SUITES.iter().flat_map(of_suite).collect()
    }

    fn found(value: f64, verdict: Verdict) -> Option<Found> {
        let simulated = Estimate { value, low: 0.9 * value, high: 1.1 * value };
        Some(Found { simulated, seeds: 24, verdict })
    }

    fn named<const N: usize>(names: [&str; N]) -> [Entry; N] {
        let all = all();
        let find = |name: &str| all.iter().find(|entry| entry.name == name).cloned();
        names.map(|name| find(name).unwrap_or_else(|| panic!("there is no {name}")))
    }

    /// The page without what hangs on a run.
    fn fixed(text: &str) -> String {
        let line = |line: &str| {
            let cells: Vec<&str> = line.split(" | ").collect();
            match cells.len() {
                _ if line.starts_with(RESULT) => String::new(),
                7 if line.starts_with("| `") => cells[..3].join(" | ") + "\n",
                _ => format!("{line}\n"),
            }
        };
        text.lines().map(line).collect()
    }

    /// docs/theory.md and its charts are what `validate` once made of the rows that there are now; what runs give is not made anew.
    #[test]
    fn theory_docs_are_current() {
        const REMAKE: &str = "`cargo run --release -- validate` makes it anew: copy validate.md of the folder that it names to docs/theory.md, and \
                              charts/*.svg to docs/charts/";
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let read = |name: &str| {
            let text = fs::read_to_string(docs.join(name)).unwrap_or_default();
            text.replace('\r', "").replace("&lt;", "<").replace("&gt;", ">")
        };
        let (theory, entries) = (read("theory.md"), all());
        let (kept, now) = (fixed(&theory), fixed(&markdown(&entries)));
        let parted = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
        assert!(kept == now, "docs/theory.md is not of the rows that there are: {REMAKE}\n{parted:?}");
        for entries in chapters(&entries) {
            let file = format!("charts/{}.svg", page::chart_name(entries[0].chapter));
            let chart = read(&file);
            let is_told = |entry: &&Entry| chart.contains(&page::tip_head(entry));
            let missing: Vec<&str> =
                entries.iter().filter(|entry| !is_told(entry)).map(|entry| entry.name.as_str()).collect();
            assert!(missing.is_empty(), "docs/{file} is not of {missing:?} as they are: {REMAKE}");
        }
        let experiments = SUITES.iter().flat_map(super::super::Suite::experiments);
        let left: Vec<String> = experiments
            .filter(|one| one.is_thorough_only)
            .flat_map(|one| one.rows().collect::<Vec<_>>())
            .collect();
        for line in theory.lines().filter(|line| line.starts_with("| `")) {
            let is_left = left.iter().any(|row| line.starts_with(&format!("| `{row}` |")));
            assert_eq!(line.contains(NOT_RUN), is_left, "{line}: {REMAKE}");
            assert!(is_left || line.ends_with("| held |"), "{line}");
        }
    }

    #[test]
    fn markdown_has_a_table_for_each_family_with_its_sources() {
        let mut entries = named(["wide-area-one-failed/p99.9", "mm1-50pc/mean", "mm1-95pc/mean"]);
        (entries[0].found, entries[1].found) = (found(1_400.0, Verdict::Held), found(2.2, Verdict::Violated));
        let text = markdown(&entries);
        for part in [
            "What came of them: 3 rows: 1 held, 1 violated, 1 not run.\n",
            "### Elections\n\n![Elections](charts/validate-elections.svg)\n\n#### wide-area\n\nAgainst: AvailSim",
            "| `wide-area-one-failed/p99.9` | <= 1500.0 ms | ± 250.0 ms | 1400.0 ms | 1260.0 ms .. 1540.0 ms | 24 | held |\n",
            "## Services\n",
            "- M/M/1: 1/(1-r), load r (Kleinrock, Queueing Systems I, 1975, §3.2)\n\n| row |",
            "| `mm1-50pc/mean` | 2.0000 | ± 0.0400 | 2.2000 | 1.9800 .. 2.4200 | 24 | violated |\n",
            "| `mm1-95pc/mean` | 20.0000 | ± 0.8000 | --thorough |  |  |  |\n",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
        assert_eq!(text.matches("\n#### mm1\n").count(), 1);
    }

    #[test]
    fn csv_is_in_base_units_and_leaves_empty_what_was_not_run() {
        let mut entries = named(["figure-16-150-155/median", "mm1-95pc/mean"]);
        entries[0].found = found(280.0, Verdict::Held);
        let mut out = Vec::new();
        csv(&mut out, &entries).expect("memory takes all");
        let text = String::from_utf8(out).expect("tables are UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "suite,chapter,family,row,source,setup,unit,relation,published,tolerance,simulated,ci_low,ci_high,confidence,seeds,verdict"
        );
        assert!(lines[1].starts_with("consensus,elections,figure-16,figure-16-150-155/median,"), "{text}");
        assert!(
            lines[1].ends_with(",ns,=,287000000,71750000,280000000,252000000,308000000,0.99,24,held"),
            "{text}"
        );
        assert!(lines[2].ends_with(",,,,0.99,,not-run") && lines[2].contains(",multiple,=,19.99"), "{text}");
        assert_eq!(lines.len(), 3);
    }
}
