//! `steps = [...]`: what a request goes through at an instance, and its program.

use std::rc::Rc;

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::op::OpKind;
use crate::services::program::{Fork, LOOPS_MAX, Op, Pc, ROUNDS_MAX, StoreCall};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::distribution::{Measure, Numbers};
use crate::spec::options::Places;
use crate::spec::quantity::{Bytes, Ratio};
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};

use super::calls::CallOptions;

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

/// The work of a step.
#[derive(Clone, Debug)]
pub enum WorkOptions {
    /// Drawn by this law, with the request.
    Law(Distribution),
    /// What the request brings with it.
    OfRequest,
}

impl Decode for WorkOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<WorkOptions> {
        match &node.value {
            Value::String(text) if text.as_str() == "request" => Some(WorkOptions::OfRequest),
            Value::String(_) | Value::Bool(_) | Value::Integer(_) => {
                Distribution::decode(node, decoder).map(WorkOptions::Law)
            }
            Value::Float(_) | Value::Array(_) | Value::Table(_) => {
                Distribution::decode(node, decoder).map(WorkOptions::Law)
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Distribution(Measure::Durations), Shape::Text])
    }
}

/// The steps of a service itself.
#[derive(Clone, Debug, Default)]
pub struct RequestSteps(Steps);

impl std::ops::Deref for RequestSteps {
    type Target = Steps;

    fn deref(&self) -> &Steps {
        &self.0
    }
}

impl Decode for RequestSteps {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<RequestSteps> {
        Steps::decode(node, decoder).map(RequestSteps)
    }

    fn shape() -> Shape {
        Shape::Told(Box::new(Shape::List(Box::new(StepOptions::shape()))))
    }

    fn absent() -> Option<RequestSteps> {
        Some(RequestSteps::default())
    }
}

/// How many of parallel branches must succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitOptions {
    /// Every one.
    All,
    /// One.
    Any,
    /// So many.
    Some(u16),
}

impl Decode for WaitOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<WaitOptions> {
        match &node.value {
            Value::Integer(_) => u16::decode(node, decoder).map(WaitOptions::Some),
            Value::String(text) if text.as_str() == "all" => Some(WaitOptions::All),
            Value::String(text) if text.as_str() == "any" => Some(WaitOptions::Any),
            Value::String(_) | Value::Bool(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => {
                decoder.wrong_type(node, "\"all\", \"any\" or a number", "write wait = \"all\", or wait = 2")
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, Shape::Integer])
    }
}

/// One step, or several one after another.
#[derive(Clone, Debug, Default)]
pub struct Steps(pub Vec<StepOptions>);

impl Decode for Steps {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Steps> {
        match &node.value {
            Value::Table(_) => StepOptions::decode(node, decoder).map(|step| Steps(vec![step])),
            Value::Array(_) => Vec::decode(node, decoder).map(Steps),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => decoder.wrong_type(
                node,
                "a step or a list of steps",
                "write for example { work = \"exp(2ms)\" }",
            ),
        }
    }

    /// Steps hold steps: what they are is told of those of a service ([`RequestSteps`]), and not again of those within.
    fn shape() -> Shape {
        Shape::Any
    }

    fn absent() -> Option<Steps> {
        Some(Steps::default())
    }
}

crate::options! {
    /// One way on, and its share.
    pub struct BranchOptions {
        /// Share of the requests that take it.
        share: Ratio,
        /// What they go through.
        steps: Steps,
    }
}

crate::options! {
    /// One step of a request: work on a core, a call, or steps that are taken at once, by some, or again.
    pub struct StepOptions {
        /// Work: how long it takes on an unloaded core of speed 1; "request": what the request brings with it. Drawn by the request,
        /// never by the server.
        work: Option<WorkOptions>,
        /// A call: the service or the store that is called.
        call: Option<Located<String>>,
        /// Of a store: what the call asks; absent: `read`.
        op: Option<StepOp>,
        /// Of a store: size of the value that the call writes.
        value_size: Bytes [Bytes(0)..=Bytes(1 << 30)] = "100B",
        /// Of a store: how often the call asks before the request fails; it waits `timeout` each time, 1s if that is absent.
        attempts: Option<u32> [1..=1000],
        /// Of a service: how many calls are made at once.
        fan_out: Option<u16> [1..=10_000],
        /// Of a service: the call is left out where so many calls lie between the client and it already; it lets services call each
        /// other in circles.
        depth: Option<u16> [1..=255],
        /// Steps that are taken at once: each item is a step or a list of steps.
        parallel: Vec<Steps> = vec![],
        /// How many of `parallel` or `fan_out` must succeed before the request goes on: "all", "any" or a number.
        wait: Option<Located<WaitOptions>>,
        /// Steps of which a request takes at most one, drawn by their shares; what is left of 100% takes none.
        branch: Vec<BranchOptions> = vec![],
        /// A cache: the share of requests that find what they need. The others go through `miss`.
        cache: Option<Ratio>,
        /// What requests go through that the cache has nothing for.
        miss: Steps,
        /// How often `steps` are gone through: a number, or a law of numbers, drawn by the request.
        r#loop: Option<Numbers>,
        /// What a round of `loop` goes through.
        steps: Steps,
    }
    with
        /// How a service is called.
        how: CallOptions;
    check check_step;
}

const HELP: &str = "a step is { work = \"exp(2ms)\" }, { call = \"users\" }, { parallel = [...] }, { branch = [...] }, \
                    { cache = \"90%\", miss = [...] } or { loop = 3, steps = [...] }";

/// Keys that make a step what it is.
const KINDS: [&str; 6] = ["work", "call", "parallel", "branch", "cache", "loop"];

fn check_step(step: &StepOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let given: Vec<&str> = KINDS.into_iter().filter(|key| places.given(key).is_some()).collect();
    let kind = match given.as_slice() {
        [kind] => *kind,
        [] => {
            if !decoder.is_any_meant(&KINDS) {
                let message = "a step does nothing: it says neither what to do nor whom to call";
                decoder.report(Diagnostic::error(Code::Contradiction, places.of(""), message).help(HELP));
            }
            return;
        }
        [first, second, ..] => {
            let message = format!("a step has both `{first}` and `{second}`");
            let error = Diagnostic::error(Code::Contradiction, places.of(second), message);
            decoder.report(error.beside(places.given(first), "the other").help(HELP));
            return;
        }
    };
    let of_calls = ["op", "value_size", "attempts", "fan_out", "depth", "timeout", "retry", "breaker"];
    let mut strangers: Vec<(&str, &str)> = Vec::new();
    if kind != "call" {
        strangers.extend(of_calls.iter().chain(&["policy", "slow_start"]).map(|key| (*key, "a call")));
    }
    if kind != "parallel" && step.fan_out.is_none() {
        strangers.push(("wait", "`parallel` or `fan_out`"));
    }
    if kind != "cache" {
        strangers.push(("miss", "`cache`"));
    }
    if kind != "loop" {
        strangers.push(("steps", "`loop`"));
    }
    for (key, owner) in strangers {
        if let Some(origin) = places.given(key) {
            let message = format!("`{key}` is of {owner}, and this step has `{kind}`");
            decoder.report(Diagnostic::error(Code::Contradiction, origin, message).help(HELP));
        }
    }
    check_wait(step, decoder);
    let total: f64 = step.branch.iter().map(|branch| branch.share.as_f64()).sum();
    if total > 1.0 + 1e-9 {
        let message = format!("the shares of the branches come to {}%", (total * 1e4).round() / 1e2);
        let error = Diagnostic::error(Code::OutOfRange, places.of("branch"), message);
        decoder.report(error.help("let them be at most 100% together"));
    }
    if kind == "parallel" && step.parallel.is_empty() {
        let message = "`parallel` is empty";
        decoder.report(Diagnostic::error(Code::OutOfRange, places.of("parallel"), message).help(HELP));
    }
}

/// Nobody waits for more branches than there are.
fn check_wait(step: &StepOptions, decoder: &mut Decoder<'_>) {
    let Some(Located { value: WaitOptions::Some(wait), origin }) = &step.wait else { return };
    let branches = step.fan_out.map_or(step.parallel.len(), usize::from);
    if *wait == 0 || usize::from(*wait) > branches {
        let message = format!("`wait` is {wait}, and there are {branches} branches");
        let error = Diagnostic::error(Code::OutOfRange, origin, message);
        decoder.report(error.help(format!("write a number from 1 to {branches}, or \"all\"")));
    }
}

impl WaitOptions {
    fn of(self, branches: usize) -> u16 {
        match self {
            WaitOptions::All => branches as u16,
            WaitOptions::Any => 1,
            WaitOptions::Some(wait) => wait,
        }
    }
}

impl StepOptions {
    /// The steps within.
    fn within(&self) -> impl Iterator<Item = &Steps> {
        let branches = self.branch.iter().map(|branch| &branch.steps);
        self.parallel.iter().chain(branches).chain([&self.miss, &self.steps])
    }
}

impl Steps {
    /// Every step, those within others included.
    pub fn all(&self) -> Vec<&StepOptions> {
        let mut all = Vec::new();
        for step in &self.0 {
            all.push(step);
            step.within().for_each(|within| all.extend(within.all()));
        }
        all
    }

    /// The deepest nesting of loops.
    fn loops(&self) -> usize {
        let of_step = |step: &StepOptions| {
            let within = step.within().map(Steps::loops).max().unwrap_or(0);
            within + usize::from(step.r#loop.is_some())
        };
        self.0.iter().map(of_step).max().unwrap_or(0)
    }

    /// Refuses loops that are nested too deeply, or take too many rounds.
    pub fn check_loops(&self, places: &Places<'_>, decoder: &mut Decoder<'_>) {
        if self.loops() > LOOPS_MAX {
            let message = format!("loops are nested deeper than {LOOPS_MAX}");
            let error = Diagnostic::error(Code::TooMany, places.of("steps"), message);
            decoder.report(error.help("let one loop go round more often"));
        }
        let rounds = |step: &&StepOptions| step.r#loop.as_ref().map_or(0, |times| times.0.range().1.0);
        if self.all().iter().any(|step| rounds(step) > u64::from(ROUNDS_MAX)) {
            let message = format!("a loop may take more than {ROUNDS_MAX} rounds");
            let error = Diagnostic::error(Code::TooMany, places.of("steps"), message);
            decoder.report(error.help(format!("bound its law, such as \"uniform(1, {ROUNDS_MAX})\"")));
        }
    }

    /// Mean work of a request, in nanoseconds, without what it waits for those whom it calls; `of_request` is that of what requests
    /// bring with them. `None` if it is infinite.
    pub fn mean_work(&self, of_request: Option<f64>) -> Option<f64> {
        self.0.iter().map(|step| step.mean_work(of_request)).sum()
    }

    /// Mean numbers of calls that a request makes, with whom each calls.
    pub fn mean_calls(&self) -> Vec<(&Located<String>, f64)> {
        let mut calls = Vec::new();
        self.add_calls(1.0, &mut calls);
        calls
    }

    fn add_calls<'a>(&'a self, times: f64, calls: &mut Vec<(&'a Located<String>, f64)>) {
        self.0.iter().for_each(|step| step.add_calls(times, calls));
    }

    /// The laws of its work, and whether any of it is what requests bring.
    pub fn laws_of_work(&self) -> impl Iterator<Item = Option<&Distribution>> {
        self.all().into_iter().filter_map(|step| match &step.work {
            Some(WorkOptions::Law(law)) => Some(Some(law)),
            Some(WorkOptions::OfRequest) => Some(None),
            None => None,
        })
    }
}

impl StepOptions {
    /// Adds the calls of a step that is taken so many times.
    fn add_calls<'a>(&'a self, times: f64, calls: &mut Vec<(&'a Located<String>, f64)>) {
        if let Some(call) = &self.call {
            calls.push((call, times * f64::from(self.fan_out.unwrap_or(1))));
        }
        self.parallel.iter().for_each(|steps| steps.add_calls(times, calls));
        self.branch.iter().for_each(|branch| branch.steps.add_calls(times * branch.share.as_f64(), calls));
        if let Some(hit) = &self.cache {
            self.miss.add_calls(times * (1.0 - hit.as_f64()), calls);
        }
        if let Some(rounds) = &self.r#loop {
            self.steps.add_calls(times * rounds.0.mean().unwrap_or(0.0), calls);
        }
    }

    fn mean_work(&self, of_request: Option<f64>) -> Option<f64> {
        let own = match &self.work {
            Some(WorkOptions::Law(law)) => law.mean()?,
            Some(WorkOptions::OfRequest) => of_request?,
            None => 0.0,
        };
        let mean = |steps: &Steps| steps.mean_work(of_request);
        let parallel: f64 = self.parallel.iter().map(mean).sum::<Option<f64>>()?;
        let shared = self.branch.iter().map(|branch| Some(branch.share.as_f64() * mean(&branch.steps)?));
        let shared: f64 = shared.sum::<Option<f64>>()?;
        let missed =
            self.cache.as_ref().map_or(Some(0.0), |hit| Some((1.0 - hit.as_f64()) * mean(&self.miss)?))?;
        let rounds = match &self.r#loop {
            Some(times) => times.0.mean()? * mean(&self.steps)?,
            None => 0.0,
        };
        Some(own + parallel + shared + missed + rounds)
    }
}

/// Whom a step calls.
pub enum Callee {
    /// A store, with its nodes nearest first.
    Store(Rc<[crate::kernel::NodeId]>),
    /// A service, through this channel of the server.
    Service(u16),
}

/// Compiles steps; `callee` says whom each step calls.
pub struct Compiler<'a> {
    /// The operations so far.
    pub ops: Vec<Op>,
    /// Whom the call of a step goes to.
    pub callee: &'a mut dyn FnMut(&StepOptions, &str) -> Callee,
}

impl Compiler<'_> {
    fn here(&self) -> Pc {
        Pc::try_from(self.ops.len()).expect("the number of steps is bounded")
    }

    /// Emits steps that are taken one after another, inside so many loops.
    pub fn steps(&mut self, steps: &Steps, loops: u8) {
        steps.0.iter().for_each(|step| self.step(step, loops));
    }

    fn step(&mut self, step: &StepOptions, loops: u8) {
        if let Some(work) = &step.work {
            self.ops.push(match work {
                WorkOptions::Law(law) => Op::Work(law.clone()),
                WorkOptions::OfRequest => Op::WorkOfRequest,
            });
        } else if let Some(call) = &step.call {
            self.call(step, &call.value);
        } else if !step.parallel.is_empty() {
            let wait = step.wait.as_ref().map_or(WaitOptions::All, |wait| wait.value);
            let count = step.parallel.len();
            // A branch is a frame of its own, whose loops begin anew.
            self.fork(wait.of(count), |this| {
                let branch = |steps: &Steps| {
                    let pc = this.here();
                    this.steps(steps, 0);
                    this.ops.push(Op::End);
                    pc
                };
                step.parallel.iter().map(branch).collect()
            });
        } else if let Some(hit) = &step.cache {
            self.branches(&[(1.0 - hit.as_f64(), &step.miss)], loops);
        } else if !step.branch.is_empty() {
            let branches: Vec<(f64, &Steps)> =
                step.branch.iter().map(|branch| (branch.share.as_f64(), &branch.steps)).collect();
            self.branches(&branches, loops);
        } else if let Some(times) = &step.r#loop {
            let begin = self.ops.len();
            self.ops.push(Op::Jump(0));
            let start = self.here();
            self.steps(&step.steps, loops + 1);
            self.ops.push(Op::Again { level: loops, start });
            self.ops[begin] = Op::Loop { level: loops, times: times.0.clone(), exit: self.here() };
        }
    }

    fn call(&mut self, step: &StepOptions, name: &str) {
        match (self.callee)(step, name) {
            Callee::Store(nodes) => self.ops.push(Op::Store(StoreCall {
                nodes,
                op: match step.op.unwrap_or(StepOp::Read) {
                    StepOp::Read => OpKind::Read,
                    StepOp::Write => OpKind::Write,
                    StepOp::Append => OpKind::Append,
                },
                size: u32::try_from(step.value_size.0).expect("its range says so"),
                timeout: step.how.timeout.unwrap_or(STORE_TIMEOUT),
                attempts: step.attempts.unwrap_or(STORE_ATTEMPTS),
            })),
            Callee::Service(channel) => {
                let bound = self.ops.len();
                if step.depth.is_some() {
                    self.ops.push(Op::Jump(0));
                }
                match step.fan_out {
                    None => self.ops.push(Op::Call(channel)),
                    Some(count) => {
                        let wait = step.wait.as_ref().map_or(WaitOptions::All, |wait| wait.value);
                        self.fork(wait.of(count.into()), |this| {
                            let pc = this.here();
                            this.ops.extend([Op::Call(channel), Op::End]);
                            vec![pc; count.into()]
                        });
                    }
                }
                if let Some(depth) = step.depth {
                    self.ops[bound] = Op::Bound { depth: depth as u8, exit: self.here() };
                }
            }
        }
    }

    /// Emits a fork whose branches `emit` emits behind it.
    fn fork(&mut self, wait: u16, emit: impl FnOnce(&mut Self) -> Vec<Pc>) {
        let at = self.ops.len();
        self.ops.push(Op::End);
        let branches = emit(self).into();
        self.ops[at] = Op::Fork(Fork { branches, wait, next: self.here() });
    }

    /// Emits a choice among `branches` by their shares; what is left of 1 goes on behind them.
    fn branches(&mut self, branches: &[(f64, &Steps)], loops: u8) {
        let at = self.ops.len();
        // Whoever takes none of them jumps behind them.
        self.ops.extend([Op::End, Op::End]);
        let mut below = 0.0;
        let (mut choices, mut exits) = (Vec::new(), vec![at + 1]);
        for (share, steps) in branches {
            below += share;
            choices.push((below, self.here()));
            self.steps(steps, loops);
            exits.push(self.ops.len());
            self.ops.push(Op::End);
        }
        let behind = self.here();
        exits.into_iter().for_each(|exit| self.ops[exit] = Op::Jump(behind));
        self.ops[at] = Op::Branch(choices.into());
    }
}

/// How long a step waits for a store unless it says.
const STORE_TIMEOUT: Duration = Duration::from_secs(1);
/// How often a step asks a store unless it says.
const STORE_ATTEMPTS: u32 = 3;
