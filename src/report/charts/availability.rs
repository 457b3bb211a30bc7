//! The availability strip: for each workload or system, the share of its operations that succeeded over time, and the
//! windows in which it was not available, each with its length.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Direction, Ruler};
use super::bands::{BandLayout, FaultBand};
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::labels::Labels;
use super::names;
use super::number::{length, moment, percent, span};
use super::palette::Colour;
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};
use super::width::Width;

/// The share that succeeded in one bucket of time.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShareBucket {
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds.
    pub end_s: f64,
    /// From 0 to 1, or `None` if no operation ended.
    pub ok_share: Option<f64>,
}

/// A window without any success.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outage {
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds.
    pub end_s: f64,
}

impl Outage {
    fn length(&self) -> String {
        length(self.end_s - self.start_s)
    }
}

/// One workload or system.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AvailabilityRow {
    /// Its name.
    pub name: String,
    /// The share that succeeded over the whole run, from 0 to 1, or `None` if no operation ended.
    pub ok_share: Option<f64>,
    /// In order of time, without overlaps.
    pub buckets: Vec<ShareBucket>,
    /// In order of time, without overlaps.
    pub outages: Vec<Outage>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AvailabilityInput {
    /// Of what: scenario, seed.
    pub subtitle: String,
    /// First and last simulated second of the run.
    pub span_s: (f64, f64),
    /// From top to bottom.
    pub rows: Vec<AvailabilityRow>,
    /// Faults to shade.
    pub bands: Vec<FaultBand>,
}

const ROW_HEIGHT: f64 = 66.0;
const BAR_TOP: f64 = 34.0;
const BAR_HEIGHT: f64 = 24.0;

/// The chart as an SVG document.
pub fn availability(input: &AvailabilityInput, width: Width) -> String {
    let axis = Axis::time(input.span_s);
    let ruler = |pixels| Ruler::new(&axis, std::iter::empty(), pixels, Direction::Across);
    let (bands, time) = BandLayout::over(&input.bands, (width.left(), width.right()), ruler);
    let entry = |name: &str, colour, height| LegendEntry {
        name: name.to_string(),
        swatch: Swatch::Bar(colour, height),
    };
    let mut legend = vec![
        entry("succeeded (height = share)", Colour::GREEN, 1.0),
        entry("did not", MISSING, 1.0),
        entry("no operation ended", IDLE, IDLE_SHARE),
    ];
    if input.rows.iter().any(|row| !row.outages.is_empty()) {
        legend.push(entry("outage, with its length", Colour::VERMILLION, 0.25));
    }
    let heading = Heading {
        title: "Availability",
        subtitle: &input.subtitle,
        description: "For each workload, bars as high as the share of its operations that succeeded in each bucket of \
                      simulated time, on a background that shows what is missing; a thin line where no operation ended; outages \
                      are marked above the bars, with their length.",
        y_label: "",
        legend,
    };
    let rows = input.rows.len().max(1);
    let frame = Frame::new(&heading, width, rows as f64 * ROW_HEIGHT, bands);
    let (left, right) = (frame.left, frame.right());
    let mut svg = frame.begin(&heading);
    draw_axis(&mut svg, &time, "simulated time (s)", (left, right), (frame.top, frame.bottom));
    let summaries: Vec<String> = input.rows.iter().map(summary).collect();
    let widest = summaries.iter().map(|text| svg::text_width(text, SMALL)).fold(0.0, f64::max);
    let room = (right - 16.0 - widest - 20.0) / BOLD;
    let names = names::fit_all(input.rows.iter().map(|row| row.name.as_str()), SMALL, room);
    for (i, row) in input.rows.iter().enumerate() {
        let strip = Strip { time: &time, left, right, top: frame.top + i as f64 * ROW_HEIGHT };
        strip.draw(&mut svg, row, (&names[i], &summaries[i]));
    }
    if input.rows.is_empty() {
        let (x, y) = ((left + right) / 2.0, (frame.top + frame.bottom) / 2.0);
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: "no data" });
    }
    svg.finish()
}

/// Behind the bars: what did not succeed.
const MISSING: Colour = Colour(0xF2, 0xB3, 0x8C);
/// Where there was nothing to succeed: a line in the middle, dark enough to be seen on the shading of faults, too, and so thin that no
/// grey print takes it for a bar.
const IDLE: Colour = Colour(0x7B, 0x84, 0x8E);
const IDLE_SHARE: f64 = 0.2;

/// One row of the chart.
struct Strip<'a> {
    time: &'a Ruler,
    left: f64,
    right: f64,
    top: f64,
}

impl Strip<'_> {
    fn draw(&self, svg: &mut Svg, row: &AvailabilityRow, (name, summary): (&str, &str)) {
        let y = self.top + 14.0;
        let ink = (Colour::INK, Colour::INK_SOFT);
        svg.text(&Text {
            x: 16.0,
            y,
            size: SMALL,
            anchor: Anchor::Start,
            colour: ink.0,
            bold: true,
            content: name,
        });
        svg.text(&Text {
            x: self.right,
            y,
            size: SMALL,
            anchor: Anchor::End,
            colour: ink.1,
            bold: false,
            content: summary,
        });
        for column in columns(&row.buckets, |s| self.x(s)) {
            self.draw_column(svg, &column);
        }
        self.draw_outages(svg, &row.outages);
    }

    fn draw_column(&self, svg: &mut Svg, column: &Column) {
        let (top, width) = (self.top + BAR_TOP, (column.right - column.left).max(1.0));
        let when = span(column.start_s, column.end_s);
        let Some(share) = column.worst else {
            let tip = format!("{when}: no operation ended");
            let height = BAR_HEIGHT * IDLE_SHARE;
            let top = top + (BAR_HEIGHT - height) / 2.0;
            svg.rect(column.left, top, width, height, Paint::fill(IDLE), Some(&tip));
            return;
        };
        let tip = format!("{when}: {} ok", percent(share));
        let height = BAR_HEIGHT * share.clamp(0.0, 1.0);
        if share >= 1.0 {
            svg.rect(column.left, top, width, BAR_HEIGHT, Paint::fill(Colour::GREEN), Some(&tip));
            return;
        }
        svg.rect(column.left, top, width, BAR_HEIGHT, Paint::fill(MISSING), Some(&tip));
        svg.rect(
            column.left,
            top + BAR_HEIGHT - height,
            width,
            height,
            Paint::fill(Colour::GREEN),
            Some(&tip),
        );
    }

    /// Marks over the bars, with lengths where they fit, the longest first; the tooltips have them all.
    fn draw_outages(&self, svg: &mut Svg, outages: &[Outage]) {
        let y = self.top + BAR_TOP - 3.0;
        let mut outages: Vec<&Outage> = outages.iter().filter(|o| o.end_s > o.start_s).collect();
        for outage in &outages {
            let (a, b) = (self.x(outage.start_s), self.x(outage.end_s));
            svg.open_group(&format!("outage of {}, from {}", outage.length(), moment(outage.start_s)));
            svg.rect(a, y - 2.0, (b - a).max(1.5), 3.0, Paint::fill(Colour::VERMILLION), None);
            svg.close_group();
        }
        let mut labels = Labels::new((self.left, self.right), 6.0);
        outages.sort_by(|a, b| (b.end_s - b.start_s).total_cmp(&(a.end_s - a.start_s)));
        for outage in outages {
            let content = outage.length();
            let middle = (self.x(outage.start_s) + self.x(outage.end_s)) / 2.0;
            if let Some(x) = labels.place(middle, BOLD * svg::text_width(&content, SMALL)) {
                let (y, anchor, colour) = (y - 5.0, Anchor::Middle, OUTAGE_INK);
                svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: true, content: &content });
            }
        }
    }

    fn x(&self, at_s: f64) -> f64 {
        self.left + self.time.place(at_s).unwrap_or(0.0) * (self.right - self.left)
    }
}

/// Vermillion, darkened until small letters have a contrast of 4.5 on white.
const OUTAGE_INK: Colour = Colour(0xB0, 0x45, 0x00);

fn summary(row: &AvailabilityRow) -> String {
    let share = match row.ok_share {
        Some(share) => format!("{} ok", percent(share)),
        None => "no operation ended".to_string(),
    };
    let longest = row.outages.iter().map(|o| o.end_s - o.start_s).fold(0.0, f64::max);
    match row.outages.len() {
        0 => format!("{share}, no outage"),
        1 => format!("{share}, 1 outage of {}", length(longest)),
        n => format!("{share}, {n} outages, longest {}", length(longest)),
    }
}

/// Neighbouring buckets drawn as one bar.
#[derive(Clone, PartialEq, Debug)]
struct Column {
    left: f64,
    right: f64,
    start_s: f64,
    end_s: f64,
    /// The lowest share of any of them: a mean would hide an outage shorter than a pixel.
    worst: Option<f64>,
}

/// Joins buckets that are equal, and those that share a pixel; so there are never more columns than pixels.
fn columns(buckets: &[ShareBucket], x: impl Fn(f64) -> f64) -> Vec<Column> {
    let mut out: Vec<Column> = Vec::new();
    for bucket in buckets.iter().filter(|b| b.end_s > b.start_s) {
        // Whole pixels: a browser would let the background shine through between two bars that share part of one.
        let (left, right) = (x(bucket.start_s).round(), x(bucket.end_s).round());
        let worst = bucket.ok_share.filter(|s| s.is_finite());
        let slack = (bucket.end_s - bucket.start_s) * 1e-6;
        match out.last_mut() {
            Some(last)
                if bucket.start_s <= last.end_s + slack
                    && (last.worst == worst || right - last.left < 1.5) =>
            {
                last.right = right;
                last.end_s = bucket.end_s;
                last.worst = match (last.worst, worst) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (one, other) => one.or(other),
                };
            }
            _ => out.push(Column { left, right, start_s: bucket.start_s, end_s: bucket.end_s, worst }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn availability(input: &AvailabilityInput) -> String {
        super::availability(input, Width::FULL)
    }

    fn bucket(start_s: f64, end_s: f64, ok_share: Option<f64>) -> ShareBucket {
        ShareBucket { start_s, end_s, ok_share }
    }

    #[test]
    fn a_dip_shorter_than_a_pixel_is_not_averaged_away() {
        let mut buckets: Vec<ShareBucket> =
            (0..100_000).map(|i| bucket(f64::from(i), f64::from(i + 1), Some(1.0))).collect();
        buckets[4_321].ok_share = Some(0.25);
        let columns = columns(&buckets, |s| s / 130.0);
        assert!(columns.len() <= 3, "{}", columns.len());
        assert!(columns.iter().any(|c| c.worst == Some(0.25)));
    }

    #[test]
    fn gaps_between_buckets_stay_gaps() {
        let columns = columns(&[bucket(0.0, 1.0, Some(1.0)), bucket(5.0, 6.0, Some(1.0))], |s| s * 10.0);
        assert_eq!(columns.len(), 2);
    }

    #[test]
    fn where_outages_crowd_the_longest_is_the_one_with_its_length() {
        let outage = |i: u32| {
            let start_s = 50.0 + f64::from(i) / 10.0;
            Outage { start_s, end_s: start_s + if i == 7 { 0.09 } else { 0.04 + f64::from(i) / 1000.0 } }
        };
        let row = AvailabilityRow {
            name: "kv".into(),
            ok_share: Some(0.5),
            buckets: Vec::new(),
            outages: (0..15).map(outage).collect(),
        };
        let svg = availability(&AvailabilityInput {
            subtitle: String::new(),
            span_s: (0.0, 100.0),
            rows: vec![row],
            bands: Vec::new(),
        });
        let labels: Vec<&str> = svg.split(" ms</text>").map(|text| &text[text.len() - 3..]).collect();
        assert_eq!(
            labels[..labels.len() - 1],
            [" 90", ">90"],
            "in the summary and over the longest: {labels:?}"
        );
    }

    /// How much lighter one colour is than another, as the contrast of WCAG 2 has it.
    fn contrast(a: Colour, b: Colour) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        let light =
            |of: Colour| 0.2126 * channel(of.0) + 0.7152 * channel(of.1) + 0.0722 * channel(of.2) + 0.05;
        let (a, b) = (light(a), light(b));
        f64::max(a, b) / f64::min(a, b)
    }

    #[test]
    fn where_nothing_ended_is_seen_on_paper_and_on_shading() {
        let shaded = |paper: u8, fault: u8| (f64::from(paper) * 0.89 + f64::from(fault) * 0.11) as u8;
        let shading = Colour(shaded(255, 0x6A), shaded(255, 0x4C), shaded(255, 0x93));
        assert!(contrast(IDLE, Colour::WHITE) > 3.0 && contrast(IDLE, shading) > 3.0);
    }

    #[test]
    fn the_legend_has_the_mark_of_outages_where_there_are_any() {
        let row =
            |outages| AvailabilityRow { name: "kv".into(), ok_share: None, buckets: Vec::new(), outages };
        let input = |outages| AvailabilityInput {
            subtitle: String::new(),
            span_s: (0.0, 100.0),
            rows: vec![row(outages)],
            bands: Vec::new(),
        };
        let outage = Outage { start_s: 5.0, end_s: 7.0 };
        assert!(availability(&input(vec![outage])).contains(">outage, with its length<"));
        assert!(!availability(&input(Vec::new())).contains(">outage, with its length<"));
    }

    #[test]
    fn the_summary_never_claims_all_while_an_operation_failed() {
        let row = AvailabilityRow {
            name: "kv".into(),
            ok_share: Some(0.999_999),
            buckets: Vec::new(),
            outages: vec![Outage { start_s: 1.0, end_s: 2.5 }, Outage { start_s: 4.0, end_s: 4.25 }],
        };
        assert_eq!(summary(&row), "99.99% ok, 2 outages, longest 1.5 s");
    }
}
