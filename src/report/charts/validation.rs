//! Simulated figures beside published ones: of each row their ratio with its interval, and how far from one it may be.
//!
//! Ratios put figures of all units on one axis. Few rows may reach far further than all others: the axis is as wide as most of them
//! need, and what lies beyond it ends in a chevron at its edge, or a point of its band. The figures stand at the right of each row whatever
//! the axis shows; a narrow chart has no room for them, and has them in its tooltips only.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Direction, Ruler};
use super::bands::BandLayout;
use super::comparison::Interval;
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::names;
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink, Marker};
use super::svg::{self, Anchor, BOLD, Paint, SMALL, Svg, Text};
use super::whisker::{self, CAP, Edges, Lies};
use super::width::Width;

/// What a row came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValidationOutcome {
    /// Nothing else was simulated than what is published.
    Exact,
    /// The figures agree.
    Held,
    /// The interval is too wide to say.
    Inconclusive,
    /// The figures differ.
    Violated,
    /// It was not simulated.
    NotRun,
}

/// A published figure, and what is simulated.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ValidationRow {
    /// Its name.
    pub name: String,
    /// The published figure with its unit, and `<=` or the like before a bound.
    pub published: String,
    /// The simulated one.
    pub simulated: String,
    /// Simulated over published; `None` where nought is published and something else is simulated, and where nothing is.
    pub ratio: Option<Interval>,
    /// The least and the greatest ratio that agree; an end that a bound does not have is `None`. No such pair where there is no ratio.
    pub agrees: Option<(Option<f64>, Option<f64>)>,
    /// What it came to.
    pub outcome: ValidationOutcome,
    /// Shown on hovering: figures, interval, tolerance, source.
    pub tip: String,
}

/// Rows that are held against the same thing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ValidationGroup {
    /// What they are held against.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<ValidationRow>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ValidationInput {
    /// What the rows are about.
    pub title: String,
    /// How many rows, of which confidence.
    pub subtitle: String,
    /// From top to bottom.
    pub groups: Vec<ValidationGroup>,
}

const ROW: f64 = 19.0;
/// What a group's title takes.
const TITLE: f64 = 25.0;
/// What the heads of the columns take.
const HEADS: f64 = 18.0;
/// Where names begin.
const NAMES: f64 = 16.0;
/// How much room each of the columns of figures has, and what is between two columns.
const PUBLISHED: f64 = 126.0;
const SIMULATED: f64 = 116.0;
const BETWEEN: f64 = 10.0;
/// How high the band of a tolerance is.
const BAND: f64 = 14.0;
/// How far from one an axis may reach.
const REACHES: [f64; 7] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
/// Of so many rows all but one are to fit.
const FIT_OF: usize = 6;

/// Where names, ratios and figures lie.
struct Columns {
    /// How much room names have.
    names: f64,
    /// From where to where ratios are.
    ratios: (f64, f64),
    /// Where the columns of figures end, at the right of their texts: published, simulated; none where there is no room for them.
    figures: Option<[f64; 2]>,
    /// Where rows end.
    right: f64,
}

impl Columns {
    fn new(width: Width) -> Columns {
        let right = width.pixels() - NAMES;
        if width.is_narrow() {
            let names = (0.4 * width.pixels()).round();
            let ratios = (NAMES + names + BETWEEN, width.right());
            return Columns { names, ratios, figures: None, right };
        }
        let names = (0.331 * width.pixels()).round();
        let figures = [right - SIMULATED - BETWEEN, right];
        let ratios = (NAMES + names + BETWEEN + 4.0, figures[0] - PUBLISHED - BETWEEN);
        Columns { names, ratios, figures: Some(figures), right }
    }
}

/// The chart as an SVG document.
pub fn validation(input: &ValidationInput, width: Width) -> String {
    let columns = Columns::new(width);
    let (left, right) = columns.ratios;
    let rows = || input.groups.iter().flat_map(|group| &group.rows);
    let reach = reach(rows());
    let axis = Axis {
        range: Some((1.0 - reach, 1.0 + reach)),
        ..Axis::linear("simulated / published", Quantity::Number)
    };
    let ratios = Ruler::new(&axis, std::iter::empty(), right - left, Direction::Across);
    let mut outcomes: Vec<ValidationOutcome> = rows().map(|row| row.outcome).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    let band = LegendEntry { name: "tolerance".to_owned(), swatch: Swatch::Bar(Colour::GRID, 0.9) };
    let band = Some(band).filter(|_| rows().any(|row| row.agrees.is_some()));
    let heading = Heading {
        title: &input.title,
        subtitle: &input.subtitle,
        description: "For each published figure the ratio of the simulated one to it, with its interval, and the ratios within the tolerance as a \
                      shaded band. A chevron, or the point of a band, at an edge: it goes on beyond.",
        y_label: "",
        legend: outcomes.iter().filter_map(|outcome| legend(*outcome)).chain(band).collect(),
    };
    let groups: f64 = input.groups.iter().map(|group| TITLE + group.rows.len() as f64 * ROW).sum();
    let frame = Frame::new(&heading, width, HEADS + groups.max(2.0 * ROW), BandLayout::none(left, right));
    let mut svg = frame.begin(&heading);
    let up = (frame.top + HEADS, frame.bottom);
    draw_axis(&mut svg, &ratios, &axis.label, columns.ratios, up);
    for (content, x) in ["published", "simulated"].into_iter().zip(columns.figures.into_iter().flatten()) {
        let (y, anchor, colour) = (frame.top + 12.0, Anchor::End, Colour::INK_SOFT);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content });
    }
    if rows().next().is_none() {
        let (x, y) = ((left + right) / 2.0, up.0 + ROW);
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content: "no data" });
    }
    // Names of rows that are violated are bold.
    let is_bold = rows().any(|row| row.outcome == ValidationOutcome::Violated);
    let room = columns.names / if is_bold { BOLD } else { 1.0 };
    let mut names = names::fit_all(rows().map(|row| row.name.as_str()), SMALL, room).into_iter();
    let mut top = up.0;
    for group in &input.groups {
        let content = svg::fit(&group.title, SMALL, (columns.right - NAMES) / BOLD);
        let (x, y, anchor) = (NAMES, top + 17.0, Anchor::Start);
        // The grid would cross the letters.
        let width = BOLD * svg::text_width(&content, SMALL);
        svg.rect(x, top + 4.0, width, 17.0, Paint::fill(Colour::WHITE), None);
        svg.text(&Text { x, y, size: SMALL, anchor, colour: Colour::INK, bold: true, content: &content });
        top += TITLE;
        for (row, name) in group.rows.iter().zip(&mut names) {
            draw_row(&mut svg, (row, &name), top + ROW / 2.0, (&ratios, &columns));
            top += ROW;
        }
    }
    svg.finish()
}

/// How far from one the axis reaches: as far as all but a few rows do, of which a chevron shows that they go on.
fn reach<'a>(rows: impl Iterator<Item = &'a ValidationRow>) -> f64 {
    let of_row = |row: &ValidationRow| {
        let ends = row.ratio.into_iter().flat_map(|ratio| [ratio.low, ratio.value, ratio.high]);
        let all = ends.chain(row.agrees.into_iter().flat_map(|(low, high)| [low, high]).flatten());
        let far = all.map(|ratio| (ratio - 1.0).abs()).filter(|far| far.is_finite());
        far.fold(0.0, f64::max)
    };
    let mut reaches: Vec<f64> = rows.map(of_row).collect();
    reaches.sort_unstable_by(f64::total_cmp);
    let most = reaches.len().checked_sub(1 + reaches.len() / FIT_OF).map_or(0.0, |place| reaches[place]);
    // A row that reaches as far as the axis has its ends on its edges.
    let wide = REACHES.into_iter().find(|reach| 1.05 * most <= *reach);
    wide.unwrap_or(REACHES[REACHES.len() - 1])
}

fn ink(outcome: ValidationOutcome) -> Ink {
    let (colour, marker) = match outcome {
        ValidationOutcome::Exact => (Colour::BLUE, Marker::Square),
        ValidationOutcome::Held => (Colour::BLUE, Marker::Circle),
        ValidationOutcome::Inconclusive => (Colour::INK_SOFT, Marker::Circle),
        ValidationOutcome::Violated => (Colour::VERMILLION, Marker::Diamond),
        ValidationOutcome::NotRun => (Colour::INK_SOFT, Marker::Triangle),
    };
    Ink { colour, dash: Dash::Solid, marker }
}

fn legend(outcome: ValidationOutcome) -> Option<LegendEntry> {
    let name = match outcome {
        ValidationOutcome::Exact => "exactly as published",
        ValidationOutcome::Held => "held",
        ValidationOutcome::Inconclusive => "inconclusive (hollow)",
        ValidationOutcome::Violated => "violated",
        ValidationOutcome::NotRun => return None,
    };
    Some(LegendEntry { name: name.to_owned(), swatch: Swatch::Point(ink(outcome)) })
}

fn draw_row(
    svg: &mut Svg,
    (row, name): (&ValidationRow, &str),
    y: f64,
    (ratios, columns): (&Ruler, &Columns),
) {
    let (left, right) = columns.ratios;
    let place = |ratio: f64| ratios.place(ratio).map(|place| left + place * (right - left));
    let is_violated = row.outcome == ValidationOutcome::Violated;
    let (is_run, ink) = (row.outcome != ValidationOutcome::NotRun, ink(row.outcome));
    svg.open_group(&row.tip);
    svg.line((NAMES, y + ROW / 2.0), (columns.right, y + ROW / 2.0), Paint::stroke(Colour::GRID_MINOR, 1.0));
    let colour = if is_violated {
        ink.colour
    } else if is_run {
        Colour::INK
    } else {
        Colour::INK_SOFT
    };
    let weight = if is_violated { BOLD } else { 1.0 };
    let mut text = |content: &str, x: f64, anchor: Anchor, colour: Colour, bold: bool| {
        svg.text(&Text { x, y: y + 4.0, size: SMALL, anchor, colour, bold, content });
    };
    text(name, NAMES, Anchor::Start, colour, is_violated);
    if let Some([published, simulated]) = columns.figures {
        text(&svg::fit(&row.published, SMALL, PUBLISHED), published, Anchor::End, Colour::INK_SOFT, false);
        let content = svg::fit(&row.simulated, SMALL, SIMULATED / weight);
        text(&content, simulated, Anchor::End, colour, is_violated);
    }
    if let Some(agrees) = row.agrees {
        draw_band(svg, agrees, y, Edges { ruler: ratios, low: left, high: right });
    }
    if let Some(one) = place(1.0) {
        svg.line((one, y - ROW / 2.0), (one, y + ROW / 2.0), Paint::stroke(Colour::INK_SOFT, 1.2));
    }
    if let Some(ratio) = row.ratio {
        draw_ratio(
            svg,
            ratio,
            y,
            (ratios, columns.ratios),
            (ink, row.outcome == ValidationOutcome::Inconclusive),
        );
    }
    svg.close_group();
}

/// The ratios within the tolerance. An end that the axis cuts off, or that there is none of, is pointed: the band goes on beyond it.
fn draw_band(svg: &mut Svg, (low, high): (Option<f64>, Option<f64>), y: f64, edges: Edges) {
    let is_number = |end: &f64| !end.is_nan();
    let low = low.filter(is_number).unwrap_or(f64::NEG_INFINITY);
    let ends = [low, high.filter(is_number).unwrap_or(f64::INFINITY)];
    let [Some((from, goes_left)), Some((to, goes_right))] = ends.map(|end| edges.end(end)) else { return };
    if to <= from {
        return;
    }
    let (half, point) = (BAND / 2.0, (BAND / 2.0).min((to - from) / 2.0));
    let inset = |direction: f64| if direction != 0.0 { point } else { 0.0 };
    let (left, right) = (from + inset(goes_left), to - inset(goes_right));
    let corners =
        [(left, y - half), (right, y - half), (to, y), (right, y + half), (left, y + half), (from, y)];
    if (goes_left, goes_right) == (0.0, 0.0) {
        svg.rect(from, y - half, to - from, BAND, Paint::fill(Colour::GRID), None);
    } else {
        svg.path(corners.into_iter(), true, Paint::fill(Colour::GRID));
    }
}

fn draw_ratio(
    svg: &mut Svg,
    ratio: Interval,
    y: f64,
    (ratios, (left, right)): (&Ruler, (f64, f64)),
    (ink, is_hollow): (Ink, bool),
) {
    let edges = Edges { ruler: ratios, low: left, high: right };
    let Some((place, _)) = edges.end(ratio.value) else { return };
    let (ends, stroke) = ((ratio.low, ratio.high), Paint::stroke(ink.colour, 1.6));
    whisker::draw(svg, edges, ends, (place, y), (Lies::Across, true), stroke);
    // The marker stays within the plot, and tells by its chevron that its place is beyond.
    let x = place.clamp(left + 2.5 * CAP, right - 2.5 * CAP);
    let fill = if is_hollow { Colour::WHITE } else { ink.colour };
    let paint = Paint { fill: Some(fill), stroke: Some((ink.colour, 1.4)), dash: Dash::Solid, opacity: 1.0 };
    svg.path(ink.marker.outline(4.0).iter().map(|(dx, dy)| (x + dx, y + dy)), true, paint);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(low: f64, value: f64, high: f64, tolerance: f64) -> ValidationRow {
        ValidationRow {
            name: "row".to_owned(),
            published: String::new(),
            simulated: String::new(),
            ratio: Some(Interval { value, low, high }),
            agrees: Some((Some(1.0 - tolerance), Some(1.0 + tolerance))),
            outcome: ValidationOutcome::Held,
            tip: String::new(),
        }
    }

    fn drawn(rows: Vec<ValidationRow>) -> String {
        let group = ValidationGroup { title: "group".to_owned(), rows };
        let input =
            ValidationInput { title: "title".to_owned(), subtitle: String::new(), groups: vec![group] };
        validation(&input, Width::FULL)
    }

    #[test]
    fn the_axis_is_as_wide_as_most_rows_need() {
        let near = vec![row(0.99, 1.01, 1.02, 0.03); 5];
        assert_eq!(reach(near.iter()), 0.05);
        let far = row(0.5, 1.2, 3.0, 1.7);
        assert_eq!(reach(near.iter().chain([&far])), 0.05, "one of six");
        assert_eq!(reach(near.iter().chain([&far, &far])), 0.5, "two of seven");
        let bound = ValidationRow { agrees: Some((Some(1.0), None)), ..near[0].clone() };
        assert_eq!(reach([&bound].into_iter()), 0.05);
        assert_eq!(reach(std::iter::empty()), 0.01);
    }

    /// Two chevrons for what goes on to both sides, none where all lies on the axis.
    #[test]
    fn what_lies_beyond_the_axis_ends_in_a_chevron() {
        let near = vec![row(0.99, 1.01, 1.02, 0.03); 5];
        let chevrons = |svg: &str| svg.matches("<polyline").count();
        assert_eq!(chevrons(&drawn(near.clone())), 0);
        let far = row(f64::NEG_INFINITY, 1.2, 3.0, 1.7);
        assert_eq!(chevrons(&drawn(near.into_iter().chain([far]).collect())), 2);
    }

    /// A band of a tolerance that the axis holds is a box; one that it cuts, or that has no end, is pointed.
    #[test]
    fn a_band_that_goes_on_beyond_the_axis_is_pointed() {
        let near = vec![row(0.99, 1.01, 1.02, 0.03); 5];
        let bands = |svg: &str| {
            let grey = format!("fill=\"{}\"", Colour::GRID.hex());
            let tags = svg.split("<polygon").skip(1).filter_map(|rest| rest.split('>').next());
            tags.filter(|tag| tag.contains(&grey)).count()
        };
        assert_eq!(bands(&drawn(near.clone())), 0);
        let cut = row(0.99, 1.01, 1.02, 1.7);
        let endless = ValidationRow { agrees: Some((Some(1.0), None)), ..near[0].clone() };
        let svg = drawn(near.into_iter().chain([cut, endless]).collect());
        assert_eq!(bands(&svg), 2, "{svg}");
    }

    #[test]
    fn names_that_differ_in_their_middle_differ_in_a_narrow_chart() {
        let names = [1, 2, 3].map(|f| format!("fantoch-f-{f}-clients-10-of-many/us-west1"));
        let named = |name: &String| ValidationRow { name: name.clone(), ..row(0.99, 1.01, 1.02, 0.03) };
        let group = ValidationGroup { title: "group".to_owned(), rows: names.iter().map(named).collect() };
        let input =
            ValidationInput { title: "title".to_owned(), subtitle: String::new(), groups: vec![group] };
        let svg = validation(&input, Width::millimetres(85.0));
        let mut drawn: Vec<&str> = svg
            .split("</text>")
            .filter_map(|text| text.rsplit('>').next())
            .filter(|text| text.contains('\u{2026}'))
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 3, "{drawn:?}");
    }

    #[test]
    fn what_is_violated_is_told_by_more_than_its_colour() {
        let violated = ValidationRow { outcome: ValidationOutcome::Violated, ..row(1.1, 1.2, 1.3, 0.1) };
        let svg = drawn(vec![row(0.9, 1.0, 1.1, 0.1), violated]);
        let corners = |points: &str| points.split(' ').count();
        let markers: Vec<usize> = svg
            .split("<polygon points=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(corners)
            .collect();
        // Those of the legend, then those of the rows.
        assert_eq!(markers, [12, 4, 12, 4]);
        assert_eq!(svg.matches("font-weight=\"bold\"").count(), 2 + 2, "the titles, the name and the figure");
    }
}
