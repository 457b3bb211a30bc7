//! What all charts share around their plot: title, subtitle, legend, names of fault windows, and where the plot goes.
//!
//! Rows are stacked from the top by their heights, and every text is cut to its room, so that nothing overlaps or
//! leaves the page whatever the names are.

use super::axis::Ruler;
use super::bands::BandLayout;
use super::palette::{Colour, Ink};
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};

/// Width of every chart, in pixels.
pub(super) const WIDTH: f64 = 900.0;
/// Left edge of the plot of charts over time, in pixels, unless labels need more: so charts of a run line up.
pub(super) const LEFT: f64 = 84.0;
/// Right edge of every plot, in pixels; leaves room for half the last tick label.
pub(super) const RIGHT: f64 = WIDTH - 30.0;
/// Below a plot: tick labels and what the axis shows.
pub(super) const AXIS_HEIGHT: f64 = 39.0;
/// Below everything, so that no letter touches the edge.
const FOOT: f64 = 9.0;

const TITLE_SIZE: f64 = 16.0;
const LEGEND_ROW: f64 = 19.0;
const LEGEND_ROWS_MAX: usize = 4;

/// How a legend shows an entry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Swatch {
    /// A stroke with the line's dash.
    Line(Ink),
    /// A filled block with the line along its top.
    Area(Ink),
    /// A point; shaped by whoever draws the points.
    Point(Ink),
    /// A bar of this share of a lane's height.
    Bar(Colour, f64),
    /// A dashed line low in the lane.
    Absent(Colour),
}

/// One entry of a legend.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct LegendEntry {
    pub name: String,
    pub swatch: Swatch,
}

/// The words around a plot.
pub(super) struct Heading<'a> {
    pub title: &'a str,
    pub subtitle: &'a str,
    /// For screen readers: what the chart shows and how to read it.
    pub description: &'a str,
    /// What the y-axis shows, with its unit; written level above the axis rather than turned. May be empty.
    pub y_label: &'a str,
    pub legend: Vec<LegendEntry>,
}

/// A chart's plot and what stands around it, in pixels.
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub bottom: f64,
    bands: BandLayout,
    legend: Vec<(f64, f64, LegendEntry)>,
    legend_top: f64,
    y_label_at: f64,
    height: f64,
}

impl Frame {
    /// Lays out a chart whose plot is `plot_height` high and starts where `bands` do.
    pub fn new(heading: &Heading, plot_height: f64, bands: BandLayout) -> Frame {
        let legend_top = if heading.subtitle.is_empty() { 34.0 } else { 52.0 };
        let (legend, rows) = place_legend(&heading.legend);
        let mut y = legend_top + rows as f64 * LEGEND_ROW;
        let y_label_at = y + 14.0;
        if !heading.y_label.is_empty() {
            y += 19.0;
        }
        let top = y + bands.height_above() + 9.0;
        let bottom = top + plot_height;
        let height = bottom + AXIS_HEIGHT + FOOT;
        Frame { left: bands.left, top, bottom, bands, legend, legend_top, y_label_at, height }
    }

    /// Width and height of the whole chart, in pixels.
    pub fn size(&self) -> (f64, f64) {
        (WIDTH, self.height)
    }

    /// Starts the document: everything but the plot.
    pub fn begin(&self, heading: &Heading) -> Svg {
        let mut svg = Svg::new(WIDTH, self.height, heading.title, heading.description);
        let room = WIDTH - 32.0;
        let mut line = |content: &str, x: f64, y: f64, size: f64, bold: bool, colour: Colour| {
            let content = svg::fit(content, size, if bold { room / BOLD } else { room });
            svg.text(&Text { x, y, size, anchor: Anchor::Start, colour, bold, content: &content });
        };
        line(heading.title, 16.0, 24.0, TITLE_SIZE, true, Colour::INK);
        if !heading.subtitle.is_empty() {
            line(heading.subtitle, 16.0, 43.0, SMALL, false, Colour::INK_SOFT);
        }
        if !heading.y_label.is_empty() {
            line(heading.y_label, 16.0, self.y_label_at, SMALL, false, Colour::INK_SOFT);
        }
        for (x, y, entry) in &self.legend {
            draw_swatch(&mut svg, *x, self.legend_top + y, entry.swatch);
            let (x, y) = (x + SWATCH_WIDTH + 6.0, self.legend_top + y + 13.0);
            let (anchor, colour) = (Anchor::Start, Colour::INK);
            svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: &entry.name });
        }
        self.bands.draw(&mut svg, self.top, self.bottom);
        svg
    }

    /// Marks where fault windows begin and end once more, on a plot that covers their shading.
    pub fn draw_edges(&self, svg: &mut Svg) {
        self.bands.draw_edges(svg, self.top, self.bottom);
    }
}

const SWATCH_WIDTH: f64 = 24.0;

/// Places entries in rows, cut to a reasonable width; what does not fit in the rows is counted, not dropped silently.
fn place_legend(entries: &[LegendEntry]) -> (Vec<(f64, f64, LegendEntry)>, usize) {
    let (mut x, mut row) = (16.0, 0usize);
    let mut placed: Vec<(f64, f64, LegendEntry)> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let name = svg::fit_names(&entry.name, SMALL, 220.0);
        let width = SWATCH_WIDTH + 6.0 + svg::text_width(&name, SMALL) + 18.0;
        // The last row keeps room for the note on what was left out.
        let limit =
            if row + 1 == LEGEND_ROWS_MAX && i + 1 < entries.len() { WIDTH - 120.0 } else { WIDTH - 8.0 };
        if x + width > limit {
            if row + 1 == LEGEND_ROWS_MAX {
                let name = format!("and {} more", entries.len() - i);
                let swatch = Swatch::Bar(Colour::WHITE, 0.0);
                placed.push((x - SWATCH_WIDTH, row as f64 * LEGEND_ROW, LegendEntry { name, swatch }));
                break;
            }
            (x, row) = (16.0, row + 1);
        }
        placed.push((x, row as f64 * LEGEND_ROW, LegendEntry { name, swatch: entry.swatch }));
        x += width;
    }
    (placed, if entries.is_empty() { 0 } else { row + 1 })
}

fn draw_swatch(svg: &mut Svg, x: f64, top: f64, swatch: Swatch) {
    let (middle, right) = (top + 9.0, x + SWATCH_WIDTH);
    match swatch {
        Swatch::Line(ink) => {
            svg.line((x, middle), (right, middle), Paint::stroke(ink.colour, 2.0).dash(ink.dash));
        }
        Swatch::Area(ink) => {
            svg.rect(x, top + 3.0, SWATCH_WIDTH, 12.0, Paint::fill(ink.colour).opacity(AREA_OPACITY), None);
            let along_top = Paint::stroke(ink.colour, 1.6).dash(ink.dash);
            svg.line((x, top + 3.0), (right, top + 3.0), along_top);
        }
        Swatch::Point(ink) => {
            let outline = ink.marker.outline(4.5);
            let centre = x + SWATCH_WIDTH / 2.0;
            let points = outline.iter().map(|(dx, dy)| (centre + dx, middle + dy));
            svg.path(points, true, Paint::fill(ink.colour));
        }
        Swatch::Bar(colour, share) => {
            let height = 13.0 * share;
            svg.rect(x, middle - height / 2.0, SWATCH_WIDTH, height, Paint::fill(colour), None);
        }
        Swatch::Absent(colour) => {
            svg.line(
                (x, middle),
                (right, middle),
                Paint::stroke(colour, 1.2).dash(super::palette::Dash::Dotted),
            );
        }
    }
}

/// How strongly stacked areas are filled; light enough for the grid and the edges to show.
pub(super) const AREA_OPACITY: f64 = 0.55;

/// Draws a time axis under a plot that plotters does not draw: grid lines, ticks, labels and what is shown.
pub(super) fn draw_time_axis(svg: &mut Svg, time: &Ruler, label: &str, left: f64, top: f64, bottom: f64) {
    draw_axis(svg, time, label, (left, RIGHT), (top, bottom));
}

/// As [`draw_time_axis`], under a plot from `left` to `right`.
pub(super) fn draw_axis(
    svg: &mut Svg,
    ruler: &Ruler,
    label: &str,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) {
    svg.line((left, bottom), (right, bottom), Paint::stroke(Colour::AXIS, 1.0));
    for tick in &ruler.ticks {
        let place = ruler.place(tick.value).expect("ticks lie on their axis");
        let x = left + place * (right - left);
        svg.line((x, top), (x, bottom), Paint::stroke(Colour::GRID, 1.0));
        svg.line((x, bottom), (x, bottom + 4.0), Paint::stroke(Colour::AXIS, 1.0));
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        svg.text(&Text {
            x,
            y: bottom + 17.0,
            size: SMALL,
            anchor,
            colour,
            bold: false,
            content: &tick.label,
        });
    }
    let (x, y) = ((left + right) / 2.0, bottom + AXIS_HEIGHT - 0.2 * SMALL);
    let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
    svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: label });
}
