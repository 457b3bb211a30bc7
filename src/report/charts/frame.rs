//! What all charts share around their plot: title, subtitle, legend, names of fault windows, and where the plot goes.
//!
//! Rows are stacked from the top by their heights, and every text is cut to its room, so that nothing overlaps or
//! leaves the page whatever the names are.

use super::axis::{self, Ruler};
use super::bands::BandLayout;
use super::names;
use super::palette::{Colour, Ink};
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};
use super::width::Width;

/// Below a plot: tick labels and what the axis shows.
pub(super) const AXIS_HEIGHT: f64 = 39.0;
/// Below everything, so that no letter touches the edge.
const FOOT: f64 = 9.0;

const TITLE_SIZE: f64 = 16.0;
/// From one line of a title to the next, and of what stands below it.
const TITLE_LINE: f64 = 20.0;
const LINE: f64 = 15.0;
/// Most lines of a title, and of what stands below it.
const TITLE_LINES_MAX: usize = 2;
const LINES_MAX: usize = 3;
/// Between the edges and what is written.
const EDGE: f64 = 16.0;
const LEGEND_ROW: f64 = 19.0;

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

/// The words of a heading in lines that fit.
struct Lines {
    title: Vec<String>,
    subtitle: Vec<String>,
    y_label: Vec<String>,
}

impl Lines {
    fn new(heading: &Heading, width: Width) -> Lines {
        let room = width.pixels() - 2.0 * EDGE;
        Lines {
            title: svg::wrap(heading.title, TITLE_SIZE, room / BOLD, TITLE_LINES_MAX),
            subtitle: svg::wrap(heading.subtitle, SMALL, room, LINES_MAX),
            y_label: svg::wrap(heading.y_label, SMALL, room, LINES_MAX),
        }
    }
}

/// A chart's plot and what stands around it, in pixels.
pub(super) struct Frame {
    pub width: Width,
    pub left: f64,
    pub top: f64,
    pub bottom: f64,
    bands: BandLayout,
    legend: Vec<(f64, f64, LegendEntry)>,
    legend_top: f64,
    y_label_at: f64,
    height: f64,
    lines: Lines,
}

impl Frame {
    /// Lays out a chart whose plot is `plot_height` high and starts where `bands` do.
    pub fn new(heading: &Heading, width: Width, plot_height: f64, bands: BandLayout) -> Frame {
        let lines = Lines::new(heading, width);
        let more = |lines: &[String]| lines.len().saturating_sub(1) as f64;
        let subtitle = if lines.subtitle.is_empty() { 0.0 } else { 18.0 + more(&lines.subtitle) * LINE };
        let legend_top = 34.0 + more(&lines.title) * TITLE_LINE + subtitle;
        let (legend, rows) = place_legend(&heading.legend, width);
        let mut y = legend_top + rows as f64 * LEGEND_ROW;
        let y_label_at = y + 14.0;
        if !lines.y_label.is_empty() {
            y += 19.0 + more(&lines.y_label) * LINE;
        }
        let top = y + bands.height_above() + 9.0;
        let bottom = top + plot_height;
        let height = bottom + AXIS_HEIGHT + FOOT;
        Frame { width, left: bands.left, top, bottom, bands, legend, legend_top, y_label_at, height, lines }
    }

    /// Width and height of the whole chart, in pixels.
    pub fn size(&self) -> (f64, f64) {
        (self.width.pixels(), self.height)
    }

    /// Right edge of the plot.
    pub fn right(&self) -> f64 {
        self.width.right()
    }

    /// Starts the document: everything but the plot.
    pub fn begin(&self, heading: &Heading) -> Svg {
        let mut svg = Svg::new(self.width, self.height, heading.title, heading.description);
        let mut lines = |lines: &[String], y: f64, step: f64, size: f64, bold: bool, colour: Colour| {
            for (i, content) in lines.iter().enumerate() {
                let y = y + i as f64 * step;
                svg.text(&Text { x: EDGE, y, size, anchor: Anchor::Start, colour, bold, content });
            }
        };
        let below = 24.0 + (self.lines.title.len() as f64 - 1.0) * TITLE_LINE;
        lines(&self.lines.title, 24.0, TITLE_LINE, TITLE_SIZE, true, Colour::INK);
        lines(&self.lines.subtitle, below + 19.0, LINE, SMALL, false, Colour::INK_SOFT);
        lines(&self.lines.y_label, self.y_label_at, LINE, SMALL, false, Colour::INK_SOFT);
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
fn place_legend(entries: &[LegendEntry], width: Width) -> (Vec<(f64, f64, LegendEntry)>, usize) {
    let (rows_max, name_most) = if width.is_narrow() { (8, 0.79 * width.pixels()) } else { (4, 220.0) };
    let (mut x, mut row) = (EDGE, 0usize);
    let mut placed: Vec<(f64, f64, LegendEntry)> = Vec::new();
    let names = names::fit_lists(entries.iter().map(|entry| entry.name.as_str()), SMALL, name_most);
    for (i, (entry, name)) in entries.iter().zip(names).enumerate() {
        let taken = SWATCH_WIDTH + 6.0 + svg::text_width(&name, SMALL) + 18.0;
        // The last row keeps room for the note on what was left out.
        let is_last = row + 1 == rows_max && i + 1 < entries.len();
        let limit = width.pixels() - if is_last { 120.0 } else { 8.0 };
        if x + taken > limit {
            if row + 1 == rows_max {
                let name = format!("and {} more", entries.len() - i);
                let swatch = Swatch::Bar(Colour::WHITE, 0.0);
                placed.push((x - SWATCH_WIDTH, row as f64 * LEGEND_ROW, LegendEntry { name, swatch }));
                break;
            }
            (x, row) = (EDGE, row + 1);
        }
        placed.push((x, row as f64 * LEGEND_ROW, LegendEntry { name, swatch: entry.swatch }));
        x += taken;
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

/// Draws an axis under a plot that plotters does not draw: grid lines, ticks, labels and what is shown.
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
    let (anchor, colour, label) = (Anchor::Middle, Colour::INK_SOFT, axis::fit_label(label, right - left));
    svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: &label });
}
