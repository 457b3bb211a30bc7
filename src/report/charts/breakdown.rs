//! Where the time of requests went: a bar for each level of latency, split into what it was spent on.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Direction, Ruler};
use super::bands::BandLayout;
use super::frame::{Frame, Heading, LegendEntry, Swatch, draw_axis};
use super::input::any_number;
use super::number::Quantity;
use super::palette::Colour;
use super::svg::{self, Anchor, Paint, SMALL, Svg, Text};
use super::width::Width;

/// What a part of the time was spent on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeSpent {
    /// Waiting to be served.
    Queue,
    /// Being served.
    Service,
    /// Operations on a store.
    Store,
    /// On the way.
    Network,
    /// Attempts that were given up, and the waits before others.
    Retry,
}

impl TimeSpent {
    /// In the order of bars and of the legend.
    pub const ALL: [TimeSpent; 5] =
        [TimeSpent::Queue, TimeSpent::Service, TimeSpent::Store, TimeSpent::Network, TimeSpent::Retry];

    /// Its name as outputs spell it.
    pub fn name(self) -> &'static str {
        match self {
            TimeSpent::Queue => "queue",
            TimeSpent::Service => "service",
            TimeSpent::Store => "store",
            TimeSpent::Network => "network",
            TimeSpent::Retry => "retry",
        }
    }

    /// The colour of a bar, and that of letters on it.
    fn colours(self) -> (Colour, Colour) {
        match self {
            TimeSpent::Queue => (Colour::ORANGE, Colour::INK),
            TimeSpent::Service => (Colour::BLUE, Colour::WHITE),
            TimeSpent::Store => (Colour::GREEN, Colour::INK),
            TimeSpent::Network => (Colour::SKY, Colour::INK),
            TimeSpent::Retry => (Colour::PURPLE, Colour::INK),
        }
    }
}

/// A part of the latency of a level.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TimePart {
    /// The system where it was spent; on the network and before retries, the caller's.
    pub system: String,
    /// On what.
    pub spent: TimeSpent,
    /// Its share of the latency, from 0 to 1.
    #[serde(with = "any_number")]
    pub share: f64,
    /// The node of the system with the largest share of the latency.
    pub node: String,
    /// That share, from 0 to 1.
    #[serde(with = "any_number")]
    pub node_share: f64,
}

/// The requests around one percentile of latency, or all of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TimeLevel {
    /// Its name as outputs spell it: `mean`, `p99`, `p999`.
    pub name: String,
    /// How many requests these are.
    pub requests: usize,
    /// The latency of the level itself, in milliseconds: the percentile, or the mean.
    #[serde(with = "any_number")]
    pub at_ms: f64,
    /// Their mean latency, of which parts are shares, in milliseconds.
    #[serde(with = "any_number")]
    pub mean_ms: f64,
    /// What they spent it on.
    pub parts: Vec<TimePart>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BreakdownInput {
    /// Of what: scenario, workload, kind of request, seed.
    pub subtitle: String,
    /// From top to bottom.
    pub levels: Vec<TimeLevel>,
}

/// Parts of a level with a smaller share are drawn as one, if they are several.
const SMALL_SHARE: f64 = 0.01;
const ROW_HEIGHT: f64 = 34.0;
const BAR_HEIGHT: f64 = 24.0;
/// Left edge of the bars, in pixels; in front of it stand the names of levels.
const LEFT: f64 = 84.0;
/// Right of the bars stand latencies.
const BEHIND: f64 = 112.0;
/// From the first line behind a bar to the second.
const LINE: f64 = 14.0;
/// Most parts that have a number each: as many as the legend has room for.
const NUMBERS_MAX: usize = 16;
/// Above the bars, for what stands behind them.
const HEAD: f64 = 14.0;
/// The colours of parts that are joined.
const OTHER: (Colour, Colour) = (Colour::GRID, Colour::INK);

/// The chart as an SVG document.
pub fn breakdown(input: &BreakdownInput, width: Width) -> String {
    let bars_end = width.pixels() - BEHIND;
    let mut bars: Vec<Vec<Segment>> = segments(&input.levels);
    let legend = legend(&mut bars, bars_end - LEFT);
    let splits_another = input.levels.iter().any(splits_another_latency);
    let heading = Heading {
        title: "Where the time of requests went",
        subtitle: &input.subtitle,
        description: "One bar for each level of latency: all requests, and those around a percentile. Each is split into what \
                      their time was spent on, by kind and by system: waiting, being served, operations on a store, the network, \
                      and attempts that were given up. At its end stands the latency of the level, and, where it is another, \
                      the mean of those requests, which the bar splits. Numbers are those of the legend.",
        y_label: if splits_another {
            "behind each bar: the latency of its level, and the mean that it splits"
        } else {
            ""
        },
        legend,
    };
    let rows = input.levels.len().max(1) as f64;
    let frame = Frame::new(&heading, width, HEAD + rows * ROW_HEIGHT, BandLayout::none(LEFT, bars_end));
    let mut svg = frame.begin(&heading);
    let axis =
        Axis { range: Some((0.0, 1.0)), ..Axis::linear("share of their mean latency", Quantity::Share) };
    let ruler = Ruler::new(&axis, std::iter::empty(), bars_end - LEFT, Direction::Across);
    draw_axis(&mut svg, &ruler, &axis.label, (LEFT, bars_end), (frame.top + HEAD, frame.bottom));
    let mut text = |(x, y), anchor, colour, content: &str| {
        svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content });
    };
    let behind = bars_end + 10.0;
    if input.levels.is_empty() {
        let middle = ((LEFT + bars_end) / 2.0, frame.bottom - ROW_HEIGHT / 2.0);
        text(middle, Anchor::Middle, Colour::INK_SOFT, "no data");
    } else {
        text((behind, frame.top + HEAD - 4.0), Anchor::Start, Colour::INK_SOFT, "latency");
    }
    let middle = |i: usize| frame.top + HEAD + (i as f64 + 0.5) * ROW_HEIGHT;
    for (i, level) in input.levels.iter().enumerate() {
        let name = svg::fit(&shown(&level.name), SMALL, LEFT - 24.0);
        text((LEFT - 10.0, middle(i) + 4.3), Anchor::End, Colour::INK, &name);
        let mut latency = |down: f64, colour, content: &str| {
            text((behind, middle(i) + down), Anchor::Start, colour, content);
        };
        if splits_another_latency(level) {
            latency(4.3 - LINE / 2.0, Colour::INK, &milliseconds(level.at_ms));
            latency(4.3 + LINE / 2.0, Colour::INK_SOFT, &format!("mean {}", milliseconds(level.mean_ms)));
        } else {
            latency(4.3, Colour::INK, &milliseconds(level.at_ms));
        }
    }
    for (i, bar) in bars.iter().enumerate() {
        draw_bar(&mut svg, bar, bars_end, middle(i));
    }
    svg.finish()
}

/// Whether the latency of a level is another than the mean of its requests, which its bar splits, by more than a reader could tell
/// from the bar: few requests around a percentile may lie far apart.
fn splits_another_latency(level: &TimeLevel) -> bool {
    (level.at_ms - level.mean_ms).abs() > 0.01 * f64::max(level.at_ms, level.mean_ms)
}

/// The legend of bars of so many pixels. Where a segment has no room for its name, all parts have numbers, so that none has to be told
/// by its colour: the legend has a line for each part, in the order of the bars.
fn legend(bars: &mut [Vec<Segment>], pixels: f64) -> Vec<LegendEntry> {
    let entry =
        |name: String, (colour, _): (Colour, Colour)| LegendEntry { name, swatch: Swatch::Bar(colour, 1.0) };
    let other = |bars: &[Vec<Segment>]| {
        let is_drawn = bars.iter().flatten().any(|segment| segment.spent.is_none());
        is_drawn.then(|| entry("other: parts under 1% each".to_owned(), OTHER))
    };
    let mut parts: Vec<(usize, TimeSpent, String)> = Vec::new();
    for segment in bars.iter().flatten() {
        if let (Some(place), Some(spent)) = (segment.place, segment.spent)
            && parts.iter().all(|part| part.0 != place)
        {
            parts.push((place, spent, segment.names[0].clone()));
        }
    }
    parts.sort_by_key(|part| part.0);
    let has_room = |segment: &Segment| segment.fits(&segment.names[0], pixels);
    if parts.len() > NUMBERS_MAX || bars.iter().flatten().all(has_room) {
        let is_drawn = |spent: &TimeSpent| parts.iter().any(|part| part.1 == *spent);
        let kinds = TimeSpent::ALL.into_iter().filter(is_drawn);
        let kinds = kinds.map(|spent| entry(spent.name().to_owned(), spent.colours()));
        return kinds.chain(other(bars)).collect();
    }
    for segment in bars.iter_mut().flatten() {
        let number = parts.iter().position(|part| Some(part.0) == segment.place);
        if let (Some(number), [whole, system]) = (number, segment.names.as_slice()) {
            let number = number + 1;
            segment.names =
                vec![format!("{number} {whole}"), format!("{number} {system}"), number.to_string()];
        }
    }
    let numbered = parts.into_iter().enumerate();
    let numbered = numbered.map(|(i, (_, spent, name))| entry(format!("{} {name}", i + 1), spent.colours()));
    numbered.chain(other(bars)).collect()
}

/// A stretch of a bar.
struct Segment {
    /// From where to where, from 0 to 1.
    from: f64,
    to: f64,
    /// None for parts that are joined.
    spent: Option<TimeSpent>,
    /// Which part of all bars it is, in their order; none for parts that are joined.
    place: Option<usize>,
    /// What may stand in it: the first that has room does.
    names: Vec<String>,
    tip: String,
}

impl Segment {
    /// Whether `name` has room in it where bars are of so many pixels.
    fn fits(&self, name: &str, pixels: f64) -> bool {
        let pad = if name.len() <= 2 { 1.5 } else { 8.0 };
        svg::text_width(name, SMALL) + pad <= (self.to - self.from) * pixels
    }
}

/// The segments of all levels: by kind, and of a kind by system, the one that is largest over all levels first, so that the
/// same part stands at the same place in every bar.
fn segments(levels: &[TimeLevel]) -> Vec<Vec<Segment>> {
    let mut order: Vec<(TimeSpent, &str, f64)> = Vec::new();
    for part in levels.iter().flat_map(|level| &level.parts) {
        match order.iter_mut().find(|one| (one.0, one.1) == (part.spent, part.system.as_str())) {
            Some(one) => one.2 += sound(part.share),
            None => order.push((part.spent, &part.system, sound(part.share))),
        }
    }
    order.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(b.1)));
    let of_level = |level: &TimeLevel| {
        let place = |part: &TimePart| {
            order.iter().position(|one| (one.0, one.1) == (part.spent, part.system.as_str()))
        };
        let parts = level.parts.iter().filter(|part| sound(part.share) > 0.0);
        let mut parts: Vec<(Option<usize>, &TimePart)> = parts.map(|part| (place(part), part)).collect();
        parts.sort_by_key(|(place, _)| *place);
        of_parts(level, &parts)
    };
    levels.iter().map(of_level).collect()
}

/// The segments of a level's parts, each with its place among those of all levels.
fn of_parts(level: &TimeLevel, parts: &[(Option<usize>, &TimePart)]) -> Vec<Segment> {
    let whole = parts.iter().map(|(_, part)| sound(part.share)).sum::<f64>().max(1.0);
    let (mut small, mut large): (Vec<_>, Vec<_>) =
        parts.iter().copied().partition(|(_, part)| part.share < SMALL_SHARE);
    if small.len() == 1 {
        (small, large) = (Vec::new(), parts.to_vec());
    }
    let mut from = 0.0;
    let mut next = |share: f64| {
        let start = from;
        from = f64::min(from + share / whole, 1.0);
        (start, from)
    };
    let mut segments = Vec::new();
    for (place, part) in large {
        let (from, to) = next(sound(part.share));
        let names = vec![format!("{} {}", part.system, part.spent.name()), part.system.clone()];
        let (spent, tip) = (Some(part.spent), tip(level, part));
        segments.push(Segment { from, to, spent, place, names, tip });
    }
    let small: Vec<&TimePart> = small.into_iter().map(|(_, part)| part).collect();
    if let Some(largest) = small.iter().copied().reduce(|a, b| if b.share > a.share { b } else { a }) {
        let share = small.iter().map(|part| sound(part.share)).sum();
        let (from, to) = next(share);
        let tip = format!(
            "other: {}, in {} parts; the largest: {}",
            of_time(level, share),
            small.len(),
            tip(level, largest)
        );
        let names = vec!["other".to_owned()];
        segments.push(Segment { from, to, spent: None, place: None, names, tip });
    }
    segments
}

/// A share as it is added up: 0 if it is no number.
fn sound(share: f64) -> f64 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

fn milliseconds(value: f64) -> String {
    Quantity::Milliseconds.format(if value.is_finite() { value } else { 0.0 }, 3)
}

/// `71% of 409 ms (292 ms)`: of the mean of the requests of a level, as in breakdown.csv.
fn of_time(level: &TimeLevel, share: f64) -> String {
    let (time, mean) = (milliseconds(share * level.mean_ms), milliseconds(level.mean_ms));
    format!("{} of {mean} ({time})", Quantity::Share.format(share, 3))
}

/// `11 requests around p99, which is 412 ms`; of all of them `48.1k requests`.
fn of_level(level: &TimeLevel) -> String {
    let requests = Quantity::Number.format(level.requests as f64, 3);
    match level.name.as_str() {
        "mean" => format!("{requests} requests"),
        name => format!("{requests} requests around {}, which is {}", shown(name), milliseconds(level.at_ms)),
    }
}

/// `orders queue: 71% of 409 ms (292 ms), the mean of 11 requests around p99, which is 412 ms; most by orders.3, 69%`.
fn tip(level: &TimeLevel, part: &TimePart) -> String {
    let TimePart { system, spent, share, node, node_share } = part;
    let (what, worst) = (of_time(level, *share), Quantity::Share.format(*node_share, 3));
    format!("{system} {}: {what}, the mean of {}; most by {node}, {worst}", spent.name(), of_level(level))
}

/// A level's name as people write it: `p99.9` for `p999`.
fn shown(name: &str) -> String {
    match name.strip_prefix('p') {
        Some(digits) if digits.len() > 2 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("p{}.{}", &digits[..2], &digits[2..])
        }
        _ => name.to_owned(),
    }
}

fn draw_bar(svg: &mut Svg, bar: &[Segment], bars_end: f64, middle: f64) {
    let x = |place: f64| LEFT + place * (bars_end - LEFT);
    for segment in bar {
        let (a, b) = (x(segment.from), x(segment.to));
        let (colour, ink) = segment.spent.map_or(OTHER, TimeSpent::colours);
        // A line of paper between neighbours of one colour, where they are wide enough to spare it.
        let width = if b - a > 3.0 { b - a - 1.0 } else { b - a };
        svg.rect(a, middle - BAR_HEIGHT / 2.0, width, BAR_HEIGHT, Paint::fill(colour), Some(&segment.tip));
        if let Some(content) = segment.names.iter().find(|name| segment.fits(name, bars_end - LEFT)) {
            let (x, y, anchor) = ((a + b) / 2.0, middle + 4.3, Anchor::Middle);
            svg.text(&Text { x, y, size: SMALL, anchor, colour: ink, bold: false, content });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(system: &str, spent: TimeSpent, share: f64) -> TimePart {
        let node = format!("{system}.2");
        TimePart { system: system.to_owned(), spent, share, node, node_share: share / 2.0 }
    }

    fn level(name: &str, parts: Vec<TimePart>) -> TimeLevel {
        TimeLevel { name: name.to_owned(), requests: 11, at_ms: 412.0, mean_ms: 400.0, parts }
    }

    fn widths(bar: &[Segment]) -> Vec<(String, f64)> {
        bar.iter().map(|s| (s.names[0].clone(), ((s.to - s.from) * 1000.0).round())).collect()
    }

    fn named(parts: &[(&str, f64)]) -> Vec<(String, f64)> {
        parts.iter().map(|(name, width)| ((*name).to_owned(), *width)).collect()
    }

    #[test]
    fn parts_stand_in_the_same_order_in_every_bar() {
        use TimeSpent::{Queue, Service};
        let mean = [part("users", Service, 0.4), part("orders", Service, 0.35), part("users", Queue, 0.25)];
        let p99 = [part("orders", Service, 0.6), part("users", Service, 0.3), part("users", Queue, 0.1)];
        let bars = segments(&[level("mean", mean.to_vec()), level("p99", p99.to_vec())]);
        let first = [("users queue", 250.0), ("orders service", 350.0), ("users service", 400.0)];
        let second = [("users queue", 100.0), ("orders service", 600.0), ("users service", 300.0)];
        assert_eq!([widths(&bars[0]), widths(&bars[1])], [named(&first), named(&second)]);
    }

    #[test]
    fn small_parts_are_joined_and_a_lone_one_is_left_alone() {
        use TimeSpent::{Network, Queue, Service};
        let small = [part("a", Queue, 0.004), part("b", Network, 0.006), part("c", Service, 0.99)];
        let lone = [part("a", Queue, 0.004), part("c", Service, 0.996)];
        let bars = segments(&[level("p99", small.to_vec()), level("p50", lone.to_vec())]);
        assert_eq!(widths(&bars[0]), named(&[("c service", 990.0), ("other", 10.0)]));
        assert_eq!(widths(&bars[1]), named(&[("a queue", 4.0), ("c service", 996.0)]));
        assert!(
            bars[0][1]
                .tip
                .starts_with("other: 1% of 400 ms (4 ms), in 2 parts; the largest: b network: 0.6%")
        );
    }

    #[test]
    fn shares_that_are_none_or_too_much_stay_within_the_bar() {
        use TimeSpent::{Queue, Service, Store};
        let odd = [part("a", Queue, f64::NAN), part("b", Service, 7.0), part("c", Store, 1.0)];
        let bars = segments(&[level("p99", odd.to_vec())]);
        assert_eq!(widths(&bars[0]), named(&[("b service", 500.0), ("c store", 500.0)]));
    }

    #[test]
    fn a_tooltip_says_it_all_and_levels_are_named_as_people_do() {
        let orders = part("orders", TimeSpent::Queue, 0.71);
        assert_eq!(
            tip(&level("p999", Vec::new()), &orders),
            "orders queue: 71% of 400 ms (284 ms), the mean of 11 requests around p99.9, which is 412 ms; most by orders.2, 35.5%"
        );
        assert_eq!(
            ["mean", "p99", "p999", "p\u{e9}\u{e9}"].map(shown),
            ["mean", "p99", "p99.9", "p\u{e9}\u{e9}"]
        );
    }

    fn drawn(levels: Vec<TimeLevel>, width: Width) -> String {
        breakdown(&BreakdownInput { subtitle: String::new(), levels }, width)
    }

    /// Few requests around a percentile may lie far apart: a bar splits their mean.
    #[test]
    fn a_bar_that_splits_another_latency_than_its_level_has_both_behind_it() {
        let parts = || vec![part("leaf", TimeSpent::Service, 1.0)];
        let far = TimeLevel { at_ms: 1.8, mean_ms: 41.2, ..level("p99", parts()) };
        let svg = drawn(vec![far], Width::FULL);
        assert!(svg.contains(">1.8 ms<") && svg.contains(">mean 41.2 ms<"), "{svg}");
        assert!(svg.contains(
            "leaf service: 100% of 41.2 ms (41.2 ms), the mean of 11 requests around p99, which is 1.8 ms;"
        ));
        let near = TimeLevel { at_ms: 41.204, mean_ms: 41.2, ..level("p99", parts()) };
        let svg = drawn(vec![near], Width::FULL);
        assert!(svg.contains(">41.2 ms<") && !svg.contains(">mean "), "{svg}");
    }

    #[test]
    fn segments_without_room_for_their_names_have_the_numbers_of_the_legend() {
        use TimeSpent::{Network, Service};
        let parts = [("clients", Network, 0.06), ("gateway", Network, 0.06), ("orders", Network, 0.06)];
        let mut parts = parts.map(|(system, spent, share)| part(system, spent, share)).to_vec();
        parts.push(part("orders", Service, 0.82));
        let svg = drawn(vec![level("p99", parts)], Width::millimetres(85.0));
        for (number, name) in
            ["orders service", "clients network", "gateway network", "orders network"].iter().enumerate()
        {
            let number = number + 1;
            assert!(svg.contains(&format!(">{number} {name}<")), "{number} {name}: {svg}");
            let is_in_the_bar = svg.contains(&format!(">{number}<"));
            assert_eq!(is_in_the_bar, number > 1, "{number}: {svg}");
        }
        let svg = drawn(vec![level("p99", vec![part("orders", Service, 1.0)])], Width::FULL);
        assert!(svg.contains(">orders service<") && svg.contains(">service<"), "all names have room: {svg}");
    }
}
