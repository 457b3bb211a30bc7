//! `type = "service"`.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed, NodeId, SiteId};
use crate::model::op::OpKind;
use crate::services::front::FrontConfig;
use crate::services::instance::{InstanceConfig, Step, StoreCall};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::Bytes;
use crate::spec::scalars::Located;
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, SystemPlan};

crate::choices! {
    /// What a step asks of a store, about the request's key.
    pub enum StepOp {
        /// Reads it.
        Read = "read",
        /// Writes a value of its own.
        Write = "write",
        /// Appends a value of its own.
        Append = "append",
    }
}

crate::choices! {
    /// Who is served next.
    pub enum Discipline {
        /// First in, first out.
        Fifo = "fifo",
    }
}

crate::choices! {
    /// What happens to a request that finds the queue full.
    pub enum WhenFull {
        /// It is refused.
        Reject = "reject",
    }
}

crate::options! {
    /// The queue before an instance's cores.
    pub struct QueueOptions {
        /// Who is served next.
        discipline: Discipline = "fifo",
        /// Most requests at an instance, those in service included; absent: any number.
        limit: Option<u32> [1..],
        /// What happens to a request that finds the queue full.
        when_full: WhenFull = "reject",
    }
}

crate::options! {
    /// One step of a request: work on a core, or a call of a store.
    pub struct StepOptions {
        /// Work: how long it takes on an unloaded core of speed 1. Drawn by the request, never by the server.
        work: Option<Distribution>,
        /// A call: the store that is called.
        call: Option<Located<String>>,
        /// What the call asks; absent: `read`.
        op: Option<StepOp>,
        /// Size of the value that the call writes.
        value_size: Bytes [Bytes(0)..=Bytes(1 << 30)] = "100B",
        /// How long the call waits for a reply before it asks the next node.
        timeout: Duration [Duration(1)..] = "1s",
        /// How often the call asks before the request fails.
        attempts: u32 [1..=1000] = 3,
    }
    check check_step;
}

fn check_step(step: &StepOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let is_meant = decoder.is_any_meant(&["work", "call"]);
    let mut refuse = |key: &str, message: &str| {
        let help = "a step is { work = \"exp(2ms)\" } or { call = \"kv\", op = \"read\" }";
        let error = Diagnostic::error(Code::Contradiction, places.of(key), message).help(help);
        decoder.report(error.beside(places.given("work"), "the work"));
    };
    match (&step.work, &step.call) {
        (Some(_), Some(_)) => refuse("call", "a step is work or a call, not both"),
        (None, None) if is_meant => {}
        (None, None) => refuse("", "a step does nothing: it has neither `work` nor `call`"),
        (Some(_), None) if step.op.is_some() => refuse("op", "a step of work has no `op`"),
        (Some(_), None) | (None, Some(_)) => {}
    }
}

crate::options! {
    /// Options of a service: instances with cores and a queue behind a round-robin front.
    pub struct ServiceOptions {
        /// What a request goes through, in order.
        steps: Vec<StepOptions> = vec![],
        /// Short for one step of work.
        work: Option<Located<Distribution>>,
        /// The queue before each instance's cores.
        queue: QueueOptions = {},
        /// How long the front waits for an instance before it answers in its place that the call failed.
        timeout: Duration [Duration(1)..] = "10s",
    }
    check check_service;
}

fn check_service(service: &ServiceOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let (key, message) = match (service.steps.is_empty(), &service.work) {
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
    /// The stores that its steps call, with where they are named.
    pub fn calls(&self) -> impl Iterator<Item = &Located<String>> {
        self.steps.iter().filter_map(|step| step.call.as_ref())
    }

    /// Mean work of a request on an unloaded core of speed 1, in nanoseconds, without what it waits for the stores that
    /// it calls; `None` if it is infinite.
    pub fn mean_work(&self) -> Option<f64> {
        self.laws_of_work().map(Distribution::mean).sum()
    }

    /// Whether a request is work that takes time.
    pub(super) fn works(&self) -> bool {
        self.laws_of_work().any(|law| law.range().1 > Duration::ZERO)
    }

    fn laws_of_work(&self) -> impl Iterator<Item = &Distribution> {
        let steps = self.steps.iter().filter_map(|step| step.work.as_ref());
        steps.chain(self.work.as_ref().map(|work| &work.value))
    }

    pub(super) fn build<C>(&self, system: &SystemPlan, blueprint: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let draws = Keyed::new(blueprint.seed, &format!("service {}", system.name));
        // A world may have a million instances, which share what they share.
        let mut steps: BTreeMap<SiteId, Rc<[Step]>> = BTreeMap::new();
        let instance = |node: &NodeId| {
            let site = blueprint.place(*node);
            RoleConfig::Instance(InstanceConfig {
                steps: steps.entry(site).or_insert_with(|| self.steps(site, blueprint)).clone(),
                limit: self.queue.limit,
                draws,
                writer: blueprint.writer(*node),
            })
        };
        let front =
            RoleConfig::Front(FrontConfig { instances: system.nodes.clone().into(), timeout: self.timeout });
        system.nodes.iter().map(instance).chain([front]).collect()
    }

    /// The steps as an instance at `site` takes them.
    fn steps(&self, site: SiteId, blueprint: &Blueprint<'_>) -> Rc<[Step]> {
        if let Some(work) = &self.work {
            return [Step::Work(work.value.clone())].into();
        }
        let step = |step: &StepOptions| match (&step.work, &step.call) {
            (Some(work), _) => Step::Work(work.clone()),
            (None, Some(call)) => {
                let store =
                    blueprint.system(&call.value).expect("the planner refuses calls of unknown systems");
                Step::Store(StoreCall {
                    nodes: blueprint.nearest_first(site, &store.nodes),
                    op: match step.op.unwrap_or(StepOp::Read) {
                        StepOp::Read => OpKind::Read,
                        StepOp::Write => OpKind::Write,
                        StepOp::Append => OpKind::Append,
                    },
                    size: u32::try_from(step.value_size.0).expect("its range says so"),
                    timeout: step.timeout,
                    attempts: step.attempts,
                })
            }
            (None, None) => unreachable!("refused when it was decoded"),
        };
        self.steps.iter().map(step).collect()
    }
}
