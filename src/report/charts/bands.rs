//! Fault windows on a time chart: shading, and names that never overlap.
//!
//! Names stand above the plot over their window, in up to three rows. Where that many do not fit, each name has a row of
//! its own above the plot, with a bar for every window: so there is no number to look up, and all charts of a run agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::axis::Ruler;
use super::input::any_number;
use super::labels::Labels;
use super::names;
use super::number::{moment, span};
use super::palette::{Colour, Dash};
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};

/// A window of time in which a fault was active.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FaultBand {
    /// What a reader calls it.
    pub name: String,
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds; infinite for a fault that never ended, equal to the start for one without length.
    #[serde(with = "any_number")]
    pub end_s: f64,
}

/// From when to when, in words.
fn when(start_s: f64, end_s: f64) -> String {
    if end_s.is_finite() && end_s > start_s {
        span(start_s, end_s)
    } else if end_s.is_finite() {
        format!("at {}", moment(start_s))
    } else {
        format!("from {}", moment(start_s))
    }
}

const LABEL_HEIGHT: f64 = 15.0;
const LABEL_ROWS: usize = 3;
const LABEL_WIDTH_MAX: f64 = 200.0;

const ROW_HEIGHT: f64 = 15.0;
/// Between the rows and the plot, whose uppermost tick may have its label beside them.
const ROWS_ABOVE: f64 = 3.0;
const BAR_HEIGHT: f64 = 8.0;
/// Rows of bars; the last of them is of all that have none of their own.
const ROWS_MAX: usize = 12;
/// Of a name in front of its row, with how often it struck.
const ROW_NAME_MAX: f64 = 150.0;
/// Bars that begin within so many pixels look the same, and are one.
const BAR_COLUMN: f64 = 2.0;

/// Where bands and their names go.
#[derive(Clone, Debug)]
pub(super) struct BandLayout {
    /// Left edge of the plot, in pixels: as far in as the names need.
    pub left: f64,
    right: f64,
    windows: Vec<Window>,
    names: Names,
}

/// A window in view: its edges in pixels, and its tooltip.
#[derive(Clone, Debug)]
struct Window {
    a: f64,
    b: f64,
    tip: String,
}

#[derive(Clone, Debug)]
enum Names {
    /// Each over its window.
    Labels { labels: Vec<Label>, rows: usize },
    /// Each in front of its row.
    Rows(Vec<Row>),
}

#[derive(Clone, Debug)]
struct Label {
    centre: f64,
    /// Counted from the plot upwards.
    row: usize,
    text: String,
}

/// The windows of one name.
#[derive(Clone, Debug)]
struct Row {
    name: String,
    bars: Vec<Window>,
}

/// A band in view, with its edges from 0 to 1 along the axis.
struct Seen<'a> {
    band: &'a FaultBand,
    start: f64,
    end: f64,
}

impl BandLayout {
    /// No bands over a plot from `left` to `right` pixels.
    pub fn none(left: f64, right: f64) -> BandLayout {
        let names = Names::Labels { labels: Vec::new(), rows: 0 };
        BandLayout { left, right, windows: Vec::new(), names }
    }

    /// Places `bands` over a plot that ends at `right` pixels and needs those up to `left` for itself, and returns the ruler
    /// of its x-axis with them: `ruler` makes one of so many pixels.
    pub fn over(
        bands: &[FaultBand],
        (left, right): (f64, f64),
        ruler: impl Fn(f64) -> Ruler,
    ) -> (BandLayout, Ruler) {
        let time = ruler(right - left);
        let seen = in_view(bands, &time);
        if let Some(names) = labels(&seen, (left, right)) {
            return (BandLayout { left, right, windows: windows(&seen, (left, right)), names }, time);
        }
        // Where there is little room, names leave most of it to the plot.
        let groups = groups(&seen, ROW_NAME_MAX.min(0.29 * right));
        let widest = groups.iter().map(|(name, _)| svg::text_width(name, SMALL)).fold(0.0, f64::max);
        let left = left.max(widest + 20.0);
        let row = |(name, seen): (String, Vec<&Seen>)| Row { name, bars: bars(&seen, (left, right)) };
        let names = Names::Rows(groups.into_iter().map(row).collect());
        let layout = BandLayout { left, right, windows: windows(&seen, (left, right)), names };
        (layout, ruler(right - left))
    }

    /// Pixels that the names need above the plot.
    pub fn height_above(&self) -> f64 {
        match &self.names {
            Names::Labels { rows, .. } => *rows as f64 * LABEL_HEIGHT,
            Names::Rows(rows) => rows.len() as f64 * ROW_HEIGHT + ROWS_ABOVE,
        }
    }

    /// Draws shading and names around a plot from `top` to `bottom`.
    pub fn draw(&self, svg: &mut Svg, top: f64, bottom: f64) {
        // Shading is of the union, so that windows that overlap do not grow dark and hide the data.
        for (a, b) in union(&self.windows) {
            svg.rect(a, top, (b - a).max(1.0), bottom - top, Paint::fill(Colour::FAULT).opacity(0.11), None);
        }
        match &self.names {
            Names::Labels { labels, .. } => self.draw_labels(svg, labels, (top, bottom)),
            Names::Rows(rows) => self.draw_rows(svg, rows, top),
        }
    }

    /// Draws the edges of windows over what lies on their shading, such as a heat map. Windows that have rows of bars are too many
    /// for it: their bars stand above what happened meanwhile.
    pub fn draw_edges(&self, svg: &mut Svg, top: f64, bottom: f64) {
        if let Names::Rows(_) = self.names {
            return;
        }
        for x in self.windows.iter().flat_map(|window| [window.a, window.b]) {
            // White beneath the dots, or they would be lost on what is dark.
            svg.line((x, top), (x, bottom), Paint::stroke(Colour::WHITE, 2.0).opacity(0.8));
            svg.line((x, top), (x, bottom), Paint::stroke(Colour::FAULT, 1.2).dash(Dash::Dotted));
        }
    }

    fn draw_labels(&self, svg: &mut Svg, labels: &[Label], (top, bottom): (f64, f64)) {
        let edge = Paint::stroke(Colour::FAULT, 0.8).dash(Dash::Dotted).opacity(0.7);
        for Window { a, b, tip } in &self.windows {
            svg.line((*a, top), (*a, bottom), edge);
            svg.line((*b, top), (*b, bottom), edge);
            // Invisible, and there for its tooltip only; at least wide enough to be hit.
            let unseen = Paint::fill(Colour::FAULT).opacity(0.0);
            svg.rect(*a - 1.0, top, b - a + 2.0, bottom - top, unseen, Some(tip));
        }
        for label in labels {
            let y = top - 4.0 - label.row as f64 * LABEL_HEIGHT;
            draw_name(svg, (label.centre, y), Anchor::Middle, &label.text);
        }
    }

    fn draw_rows(&self, svg: &mut Svg, rows: &[Row], top: f64) {
        let first = top - 4.0 - ROWS_ABOVE - rows.len() as f64 * ROW_HEIGHT;
        for (i, row) in rows.iter().enumerate() {
            let middle = first + (i as f64 + 0.5) * ROW_HEIGHT;
            draw_name(svg, (self.left - 10.0, middle + 4.3), Anchor::End, &row.name);
            svg.line((self.left, middle), (self.right, middle), Paint::stroke(Colour::GRID, 1.0));
            for Window { a, b, tip } in &row.bars {
                let (x, width) = (a.min(self.right - 2.0), (b - a).max(2.0));
                // Where windows of one name lie over each other it is darker.
                let paint = Paint::fill(Colour::FAULT).opacity(0.55);
                svg.rect(x, middle - BAR_HEIGHT / 2.0, width, BAR_HEIGHT, paint, Some(tip));
            }
        }
    }
}

fn draw_name(svg: &mut Svg, (x, y): (f64, f64), anchor: Anchor, content: &str) {
    svg.text(&Text { x, y, size: SMALL, anchor, colour: Colour::FAULT, bold: false, content });
}

/// The bands of which something is seen.
fn in_view<'a>(bands: &'a [FaultBand], time: &Ruler) -> Vec<Seen<'a>> {
    let (view_start, view_end) = time.ends();
    let place = |at: f64| time.place(at.clamp(view_start, view_end)).unwrap_or(0.0);
    let seen = |band: &'a FaultBand| {
        let (start, end) = (band.start_s.min(band.end_s), band.start_s.max(band.end_s));
        // A start beyond the axis clamps to its end and would show a band that is not there.
        let is_seen =
            !band.start_s.is_nan() && !band.end_s.is_nan() && start <= view_end && end >= view_start;
        is_seen.then(|| Seen { band, start: place(start), end: place(end) })
    };
    bands.iter().filter_map(seen).collect()
}

fn windows(seen: &[Seen], (left, right): (f64, f64)) -> Vec<Window> {
    let x = |place: f64| left + (right - left) * place;
    let window = |Seen { band, start, end }: &Seen| {
        let tip = format!("{}: {}", band.name, when(band.start_s, band.end_s));
        Window { a: x(*start), b: x(*end), tip }
    };
    seen.iter().map(window).collect()
}

/// Each name over its window, in the lowest row where it keeps clear of those before it; `None` if one finds no room.
fn labels(seen: &[Seen], (left, right): (f64, f64)) -> Option<Names> {
    let mut order: Vec<&Seen> = seen.iter().collect();
    order.sort_by(|a, b| (a.start + a.end).total_cmp(&(b.start + b.end)));
    let mut rows: Vec<Labels> = Vec::new();
    let mut labels = Vec::new();
    let most = LABEL_WIDTH_MAX.min(right - left);
    let texts = names::fit_all(order.iter().map(|seen| seen.band.name.as_str()), SMALL, most);
    for (Seen { start, end, .. }, text) in order.into_iter().zip(texts) {
        let centre = left + (right - left) * (start + end) / 2.0;
        let width = svg::text_width(&text, SMALL);
        let (row, centre) = loop {
            let mut free = rows.iter_mut().enumerate();
            let free = free.find_map(|(row, taken)| Some((row, taken.place(centre, width)?)));
            match free {
                Some(free) => break free,
                None if rows.len() == LABEL_ROWS => return None,
                None => rows.push(Labels::new((left, right), 8.0)),
            }
        };
        labels.push(Label { centre, row, text });
    }
    Some(Names::Labels { labels, rows: rows.len() })
}

/// What is seen by name, in the order in which they first struck; each name as it stands in front of its row.
fn groups<'a>(seen: &'a [Seen<'a>], name_most: f64) -> Vec<(String, Vec<&'a Seen<'a>>)> {
    let mut order: Vec<&Seen> = seen.iter().collect();
    order.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<(&str, Vec<&Seen>)> = Vec::new();
    for one in order {
        let row = *rows.entry(&one.band.name).or_insert(groups.len());
        match groups.get_mut(row) {
            Some((_, group)) => group.push(one),
            None => groups.push((&one.band.name, vec![one])),
        }
    }
    let others = if groups.len() > ROWS_MAX { groups.split_off(ROWS_MAX - 1) } else { Vec::new() };
    let times = |seen: &[&Seen]| if seen.len() > 1 { format!(" ({})", seen.len()) } else { String::new() };
    let widest = groups.iter().map(|(_, seen)| svg::text_width(&times(seen), SMALL)).fold(0.0, f64::max);
    let names = names::fit_all(groups.iter().map(|(name, _)| *name), SMALL, name_most - widest);
    let row = |(name, (_, seen)): (String, (&str, Vec<&'a Seen<'a>>))| (name + &times(&seen), seen);
    let mut rows: Vec<_> = names.into_iter().zip(groups).map(row).collect();
    if !others.is_empty() {
        let name = format!("{} others", others.len());
        rows.push((name, others.into_iter().flat_map(|(_, seen)| seen).collect()));
    }
    rows
}

/// The bars of one row; what begins in the same pixels is one.
fn bars(seen: &[&Seen], (left, right): (f64, f64)) -> Vec<Window> {
    let x = |place: f64| left + (right - left) * place;
    let mut order = seen.to_vec();
    order.sort_by(|a, b| a.start.total_cmp(&b.start));
    order
        .chunk_by(|a, b| (x(a.start) / BAR_COLUMN).floor() == (x(b.start) / BAR_COLUMN).floor())
        .map(|bar| {
            let (first, end) = (bar[0], bar.iter().map(|one| one.end).fold(0.0, f64::max));
            let end_s = bar.iter().map(|one| one.band.end_s).fold(first.band.end_s, f64::max);
            let times = if bar.len() > 1 { format!(", {} times", bar.len()) } else { String::new() };
            let tip = format!("{}{times}: {}", first.band.name, when(first.band.start_s, end_s));
            Window { a: x(first.start), b: x(end), tip }
        })
        .collect()
}

fn union(windows: &[Window]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = windows.iter().map(|window| (window.a, window.b)).collect();
    sorted.sort_by(|x, y| x.0.total_cmp(&y.0));
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (a, b) in sorted {
        match out.last_mut() {
            Some(last) if a <= last.1 => last.1 = last.1.max(b),
            _ => out.push((a, b)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::axis::{Axis, Direction};

    fn layout(bands: &[FaultBand]) -> BandLayout {
        let axis = Axis::time((0.0, 100.0));
        let ruler = |pixels| Ruler::new(&axis, std::iter::empty(), pixels, Direction::Across);
        BandLayout::over(bands, (80.0, 880.0), ruler).0
    }

    fn band(name: &str, start_s: f64, end_s: f64) -> FaultBand {
        FaultBand { name: name.to_string(), start_s, end_s }
    }

    /// The rows of a layout that has rows: their names, and how many bars each has.
    fn rows(layout: &BandLayout) -> Vec<(&str, usize)> {
        match &layout.names {
            Names::Labels { .. } => Vec::new(),
            Names::Rows(rows) => rows.iter().map(|row| (row.name.as_str(), row.bars.len())).collect(),
        }
    }

    #[test]
    fn names_that_would_touch_go_to_the_next_row() {
        let placed = layout(&[
            band("leader crash", 40.0, 42.0),
            band("partition", 43.0, 50.0),
            band("slow", 90.0, 95.0),
        ]);
        let Names::Labels { labels, rows } = placed.names else { panic!("three names fit") };
        assert_eq!((labels.iter().map(|l| l.row).collect::<Vec<_>>(), rows), (vec![0, 1, 0], 2));
        assert_eq!(placed.left, 80.0);
    }

    #[test]
    fn names_that_find_no_room_have_rows_with_a_bar_for_each_window() {
        let many = |i: u32| {
            let name = ["partition of the leader", "crash"][usize::from(i % 4 == 3)];
            band(name, 2.0 * f64::from(i), 2.0 * f64::from(i) + 1.0)
        };
        let placed = layout(&(0..40).map(many).collect::<Vec<_>>());
        assert_eq!(rows(&placed), [("parti\u{2026}the leader (30)", 30), ("crash (10)", 10)]);
        assert!(placed.left > 80.0, "there is room for names in front of the rows");
        let Names::Rows(rows) = placed.names else { panic!("it has rows") };
        assert_eq!(rows[1].bars[1].tip, "crash: 14\u{2013}15 s");
        let (start, width) = (placed.left, 880.0 - placed.left);
        assert_eq!(
            (rows[1].bars[1].a, rows[1].bars[1].b),
            (start + width * 0.14, start + width * 0.15),
            "bars are over what happened meanwhile"
        );
    }

    #[test]
    fn more_names_than_rows_share_the_last_row_and_none_is_lost() {
        let many: Vec<FaultBand> =
            (0..40).map(|i| band(&format!("fault number {i}"), f64::from(i), 60.0)).collect();
        let placed = layout(&many);
        let rows = rows(&placed);
        assert_eq!(
            (rows.len(), rows[0], rows[ROWS_MAX - 1]),
            (ROWS_MAX, ("fault number 0", 1), ("29 others", 29))
        );
    }

    #[test]
    fn bars_in_the_same_pixels_are_one_and_say_how_many() {
        let mut many: Vec<FaultBand> =
            (0..60).map(|i| band("crash", f64::from(i), f64::from(i) + 0.5)).collect();
        many.extend([band("crash", 70.0, 70.5), band("crash", 70.01, 80.0), band("crash", 70.02, 75.0)]);
        let placed = layout(&many);
        let Names::Rows(rows) = placed.names else { panic!("it has rows") };
        let last = rows[0].bars.last().map(|bar| bar.tip.as_str());
        assert_eq!((rows[0].name.as_str(), rows[0].bars.len()), ("crash (63)", 61));
        assert_eq!(last, Some("crash, 3 times: 70\u{2013}80 s"));
    }

    #[test]
    fn bands_out_of_view_or_not_numbers_are_left_out_and_endless_ones_reach_the_end() {
        let placed = layout(&[
            band("before", -5.0, -1.0),
            band("after", 120.0, 130.0),
            band("nowhere", f64::NAN, 3.0),
            band("for ever", 50.0, f64::INFINITY),
        ]);
        let edges: Vec<(f64, f64)> = placed.windows.iter().map(|window| (window.a, window.b)).collect();
        assert_eq!(edges, [(480.0, 880.0)]);
    }

    #[test]
    fn shading_is_of_the_union() {
        let window = |(a, b)| Window { a, b, tip: String::new() };
        let windows = [(1.0, 5.0), (2.0, 3.0), (4.0, 7.0), (9.0, 9.5)].map(window);
        assert_eq!(union(&windows), [(1.0, 7.0), (9.0, 9.5)]);
    }
}
