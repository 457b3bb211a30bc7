//! The table of distributions: a row gives parsing, `list`, `explain` and the schema.

use super::read::Reader;
use crate::kernel::sample::Distribution;
use crate::spec::arguments::{self, Form, optional, required};

/// One kind of distribution.
pub struct Family {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it is, in one or two sentences.
    pub doc: &'static str,
    /// A valid text of it, for durations.
    pub example: &'static str,
    /// The ways to call it; none when its arguments are `weight: value`.
    pub forms: &'static [Form],
    /// From arguments to samples.
    pub(super) build: fn(&mut Reader<'_>) -> Option<Distribution>,
}

impl Family {
    /// How it is written: `exp(mean=)`.
    pub fn usage(&self) -> String {
        match self.forms {
            [] => self.example.to_string(),
            forms => arguments::usage(self.name, forms),
        }
    }
}

/// Every kind of distribution.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "const",
        doc: "Always the same value.",
        example: "const(5ms)",
        forms: &[Form { parameters: &[required("value")] }],
        build: |r| {
            let value = r.value("value");
            r.built(Distribution::constant(value?))
        },
    },
    Family {
        name: "uniform",
        doc: "Every value from `low` to `high` is equally likely.",
        example: "uniform(150ms, 300ms)",
        forms: &[Form { parameters: &[required("low"), required("high")] }],
        build: |r| {
            let (low, high) = (r.value("low"), r.value("high"));
            r.built(Distribution::uniform(low?, high?))
        },
    },
    Family {
        name: "exp",
        doc: "Exponential: the time between events that know nothing of each other. Its cv is 1.",
        example: "exp(10ms)",
        forms: &[Form { parameters: &[required("mean")] }],
        build: |r| {
            let mean = r.value("mean");
            r.built(Distribution::exponential(mean?))
        },
    },
    Family {
        name: "normal",
        doc: "The bell curve; with `min`, cut off below it.",
        example: "normal(mean=40ms, sd=2ms, min=35ms)",
        forms: &[Form { parameters: &[required("mean"), required("sd"), optional("min")] }],
        build: |r| {
            let (mean, sd, min) = (r.value("mean"), r.value("sd"), r.optional_value("min"));
            r.built(Distribution::normal(mean?, sd?, min?))
        },
    },
    Family {
        name: "lognormal",
        doc: "Its logarithm is normal: the common shape of network and service times. `cv` is the standard \
              deviation over the mean.",
        example: "lognormal(median=200us, p99=2ms)",
        forms: &[
            Form { parameters: &[required("median"), required("p99")] },
            Form { parameters: &[required("mean"), required("cv")] },
        ],
        build: |r| match r.form() {
            0 => {
                let (median, p99) = (r.value("median"), r.value("p99"));
                r.built(Distribution::lognormal_median_p99(median?, p99?))
            }
            _ => {
                let (mean, cv) = (r.value("mean"), r.number("cv"));
                r.built(Distribution::lognormal_mean_cv(mean?, cv?))
            }
        },
    },
    Family {
        name: "pareto",
        doc: "A power-law tail above `scale`; its mean is infinite for a `shape` up to 1.",
        example: "pareto(scale=1ms, shape=1.5)",
        forms: &[Form { parameters: &[required("scale"), required("shape")] }],
        build: |r| {
            let (scale, shape) = (r.value("scale"), r.number("shape"));
            r.built(Distribution::pareto(scale?, shape?))
        },
    },
    Family {
        name: "bounded_pareto",
        doc: "A power law between `low` and `high`: heavy, but every moment is finite.",
        example: "bounded_pareto(low=1ms, high=10s, shape=1.1)",
        forms: &[Form { parameters: &[required("low"), required("high"), required("shape")] }],
        build: |r| {
            let (low, high, shape) = (r.value("low"), r.value("high"), r.number("shape"));
            r.built(Distribution::bounded_pareto(low?, high?, shape?))
        },
    },
    Family {
        name: "weibull",
        doc: "Times to failure: early failures for a `shape` below 1, wear-out above it.",
        example: "weibull(scale=10ms, shape=0.7)",
        forms: &[Form { parameters: &[required("scale"), required("shape")] }],
        build: |r| {
            let (scale, shape) = (r.value("scale"), r.number("shape"));
            r.built(Distribution::weibull(scale?, shape?))
        },
    },
    Family {
        name: "gamma",
        doc: "A sum of exponential phases, whose number `shape` need not be whole.",
        example: "gamma(mean=10ms, cv=0.5)",
        forms: &[
            Form { parameters: &[required("mean"), required("cv")] },
            Form { parameters: &[required("shape"), required("scale")] },
        ],
        build: |r| match r.form() {
            0 => {
                let (mean, cv) = (r.value("mean"), r.number("cv"));
                r.built(Distribution::gamma_mean_cv(mean?, cv?))
            }
            _ => {
                let (shape, scale) = (r.number("shape"), r.value("scale"));
                r.built(Distribution::gamma(shape?, scale?))
            }
        },
    },
    Family {
        name: "erlang",
        doc: "A sum of `k` equal exponential phases with the given mean in all.",
        example: "erlang(k=4, mean=10ms)",
        forms: &[Form { parameters: &[required("k"), required("mean")] }],
        build: |r| {
            let (k, mean) = (r.count("k"), r.value("mean"));
            r.built(Distribution::erlang(k?, mean?))
        },
    },
    Family {
        name: "hyperexp",
        doc: "Hyperexponential: two exponentials with balanced means, for a cv above 1.",
        example: "hyperexp(mean=10ms, cv=3)",
        forms: &[Form { parameters: &[required("mean"), required("cv")] }],
        build: |r| {
            let (mean, cv) = (r.value("mean"), r.number("cv"));
            r.built(Distribution::hyperexponential_mean_cv(mean?, cv?))
        },
    },
    Family {
        name: "empirical",
        doc: "The values of a CSV file, interpolated. `column` names the column, whose name may end in the unit \
              of its bare numbers: `latency_ms`.",
        example: "empirical(\"latencies.csv\", column=latency_ms)",
        forms: &[Form { parameters: &[required("file"), optional("column")] }],
        build: |r| {
            let samples = super::empirical::samples(r)?;
            r.built(Distribution::empirical(samples))
        },
    },
    Family {
        name: "mixture",
        doc: "One of several distributions, chosen by weight.",
        example: "mixture(0.9: exp(1ms), 0.1: const(50ms))",
        forms: &[],
        build: |r| {
            let branches = r.branches()?;
            r.built(Distribution::mixture(branches))
        },
    },
];
