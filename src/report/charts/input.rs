//! What charts are drawn from, as one type: so that it can be kept in a file and drawn again, to another width.

use serde::{Deserialize, Serialize};

use super::width::Width;
use super::{
    AgainstInput, AvailabilityInput, BreakdownInput, CcdfInput, ComparisonInput, EcdfInput, HeatInput,
    LanesInput, LatencyInput, MapInput, OutcomeBucket, ParetoInput, ScalingInput, SpaceTimeEnd,
    SpaceTimeInput, SweepInput, SweepScale, ThroughputInput, ValidationInput,
};

/// What a chart is drawn from, by the name of its row in the catalogue.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartInput {
    /// Operations by outcome.
    Throughput(ThroughputInput),
    /// Latency over time.
    Latency(LatencyInput),
    /// How slow, how often.
    LatencyCcdf(CcdfInput),
    /// Shares of success, and outages.
    Availability(AvailabilityInput),
    /// What time was spent on.
    Breakdown(BreakdownInput),
    /// How busy nodes were.
    Load(HeatInput),
    /// How many waited at them.
    Queues(HeatInput),
    /// Roles and terms.
    Leaders(LanesInput),
    /// What led to a violation.
    SpaceTime(SpaceTimeInput),
    /// A metric against a swept variable.
    Sweep(SweepInput),
    /// Variants beside a baseline.
    Compare(ComparisonInput),
    /// A metric over two swept variables.
    Map(MapInput),
    /// Variants against a swept number.
    Against(AgainstInput),
    /// Distributions of latency by variant.
    Ecdf(EcdfInput),
    /// Two figures of each variant.
    Pareto(ParetoInput),
    /// Simulated figures over published ones.
    Validate(ValidationInput),
    /// Speed-up against a number.
    Scaling(ScalingInput),
}

impl ChartInput {
    /// The name of its row in the catalogue.
    pub fn kind(&self) -> &'static str {
        match self {
            ChartInput::Throughput(_) => "throughput",
            ChartInput::Latency(_) => "latency",
            ChartInput::LatencyCcdf(_) => "latency-ccdf",
            ChartInput::Availability(_) => "availability",
            ChartInput::Breakdown(_) => "breakdown",
            ChartInput::Load(_) => "load",
            ChartInput::Queues(_) => "queues",
            ChartInput::Leaders(_) => "leaders",
            ChartInput::SpaceTime(_) => "space-time",
            ChartInput::Sweep(_) => "sweep",
            ChartInput::Compare(_) => "compare",
            ChartInput::Map(_) => "map",
            ChartInput::Against(_) => "against",
            ChartInput::Ecdf(_) => "ecdf",
            ChartInput::Pareto(_) => "pareto",
            ChartInput::Validate(_) => "validate",
            ChartInput::Scaling(_) => "scaling",
        }
    }

    /// The chart as an SVG document of this width. Equal inputs give equal bytes, on every machine.
    pub fn to_svg(&self, width: Width) -> String {
        match self {
            ChartInput::Throughput(input) => super::throughput(input).to_svg(width),
            ChartInput::Latency(input) => super::latency(input).to_svg(width),
            ChartInput::LatencyCcdf(input) => super::ccdf(input).to_svg(width),
            ChartInput::Availability(input) => super::availability(input, width),
            ChartInput::Breakdown(input) => super::breakdown(input, width),
            ChartInput::Load(input) => super::load(input, width),
            ChartInput::Queues(input) => super::queues(input, width),
            ChartInput::Leaders(input) => super::lanes(input, width),
            ChartInput::SpaceTime(input) => super::space_time(input, width),
            ChartInput::Sweep(input) => super::sweep(input).to_svg(width),
            ChartInput::Compare(input) => super::comparison(input, width),
            ChartInput::Map(input) => super::map(input, width),
            ChartInput::Against(input) => super::against(input).to_svg(width),
            ChartInput::Ecdf(input) => super::ecdf(input).to_svg(width),
            ChartInput::Pareto(input) => super::pareto(input).to_svg(width),
            ChartInput::Validate(input) => super::validation(input, width),
            ChartInput::Scaling(input) => super::scaling(input).to_svg(width),
        }
    }
}

impl ChartInput {
    /// Holds what is drawn from a file to what drawing relies on: that what names another thing by its place names one that is there, and that
    /// what goes by pairs is as long. Whatever else the numbers are, they are drawn.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        match self {
            ChartInput::Throughput(input) => check_throughput(input),
            ChartInput::SpaceTime(input) => check_space_time(input),
            ChartInput::Map(input) => check_map(input),
            ChartInput::Sweep(input) => check_sweep(input),
            ChartInput::Latency(_)
            | ChartInput::LatencyCcdf(_)
            | ChartInput::Availability(_)
            | ChartInput::Breakdown(_)
            | ChartInput::Load(_)
            | ChartInput::Queues(_)
            | ChartInput::Leaders(_)
            | ChartInput::Compare(_)
            | ChartInput::Against(_)
            | ChartInput::Ecdf(_)
            | ChartInput::Pareto(_)
            | ChartInput::Validate(_)
            | ChartInput::Scaling(_) => Ok(()),
        }
    }
}

/// The legend has the sum of each outcome.
fn check_throughput(input: &ThroughputInput) -> Result<(), String> {
    let add = |sums: [u64; 3], bucket: &OutcomeBucket| {
        let [ok, fail, unknown] = sums;
        Some([
            ok.checked_add(bucket.ok)?,
            fail.checked_add(bucket.fail)?,
            unknown.checked_add(bucket.unknown)?,
        ])
    };
    match input.buckets.iter().try_fold([0; 3], add) {
        Some(_) => Ok(()),
        None => Err("the counts of an outcome in all `buckets` together are beyond 2^64".to_owned()),
    }
}

fn check_space_time(input: &SpaceTimeInput) -> Result<(), String> {
    let is_there = |what: &str, place: usize, list: &str, count: usize| match place < count {
        true => Ok(()),
        false => Err(format!("`{what}` is {place}, and there are {count} `{list}`")),
    };
    let (lines, steps) = (input.lines.len(), input.steps.len());
    for (at, step) in input.steps.iter().enumerate() {
        is_there(&format!("steps[{at}].line"), step.line, "lines", lines)?;
    }
    for (at, arrow) in input.arrows.iter().enumerate() {
        is_there(&format!("arrows[{at}].from"), arrow.from, "steps", steps)?;
        is_there(&format!("arrows[{at}].to"), arrow.to, "lines", lines)?;
        if let SpaceTimeEnd::Arrives(step) = arrow.end {
            is_there(&format!("arrows[{at}].end"), step, "steps", steps)?;
        }
    }
    // Of nothing nothing went wrong.
    if input.steps.is_empty() { Ok(()) } else { is_there("violation", input.violation, "steps", steps) }
}

/// On an axis of names the value of a dot is the place of its name.
fn check_sweep(input: &SweepInput) -> Result<(), String> {
    let SweepScale::Names(names) = &input.scale else { return Ok(()) };
    let is_place = |x: f64| x >= 0.0 && x.fract() == 0.0 && x < names.len() as f64;
    match input.series.iter().flat_map(|series| &series.dots).find(|dot| !is_place(dot.x)) {
        Some(dot) => Err(format!("a dot is at {}, and there are {} `names`", dot.x, names.len())),
        None => Ok(()),
    }
}

fn check_map(input: &MapInput) -> Result<(), String> {
    let (columns, rows) = (input.x.values.len(), input.y.values.len());
    if input.rows.len() != rows {
        return Err(format!("it has {} `rows`, and y has {rows} `values`", input.rows.len()));
    }
    match input.rows.iter().position(|cells| cells.len() != columns) {
        Some(at) => Err(format!("`rows[{at}]` has {}, and x has {columns} `values`", input.rows[at].len())),
        None => Ok(()),
    }
}

/// Numbers in files of which some are none: JSON has neither infinities nor what is no number.
pub(super) mod any_number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Stored<'a> {
        Number(f64),
        Other(std::borrow::Cow<'a, str>),
    }

    const OTHERS: [(f64, &str); 3] = [(f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf"), (f64::NAN, "nan")];

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        let other = OTHERS.iter().find(|(other, _)| other == value).map_or("nan", |(_, word)| word);
        let stored = if value.is_finite() { Stored::Number(*value) } else { Stored::Other(other.into()) };
        stored.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Stored::deserialize(deserializer)? {
            Stored::Number(value) => Ok(value),
            Stored::Other(word) => {
                let found = OTHERS.iter().find(|(_, other)| *other == word);
                found.map(|(value, _)| *value).ok_or_else(|| de::Error::custom("no number"))
            }
        }
    }
}
