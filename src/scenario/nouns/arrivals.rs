//! `arrival = "..."`: how operations come.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Time};
use crate::spec::arguments::{self, Bound, Form, optional, required};
use crate::spec::call::{self, Expression};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Problem;
use crate::spec::distribution::Measure;
use crate::spec::quantity::{Rate, Ratio};
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Text};
use crate::spec::{suggest, units};
use crate::workloads::arrival::{Arrivals, Rates};
use crate::workloads::client::Load;

/// Most clients of a closed loop.
pub const CLIENTS_MAX: u32 = 1_000_000;
/// Largest rate, a second: one arrival a nanosecond, the smallest step of time.
const RATE_MAX: f64 = 1e9;

/// A law of arrivals as scenarios write it.
#[derive(Clone, Copy, Debug)]
pub struct ArrivalRow {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// An example.
    pub example: &'static str,
    form: Form,
}

impl ArrivalRow {
    /// How it is written: `poisson(rate=)`.
    pub fn usage(&self) -> String {
        arguments::usage(self.name, &[self.form])
    }
}

macro_rules! arrival_rows {
    ($($name:literal, $doc:literal, $example:literal, [$($parameter:expr),*];)+) => {
        &[$(ArrivalRow {
            name: $name, doc: $doc, example: $example, form: Form { parameters: &[$($parameter),*] },
        },)+]
    };
}

/// Every law of arrivals.
pub static ARRIVALS: &[ArrivalRow] = arrival_rows! {
    "constant", "open loop at equal distances", "constant(500/s)", [required("rate")];
    "poisson", "open loop with exponential distances", "poisson(500/s)", [required("rate")];
    "on_off", "bursts: a Poisson process for `on`, then silence for `off`", "on_off(500/s, on=2s, off=8s)",
        [required("rate"), required("on"), required("off")];
    "ramp", "a Poisson process whose rate changes linearly, then stays", "ramp(100/s, 2000/s, over=60s)",
        [required("from"), required("to"), required("over")];
    "spike", "a Poisson process whose rate jumps for a while", "spike(100/s, 2000/s, at=30s, for=5s)",
        [required("base"), required("peak"), required("at"), required("for")];
    "diurnal", "a Poisson process whose rate follows a sine", "diurnal(mean=400/s, amplitude=0.6, period=5m)",
        [required("mean"), required("amplitude"), required("period")];
    "recorded", "the times of a CSV file: one column `arrival_s`, ascending", "recorded(\"arrivals.csv\")",
        [required("file")];
    "closed", "closed loop: a fixed number of clients that think, ask and wait", "closed(clients=20, think=10ms)",
        [required("clients"), optional("think")];
};

/// The decoded law.
#[derive(Clone, Debug)]
pub struct ArrivalOptions(pub Load);

impl Decode for ArrivalOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<ArrivalOptions> {
        let text = decoder.text(node, "a law of arrivals", "\"poisson(500/s)\"")?;
        match parse(text, decoder) {
            Ok(load) => Some(ArrivalOptions(load)),
            Err(problems) => {
                for problem in problems {
                    decoder.take::<()>(Err(problem), text);
                }
                None
            }
        }
    }

    fn shape() -> Shape {
        Shape::Call("law of arrivals", ARRIVALS.iter().map(|row| row.name).collect())
    }
}

fn parse(text: &Text, decoder: &Decoder<'_>) -> Result<Load, Vec<Problem>> {
    let expression = call::parse(text.as_str()).map_err(|problem| vec![problem])?;
    let names = || ARRIVALS.iter().map(|row| row.name);
    let Expression::Call(call) = &expression else {
        let help = "write for example \"poisson(500/s)\" or \"closed(clients=20, think=10ms)\"";
        let problem = Problem::new(Code::UnknownFunction, expression.span(), "must be a law of arrivals");
        return Err(vec![problem.help(help)]);
    };
    let Some(row) = ARRIVALS.iter().find(|row| row.name == call.name.text) else {
        let message = format!("does not know the law `{}`", call.name.text);
        let problem = Problem::new(Code::UnknownFunction, call.name.span.clone(), message)
            .did_you_mean(suggest::closest(&call.name.text, names()))
            .help(format!("choose {}", suggest::one_of(names())));
        return Err(vec![problem]);
    };
    let bound = arguments::bind(call, &[row.form])?;
    Reader { text, bound }.load(row.name, decoder).map_err(|problem| vec![problem])
}

struct Reader<'a> {
    text: &'a Text,
    bound: Bound<'a>,
}

impl Reader<'_> {
    fn load(&self, name: &str, decoder: &Decoder<'_>) -> Result<Load, Problem> {
        let changing = |rates: Rates| Load::Open(Arrivals::Changing(rates.into()));
        Ok(match name {
            "constant" => Load::Open(Arrivals::constant(self.rate_above_zero("rate")?)),
            "poisson" => Load::Open(Arrivals::poisson(self.rate_above_zero("rate")?)),
            "on_off" => changing(Rates::on_off(
                self.rate_above_zero("rate")?,
                self.length_above_zero("on")?,
                self.length_above_zero("off")?,
            )),
            "ramp" => {
                changing(Rates::ramp(self.rate("from")?, self.rate("to")?, self.length_above_zero("over")?))
            }
            "spike" => changing(Rates::spike(
                self.rate("base")?,
                self.rate("peak")?,
                self.length("at")?,
                self.length_above_zero("for")?,
            )),
            "diurnal" => {
                let amplitude = self.ratio("amplitude")?;
                let (mean, period) = (self.rate_above_zero("mean")?, self.length_above_zero("period")?);
                changing(Rates::diurnal(mean, amplitude.as_f64(), period))
            }
            "recorded" => Load::Open(Arrivals::Recorded(self.recorded(decoder)?.into())),
            "closed" => Load::Closed { clients: self.clients()?, think: self.think(decoder)? },
            _ => unreachable!("every row of the table is here"),
        })
    }

    fn word(&self, parameter: &str) -> &str {
        let span = self.bound.span(parameter);
        let text = &self.text.as_str()[span];
        text.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\''])).unwrap_or(text)
    }

    fn quantity<T>(&self, parameter: &str, read: impl Fn(&str) -> Result<T, Problem>) -> Result<T, Problem> {
        let start = self.bound.span(parameter).start;
        read(self.word(parameter)).map_err(|problem| problem.shifted(start).of(format!("`{parameter}`")))
    }

    fn rate(&self, parameter: &str) -> Result<f64, Problem> {
        let rate = self.quantity(parameter, units::rate).map(Rate::per_second)?;
        if rate > RATE_MAX {
            let message = format!("is more than {RATE_MAX}/s: time has no smaller step than 1ns");
            let problem = Problem::new(Code::OutOfRange, self.bound.span(parameter), message);
            return Err(problem.of(format!("`{parameter}`")));
        }
        Ok(rate)
    }

    fn rate_above_zero(&self, parameter: &str) -> Result<f64, Problem> {
        let rate = self.rate(parameter)?;
        if rate > 0.0 { Ok(rate) } else { Err(self.must_be_above_zero(parameter)) }
    }

    fn ratio(&self, parameter: &str) -> Result<Ratio, Problem> {
        self.quantity(parameter, |word| match word.parse::<f64>() {
            Ok(number) => units::ratio_from_number(number),
            Err(_) => units::ratio(word),
        })
    }

    fn length(&self, parameter: &str) -> Result<Duration, Problem> {
        self.quantity(parameter, units::duration)
    }

    fn length_above_zero(&self, parameter: &str) -> Result<Duration, Problem> {
        let length = self.length(parameter)?;
        if length > Duration::ZERO { Ok(length) } else { Err(self.must_be_above_zero(parameter)) }
    }

    fn must_be_above_zero(&self, parameter: &str) -> Problem {
        Problem::new(Code::OutOfRange, self.bound.span(parameter), "must be above 0")
            .of(format!("`{parameter}`"))
    }

    fn clients(&self) -> Result<u32, Problem> {
        let count = self.word("clients").parse::<u32>().ok();
        count.filter(|count| (1..=CLIENTS_MAX).contains(count)).ok_or_else(|| {
            let message = format!("must be a whole number from 1 to {CLIENTS_MAX}");
            Problem::new(Code::OutOfRange, self.bound.span("clients"), message).of("`clients`")
        })
    }

    fn think(&self, decoder: &Decoder<'_>) -> Result<Distribution, Problem> {
        if self.bound.get("think").is_none() {
            return Ok(Distribution::constant(0.0).expect("zero is a constant"));
        }
        let span = self.bound.span("think");
        let mut part = Text::empty(self.text.origin_of(span.clone()));
        part.push_part(self.text, span.clone());
        let parsed = crate::spec::distribution::parse(&part, Measure::Durations, decoder.files());
        parsed.map_err(|problems| {
            let first = problems.into_iter().next().expect("a refusal has a reason");
            first.shifted(span.start).of("`think`")
        })
    }

    fn recorded(&self, decoder: &Decoder<'_>) -> Result<Vec<Time>, Problem> {
        let span = self.bound.span("file");
        let origin = self.text.origin_of(span.clone());
        let bad = |message: String| Problem::new(Code::BadData, span.clone(), message).of("`file`");
        let text = decoder
            .files()
            .read(origin.source, self.word("file"))
            .map_err(|problem| Problem { span: span.clone(), ..problem }.of("`file`"))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| bad(format!("is not CSV: {error}")))?.clone();
        let column = headers.iter().position(|name| name == "arrival_s");
        let column = column.ok_or_else(|| bad("has no column `arrival_s`".to_owned()))?;
        let mut times: Vec<Time> = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let line = index + 2;
            let record = record.map_err(|error| bad(format!("is not CSV: {error}")))?;
            let field = record.get(column).unwrap_or_default();
            let seconds = field.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
            let seconds =
                seconds.ok_or_else(|| bad(format!("line {line}: `{field}` is no time in seconds")))?;
            let at = Time::ZERO + Duration::from_secs_f64(seconds);
            if times.last().is_some_and(|last| *last > at) {
                return Err(bad(format!("line {line}: times must ascend")));
            }
            times.push(at);
        }
        if times.is_empty() {
            return Err(bad("has no arrivals".to_owned()));
        }
        Ok(times)
    }
}
