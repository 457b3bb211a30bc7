//! `arrival = "..."`: how operations come.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Time};
use crate::spec::arguments::{Form, Parameter, optional, required};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Problem;
use crate::spec::distribution::{self, Measure};
use crate::spec::quantity::Rate;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::units;
use crate::spec::value::Node;
use crate::workloads::arrival::{Arrivals, Rates};
use crate::workloads::client::Load;

use crate::spec::laws::{Arguments, Law, Laws};

/// Most clients of a closed loop.
pub const CLIENTS_MAX: u32 = 1_000_000;
/// Largest rate, a second: one arrival a nanosecond, the smallest step of time.
pub const RATE_MAX: f64 = 1e9;
/// Largest share of a service's capacity.
const LOAD_MAX: f64 = 1_000.0;

/// Arrivals as a scenario describes them.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// Whatever the rest of the scenario says.
    Given(Load),
    /// Arrivals at a share of what a service can do.
    OfCapacity {
        /// The law at a rate, in arrivals a second.
        law: fn(f64) -> Arrivals,
        /// The share; above 1 the service is overloaded.
        load: f64,
        /// The service.
        service: Located<String>,
    },
}

const fn form<const N: usize>(parameters: &'static [Parameter; N]) -> Form {
    Form { parameters }
}

const CONSTANT_RATE: &[Form] = &[form(&[required("rate")]), form(&[required("load")])];

/// Every law of arrivals.
pub static ARRIVALS: Laws<Arrival> = Laws {
    what: "law of arrivals",
    rows: &[
        Law {
            name: "poisson",
            doc: "open loop with exponential distances; `load=0.9 of api` is 0.9 of what the service `api` can do: \
                  instances x cores x speed / mean work of a request, without what it waits for other systems",
            example: "poisson(500/s)",
            forms: CONSTANT_RATE,
            build: |of| at_rate(of, Arrivals::poisson),
        },
        Law {
            name: "constant",
            doc: "open loop at equal distances; `load=` as in poisson",
            example: "constant(500/s)",
            forms: CONSTANT_RATE,
            build: |of| at_rate(of, Arrivals::constant),
        },
        Law {
            name: "on_off",
            doc: "bursts: a Poisson process for `on`, then silence for `off`",
            example: "on_off(500/s, on=2s, off=8s)",
            forms: &[form(&[required("rate"), required("on"), required("off")])],
            build: |of| {
                let (on, off) = (length_above_zero(of, "on")?, length_above_zero(of, "off")?);
                Ok(changing(Rates::on_off(rate_above_zero(of, "rate")?, on, off)))
            },
        },
        Law {
            name: "ramp",
            doc: "a Poisson process whose rate changes linearly, then stays",
            example: "ramp(100/s, 2000/s, over=60s)",
            forms: &[form(&[required("from"), required("to"), required("over")])],
            build: |of| {
                let over = length_above_zero(of, "over")?;
                Ok(changing(Rates::ramp(rate(of, "from")?, rate(of, "to")?, over)))
            },
        },
        Law {
            name: "spike",
            doc: "a Poisson process whose rate jumps for a while",
            example: "spike(100/s, 2000/s, at=30s, for=5s)",
            forms: &[form(&[required("base"), required("peak"), required("at"), required("for")])],
            build: |of| {
                let (at, lasts) = (of.quantity("at", units::duration)?, length_above_zero(of, "for")?);
                Ok(changing(Rates::spike(rate(of, "base")?, rate(of, "peak")?, at, lasts)))
            },
        },
        Law {
            name: "diurnal",
            doc: "a Poisson process whose rate follows a sine",
            example: "diurnal(mean=400/s, amplitude=0.6, period=5m)",
            forms: &[form(&[required("mean"), required("amplitude"), required("period")])],
            build: |of| {
                let (mean, amplitude) = (rate_above_zero(of, "mean")?, of.share("amplitude")?);
                Ok(changing(Rates::diurnal(mean, amplitude, length_above_zero(of, "period")?)))
            },
        },
        Law {
            name: "recorded",
            doc: "the times of a CSV file: one column `arrival_s`, ascending",
            example: "recorded(\"arrivals.csv\")",
            forms: &[form(&[required("file")])],
            build: |of| Ok(Arrival::Given(Load::Open(Arrivals::Recorded(recorded(of)?.into())))),
        },
        Law {
            name: "closed",
            doc: "closed loop: a fixed number of clients that think, ask and wait",
            example: "closed(clients=20, think=10ms)",
            forms: &[form(&[required("clients"), optional("think")])],
            build: |of| {
                let (clients, think) = (of.count("clients", CLIENTS_MAX)?, think(of)?);
                Ok(Arrival::Given(Load::Closed { clients, think }))
            },
        },
    ],
};

/// The decoded law.
#[derive(Clone, Debug)]
pub struct ArrivalOptions(pub Arrival);

impl Decode for ArrivalOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<ArrivalOptions> {
        ARRIVALS.decode(node, decoder).map(ArrivalOptions)
    }

    fn shape() -> Shape {
        ARRIVALS.shape()
    }
}

fn changing(rates: Rates) -> Arrival {
    Arrival::Given(Load::Open(Arrivals::Changing(rates.into())))
}

/// A law of one rate: given, or as a share of a service's capacity.
fn at_rate(of: &Arguments<'_>, law: fn(f64) -> Arrivals) -> Result<Arrival, Problem> {
    if !of.has("load") {
        return Ok(Arrival::Given(Load::Open(law(rate_above_zero(of, "rate")?))));
    }
    let [share, link, service] = of.words("load") else {
        let message = "must be a share of what a service can do";
        return Err(of.refuse("load", Code::CallSyntax, message).help(LOAD_HELP));
    };
    if link.text != "of" {
        let message = "must be a share `of` a service";
        return Err(of.refuse("load", Code::CallSyntax, message).help(LOAD_HELP));
    }
    let load = share.text.strip_suffix('%').map_or_else(
        || share.text.parse::<f64>().ok(),
        |percent| percent.parse::<f64>().ok().map(|percent| percent / 100.0),
    );
    let Some(load) = load.filter(|load| *load > 0.0 && *load <= LOAD_MAX) else {
        let message = format!("must be above 0 and at most {LOAD_MAX}");
        let problem = of.refuse("load", Code::OutOfRange, message).help(LOAD_HELP);
        return Err(Problem { span: share.span.clone(), ..problem });
    };
    let service = Located { value: service.text.clone(), origin: of.origin(service.span.clone()) };
    Ok(Arrival::OfCapacity { law, load, service })
}

const LOAD_HELP: &str = "write for example load=0.9 of api";

fn rate(of: &Arguments<'_>, parameter: &str) -> Result<f64, Problem> {
    let rate = of.quantity(parameter, units::rate).map(Rate::per_second)?;
    if rate > RATE_MAX {
        let message = format!("is more than {RATE_MAX}/s: time has no smaller step than 1ns");
        return Err(of.refuse(parameter, Code::OutOfRange, message));
    }
    Ok(rate)
}

fn rate_above_zero(of: &Arguments<'_>, parameter: &str) -> Result<f64, Problem> {
    let rate = rate(of, parameter)?;
    if rate > 0.0 { Ok(rate) } else { Err(must_be_above_zero(of, parameter)) }
}

fn length_above_zero(of: &Arguments<'_>, parameter: &str) -> Result<Duration, Problem> {
    let length = of.quantity(parameter, units::duration)?;
    if length > Duration::ZERO { Ok(length) } else { Err(must_be_above_zero(of, parameter)) }
}

fn must_be_above_zero(of: &Arguments<'_>, parameter: &str) -> Problem {
    of.refuse(parameter, Code::OutOfRange, "must be above 0")
}

fn think(of: &Arguments<'_>) -> Result<Distribution, Problem> {
    if !of.has("think") {
        return Ok(Distribution::constant(0.0).expect("zero is a constant"));
    }
    let (text, start) = of.part("think");
    distribution::parse(&text, Measure::Durations, of.files).map_err(|problems| {
        let first = problems.into_iter().next().expect("a refusal has a reason");
        first.shifted(start).of("`think`")
    })
}

fn recorded(of: &Arguments<'_>) -> Result<Vec<Time>, Problem> {
    let name = format!("`{}`", of.word("file"));
    let place = of.span("file");
    let bad = |message: String| Problem::new(Code::BadData, place.clone(), message).of(&name);
    let text = of.files.read(of.origin_of("file").source, of.word("file"));
    let text = text.map_err(|problem| Problem { span: place.clone(), ..problem }.of(&name))?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let not_csv = |error: csv::Error| bad(format!("is not CSV: {error}"));
    let column = reader.headers().map_err(not_csv)?.iter().position(|name| name == "arrival_s");
    let column = column.ok_or_else(|| {
        bad("has no column `arrival_s`".to_owned())
            .help("its first line names its columns: write arrival_s there")
    })?;
    let mut times: Vec<Time> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = record.get(column).unwrap_or_default();
        let seconds = field.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        let seconds = seconds.ok_or_else(|| {
            let message = format!("has in line {line} `{}`, which is no time", field.escape_debug());
            bad(message).help("times are seconds since the start, such as 0.25")
        })?;
        let at = Time::ZERO + Duration::from_secs_f64(seconds);
        if times.last().is_some_and(|last| *last > at) {
            let message = format!("has in line {line} a time before the one above it");
            return Err(bad(message).help("sort the lines by arrival_s"));
        }
        times.push(at);
    }
    if times.is_empty() {
        return Err(bad("has no arrivals".to_owned()).help("each line after the first is one arrival"));
    }
    Ok(times)
}
