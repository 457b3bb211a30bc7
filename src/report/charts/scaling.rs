//! Speed-up against the number of what does the work, beside the ideal and the laws that were fitted.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::chart::{Chart, Mark, Series};
use super::comparison::Interval;
use super::input::any_number;
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink, Marker};

/// The speed-up at one N.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalingDot {
    /// N, above nought.
    #[serde(with = "any_number")]
    pub n: f64,
    /// The speed-up beside the least N, with its interval.
    pub speed_up: Interval,
    /// Shown on hovering.
    pub tip: String,
}

/// A law that was fitted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalingLine {
    /// Which: `Amdahl's law`.
    pub name: String,
    /// N and the speed-up, in increasing N.
    pub points: Vec<(f64, f64)>,
}

/// A figure under some circumstances.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalingSeries {
    /// The circumstances; empty if there are no others.
    pub label: String,
    /// In increasing N.
    pub dots: Vec<ScalingDot>,
    /// What was fitted to them.
    pub laws: Vec<ScalingLine>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScalingInput {
    /// The figure, such as `throughput mean`.
    pub metric: String,
    /// Of what: scenario, runs, confidence.
    pub subtitle: String,
    /// What N is of: `servers`.
    pub variable: String,
    /// Whether both axes are logarithmic.
    pub is_log: bool,
    /// The least N, whose speed-up is 1.
    #[serde(with = "any_number")]
    pub base: f64,
    /// One for each circumstances.
    pub series: Vec<ScalingSeries>,
}

/// The chart.
pub fn scaling(input: &ScalingInput) -> Chart {
    let axis = |label: &str| match input.is_log {
        true => Axis::log10(label, Quantity::Number),
        false => Axis::linear(label, Quantity::Number).from_zero(),
    };
    let dots = || input.series.iter().flat_map(|series| &series.dots);
    let mut x = axis(&input.variable);
    x.marks = dots().map(|dot| dot.n).filter(|n| n.is_finite() && *n > 0.0).collect();
    x.marks.sort_by(f64::total_cmp);
    x.marks.dedup();
    let mut chart = Chart::new(
        &format!("Speed-up of {}", input.metric),
        &input.subtitle,
        "Each point, with its interval, is what so many do over what the least number does; the straight line is what they would do if none \
         stood in another's way, and the other lines are the laws fitted to the points.",
        x,
        axis(&format!("speed-up beside {}={}", input.variable, Quantity::Number.format(input.base, 6))),
    );
    let ideal: Vec<(f64, f64)> = chart.x.marks.iter().map(|n| (*n, n / input.base)).collect();
    let grey = Ink { colour: Colour::AXIS, dash: Dash::Solid, marker: Marker::Circle };
    chart.series.push(Series::new("ideal", Mark::Line, grey, ideal));
    let several = input.series.len() > 1;
    if several {
        // The lines themselves stand in the legend by their points.
        let mut laws: Vec<&str> = Vec::new();
        for law in input.series.iter().flat_map(|series| &series.laws).filter(|law| !law.points.is_empty()) {
            if !laws.contains(&law.name.as_str()) {
                laws.push(&law.name);
            }
        }
        if !laws.is_empty() {
            let name = format!("lines: {}", laws.join(" and "));
            chart.series.push(Series::new(&name, Mark::Line, Ink::plain(Colour::INK_SOFT), Vec::new()));
        }
    }
    for (place, series) in input.series.iter().enumerate() {
        let ink = Ink::nth(place);
        for (nth, law) in series.laws.iter().enumerate() {
            // Of one figure each law has an ink of its own; of several all lines are of one law, and take that of their points.
            let (name, ink) = if several { ("", ink) } else { (law.name.as_str(), Ink::nth(nth + 1)) };
            chart.series.push(Series::new(name, Mark::Line, ink, law.points.clone()));
        }
        let points = series.dots.iter().map(|dot| (dot.n, dot.speed_up.value)).collect();
        let tips = series.dots.iter().map(|dot| dot.tip.clone()).collect();
        let name = if series.label.is_empty() { "measured" } else { series.label.as_str() };
        let bars = series.dots.iter().map(|dot| (dot.speed_up.low, dot.speed_up.high)).collect();
        chart.series.push(Series { tips, bars, ..Series::new(name, Mark::Points, ink, points) });
    }
    chart.plot_height = 300.0;
    chart
}

#[cfg(test)]
mod tests {
    use super::super::samples::scaling_input;
    use super::*;

    #[test]
    fn the_ideal_starts_where_the_points_do() {
        let chart = scaling(&scaling_input());
        let [ideal, amdahl, universal, measured] = chart.series.as_slice() else {
            panic!("{} series", chart.series.len());
        };
        assert_eq!((ideal.points[0], measured.points[0]), ((2.0, 1.0), (2.0, 1.0)));
        assert_eq!(ideal.points.last(), Some(&(32.0, 16.0)));
        assert_eq!(
            (amdahl.name.as_str(), universal.name.as_str()),
            ("Amdahl's law", "universal scalability law")
        );
    }

    #[test]
    fn lines_of_several_circumstances_take_the_ink_of_their_points() {
        let mut input = scaling_input();
        input.series.push(ScalingSeries { label: "load=0.9".to_owned(), ..input.series[0].clone() });
        let chart = scaling(&input);
        let inks: Vec<Ink> = chart.series.iter().map(|series| series.ink).collect();
        assert_eq!((inks[2], inks[3], inks[5], inks[6]), (inks[4], inks[4], inks[7], inks[7]));
        assert_ne!(inks[4], inks[7]);
        let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert!(names.contains(&"lines: Amdahl's law and universal scalability law"), "{names:?}");
    }
}
