//! Scaling as tables for programs: a row a point, and a row a parameter.

use std::io::{self, Write};

use super::super::study::Study;
use super::{ScalingCurve, ScalingStudy};
use crate::run::outputs::{FITS, Key, SCALING, Table};
use crate::statistics::{Estimate, Law, LawEstimate};

fn keys(study: &Study, scenario: &str) -> Vec<Key> {
    let circumstances = study.subject.circumstances.iter();
    circumstances.map(|circumstances| Key::of_circumstances(scenario, circumstances)).collect()
}

/// Writes scaling.csv: every point, in base units.
///
/// # Errors
/// If writing does.
pub fn scaling_csv(
    out: &mut dyn Write,
    study: &Study,
    scaling: &ScalingStudy,
    scenario: &str,
) -> io::Result<()> {
    let keys = keys(study, scenario);
    let mut table = Table::new(out, &keys[0], &SCALING)?;
    for curve in &scaling.curves {
        let measure = &study.measures[curve.measure];
        for point in &curve.points {
            let mut row = table
                .row(&keys[curve.circumstances])?
                .text(&measure.name)?
                .text(measure.unit.name())?
                .text(scaling.kind.name())?
                .text(&study.subject.variable)?
                .float(point.n)?;
            for estimate in [point.figure, point.speed_up, point.efficiency] {
                row = row
                    .float(estimate.map(|estimate| estimate.value))?
                    .float(estimate.map(|estimate| estimate.low))?
                    .float(estimate.map(|estimate| estimate.high))?;
            }
            row.end()?;
        }
    }
    table.end()
}

/// The word for a law in files.
pub fn word(law: Law) -> &'static str {
    match law {
        Law::Amdahl => "amdahl",
        Law::Gustafson => "gustafson",
        Law::Universal => "universal",
    }
}

/// What is known of a law, by name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parameter {
    /// Its name, as in fits.csv.
    pub name: &'static str,
    /// At which N, if it is of one.
    pub n: Option<f64>,
    /// The unit of the estimate.
    pub unit: &'static str,
    /// What it is; `None` if there is none.
    pub estimate: Option<Estimate>,
}

/// What is known of a law fitted to a curve, in the order of fits.csv.
pub fn parameters(study: &Study, curve: &ScalingCurve, law: &LawEstimate) -> Vec<Parameter> {
    let unit = study.measures[curve.measure].unit.name();
    let peak = curve.peak(law);
    let ratio = |name, estimate| Parameter { name, n: None, unit: "ratio", estimate };
    let mut all = vec![Parameter { name: "one", n: Some(1.0), unit, estimate: curve.one(law) }];
    match law.law {
        Law::Amdahl | Law::Gustafson => all.push(ratio("serial", Some(law.contention))),
        Law::Universal => {
            all.push(ratio("contention", Some(law.contention)));
            all.push(ratio("coherency", law.coherency));
            let (n, figure) = (peak.map(|peak| peak.n), peak.and_then(|peak| peak.figure));
            all.push(Parameter { name: "peak_n", n: None, unit: "count", estimate: n });
            all.push(Parameter { name: "peak", n: n.map(|n| n.value), unit, estimate: figure });
        }
    }
    let misfit = law.misfit;
    let n = misfit.map(|misfit| misfit.n);
    all.push(Parameter { n, ..ratio("misfit", misfit.map(|misfit| misfit.residual)) });
    all
}

/// Writes fits.csv: every parameter of every law.
///
/// # Errors
/// If writing does.
pub fn fits_csv(
    out: &mut dyn Write,
    study: &Study,
    scaling: &ScalingStudy,
    scenario: &str,
) -> io::Result<()> {
    let keys = keys(study, scenario);
    let mut table = Table::new(out, &keys[0], &FITS)?;
    for curve in &scaling.curves {
        for law in &curve.laws {
            for Parameter { name, n, unit, estimate } in parameters(study, curve, law) {
                table
                    .row(&keys[curve.circumstances])?
                    .text(&study.measures[curve.measure].name)?
                    .text(word(law.law))?
                    .text(name)?
                    .float(n)?
                    .text(unit)?
                    .float(estimate.map(|estimate| estimate.value))?
                    .float(estimate.map(|estimate| estimate.low))?
                    .float(estimate.map(|estimate| estimate.high))?
                    .float(study.settings.confidence)?
                    .integer(law.fits.len() as u64)?
                    .integer((curve.left_out + law.without) as u64)?
                    .end()?;
            }
        }
    }
    table.end()
}
