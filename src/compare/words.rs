//! Figures, intervals and verdicts as a person would put them.

use crate::run::metrics::{Unit, UnitKind};
use crate::run::page::grouped;
use crate::scenario::sweep::{Extreme, Search};
use crate::statistics::{Estimate, Paired};

use super::study::{Finding, Study, StudyRow};

/// How figures that belong together are written: what divides them, behind how many decimals, with which unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Style {
    divisor: f64,
    decimals: usize,
    unit: &'static str,
}

/// Most decimals that are written.
const DECIMALS_MAX: usize = 6;

impl Style {
    /// For figures about as great as `value`, known to about `reach`: one or two digits of that are written.
    pub fn of(unit: Unit, value: f64, reach: f64) -> Style {
        let (divisor, unit) = match unit.kind() {
            UnitKind::Time => match value.abs() {
                ns if ns >= 1e9 => (1e9, " s"),
                ns if ns >= 1e6 => (1e6, " ms"),
                ns if ns >= 1e3 => (1e3, " us"),
                _ => (1.0, " ns"),
            },
            UnitKind::Share => (0.01, " %"),
            UnitKind::Rate => (1.0, " op/s"),
            UnitKind::Number => (1.0, ""),
        };
        // Of what is known exactly three digits say enough.
        let reach = if reach > 0.0 { reach / divisor } else { value.abs() / divisor / 100.0 };
        let mut decimals = 0;
        let mut shown = reach;
        while shown > 0.0 && shown < 3.0 && decimals < DECIMALS_MAX {
            shown *= 10.0;
            decimals += 1;
        }
        Style { divisor, decimals, unit }
    }

    /// For an estimate.
    pub fn of_estimate(unit: Unit, estimate: Estimate) -> Style {
        Style::of(unit, estimate.value, estimate.half_width())
    }

    /// A figure without its unit.
    pub fn bare(self, value: f64) -> String {
        number(value / self.divisor, self.decimals)
    }

    /// A figure with its unit.
    pub fn figure(self, value: f64) -> String {
        format!("{}{}", self.bare(value), self.unit)
    }

    /// An estimate with its interval: `38.2 ms (37.8 to 38.6)`.
    pub fn estimate(self, estimate: Estimate) -> String {
        format!(
            "{} ({} to {})",
            self.figure(estimate.value),
            self.bare(estimate.low),
            self.bare(estimate.high)
        )
    }
}

/// A number with so many decimals, thousands apart.
fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let is_nought = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_nought { "-" } else { "" };
    let whole = whole.parse().map_or(whole.to_owned(), grouped);
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// From how many times a ratio is called one: below, it is so many per cent higher.
const TIMES_FROM: f64 = 2.0;

/// What a variant is beside the baseline: `38 % lower (35 to 41 %)`, `3.2 times (2.9 to 3.5)`, or, where there is no ratio, by how much
/// it differs.
pub fn beside(paired: &Paired, unit: Unit) -> String {
    if let Some(signs) = by_signs(paired) {
        return signs;
    }
    let Some(ratio) = paired.ratio else {
        let difference = paired.difference;
        let mut style = Style::of_estimate(unit, difference);
        if unit.kind() == UnitKind::Share {
            // Not so many per cent of the baseline's share, which may be nought.
            style.unit = " percentage points";
        }
        return higher_or_lower(style, difference);
    };
    if ratio.value >= TIMES_FROM {
        let style =
            Style { divisor: 1.0, unit: "", ..Style::of(Unit::Count, ratio.value, ratio.half_width()) };
        return format!(
            "{} times ({} to {})",
            style.bare(ratio.value),
            style.bare(ratio.low),
            style.bare(ratio.high)
        );
    }
    // What cannot be below nought is at most 100 % lower.
    let more = Estimate { value: ratio.value - 1.0, low: ratio.low.max(0.0) - 1.0, high: ratio.high - 1.0 };
    higher_or_lower(Style::of(Unit::Ratio, more.value, ratio.half_width()), more)
}

/// In how many pairs the figures differ, where most are the same so that the median says nothing: `lower in 7 of 60 pairs, higher in none`.
fn by_signs(paired: &Paired) -> Option<String> {
    let is_so = paired.difference.value == 0.0 && paired.lower != paired.higher;
    let count = |count: usize| if count == 0 { "none".to_owned() } else { count.to_string() };
    is_so.then(|| {
        let Paired { pairs, lower, higher, .. } = *paired;
        match lower > higher {
            true => format!("lower in {lower} of {pairs} pairs, higher in {}", count(higher)),
            false => format!("higher in {higher} of {pairs} pairs, lower in {}", count(lower)),
        }
    })
}

/// By how much something is higher, or lower if that is below nought: `38 % lower (35 to 41 %)`, or, where the interval holds nought,
/// `0.5 % higher (1.2 % lower to 2.2 % higher)`.
fn higher_or_lower(style: Style, more: Estimate) -> String {
    let word = |value: f64| if value < 0.0 { "lower" } else { "higher" };
    let size = |value: f64| style.figure(value.abs());
    let (value, told) = (size(more.value), word(more.value));
    if more.low < 0.0 && more.high > 0.0 {
        return format!("{value} {told} ({} lower to {} higher)", size(more.low), size(more.high));
    }
    let (near, far) = if more.value < 0.0 { (more.high, more.low) } else { (more.low, more.high) };
    format!("{value} {told} ({} to {})", style.bare(near.abs()), size(far))
}

/// A share in per cent, with no more digits than it needs: `95`, `99.9`.
pub fn percent(share: f64) -> String {
    let text = number(share * 100.0, 1);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// How much less the difference varies than had both variants had seeds of their own: `5.2 x`.
pub fn gain(paired: &Paired) -> String {
    paired.gain.map_or(String::new(), |gain| {
        let decimals = usize::from(gain < 10.0);
        format!("{} x", number(gain, decimals))
    })
}

/// What a comparison with the baseline finds, in a sentence without a full stop; `None` of the baseline itself, and of what cannot be
/// compared.
pub fn verdict(study: &Study, row: &StudyRow) -> Option<String> {
    let against = row.against.as_ref()?;
    let (subject, paired) = (&study.subject, &against.paired);
    let (variant, baseline) = (subject.called(row.variant), subject.called(subject.baseline));
    let measure = &study.measures[row.measure];
    let circumstances = match subject.told(row.circumstances) {
        told if told.is_empty() => told,
        told => format!(" at {told}"),
    };
    let percent = percent(study.settings.confidence);
    let pairs = paired.pairs;
    let beside = beside(paired, measure.unit);
    Some(match against.finding {
        Finding::Same => {
            format!(
                "{variant} and {baseline} have the same {}{circumstances} in all of {pairs} paired runs",
                measure.name
            )
        }
        Finding::Lower | Finding::Higher if by_signs(paired).is_some() => {
            format!(
                "{variant} has a {} {} than {baseline}{circumstances}: {beside}",
                against.finding.name(),
                measure.name
            )
        }
        Finding::Lower | Finding::Higher => {
            let (how, interval) = beside.split_once(" (").expect("an interval follows");
            let interval = interval.trim_end_matches(')');
            if let Some(found) = measure.found() {
                let says = found_beside(&found.search, &variant, how, &baseline);
                return Some(format!(
                    "{says}{circumstances} ({percent} % CI {interval}, {pairs} paired seeds)"
                ));
            }
            let has = match how.ends_with(" times") {
                true => format!("{how} the {} of", measure.name),
                false => format!("{how} {} than", measure.name),
            };
            format!(
                "{variant} has {has} {baseline}{circumstances} ({percent} % CI {interval}, {pairs} paired runs)"
            )
        }
        Finding::NotShown if by_signs(paired).is_some() => {
            format!(
                "no difference in {} shown between {variant} and {baseline}{circumstances}: {beside}",
                measure.name
            )
        }
        Finding::NotShown => {
            let needed = paired.pairs_to_show(study.settings.method, study.level_each());
            let more = needed.map(|needed| needed - pairs as f64);
            let more = match more {
                Some(more) if more > MORE_MAX => {
                    format!("to show one so small takes more than {} runs", grouped(MORE_MAX as u64))
                }
                Some(more) if more < 1.0 => "a few more runs may show one".to_owned(),
                Some(more) => {
                    format!("to show one so small takes about {} more runs", grouped(rounded(more)))
                }
                None if paired.all_equal() => "there is none in these runs".to_owned(),
                None => "these runs have none on the whole".to_owned(),
            };
            format!(
                "no difference in {} shown between {variant} and {baseline}{circumstances} ({beside}, {percent} % CI, {pairs} paired runs): \
                 {more}",
                measure.name
            )
        }
    })
}

/// What one variant bears, or needs, beside another: `b carries 38 % more load than a with p99 < 100ms`.
fn found_beside(search: &Search, variant: &str, how: &str, baseline: &str) -> String {
    let verb = match search.extreme {
        Extreme::Max => "carries",
        Extreme::Min => "needs",
    };
    let (name, condition) = (&search.variable, &search.condition.value);
    match how.strip_suffix(" times") {
        Some(times) => format!("{variant} {verb} {times} times the {name} of {baseline} with {condition}"),
        None => {
            let how = how.replace("higher", "more").replace("lower", "less");
            format!("{variant} {verb} {how} {name} than {baseline} with {condition}")
        }
    }
}

/// Beyond so many more runs it is not said how many.
const MORE_MAX: f64 = 100_000.0;

/// A number of runs, to two digits: more would feign precision.
fn rounded(runs: f64) -> u64 {
    let mut unit = 1.0;
    while runs / unit >= 100.0 {
        unit *= 10.0;
    }
    ((runs / unit).ceil() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { value, low, high }
    }

    #[test]
    fn figures_have_the_digits_that_their_interval_gives_them() {
        let told = |unit, value, low, high| {
            let estimate = estimate(value, low, high);
            Style::of_estimate(unit, estimate).estimate(estimate)
        };
        assert_eq!(
            told(Unit::Nanoseconds, 38_214_000.0, 37_790_000.0, 38_638_000.0),
            "38.2 ms (37.8 to 38.6)"
        );
        assert_eq!(told(Unit::Nanoseconds, 1.5e9, 1.0e9, 2.0e9), "1.5 s (1.0 to 2.0)");
        assert_eq!(
            told(Unit::OperationsPerSecond, 14_213.4, 14_010.0, 14_420.0),
            "14,213 op/s (14,010 to 14,420)"
        );
        assert_eq!(told(Unit::Ratio, 0.0123, 0.0119, 0.0127), "1.23 % (1.19 to 1.27)");
        assert_eq!(told(Unit::Count, 3.0, 3.0, 3.0), "3.00 (3.00 to 3.00)");
        assert_eq!(told(Unit::Count, 0.0, 0.0, 0.0), "0 (0 to 0)");
    }

    #[test]
    fn what_may_be_either_says_both() {
        let style = |estimate: Estimate| Style::of(Unit::Ratio, estimate.value, estimate.half_width());
        let told =
            |value, low, high| higher_or_lower(style(estimate(value, low, high)), estimate(value, low, high));
        assert_eq!(told(-0.38, -0.41, -0.35), "38 % lower (35 to 41 %)");
        assert_eq!(told(0.17, 0.12, 0.23), "17 % higher (12 to 23 %)");
        assert_eq!(told(-0.59, -0.66, 0.74), "59 % lower (66 % lower to 74 % higher)");
        assert_eq!([0.95, 0.999, 0.55].map(percent), ["95", "99.9", "55"]);
    }

    #[test]
    fn what_rarely_differs_is_told_by_signs() {
        let baseline = vec![1.0; 60];
        let variant: Vec<f64> = (0..60).map(|i| if i % 10 == 0 { 0.5 } else { 1.0 }).collect();
        let of = |ours: &[f64], theirs: &[f64]| {
            beside(&Paired::of(crate::statistics::Method::Median, ours, theirs, 0.95), Unit::Ratio)
        };
        assert_eq!(of(&variant, &baseline), "lower in 6 of 60 pairs, higher in none");
        assert_eq!(of(&baseline, &variant), "higher in 6 of 60 pairs, lower in none");
        assert_eq!(of(&baseline, &baseline), "0 % higher (0 to 0 %)");
    }

    #[test]
    fn numbers_of_runs_are_rounded_up_to_two_digits() {
        assert_eq!([3.0, 89.2, 101.0, 1_234.0].map(rounded), [3, 90, 110, 1_300]);
    }
}
