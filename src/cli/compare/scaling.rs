//! `--scaling`, and what comes of it as text for people and as a document for programs.

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use super::super::table::{aligned, paragraph};
use crate::compare::Study;
use crate::compare::scaling::{ScalingCurve, ScalingPoint, files, words};
use crate::scenario::sweep::Scaling;
use crate::statistics::Estimate;

/// Which work is scaled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ScalingKind {
    /// The same for every number: Amdahl's law and the universal scalability law
    Strong,
    /// Work that grows with the number: Gustafson's law and the universal scalability law
    Weak,
    /// None: nothing is fitted, whatever the scenario says
    None,
}

impl ScalingKind {
    /// As a scenario says it.
    pub(super) fn of_scenario(self) -> Scaling {
        match self {
            ScalingKind::Strong => Scaling::Strong,
            ScalingKind::Weak => Scaling::Weak,
            ScalingKind::None => Scaling::None,
        }
    }
}

/// For people, behind what is compared; nothing if nothing is scaled.
pub(super) fn text(study: &Study) -> String {
    let mut out = String::new();
    for block in words::blocks(study) {
        out += &format!("\n{}\n", block.title);
        let rows = std::iter::once(words::columns(study)).chain(block.rows);
        let indented = |row: [String; 4]| {
            let mut row = row.to_vec();
            row[0] = format!("  {}", row[0]);
            row
        };
        out += &aligned(&rows.map(indented).collect::<Vec<_>>());
        block.notes.iter().for_each(|note| out += &paragraph(note, 2));
    }
    out
}

/// For programs: the rows of scaling.csv with those of fits.csv; null if nothing is scaled.
pub(super) fn document(study: &Study) -> Json {
    let Some(scaling) = &study.scaling else { return Json::Null };
    let curves: Vec<Json> = scaling.curves.iter().map(|curve| of_curve(study, curve)).collect();
    json!({ "kind": scaling.kind.name(), "curves": curves })
}

fn ends(estimate: Estimate) -> Json {
    json!({ "value": estimate.value, "ci_low": estimate.low, "ci_high": estimate.high })
}

fn of_curve(study: &Study, curve: &ScalingCurve) -> Json {
    let params: serde_json::Map<String, Json> = study.subject.circumstances[curve.circumstances]
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let point = |point: &ScalingPoint| {
        json!({
            "n": point.n,
            "figure": point.figure.map(ends),
            "speedup": point.speed_up.map(ends),
            "efficiency": point.efficiency.map(ends),
        })
    };
    let fits = curve.laws.iter().flat_map(|law| {
        files::parameters(study, curve, law).into_iter().map(|parameter| {
            json!({
                "law": files::word(law.law),
                "parameter": parameter.name,
                "n": parameter.n,
                "unit": parameter.unit,
                "estimate": parameter.estimate.map(ends),
            })
        })
    });
    json!({
        "params": params,
        "metric": study.measures[curve.measure].name,
        "unit": study.measures[curve.measure].unit.name(),
        "points": curve.points.iter().map(point).collect::<Vec<_>>(),
        "fits": fits.collect::<Vec<_>>(),
        "seeds": curve.seeds,
        "left_out": curve.left_out,
    })
}
