//! The chart of a figure's scaling.

use super::super::study::Study;
use super::super::table::caption;
use super::words::{name, title};
use super::{ScalingCurve, ScalingPoint};
use crate::compare::words::Style;
use crate::kernel::math::pow;
use crate::report::charts::{ChartInput, Interval, ScalingDot, ScalingInput, ScalingLine, ScalingSeries};
use crate::report::stored::StoredChart;
use crate::run::metrics::Unit;
use crate::statistics::Law;

/// From how many times the least N the greatest is on both axes are logarithmic.
const LOG_RATIO: f64 = 24.0;
/// Points of a law's line, less one.
const STEPS: u32 = 120;
/// Circumstances beyond which the rest is left to the tables.
const SERIES_MAX: usize = 8;

/// A chart for each measure; none if nothing is scaled.
pub fn charts(study: &Study, scenario: &str, part: impl Fn(&str) -> String) -> Vec<StoredChart> {
    let Some(scaling) = &study.scaling else { return Vec::new() };
    let chart = |measure: usize| {
        let curves: Vec<&ScalingCurve> =
            scaling.curves.iter().filter(|curve| curve.measure == measure).collect();
        let metric = study.measures[measure].name.clone();
        let part = part(&metric);
        let is_known = |point: &&ScalingPoint| point.speed_up.is_some();
        let ends = || curves.iter().flat_map(|curve| &curve.points).filter(is_known).map(|point| point.n);
        let least = ends().fold(f64::INFINITY, f64::min);
        let most = ends().fold(0.0, f64::max);
        let left = match curves.len().saturating_sub(SERIES_MAX) {
            0 => String::new(),
            left => format!("; {left} more circumstances in scaling.csv"),
        };
        let input = ScalingInput {
            metric,
            subtitle: format!("{scenario}: {} scaling; {}{left}", scaling.kind.name(), caption(study)),
            variable: study.subject.variable.clone(),
            is_log: most / least >= LOG_RATIO,
            base: least,
            series: curves
                .iter()
                .take(SERIES_MAX)
                .map(|curve| series(study, curve, curves.len() > 1))
                .collect(),
        };
        StoredChart::new(Some(&part), "scaling.csv", ChartInput::Scaling(input))
    };
    (0..study.measures.len()).map(chart).collect()
}

fn series(study: &Study, curve: &ScalingCurve, several: bool) -> ScalingSeries {
    let dot = |point: &ScalingPoint| {
        let speed_up = point.speed_up?;
        let tip = format!(
            "{}, {}={}: speed-up {}",
            title(study, curve),
            study.subject.variable,
            study.subject.variants[point.variant],
            Style::of_estimate(Unit::Count, speed_up).estimate(speed_up)
        );
        let (value, low, high) = (speed_up.value, speed_up.low, speed_up.high);
        Some(ScalingDot { n: point.n, speed_up: Interval { value, low, high }, tip })
    };
    let (least, most) = (curve.points[0].n, curve.points[curve.points.len() - 1].n);
    // By ratios, so that the bend at few N is as smooth as the rest.
    let at = |step: u32| least * pow(most / least, f64::from(step) / f64::from(STEPS));
    // With several circumstances on one chart the law with one parameter more stands for both.
    let drawn = curve.laws.iter().filter(|law| !several || law.law == Law::Universal);
    ScalingSeries {
        label: study.subject.told(curve.circumstances),
        dots: curve.points.iter().filter_map(dot).collect(),
        laws: drawn
            .map(|law| ScalingLine {
                name: name(law.law).to_owned(),
                points: (0..=STEPS)
                    .map(at)
                    .filter_map(|n| Some((n, curve.speed_up_by(law, n)?)))
                    .filter(|(_, speed_up)| speed_up.is_finite() && *speed_up > 0.0)
                    .collect(),
            })
            .collect(),
    }
}
