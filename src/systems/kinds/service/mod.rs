//! `type = "service"`: instances with cores and a queue, and what a request goes through at each.

pub mod calls;
pub mod policies;
pub mod register;
pub mod steps;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed, NodeId, SiteId};
use crate::services::outbound::{ChannelConfig, Subset};
use crate::services::program::{Op, Programs};
use crate::services::registration::RegistrationRule;
use crate::services::server::{ServerConfig, UrgencyRule};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::Located;
use crate::systems::RoleConfig;
use crate::systems::kinds::queue::QueueOptions;
use crate::systems::plan::{Blueprint, SystemPlan};

use calls::{CallOptions, Caller, ProtocolChoice};
use register::RegisterOptions;
use steps::{Callee, Compiler, RequestSteps, StepOptions, WorkOptions};

crate::options! {
    /// Options of a service: instances with cores and a queue. A workload that calls it directly finds a front before them, which
    /// calls them by `policy` and what stands beside it.
    pub struct ServiceOptions {
        /// What a request goes through, in order.
        steps: RequestSteps,
        /// Short for one step of work.
        work: Option<Located<WorkOptions>>,
        /// The queue before each instance's cores.
        queue: QueueOptions = {},
        /// Most requests that an instance works on or waits for others for at a time; the others wait; absent: any number.
        concurrency: Option<u32> [1..],
        /// What calling it costs on the way.
        protocol: ProtocolChoice = "plain",
        /// The registry that its instances tell that they are there, and that its callers ask: a name, or { at, heartbeat }; absent: callers
        /// know all instances.
        register: Option<RegisterOptions>,
    }
    with
        /// How a front calls the instances.
        front: CallOptions;
    check check_service;
}

/// How long a front waits for an instance unless it says.
const FRONT_TIMEOUT: Duration = Duration::from_secs(10);

fn check_service(service: &ServiceOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    service.steps.check_loops(places, decoder);
    let (key, message) = match (service.steps.0.is_empty(), &service.work) {
        (true, None) if decoder.is_any_meant(&["steps", "work"]) => return,
        (true, None) => ("steps", "a service that does nothing: it has neither `steps` nor `work`"),
        (false, Some(_)) => ("work", "both `steps` and `work` say what a request goes through"),
        (true, Some(_)) | (false, None) => return,
    };
    let help =
        "write work = \"exp(2ms)\", or steps = [{ work = \"exp(2ms)\" }, { call = \"kv\", op = \"read\" }]";
    let error = Diagnostic::error(Code::Contradiction, places.of(key), message).help(help);
    decoder.report(error.beside(places.given("steps"), "the steps"));
}

impl ServiceOptions {
    /// The steps that call others, with where they name them.
    pub fn calls(&self) -> Vec<(&StepOptions, &Located<String>)> {
        self.steps.all().into_iter().filter_map(|step| Some((step, step.call.as_ref()?))).collect()
    }

    /// Mean work of a request on an unloaded core of speed 1, in nanoseconds, without what it waits for those whom it calls;
    /// `of_request` is the mean of what requests bring with them. `None` if it is infinite.
    pub fn mean_work(&self, of_request: Option<f64>) -> Option<f64> {
        match self.work.as_ref().map(|work| &work.value) {
            Some(WorkOptions::Law(law)) => law.mean(),
            Some(WorkOptions::OfRequest) => of_request,
            None => self.steps.mean_work(of_request),
        }
    }

    /// Whether requests bring work with them that it does.
    pub fn takes_work(&self) -> bool {
        self.laws_of_work().iter().any(Option::is_none)
    }

    /// Whether a request is work that takes time.
    pub(super) fn works(&self) -> bool {
        self.laws_of_work().iter().any(|law| law.is_none_or(|law| law.range().1 > Duration::ZERO))
    }

    /// The work that a request begins with, if it begins with work; inner `None` stands for what requests bring.
    pub fn first_work(&self) -> Option<Option<&Distribution>> {
        let first = self.steps.0.first().and_then(|step| step.work.as_ref());
        match self.work.as_ref().map(|work| &work.value).or(first)? {
            WorkOptions::Law(law) => Some(Some(law)),
            WorkOptions::OfRequest => Some(None),
        }
    }

    /// Draws what belongs to a request at a service of this name.
    pub fn draws(seed: u64, name: &str) -> Keyed {
        Keyed::new(seed, &format!("service {name}"))
    }

    /// The laws of its work; `None` stands for what requests bring.
    fn laws_of_work(&self) -> Vec<Option<&Distribution>> {
        let own = self.work.as_ref().map(|work| match &work.value {
            WorkOptions::Law(law) => Some(law),
            WorkOptions::OfRequest => None,
        });
        self.steps.laws_of_work().chain(own).collect()
    }

    pub(super) fn build<C>(&self, system: &SystemPlan, blueprint: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let draws = Self::draws(blueprint.seed, &system.name);
        // A world may have a million instances, which share what they are told, but for which part of others they call.
        let mut shared: BTreeMap<Likeness, Rc<ServerConfig>> = BTreeMap::new();
        let instance = |node: &NodeId| {
            let place = (blueprint.place(*node), blueprint.zone(*node));
            let speed = blueprint.speed(*node);
            let config = shared.entry((place, speed)).or_insert_with(|| {
                let Shared { programs, channels } = self.shared(system, place, blueprint);
                Rc::new(ServerConfig {
                    classes: blueprint.requests.classes.clone(),
                    programs,
                    channels,
                    passes_on: false,
                    concurrency: self.concurrency,
                    limit: self.queue.limit,
                    order: self.queue.order(),
                    urgency: self.queue.urgency(),
                    speed,
                    answer_bytes: self.protocol.profile().answer_bytes,
                    draws,
                    dispatchers: blueprint.dispatchers(system),
                    registration: self.registration(*node, system, blueprint),
                    writers: blueprint.writers(),
                })
            });
            RoleConfig::Server(match self.own_channels(&config.channels, system, *node) {
                None => config.clone(),
                Some(channels) => Rc::new(ServerConfig { channels, ..ServerConfig::clone(config) }),
            })
        };
        let instances: Vec<RoleConfig<C>> = system.nodes.iter().map(instance).collect();
        let front = |node: &NodeId| {
            let caller = Caller {
                site: blueprint.place(*node),
                zone: blueprint.zone(*node),
                peers: &system.extra,
                client: 0,
                draws: Keyed::new(blueprint.seed, &format!("front {}", system.name)),
            };
            let channel = self.front.channel(&caller, system, None, blueprint);
            let timeout = Some(channel.timeout.unwrap_or(FRONT_TIMEOUT));
            let channels = Rc::new([Rc::new(ChannelConfig { timeout, ..channel })]);
            let entries = vec![Some(0); blueprint.requests.classes.0.len()];
            let programs = Programs::new(vec![Op::Call(0), Op::End], entries);
            RoleConfig::Server(Rc::new(ServerConfig {
                programs: Rc::new(programs),
                channels,
                ..forwarder(blueprint, *node, self.protocol.profile().answer_bytes)
            }))
        };
        let fronts: Vec<RoleConfig<C>> = system.extra.iter().map(front).collect();
        instances.into_iter().chain(fronts).collect()
    }

    /// How an instance registers.
    fn registration(
        &self,
        node: NodeId,
        system: &SystemPlan,
        blueprint: &Blueprint<'_>,
    ) -> Option<RegistrationRule> {
        let RegisterOptions(register) = self.register.as_ref()?;
        let registry = blueprint.system(&register.at.value).expect("the planner refuses unknown registries");
        let third = Duration((blueprint.registries[registry.id.index()].ttl.0 / 3).max(1));
        Some(RegistrationRule {
            registries: blueprint.nearest_first(blueprint.place(node), &registry.nodes),
            heartbeat: register.heartbeat.as_ref().map_or(third, |heartbeat| heartbeat.value),
            draws: Keyed::new(blueprint.seed, &format!("registration {}", system.name)),
        })
    }

    /// The channels of one instance, if it calls a part of others that is its own.
    fn own_channels(
        &self,
        channels: &Rc<[Rc<ChannelConfig>]>,
        system: &SystemPlan,
        node: NodeId,
    ) -> Option<Rc<[Rc<ChannelConfig>]>> {
        if channels.iter().all(|channel| channel.subset.is_none()) {
            return None;
        }
        let client = system.nodes.iter().position(|other| *other == node).unwrap_or(0) as u32;
        let own = |channel: &Rc<ChannelConfig>| {
            let subset = channel.subset.map(|subset| Subset { client, ..subset });
            Rc::new(ChannelConfig { subset, ..ChannelConfig::clone(channel) })
        };
        Some(channels.iter().map(own).collect())
    }

    /// What the instances of one place share.
    fn shared(
        &self,
        system: &SystemPlan,
        (site, zone): (SiteId, Option<u16>),
        blueprint: &Blueprint<'_>,
    ) -> Shared {
        let mut channels: Vec<Rc<ChannelConfig>> = Vec::new();
        let mut callee = |step: &StepOptions, name: &str| {
            let called = blueprint.system(name).expect("the planner refuses calls of unknown systems");
            if blueprint.is_store(called) {
                return Callee::Store(blueprint.nearest_first(site, &called.nodes));
            }
            let position = channels.len();
            let caller = Caller {
                site,
                zone,
                peers: &system.nodes,
                client: 0,
                draws: Keyed::new(blueprint.seed, &format!("{} calls {name} {position}", system.name)),
            };
            channels.push(Rc::new(step.how.channel(&caller, called, None, blueprint)));
            Callee::Service(position as u16)
        };
        let mut compiler = Compiler { ops: Vec::new(), callee: &mut callee };
        match self.work.as_ref().map(|work| &work.value) {
            Some(WorkOptions::Law(law)) => compiler.ops.push(Op::Work(law.clone())),
            Some(WorkOptions::OfRequest) => compiler.ops.push(Op::WorkOfRequest),
            None => compiler.steps(&self.steps, 0),
        }
        compiler.ops.push(Op::End);
        let entries = vec![Some(0); blueprint.requests.classes.0.len()];
        let programs = Rc::new(Programs::new(compiler.ops, entries));
        Shared { programs, channels: channels.into() }
    }
}

/// What instances must have in common to be told the same: their place, with its zone, and how fast they are.
type Likeness = ((SiteId, Option<u16>), u64);

/// What instances of one place share.
struct Shared {
    programs: Rc<Programs>,
    channels: Rc<[Rc<ChannelConfig>]>,
}

/// A server that does nothing but call others; its programs and channels are still to be said.
pub(super) fn forwarder(blueprint: &Blueprint<'_>, node: NodeId, answer_bytes: u32) -> ServerConfig {
    ServerConfig {
        classes: blueprint.requests.classes.clone(),
        programs: Rc::new(Programs::new(Vec::new(), Vec::new())),
        channels: Rc::new([]),
        passes_on: true,
        concurrency: None,
        limit: None,
        order: crate::services::Order::Arrival,
        urgency: UrgencyRule::Priority,
        speed: blueprint.speed(node),
        answer_bytes,
        draws: Keyed::new(blueprint.seed, "forward"),
        dispatchers: Rc::new([]),
        registration: None,
        writers: blueprint.writers(),
    }
}
