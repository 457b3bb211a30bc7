//! Fault windows on a time chart: shading, and names that never overlap.
//!
//! Names stand above the plot over their window, in up to three rows. Where that many do not fit, every window gets
//! its number, and a key below the chart tells what the numbers mean.

use super::axis::Ruler;
use super::number::seconds;
use super::palette::{Colour, Dash};
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};

/// A window of time in which a fault was active.
#[derive(Clone, PartialEq, Debug)]
pub struct FaultBand {
    /// What a reader calls it.
    pub name: String,
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds; infinite for a fault that never ended, equal to the start for one without length.
    pub end_s: f64,
}

impl FaultBand {
    fn when(&self) -> String {
        if self.end_s.is_finite() && self.end_s > self.start_s {
            format!("{}\u{2013}{}", super::number::decimal(self.start_s, 3), seconds(self.end_s))
        } else if self.end_s.is_finite() {
            format!("at {}", seconds(self.start_s))
        } else {
            format!("from {}", seconds(self.start_s))
        }
    }
}

const ROW_HEIGHT: f64 = 15.0;
const NAME_ROWS: usize = 3;
const NUMBER_ROWS: usize = 2;
const NAME_WIDTH_MAX: f64 = 200.0;
/// Entries of the key; the table of faults in the report has them all.
const KEY_MAX: usize = 36;
const KEY_COLUMNS: usize = 3;

/// Most windows whose edges are drawn; more would be hatching.
const EDGES_MAX: usize = 60;

/// Where bands and their labels go.
#[derive(Clone, Debug)]
pub(super) struct BandLayout {
    /// Left and right edge in pixels and tooltip of each band in view.
    windows: Vec<(f64, f64, String)>,
    labels: Vec<Label>,
    rows: usize,
    key: Vec<String>,
}

#[derive(Clone, Debug)]
struct Label {
    centre: f64,
    /// Counted from the plot upwards.
    row: usize,
    text: String,
}

impl BandLayout {
    /// Places `bands` over a plot from `left` to `right` pixels whose x-axis is `time`.
    pub fn new(bands: &[FaultBand], time: &Ruler, left: f64, right: f64) -> BandLayout {
        let mut seen: Vec<(usize, &FaultBand, f64, f64)> = Vec::new();
        for (i, band) in bands.iter().enumerate() {
            let (start, end) = (band.start_s.min(band.end_s), band.start_s.max(band.end_s));
            // A start beyond the axis clamps to its end and would show a band that is not there.
            let (view_start, view_end) = time.ends();
            if band.start_s.is_nan() || band.end_s.is_nan() || start > view_end || end < view_start {
                continue;
            }
            let x =
                |at: f64| left + (right - left) * time.place(at.clamp(view_start, view_end)).unwrap_or(0.0);
            seen.push((i, band, x(start), x(end)));
        }
        let windows =
            seen.iter().map(|(_, band, a, b)| (*a, *b, format!("{}: {}", band.name, band.when()))).collect();
        let name = |_: usize, band: &FaultBand| svg::fit(&band.name, SMALL, NAME_WIDTH_MAX.min(right - left));
        if let (labels, rows, 0) = stack(&seen, (left, right), NAME_ROWS, &name) {
            return BandLayout { windows, labels, rows, key: Vec::new() };
        }
        // Numbers that find no room are left out: their windows still show, and the key has their times.
        let (labels, rows, _) = stack(&seen, (left, right), NUMBER_ROWS, &|i, _| (i + 1).to_string());
        let mut key: Vec<String> = seen
            .iter()
            .take(KEY_MAX)
            .map(|(i, band, ..)| format!("{}: {}, {}", i + 1, band.when(), band.name))
            .collect();
        if seen.len() > KEY_MAX {
            key.push(format!("and {} more: see the table of faults", seen.len() - KEY_MAX));
        }
        BandLayout { windows, labels, rows, key }
    }

    /// Pixels that the labels need above the plot.
    pub fn height_above(&self) -> f64 {
        self.rows as f64 * ROW_HEIGHT
    }

    /// Pixels that the key needs below the chart.
    pub fn height_below(&self) -> f64 {
        let rows = self.key.len().div_ceil(KEY_COLUMNS);
        if rows == 0 { 0.0 } else { rows as f64 * ROW_HEIGHT + 12.0 }
    }

    /// Draws shading and labels around a plot from `top` to `bottom`.
    pub fn draw(&self, svg: &mut Svg, top: f64, bottom: f64) {
        // Shading is of the union, so that windows that overlap do not grow dark and hide the data.
        for (a, b) in union(&self.windows) {
            svg.rect(a, top, (b - a).max(1.0), bottom - top, Paint::fill(Colour::FAULT).opacity(0.11), None);
        }
        let edge = Paint::stroke(Colour::FAULT, 0.8).dash(Dash::Dotted).opacity(0.7);
        for (a, b, tip) in &self.windows {
            if self.windows.len() <= EDGES_MAX {
                svg.line((*a, top), (*a, bottom), edge);
                svg.line((*b, top), (*b, bottom), edge);
            }
            // Invisible, and there for its tooltip only; at least wide enough to be hit.
            svg.rect(
                *a - 1.0,
                top,
                b - a + 2.0,
                bottom - top,
                Paint::fill(Colour::FAULT).opacity(0.0),
                Some(tip),
            );
        }
        for label in &self.labels {
            let y = top - 4.0 - label.row as f64 * ROW_HEIGHT;
            svg.text(&Text {
                x: label.centre,
                y,
                size: SMALL,
                anchor: Anchor::Middle,
                colour: Colour::FAULT,
                bold: false,
                content: &label.text,
            });
        }
    }

    /// Draws the key in columns from `left` to `right`, starting at `top`.
    pub fn draw_key(&self, svg: &mut Svg, left: f64, right: f64, top: f64) {
        let column = (right - left) / KEY_COLUMNS as f64;
        let rows = self.key.len().div_ceil(KEY_COLUMNS).max(1);
        for (i, entry) in self.key.iter().enumerate() {
            let (x, y) = (left + column * (i / rows) as f64, top + 20.0 + ROW_HEIGHT * (i % rows) as f64);
            let content = svg::fit(entry, SMALL, column - 12.0);
            let anchor = Anchor::Start;
            svg.text(&Text {
                x,
                y,
                size: SMALL,
                anchor,
                colour: Colour::FAULT,
                bold: false,
                content: &content,
            });
        }
    }
}

/// Puts labels over their windows, each in the lowest row where it keeps clear of those before it. Returns them, the
/// rows used, and how many found no room.
fn stack(
    bands: &[(usize, &FaultBand, f64, f64)],
    (left, right): (f64, f64),
    rows: usize,
    text: &dyn Fn(usize, &FaultBand) -> String,
) -> (Vec<Label>, usize, usize) {
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by(|a, b| (bands[*a].2 + bands[*a].3).total_cmp(&(bands[*b].2 + bands[*b].3)).then(a.cmp(b)));
    let mut taken = vec![f64::NEG_INFINITY; rows];
    let (mut labels, mut without_room) = (Vec::new(), 0);
    for at in order {
        let (i, band, a, b) = bands[at];
        let text = text(i, band);
        let half = svg::text_width(&text, SMALL) / 2.0;
        let centre = ((a + b) / 2.0).min(right - half).max(left + half);
        match taken.iter().position(|end| centre - half > end + 8.0) {
            Some(row) => {
                taken[row] = centre + half;
                labels.push(Label { centre, row, text });
            }
            None => without_room += 1,
        }
    }
    let used = taken.iter().filter(|end| end.is_finite()).count();
    (labels, used, without_room)
}

fn union(windows: &[(f64, f64, String)]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = windows.iter().map(|(a, b, _)| (*a, *b)).collect();
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
        let time = Ruler::new(&Axis::time((0.0, 100.0)), std::iter::empty(), 800.0, Direction::Across);
        BandLayout::new(bands, &time, 80.0, 880.0)
    }

    fn band(name: &str, start_s: f64, end_s: f64) -> FaultBand {
        FaultBand { name: name.to_string(), start_s, end_s }
    }

    #[test]
    fn names_that_would_touch_go_to_the_next_row() {
        let placed = layout(&[
            band("leader crash", 40.0, 42.0),
            band("partition", 43.0, 50.0),
            band("slow", 90.0, 95.0),
        ]);
        let rows: Vec<usize> = placed.labels.iter().map(|l| l.row).collect();
        assert_eq!((rows, placed.rows), (vec![0, 1, 0], 2));
        assert!(placed.key.is_empty());
    }

    #[test]
    fn too_many_names_become_numbers_with_a_key() {
        let many: Vec<FaultBand> = (0..40)
            .map(|i| band("partition of the leader", 2.0 * f64::from(i), 2.0 * f64::from(i) + 1.0))
            .collect();
        let placed = layout(&many);
        assert_eq!(placed.labels[0].text, "1");
        assert_eq!(placed.key.len(), KEY_MAX + 1);
        assert_eq!(placed.key[1], "2: 2\u{2013}3 s, partition of the leader");
    }

    #[test]
    fn bands_out_of_view_or_not_numbers_are_left_out_and_endless_ones_reach_the_end() {
        let placed = layout(&[
            band("before", -5.0, -1.0),
            band("after", 120.0, 130.0),
            band("nowhere", f64::NAN, 3.0),
            band("for ever", 50.0, f64::INFINITY),
        ]);
        let edges: Vec<(f64, f64)> = placed.windows.iter().map(|(a, b, _)| (*a, *b)).collect();
        assert_eq!(edges, [(480.0, 880.0)]);
    }

    #[test]
    fn shading_is_of_the_union() {
        let windows = [(1.0, 5.0), (2.0, 3.0), (4.0, 7.0), (9.0, 9.5)].map(|(a, b)| (a, b, String::new()));
        assert_eq!(union(&windows), [(1.0, 7.0), (9.0, 9.5)]);
    }
}
