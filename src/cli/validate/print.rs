//! A validation as text for people and as a document for programs.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::super::table::{WIDTH, aligned, wrap};
use super::{Exit, TABLE, before_slash};
use crate::kernel::counted;
use crate::run::outputs::REPORT;
use crate::validate::{Published, Row, Verdict};

/// What stands before where a row is from and how it was set up.
const ABOUT: &str = "      ";

/// For people; `left` was not run.
pub(super) fn text(rows: &[Row], left: &[String], folder: &Path) -> String {
    let head = ["", "row", "published", "simulated", "interval", "seeds"].map(str::to_owned).to_vec();
    let line = |row: &Row| {
        let (published, relation) = row.published.parts();
        let figure = |value: f64| row.unit.text(value);
        let relation = match row.published {
            Published::Exactly(_) => String::new(),
            Published::AtMost(_) | Published::AtLeast(_) | Published::Among(_) => format!("{relation} "),
        };
        let tolerance =
            if row.tolerance > 0.0 { format!(" ± {}", figure(row.tolerance)) } else { String::new() };
        vec![
            row.verdict.name().to_owned(),
            row.name.clone(),
            format!("{relation}{}{tolerance}", figure(published)),
            figure(row.simulated.value),
            format!("{} .. {}", figure(row.simulated.low), figure(row.simulated.high)),
            row.seeds.to_string(),
        ]
    };
    let (mut table, mut about) = (vec![head], vec![None]);
    for rows in rows.chunk_by(|one, next| before_slash(&one.name) == before_slash(&next.name)) {
        match rows.len() > 1 && rows.iter().all(is_plain) {
            true => table.push(folded(rows)),
            false => table.extend(rows.iter().map(line)),
        }
        // Behind the last row of the experiment.
        about.resize(table.len() - 1, None);
        about.push(Some(format!("{}. {}", rows[0].source, rows[0].setup)));
    }
    let of = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count() as u64;
    let mut out = String::new();
    for (line, about) in aligned(&table).lines().zip(about) {
        out += &format!("{line}\n");
        let lines = about.iter().flat_map(|about| wrap(about, WIDTH));
        lines.for_each(|line| out += &format!("{ABOUT}{line}\n"));
    }
    let (violated, open) = (of(Verdict::Violated), of(Verdict::Inconclusive));
    let rest = [(violated, "violated"), (open, "inconclusive")];
    let rest =
        rest.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {number} {what}"));
    out += &format!(
        "{}, {} held{}\n",
        counted(rows.len() as u64, "row"),
        of(Verdict::Held),
        rest.collect::<String>()
    );
    if !left.is_empty() {
        let what = format!("not run without --thorough: {}", left.join(", "));
        wrap(&what, WIDTH).iter().for_each(|line| out += &format!("{line}\n"));
    }
    let page = folder.join(REPORT);
    let shown = if page.is_file() { page } else { folder.join(TABLE) };
    out += &format!("{}\n", shown.display());
    out
}

/// Whether there is nothing to say of a row but that it is exactly as published.
fn is_plain(row: &Row) -> bool {
    row.verdict == Verdict::Held && row.tolerance == 0.0
}

/// The plain rows of an experiment in one line.
fn folded(rows: &[Row]) -> Vec<String> {
    let figures = || rows.iter().map(|row| row.simulated.value);
    let (low, high) = (figures().fold(f64::INFINITY, f64::min), figures().fold(0.0, f64::max));
    let figure = |value: f64| rows[0].unit.text(value);
    vec![
        Verdict::Held.name().to_owned(),
        format!("{}/*", before_slash(&rows[0].name)),
        format!("{} .. {}", figure(low), figure(high)),
        format!("all {} exactly", rows.len()),
        String::new(),
        rows[0].seeds.to_string(),
    ]
}

/// For programs; `left` was not run.
pub(super) fn document(rows: &[Row], left: &[String], exit: Exit, folder: &Path) -> Json {
    let row = |row: &Row| {
        let (published, relation) = row.published.parts();
        json!({
            "suite": row.suite,
            "name": row.name,
            "source": row.source,
            "setup": row.setup,
            "unit": row.unit.name(),
            "relation": relation,
            "published": published,
            "simulated": row.simulated.value,
            "ci_low": row.simulated.low,
            "ci_high": row.simulated.high,
            "tolerance": row.tolerance,
            "seeds": row.seeds,
            "verdict": row.verdict.name(),
        })
    };
    let rows: Vec<Json> = rows.iter().map(row).collect();
    json!({ "rows": rows, "not_run": left, "output": folder.display().to_string(), "exit": exit.code() })
}
