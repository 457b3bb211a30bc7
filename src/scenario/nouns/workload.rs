//! `[workload.NAME]`: who asks what, when.

use crate::kernel::Duration;
use crate::model::op::OpKind;
use crate::model::route::Route;
use crate::spec::origin::Origin;
use crate::spec::quantity::Bytes;
use crate::spec::scalars::{Located, Named};
use crate::systems::kinds::Kind;
use crate::workloads::keys::Keys;

use super::arrivals::ArrivalOptions;
use super::keys::KeysOptions;
use super::numbers::OperationNumbers;
use super::request::{RequestOptions, Requests};

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
        /// No operation begins from then on; those that wait for an answer go on waiting.
        until: Option<Duration> [Duration(1)..],
        /// Which keys operations concern; absent, of a paxos, which decides one value: "uniform(n=1)".
        keys: Located<KeysOptions> = "uniform(n=1000)",
        /// Of a store: kinds of operations and their weights: read, write, cas, append, propose. A proposal makes an absent key hold
        /// its value, or is answered with what came first: the only change that a paxos takes, whose mix is, if absent,
        /// `{ read = 0.5, propose = 0.5 }`. Of a service or a gateway: paths and their weights, short for as many of `request`.
        mix: Located<Named<Located<f64>>> = [("read", 0.5), ("write", 0.5)],
        /// Of a service or a gateway: the kinds of requests that are made; absent: GET of the path "/".
        request: Option<Located<Requests>>,
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

impl WorkloadOptions {
    /// The law over keys, for a workload on a system of this type.
    pub fn keys_of(&self, kind: Kind) -> Keys {
        match kind.is_register() && self.keys.origin == Origin::default_value() {
            true => Keys::Uniform { n: 1 },
            false => self.keys.value.0.clone(),
        }
    }

    /// The requests that it makes of a service: those that it says, or one a path of its `mix`, or one.
    pub fn requests(&self) -> Vec<RequestOptions> {
        let plain = || <RequestOptions as crate::spec::Options>::defaults();
        if let Some(requests) = &self.request {
            return requests.value.0.clone();
        }
        if self.mix.origin == Origin::default_value() {
            return vec![plain()];
        }
        let of_path = |(path, origin, weight): &(String, Origin, Located<f64>)| RequestOptions {
            path: Located { value: path.clone(), origin: origin.clone() },
            weight: weight.clone(),
            ..plain()
        };
        self.mix.value.entries.iter().map(of_path).collect()
    }

    /// The kinds of operations with their weights, for a workload on a system of this type.
    ///
    /// # Panics
    /// If there is no such kind: the planner has refused it before.
    pub fn mix_of(&self, kind: Kind) -> Vec<(OpKind, f64)> {
        if kind.is_register() && self.mix.origin == Origin::default_value() {
            return vec![(OpKind::Read, 0.5), (OpKind::Propose, 0.5)];
        }
        let weight = |(name, _, weight): &(String, Origin, Located<f64>)| {
            let kind = OpKind::ALL.into_iter().find(|kind| kind.name() == name);
            (kind.expect("the planner refuses unknown kinds"), weight.value)
        };
        self.mix.value.entries.iter().map(weight).collect()
    }
}
