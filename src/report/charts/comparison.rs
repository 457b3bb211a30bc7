//! Variants beside a baseline: each one's figure with its interval, and what it is beside the baseline's, with its interval.

use super::axis::{Axis, Direction, Ruler};
use super::bands::BandLayout;
use super::frame::{Frame, Heading, LegendEntry, Swatch, WIDTH, draw_axis};
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink, Marker};
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};

/// A figure and its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// Where its interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// A variant under some circumstances.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparisonRow {
    /// Its name.
    pub name: String,
    /// Which of the variants it is, for its colour.
    pub variant: usize,
    /// Its figure; `None` if too few runs have one.
    pub figure: Option<Interval>,
    /// Its ratio to the baseline; `None` of the baseline itself, and where there is none.
    pub ratio: Option<Interval>,
    /// Whether what it differs by may be chance; drawn hollow.
    pub may_be_chance: bool,
    /// Shown on hovering: the verdict in words.
    pub tip: String,
}

/// The variants under the same circumstances.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparisonGroup {
    /// The circumstances; empty if there are no others.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<ComparisonRow>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparisonInput {
    /// The figure, such as `latency p99`.
    pub metric: String,
    /// Of what: scenario, runs, confidence.
    pub subtitle: String,
    /// How figures are written.
    pub quantity: Quantity,
    /// Whether figures are drawn on a log axis.
    pub is_log: bool,
    /// The variant that the others are held against.
    pub baseline: String,
    /// From top to bottom.
    pub groups: Vec<ComparisonGroup>,
}

const ROW: f64 = 20.0;
/// What a group's title takes.
const TITLE: f64 = 24.0;
/// Where names begin, and how much room they have.
const NAMES: (f64, f64) = (16.0, 178.0);
/// The plot of figures.
const FIGURES: (f64, f64) = (208.0, 530.0);
/// The plot of ratios.
const RATIOS: (f64, f64) = (572.0, WIDTH - 30.0);
/// Half of the little strokes at the ends of an interval.
const CAP: f64 = 3.5;
/// From which ratio of the greatest to the least on ratios are drawn on a log axis.
const LOG_RATIO: f64 = 4.0;

/// The chart as an SVG document.
pub fn comparison(input: &ComparisonInput) -> String {
    let rows = || input.groups.iter().flat_map(|group| &group.rows);
    let ends = |of: fn(&ComparisonRow) -> Option<Interval>| {
        rows().filter_map(of).flat_map(|interval| [interval.low, interval.value, interval.high])
    };
    let axis = if input.is_log {
        Axis::log10(&input.metric, input.quantity)
    } else {
        Axis::linear(&input.metric, input.quantity)
    };
    let figures = Ruler::new(&axis, ends(|row| row.figure), FIGURES.1 - FIGURES.0, Direction::Across);
    let label = ratio_label(&input.baseline);
    let ratio_axis = ratio_axis(&label, ends(|row| row.ratio));
    let with_one = ends(|row| row.ratio).chain([1.0]);
    let ratios = Ruler::new(&ratio_axis, with_one, RATIOS.1 - RATIOS.0, Direction::Across);
    let point = |name: &str, marker| LegendEntry {
        name: name.to_owned(),
        swatch: Swatch::Point(Ink { colour: Colour::INK_SOFT, dash: Dash::Solid, marker }),
    };
    let heading = Heading {
        title: &input.metric,
        subtitle: &input.subtitle,
        description: "For each variant its figure with its interval, and beside it the ratio to the baseline with its interval. Hollow: the \
                      difference may be chance.",
        y_label: "",
        legend: vec![
            point("figure and interval", Marker::Circle),
            point("ratio (hollow: may be chance)", Marker::Diamond),
        ],
    };
    let height: f64 = input.groups.iter().map(group_height).sum();
    let frame = Frame::new(&heading, height.max(2.0 * ROW), BandLayout::none(FIGURES.0, RATIOS.1));
    let mut svg = frame.begin(&heading);
    let up = (frame.top, frame.bottom);
    draw_axis(&mut svg, &figures, &svg::fit(&input.metric, SMALL, FIGURES.1 - FIGURES.0), FIGURES, up);
    draw_axis(&mut svg, &ratios, &label, RATIOS, up);
    if let Some(one) = ratios.place(1.0) {
        let x = RATIOS.0 + one * (RATIOS.1 - RATIOS.0);
        svg.line((x, up.0), (x, up.1), Paint::stroke(Colour::INK_SOFT, 1.2).dash(Dash::Dashed));
    }
    let mut top = frame.top;
    for group in &input.groups {
        if !group.title.is_empty() {
            let content = svg::fit(&group.title, SMALL, (RATIOS.1 - NAMES.0) / BOLD);
            let (x, y, anchor) = (NAMES.0, top + 17.0, Anchor::Start);
            svg.text(&Text { x, y, size: SMALL, anchor, colour: Colour::INK, bold: true, content: &content });
            top += TITLE;
        }
        for row in &group.rows {
            draw_row(&mut svg, row, top + ROW / 2.0, &figures, &ratios);
            top += ROW;
        }
    }
    svg.finish()
}

fn group_height(group: &ComparisonGroup) -> f64 {
    let title = if group.title.is_empty() { 0.0 } else { TITLE };
    title + group.rows.len() as f64 * ROW
}

fn ratio_label(baseline: &str) -> String {
    let room = RATIOS.1 - RATIOS.0 - svg::text_width("times ", SMALL);
    format!("times {}", svg::fit_name(baseline, SMALL, room))
}

/// Ratios around one: evenly spread, or by their own ratios where they lie far apart.
fn ratio_axis(label: &str, ratios: impl Iterator<Item = f64> + Clone) -> Axis {
    let (low, high) =
        ratios.clone().fold((1.0, 1.0), |(low, high): (f64, f64), ratio| (low.min(ratio), high.max(ratio)));
    let is_far = low > 0.0 && high / low > LOG_RATIO;
    if is_far { Axis::log10(label, Quantity::Number) } else { Axis::linear(label, Quantity::Number) }
}

fn draw_row(svg: &mut Svg, row: &ComparisonRow, y: f64, figures: &Ruler, ratios: &Ruler) {
    let content = svg::fit_name(&row.name, SMALL, NAMES.1);
    let (x, anchor, colour) = (NAMES.0, Anchor::Start, Colour::INK);
    svg.text(&Text { x, y: y + 4.0, size: SMALL, anchor, colour, bold: false, content: &content });
    svg.line((NAMES.0, y + ROW / 2.0), (RATIOS.1, y + ROW / 2.0), Paint::stroke(Colour::GRID_MINOR, 1.0));
    let colour = Ink::nth(row.variant).colour;
    svg.open_group(&row.tip);
    if let Some(figure) = row.figure {
        draw_interval(svg, figure, y, (figures, FIGURES), (colour, Marker::Circle, false));
    }
    if let Some(ratio) = row.ratio {
        draw_interval(svg, ratio, y, (ratios, RATIOS), (colour, Marker::Diamond, row.may_be_chance));
    }
    svg.close_group();
}

fn draw_interval(
    svg: &mut Svg,
    interval: Interval,
    y: f64,
    (ruler, (left, right)): (&Ruler, (f64, f64)),
    (colour, marker, is_hollow): (Colour, Marker, bool),
) {
    let place = |value: f64| ruler.place(value).map(|place| left + place * (right - left));
    let Some(x) = place(interval.value) else { return };
    // On a log axis an interval may reach down to where there is no place: it goes to the edge.
    let (low, high) = (place(interval.low).unwrap_or(left), place(interval.high).unwrap_or(right));
    let stroke = Paint::stroke(colour, 1.6);
    svg.line((low, y), (high, y), stroke);
    svg.line((low, y - CAP), (low, y + CAP), stroke);
    svg.line((high, y - CAP), (high, y + CAP), stroke);
    let fill = if is_hollow { Colour::WHITE } else { colour };
    let paint = Paint { fill: Some(fill), stroke: Some((colour, 1.4)), dash: Dash::Solid, opacity: 1.0 };
    svg.path(marker.outline(4.0).iter().map(|(dx, dy)| (x + dx, y + dy)), true, paint);
}
