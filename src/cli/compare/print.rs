//! A comparison as text for people and as a document for programs.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::super::table::{WIDTH, aligned, wrap};
use super::scaling;
use crate::compare::table::{blocks, caption, columns};
use crate::compare::{Study, words};
use crate::run::outputs::REPORT;

/// For people.
pub(super) fn text(study: &Study, name: &str, folder: &Path) -> String {
    let subject = &study.subject;
    let mut out = String::new();
    let (variable, baseline) = (&subject.variable, &subject.variants[subject.baseline]);
    let head = match subject.is_alone() {
        true => format!("{name}  {}", caption(study)),
        false => format!("{name}  {variable} beside {baseline}: {}", caption(study)),
    };
    wrap(&head, WIDTH).iter().for_each(|line| out += &format!("{line}\n"));
    for block in blocks(study) {
        out += &format!("\n{}\n", block.title);
        let rows = std::iter::once(columns(study)).chain(block.rows);
        let indented = |row: [String; 5]| {
            let mut row = row.to_vec();
            row[0] = format!("  {}", row[0]);
            row
        };
        out += &aligned(&rows.map(indented).collect::<Vec<_>>());
        block.notes.iter().for_each(|note| out += &format!("  {note}\n"));
    }
    out += &scaling::text(study);
    let page = folder.join(REPORT);
    let shown = if page.is_file() { page } else { folder.join("compare.md") };
    out += &format!("\n{}\n", shown.display());
    out
}

/// For programs: the rows of compare.csv, and the verdicts in words.
pub(super) fn document(study: &Study, name: &str, folder: &Path) -> Json {
    let subject = &study.subject;
    let rows = study.rows.iter().map(|row| {
        let measure = &study.measures[row.measure];
        let params: serde_json::Map<String, Json> =
            subject.circumstances[row.circumstances].iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let paired = row.against.as_ref().map(|against| &against.paired);
        let ends = |estimate: crate::statistics::Estimate| json!({ "value": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high });
        let mut document = json!({
            "params": params,
            "variant": subject.variants[row.variant],
            "metric": measure.name,
            "unit": measure.unit.name(),
            "runs": row.values.len(),
            "missing": row.missing,
            "value": row.estimate.map(|estimate| estimate.value),
            "sd": row.deviation,
            "ci_low": row.estimate.map(|estimate| estimate.low),
            "ci_high": row.estimate.map(|estimate| estimate.high),
            "rank": row.rank,
            "pairs": paired.map(|paired| paired.pairs),
            "difference": paired.map(|paired| ends(paired.difference)),
            "ratio": paired.and_then(|paired| paired.ratio).map(ends),
            "p": paired.map(|paired| paired.p_value),
            "p_holm": row.against.as_ref().map(|against| against.corrected),
            "finding": row.against.as_ref().map(|against| against.finding.name()),
            "gain": paired.and_then(|paired| paired.gain),
            "verdict": words::verdict(study, row),
        });
        if let Some(found) = measure.found() {
            let unknown = found.unknown(subject, row);
            (document["below"], document["above"]) = (json!(unknown.below), json!(unknown.above));
        }
        document
    });
    json!({
        "scenario": name,
        "variable": subject.variable,
        "baseline": subject.variants[subject.baseline],
        "confidence": study.settings.confidence,
        "comparisons": study.comparisons,
        "scaling": scaling::document(study),
        "rows": rows.collect::<Vec<_>>(),
        "output": folder.display().to_string(),
    })
}
