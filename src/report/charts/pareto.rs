//! Two figures of each variant, one along each axis, and the variants that no other is better than in both.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, without_unit};
use super::chart::{Chart, Mark, Series};
use super::comparison::Interval;
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink, Marker};

/// A figure that variants are placed by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParetoAxis {
    /// What it is, such as `latency p99`.
    pub name: String,
    /// How its values are written.
    pub quantity: Quantity,
    /// Whether it is drawn on a log axis.
    pub is_log: bool,
    /// Whether larger values are the better ones.
    pub is_more_better: bool,
}

/// A variant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParetoPoint {
    /// Its name.
    pub name: String,
    /// Shown on hovering: its name with its circumstances.
    pub tip: String,
    /// Along the first axis.
    pub x: Interval,
    /// Along the second.
    pub y: Interval,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParetoInput {
    /// Of what: scenario, runs, confidence.
    pub subtitle: String,
    /// The figure from left to right, often what it costs.
    pub x: ParetoAxis,
    /// The figure from below upwards.
    pub y: ParetoAxis,
    /// The variants.
    pub points: Vec<ParetoPoint>,
}

impl ParetoInput {
    /// The points that no other is better than in one figure and as good as in the other, by their places; by x.
    pub fn front(&self) -> Vec<usize> {
        let key = |point: &ParetoPoint| {
            let sign = |axis: &ParetoAxis| if axis.is_more_better { -1.0 } else { 1.0 };
            (sign(&self.x) * point.x.value, sign(&self.y) * point.y.value)
        };
        let is_beaten = |point: &ParetoPoint| {
            let (x, y) = key(point);
            self.points.iter().map(key).any(|(a, b)| a <= x && b <= y && (a < x || b < y))
        };
        let mut front: Vec<usize> =
            (0..self.points.len()).filter(|&place| !is_beaten(&self.points[place])).collect();
        front.sort_by(|&a, &b| self.points[a].x.value.total_cmp(&self.points[b].x.value));
        front
    }
}

/// The chart.
pub fn pareto(input: &ParetoInput) -> Chart {
    let axis = |of: &ParetoAxis| {
        let better = if of.is_more_better { "more is better" } else { "less is better" };
        let label = format!("{}, {better}", of.name);
        if of.is_log { Axis::log10(&label, of.quantity) } else { Axis::linear(&label, of.quantity) }
    };
    let mut chart = Chart::new(
        &format!("{} and {}", without_unit(&input.x.name), without_unit(&input.y.name)),
        &input.subtitle,
        "Each point is a variant, with its intervals along both axes. The dashed line joins those that no other is better than in one figure \
         and at least as good as in the other. A chevron at an edge: the interval goes on beyond.",
        axis(&input.x),
        axis(&input.y),
    );
    let front = input.front().into_iter().map(|place| &input.points[place]);
    let front: Vec<(f64, f64)> = front.map(|point| (point.x.value, point.y.value)).collect();
    let ink = Ink { colour: Colour::INK_SOFT, dash: Dash::Dashed, marker: Marker::Circle };
    chart.series.push(Series::new("Pareto front", Mark::Line, ink, front));
    let mut names: Vec<&str> = Vec::new();
    for point in &input.points {
        if !names.contains(&point.name.as_str()) {
            names.push(&point.name);
        }
    }
    for (i, name) in names.into_iter().enumerate() {
        let of_name = || input.points.iter().filter(|point| point.name == name);
        let places = of_name().map(|point| (point.x.value, point.y.value)).collect();
        chart.series.push(Series {
            tips: of_name().map(|point| point.tip.clone()).collect(),
            bars: of_name().map(|point| (point.y.low, point.y.high)).collect(),
            bars_across: of_name().map(|point| (point.x.low, point.x.high)).collect(),
            ..Series::new(name, Mark::Points, Ink::nth(i), places)
        });
    }
    chart.plot_height = 280.0;
    chart
}

#[cfg(test)]
mod tests {
    use super::super::width::Width;
    use super::*;

    fn input(is_more_better: (bool, bool)) -> ParetoInput {
        let axis = |is_more_better| ParetoAxis {
            name: "a".to_owned(),
            quantity: Quantity::Number,
            is_log: false,
            is_more_better,
        };
        let at = |value| Interval { value, low: value, high: value };
        let places = [(1.0, 9.0), (2.0, 5.0), (3.0, 6.0), (4.0, 1.0), (4.0, 2.0)];
        let point = |(x, y)| ParetoPoint { name: String::new(), tip: String::new(), x: at(x), y: at(y) };
        ParetoInput {
            subtitle: String::new(),
            x: axis(is_more_better.0),
            y: axis(is_more_better.1),
            points: places.map(point).to_vec(),
        }
    }

    #[test]
    fn the_front_is_what_nothing_else_beats() {
        assert_eq!(input((false, false)).front(), [0, 1, 3]);
        assert_eq!(input((true, true)).front(), [0, 2, 4], "more of both is better");
        assert_eq!(input((false, true)).front(), [0]);
        assert_eq!(input((true, false)).front(), [3]);
    }

    #[test]
    fn a_logarithmic_axis_says_so() {
        let mut input = input((false, false));
        input.y.is_log = true;
        let chart = pareto(&input);
        let labels = (chart.x.label.as_str(), chart.y.label.as_str());
        assert_eq!(labels, ("a, less is better", "a, less is better (log scale)"));
    }

    #[test]
    fn an_interval_that_reaches_to_nought_on_a_log_axis_goes_on_at_the_edge() {
        // Of two points on the front its line has two corners, and a chevron three.
        let mut input = input((true, false));
        input.points.truncate(2);
        input.points[1].x.low = -1.0;
        let chevrons = |input: &ParetoInput| {
            let svg = pareto(input).to_svg(Width::FULL);
            let lines = svg.split("<polyline points=\"").skip(1).filter_map(|rest| rest.split('"').next());
            lines.filter(|points| points.split(' ').count() == 3).count()
        };
        assert_eq!(chevrons(&input), 0);
        input.x.is_log = true;
        assert_eq!(chevrons(&input), 1);
    }

    #[test]
    fn those_that_are_alike_are_both_on_the_front() {
        let mut input = input((false, false));
        input.points.push(input.points[0].clone());
        assert_eq!(input.front(), [0, 5, 1, 3]);
    }
}
