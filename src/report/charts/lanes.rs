//! Leader and term lanes: one lane a node, its role over time told by colour and by height, leaders with their term;
//! on top, every election with its length.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Direction, Ruler};
use super::bands::{BandLayout, FaultBand};
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::input::any_number;
use super::labels::Labels;
use super::names;
use super::number::{length, moment, span};
use super::palette::{Colour, Dash};
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};
use super::width::Width;

/// What a node was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneRole {
    /// Running without a vote: it stands by, learns, or was removed.
    NoVote,
    /// It follows a leader, or waits for one.
    Follower,
    /// Not running, but not dead: a stopped process or machine.
    Paused,
    /// Running, and taking part in nothing.
    Halted,
    /// Crashed.
    Down,
    /// It asks for votes.
    Candidate,
    /// It believes that it leads.
    Leader,
}

impl LaneRole {
    /// In the order of the legend.
    pub const ALL: [LaneRole; 7] = [
        LaneRole::Leader,
        LaneRole::Candidate,
        LaneRole::Follower,
        LaneRole::NoVote,
        LaneRole::Paused,
        LaneRole::Halted,
        LaneRole::Down,
    ];

    /// Its name as outputs spell it.
    pub fn name(self) -> &'static str {
        match self {
            LaneRole::NoVote => "no vote",
            LaneRole::Follower => "follower",
            LaneRole::Paused => "paused",
            LaneRole::Halted => "halted",
            LaneRole::Down => "down",
            LaneRole::Candidate => "candidate",
            LaneRole::Leader => "leader",
        }
    }

    /// Colour, and the share of a lane's height: the second cue.
    fn swatch(self) -> Swatch {
        match self {
            LaneRole::NoVote => Swatch::Bar(Colour::GRID, 0.15),
            LaneRole::Follower => Swatch::Bar(Colour(0xA9, 0xC4, 0xD6), 0.3),
            LaneRole::Paused => Swatch::Bar(Colour::PURPLE, 0.3),
            LaneRole::Halted => Swatch::Bar(Colour::VERMILLION, 0.15),
            LaneRole::Down => Swatch::Absent(Colour::INK_SOFT),
            LaneRole::Candidate => Swatch::Bar(Colour::ORANGE, 0.65),
            LaneRole::Leader => Swatch::Bar(Colour::BLUE, 1.0),
        }
    }
}

/// A stretch of time in which a node kept its role and term.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LaneSegment {
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds.
    pub end_s: f64,
    /// What the node was.
    pub role: LaneRole,
    /// Its term, ballot or view, if it has one.
    pub term: Option<u64>,
}

/// One node.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lane {
    /// Its name.
    pub node: String,
    /// In order of time, without overlaps.
    pub segments: Vec<LaneSegment>,
}

/// A time without a leader, from the loss of one to the next; before there was any, from when the one that won first stood.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Election {
    /// When the leader was lost, or, where there was none to lose, when the winner stood, in simulated seconds.
    pub start_s: f64,
    /// When one had won, in simulated seconds; infinite if none did.
    #[serde(with = "any_number")]
    pub end_s: f64,
    /// The winner's term.
    pub term: Option<u64>,
}

impl Election {
    fn label(&self) -> String {
        if self.end_s.is_finite() { length(self.end_s - self.start_s) } else { "no winner".to_string() }
    }

    fn tip(&self) -> String {
        let start = moment(self.start_s);
        if !self.end_s.is_finite() {
            return format!("election from {start}: no one won");
        }
        let won = self.term.map_or(String::new(), |term| format!(", won in term {term}"));
        format!("election of {} from {start}{won}", self.label())
    }
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LanesInput {
    /// Of what: scenario, system, seed.
    pub subtitle: String,
    /// First and last simulated second of the run.
    pub span_s: (f64, f64),
    /// From top to bottom.
    pub lanes: Vec<Lane>,
    /// In order of time.
    pub elections: Vec<Election>,
    /// Faults to shade, and what operators asked for.
    pub bands: Vec<FaultBand>,
}

/// Segments drawn one by one in all lanes together; beyond it, those that share a pixel column are joined.
const SEGMENTS_MAX: usize = 4800;
const ELECTIONS_HEIGHT: f64 = 34.0;
/// Left edge of the lanes, in pixels, unless names of nodes need more: `elections` does.
const LEFT: f64 = 84.0;

/// The chart as an SVG document.
pub fn lanes(input: &LanesInput, width: Width) -> String {
    let widest = input.lanes.iter().map(|l| svg::text_width(&l.node, SMALL)).fold(0.0, f64::max);
    let axis = Axis::time(input.span_s);
    let ruler = |pixels| Ruler::new(&axis, std::iter::empty(), pixels, Direction::Across);
    let edges = (LEFT.max(widest.min(width.names_most()) + 28.0), width.right());
    let (bands, time) = BandLayout::over(&input.bands, edges, ruler);
    let lane_height = if input.lanes.len() <= 12 { 26.0 } else { 18.0 };
    let is_there = |role| input.lanes.iter().flat_map(|lane| &lane.segments).any(|s| s.role == role);
    // What is rare has its place in the legend only where it is seen.
    let is_rare = |role: &LaneRole| matches!(role, LaneRole::Halted | LaneRole::NoVote);
    let mut legend: Vec<LegendEntry> = LaneRole::ALL
        .into_iter()
        .filter(|role| !is_rare(role) || is_there(*role))
        .map(|role| LegendEntry { name: role.name().to_string(), swatch: role.swatch() })
        .collect();
    legend.push(LegendEntry { name: "election".into(), swatch: Swatch::Bar(Colour::VERMILLION, 0.25) });
    let per_lane = (SEGMENTS_MAX / input.lanes.len().max(1)).max(20);
    let mut subtitle = input.subtitle.clone();
    if input.lanes.iter().any(|lane| lane.segments.len() > per_lane) {
        let column_s = (input.span_s.1 - input.span_s.0) / per_lane as f64;
        let note = format!("; changes within {} are drawn as one, leader before candidate", length(column_s));
        subtitle.push_str(&note);
    }
    let heading = Heading {
        title: "Leaders and terms",
        subtitle: &subtitle,
        description: "One lane for each node over simulated time. A full bar is a leader with its term, a half one a \
                      candidate, a thin one a follower or a paused node, a hairline one without a vote (it stands by, \
                      learns, or was removed, and may ask for pre-votes in vain), a dotted line a node that is down. On top, \
                      elections with their lengths; shaded windows are faults and what operators asked for.",
        y_label: "",
        legend,
    };
    let rows = input.lanes.len().max(1) as f64;
    let frame = Frame::new(&heading, width, ELECTIONS_HEIGHT + rows * lane_height, bands);
    let (left, right) = (frame.left, frame.right());
    let mut svg = frame.begin(&heading);
    draw_axis(&mut svg, &time, "simulated time (s)", (left, right), (frame.top, frame.bottom));
    let board = Board { time: &time, left, right, lane_height };
    board.draw_elections(&mut svg, &input.elections, frame.top);
    let names = names::fit_all(input.lanes.iter().map(|lane| lane.node.as_str()), SMALL, left - 24.0);
    for (i, (lane, name)) in input.lanes.iter().zip(&names).enumerate() {
        let top = frame.top + ELECTIONS_HEIGHT + i as f64 * lane_height;
        board.lane_name(&mut svg, name, top + lane_height / 2.0, Colour::INK);
        board.draw_lane(&mut svg, lane, top, per_lane);
    }
    if input.lanes.is_empty() {
        let (x, y) = ((left + right) / 2.0, frame.bottom - lane_height / 2.0);
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: "no data" });
    }
    svg.finish()
}

/// Where lanes lie.
struct Board<'a> {
    time: &'a Ruler,
    left: f64,
    right: f64,
    lane_height: f64,
}

impl Board<'_> {
    /// A mark for each, with lengths where they fit, the longest first; the tooltips have them all.
    fn draw_elections(&self, svg: &mut Svg, elections: &[Election], top: f64) {
        let base = top + ELECTIONS_HEIGHT - 10.0;
        self.lane_name(svg, "elections", base + 1.0, Colour::INK_SOFT);
        let mut elections: Vec<&Election> = elections.iter().filter(|e| e.end_s >= e.start_s).collect();
        let mut last_pixel = f64::NEG_INFINITY;
        for election in &elections {
            let (a, b) = (self.x(election.start_s), self.x(election.end_s));
            // Elections that end within one pixel of the last drawn look the same as it.
            if b > last_pixel + 0.5 {
                let tip = election.tip();
                svg.rect(a, base - 3.0, (b - a).max(2.0), 4.0, Paint::fill(Colour::VERMILLION), Some(&tip));
                last_pixel = b;
            }
        }
        let mut labels = Labels::new((self.left, self.right), 8.0);
        elections.sort_by(|a, b| (b.end_s - b.start_s).total_cmp(&(a.end_s - a.start_s)));
        for election in elections {
            let content = election.label();
            let middle = (self.x(election.start_s) + self.x(election.end_s)) / 2.0;
            if let Some(x) = labels.place(middle, svg::text_width(&content, SMALL)) {
                let (y, anchor, colour) = (base - 7.0, Anchor::Middle, Colour::INK_SOFT);
                svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: &content });
            }
        }
    }

    fn draw_lane(&self, svg: &mut Svg, lane: &Lane, top: f64, most: usize) {
        let middle = top + self.lane_height / 2.0;
        let bar = self.lane_height - 5.0;
        let column = (self.right - self.left) / most as f64;
        let segments = thin(&lane.segments, most, column, |s| self.x(s));
        for segment in segments {
            let (a, b) = (self.x(segment.start_s), self.x(segment.end_s));
            let tip = tip(&lane.node, &segment);
            let width = (b - a).max(1.0);
            match segment.role.swatch() {
                Swatch::Bar(colour, share) => {
                    let height = bar * share;
                    svg.rect(a, middle - height / 2.0, width, height, Paint::fill(colour), Some(&tip));
                }
                Swatch::Absent(colour) => {
                    svg.line((a, middle), (b, middle), Paint::stroke(colour, 1.2).dash(Dash::Dotted));
                    // Invisible, to be hovered over.
                    svg.rect(a, top, width, self.lane_height, Paint::fill(colour).opacity(0.0), Some(&tip));
                }
                Swatch::Line(_) | Swatch::Area(_) | Swatch::Point(_) => {
                    unreachable!("roles are bars or absent")
                }
            }
            if let (LaneRole::Leader, Some(term)) = (segment.role, segment.term) {
                self.draw_term(svg, term, (a, b), middle);
            }
        }
    }

    /// The term inside its bar: in words, as a number, or not at all, by its room.
    fn draw_term(&self, svg: &mut Svg, term: u64, (a, b): (f64, f64), middle: f64) {
        let texts = [format!("term {term}"), term.to_string()];
        let fits = |text: &&String| svg::text_width(text, SMALL) + 6.0 <= b - a;
        if let Some(content) = texts.iter().find(fits) {
            let (x, y, colour) = ((a + b) / 2.0, middle + 4.3, Colour::WHITE);
            svg.text(&Text { x, y, size: SMALL, anchor: Anchor::Middle, colour, bold: false, content });
        }
    }

    fn lane_name(&self, svg: &mut Svg, name: &str, middle: f64, colour: Colour) {
        let (x, y, anchor) = (self.left - 10.0, middle + 4.3, Anchor::End);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: name });
    }

    fn x(&self, at_s: f64) -> f64 {
        let (start, end) = self.time.ends();
        let at_s = if at_s.is_nan() { start } else { at_s.clamp(start, end) };
        self.left
            + self.time.place(at_s).expect("a time within the run has a place") * (self.right - self.left)
    }
}

fn tip(node: &str, segment: &LaneSegment) -> String {
    let term = segment.term.map_or(String::new(), |term| format!(", term {term}"));
    let (when, length) = (span(segment.start_s, segment.end_s), length(segment.end_s - segment.start_s));
    format!("{node}: {}{term}, {when} ({length})", segment.role.name())
}

/// The segments to draw. Neighbours that are equal become one. Of a lane with more than `most`, those that begin in the
/// same column of so many pixels become one too, and the most telling role of them stays: an instant of leadership must not
/// vanish between two years of following.
fn thin(segments: &[LaneSegment], most: usize, pixels: f64, x: impl Fn(f64) -> f64) -> Vec<LaneSegment> {
    let column = |s: &LaneSegment| (x(s.start_s) / pixels) as i64;
    let mut out: Vec<LaneSegment> = Vec::new();
    for segment in segments.iter().filter(|s| s.end_s > s.start_s) {
        match out.last_mut() {
            Some(last)
                if (last.role, last.term, last.end_s) == (segment.role, segment.term, segment.start_s) =>
            {
                last.end_s = segment.end_s;
            }
            Some(last) if segments.len() > most && column(last) == column(segment) => {
                if segment.role > last.role {
                    (last.role, last.term) = (segment.role, segment.term);
                }
                last.end_s = segment.end_s;
            }
            _ => out.push(*segment),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start_s: f64, end_s: f64, role: LaneRole) -> LaneSegment {
        LaneSegment { start_s, end_s, role, term: Some(3) }
    }

    #[test]
    fn a_short_leadership_survives_thinning() {
        let mut segments: Vec<LaneSegment> = (0..50_000)
            .map(|i| {
                let role = if i % 2 == 0 { LaneRole::Follower } else { LaneRole::Candidate };
                segment(f64::from(i), f64::from(i) + 1.0, role)
            })
            .collect();
        segments[30_001].role = LaneRole::Leader;
        let thinned = thin(&segments, 500, 786.0 / 500.0, |s| s / 50_000.0 * 786.0);
        assert!(thinned.len() <= 502, "{}", thinned.len());
        assert_eq!(thinned.iter().filter(|s| s.role == LaneRole::Leader).count(), 1);
        assert_eq!(thinned.last().map(|s| s.end_s), Some(50_000.0));
    }

    #[test]
    fn few_segments_are_left_alone() {
        let segments = [segment(0.0, 1.0, LaneRole::Follower), segment(1.0, 1.001, LaneRole::Leader)];
        assert_eq!(thin(&segments, 10, 78.6, |s| s), segments);
    }

    #[test]
    fn a_tooltip_says_it_all() {
        assert_eq!(
            tip("n3", &segment(12.301, 40.0, LaneRole::Leader)),
            "n3: leader, term 3, 12.301\u{2013}40 s (27.7 s)"
        );
    }
}
