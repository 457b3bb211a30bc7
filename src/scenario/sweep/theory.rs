//! `theory = [..]` in `[compare]`: queues of which formulas are known, for curves beside what was simulated.

use crate::kernel::Duration;
use crate::spec::arguments::{Form, optional, required};
use crate::spec::diagnostic::Problem;
use crate::spec::laws::{Arguments, Law, Laws};
use crate::spec::shape::Shape;
use crate::spec::{Code, Decode, Decoder, Node, units};
use crate::statistics::{Queue, QueueKind};

/// Most servers of a queue.
const SERVERS_MAX: u32 = 100_000;
/// Largest coefficient of variation of work.
const CV_MAX: f64 = 100.0;

/// Every queue that has formulas.
pub static THEORY: Laws<Queue> = Laws {
    what: "queue with a formula",
    rows: &[
        Law {
            name: "mm1",
            doc: "Poisson arrivals that go to one of the servers at random, exponential work: M/M/1, as many times as there are servers; mean and percentiles of latency",
            example: "mm1(work=10ms, servers=10)",
            forms: &[Form { parameters: &[required("work"), optional("servers"), optional("delay")] }],
            build: |of| queue(of, QueueKind::Split),
        },
        Law {
            name: "mmc",
            doc: "Poisson arrivals in one queue before all servers, exponential work: M/M/c; mean and percentiles of latency",
            example: "mmc(work=10ms, servers=10)",
            forms: &[Form { parameters: &[required("work"), required("servers"), optional("delay")] }],
            build: |of| queue(of, QueueKind::Shared),
        },
        Law {
            name: "mg1",
            doc: "as mm1, and work with this coefficient of variation: M/G/1 by Pollaczek and Khinchine; mean latency only",
            example: "mg1(work=10ms, cv=4)",
            forms: &[Form {
                parameters: &[required("work"), required("cv"), optional("servers"), optional("delay")],
            }],
            build: |of| queue(of, QueueKind::General(of.number("cv", CV_MAX)?)),
        },
    ],
};

fn queue(of: &Arguments<'_>, kind: QueueKind) -> Result<Queue, Problem> {
    let seconds = |parameter: &str| of.quantity(parameter, units::duration).map(Duration::as_secs_f64);
    let work = seconds("work")?;
    if work <= 0.0 {
        return Err(of.refuse("work", Code::OutOfRange, "must be more than nothing"));
    }
    let servers = if of.has("servers") { of.count("servers", SERVERS_MAX)? } else { 1 };
    let delay = if of.has("delay") { seconds("delay")? } else { 0.0 };
    Ok(Queue { kind, servers, work, delay })
}

/// The decoded queue.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Theory(pub Queue);

impl Theory {
    /// The queue with all that its formulas depend on, in seconds.
    pub fn written(&self) -> String {
        let Queue { work, delay, .. } = self.0;
        format!("{}, work {work} s, delay {delay} s", self.0.name())
    }
}

impl Decode for Theory {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Theory> {
        THEORY.decode(node, decoder).map(Theory)
    }

    fn shape() -> Shape {
        THEORY.shape()
    }
}
