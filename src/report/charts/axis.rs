//! Axes: from the values on a chart to a range, ticks that a reader can count in, and places between 0 and 1.
//!
//! plotters' own ticks and log axes are not used: small log ranges misbehave (plotters#115, #116), an empty range used
//! to loop for ever (criterion.rs#467), and values must meet portable maths before they meet pixels.

use super::names;
use super::number::{self, MAGNITUDE_MAX, Quantity};
use super::svg::{self, SMALL};
use super::ticks;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// What the label of a logarithmic axis ends in, and what it ends in where there is little room.
const LOG_SCALE: &str = " (log scale)";
const LOG_SHORT: &str = " (log)";

/// What an axis shows, for a title: its label without the unit.
pub(super) fn without_unit(label: &str) -> &str {
    label.split(" (").next().expect("there is a first part")
}

/// The label of an axis, cut to `width` pixels. That an axis is logarithmic stays when the rest is cut: whoever takes it for a
/// linear one reads wrong numbers off it.
pub(super) fn fit_label(label: &str, width: f64) -> String {
    let Some(name) = label.strip_suffix(LOG_SCALE) else { return svg::fit(label, SMALL, width) };
    if svg::text_width(label, SMALL) <= width {
        return label.to_string();
    }
    let name = svg::fit(name, SMALL, width - svg::text_width(LOG_SHORT, SMALL));
    if name.is_empty() { svg::fit(LOG_SHORT.trim_start(), SMALL, width) } else { name + LOG_SHORT }
}

/// How values are spread along an axis.
#[derive(Clone, PartialEq, Debug)]
pub enum Scale {
    /// Equal differences are equal lengths.
    Linear,
    /// Equal ratios are equal lengths. Values that are not positive have no place and are gaps.
    Log10,
    /// The value `i` is the `i`-th of these names, counted from 0.
    Categories(Vec<String>),
}

/// One axis of a chart, as its author describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// What is shown, with its unit: `simulated time (s)`.
    pub label: String,
    /// How ticks are written.
    pub quantity: Quantity,
    /// Linear, logarithmic or names.
    pub scale: Scale,
    /// Exactly this range, unless it is too narrow to tell its ends apart; `None` takes that of the data, padded.
    pub range: Option<(f64, f64)>,
    /// Whether a range taken from the data reaches down to zero (linear axes only).
    pub from_zero: bool,
    /// Ticks at these values only, in increasing order, if their labels keep apart; if empty, wherever a reader can
    /// count in them.
    pub marks: Vec<f64>,
}

impl Axis {
    /// A linear axis over the range of the data.
    pub fn linear(label: &str, quantity: Quantity) -> Axis {
        Axis {
            label: label.to_string(),
            quantity,
            scale: Scale::Linear,
            range: None,
            from_zero: false,
            marks: Vec::new(),
        }
    }

    /// A logarithmic axis over the range of the data. Its label says that it is one, whether or not `label` does.
    pub fn log10(label: &str, quantity: Quantity) -> Axis {
        let said = if label.ends_with(LOG_SCALE) { "" } else { LOG_SCALE };
        Axis { scale: Scale::Log10, ..Axis::linear(&format!("{label}{said}"), quantity) }
    }

    /// An axis with one place for each name.
    pub fn categories(label: &str, names: Vec<String>) -> Axis {
        Axis { scale: Scale::Categories(names), ..Axis::linear(label, Quantity::Number) }
    }

    /// Simulated seconds over exactly `span_s`, the same for all charts of a run, so that they line up.
    pub fn time(span_s: (f64, f64)) -> Axis {
        Axis { range: Some(span_s), ..Axis::linear("simulated time (s)", Quantity::Number) }
    }

    /// The same axis, down to zero.
    pub fn from_zero(self) -> Axis {
        Axis { from_zero: true, ..self }
    }
}

/// Which way an axis lies: labels take up their width along it, or their height.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    Across,
    Up,
}

/// A labelled place on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

/// An axis with its range and ticks settled.
#[derive(Clone, Debug)]
pub(super) struct Ruler {
    log: bool,
    /// The ends, as logarithms on a log axis.
    low: f64,
    high: f64,
    /// In increasing order, none of whose labels touch.
    pub ticks: Vec<Tick>,
    /// Unlabelled grid lines between the ticks.
    pub minor: Vec<f64>,
}

impl Ruler {
    /// Settles `axis` for `data` over a length of `pixels`. Values without a place on the axis are ignored.
    pub fn new(axis: &Axis, data: impl Iterator<Item = f64>, pixels: f64, direction: Direction) -> Ruler {
        let (low, high) = range_of(axis, data);
        let log = axis.scale == Scale::Log10;
        let (low_place, high_place) =
            if log { (number::log10(low), number::log10(high)) } else { (low, high) };
        let mut ruler = Ruler { log, low: low_place, high: high_place, ticks: Vec::new(), minor: Vec::new() };
        match &axis.scale {
            Scale::Categories(names) => ruler.ticks = category_ticks(names, pixels, direction),
            Scale::Linear | Scale::Log10 => {
                let tick = |&value: &f64| Tick { value, label: axis.quantity.format(value, 6) };
                let marks: Vec<Tick> = axis.marks.iter().map(tick).collect();
                if !marks.is_empty() && ruler.keep_apart(&marks, pixels, direction) {
                    ruler.ticks = marks;
                } else {
                    ruler.choose_ticks(axis.quantity, (low, high), pixels, direction);
                }
            }
        }
        ruler
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end. Values beyond the ends lie at them; `None` for values
    /// that have no place on this axis.
    pub fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let at = if self.log { number::log10(value) } else { value.clamp(-MAGNITUDE_MAX, MAGNITUDE_MAX) };
        Some(((at - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }

    /// Where an end of an interval lies, from 0 to 1, and whether it lies beyond the axis, so that what is drawn of the interval
    /// goes on at the edge. `None` if it is no number.
    pub fn reach(&self, value: f64) -> Option<(f64, bool)> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() || (self.log && value <= 0.0) {
            return Some((if value > 0.0 { 1.0 } else { 0.0 }, true));
        }
        let at = if self.log { number::log10(value) } else { value };
        Some((self.place(value)?, at < self.low || at > self.high))
    }

    /// The values at the two ends of a linear axis.
    pub fn ends(&self) -> (f64, f64) {
        assert!(!self.log, "only linear axes are asked for their ends");
        (self.low, self.high)
    }

    /// The width of the widest tick label, in pixels.
    pub fn label_width(&self) -> f64 {
        self.ticks.iter().map(|t| svg::text_width(&t.label, SMALL)).fold(0.0, f64::max)
    }

    /// Takes the densest ticks whose labels keep apart and that are two at least: from one alone nobody can tell how far apart
    /// values lie. Where there is no room for them all, the outermost two have labels, and where there is none for two, one.
    fn choose_ticks(&mut self, quantity: Quantity, range: (f64, f64), pixels: f64, direction: Direction) {
        let (mut outer, mut lone) = (None, None);
        for density in ticks::densities(self.log, range, pixels) {
            let (values, minor) = ticks::at(density, range);
            let digits = ticks::digits(density, &values);
            let tick = |&value: &f64| Tick { value, label: quantity.format(value, digits) };
            let ticks: Vec<Tick> = values.iter().map(tick).collect();
            match ticks.as_slice() {
                [] => {}
                [_] => lone = lone.or(Some((ticks, minor))),
                _ if self.keep_apart(&ticks, pixels, direction) => {
                    (self.ticks, self.minor) = (ticks, minor);
                    return;
                }
                [first, .., last] => {
                    let ends = vec![first.clone(), last.clone()];
                    if outer.is_none() && self.keep_apart(&ends, pixels, direction) {
                        outer = Some((ends, values[1..values.len() - 1].to_vec()));
                    }
                }
            }
        }
        (self.ticks, self.minor) = outer.or(lone).unwrap_or_default();
    }

    fn keep_apart(&self, ticks: &[Tick], pixels: f64, direction: Direction) -> bool {
        let half = |tick: &Tick| match direction {
            Direction::Across => svg::text_width(&tick.label, SMALL) / 2.0 + 6.0,
            Direction::Up => 11.0,
        };
        ticks.windows(2).all(|pair| {
            let place = |tick: &Tick| self.place(tick.value).expect("ticks lie on their axis") * pixels;
            pair[0].label != pair[1].label
                && place(&pair[1]) - place(&pair[0]) >= half(&pair[0]) + half(&pair[1])
        })
    }
}

/// An axis of shares above, which ends at 1, begins here or below, so that there is room between its ends.
const SHARE_LOW: f64 = 0.1;

/// The ends of the axis, low end first, with room between them whatever the data: log ranges are positive and span a
/// factor of two or more.
fn range_of(axis: &Axis, data: impl Iterator<Item = f64>) -> (f64, f64) {
    let usable = |v: f64| v.is_finite() && (axis.scale != Scale::Log10 || v > 0.0);
    let floor = if axis.scale == Scale::Log10 { 1.0 / MAGNITUDE_MAX } else { -MAGNITUDE_MAX };
    let bounds = |values: &mut dyn Iterator<Item = f64>| {
        values.filter(|v| usable(*v)).map(|v| v.clamp(floor, MAGNITUDE_MAX)).fold(
            None,
            |ends, v| match ends {
                None => Some((v, v)),
                Some((low, high)) => Some((f64::min(low, v), f64::max(high, v))),
            },
        )
    };
    let fixed = axis.range.and_then(|(a, b)| bounds(&mut [a, b].into_iter()));
    let (low, high) = match &axis.scale {
        Scale::Categories(names) => return (-0.5, names.len().max(1) as f64 - 0.5),
        Scale::Log10 => {
            let (low, high) = match fixed {
                Some((low, high)) if high / low > 1.5 => (low, high),
                Some((low, high)) => ticks::log_range(low, high),
                None => {
                    let (low, high) = bounds(&mut data.into_iter()).unwrap_or((1.0, 10.0));
                    ticks::log_range(low, high)
                }
            };
            // Nothing is a larger share than all.
            return match axis.quantity {
                Quantity::ShareAbove => (low.min(SHARE_LOW), high.min(1.0)),
                Quantity::Number | Quantity::Milliseconds | Quantity::Share => (low, high),
            };
        }
        Scale::Linear => match fixed {
            Some(range) => range,
            None => match bounds(&mut data.into_iter()) {
                None => (0.0, 1.0),
                Some((low, high)) => pad(low, high, axis.from_zero),
            },
        },
    };
    // Closer than this and the labels could not tell the ends apart; nearer to zero than 1e-280, a step between
    // ticks would vanish.
    let largest = f64::max(low.abs(), high.abs());
    if largest < 1e-280 {
        (0.0, 1.0)
    } else if high - low > largest * 1e-3 {
        (low, high)
    } else {
        (low - largest * 1e-3, high + largest * 1e-3)
    }
}

fn pad(low: f64, high: f64, from_zero: bool) -> (f64, f64) {
    if from_zero {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let room = (high - low) * 0.06;
        return (if low < 0.0 { low - room } else { 0.0 }, if high > 0.0 { high + room } else { 0.0 });
    }
    let room = if high > low { (high - low) * 0.05 } else { high.abs() * 0.1 };
    // Padding alone never takes a range of positive values below zero.
    let padded = if low >= 0.0 { (low - room).max(0.0) } else { low - room };
    (padded, high + room)
}

/// A tick for every name, cut to its room; where the room is too narrow to read, every second, third, ... name.
fn category_ticks(names: &[String], pixels: f64, direction: Direction) -> Vec<Tick> {
    let room = pixels / names.len().max(1) as f64;
    let (least, along) = match direction {
        Direction::Across => (34.0, true),
        Direction::Up => (16.0, false),
    };
    let stride = ((least / room) as usize + usize::from(room < least)).max(1);
    let most = if along { room * stride as f64 - 8.0 } else { 160.0 };
    let labels = names::fit_all(names.iter().step_by(stride).map(String::as_str), SMALL, most);
    let tick = |(i, label)| Tick { value: (i * stride) as f64, label };
    labels.into_iter().enumerate().map(tick).collect()
}

/// The one place where our values become the pixels of plotters.
impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // Gaps are cut out before anything is drawn, so that every value here has a place.
        let place = self.place(*value).expect("only values with a place are drawn");
        limit.0 + (place * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            self.minor.clone()
        } else {
            self.ticks.iter().map(|tick| tick.value).collect()
        }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        // plotters hands back the very values it was given.
        self.ticks.iter().find(|tick| tick.value == *value).map_or(String::new(), |tick| tick.label.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruler(axis: &Axis, data: &[f64]) -> Ruler {
        Ruler::new(axis, data.iter().copied(), 700.0, Direction::Across)
    }

    fn labels(ruler: &Ruler) -> Vec<&str> {
        ruler.ticks.iter().map(|t| t.label.as_str()).collect()
    }

    #[test]
    fn a_time_axis_counts_in_round_seconds() {
        let ruler = ruler(&Axis::time((0.0, 120.0)), &[]);
        assert_eq!(
            labels(&ruler),
            ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100", "110", "120"]
        );
        assert_eq!(ruler.place(60.0), Some(0.5));
    }

    #[test]
    fn a_log_axis_labels_every_decade_and_its_halves_where_they_fit() {
        let ruler = ruler(&Axis::log10("latency", Quantity::Milliseconds), &[80.0, 1900.0]);
        assert_eq!(labels(&ruler), ["50 ms", "100 ms", "200 ms", "500 ms", "1 s", "2 s"]);
        assert_eq!(ruler.minor.first(), Some(&60.0));
    }

    #[test]
    fn ticks_stay_sane_over_twelve_decades() {
        for direction in [Direction::Across, Direction::Up] {
            for pixels in [100.0, 220.0, 700.0] {
                for decades in 0..=12 {
                    let data = [1e-6, 1e-6 * number::power_of_ten(decades)];
                    let axis = Axis::log10("latency", Quantity::Milliseconds);
                    let ruler = Ruler::new(&axis, data.into_iter(), pixels, direction);
                    assert!((2..=20).contains(&ruler.ticks.len()), "{decades} {pixels}: {:?}", ruler.ticks);
                    assert!(ruler.keep_apart(&ruler.ticks, pixels, direction));
                }
            }
        }
    }

    /// From one tick nobody can tell how far apart values lie.
    #[test]
    fn every_axis_has_two_ticks_as_long_as_two_labels_have_room() {
        let ranges =
            [(0.2, 5.0), (0.3, 0.9), (0.31, 0.49), (300.0, 900.0), (2.1, 4.9), (0.97, 1.8), (0.02, 70.0)];
        for quantity in [Quantity::Number, Quantity::Milliseconds, Quantity::ShareAbove] {
            for range in ranges.map(Some) {
                for axis in [Axis::log10("x", quantity), Axis::linear("x", quantity)] {
                    let axis = Axis { range, ..axis };
                    for pixels in [110.0, 135.0, 150.0, 200.0, 300.0, 700.0] {
                        let up = Ruler::new(&axis, std::iter::empty(), pixels, Direction::Up);
                        assert!(up.ticks.len() >= 2, "{axis:?} {pixels}: {:?}", up.ticks);
                        // `0.1% (p99.9)` takes a third of the shortest of these lengths.
                        if quantity == Quantity::ShareAbove && pixels < 300.0 {
                            continue;
                        }
                        let across = Ruler::new(&axis, std::iter::empty(), pixels, Direction::Across);
                        assert!(across.ticks.len() >= 2, "{axis:?} {pixels}: {:?}", across.ticks);
                    }
                }
            }
        }
    }

    #[test]
    fn a_log_axis_says_that_it_is_one_and_says_it_once() {
        let label = |label: &str| Axis::log10(label, Quantity::Number).label;
        assert_eq!([label("load"), label("load (log scale)")], ["load (log scale)"; 2]);
        assert_eq!(Axis::linear("load", Quantity::Number).label, "load");
        let narrow = fit_label(&label("times weighted-round-robin"), 120.0);
        assert!(narrow.starts_with("times") && narrow.ends_with(" (log)"), "{narrow}");
        assert!(svg::text_width(&narrow, SMALL) <= 120.0);
    }

    #[test]
    fn no_share_is_more_than_all() {
        for data in [&[][..], &[1.0], &[0.5, 1.0], &[1e-4, 1.0]] {
            let ruler = ruler(&Axis::log10("share", Quantity::ShareAbove), data);
            assert_eq!(ruler.high, 0.0, "{data:?}");
            assert!(ruler.low < -0.99 && ruler.ticks.len() >= 2, "{data:?}: {:?}", ruler.ticks);
        }
    }

    #[test]
    fn data_never_touch_the_top_and_bars_stand_on_zero() {
        let ruler = ruler(&Axis::linear("rate", Quantity::Number).from_zero(), &[40.0, 500.0]);
        assert_eq!(ruler.place(0.0), Some(0.0));
        assert!(ruler.place(500.0).expect("a place") < 0.97);
    }

    #[test]
    fn any_data_give_an_increasing_range_and_ticks_within() {
        let worst: [&[f64]; 12] = [
            &[],
            &[0.0],
            &[-0.0, 0.0],
            &[7.0, 7.0],
            &[-3.0],
            &[f64::NAN, f64::INFINITY],
            &[1e308, -1e308],
            &[5e-324],
            &[1e16, 1e16 + 2.0],
            &[-1.0, 1e-300],
            &[1e-300, 1e300],
            &[f64::MIN_POSITIVE, 1.0],
        ];
        for data in worst {
            for log in [false, true] {
                for zero in [false, true] {
                    let mut axis = if log {
                        Axis::log10("x", Quantity::Number)
                    } else {
                        Axis::linear("x", Quantity::Number)
                    };
                    axis.from_zero = zero;
                    let ruler = ruler(&axis, data);
                    assert!(ruler.high > ruler.low && (ruler.high - ruler.low).is_finite(), "{data:?}");
                    assert!((1..=40).contains(&ruler.ticks.len()), "{data:?} {log}: {:?}", ruler.ticks);
                    for value in data {
                        assert!(ruler.place(*value).is_none_or(|p| (0.0..=1.0).contains(&p)));
                    }
                }
            }
        }
    }

    #[test]
    fn many_names_are_thinned_and_long_names_cut() {
        let few = Axis::categories("policy", vec!["power-of-two-choices-with-memory".into(); 12]);
        assert!(ruler(&few, &[]).ticks.iter().all(|t| svg::text_width(&t.label, SMALL) < 60.0));
        let many = Axis::categories("policy", (0..200).map(|i| format!("p{i}")).collect());
        assert!(ruler(&many, &[]).ticks.len() <= 20);
    }
}
