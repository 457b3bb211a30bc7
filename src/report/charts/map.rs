//! A metric over two swept variables: a cell for each pair of values, the darker the larger.

use serde::{Deserialize, Serialize};

use super::bands::BandLayout;
use super::frame::{AXIS_HEIGHT, Frame, Heading, LegendEntry, Swatch};
use super::heat::{STEPS, ramp};
use super::names;
use super::number::{self, Quantity};
use super::palette::Colour;
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};
use super::width::Width;

/// A swept variable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MapAxis {
    /// Its name.
    pub name: String,
    /// Its values, as they are written, in their order.
    pub values: Vec<String>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MapInput {
    /// The metric, such as `latency p99`.
    pub metric: String,
    /// Of what: scenario, seeds.
    pub subtitle: String,
    /// How values are written.
    pub quantity: Quantity,
    /// What follows them; empty if the quantity says it.
    pub unit: String,
    /// Whether colours go by ratios.
    pub is_log: bool,
    /// From left to right.
    pub x: MapAxis,
    /// From below upwards.
    pub y: MapAxis,
    /// For each value of y, from below, one of each value of x; `None` where nothing was measured.
    pub rows: Vec<Vec<Option<f64>>>,
}

const ROW: f64 = 26.0;
/// What is not measured.
const NOTHING: Colour = Colour::GRID_MINOR;
/// From which step of the ramp on letters are white.
const DARK: u32 = STEPS * 2 / 5;

/// From values to colours.
struct Shades {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Shades {
    fn new(input: &MapInput) -> Shades {
        let place = |value: f64| if input.is_log { number::log10(value) } else { value };
        let values = || input.rows.iter().flatten().flatten().filter(|value| is_drawn(input, **value));
        let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(place(*value)), high.max(place(*value)))
        });
        Shades { low, high, is_log: input.is_log }
    }

    fn step(&self, value: f64) -> u32 {
        let place = if self.is_log { number::log10(value) } else { value };
        let share = (place - self.low) / (self.high - self.low);
        // All alike: in the middle.
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.4 };
        (share * f64::from(STEPS)).round() as u32
    }
}

fn is_drawn(input: &MapInput, value: f64) -> bool {
    value.is_finite() && (value > 0.0 || !input.is_log)
}

/// The chart as an SVG document.
pub fn map(input: &MapInput, width: Width) -> String {
    let shades = Shades::new(input);
    let written = |value: f64, digits| format!("{}{}", input.quantity.format(value, digits), input.unit);
    let values = || input.rows.iter().flatten().flatten().copied().filter(|value| is_drawn(input, *value));
    let (least, most) = values()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    let legend = match least <= most {
        true => [least, most]
            .map(|value| LegendEntry {
                name: written(value, 3),
                swatch: Swatch::Bar(ramp(shades.step(value)), 1.0),
            })
            .to_vec(),
        false => Vec::new(),
    };
    let heading = Heading {
        title: &format!("{} by {} and {}", input.metric, input.x.name, input.y.name),
        subtitle: &input.subtitle,
        description: "A cell for each pair of values of the two variables: the darker, the larger the median over the runs. Its value stands in \
                      it where there is room.",
        y_label: &input.y.name,
        legend,
    };
    let widest = input.y.values.iter().map(|value| svg::text_width(value, SMALL)).fold(0.0, f64::max);
    let left = width.left().max(widest.min(width.names_most()) + 28.0);
    let rows = input.y.values.len().max(1);
    let frame = Frame::new(&heading, width, rows as f64 * ROW, BandLayout::none(left, width.right()));
    let mut svg = frame.begin(&heading);
    let columns = input.x.values.len().max(1);
    let edge = |column: usize| (left + (frame.right() - left) * column as f64 / columns as f64).round();
    let names = names::fit_all(input.y.values.iter().map(String::as_str), SMALL, left - 24.0);
    for ((row, cells), name) in input.rows.iter().enumerate().zip(&names) {
        let top = frame.bottom - (row + 1) as f64 * ROW;
        text(&mut svg, (left - 10.0, top + ROW / 2.0 + 4.3), Anchor::End, Colour::INK, name);
        for (column, cell) in cells.iter().enumerate() {
            let (from, to) = (edge(column), edge(column + 1));
            let tip = |value: &str| {
                let (x, y) = (&input.x, &input.y);
                format!("{}={}, {}={}: {value}", x.name, x.values[column], y.name, y.values[row])
            };
            let Some(value) = cell.filter(|value| is_drawn(input, *value)) else {
                let paint = Paint::fill(NOTHING);
                svg.rect(from, top, to - from - 1.0, ROW - 1.0, paint, Some(&tip("nothing measured")));
                continue;
            };
            let step = shades.step(value);
            let paint = Paint::fill(ramp(step));
            svg.rect(from, top, to - from - 1.0, ROW - 1.0, paint, Some(&tip(&written(value, 4))));
            let colour = if step >= DARK { Colour::WHITE } else { Colour::INK };
            let candidates = [written(value, 3), input.quantity.format(value, 2)];
            if let Some(content) =
                candidates.iter().find(|text| svg::text_width(text, SMALL) + 6.0 <= to - from)
            {
                let middle = ((from + to) / 2.0, top + ROW / 2.0 + 4.3);
                text(&mut svg, middle, Anchor::Middle, colour, content);
            }
        }
    }
    // Names of columns: where not all have room, every second, third ...
    let room = (frame.right() - left) / columns as f64;
    let widest = input.x.values.iter().map(|value| svg::text_width(value, SMALL)).fold(0.0, f64::max);
    let each = ((widest.min(60.0) + 10.0) / room).ceil().max(1.0) as usize;
    let named = || (0..input.x.values.len()).step_by(each);
    let middle = |column: usize| f64::midpoint(edge(column), edge(column + 1));
    // A name that is wider than its column stays on the page.
    let last = named().next_back().map_or(0.0, middle);
    let most = 2.0 * (width.pixels() - 4.0 - last).min(room * each as f64 / 2.0 - 4.0);
    let names = names::fit_all(named().map(|column| input.x.values[column].as_str()), SMALL, most);
    for (column, name) in named().zip(&names) {
        let below = (middle(column), frame.bottom + 17.0);
        text(&mut svg, below, Anchor::Middle, Colour::INK_SOFT, name);
    }
    let label = svg::fit(&input.x.name, SMALL, frame.right() - left);
    let below = ((left + frame.right()) / 2.0, frame.bottom + AXIS_HEIGHT - 0.2 * SMALL);
    text(&mut svg, below, Anchor::Middle, Colour::INK_SOFT, &label);
    if values().next().is_none() {
        let middle = ((left + frame.right()) / 2.0, (frame.top + frame.bottom) / 2.0 + 4.3);
        text(&mut svg, middle, Anchor::Middle, Colour::INK_SOFT, "no data");
    }
    svg.finish()
}

fn text(svg: &mut Svg, (x, y): (f64, f64), anchor: Anchor, colour: Colour, content: &str) {
    svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content });
}
