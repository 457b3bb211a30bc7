//! `find = "max load where p99 < 100ms"`: a variable of a sweep, between whose least and greatest values the last one is sought at
//! which something holds.

use std::cmp::Ordering;
use std::ops::Range;

use super::variables::Variable;
use super::{SweepOptions, comparison, written};
use crate::spec::units::{self, Dimension, four_digits, rounded};
use crate::spec::{Code, Diagnostic, Diagnostics, Located, Node, Value, write};

/// Bracket ends further apart than so many times have their middle by ratio, others by difference.
pub const LINEAR_RATIO_MAX: f64 = 10.0;

/// Which of the values at which a condition holds is sought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extreme {
    /// The greatest: it holds below.
    Max,
    /// The least: it holds above.
    Min,
}

impl Extreme {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Extreme::Max => "max",
            Extreme::Min => "min",
        }
    }
}

/// What the values of a variable are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// Quantities, all of this kind.
    Quantity(Dimension),
}

/// A value of the variable.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// As it is written.
    pub written: String,
    /// In base units.
    pub number: f64,
}

/// A decoded `find`.
#[derive(Clone, PartialEq, Debug)]
pub struct Search {
    /// As it was written.
    pub text: String,
    /// Which value is sought.
    pub extreme: Extreme,
    /// Of which variable.
    pub variable: String,
    /// What its values are.
    pub kind: ValueKind,
    /// What is to hold, such as `p99 < 100ms`.
    pub condition: Located<String>,
    /// The least value that is listed.
    pub low: Tried,
    /// The greatest.
    pub high: Tried,
    /// How far the values between which it lies may be apart in the end, as a share of the one further from nought.
    pub resolution: f64,
}

impl Search {
    /// What `find` says, or reports.
    pub(super) fn read(
        find: &Located<String>,
        resolution: f64,
        variables: &[Variable],
        sweep: &SweepOptions,
        diagnostics: &mut Diagnostics,
    ) -> Option<Search> {
        let Some((extreme, name, condition)) = parts(&find.value) else {
            let message = format!("`{}` does not say what is to be found", find.value);
            let error = Diagnostic::error(Code::BadAssertion, &find.origin, message);
            diagnostics.push(error.help("write for example find = \"max load where p99 < 100ms\""));
            return None;
        };
        let part = |range: Range<usize>| Located {
            value: find.value[range.clone()].to_owned(),
            origin: find.place_of(range),
        };
        let (name, condition) = (part(name), part(condition));
        let variable = comparison::named(&name, variables, diagnostics)?;
        if variable.values.is_empty() {
            // It has been reported.
            return None;
        }
        let ends = ends(&name, variable).and_then(|ends| refuse_together(&name, sweep).map(|()| ends));
        match ends {
            Ok((kind, low, high)) => Some(Search {
                text: find.value.trim().to_owned(),
                extreme,
                variable: name.value,
                kind,
                condition,
                low,
                high,
                resolution,
            }),
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                None
            }
        }
    }

    /// Whether there is one value only, between which and itself nothing lies.
    pub fn is_of_one_value(&self) -> bool {
        self.low.number >= self.high.number
    }

    /// The ends, the one first at which the condition is to hold if it does anywhere.
    pub fn ends(&self) -> [&Tried; 2] {
        match self.extreme {
            Extreme::Max => [&self.low, &self.high],
            Extreme::Min => [&self.high, &self.low],
        }
    }

    /// Whether the middle of two values is that by ratio: where the ends are far apart, and on one side of nought.
    pub fn is_geometric(&self) -> bool {
        self.low.number > 0.0 && self.high.number / self.low.number > LINEAR_RATIO_MAX
    }

    /// A value in the middle of two; `None` if they are as near as is asked for, or nothing that can be written lies between.
    pub fn between(&self, a: &Tried, b: &Tried) -> Option<Tried> {
        let (low, high) = (a.number.min(b.number), a.number.max(b.number));
        if high - low <= self.resolution * low.abs().max(high.abs()) {
            return None;
        }
        let middle = if self.is_geometric() { (low * high).sqrt() } else { low + (high - low) / 2.0 };
        Some(self.tried(middle)).filter(|tried| low < tried.number && tried.number < high)
    }

    /// A value as the search writes it: to four significant digits, whole if the ends are.
    fn tried(&self, number: f64) -> Tried {
        let text = match self.kind {
            ValueKind::Whole => whole(number),
            // A float keeps its point.
            ValueKind::Number => format!("{:?}", parsed(&four_digits(number))),
            ValueKind::Quantity(dimension) => rounded(number, dimension),
        };
        self.value(&text)
    }

    /// A value that a run has of the variable, which is an end or what the search wrote itself.
    ///
    /// # Panics
    /// If it is neither.
    pub fn value(&self, written: &str) -> Tried {
        if let Some(end) = [&self.low, &self.high].into_iter().find(|end| end.written == written) {
            return end.clone();
        }
        let number = match self.kind {
            ValueKind::Whole | ValueKind::Number => parsed(written),
            ValueKind::Quantity(_) => base(written),
        };
        Tried { written: written.to_owned(), number }
    }

    /// The values of the variable in `--set`, in place of those that are listed.
    pub fn setting<'t>(&self, values: impl Iterator<Item = &'t str>) -> String {
        let item = |value: &str| match self.kind {
            ValueKind::Whole | ValueKind::Number => value.to_owned(),
            ValueKind::Quantity(_) => write::quoted(value),
        };
        format!("sweep.vars.{}=[{}]", self.variable, values.map(item).collect::<Vec<_>>().join(","))
    }

    /// How its values are spread, in a word.
    pub fn spread(&self) -> &'static str {
        if self.is_geometric() { "by ratio" } else { "evenly" }
    }
}

/// A whole number; of more than four digits four, as far as that is whole.
fn whole(number: f64) -> String {
    parsed(&four_digits(number)).round().to_string()
}

fn base(quantity: &str) -> f64 {
    units::base_value(quantity).expect("what is written as a quantity reads back").1
}

fn parsed(number: &str) -> f64 {
    number.parse().expect("what is written as a number reads back")
}

/// What is sought, and where the variable and the condition stand: of `max load where p99 < 100ms`.
fn parts(text: &str) -> Option<(Extreme, Range<usize>, Range<usize>)> {
    let start = text.len() - text.trim_start().len();
    let (word, rest) = text[start..].split_once(char::is_whitespace)?;
    let extreme = [Extreme::Max, Extreme::Min].into_iter().find(|extreme| extreme.name() == word)?;
    let rest = text.len() - rest.trim_start().len();
    let middle = text[rest..].find(" where ")?;
    let name = rest..rest + text[rest..rest + middle].trim_end().len();
    let after = rest + middle + " where ".len();
    let condition = text.len() - text[after..].trim_start().len()..text.trim_end().len();
    (!name.is_empty() && condition.start < condition.end).then_some((extreme, name, condition))
}

/// The least and the greatest of the values of a variable, of which there is one at least, and what they are.
fn ends(name: &Located<String>, variable: &Variable) -> Result<(ValueKind, Tried, Tried), Box<Diagnostic>> {
    let bad = |at: &Node, message: String| {
        let error = Diagnostic::error(Code::Contradiction, &at.origin, message);
        Box::new(error.related(&name.origin, "it is to be found here"))
    };
    let is_float = variable.values.iter().any(|value| matches!(value.value, Value::Float(_)));
    let mut all: Vec<(ValueKind, Tried)> = Vec::new();
    for value in &variable.values {
        let Some((kind, number)) = number_of(value, is_float) else {
            let message = format!(
                "`{}` is no number and no quantity: nothing lies between it and another",
                written(value)
            );
            let help = "search a variable such as vars.load = [\"50/s\", \"2000/s\"]";
            return Err(Box::new(bad(value, message).help(help)));
        };
        if let Some((first, tried)) = all.first()
            && *first != kind
        {
            let message = format!(
                "`{}` and `{}` are not of one kind: nothing lies between them",
                tried.written,
                written(value)
            );
            return Err(bad(value, message));
        }
        all.push((kind, Tried { written: written(value), number }));
    }
    let by_number = |a: &&(ValueKind, Tried), b: &&(ValueKind, Tried)| {
        a.1.number.partial_cmp(&b.1.number).unwrap_or(Ordering::Equal)
    };
    let least = all.iter().min_by(by_number).expect("a variable has a value");
    let greatest = all.iter().max_by(by_number).expect("a variable has a value");
    Ok((least.0, least.1.clone(), greatest.1.clone()))
}

/// What a value is, and how much in base units; `None` of what is neither a number nor a quantity. Whole numbers beside others are numbers.
fn number_of(value: &Node, is_float: bool) -> Option<(ValueKind, f64)> {
    match &value.value {
        Value::Integer(number) => {
            Some((if is_float { ValueKind::Number } else { ValueKind::Whole }, *number as f64))
        }
        Value::Float(number) => Some((ValueKind::Number, *number)),
        Value::String(text) => units::base_value(text.as_str())
            .map(|(dimension, number)| (ValueKind::Quantity(dimension), number)),
        Value::Bool(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// Refuses sweeps whose combinations do not have every value of the variable.
fn refuse_together(name: &Located<String>, sweep: &SweepOptions) -> Result<(), Box<Diagnostic>> {
    let bad = |message: String| Err(Box::new(Diagnostic::error(Code::Contradiction, &name.origin, message)));
    if sweep.draw {
        return bad("with `draw` each seed runs one combination, and nothing can be found".to_owned());
    }
    if let Some(zipped) = sweep.zip.iter().flatten().find(|zipped| zipped.value == name.value) {
        let message =
            format!("`{}` turns with other variables, which have no values between theirs", name.value);
        return bad(message).map_err(|error| Box::new(error.related(&zipped.origin, "`zip` says so")));
    }
    let is_word = |word: &str| word == name.value;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if let Some(filter) =
        sweep.r#where.as_ref().filter(|text| text.as_str().split(|c| !is_name(c)).any(is_word))
    {
        let message =
            format!("`where` leaves out some values of `{}`, of which any may be tried", name.value);
        return bad(message).map_err(|error| Box::new(error.related(&filter.origin(), "this `where`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Origin;

    fn search(kind: ValueKind, low: (&str, f64), high: (&str, f64)) -> Search {
        let tried = |(written, number): (&str, f64)| Tried { written: written.to_owned(), number };
        Search {
            text: String::new(),
            extreme: Extreme::Max,
            variable: "load".to_owned(),
            kind,
            condition: Located { value: String::new(), origin: Origin::default_value() },
            low: tried(low),
            high: tried(high),
            resolution: 0.01,
        }
    }

    #[test]
    fn what_is_to_be_found_has_three_parts() {
        let text = " min  load-2 where  latency.p99{op=read} < 1ms ";
        let (extreme, name, condition) = parts(text).expect("it is well-formed");
        assert_eq!(
            (extreme, &text[name], &text[condition]),
            (Extreme::Min, "load-2", "latency.p99{op=read} < 1ms")
        );
        for wrong in
            ["", "max", "max load", "most load where p99 < 1ms", "max where p99 < 1ms", "max load where "]
        {
            assert!(parts(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_middle_is_that_of_the_spread_to_four_digits() {
        let rate = ValueKind::Quantity(Dimension::Rate);
        let near = search(rate, ("50/s", 50.0), ("61/s", 61.0));
        let middle = near.between(&near.low, &near.high).expect("they are far apart");
        assert_eq!((middle.written.as_str(), near.spread()), ("55.5/s", "evenly"));
        let far = search(rate, ("50/s", 50.0), ("2000/s", 2000.0));
        let middle = far.between(&far.low, &far.high).expect("they are far apart");
        assert_eq!((middle.written.as_str(), far.spread()), ("316.2/s", "by ratio"));
        assert_eq!(far.setting(["50/s", "316.2/s"].into_iter()), "sweep.vars.load=[\"50/s\",\"316.2/s\"]");
        let number = search(ValueKind::Number, ("0", 0.0), ("2", 2.0));
        let middle = number.between(&number.low, &number.high).expect("they are far apart");
        assert_eq!(
            (middle.written.as_str(), number.setting(["1.0"].into_iter())),
            ("1.0", "sweep.vars.load=[1.0]".to_owned())
        );
    }

    #[test]
    fn whole_numbers_stay_whole_and_end_next_to_each_other() {
        let whole = search(ValueKind::Whole, ("1", 1.0), ("8", 8.0));
        let at = |number: f64| whole.tried(number);
        assert_eq!(whole.between(&at(1.0), &at(8.0)).map(|tried| tried.written), Some("5".to_owned()));
        assert_eq!(whole.between(&at(4.0), &at(5.0)), None);
        assert_eq!(at(123_456.0).written, "123500");
    }

    #[test]
    fn what_is_near_enough_has_no_middle() {
        let near = search(ValueKind::Number, ("100.0", 100.0), ("101.0", 101.0));
        assert_eq!(near.between(&near.low, &near.high), None);
        let far = search(ValueKind::Number, ("100.0", 100.0), ("101.1", 101.1));
        assert_eq!(far.between(&far.low, &far.high).map(|tried| tried.written), Some("100.5".to_owned()));
    }
}
