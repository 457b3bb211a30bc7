//! A row: what was published, what is simulated, and whether they agree.

use crate::statistics::Estimate;

/// What a row comes to; in the words of checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The figures agree.
    Held,
    /// They differ by more than the tolerance, and chance alone does not explain it.
    Violated,
    /// The interval is too wide to say.
    Inconclusive,
}

impl Verdict {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Held => "held",
            Verdict::Violated => "violated",
            Verdict::Inconclusive => "inconclusive",
        }
    }
}

/// What figures are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A share or a probability.
    Share,
    /// Milliseconds.
    Millis,
    /// A multiple of what the set-up names.
    Multiple,
}

impl Unit {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Millis => "ms",
            Unit::Multiple => "multiple",
        }
    }

    /// The name of the base unit, which tables have, and how many of them it is.
    pub fn base(self) -> (&'static str, f64) {
        match self {
            Unit::Share => ("ratio", 1.0),
            Unit::Millis => ("ns", 1e6),
            Unit::Multiple => ("multiple", 1.0),
        }
    }

    /// A figure with its unit, to what a person reads.
    pub fn text(self, value: f64) -> String {
        let (value, decimals, unit) = match self {
            Unit::Share => (100.0 * value, 2, " %"),
            Unit::Millis => (value, 1, " ms"),
            Unit::Multiple => (value, 4, ""),
        };
        let text = format!("{value:.decimals$}{unit}");
        // What is little is not nothing.
        let is_lost = value != 0.0 && !text.contains(|c: char| ('1'..='9').contains(&c));
        if is_lost { format!("{value:.0e}{unit}") } else { text }
    }
}

/// What is published: a figure, or a bound on it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Published {
    /// It is this.
    Exactly(f64),
    /// It is at most this.
    AtMost(f64),
    /// It is at least this.
    AtLeast(f64),
    /// It is one draw of what the estimate's interval covers, such as the worst of a thousand runs.
    Among(f64),
}

impl Published {
    /// The figure, and the sign of its relation to what is simulated.
    pub fn parts(self) -> (f64, &'static str) {
        match self {
            Published::Exactly(value) => (value, "="),
            Published::AtMost(value) => (value, "<="),
            Published::AtLeast(value) => (value, ">="),
            Published::Among(value) => (value, "among"),
        }
    }

    /// How far a figure is from agreeing; 0 if it does.
    fn distance(self, figure: f64) -> f64 {
        match self {
            Published::Exactly(value) | Published::Among(value) => (figure - value).abs(),
            Published::AtMost(value) => (figure - value).max(0.0),
            Published::AtLeast(value) => (value - figure).max(0.0),
        }
    }
}

/// A figure held against what was published.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its suite.
    pub suite: &'static str,
    /// Its name, unique within the suite; what stands before the `/` is the experiment's.
    pub name: String,
    /// Where the published figure comes from.
    pub source: String,
    /// What was simulated.
    pub setup: String,
    /// What the figures are in.
    pub unit: Unit,
    /// What was published.
    pub published: Published,
    /// What the simulation gives.
    pub simulated: Estimate,
    /// How far they may be apart, in the unit.
    pub tolerance: f64,
    /// Over how many seeds.
    pub seeds: u64,
    /// What it comes to.
    pub verdict: Verdict,
}

/// Violated, if the whole interval is further off than the tolerance. A bound is held if all of the interval is within. A figure is held
/// if the simulated one is, and the interval reaches no further to either side than the tolerance lets it be off: a wide one proves
/// nothing, unless the published figure is itself a draw.
pub(super) fn judge(published: Published, simulated: Estimate, tolerance: f64) -> Verdict {
    let Estimate { value, low, high } = simulated;
    // An exact row has no tolerance but for what its figures lose as floating-point numbers.
    let within = |figure: f64| published.distance(figure) <= tolerance + 1e-9;
    let (nearest, is_held) = match published {
        Published::Exactly(figure) => {
            (figure.clamp(low, high), within(value) && simulated.half_width() <= tolerance + 1e-9)
        }
        Published::Among(figure) => (figure.clamp(low, high), true),
        Published::AtMost(_) => (low, within(high)),
        Published::AtLeast(_) => (high, within(low)),
    };
    match (within(nearest), is_held) {
        (false, _) => Verdict::Violated,
        (true, true) => Verdict::Held,
        (true, false) => Verdict::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(published: Published, [value, low, high]: [f64; 3], tolerance: f64) -> Verdict {
        judge(published, Estimate { value, low, high }, tolerance)
    }

    #[test]
    fn figures_are_told_with_their_unit_and_small_ones_are_not_nothing() {
        let told = [(Unit::Share, 0.5), (Unit::Millis, 287.0), (Unit::Multiple, 2.0), (Unit::Multiple, 0.0)];
        assert_eq!(told.map(|(unit, value)| unit.text(value)), ["50.00 %", "287.0 ms", "2.0000", "0.0000"]);
        let small = [(Unit::Share, 1e-6), (Unit::Millis, 0.02), (Unit::Multiple, 1e-7)];
        assert_eq!(small.map(|(unit, value)| unit.text(value)), ["1e-4 %", "2e-2 ms", "1e-7"]);
    }

    #[test]
    fn a_figure_holds_within_its_tolerance_if_its_interval_is_as_narrow() {
        let published = Published::Exactly(10.0);
        assert_eq!(verdict(published, [10.5, 10.0, 11.0], 1.0), Verdict::Held);
        assert_eq!(verdict(published, [10.5, 8.0, 13.0], 1.0), Verdict::Inconclusive);
        assert_eq!(verdict(published, [11.5, 10.5, 12.5], 1.0), Verdict::Inconclusive);
        assert_eq!(verdict(published, [12.0, 11.5, 12.5], 1.0), Verdict::Violated);
        assert_eq!(verdict(published, [8.0, 7.5, 8.5], 1.0), Verdict::Violated);
    }

    #[test]
    fn without_a_tolerance_only_the_same_figure_holds() {
        let published = Published::Exactly(152.0);
        assert_eq!(verdict(published, [152.0; 3], 0.0), Verdict::Held);
        assert_eq!(verdict(published, [152.001; 3], 0.0), Verdict::Violated);
        assert_eq!(verdict(published, [152.0, 151.0, 153.0], 0.0), Verdict::Inconclusive);
    }

    #[test]
    fn bounds_hold_on_their_side_however_wide_the_interval() {
        let most = Published::AtMost(1.5);
        assert_eq!(verdict(most, [1.0, 0.2, 1.4], 0.1), Verdict::Held);
        assert_eq!(verdict(most, [1.55, 1.5, 1.6], 0.1), Verdict::Held);
        assert_eq!(verdict(most, [1.5, 1.3, 1.8], 0.1), Verdict::Inconclusive);
        assert_eq!(verdict(most, [1.8, 1.7, 1.9], 0.1), Verdict::Violated);
        let least = Published::AtLeast(10.0);
        assert_eq!(verdict(least, [20.0, 15.0, 40.0], 0.0), Verdict::Held);
        assert_eq!(verdict(least, [9.0, 8.0, 9.5], 0.0), Verdict::Violated);
    }

    #[test]
    fn a_published_draw_lies_where_draws_do() {
        let worst = Published::Among(513.0);
        assert_eq!(verdict(worst, [550.0, 480.0, 700.0], 0.0), Verdict::Held);
        assert_eq!(verdict(worst, [650.0, 600.0, 700.0], 0.0), Verdict::Violated);
        assert_eq!(verdict(worst, [650.0, 600.0, 700.0], 90.0), Verdict::Held);
    }
}
