//! From the text of a distribution to the distribution, with every problem in it.

use std::ops::Range;

use super::catalogue::{FAMILIES, Family};
use super::{Measure, constant, number};
use crate::kernel::sample::{Distribution, ParameterError};
use crate::spec::arguments::{self, Bound};
use crate::spec::call::{self, Call, Expression};
use crate::spec::code::Code;
use crate::spec::decode::DataFiles;
use crate::spec::diagnostic::Problem;
use crate::spec::origin::SourceId;
use crate::spec::suggest;
use crate::spec::units::{self, Dimension};
use crate::spec::value::Text;

/// The distribution that `text` describes, in base units of `measure`.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(text: &Text, measure: Measure, files: &dyn DataFiles) -> Result<Distribution, Vec<Problem>> {
    let expression = call::parse(text.as_str()).map_err(|problem| vec![problem])?;
    let mut context = Context { text, measure, files, problems: Vec::new() };
    match context.distribution(&expression) {
        Some(distribution) if context.problems.is_empty() => Ok(distribution),
        Some(_) | None => Err(context.problems),
    }
}

/// That a text is no distribution, with what it may have meant.
pub(super) fn not_a_distribution(word: &str, span: Range<usize>, measure: Measure) -> Problem {
    let problem = |message: &str| Problem::new(Code::UnknownFunction, span.clone(), message);
    let expected = format!("must be a distribution of {}", measure.name());
    if let (Ok(_), Some(dimension)) = (number(word), measure.dimension()) {
        return problem(&expected).help(format!("write {}", units::with_unit(word, dimension)));
    }
    if let Some((low, high)) = word.split_once("..").or_else(|| word.split_once('-'))
        && let Some(range) = range(low, high, measure)
    {
        return problem(&expected).help(format!("write {range}"));
    }
    // What begins like a quantity was to be one.
    if word.strip_prefix('-').unwrap_or(word).starts_with(|c: char| c.is_ascii_digit())
        && let Err(wrong) = measure.value(word)
    {
        return wrong.shifted(span.start);
    }
    if let Some(family) = FAMILIES.iter().find(|family| family.name == word) {
        return problem("lacks the arguments of its distribution").help(format!("write {}", family.usage()));
    }
    problem(&expected).help(format!("write for example \"{}\"", measure.example()))
}

/// The distribution over a range, as it is written; an end without a unit has that of the other. `None` if it is no range.
pub(super) fn range(low: &str, high: &str, measure: Measure) -> Option<String> {
    let (low, high) = (low.trim(), high.trim());
    let unit = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned();
    let likely = || measure.dimension().map_or("", Dimension::likely_unit).to_owned();
    let unit = [high, low].map(unit).into_iter().find(|unit| !unit.is_empty()).unwrap_or_else(likely);
    let with_unit = |text: &str| match number(text) {
        Ok(_) => format!("{text}{unit}"),
        Err(_) => text.to_owned(),
    };
    let (low, high) = (with_unit(low), with_unit(high));
    let is_range = measure.value(&low).is_ok() && measure.value(&high).is_ok();
    is_range.then(|| format!("\"uniform({low}, {high})\""))
}

/// What stays the same through nested distributions.
struct Context<'a> {
    text: &'a Text,
    measure: Measure,
    files: &'a dyn DataFiles,
    problems: Vec<Problem>,
}

impl Context<'_> {
    /// The distribution of an expression, or `None` after its problems have been noted.
    fn distribution(&mut self, expression: &Expression) -> Option<Distribution> {
        let call = match expression {
            Expression::Call(call) => call,
            Expression::Phrase(_) => {
                let span = expression.span();
                let word = &self.text.as_str()[span.clone()];
                // A plain quantity is that quantity, always.
                if let Ok(value) = self.measure.value(word) {
                    return Some(constant(value));
                }
                self.problems.push(not_a_distribution(word, span, self.measure));
                return None;
            }
        };
        let Some(family) = FAMILIES.iter().find(|family| family.name == call.name.text) else {
            self.problems.push(unknown_family(call));
            return None;
        };
        self.build(family, call)
    }

    fn build(&mut self, family: &Family, call: &Call) -> Option<Distribution> {
        let bound = match family.forms {
            [] => None,
            forms => match arguments::bind(call, forms) {
                Ok(bound) => Some(bound),
                Err(problems) => {
                    self.problems.extend(problems);
                    return None;
                }
            },
        };
        let mut reader = Reader {
            family,
            call,
            bound,
            text: self.text,
            measure: self.measure,
            files: self.files,
            read: Vec::new(),
            problems: Vec::new(),
        };
        let built = (family.build)(&mut reader);
        let problems = reader.problems;
        self.problems.extend(problems);
        built
    }
}

fn unknown_family(call: &Call) -> Problem {
    let names = || FAMILIES.iter().map(|family| family.name);
    // What other simulators and textbooks call them.
    let alias = match call.name.text.as_str() {
        "constant" | "fixed" | "deterministic" => Some("const"),
        "exponential" => Some("exp"),
        "gaussian" | "norm" => Some("normal"),
        "hyperexponential" => Some("hyperexp"),
        "mix" => Some("mixture"),
        _ => None,
    };
    let message = format!("names an unknown distribution `{}`", call.name.text);
    Problem::new(Code::UnknownFunction, call.name.span.clone(), message)
        .did_you_mean(alias.or_else(|| suggest::closest(&call.name.text, names())))
        .help(format!("the distributions are {}", names().collect::<Vec<_>>().join(", ")))
}

/// Hands the arguments of one call to its family, and notes what is wrong with them.
pub(super) struct Reader<'a> {
    family: &'a Family,
    call: &'a Call,
    bound: Option<Bound<'a>>,
    text: &'a Text,
    measure: Measure,
    files: &'a dyn DataFiles,
    /// The values read so far: in base units, and as written.
    read: Vec<(f64, &'a str)>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Which of the family's forms was used.
    pub(super) fn form(&self) -> usize {
        self.bound.as_ref().map_or(0, |bound| bound.form)
    }

    /// What the values are.
    pub(super) fn measure(&self) -> Measure {
        self.measure
    }

    /// A required argument in the unit of the distribution.
    pub(super) fn value(&mut self, parameter: &'static str) -> Option<f64> {
        let measure = self.measure;
        let value = self.read(parameter, |text| measure.value(text))?;
        let (written, _) = self.word(parameter)?;
        self.read.push((value, written));
        Some(value)
    }

    /// An optional argument in the unit of the distribution; `None` if it is wrong.
    pub(super) fn optional_value(&mut self, parameter: &'static str) -> Option<Option<f64>> {
        match self.argument(parameter) {
            Some(_) => self.value(parameter).map(Some),
            None => Some(None),
        }
    }

    /// A required plain number.
    pub(super) fn number(&mut self, parameter: &'static str) -> Option<f64> {
        self.read(parameter, number)
    }

    /// A required whole number.
    pub(super) fn count(&mut self, parameter: &'static str) -> Option<u32> {
        self.read(parameter, |text| {
            let message = format!("must be a whole number, not `{text}`");
            text.parse().map_err(|_| Problem::new(Code::BadNumber, 0..text.len(), message))
        })
    }

    /// An argument that is one word or quoted text, with its bytes.
    pub(super) fn word(&mut self, parameter: &'static str) -> Option<(&'a str, Range<usize>)> {
        let expression = self.argument(parameter)?;
        match expression.word() {
            Some(word) => Some((word.text.as_str(), word.span.clone())),
            None => {
                let message = "must be one word or a text in quotes";
                self.note(parameter, Problem::new(Code::CallSyntax, expression.span(), message));
                None
            }
        }
    }

    /// The text of the data file that `parameter` names.
    pub(super) fn file(&mut self, parameter: &'static str) -> Option<String> {
        let (path, span) = self.word(parameter)?;
        let source: SourceId = self.text.origin_of(span.clone()).source;
        match self.files.read(source, path) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.note(parameter, Problem { span, ..problem });
                None
            }
        }
    }

    /// The weighted distributions of a mixture.
    pub(super) fn branches(&mut self) -> Option<Vec<(f64, Distribution)>> {
        let (text, measure, files) = (self.text, self.measure, self.files);
        let mut context = Context { text, measure, files, problems: Vec::new() };
        let mut branches = Vec::new();
        for argument in &self.call.arguments {
            let distribution = context.distribution(&argument.value);
            let weight = argument.weight.as_ref().and_then(|weight| number(&weight.text).ok());
            if weight.is_none() {
                let span = argument.key.as_ref().map_or(argument.value.span(), |key| key.span.clone());
                let message = "needs a weight before each of its distributions";
                let help = format!("write for example {}", self.family.example);
                let problem = Problem::new(Code::MissingArgument, span, message).of("`mixture`").help(help);
                context.problems.push(problem);
            }
            branches.extend(weight.zip(distribution));
        }
        let complete = branches.len() == self.call.arguments.len();
        self.problems.extend(context.problems);
        complete.then_some(branches)
    }

    /// The distribution, or a note of the parameter for which there is none.
    pub(super) fn built(&mut self, result: Result<Distribution, ParameterError>) -> Option<Distribution> {
        match result {
            Ok(distribution) => Some(distribution),
            Err(error) => {
                let span = match &self.bound {
                    Some(bound) => bound.span(error.parameter),
                    None => self.call.span.clone(),
                };
                let message = self.as_written(&error.problem);
                let problem = Problem::new(Code::BadParameter, span, message);
                let help = self.out_of_order(error.parameter);
                self.note(error.parameter, help.into_iter().fold(problem, Problem::help));
                None
            }
        }
    }

    /// What to do with a value that is below the one before it, if this is such a one.
    fn out_of_order(&self, parameter: &str) -> Option<String> {
        let parameters = self.family.forms.get(self.form())?.parameters;
        let before = parameters[..parameters.iter().position(|p| p.name == parameter)?].last()?.name;
        let value = |name| self.measure.value(&self.argument(name)?.word()?.text).ok();
        (value(before)? > value(parameter)?)
            .then(|| format!("swap the two, or let `{parameter}` be above `{before}`"))
    }

    /// A message of the kernel, which knows base units only, with values as the user wrote them: not
    /// "2000000000" but "2s".
    fn as_written(&self, message: &str) -> String {
        let number_ends = |c: char| !c.is_ascii_digit() && c != '.';
        let written = |word: &str| {
            let digits = word.trim_end_matches(number_ends);
            let value = self.read.iter().find(|(value, _)| digits == value.to_string());
            value.map_or(word.to_string(), |(_, written)| word.replacen(digits, written, 1))
        };
        message.split_inclusive(number_ends).map(written).collect()
    }

    /// Notes a problem of a parameter.
    pub(super) fn note(&mut self, parameter: &str, problem: Problem) {
        self.problems.push(problem.of(format!("`{parameter}` of `{}`", self.family.name)));
    }

    /// The bytes of a parameter's value.
    pub(super) fn span(&self, parameter: &str) -> Range<usize> {
        self.bound.as_ref().map_or(self.call.span.clone(), |bound| bound.span(parameter))
    }

    fn argument(&self, parameter: &str) -> Option<&'a Expression> {
        self.bound.as_ref().and_then(|bound| bound.get(parameter))
    }

    fn read<T>(
        &mut self,
        parameter: &'static str,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let (text, span) = self.word(parameter)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.note(parameter, problem.shifted(span.start));
                None
            }
        }
    }
}
