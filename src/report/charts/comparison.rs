//! Variants beside a baseline: each one's figure with its interval, and what it is beside the baseline's, with its interval.

use serde::{Deserialize, Serialize};

use super::axis::{self, Axis, Direction, Ruler};
use super::bands::BandLayout;
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::input::any_number;
use super::names;
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink, Marker};
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};
use super::whisker::{self, Edges, Lies};
use super::width::Width;

/// A figure and its interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Interval {
    /// The figure.
    #[serde(with = "any_number")]
    pub value: f64,
    /// Where its interval begins.
    #[serde(with = "any_number")]
    pub low: f64,
    /// Where it ends.
    #[serde(with = "any_number")]
    pub high: f64,
}

/// A variant under some circumstances.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ComparisonGroup {
    /// The circumstances; empty if there are no others.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<ComparisonRow>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
/// What follows the name of ratios in the legend, and how much room both have in that of a narrow chart.
const HOLLOW: &str = " (hollow: may be chance)";
const LEGEND: f64 = 310.0;
/// Where names begin.
const NAMES: f64 = 16.0;
/// From which ratio of the greatest to the least on ratios are drawn on a log axis.
const LOG_RATIO: f64 = 4.0;

/// Where names and the two plots lie.
struct Columns {
    /// How much room names have.
    names: f64,
    /// From where to where figures are.
    figures: (f64, f64),
    /// From where to where ratios are; `None` if there are none, so that figures have the room.
    ratios: Option<(f64, f64)>,
}

impl Columns {
    fn new(input: &ComparisonInput, width: Width) -> Columns {
        let (full, right) = (width.pixels(), width.right());
        let rows = || input.groups.iter().flat_map(|group| &group.rows);
        let widest = rows().map(|row| svg::text_width(&row.name, SMALL)).fold(0.0, f64::max);
        let left = match width.is_narrow() {
            // Names have the room that they need, as far as plots can spare it.
            true => (NAMES + 14.0 + widest).clamp(70.0, 0.36 * full).round(),
            false => (0.232 * full).round(),
        };
        let has_ratios = rows().any(|row| row.ratio.is_some());
        let (figures, ratios) = match has_ratios {
            true => ((left, (left + 0.485 * (right - left)).round()), true),
            false => ((left, right), false),
        };
        let between = if width.is_narrow() { 30.0 } else { 42.0 };
        let ratios = ratios.then_some((figures.1 + between, right));
        Columns { names: left - NAMES - 14.0, figures, ratios }
    }
}

/// The chart as an SVG document.
pub fn comparison(input: &ComparisonInput, width: Width) -> String {
    let columns = Columns::new(input, width);
    let rows = || input.groups.iter().flat_map(|group| &group.rows);
    let ends = |of: fn(&ComparisonRow) -> Option<Interval>| {
        rows().filter_map(of).flat_map(|interval| [interval.low, interval.value, interval.high])
    };
    let axis = if input.is_log {
        Axis::log10(&input.metric, input.quantity)
    } else {
        Axis::linear(&input.metric, input.quantity)
    };
    let pixels = |(left, right): (f64, f64)| right - left;
    let figures = Ruler::new(&axis, ends(|row| row.figure), pixels(columns.figures), Direction::Across);
    let ratios = columns.ratios.map(|place| {
        let axis = ratio_axis(&input.baseline, pixels(place), ends(|row| row.ratio));
        let with_one = ends(|row| row.ratio).chain([1.0]);
        (Ruler::new(&axis, with_one, pixels(place), Direction::Across), axis.label, place)
    });
    let point = |name: &str, marker| LegendEntry {
        name: name.to_owned(),
        swatch: Swatch::Point(Ink { colour: Colour::INK_SOFT, dash: Dash::Solid, marker }),
    };
    let mut legend = vec![point("figure and interval", Marker::Circle)];
    if let Some((_, label, place)) = &ratios {
        // Where the axis of a narrow chart has no room for the baseline's name, the legend has.
        let is_whole = || axis::fit_label(label, pixels(*place)).contains(&input.baseline);
        let is_named = !width.is_narrow() || is_whole();
        let ratio = if is_named {
            "ratio".to_owned()
        } else {
            let room = LEGEND - svg::text_width("ratio to ", SMALL) - svg::text_width(HOLLOW, SMALL);
            format!("ratio to {}", svg::fit_name(&input.baseline, SMALL, room))
        };
        legend.push(point(&(ratio + HOLLOW), Marker::Diamond));
    }
    let heading = Heading {
        title: &input.metric,
        subtitle: &input.subtitle,
        description: "For each variant its figure with its interval, and beside it the ratio to the baseline with its interval. Hollow: the \
                      difference may be chance. A chevron at an edge: the interval goes on beyond.",
        y_label: "",
        legend,
    };
    let height: f64 = input.groups.iter().map(group_height).sum();
    let bands = BandLayout::none(columns.figures.0, width.right());
    let frame = Frame::new(&heading, width, height.max(2.0 * ROW), bands);
    let mut svg = frame.begin(&heading);
    let up = (frame.top, frame.bottom);
    draw_axis(&mut svg, &figures, &axis.label, columns.figures, up);
    if let Some((ratios, label, place)) = &ratios {
        draw_axis(&mut svg, ratios, label, *place, up);
        if let Some(one) = ratios.place(1.0) {
            let x = place.0 + one * pixels(*place);
            svg.line((x, up.0), (x, up.1), Paint::stroke(Colour::INK_SOFT, 1.2).dash(Dash::Dashed));
        }
    }
    let sheet = Sheet {
        columns,
        figures,
        ratios: ratios.map(|(ruler, _, place)| (ruler, place)),
        right: width.right(),
    };
    let room = (width.right() - NAMES) / BOLD;
    let titles = names::fit_lists(input.groups.iter().map(|group| group.title.as_str()), SMALL, room);
    let mut names =
        names::fit_all(rows().map(|row| row.name.as_str()), SMALL, sheet.columns.names).into_iter();
    let mut top = frame.top;
    for (group, content) in input.groups.iter().zip(titles) {
        if !group.title.is_empty() {
            let (x, y, anchor) = (NAMES, top + 17.0, Anchor::Start);
            svg.text(&Text { x, y, size: SMALL, anchor, colour: Colour::INK, bold: true, content: &content });
            top += TITLE;
        }
        for (row, name) in group.rows.iter().zip(&mut names) {
            sheet.draw_row(&mut svg, (row, &name), top + ROW / 2.0);
            top += ROW;
        }
    }
    svg.finish()
}

fn group_height(group: &ComparisonGroup) -> f64 {
    let title = if group.title.is_empty() { 0.0 } else { TITLE };
    title + group.rows.len() as f64 * ROW
}

/// Ratios around one, over so many pixels: evenly spread, or by their own ratios where they lie far apart.
fn ratio_axis(baseline: &str, pixels: f64, ratios: impl Iterator<Item = f64> + Clone) -> Axis {
    let (low, high) =
        ratios.clone().fold((1.0, 1.0), |(low, high): (f64, f64), ratio| (low.min(ratio), high.max(ratio)));
    let is_far = low > 0.0 && high / low > LOG_RATIO;
    let axis = |label: &str| {
        if is_far { Axis::log10(label, Quantity::Number) } else { Axis::linear(label, Quantity::Number) }
    };
    let whole = axis(&format!("times {baseline}"));
    if svg::text_width(&whole.label, SMALL) <= pixels {
        return whole;
    }
    // What is cut is the baseline's name, in its middle; what stands around it stays, short where there is little room.
    let room = |around: &str| pixels - svg::text_width(around, SMALL);
    let names = [axis("times ").label.as_str(), if is_far { "times  (log)" } else { "times " }]
        .map(|around| svg::fit_name(baseline, SMALL, room(around)));
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    axis(format!("times {name}").trim_end())
}

/// Where rows are drawn.
struct Sheet {
    columns: Columns,
    figures: Ruler,
    ratios: Option<(Ruler, (f64, f64))>,
    right: f64,
}

impl Sheet {
    fn draw_row(&self, svg: &mut Svg, (row, content): (&ComparisonRow, &str), y: f64) {
        let (x, anchor, colour) = (NAMES, Anchor::Start, Colour::INK);
        svg.text(&Text { x, y: y + 4.0, size: SMALL, anchor, colour, bold: false, content });
        let below = y + ROW / 2.0;
        svg.line((NAMES, below), (self.right, below), Paint::stroke(Colour::GRID_MINOR, 1.0));
        let colour = Ink::nth(row.variant).colour;
        svg.open_group(&row.tip);
        if let Some(figure) = row.figure {
            let look = (colour, Marker::Circle, false);
            draw_interval(svg, figure, y, (&self.figures, self.columns.figures), look);
        }
        if let (Some(ratio), Some((ratios, place))) = (row.ratio, &self.ratios) {
            draw_interval(svg, ratio, y, (ratios, *place), (colour, Marker::Diamond, row.may_be_chance));
        }
        svg.close_group();
    }
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
    let edges = Edges { ruler, low: left, high: right };
    let ends = (interval.low, interval.high);
    whisker::draw(svg, edges, ends, (x, y), (Lies::Across, true), Paint::stroke(colour, 1.6));
    let fill = if is_hollow { Colour::WHITE } else { colour };
    let paint = Paint { fill: Some(fill), stroke: Some((colour, 1.4)), dash: Dash::Solid, opacity: 1.0 };
    svg.path(marker.outline(4.0).iter().map(|(dx, dy)| (x + dx, y + dy)), true, paint);
}

#[cfg(test)]
mod tests {
    use super::super::samples::comparison_input;
    use super::*;

    #[test]
    fn both_axes_say_that_they_are_logarithmic_however_narrow_the_chart() {
        let input = comparison_input();
        let wide = comparison(&input, Width::FULL);
        assert!(
            wide.contains(">latency p99 (log scale)<")
                && wide.contains(">times weighted-round-robin (log scale)<")
        );
        let narrow = comparison(&input, Width::millimetres(85.0));
        assert_eq!(
            narrow.matches(" (log scale)<").count() + narrow.matches(" (log)<").count(),
            2,
            "{narrow}"
        );
    }

    #[test]
    fn a_narrow_chart_names_its_baseline_in_the_legend() {
        let input = comparison_input();
        assert!(comparison(&input, Width::FULL).contains(">ratio (hollow: may be chance)<"));
        let narrow = comparison(&input, Width::millimetres(85.0));
        let told = narrow.split("</text>").filter_map(|text| text.rsplit('>').next());
        let told = told.filter(|text| {
            text.starts_with("ratio to we") && text.ends_with("-robin (hollow: may be chance)")
        });
        assert_eq!(told.count(), 1, "{narrow}");
    }

    #[test]
    fn an_interval_that_reaches_to_nought_goes_on_at_the_edge_of_a_log_axis() {
        let mut input = comparison_input();
        let chevrons = |input: &ComparisonInput| comparison(input, Width::FULL).matches("<polyline").count();
        assert_eq!(chevrons(&input), 0);
        input.groups[0].rows[1].figure.as_mut().expect("it has one").low = -3.0;
        assert_eq!(chevrons(&input), 1);
    }
}
