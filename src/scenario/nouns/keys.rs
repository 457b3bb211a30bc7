//! `keys = "..."`: which keys operations concern.

use crate::spec::arguments::{self, Bound, Form, required};
use crate::spec::call::{self, Expression};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Problem;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Text};
use crate::spec::{suggest, units};
use crate::workloads::keys::{Keys, Zipf};

/// Most keys of a workload.
pub const KEYS_MAX: u32 = 10_000_000;
/// Largest exponent of Zipf's law.
const EXPONENT_MAX: f64 = 10.0;

/// A law over keys as scenarios write it.
#[derive(Clone, Copy, Debug)]
pub struct KeysRow {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// An example.
    pub example: &'static str,
    form: Form,
}

impl KeysRow {
    /// How it is written: `zipf(n=, s=)`.
    pub fn usage(&self) -> String {
        arguments::usage(self.name, &[self.form])
    }
}

/// Every law over keys.
pub static KEYS: [KeysRow; 4] = [
    KeysRow {
        name: "uniform",
        doc: "every key alike",
        example: "uniform(n=1000)",
        form: Form { parameters: &[required("n")] },
    },
    KeysRow {
        name: "zipf",
        doc: "key k with weight 1 / (k + 1)^s",
        example: "zipf(n=1000, s=0.99)",
        form: Form { parameters: &[required("n"), required("s")] },
    },
    KeysRow {
        name: "hot",
        doc: "a share of the operations goes to the first keys, the rest to the others",
        example: "hot(n=1000, hot=10, share=90%)",
        form: Form { parameters: &[required("n"), required("hot"), required("share")] },
    },
    KeysRow {
        name: "latest",
        doc: "recently written keys first, by Zipf's law; every write goes to the next key in turn",
        example: "latest(n=1000, s=0.99)",
        form: Form { parameters: &[required("n"), required("s")] },
    },
];

/// The decoded law.
#[derive(Clone, Debug)]
pub struct KeysOptions(pub Keys);

impl Decode for KeysOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<KeysOptions> {
        let text = decoder.text(node, "a law over keys", "\"zipf(n=1000, s=0.99)\"")?;
        match parse(text) {
            Ok(keys) => Some(KeysOptions(keys)),
            Err(problems) => {
                for problem in problems {
                    decoder.take::<()>(Err(problem), text);
                }
                None
            }
        }
    }

    fn shape() -> Shape {
        Shape::Call("law over keys", KEYS.iter().map(|row| row.name).collect())
    }
}

fn parse(text: &Text) -> Result<Keys, Vec<Problem>> {
    let expression = call::parse(text.as_str()).map_err(|problem| vec![problem])?;
    let names = || KEYS.iter().map(|row| row.name);
    let Expression::Call(call) = &expression else {
        let problem = Problem::new(Code::UnknownFunction, expression.span(), "must be a law over keys");
        return Err(vec![problem.help("write for example \"zipf(n=1000, s=0.99)\"")]);
    };
    let Some(row) = KEYS.iter().find(|row| row.name == call.name.text) else {
        let message = format!("does not know the law `{}`", call.name.text);
        let problem = Problem::new(Code::UnknownFunction, call.name.span.clone(), message)
            .did_you_mean(suggest::closest(&call.name.text, names()))
            .help(format!("choose {}", suggest::one_of(names())));
        return Err(vec![problem]);
    };
    let bound = arguments::bind(call, &[row.form])?;
    law(row.name, &Reader { text, bound }).map_err(|problem| vec![problem])
}

fn law(name: &str, reader: &Reader<'_>) -> Result<Keys, Problem> {
    let n = reader.count("n", KEYS_MAX)?;
    Ok(match name {
        "uniform" => Keys::Uniform { n },
        "zipf" => Keys::Zipf(Zipf::new(n, reader.exponent()?).into()),
        "latest" => Keys::Latest(Zipf::new(n, reader.exponent()?).into()),
        "hot" => Keys::Hot { n, hot: reader.count("hot", n.saturating_sub(1))?, share: reader.share()? },
        _ => unreachable!("every row of the table is here"),
    })
}

struct Reader<'a> {
    text: &'a Text,
    bound: Bound<'a>,
}

impl Reader<'_> {
    fn word(&self, parameter: &str) -> &str {
        &self.text.as_str()[self.bound.span(parameter)]
    }

    fn count(&self, parameter: &str, max: u32) -> Result<u32, Problem> {
        let count = self.word(parameter).parse::<u32>().ok().filter(|count| (1..=max).contains(count));
        count.ok_or_else(|| self.refuse(parameter, format!("must be a whole number from 1 to {max}")))
    }

    fn exponent(&self) -> Result<f64, Problem> {
        let exponent = self.word("s").parse::<f64>().ok().filter(|s| (0.0..=EXPONENT_MAX).contains(s));
        exponent.ok_or_else(|| self.refuse("s", format!("must be a number from 0 to {EXPONENT_MAX}")))
    }

    fn share(&self) -> Result<f64, Problem> {
        let (word, start) = (self.word("share"), self.bound.span("share").start);
        let ratio = match word.parse::<f64>() {
            Ok(number) => units::ratio_from_number(number),
            Err(_) => units::ratio(word),
        };
        ratio.map(|ratio| ratio.as_f64()).map_err(|problem| problem.shifted(start).of("`share`"))
    }

    fn refuse(&self, parameter: &str, message: String) -> Problem {
        Problem::new(Code::OutOfRange, self.bound.span(parameter), message).of(format!("`{parameter}`"))
    }
}
