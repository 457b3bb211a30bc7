//! `[workload.NAME]`: who asks what, when.

use crate::kernel::Duration;
use crate::model::route::Route;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::Bytes;
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::value::Node;
use crate::workloads::numbers::Numbers;

use super::arrivals::ArrivalOptions;
use super::keys::KeysOptions;

crate::choices! {
    /// Which node of its target a client asks first.
    pub enum RouteChoice {
        /// The last node that answered or was named as leader; at first the nearest.
        Leader = "leader",
        /// The one with the least delay.
        Nearest = "nearest",
        /// A node drawn for each operation.
        Random = "random",
        /// Each node in its turn.
        RoundRobin = "round-robin",
    }
}

impl From<RouteChoice> for Route {
    fn from(choice: RouteChoice) -> Route {
        match choice {
            RouteChoice::Leader => Route::Leader,
            RouteChoice::Nearest => Route::Nearest,
            RouteChoice::Random => Route::Random,
            RouteChoice::RoundRobin => Route::RoundRobin,
        }
    }
}

crate::options! {
    /// Who asks what, when.
    pub struct WorkloadOptions {
        /// The system that is asked.
        target: Located<String>,
        /// Where the clients stand; absent: in the network's first region, with a warning if it has several.
        region: Option<Located<String>>,
        /// How operations come.
        arrival: Located<ArrivalOptions>,
        /// Which keys operations concern.
        keys: Located<KeysOptions> = "uniform(n=1000)",
        /// Kinds of operations on a store and their weights: read, write, cas, append.
        mix: Located<Named<Located<f64>>> = [("read", 0.5), ("write", 0.5)],
        /// Size of the values written.
        value_size: Located<Bytes> [Bytes(0)..=Bytes(1 << 30)] = "100B",
        /// How long a client waits for an answer before it asks the next node.
        timeout: Duration [Duration(1)..] = "2s",
        /// How often it asks before the outcome is unknown; absent: 3 times a store, once a service.
        attempts: Option<u16> [1..=1000],
        /// Which node it asks first; absent: the leader of a store; a service has one front.
        route: Option<Located<RouteChoice>>,
        /// Which of the operations are invoked, by their numbers from 1, ascending: "1..40, 57"; the others are passed over,
        /// and change nothing about these. Absent: all. A hunt writes the ones that a failure takes.
        operations: Option<OperationNumbers>,
    }
}

/// Numbers of operations as a scenario writes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperationNumbers(pub Numbers);

impl Decode for OperationNumbers {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<OperationNumbers> {
        let text = String::decode(node, decoder)?;
        let range = |part: &str| {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            Some(first.trim().parse::<u32>().ok()?..=last.trim().parse::<u32>().ok()?)
        };
        let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
        let numbers = ranges.and_then(Numbers::new);
        if numbers.is_none() {
            let message = "these are no numbers of operations, ascending from 1";
            let error = Diagnostic::error(Code::OutOfRange, &node.origin, message);
            decoder.report(error.help("write for example \"1..40, 57\""));
        }
        numbers.map(OperationNumbers)
    }

    fn shape() -> Shape {
        Shape::Text
    }
}
