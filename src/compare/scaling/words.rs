//! Scaling as a person reads it: a table for each figure, and what each law says, in sentences.

use super::super::study::Study;
use super::super::words::{Style, percent};
use super::{ScalingCurve, ScalingStudy};
use crate::kernel::counted;
use crate::run::metrics::Unit;
use crate::scenario::sweep::Scaling;
use crate::statistics::{Estimate, Law, LawEstimate, Method, Misfit};

/// A figure over N, under some circumstances.
pub struct ScalingBlock {
    /// `strong scaling of throughput mean, load=0.9`.
    pub title: String,
    /// N, the figure with its interval, speed-up, efficiency.
    pub rows: Vec<[String; 4]>,
    /// What each law says, and what cannot be seen in the rows; sentences without full stops.
    pub notes: Vec<String>,
}

/// What the columns of a [`ScalingBlock`] are; the variable stands for the first.
pub fn columns(study: &Study) -> [String; 4] {
    let figure = match study.settings.method {
        Method::Student | Method::Bootstrap => "mean",
        Method::Median => "median",
    };
    let percent = percent(study.settings.confidence);
    let (variable, figure) = (study.subject.variable.clone(), format!("{figure} ({percent} % CI)"));
    [variable, figure, "speed-up".to_owned(), "efficiency".to_owned()]
}

/// The scaling in blocks, in order; none if nothing is scaled.
pub fn blocks(study: &Study) -> Vec<ScalingBlock> {
    let of = |scaling: &ScalingStudy| {
        scaling.curves.iter().map(|curve| block(study, scaling.kind, curve)).collect()
    };
    study.scaling.as_ref().map_or(Vec::new(), of)
}

/// What a curve is of: `throughput mean, load=0.9`.
pub(super) fn title(study: &Study, curve: &ScalingCurve) -> String {
    let circumstances = study.subject.told(curve.circumstances);
    let comma = if circumstances.is_empty() { "" } else { ", " };
    format!("{}{comma}{circumstances}", study.measures[curve.measure].name)
}

fn block(study: &Study, kind: Scaling, curve: &ScalingCurve) -> ScalingBlock {
    let unit = study.measures[curve.measure].unit;
    let told = |unit: Unit, estimate: Option<Estimate>| {
        let of = |estimate| Style::of_estimate(unit, estimate).estimate(estimate);
        estimate.map_or("too few runs have one".to_owned(), of)
    };
    let row = |point: &super::ScalingPoint| {
        let (speed_up, efficiency) = match point.variant == study.subject.baseline {
            true => ("1".to_owned(), "100 %".to_owned()),
            false => (told(Unit::Count, point.speed_up), told(Unit::Ratio, point.efficiency)),
        };
        [study.subject.variants[point.variant].clone(), told(unit, point.figure), speed_up, efficiency]
    };
    let mut notes: Vec<String> = curve.laws.iter().map(|law| sentence(study, curve, law)).collect();
    if curve.seeds < 2 {
        let variable = &study.subject.variable;
        notes.push(format!("no law is fitted: fewer than two seeds have a figure at every {variable}"));
    } else if curve.laws.len() < 2 {
        notes.push("a law that is not told here comes near none of these points, or has more parameters than there are points".to_owned());
    }
    if curve.left_out > 0 {
        let seeds = counted(curve.left_out as u64, "seed");
        notes.push(format!(
            "{seeds} without a figure at every {} left out of the laws",
            study.subject.variable
        ));
    }
    ScalingBlock {
        title: format!("{} scaling of {}", kind.name(), title(study, curve)),
        rows: curve.points.iter().map(row).collect(),
        notes,
    }
}

/// The name of a law.
pub(super) fn name(law: Law) -> &'static str {
    match law {
        Law::Amdahl => "Amdahl's law",
        Law::Gustafson => "Gustafson's law",
        Law::Universal => "universal scalability law",
    }
}

/// On which side of nought an interval lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Below,
    Around,
    Above,
}

fn side(estimate: Estimate) -> Side {
    match estimate {
        Estimate { low, .. } if low > 0.0 => Side::Above,
        Estimate { high, .. } if high < 0.0 => Side::Below,
        Estimate { .. } => Side::Around,
    }
}

/// An estimate without what rounding leaves of intervals that have no length, which is less than a billionth of `of`.
fn settled(estimate: Estimate, of: f64) -> Estimate {
    let unit = 1e-9 * of.abs();
    let settle = |value: f64| (value / unit).round() * unit;
    let (value, low, high) = (settle(estimate.value), settle(estimate.low), settle(estimate.high));
    if unit > 0.0 { Estimate { value, low, high } } else { estimate }
}

fn share(estimate: Estimate) -> String {
    let estimate = settled(estimate, 1.0);
    Style::of_estimate(Unit::Ratio, estimate).estimate(estimate)
}

/// What a law says of a curve: `Amdahl's law: 4.9 % is serial (4.7 to 5.1), ...; off by at most ...`.
fn sentence(study: &Study, curve: &ScalingCurve, law: &LawEstimate) -> String {
    let said = match law.law {
        Law::Amdahl => amdahl(law),
        Law::Gustafson => gustafson(law),
        Law::Universal => universal(study, curve, law),
    };
    let failed = match law.without {
        0 => String::new(),
        without => format!("; it comes near none of the points of {}", counted(without as u64, "seed")),
    };
    format!("{}: {said}; {}{failed}", name(law.law), misfit(study, law.misfit.as_ref()))
}

fn amdahl(law: &LawEstimate) -> String {
    let serial = settled(law.contention, 1.0);
    match side(serial) {
        Side::Above if serial.low == 1.0 && serial.high == 1.0 => {
            "all of it is serial: many do no more than one".to_owned()
        }
        Side::Above if serial.low > 1.0 => {
            format!("{} is serial: more than all, so that one alone does better than many", share(serial))
        }
        Side::Above => {
            // Of any number, beside one.
            let most = Estimate { value: 1.0 / serial.value, low: 1.0 / serial.high, high: 1.0 / serial.low };
            let most = Style::of_estimate(Unit::Count, most).estimate(most);
            format!("{} is serial, so that any number does at most {most} times what one does", share(serial))
        }
        Side::Around => format!("no serial share shown, {}", share(serial)),
        Side::Below => format!("{} is serial: less than nothing, more than linear speed-up", share(serial)),
    }
}

fn gustafson(law: &LawEstimate) -> String {
    let serial = settled(law.contention, 1.0);
    match side(serial) {
        Side::Above => format!("each further one adds {} less than the first did", share(serial)),
        Side::Around => {
            format!("each further one adds what the first did, less {}: no loss shown", share(serial))
        }
        Side::Below => {
            let more = Estimate { value: -serial.value, low: -serial.high, high: -serial.low };
            format!("each further one adds {} more than the first did", share(more))
        }
    }
}

fn universal(study: &Study, curve: &ScalingCurve, law: &LawEstimate) -> String {
    let contention = match side(settled(law.contention, 1.0)) {
        Side::Above => format!("contention {}", share(law.contention)),
        Side::Around => format!("no contention shown, {}", share(law.contention)),
        Side::Below => {
            format!("contention {}: below nought, more than linear speed-up", share(law.contention))
        }
    };
    let found = settled(law.coherency.expect("the universal law has one"), 1.0);
    let coherency = match side(found) {
        Side::Above => format!("each pair costs {}", share(found)),
        Side::Around => format!("no cost of pairs shown, {}", share(found)),
        Side::Below => format!("each pair costs {}: below nought, which no cost is", share(found)),
    };
    let unit = study.measures[curve.measure].unit;
    let told = |one: Estimate| {
        let one = settled(one, one.value);
        format!("one does {}, ", Style::of_estimate(unit, one).estimate(one))
    };
    let one = curve.one(law).map_or(String::new(), told);
    let most = curve.points.last().map_or(f64::INFINITY, |point| point.n);
    let variable = &study.subject.variable;
    let peak = match curve.peak(law) {
        None => "no peak is shown".to_owned(),
        Some(super::Peak { n, figure: None }) if n.value <= curve.points[0].n => {
            format!("it falls from the least {variable} on")
        }
        Some(super::Peak { n, figure: None }) => format!(
            "the best is at {variable} {}, and for some seeds below the least that ran",
            Style::of_estimate(Unit::Count, n).estimate(n)
        ),
        Some(super::Peak { n, figure: Some(figure) }) => {
            let beyond = if n.value > most { ", beyond all that ran" } else { "" };
            format!(
                "the best is at {variable} {}{beyond}, with {}",
                Style::of_estimate(Unit::Count, n).estimate(n),
                Style::of_estimate(unit, figure).estimate(figure)
            )
        }
    };
    format!("{one}{contention}, {coherency}; {peak}")
}

/// How far points lie from a law.
fn misfit(study: &Study, misfit: Option<&Misfit>) -> String {
    let Some(Misfit { n, residual }) = misfit else {
        return "it goes through any points as few as these".to_owned();
    };
    let at = format!("at {} {n}", study.subject.variable);
    // What a thousandth of a thousandth lies off is told as nothing.
    if residual.low.abs().max(residual.high.abs()) < 1e-6 {
        return "all points lie on it".to_owned();
    }
    match side(*residual) {
        Side::Around => format!("no point is shown to lie off it (furthest {}, {at})", share(*residual)),
        Side::Above => format!("it does not describe all points: {at} they lie {} above", share(*residual)),
        Side::Below => {
            let below = Estimate { value: -residual.value, low: -residual.high, high: -residual.low };
            format!("it does not describe all points: {at} they lie {} below", share(below))
        }
    }
}
