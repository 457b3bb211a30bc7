//! Charts, as SVG documents that stand alone or inside the report page.
//!
//! Each chart of the catalogue is one file here: an input struct, and a function from it to a [`Chart`] (drawn through
//! plotters) or straight to SVG. The layers below it, upwards: [`svg`](self) writes bytes, `canvas` lets plotters write
//! them, `number`, `ticks` and `axis` turn values into places, `bands` and `frame` set the words around a plot, `draw`
//! puts series in it.
//!
//! What holds for every chart: equal inputs give equal bytes on every machine; no input makes it panic, loop or write
//! a NaN; names are escaped and cut to their room; nothing is averaged away where data outnumber pixels.

mod against;
mod availability;
mod axis;
mod bands;
mod breakdown;
mod canvas;
mod ccdf;
mod chart;
mod comparison;
mod downsample;
mod draw;
mod ecdf;
mod frame;
mod heat;
mod input;
mod labels;
mod lanes;
mod latency;
mod map;
mod names;
mod number;
mod palette;
mod pareto;
mod scaling;
mod spacetime;
mod svg;
mod sweep;
mod throughput;
mod ticks;
mod validation;
mod whisker;
mod width;

#[cfg(test)]
pub(in crate::report) mod samples;
#[cfg(test)]
mod tests;

pub use against::{AgainstCurve, AgainstInput, AgainstPoint, AgainstSeries, against};
pub use availability::{AvailabilityInput, AvailabilityRow, Outage, ShareBucket, availability};
pub use axis::{Axis, Scale};
pub use bands::FaultBand;
pub use breakdown::{BreakdownInput, TimeLevel, TimePart, TimeSpent, breakdown};
pub use ccdf::{CcdfInput, CcdfSeries, ccdf};
pub use chart::{Chart, Mark, PLOT_HEIGHT, Series};
pub use comparison::{ComparisonGroup, ComparisonInput, ComparisonRow, Interval, comparison};
pub use ecdf::{EcdfInput, ecdf};
pub use heat::{HeatCell, HeatInput, HeatRow, busiest, load, queues};
pub use input::ChartInput;
pub use lanes::{Election, Lane, LaneRole, LaneSegment, LanesInput, lanes};
pub use latency::{LatencyBucket, LatencyInput, latency};
pub use map::{MapAxis, MapInput, map};
pub use number::Quantity;
pub use palette::{Colour, Dash, Ink, Marker};
pub use pareto::{ParetoAxis, ParetoInput, ParetoPoint, pareto};
pub use scaling::{ScalingDot, ScalingInput, ScalingLine, ScalingSeries, scaling};
pub use spacetime::{
    SpaceTimeArrow, SpaceTimeEnd, SpaceTimeInput, SpaceTimeLine, SpaceTimeMark, SpaceTimeStep,
    SpaceTimeWeight, space_time,
};
pub use sweep::{SweepDot, SweepInput, SweepScale, SweepSeries, sweep};
pub use throughput::{OutcomeBucket, ThroughputInput, throughput};
pub use validation::{ValidationGroup, ValidationInput, ValidationOutcome, ValidationRow, validation};
pub use width::Width;

pub(in crate::report) use svg::escape;

/// One row of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChartKind {
    /// Its name, and that of its file: `charts/<name>.svg`, or `.png`. Where there may be several of a kind, what each is of follows:
    /// `sweep-<metric>`, `compare-<metric>`, `scaling-<metric>`, `validate-<chapter>`.
    pub name: &'static str,
    /// What a reader learns from it.
    pub shows: &'static str,
    /// The output files that hold the same data; empty if none does.
    pub data: &'static str,
}

/// Every chart there is, in the order of the report.
pub const CATALOGUE: [ChartKind; 17] = [
    ChartKind {
        name: "throughput",
        shows: "operations per second by outcome (ok, unknown, fail), over time",
        data: "throughput.csv",
    },
    ChartKind { name: "latency", shows: "latency p50, p95, p99 and maximum, over time", data: "latency.csv" },
    ChartKind {
        name: "latency-ccdf",
        shows: "share of operations slower than any latency, by operation",
        data: "latency_histogram.csv",
    },
    ChartKind {
        name: "availability",
        shows: "share of operations that succeeded, and outages with their length, by workload",
        data: "throughput.csv",
    },
    ChartKind {
        name: "breakdown",
        shows: "what the time of requests was spent on, by level of latency, for each kind of request of services",
        data: "breakdown.csv",
    },
    ChartKind {
        name: "load",
        shows: "how busy each node was that works on requests of services, over time",
        data: "nodes.csv",
    },
    ChartKind {
        name: "queues",
        shows: "how many requests waited at each of these nodes, over time",
        data: "nodes.csv",
    },
    ChartKind {
        name: "leaders",
        shows: "role and term of every node, and elections with their length, over time",
        data: "roles.csv",
    },
    ChartKind {
        name: "space-time",
        shows: "messages, crashes and leaderships of the last moments before a violation, with its causal past",
        data: "",
    },
    ChartKind { name: "sweep", shows: "a metric of every run against a swept variable", data: "runs.csv" },
    ChartKind {
        name: "compare",
        shows: "a figure of each variant with its interval, and its ratio to the baseline's",
        data: "compare.csv",
    },
    ChartKind {
        name: "map",
        shows: "the median of a metric over the values of two swept variables",
        data: "runs.csv",
    },
    ChartKind {
        name: "against",
        shows: "a figure of each variant against a swept number, with intervals, and what theory says of it",
        data: "compare.csv",
    },
    ChartKind {
        name: "ecdf",
        shows: "share of operations that took no longer than any latency, by variant",
        data: "latency_histogram.csv",
    },
    ChartKind {
        name: "pareto",
        shows: "two figures of each variant, and the variants that no other is better than in both",
        data: "compare.csv",
    },
    ChartKind {
        name: "validate",
        shows: "simulated figures over published ones, with intervals and tolerances, by what they are held against",
        data: "validate.csv",
    },
    ChartKind {
        name: "scaling",
        shows: "speed-up of a figure against the number of what does the work, the ideal, and the laws fitted to it",
        data: "scaling.csv",
    },
];
