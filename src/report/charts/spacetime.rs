//! Space-time diagrams (Lamport 1978): a line a node, time downwards, messages as arrows, and the causal past of what went
//! wrong in full colour.
//!
//! Time is an order here and no scale: every step has a row, so that a burst within a millisecond and a second without
//! anything can both be read. The moments stand at the left.

use serde::{Deserialize, Serialize};

use super::names;
use super::palette::{Colour, Dash, Marker};
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};
use super::width::Width;

/// What the diagram is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SpaceTimeInput {
    /// Of what: scenario, seed, and what went wrong when.
    pub subtitle: String,
    /// What was found, in words; may be empty.
    pub found: String,
    /// The nodes, from left to right.
    pub lines: Vec<SpaceTimeLine>,
    /// In the order in which they happened; each has a row.
    pub steps: Vec<SpaceTimeStep>,
    /// The messages.
    pub arrows: Vec<SpaceTimeArrow>,
    /// The step at which it went wrong.
    pub violation: usize,
    /// What is not shown, in words; empty if all is.
    pub left_out: String,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpaceTimeLine {
    /// Its name.
    pub name: String,
    /// Whether it is down above the first row.
    pub is_down: bool,
}

/// What happened on a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpaceTimeStep {
    /// Whose line.
    pub line: usize,
    /// When.
    pub at_ns: u64,
    /// How it is marked.
    pub mark: SpaceTimeMark,
    /// In a few words.
    pub label: String,
    /// In full.
    pub tip: String,
    /// Whether it could have had a part in what went wrong.
    pub is_past: bool,
    /// Whether it is what the step that went wrong contradicts.
    pub is_at_odds: bool,
    /// Whether it is of the moments of which messages are shown; before them only turns are.
    pub is_apart: bool,
}

/// How a step is marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpaceTimeMark {
    /// Nothing special.
    Plain,
    /// Something was committed.
    Commit,
    /// A leadership began or ended.
    Leadership,
    /// The node crashed or was paused.
    Down,
    /// It booted or went on.
    Up,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpaceTimeArrow {
    /// The step that sent it.
    pub from: usize,
    /// The line that it was sent to.
    pub to: usize,
    /// What became of it.
    pub end: SpaceTimeEnd,
    /// In full.
    pub tip: String,
    /// What it had to do with what went wrong.
    pub weight: SpaceTimeWeight,
}

/// What a message had to do with what went wrong, from least to most: the order in which they are drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpaceTimeWeight {
    /// It is not known to have any part.
    Other,
    /// It could have had no part, and brought what it is about.
    Concerned,
    /// It could have had a part.
    Causal,
}

impl SpaceTimeWeight {
    const ALL: [SpaceTimeWeight; 3] =
        [SpaceTimeWeight::Other, SpaceTimeWeight::Concerned, SpaceTimeWeight::Causal];

    fn name(self) -> &'static str {
        match self {
            SpaceTimeWeight::Other => "other",
            SpaceTimeWeight::Concerned => "same entry or operation",
            SpaceTimeWeight::Causal => "causal past",
        }
    }

    fn paint(self) -> Paint {
        match self {
            SpaceTimeWeight::Other => Paint::stroke(Colour::AXIS, 1.0).opacity(0.55),
            SpaceTimeWeight::Concerned => Paint::stroke(Colour::PURPLE, 1.4),
            SpaceTimeWeight::Causal => Paint::stroke(Colour::BLUE, 1.4),
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpaceTimeEnd {
    /// It arrived at this step.
    Arrives(usize),
    /// It was lost, or held back.
    Lost,
    /// It was still on the way.
    UnderWay,
}

/// Left of the first line: for the moments.
const LEFT: f64 = 108.0;
/// Right of the room of the last line, as a share of the width: its labels may go on there.
const RIGHT: f64 = 0.107;
/// Above the lines, and what each further line of the subtitle, of what was found and of the legend needs more.
const TOP: f64 = 130.0;
const FOUND: f64 = 15.0;
const LEGEND_ROW: f64 = 18.0;
/// The rows of the legend that [`TOP`] has room for.
const LEGEND_ROWS: usize = 2;
/// Where the legend begins.
const LEGEND_LEFT: f64 = 22.0;
/// Most lines of what was found.
const FOUND_MAX: usize = 3;
const ROW: f64 = 17.0;
/// Between what came before and the moments of which messages are shown.
const GAP: f64 = 16.0;
const LABEL: f64 = SMALL;
/// Between a step and the words beside it.
const BESIDE: f64 = 9.0;
/// Between the edge and what is written in the head and the foot.
const EDGE: f64 = 16.0;

/// The diagram as an SVG document.
pub fn space_time(input: &SpaceTimeInput, width: Width) -> String {
    let room = width.pixels() - 2.0 * EDGE;
    let [subtitle, found, left_out] =
        [&input.subtitle, &input.found, &input.left_out].map(|text| svg::wrap(text, SMALL, room, FOUND_MAX));
    let legend = legend(input, width);
    let lines = found.len() + subtitle.len().saturating_sub(1);
    let legend_more = legend.len().saturating_sub(LEGEND_ROWS) as f64 * LEGEND_ROW;
    let board = Board::new(input, width, TOP + FOUND * lines as f64 + legend_more);
    let foot = board.bottom() + 22.0;
    let height = foot + FOUND * left_out.len().saturating_sub(1) as f64 + 12.0;
    let title = "The last moments before the violation";
    let description = "One line for each node, time downwards, one row a step. Arrows are messages; one that ends with a \
                       cross was lost or held back. What could have had a part in the violation, by chains of messages and \
                       steps, is dark; the rest is pale. Rings mark the violation and what it contradicts.";
    let mut svg = Svg::new(width, height, title, description);
    heading(&mut svg, title, &[subtitle, found], &legend);
    board.arrows(&mut svg);
    board.shades(&mut svg);
    board.lines(&mut svg);
    board.steps(&mut svg);
    if input.steps.is_empty() {
        let at = (width.pixels() / 2.0, board.top);
        words(&mut svg, at, SMALL, Anchor::Middle, Colour::INK_SOFT, "no data");
    }
    for (line, content) in left_out.iter().enumerate() {
        let at = (EDGE, foot + FOUND * line as f64);
        words(&mut svg, at, SMALL, Anchor::Start, Colour::INK_SOFT, content);
    }
    svg.finish()
}

fn words(svg: &mut Svg, (x, y): (f64, f64), size: f64, anchor: Anchor, colour: Colour, content: &str) {
    svg.text(&Text { x, y, size, anchor, colour, bold: false, content });
}

fn heading(svg: &mut Svg, title: &str, words_above: &[Vec<String>; 2], legend: &[Vec<Sign>]) {
    let (anchor, colour) = (Anchor::Start, Colour::INK);
    svg.text(&Text { x: EDGE, y: 26.0, size: 16.0, anchor, colour, bold: true, content: title });
    let [subtitle, found] = words_above;
    let mut y = 44.0 - FOUND;
    for (lines, colour) in [(subtitle, Colour::INK_SOFT), (found, colour)] {
        for line in lines {
            y += FOUND;
            words(svg, (EDGE, y), SMALL, anchor, colour, line);
        }
    }
    // As if there were one, if there is no subtitle.
    y = y.max(44.0) + 18.0;
    for row in legend {
        let mut x = LEGEND_LEFT;
        for sign in row {
            sign.draw(svg, (x, y));
            x += sign.width();
        }
        y += LEGEND_ROW;
    }
}

/// An entry of the legend.
enum Sign {
    Mark(SpaceTimeMark, &'static str),
    Ring(Colour, &'static str),
    Arrow(SpaceTimeWeight),
    Lost,
}

impl Sign {
    /// What stands behind it, and how far behind.
    fn word(&self) -> (&'static str, f64) {
        match self {
            Sign::Mark(_, word) => (word, 10.0),
            Sign::Ring(_, word) => (word, 12.0),
            Sign::Arrow(weight) => (weight.name(), 23.0),
            Sign::Lost => ("lost", 9.0),
        }
    }

    /// With the room to the next.
    fn width(&self) -> f64 {
        let (word, behind) = self.word();
        behind + 13.0 + svg::text_width(word, SMALL)
    }

    fn draw(&self, svg: &mut Svg, (x, y): (f64, f64)) {
        match self {
            Sign::Mark(mark, _) => draw_mark(svg, *mark, (x, y), 1.0),
            Sign::Ring(colour, _) => ring(svg, (x, y), *colour),
            Sign::Arrow(weight) => {
                svg.line((x - 4.0, y), (x + 14.0, y), weight.paint());
                head(svg, (x - 4.0, y), (x + 18.0, y), weight.paint());
            }
            Sign::Lost => cross(svg, (x, y), SpaceTimeWeight::Causal.paint()),
        }
        let (word, behind) = self.word();
        words(svg, (x + behind, y + 4.0), SMALL, Anchor::Start, Colour::INK, word);
    }
}

/// The rows of the legend: marks of steps, then rings and arrows; each in as many rows as it needs.
fn legend(input: &SpaceTimeInput, width: Width) -> Vec<Vec<Sign>> {
    let marks = [
        (SpaceTimeMark::Leadership, "leadership"),
        (SpaceTimeMark::Commit, "commit"),
        (SpaceTimeMark::Down, "crash, pause"),
        (SpaceTimeMark::Up, "boot, resume"),
    ];
    let marks: Vec<Sign> = marks.into_iter().map(|(mark, word)| Sign::Mark(mark, word)).collect();
    let mut others = vec![Sign::Ring(Colour::VERMILLION, "violation")];
    if input.steps.iter().any(|step| step.is_at_odds) {
        others.push(Sign::Ring(Colour::PURPLE, "what it contradicts"));
    }
    let is_drawn = |weight: &SpaceTimeWeight| {
        *weight != SpaceTimeWeight::Concerned || input.arrows.iter().any(|arrow| arrow.weight == *weight)
    };
    others.extend(SpaceTimeWeight::ALL.into_iter().rev().filter(is_drawn).map(Sign::Arrow));
    others.push(Sign::Lost);
    let mut rows = Vec::new();
    for group in [marks, others] {
        let mut x = f64::INFINITY;
        for sign in group {
            if x + sign.width() > width.pixels() {
                rows.push(Vec::new());
                x = LEGEND_LEFT;
            }
            x += sign.width();
            rows.last_mut().expect("the first sign of a group begins a row").push(sign);
        }
    }
    rows
}

/// Where everything lies.
struct Board<'a> {
    input: &'a SpaceTimeInput,
    width: f64,
    /// Where the lines begin.
    top: f64,
    /// The rows, in pixels from the top.
    rows: Vec<f64>,
}

impl<'a> Board<'a> {
    fn new(input: &'a SpaceTimeInput, width: Width, top: f64) -> Board<'a> {
        let (mut y, mut rows) = (top, Vec::new());
        for (index, step) in input.steps.iter().enumerate() {
            if index > 0 && step.is_apart && !input.steps[index - 1].is_apart {
                y += GAP;
            }
            y += ROW;
            rows.push(y);
        }
        Board { input, width: width.pixels(), top, rows }
    }

    fn bottom(&self) -> f64 {
        self.rows.last().copied().unwrap_or(self.top) + ROW
    }

    /// How wide the room of a line is.
    fn room(&self) -> f64 {
        (self.width * (1.0 - RIGHT) - LEFT) / self.input.lines.len().max(1) as f64
    }

    fn x(&self, line: usize) -> f64 {
        LEFT + self.room() * (line as f64 + 0.22)
    }

    fn place(&self, step: usize) -> (f64, f64) {
        (self.x(self.input.steps[step].line), self.rows[step])
    }

    /// The lines of the nodes, dotted while a node is down, and the moments of the rows.
    fn lines(&self, svg: &mut Svg) {
        let names = self.input.lines.iter().map(|node| node.name.as_str());
        let names = names::fit_all(names, SMALL * svg::BOLD, self.room() * 0.94);
        for ((line, node), content) in self.input.lines.iter().enumerate().zip(names) {
            let x = self.x(line);
            let (x_name, y, anchor, colour) = (x - 6.0, self.top - 12.0, Anchor::Start, Colour::INK);
            svg.text(&Text { x: x_name, y, size: SMALL, anchor, colour, bold: true, content: &content });
            let (mut from, mut is_down) = (self.top - 4.0, node.is_down);
            let own = self.input.steps.iter().zip(&self.rows).filter(|(step, _)| step.line == line);
            for (step, y) in own {
                let turns = match step.mark {
                    SpaceTimeMark::Down => !is_down,
                    SpaceTimeMark::Up => is_down,
                    SpaceTimeMark::Plain | SpaceTimeMark::Commit | SpaceTimeMark::Leadership => false,
                };
                if turns {
                    stretch(svg, x, (from, *y), is_down);
                    (from, is_down) = (*y, !is_down);
                }
            }
            stretch(svg, x, (from, self.bottom() - 6.0), is_down);
        }
        let mut told = None;
        for (step, y) in self.input.steps.iter().zip(&self.rows) {
            let content = svg::fit(&moment(step.at_ns), LABEL, LEFT - 18.0);
            if told.as_ref() != Some(&content) {
                words(svg, (LEFT - 14.0, y + 3.5), LABEL, Anchor::End, Colour::INK_SOFT, &content);
                told = Some(content);
            }
        }
    }

    fn arrows(&self, svg: &mut Svg) {
        // What had a part is drawn last, over the rest.
        for weight in SpaceTimeWeight::ALL {
            for arrow in self.input.arrows.iter().filter(|arrow| arrow.weight == weight) {
                let paint = weight.paint();
                let from = self.place(arrow.from);
                svg.open_group(&arrow.tip);
                match arrow.end {
                    SpaceTimeEnd::Arrives(step) => {
                        let to = self.place(step);
                        let end = short_of(from, to, 5.0);
                        svg.line(from, end, paint);
                        head(svg, from, end, paint);
                    }
                    SpaceTimeEnd::Lost => {
                        let to = (self.x(arrow.to), from.1 + 2.0 * ROW);
                        let end = between(from, to, 0.45);
                        svg.line(from, end, paint);
                        cross(svg, end, paint);
                    }
                    SpaceTimeEnd::UnderWay => {
                        let to = (self.x(arrow.to), self.bottom());
                        let end = between(from, to, 0.6);
                        svg.line(from, end, paint.dash(Dash::Dotted));
                    }
                }
                svg.close_group();
            }
        }
    }

    /// The words beside a step: where they begin, and what they are. No other step has its row, so that they may go on over the
    /// lines to their right; to its left where that leaves more room.
    fn label(&self, step: usize) -> (f64, String) {
        let size = if step == self.input.violation { LABEL * svg::BOLD } else { LABEL };
        let (label, (x, _)) = (&self.input.steps[step].label, self.place(step));
        let (left, right) = (x - BESIDE - LEFT, self.width - EDGE - x - BESIDE);
        let width = svg::text_width(label, size);
        if width <= right || right >= left {
            return (x + BESIDE, svg::fit(label, size, right));
        }
        let label = svg::fit(label, size, left);
        (x - BESIDE - svg::text_width(&label, size), label)
    }

    /// Behind the words, above the rows, so that arrows begin and end below the words, and are pale where they cross them.
    fn shades(&self, svg: &mut Svg) {
        for (step, y) in self.rows.iter().enumerate() {
            let (x, label) = self.label(step);
            let width = svg::text_width(&label, LABEL) * 0.92;
            svg.rect(x - 1.0, y - 11.0, width, 11.0, Paint::fill(Colour::WHITE).opacity(0.7), None);
        }
    }

    fn steps(&self, svg: &mut Svg) {
        for (index, (step, y)) in self.input.steps.iter().zip(&self.rows).enumerate() {
            let at = (self.x(step.line), *y);
            svg.open_group(&step.tip);
            let is_violation = index == self.input.violation;
            let (x, label) = self.label(index);
            draw_mark(svg, step.mark, at, if step.is_past || step.is_at_odds { 1.0 } else { 0.4 });
            if is_violation {
                ring(svg, at, Colour::VERMILLION);
            } else if step.is_at_odds {
                ring(svg, at, Colour::PURPLE);
            }
            let is_plain = step.mark == SpaceTimeMark::Plain && !is_violation && !step.is_at_odds;
            let colour = match (step.is_past || step.is_at_odds, is_plain) {
                (true, false) => Colour::INK,
                (true, true) => Colour::INK_SOFT,
                (false, _) => Colour::AXIS,
            };
            let (y, bold) = (y - 2.0, is_violation);
            svg.text(&Text { x, y, size: LABEL, anchor: Anchor::Start, colour, bold, content: &label });
            svg.close_group();
        }
    }
}

fn stretch(svg: &mut Svg, x: f64, (from, to): (f64, f64), is_down: bool) {
    let paint = match is_down {
        true => Paint::stroke(Colour::AXIS, 1.2).dash(Dash::Dotted),
        false => Paint::stroke(Colour::AXIS, 1.6),
    };
    svg.line((x, from), (x, to), paint);
}

fn draw_mark(svg: &mut Svg, mark: SpaceTimeMark, at: (f64, f64), opacity: f64) {
    let outline = |marker: Marker, radius| {
        marker.outline(radius).into_iter().map(move |(dx, dy)| (at.0 + dx, at.1 + dy))
    };
    match mark {
        SpaceTimeMark::Plain => svg.circle(at, 2.4, Paint::fill(Colour::INK).opacity(opacity)),
        SpaceTimeMark::Commit => {
            svg.path(outline(Marker::Diamond, 4.2), true, Paint::fill(Colour::GREEN).opacity(opacity));
        }
        SpaceTimeMark::Leadership => svg.circle(at, 5.0, Paint::fill(Colour::ORANGE).opacity(opacity)),
        SpaceTimeMark::Down => cross(svg, at, Paint::stroke(Colour::VERMILLION, 2.2).opacity(opacity)),
        SpaceTimeMark::Up => {
            svg.circle(at, 4.2, Paint::fill(Colour::WHITE));
            svg.circle(at, 4.2, Paint::stroke(Colour::INK, 1.4).opacity(opacity));
        }
    }
}

fn ring(svg: &mut Svg, at: (f64, f64), colour: Colour) {
    svg.circle(at, 7.6, Paint::stroke(colour, 2.2));
}

fn cross(svg: &mut Svg, (x, y): (f64, f64), paint: Paint) {
    let arm = 4.0;
    svg.line((x - arm, y - arm), (x + arm, y + arm), paint);
    svg.line((x - arm, y + arm), (x + arm, y - arm), paint);
}

/// The head of an arrow that ends at `to`.
fn head(svg: &mut Svg, from: (f64, f64), to: (f64, f64), paint: Paint) {
    let (length, half) = (7.0, 2.8);
    let (dx, dy) = unit(from, to);
    let base = (to.0 - dx * length, to.1 - dy * length);
    let corners = [to, (base.0 - dy * half, base.1 + dx * half), (base.0 + dy * half, base.1 - dx * half)];
    let colour = paint.stroke.map_or(Colour::INK, |(colour, _)| colour);
    svg.path(corners.into_iter(), true, Paint::fill(colour).opacity(paint.opacity));
}

fn between(from: (f64, f64), to: (f64, f64), share: f64) -> (f64, f64) {
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

/// The point so many pixels before the end.
fn short_of(from: (f64, f64), to: (f64, f64), pixels: f64) -> (f64, f64) {
    let (dx, dy) = unit(from, to);
    (to.0 - dx * pixels, to.1 - dy * pixels)
}

/// The direction from one point to another. Square roots are exact on every machine.
fn unit(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt();
    if length > 0.0 { (dx / length, dy / length) } else { (0.0, 1.0) }
}

/// `14.2731 s`: seconds with their tenths of milliseconds.
fn moment(at_ns: u64) -> String {
    let tenths = at_ns / 100_000;
    format!("{}.{:04} s", tenths / 10_000, tenths % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space_time(input: &SpaceTimeInput) -> String {
        super::space_time(input, Width::FULL)
    }

    fn step(line: usize, at_ns: u64, mark: SpaceTimeMark) -> SpaceTimeStep {
        let (label, tip) = ("votes <yes>".to_owned(), "all of it".to_owned());
        SpaceTimeStep { line, at_ns, mark, label, tip, is_past: true, is_at_odds: false, is_apart: true }
    }

    fn input() -> SpaceTimeInput {
        let line = |name: &str| SpaceTimeLine { name: name.to_owned(), is_down: false };
        let marks = [SpaceTimeMark::Plain, SpaceTimeMark::Down, SpaceTimeMark::Up, SpaceTimeMark::Leadership];
        let (tip, weight) = ("vote from a to b", SpaceTimeWeight::Causal);
        let arrow = |from, to, end| SpaceTimeArrow { from, to, end, tip: tip.to_owned(), weight };
        SpaceTimeInput {
            subtitle: "test".to_owned(),
            found: String::new(),
            lines: vec![line("a"), line("b")],
            steps: marks
                .iter()
                .enumerate()
                .map(|(at, mark)| step(at % 2, at as u64 * 100_000, *mark))
                .collect(),
            arrows: vec![
                arrow(0, 1, SpaceTimeEnd::Arrives(3)),
                arrow(0, 1, SpaceTimeEnd::Lost),
                arrow(1, 0, SpaceTimeEnd::UnderWay),
            ],
            violation: 3,
            left_out: "2 other messages".to_owned(),
        }
    }

    #[test]
    fn names_are_escaped_and_a_node_that_is_down_has_a_dotted_line() {
        let svg = space_time(&input());
        assert!(svg.contains("votes &lt;yes&gt;") && !svg.contains("<yes>"));
        let dotted = svg.lines().filter(|line| line.contains("stroke-dasharray=\"2 3\"")).count();
        assert_eq!(dotted, 2, "b while it is down, and the message under way");
        assert!(svg.contains("2 other messages"));
    }

    /// The rows of a group that has this tip.
    fn group<'a>(svg: &'a str, tip: &str) -> &'a str {
        let from = svg.find(&format!("<title>{tip}</title>")).expect("it is drawn");
        &svg[from..from + svg[from..].find("</g>").expect("it ends")]
    }

    #[test]
    fn what_the_violation_contradicts_is_ringed_and_dark_though_it_had_no_part_in_it() {
        let mut input = input();
        (input.steps[0].is_past, input.steps[0].tip) = (false, "the other".to_owned());
        let pale = space_time(&input);
        input.steps[0].is_at_odds = true;
        let ringed = space_time(&input);
        let (pale, ringed) = (group(&pale, "the other"), group(&ringed, "the other"));
        assert!(pale.contains("opacity=\"0.40\"") && !pale.contains("stroke"), "{pale}");
        assert!(!ringed.contains("opacity=\"0.40\"") && ringed.contains("stroke=\"#cc79a7\""), "{ringed}");
    }

    #[test]
    fn labels_are_whole_though_many_nodes_leave_each_little_room() {
        let mut input = input();
        input.lines = (0..9).map(|_| input.lines[0].clone()).collect();
        for step in &mut input.steps {
            (step.line, step.label) = (3, "append-entries, term 12".to_owned());
        }
        assert_eq!(space_time(&input).matches(">append-entries, term 12<").count(), 4);
        input.steps[0].line = 8;
        assert_eq!(space_time(&input).matches(">append-entries, term 12<").count(), 4, "of the last, too");
    }

    #[test]
    fn what_was_found_is_told_in_as_many_lines_as_it_needs() {
        let lines = svg::wrap("one two three", SMALL, svg::text_width("one two", SMALL), 3);
        assert_eq!(lines, ["one two", "three"]);
        let cut = svg::wrap(&"word ".repeat(40), SMALL, svg::text_width("word word", SMALL), 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('\u{2026}'), "{cut:?}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let empty = SpaceTimeInput { lines: Vec::new(), steps: Vec::new(), arrows: Vec::new(), ..input() };
        assert!(space_time(&empty).ends_with("</svg>\n"));
    }
}
