//! `type = "gateway"`: takes requests and hands each to the service that its routes lead to.

use std::rc::Rc;

use regex_lite::Regex;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed, NodeId};
use crate::services::Order;
use crate::services::outbound::ChannelConfig;
use crate::services::program::{Op, Pc, Programs};
use crate::services::server::{ServerConfig, UrgencyRule};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::{Diagnostic, Problem};
use crate::spec::options::Places;
use crate::spec::origin::Origin;
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, RequestFacts, SystemPlan};

use super::service::calls::{CallOptions, Caller};
use super::service::forwarder;

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern(pub Regex);

impl Decode for Pattern {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Pattern> {
        let text = decoder.text(node, "a regular expression", "\"^/users/[0-9]+$\"")?;
        let result = Regex::new(text.as_str()).map(Pattern).map_err(|error| {
            let message = format!("is no regular expression: {error}");
            Problem::new(Code::BadPattern, 0..text.as_str().len(), message)
        });
        decoder.take(result, text)
    }

    fn shape() -> Shape {
        Shape::Text
    }
}

/// Where a route leads: to one service, or to several by weight.
#[derive(Clone, Debug)]
pub struct Destination(pub Vec<Way>);

/// One of the services that a route leads to.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its name.
    pub name: Located<String>,
    /// Only instances of this version.
    pub version: Option<String>,
    /// Its share of the requests.
    pub weight: Located<f64>,
}

impl Way {
    /// From `users`, or `users@2` for the instances of version 2.
    fn new(text: &str, origin: &Origin, weight: Located<f64>) -> Way {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        Way { name: Located { value: name.to_owned(), origin: origin.clone() }, version, weight }
    }
}

impl Decode for Destination {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Destination> {
        if let Value::Table(_) = &node.value {
            let named = Named::<Located<f64>>::decode(node, decoder)?;
            let one = |(name, origin, weight): (String, Origin, _)| Way::new(&name, &origin, weight);
            return Some(Destination(named.entries.into_iter().map(one).collect()));
        }
        let name = Located::<String>::decode(node, decoder)?;
        let weight = Located { value: 1.0, origin: name.origin.clone() };
        Some(Destination(vec![Way::new(&name.value, &name.origin, weight)]))
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, Shape::Named(Box::new(Shape::Number))])
    }
}

crate::options! {
    /// One route: which requests it takes, and where to. Of several that would take a request the first does.
    pub struct RouteOptions {
        /// Takes requests of this path and of those below it: "/users" takes "/users" and "/users/7", not "/users2".
        path: Option<Located<String>>,
        /// Takes requests of this very path.
        exact: Option<Located<String>>,
        /// Takes requests whose path this regular expression finds something in.
        regex: Option<Located<Pattern>>,
        /// Takes requests of this method; absent: of any.
        method: Option<String>,
        /// Takes requests that have all these headers.
        header: Named<String>,
        /// The service that they go to, or several with their weights: { users = 90, users-next = 10 }. With a version, { "users@1" = 90,
        /// "users@2" = 10 }, they go to the instances of that version.
        to: Located<Destination>,
    }
    with
        /// How the service is called.
        how: CallOptions;
    check check_route;
}

/// Largest weight of a destination.
const WEIGHT_MAX: f64 = 1e6;

fn check_route(route: &RouteOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let given: Vec<&str> =
        ["path", "exact", "regex"].into_iter().filter(|key| places.given(key).is_some()).collect();
    if let [first, second, ..] = given.as_slice() {
        let message = format!("a route has both `{first}` and `{second}`");
        let error = Diagnostic::error(Code::Contradiction, places.of(second), message);
        let help = "keep one of them, or write two routes";
        decoder.report(error.beside(places.given(first), "the other").help(help));
    }
    for path in [&route.path, &route.exact].into_iter().flatten() {
        if !path.value.starts_with('/') {
            let message = format!("the path `{}` does not begin with `/`", path.value.escape_debug());
            let error = Diagnostic::error(Code::BadName, &path.origin, message);
            decoder.report(error.help(format!("write \"/{}\"", path.value.escape_debug())));
        }
    }
    let ways = &route.to.value.0;
    for Way { name, weight, .. } in ways {
        if !(0.0..=WEIGHT_MAX).contains(&weight.value) {
            let message = format!(
                "the weight of `{}` is {}, and must be from 0 to {WEIGHT_MAX}",
                name.value, weight.value
            );
            decoder.report(Diagnostic::error(Code::OutOfRange, &weight.origin, message));
        }
    }
    if ways.iter().all(|way| way.weight.value <= 0.0) {
        let message = "the route leads to nobody: no destination has a weight above 0";
        let error = Diagnostic::error(Code::OutOfRange, &route.to.origin, message);
        decoder.report(error.help("write to = \"users\", or to = { users = 90, users-next = 10 }"));
    }
}

impl RouteOptions {
    /// Whether it takes such requests.
    pub fn takes(&self, request: &RequestFacts) -> bool {
        let path = request.path.as_str();
        let is_below = |prefix: &Located<String>| {
            let prefix = prefix.value.trim_end_matches('/');
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let has = |(name, _, value): &(String, Origin, String)| {
            let is_it =
                |(other, found): &(String, String)| other.eq_ignore_ascii_case(name) && found == value;
            request.headers.iter().any(is_it)
        };
        self.path.as_ref().is_none_or(is_below)
            && self.exact.as_ref().is_none_or(|exact| exact.value == path)
            && self.regex.as_ref().is_none_or(|regex| regex.value.0.is_match(path))
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && self.header.entries.iter().all(has)
    }
}

crate::choices! {
    /// What becomes of a request that no route takes.
    pub enum Otherwise {
        /// It ends as `not-found`.
        NotFound = "not-found",
    }
}

crate::options! {
    /// Options of a gateway: takes requests and hands each to the service that its routes lead to. A request that no route takes ends as
    /// `not-found`.
    pub struct GatewayOptions {
        /// Where requests go: the first route that takes one.
        routes: Vec<RouteOptions>,
        /// What becomes of a request that no route takes; absent: it is `not-found`, and a warning says that there are such.
        otherwise: Option<Otherwise>,
        /// Work for each request before it is handed on; absent: none.
        work: Option<Distribution>,
        /// Most requests at a gateway node at a time; more are refused; absent: any number.
        limit: Option<u32> [1..],
    }
    check check_gateway;
}

fn check_gateway(gateway: &GatewayOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if gateway.routes.is_empty() && !decoder.is_any_meant(&["routes"]) {
        let message = "a gateway without routes: every request would end as `not-found`";
        let error = Diagnostic::error(Code::Contradiction, places.of("routes"), message);
        decoder.report(error.help("write routes = [{ path = \"/\", to = \"users\" }]"));
    }
}

impl GatewayOptions {
    /// Where its routes lead, and how it calls there.
    pub fn calls(&self) -> impl Iterator<Item = (&Way, &CallOptions)> {
        self.routes.iter().flat_map(|route| route.to.value.0.iter().map(|way| (way, &route.how)))
    }

    /// Whether a request is work that takes time.
    pub(super) fn works(&self) -> bool {
        self.work.as_ref().is_some_and(|law| law.range().1 > Duration::ZERO)
    }

    pub(super) fn build<C>(&self, system: &SystemPlan, blueprint: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let node = |node: &NodeId| {
            let (programs, channels) = self.programs(system, *node, blueprint);
            RoleConfig::Server(Rc::new(ServerConfig {
                programs: Rc::new(programs),
                channels,
                limit: self.limit,
                order: Order::Arrival,
                urgency: UrgencyRule::Priority,
                ..forwarder(blueprint, *node, crate::services::message::Answered::WIRE_SIZE)
            }))
        };
        system.nodes.iter().map(node).collect()
    }

    /// A program a route, and the channels that these call through.
    fn programs(
        &self,
        system: &SystemPlan,
        node: NodeId,
        blueprint: &Blueprint<'_>,
    ) -> (Programs, Rc<[Rc<ChannelConfig>]>) {
        let (mut ops, mut channels, mut begins) = (Vec::new(), Vec::new(), Vec::new());
        for (number, route) in self.routes.iter().enumerate() {
            begins.push(ops.len() as Pc);
            ops.extend(self.work.iter().cloned().map(Op::Work));
            let mut ways: Vec<(f64, u16)> = Vec::new();
            for Way { name, version, weight } in route.to.value.0.iter().filter(|way| way.weight.value > 0.0)
            {
                let called = blueprint.system(&name.value).expect("the planner refuses unknown systems");
                ways.push((weight.value, channels.len() as u16));
                let draws = format!("{} routes {number} to {}", system.name, name.value);
                let caller = Caller {
                    site: blueprint.place(node),
                    zone: blueprint.zone(node),
                    peers: &system.nodes,
                    client: system.nodes.iter().position(|other| *other == node).unwrap_or(0) as u32,
                    draws: Keyed::new(blueprint.seed, &draws),
                };
                channels.push(Rc::new(route.how.channel(&caller, called, version.as_deref(), blueprint)));
            }
            if let [(_, channel)] = ways.as_slice() {
                ops.extend([Op::Call(*channel), Op::End]);
                continue;
            }
            let total: f64 = ways.iter().map(|(weight, _)| weight).sum();
            let first = ops.len() as Pc + 1;
            let mut below = 0.0;
            let choice = |(position, (weight, _)): (usize, &(f64, u16))| {
                below += weight / total;
                // The last takes whatever rounding has left.
                let below = if position + 1 == ways.len() { 1.0 } else { below };
                (below, first + 2 * position as Pc)
            };
            ops.push(Op::Branch(ways.iter().enumerate().map(choice).collect()));
            ops.extend(ways.iter().flat_map(|(_, channel)| [Op::Call(*channel), Op::End]));
        }
        let taken_by = |request: &RequestFacts| {
            self.routes.iter().position(|route| route.takes(request)).map(|route| begins[route])
        };
        let entries = blueprint.requests.facts.iter().map(taken_by).collect();
        (Programs::new(ops, entries), channels.into())
    }
}
