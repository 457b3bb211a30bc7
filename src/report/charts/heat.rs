//! Heat maps of nodes over time: how busy each node was, and how many requests waited at it.
//!
//! One ramp of one hue from light to dark, so that grey print and colour-blind readers see the same order.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Direction, Ruler};
use super::bands::{BandLayout, FaultBand};
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::input::any_number;
use super::names;
use super::number::{MAGNITUDE_MAX, Quantity, length, span};
use super::palette::Colour;
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};
use super::width::Width;

/// What a node did in one interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeatCell {
    /// Start, in simulated seconds.
    #[serde(with = "any_number")]
    pub start_s: f64,
    /// End, in simulated seconds.
    #[serde(with = "any_number")]
    pub end_s: f64,
    /// The figure, from 0 up; one that is not finite is a gap.
    #[serde(with = "any_number")]
    pub value: f64,
}

/// One node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeatRow {
    /// Its name.
    pub node: String,
    /// In order of time, without overlaps.
    pub cells: Vec<HeatCell>,
}

/// What a heat map is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeatInput {
    /// Of what: scenario, seed.
    pub subtitle: String,
    /// First and last simulated second of the run.
    pub span_s: (f64, f64),
    /// Every node, in the order of the scenario; where they are many, those with the largest means are shown.
    pub rows: Vec<HeatRow>,
    /// How many nodes there are, of which these are the [`busiest`].
    pub nodes: usize,
    /// Faults to mark, and what operators asked for.
    pub bands: Vec<FaultBand>,
}

/// Rows of one map.
const ROWS_MAX: usize = 24;
/// Cells of all rows together; where intervals are more, each cell shows the largest of those that it covers.
const CELLS_MAX: usize = 4800;
/// Of so many cells each has its own tooltip; of more, each row has one.
const TIPS_MAX: usize = 1500;
/// Colours of the ramp, but for the lightest; neighbours of one colour are one cell.
pub(super) const STEPS: u32 = 40;
/// Colours in the legend, but for the lightest.
const LEGEND_STEPS: u32 = 5;
/// A root brings out the small where the largest is so many times the mean.
const ROOT_BEYOND: f64 = 8.0;
/// Above and below the rows, where shading of faults is seen.
const MARGIN: f64 = 5.0;

/// The map of utilisation as an SVG document: of each value the share of a node's cores that was busy, from 0 to 1.
pub fn load(input: &HeatInput, width: Width) -> String {
    let input = cleaned(input, 1.0);
    let scale = Scale { top: 1.0, is_root: false, quantity: Quantity::Share, unit: "" };
    let words = Words {
        title: "Load of nodes",
        description: "One row for each node over simulated time; the darker, the larger the share of its cores that was busy. \
                      Dotted lines are where faults and what operators asked for begin and end.",
        y_label: "share of its cores that was busy, by node and interval",
        most: "busiest",
    };
    draw(&input, &scale, &words, width)
}

/// The map of queues as an SVG document: of each value the requests that waited at a node, averaged over the interval.
pub fn queues(input: &HeatInput, width: Width) -> String {
    let input = cleaned(input, MAGNITUDE_MAX);
    let values = || input.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.value);
    let (largest, mean) =
        (values().fold(0.0, f64::max), values().sum::<f64>() / values().count().max(1) as f64);
    let is_root = largest > ROOT_BEYOND * mean && largest > 1.0;
    // A part of a request is no queue, and not drawn as dark as one.
    let scale = Scale { top: largest.max(1.0), is_root, quantity: Quantity::Number, unit: " waiting" };
    let words = Words {
        title: "Queues of nodes",
        description: "One row for each node over simulated time; the darker, the more requests waited at it for a core, averaged \
                      over each interval. Dotted lines are where faults and what operators asked for begin and end.",
        y_label: match is_root {
            true => "requests waiting, mean by node and interval; colours on a square-root scale",
            false => "requests waiting, mean by node and interval",
        },
        most: "longest queues",
    };
    draw(&input, &scale, &words, width)
}

/// The input without what is no number or takes no time, and with values from 0 to `most`.
fn cleaned(input: &HeatInput, most: f64) -> HeatInput {
    let is_sound = |cell: &&HeatCell| {
        cell.value.is_finite() && cell.end_s > cell.start_s && (cell.end_s - cell.start_s).is_finite()
    };
    let clean = |cell: &HeatCell| HeatCell { value: cell.value.clamp(0.0, most), ..*cell };
    let row = |row: &HeatRow| HeatRow {
        node: row.node.clone(),
        cells: row.cells.iter().filter(is_sound).map(clean).collect(),
    };
    HeatInput { rows: input.rows.iter().map(row).collect(), ..input.clone() }
}

/// From values to colours.
struct Scale {
    /// The value of the darkest colour.
    top: f64,
    /// Whether colours grow with the square root.
    is_root: bool,
    quantity: Quantity,
    /// What follows a value in tooltips.
    unit: &'static str,
}

impl Scale {
    /// The step of the ramp for a value from 0 to the top.
    fn step(&self, value: f64) -> u32 {
        let place = value / self.top;
        let place = if self.is_root { place.sqrt() } else { place };
        (place * f64::from(STEPS)).round() as u32
    }

    fn legend(&self) -> Vec<LegendEntry> {
        let entry = |i: u32| {
            let place = f64::from(i) / f64::from(LEGEND_STEPS);
            let value = self.top * if self.is_root { place * place } else { place };
            let colour = ramp(i * STEPS / LEGEND_STEPS);
            LegendEntry { name: self.quantity.format(value, 2), swatch: Swatch::Bar(colour, 1.0) }
        };
        (0..=LEGEND_STEPS).map(entry).collect()
    }

    fn format(&self, value: f64) -> String {
        self.quantity.format(value, 3)
    }
}

/// A colour of the ramp, from step 0 to [`STEPS`]: lighter steps come before darker ones.
pub(super) fn ramp(step: u32) -> Colour {
    const STOPS: [Colour; 3] = [Colour(0xEC, 0xF2, 0xF7), Colour(0x2F, 0x8C, 0xC4), Colour(0x04, 0x1E, 0x42)];
    let half = STEPS / 2;
    let (from, to, along) = match step.min(STEPS) {
        step if step < half => (STOPS[0], STOPS[1], step),
        step => (STOPS[1], STOPS[2], step - half),
    };
    let mix = |from: u8, to: u8| {
        ((u32::from(from) * (half - along) + u32::from(to) * along + half / 2) / half) as u8
    };
    Colour(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

struct Words {
    title: &'static str,
    description: &'static str,
    y_label: &'static str,
    /// What is said of those that are shown where not all are.
    most: &'static str,
}

fn draw(input: &HeatInput, scale: &Scale, words: &Words, width: Width) -> String {
    let rows = &input.rows;
    let mut subtitle = input.subtitle.clone();
    if rows.len() < input.nodes {
        subtitle.push_str(&format!("; the {} {} of {} nodes", rows.len(), words.most, input.nodes));
    }
    let widest = rows.iter().map(|row| svg::text_width(&row.node, SMALL)).fold(0.0, f64::max);
    let axis = Axis::time(input.span_s);
    let ruler = |pixels| Ruler::new(&axis, std::iter::empty(), pixels, Direction::Across);
    let edges = (width.left().max(widest.min(width.names_most()) + 28.0), width.right());
    let (bands, time) = BandLayout::over(&input.bands, edges, ruler);
    let most = (CELLS_MAX / rows.len().max(1)).min((width.right() - bands.left) as usize);
    let mut y_label = words.y_label.to_owned();
    if rows.iter().any(|row| row.cells.len() > most) {
        let column_s = (time.ends().1 - time.ends().0) / most as f64;
        y_label.push_str(&format!("; each cell shows the largest within {}", length(column_s)));
    }
    let (title, description, legend) = (words.title, words.description, scale.legend());
    let heading = Heading { title, subtitle: &subtitle, description, y_label: &y_label, legend };
    let row_height = if rows.len() <= 12 { 24.0 } else { 18.0 };
    let frame = Frame::new(&heading, width, 2.0 * MARGIN + rows.len().max(1) as f64 * row_height, bands);
    let mut svg = frame.begin(&heading);
    let edges = (frame.left, frame.right());
    draw_axis(&mut svg, &time, "simulated time (s)", edges, (frame.top, frame.bottom));
    let board = Board { time: &time, left: edges.0, right: edges.1, row_height, scale };
    let painted: Vec<Vec<Painted>> = rows.iter().map(|row| board.painted(&row.cells, most)).collect();
    let each_has_a_tip = painted.iter().map(Vec::len).sum::<usize>() <= TIPS_MAX;
    let names = names::fit_all(rows.iter().map(|row| row.node.as_str()), SMALL, edges.0 - 24.0);
    let mut top = frame.top + MARGIN;
    for ((row, name), cells) in rows.iter().zip(&names).zip(&painted) {
        let (x, y) = (edges.0 - 10.0, top + row_height / 2.0 + 4.3);
        let (anchor, colour) = (Anchor::End, Colour::INK);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: name });
        board.draw_row(&mut svg, row, cells, top, each_has_a_tip);
        top += row_height;
    }
    frame.draw_edges(&mut svg);
    if painted.iter().all(Vec::is_empty) {
        let (x, y) = ((edges.0 + edges.1) / 2.0, (frame.top + frame.bottom) / 2.0 + 4.3);
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: "no data" });
    }
    svg.finish()
}

/// The mean over the time of a row.
fn mean(cells: &[HeatCell]) -> f64 {
    let time: f64 = cells.iter().map(|cell| cell.end_s - cell.start_s).sum();
    let weigh = |cell: &HeatCell| cell.value * ((cell.end_s - cell.start_s) / time);
    if time > 0.0 { cells.iter().map(weigh).sum() } else { 0.0 }
}

/// The rows that a chart shows, in their order: those with the largest means, and of equal ones the first.
pub fn busiest(rows: Vec<HeatRow>) -> Vec<HeatRow> {
    let means: Vec<f64> = rows.iter().map(|row| mean(&row.cells)).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| means[*b].total_cmp(&means[*a]));
    order.truncate(ROWS_MAX);
    order.sort_unstable();
    let is_shown = |row: &usize| order.binary_search(row).is_ok();
    rows.into_iter().enumerate().filter(|(row, _)| is_shown(row)).map(|(_, row)| row).collect()
}

/// A cell as it is drawn, which may stand for several.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Painted {
    /// From where to where, in whole pixels: between fractions a seam would shine through.
    a: f64,
    b: f64,
    cell: HeatCell,
    /// The least value of those it stands for; the cell has the largest.
    least: f64,
    step: u32,
}

/// Where rows lie.
struct Board<'a> {
    time: &'a Ruler,
    left: f64,
    right: f64,
    row_height: f64,
    scale: &'a Scale,
}

impl Board<'_> {
    /// The cells to draw for those of a row; at most `most`.
    fn painted(&self, cells: &[HeatCell], most: usize) -> Vec<Painted> {
        let width = self.right - self.left;
        let edge = |place: f64| (self.left + place * width).round();
        let paint = |(a, b): (f64, f64), cell: HeatCell| {
            let b = b.max(a + 1.0).min(self.right);
            Painted { a: a.min(b - 1.0), b, cell, least: cell.value, step: self.scale.step(cell.value) }
        };
        let all: Vec<Painted> = if cells.len() <= most {
            cells
                .iter()
                .map(|c| paint((edge(self.place(c.start_s)), edge(self.place(c.end_s))), *c))
                .collect()
        } else {
            let column = |i: usize| (edge(i as f64 / most as f64), edge((i + 1) as f64 / most as f64));
            let columns = self.columns(cells, most).into_iter().enumerate();
            columns.filter_map(|(i, cell)| Some(paint(column(i), cell?))).collect()
        };
        let mut out: Vec<Painted> = Vec::new();
        for one in all {
            match out.last_mut() {
                Some(last) if last.step == one.step && last.b == one.a => {
                    last.b = one.b;
                    last.cell.end_s = one.cell.end_s;
                    last.least = last.least.min(one.least);
                    last.cell.value = last.cell.value.max(one.cell.value);
                }
                _ => out.push(one),
            }
        }
        out
    }

    /// What each of `most` equal columns shows: the largest of the cells that it touches, and their time.
    fn columns(&self, cells: &[HeatCell], most: usize) -> Vec<Option<HeatCell>> {
        let mut columns: Vec<Option<HeatCell>> = vec![None; most];
        for cell in cells {
            let first = ((self.place(cell.start_s) * most as f64) as usize).min(most - 1);
            let last = (self.place(cell.end_s) * most as f64).ceil() as usize;
            for column in &mut columns[first..last.clamp(first + 1, most)] {
                let before = column.unwrap_or(*cell);
                let value = before.value.max(cell.value);
                *column = Some(HeatCell { start_s: before.start_s, end_s: cell.end_s, value });
            }
        }
        columns
    }

    fn place(&self, at_s: f64) -> f64 {
        let (start, end) = self.time.ends();
        self.time.place(at_s.clamp(start, end)).expect("a time within the run has a place")
    }

    fn draw_row(&self, svg: &mut Svg, row: &HeatRow, cells: &[Painted], top: f64, each_has_a_tip: bool) {
        if !each_has_a_tip {
            svg.open_group(&self.row_tip(row));
        }
        for painted in cells {
            let Painted { a, b, step, .. } = *painted;
            let tip = each_has_a_tip.then(|| self.cell_tip(&row.node, painted));
            svg.rect(a, top + 1.0, b - a, self.row_height - 2.0, Paint::fill(ramp(step)), tip.as_deref());
        }
        if !each_has_a_tip {
            svg.close_group();
        }
    }

    fn cell_tip(&self, node: &str, painted: &Painted) -> String {
        let Painted { cell: HeatCell { start_s, end_s, value }, least, .. } = *painted;
        let (low, high) = (self.scale.format(least), self.scale.format(value));
        let values = if low == high { high } else { format!("{low} to {high}") };
        format!("{node}, {}: {values}{}", span(start_s, end_s), self.scale.unit)
    }

    fn row_tip(&self, row: &HeatRow) -> String {
        let largest = row.cells.iter().reduce(|a, b| if b.value > a.value { b } else { a });
        let most = largest.map_or(String::new(), |cell| {
            format!(", at most {} ({})", self.scale.format(cell.value), span(cell.start_s, cell.end_s))
        });
        format!("{}: {}{} on average{most}", row.node, self.scale.format(mean(&row.cells)), self.scale.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(input: &HeatInput) -> String {
        super::load(input, Width::FULL)
    }

    fn queues(input: &HeatInput) -> String {
        super::queues(input, Width::FULL)
    }

    fn row(node: &str, values: &[f64]) -> HeatRow {
        let cell =
            |(i, value): (usize, &f64)| HeatCell { start_s: i as f64, end_s: i as f64 + 1.0, value: *value };
        HeatRow { node: node.to_owned(), cells: values.iter().enumerate().map(cell).collect() }
    }

    fn input(rows: Vec<HeatRow>, end_s: f64) -> HeatInput {
        let (nodes, subtitle) = (rows.len(), "shop, seed 1".into());
        HeatInput { subtitle, span_s: (0.0, end_s), nodes, rows: busiest(rows), bands: Vec::new() }
    }

    /// The fills of all cells, in order, with the widths of the cells.
    fn fills(svg: &str) -> Vec<(String, f64)> {
        let cells = svg.split("<rect ").filter(|tag| tag.contains("height=\"22\""));
        let field = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(name).expect("a cell has it");
            rest[2..].split('"').next().expect("a value ends").to_owned()
        };
        cells.map(|tag| (field(tag, "fill"), field(tag, "width").parse().expect("a width"))).collect()
    }

    #[test]
    fn the_ramp_grows_darker_at_every_step() {
        let light = |step| {
            let Colour(r, g, b) = ramp(step);
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        for step in 1..=STEPS {
            assert!(light(step - 1) - light(step) > 2.0, "{step}");
        }
    }

    #[test]
    fn equal_neighbours_are_one_cell_and_what_differs_is_not() {
        let drawn = fills(&load(&input(vec![row("a.1", &[0.5, 0.5, 1.0, 0.0])], 4.0)));
        let [half, all, none] = [STEPS / 2, STEPS, 0].map(|step| ramp(step).hex());
        assert_eq!(drawn.iter().map(|(fill, _)| fill.clone()).collect::<Vec<_>>(), [half, all, none]);
        assert_eq!(drawn[0].1, 393.0, "two of four intervals are half of 786 pixels");
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let drawn = fills(&load(&input(vec![row("a.1", &[0.5, f64::NAN, 0.5])], 3.0)));
        assert_eq!(drawn.len(), 2);
    }

    #[test]
    fn one_busy_interval_of_a_hundred_thousand_is_seen() {
        let mut values = vec![0.1; 100_000];
        values[61_803] = 1.0;
        let svg = load(&input(vec![row("a.1", &values)], 100_000.0));
        let drawn = fills(&svg);
        let dark: Vec<_> = drawn.iter().filter(|(fill, _)| *fill == ramp(STEPS).hex()).collect();
        assert_eq!((drawn.len(), dark.len()), (3, 1));
        assert!(dark[0].1 >= 1.0 && svg.contains("each cell shows the largest within"));
    }

    #[test]
    fn of_many_nodes_the_busiest_are_shown_in_their_order_and_the_subtitle_says_so() {
        let busy = |i: usize| if i.is_multiple_of(2) { 0.1 } else { 0.9 };
        let rows: Vec<HeatRow> = (0..40).map(|i| row(&format!("a.{i}"), &[busy(i), 0.2])).collect();
        let names: Vec<String> = busiest(rows.clone()).iter().map(|row| row.node.clone()).collect();
        let expected: Vec<String> =
            (0..40).filter(|i| i % 2 == 1 || *i < 8).map(|i| format!("a.{i}")).collect();
        assert_eq!(names, expected);
        assert!(load(&input(rows, 2.0)).contains("shop, seed 1; the 24 busiest of 40 nodes<"));
    }

    #[test]
    fn colours_of_queues_grow_with_the_root_where_one_is_far_above_the_rest() {
        let mut values = vec![1.0; 50];
        values[7] = 100.0;
        let spread = queues(&input(vec![row("a.1", &values)], 50.0));
        assert!(spread.contains("square-root") && spread.contains(">36</text>"), "36 is at 0.6 of the ramp");
        assert_eq!(fills(&spread)[0].0, ramp(STEPS / 10).hex());
        let even = queues(&input(vec![row("a.1", &[90.0, 100.0])], 2.0));
        assert!(!even.contains("square-root") && even.contains(">60</text>"));
        let few = queues(&input(vec![row("a.1", &[0.0, 0.01])], 2.0));
        assert_eq!(fills(&few).len(), 1, "a hundredth of a request is no queue");
    }

    #[test]
    fn tooltips_say_it_of_a_cell_and_of_many_cells_of_a_row() {
        let few = load(&input(vec![row("a.1", &[0.5, 0.505, 1.0])], 3.0));
        assert!(few.contains("a.1, 0\u{2013}2 s: 50% to 50.5%") && few.contains("a.1, 2\u{2013}3 s: 100%"));
        let values: Vec<f64> = (0..200).map(|i| f64::from(i % 3) / 2.0).collect();
        let many = load(&input((0..10).map(|i| row(&format!("a.{i}"), &values)).collect(), 200.0));
        assert_eq!(many.matches("<g><title>").count(), 10);
        assert!(many.contains("a.1: 49.8% on average, at most 100% (2\u{2013}3 s)"));
    }
}
