//! Space-time diagrams (Lamport 1978): a line a node, time downwards, messages as arrows, and the causal past of what went
//! wrong in full colour.
//!
//! Time is an order here and no scale: every step has a row, so that a burst within a millisecond and a second without
//! anything can both be read. The moments stand at the left.

use super::palette::{Colour, Dash, Marker};
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};

/// What the diagram is drawn from.
#[derive(Clone, PartialEq, Debug)]
pub struct SpaceTimeInput {
    /// Of what: scenario, seed, and what went wrong.
    pub subtitle: String,
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpaceTimeLine {
    /// Its name.
    pub name: String,
    /// Whether it is down above the first row.
    pub is_down: bool,
}

/// What happened on a node.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// Whether it is of the moments of which messages are shown; before them only turns are.
    pub is_apart: bool,
}

/// How a step is marked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpaceTimeArrow {
    /// The step that sent it.
    pub from: usize,
    /// The line that it was sent to.
    pub to: usize,
    /// What became of it.
    pub end: SpaceTimeEnd,
    /// In full.
    pub tip: String,
    /// Whether it could have had a part in what went wrong.
    pub is_causal: bool,
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpaceTimeEnd {
    /// It arrived at this step.
    Arrives(usize),
    /// It was lost, or held back.
    Lost,
    /// It was still on the way.
    UnderWay,
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 108.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 112.0;
const ROW: f64 = 17.0;
/// Between what came before and the moments of which messages are shown.
const GAP: f64 = 16.0;
const LABEL: f64 = 11.0;

/// The diagram as an SVG document.
pub fn space_time(input: &SpaceTimeInput) -> String {
    let board = Board::new(input);
    let height = board.bottom() + 34.0;
    let title = "The last moments before the violation";
    let description = "One line for each node, time downwards, one row a step. Arrows are messages; one that ends with a \
                       cross was lost or held back. What could have had a part in the violation, by chains of messages and \
                       steps, is dark; the rest is pale.";
    let mut svg = Svg::new(WIDTH, height, title, description);
    heading(&mut svg, input, title);
    board.lines(&mut svg);
    board.arrows(&mut svg);
    board.steps(&mut svg);
    if input.steps.is_empty() {
        let at = (WIDTH / 2.0, TOP);
        words(&mut svg, at, SMALL, Anchor::Middle, Colour::INK_SOFT, "no data");
    }
    if !input.left_out.is_empty() {
        let content = svg::fit(&input.left_out, SMALL, WIDTH - 80.0);
        words(&mut svg, (16.0, height - 12.0), SMALL, Anchor::Start, Colour::INK_SOFT, &content);
    }
    svg.finish()
}

fn words(svg: &mut Svg, (x, y): (f64, f64), size: f64, anchor: Anchor, colour: Colour, content: &str) {
    svg.text(&Text { x, y, size, anchor, colour, bold: false, content });
}

fn heading(svg: &mut Svg, input: &SpaceTimeInput, title: &str) {
    svg.text(&Text {
        x: 16.0,
        y: 26.0,
        size: 16.0,
        anchor: Anchor::Start,
        colour: Colour::INK,
        bold: true,
        content: title,
    });
    let subtitle = svg::fit(&input.subtitle, SMALL, WIDTH - 80.0);
    words(svg, (16.0, 44.0), SMALL, Anchor::Start, Colour::INK_SOFT, &subtitle);
    let mut x = 22.0;
    let legend = [
        (Some(SpaceTimeMark::Leadership), "leadership"),
        (Some(SpaceTimeMark::Commit), "commit"),
        (Some(SpaceTimeMark::Down), "crash, pause"),
        (Some(SpaceTimeMark::Up), "boot, resume"),
        (None, "violation"),
    ];
    for (mark, name) in legend {
        match mark {
            Some(mark) => draw_mark(svg, mark, (x, 62.0), 1.0),
            None => ring(svg, (x, 62.0)),
        }
        words(svg, (x + 12.0, 66.0), SMALL, Anchor::Start, Colour::INK, name);
        x += 27.0 + svg::text_width(name, SMALL);
    }
    for (is_causal, name) in [(true, "causal past"), (false, "other")] {
        let paint = arrow_paint(is_causal);
        svg.line((x - 4.0, 62.0), (x + 16.0, 62.0), paint);
        head(svg, (x - 4.0, 62.0), (x + 20.0, 62.0), paint);
        words(svg, (x + 26.0, 66.0), SMALL, Anchor::Start, Colour::INK, name);
        x += 42.0 + svg::text_width(name, SMALL);
    }
    cross(svg, (x, 62.0), arrow_paint(true));
    words(svg, (x + 10.0, 66.0), SMALL, Anchor::Start, Colour::INK, "lost");
}

/// Where everything lies.
struct Board<'a> {
    input: &'a SpaceTimeInput,
    /// The rows, in pixels from the top.
    rows: Vec<f64>,
}

impl<'a> Board<'a> {
    fn new(input: &'a SpaceTimeInput) -> Board<'a> {
        let (mut y, mut rows) = (TOP, Vec::new());
        for (index, step) in input.steps.iter().enumerate() {
            if index > 0 && step.is_apart && !input.steps[index - 1].is_apart {
                y += GAP;
            }
            y += ROW;
            rows.push(y);
        }
        Board { input, rows }
    }

    fn bottom(&self) -> f64 {
        self.rows.last().copied().unwrap_or(TOP) + ROW
    }

    /// How wide the room of a line is.
    fn width(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / self.input.lines.len().max(1) as f64
    }

    fn x(&self, line: usize) -> f64 {
        LEFT + self.width() * (line as f64 + 0.22)
    }

    fn place(&self, step: usize) -> (f64, f64) {
        (self.x(self.input.steps[step].line), self.rows[step])
    }

    /// The lines of the nodes, dotted while a node is down, and the moments of the rows.
    fn lines(&self, svg: &mut Svg) {
        for (line, node) in self.input.lines.iter().enumerate() {
            let x = self.x(line);
            let content = svg::fit_name(&node.name, SMALL * svg::BOLD, self.width() * 0.78);
            let (x_name, y, anchor, colour) = (x - 6.0, TOP - 12.0, Anchor::Start, Colour::INK);
            svg.text(&Text { x: x_name, y, size: SMALL, anchor, colour, bold: true, content: &content });
            let (mut from, mut is_down) = (TOP - 4.0, node.is_down);
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
        for is_causal in [false, true] {
            for arrow in self.input.arrows.iter().filter(|arrow| arrow.is_causal == is_causal) {
                let paint = arrow_paint(is_causal);
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

    fn steps(&self, svg: &mut Svg) {
        let room = self.width() * 0.78 - 4.0;
        for (index, (step, y)) in self.input.steps.iter().zip(&self.rows).enumerate() {
            let at = (self.x(step.line), *y);
            svg.open_group(&step.tip);
            let is_violation = index == self.input.violation;
            let size = if is_violation { LABEL * svg::BOLD } else { LABEL };
            let label = svg::fit(&step.label, size, room - 10.0);
            let width = svg::text_width(&label, LABEL);
            // Above the row, so that arrows begin and end below the words, and pale where they cross them.
            svg.rect(at.0 + 8.0, y - 11.0, width * 0.92, 11.0, Paint::fill(Colour::WHITE).opacity(0.7), None);
            draw_mark(svg, step.mark, at, if step.is_past { 1.0 } else { 0.4 });
            if is_violation {
                ring(svg, at);
            }
            let is_plain = step.mark == SpaceTimeMark::Plain && !is_violation;
            let colour = match (step.is_past, is_plain) {
                (true, false) => Colour::INK,
                (true, true) => Colour::INK_SOFT,
                (false, _) => Colour::AXIS,
            };
            let (x, y, bold) = (at.0 + 9.0, y - 2.0, is_violation);
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

fn arrow_paint(is_causal: bool) -> Paint {
    match is_causal {
        true => Paint::stroke(Colour::BLUE, 1.4),
        false => Paint::stroke(Colour::AXIS, 1.0).opacity(0.55),
    }
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

fn ring(svg: &mut Svg, at: (f64, f64)) {
    svg.circle(at, 7.6, Paint::stroke(Colour::VERMILLION, 2.2));
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

/// `14.273 1 s`: seconds with a tenth of a millisecond.
fn moment(at_ns: u64) -> String {
    let tenths = at_ns / 100_000;
    format!("{}.{:04} s", tenths / 10_000, tenths % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(line: usize, at_ns: u64, mark: SpaceTimeMark) -> SpaceTimeStep {
        let (label, tip) = ("votes <yes>".to_owned(), "all of it".to_owned());
        SpaceTimeStep { line, at_ns, mark, label, tip, is_past: true, is_apart: true }
    }

    fn input() -> SpaceTimeInput {
        let line = |name: &str| SpaceTimeLine { name: name.to_owned(), is_down: false };
        let marks = [SpaceTimeMark::Plain, SpaceTimeMark::Down, SpaceTimeMark::Up, SpaceTimeMark::Leadership];
        let arrow = |from, to, end| SpaceTimeArrow {
            from,
            to,
            end,
            tip: "vote from a to b".to_owned(),
            is_causal: true,
        };
        SpaceTimeInput {
            subtitle: "test".to_owned(),
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

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let empty = SpaceTimeInput { lines: Vec::new(), steps: Vec::new(), arrows: Vec::new(), ..input() };
        assert!(space_time(&empty).ends_with("</svg>\n"));
    }
}
