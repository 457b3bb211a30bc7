//! Laws written as calls: `poisson(500/s)`, `zipf(n=1000, s=0.99)`. One table a kind of law; a row is parsed,
//! explained and put into the schema from its declaration.

use std::ops::Range;

use super::arguments::{self, Bound, Form};
use super::call::{self, Call, Expression, Word};
use super::code::Code;
use super::decode::{DataFiles, Decoder};
use super::diagnostic::Problem;
use super::origin::Origin;
use super::quantity::Ratio;
use super::shape::Shape;
use super::value::{Node, Text, Value};
use super::{suggest, units};

/// Most laws that are listed where one of them is meant.
const LISTED_MAX: usize = 8;

/// Laws of one kind, by name.
pub struct Laws<T: 'static> {
    /// What they are: "law of arrivals".
    pub what: &'static str,
    /// Every law.
    pub rows: &'static [Law<T>],
}

/// One law as scenarios write it.
pub struct Law<T> {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// An example.
    pub example: &'static str,
    /// The ways to call it.
    pub forms: &'static [Form],
    /// Makes it of its arguments.
    pub build: fn(&Arguments<'_>) -> Result<T, Problem>,
}

impl<T> Law<T> {
    /// How it is written: `zipf(n=, s=)`.
    pub fn usage(&self) -> String {
        arguments::usage(self.name, self.forms)
    }
}

impl<T> Laws<T> {
    /// The law in `node`, or `None` once all that is wrong with it has been reported.
    pub fn decode(&self, node: &Node, decoder: &mut Decoder<'_>) -> Option<T> {
        let example = match &node.value {
            Value::Integer(number) => self.example(&number.to_string()),
            Value::Float(number) => self.example(&number.to_string()),
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Table(_) => self.example(""),
        };
        let text = decoder.text(node, &format!("a {}", self.what), &example)?;
        match self.parse(text, decoder.files()) {
            Ok(law) => Some(law),
            Err(problems) => {
                for problem in problems {
                    decoder.take::<()>(Err(problem), text);
                }
                None
            }
        }
    }

    /// The example of the first law, with the number that `text` begins with if it begins with one.
    fn example(&self, text: &str) -> String {
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let number = &text[..text.find(|c| !is_digit(c)).unwrap_or(text.len())];
        let example = self.rows[0].example;
        let start = example.find(|c: char| c.is_ascii_digit()).unwrap_or(example.len());
        let end = example[start..].find(|c| !is_digit(c)).map_or(example.len(), |length| start + length);
        let number = if number.is_empty() { &example[start..end] } else { number };
        format!("\"{}{number}{}\"", &example[..start], &example[end..])
    }

    /// What a value looks like in a file.
    pub fn shape(&self) -> Shape {
        let names = self.rows.iter().map(|law| law.name).collect();
        match self.rows.iter().any(is_plain) {
            true => Shape::CallOrWord(self.what, names),
            false => Shape::Call(self.what, names),
        }
    }

    /// There is no law of this name.
    fn unknown(&self, name: &Word) -> Problem {
        let names = || self.rows.iter().map(|law| law.name);
        let message = match self.rows.iter().any(is_plain) {
            true => format!("does not know the {} `{}`", self.what, name.text),
            false => format!("does not know the law `{}`", name.text),
        };
        let problem = Problem::new(Code::UnknownFunction, name.span.clone(), message);
        let near = suggest::closest(&name.text, names());
        // Whoever has mistyped one of many names does not want to read the others.
        match near.is_some() && self.rows.len() > LISTED_MAX {
            true => problem.did_you_mean(near),
            false => problem.did_you_mean(near).help(format!("choose {}", suggest::one_of(names()))),
        }
    }

    /// A law that needs no arguments may be named without parentheses.
    fn called(&self, expression: Expression) -> Expression {
        match expression.word().cloned() {
            Some(name) if self.rows.iter().any(|law| law.name == name.text && is_plain(law)) => {
                let span = name.span.clone();
                Expression::Call(Call { name, arguments: Vec::new(), span })
            }
            Some(_) | None => expression,
        }
    }

    /// The law of a text.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(&self, text: &Text, files: &dyn DataFiles) -> Result<T, Vec<Problem>> {
        let expression = call::parse(text.as_str()).map_err(|problem| vec![problem])?;
        let expression = self.called(expression);
        let Expression::Call(call) = &expression else {
            // Where names alone are laws, a name alone that is none is a slip of the pen.
            if let Some(name) = expression.word().filter(|_| self.rows.iter().any(is_plain))
                && self.rows.iter().all(|law| law.name != name.text)
            {
                return Err(vec![self.unknown(name)]);
            }
            let message = format!("must be a {}", self.what);
            let named = self.rows.iter().find(|law| law.name == text.as_str().trim());
            let help = match named {
                Some(law) => format!("write {}", law.usage()),
                None => format!("write for example {}", self.example(text.as_str().trim())),
            };
            return Err(vec![Problem::new(Code::UnknownFunction, expression.span(), message).help(help)]);
        };
        let Some(law) = self.rows.iter().find(|law| law.name == call.name.text) else {
            return Err(vec![self.unknown(&call.name)]);
        };
        let bound = arguments::bind(call, law.forms)?;
        (law.build)(&Arguments { text, bound, files }).map_err(|problem| vec![problem])
    }
}

/// Whether a law can be called without arguments.
fn is_plain<T>(law: &Law<T>) -> bool {
    law.forms.iter().any(|form| form.parameters.iter().all(|parameter| parameter.optional))
}

/// The arguments of a law, by parameter.
pub struct Arguments<'a> {
    text: &'a Text,
    bound: Bound<'a>,
    /// The data files that it may name.
    pub files: &'a dyn DataFiles,
}

impl Arguments<'_> {
    /// Whether the call gives the parameter.
    pub fn has(&self, parameter: &str) -> bool {
        self.bound.get(parameter).is_some()
    }

    /// An argument as it is written, without quotes.
    pub fn word(&self, parameter: &str) -> &str {
        let text = &self.text.as_str()[self.bound.span(parameter)];
        text.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\''])).unwrap_or(text)
    }

    /// The words of an argument; none if it is a call.
    pub fn words(&self, parameter: &str) -> &[Word] {
        match self.bound.get(parameter) {
            Some(Expression::Phrase(words)) => words,
            Some(Expression::Call(_)) | None => &[],
        }
    }

    /// Where a part of the text was written.
    pub fn origin(&self, span: Range<usize>) -> Origin {
        self.text.origin_of(span)
    }

    /// The bytes of an argument.
    pub fn span(&self, parameter: &str) -> Range<usize> {
        self.bound.span(parameter)
    }

    /// Where an argument was written.
    pub fn origin_of(&self, parameter: &str) -> Origin {
        self.origin(self.span(parameter))
    }

    /// An argument as a text with places of its own, and where it starts.
    pub fn part(&self, parameter: &str) -> (Text, usize) {
        let span = self.bound.span(parameter);
        let mut part = Text::empty(self.text.origin_of(span.clone()));
        part.push_part(self.text, span.clone());
        (part, span.start)
    }

    /// An argument read by `read`.
    pub fn quantity<T>(
        &self,
        parameter: &str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let start = self.bound.span(parameter).start;
        read(self.word(parameter)).map_err(|problem| problem.shifted(start).of(format!("`{parameter}`")))
    }

    /// A whole number from 1 to `max`.
    pub fn count(&self, parameter: &str, max: u32) -> Result<u32, Problem> {
        let count = self.word(parameter).parse::<u32>().ok().filter(|count| (1..=max).contains(count));
        count.ok_or_else(|| {
            let message = format!("must be a whole number from 1 to {max}");
            let problem = self.refuse(parameter, Code::OutOfRange, message);
            // `1e3` and `5.0` are whole, and not written so.
            let whole = self.word(parameter).parse::<f64>().ok();
            let whole =
                whole.filter(|number| number.fract() == 0.0 && (1.0..=f64::from(max)).contains(number));
            whole.map(|number| format!("write {parameter}={number}")).into_iter().fold(problem, Problem::help)
        })
    }

    /// A number from 0 to `max`.
    pub fn number(&self, parameter: &str, max: f64) -> Result<f64, Problem> {
        let number = self.word(parameter).parse::<f64>().ok().filter(|number| (0.0..=max).contains(number));
        let message = || format!("must be a number from 0 to {max}");
        number.ok_or_else(|| self.refuse(parameter, Code::OutOfRange, message()))
    }

    /// A share, as a number from 0 to 1 or in percent.
    pub fn share(&self, parameter: &str) -> Result<f64, Problem> {
        let read = |word: &str| match word.parse::<f64>() {
            Ok(number) => units::ratio_from_number(number),
            Err(_) => units::ratio(word),
        };
        self.quantity(parameter, read).map(Ratio::as_f64)
    }

    /// What is wrong with an argument.
    pub fn refuse(&self, parameter: &str, code: Code, message: impl Into<String>) -> Problem {
        Problem::new(code, self.bound.span(parameter), message).of(format!("`{parameter}`"))
    }
}
