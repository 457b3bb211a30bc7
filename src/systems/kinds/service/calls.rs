//! How a service is called: the options of a route, of a step that calls, and of the front of a service.

use crate::kernel::{Duration, Keyed, NodeId, SiteId};
use crate::services::balancing::SlowStart;
use crate::services::outbound::{
    Backoff, BreakerRule, BudgetRule, ChannelConfig, Connections, Discovery, HealthRule, Protocol, Retry,
    Subset,
};
use crate::spec::arguments::{Form, required};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::laws::{Arguments, Law, Laws};
use crate::spec::options::Places;
use crate::spec::quantity::{Rate, Ratio, duration_text};
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::units;
use crate::spec::value::{Node, Value};
use crate::systems::plan::{Blueprint, SystemPlan};

use super::policies::PolicyOptions;

crate::options! {
    /// How a service is called.
    pub struct CallOptions {
        /// Which of its instances a call goes to.
        policy: PolicyOptions = "round-robin",
        /// How long an attempt may take; absent: as long as it takes.
        timeout: Option<Duration> [Duration(1)..],
        /// When a call that failed is made again; absent: never.
        retry: Option<RetryOptions>,
        /// When no call is made at all, as too many of the last ones failed; absent: never.
        breaker: Option<Located<BreakerOptions>>,
        /// Each caller calls so many of the instances only, spread evenly over all callers (Google SRE book, ch. 20); absent: all.
        subset: Option<Located<u32>> [1..],
        /// New instances take less than their share at first, where the policy weighs them; absent: their share at once.
        slow_start: Option<SlowStartOptions>,
        /// How callers learn what the instances have to do: policies that go by the load of instances go by that, however old it
        /// is. Absent: they go by the caller's own open requests, which are never old and never all.
        view: Option<Located<ViewOptions>>,
        /// Only instances with all of these labels are called: a `version`, or what `metadata` says: { version = "2" }; absent: any.
        r#where: Named<Located<String>>,
        /// Active health checks: no call goes to an instance that does not answer them; absent: none.
        health: Option<HealthOptions>,
    }
    check check_call;
}

fn check_call(call: &CallOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    // Whoever sweeps policies gives a view to all of them.
    let is_swept = places.given("policy").is_some_and(|origin| origin.through.is_some());
    let refresh = call.view.as_ref().and_then(|view| view.value.refresh.as_ref());
    if let Some(refresh) = refresh.filter(|_| !call.policy.0.hears_reports() && !is_swept) {
        let message = "`refresh` has no effect: the policy does not go by what instances report";
        let warning = Diagnostic::warning(Code::NoEffect, &refresh.origin, message);
        let help = "take power-of-d or join-shortest-queue, or leave it out";
        decoder.report(warning.beside(places.given("policy"), "the policy").help(help));
    }
}

/// How often callers ask the registry unless they say.
pub const INSTANCES_DEFAULT: Duration = Duration::from_secs(5);
/// The label that says which version an instance runs.
pub const VERSION: &str = "version";

crate::options! {
    /// What a caller knows of instances.
    pub struct ViewOptions {
        /// How often it asks each of them how many requests are there; absent: never.
        refresh: Option<Located<Duration>> [Duration(1_000)..],
        /// How often it asks the registry which of them are there, if they register.
        instances: Located<Duration> [Duration(1_000)..] = "5s",
    }
}

crate::options! {
    /// Active health checks, by every caller. An instance counts as up at first.
    pub struct HealthOptions {
        /// From one check of each instance to the next.
        every: Duration [Duration(1_000)..] = "2s",
        /// How long it may take to answer; absent: half of `every`.
        timeout: Option<Duration> [Duration(1)..],
        /// After so many failures in a row no more calls go there.
        fall: u32 [1..=1_000] = 3,
        /// After so many successes in a row they do again.
        rise: u32 [1..=1_000] = 2,
    }
    check check_health;
}

fn check_health(health: &HealthOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if let Some(timeout) = health.timeout.filter(|timeout| *timeout > health.every) {
        let message = format!(
            "`timeout` is {}, and the next check comes after {}",
            duration_text(timeout),
            duration_text(health.every)
        );
        let error = Diagnostic::error(Code::Contradiction, places.of("timeout"), message);
        decoder.report(error.help("let `timeout` be at most `every`"));
    }
}

crate::options! {
    /// When a call that failed is made again: because it was rejected, took too long, or found nobody at work.
    pub struct RetryOptions {
        /// How often it is made in all.
        attempts: u16 [1..=100] = 3,
        /// How long is waited before each further attempt.
        backoff: BackoffOptions = "full-jitter(25ms, 1s)",
        /// What all calls together may spend on further attempts, as a share of the calls: "20%"; absent: as much as they like.
        budget: Option<BudgetOptions>,
    }
}

crate::options! {
    /// A retry budget: a share of the calls of the last while, and a few more.
    pub struct BudgetTable {
        /// Retries for each call.
        share: Ratio = "20%",
        /// Retries besides, so that few calls can be tried again at all.
        reserve: Rate = "10/s",
        /// For how long a call counts.
        window: Duration [Duration(1_000)..] = "10s",
    }
}

/// A retry budget, by its share alone or in full.
#[derive(Clone, Debug)]
pub struct BudgetOptions(pub BudgetTable);

impl Decode for BudgetOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<BudgetOptions> {
        if let Value::Table(_) = &node.value {
            return BudgetTable::decode(node, decoder).map(BudgetOptions);
        }
        let share = Ratio::decode(node, decoder)?;
        Some(BudgetOptions(BudgetTable { share, ..<BudgetTable as crate::spec::Options>::defaults() }))
    }

    fn shape() -> Shape {
        Shape::Either(vec![Ratio::shape(), BudgetTable::shape()])
    }
}

crate::options! {
    /// A circuit breaker over the last calls.
    pub struct BreakerOptions {
        /// Share of failures among the last `window` calls from which on it opens.
        failure_rate: Ratio = "50%",
        /// How many of the last calls count.
        window: u32 [1..=1_000_000] = 100,
        /// How many must have ended before it is judged; absent: `window`.
        minimum: Option<u32> [1..],
        /// How long it stays open before calls are let through to find out.
        open: Duration [Duration(1)..] = "60s",
        /// How many calls that are.
        probes: u32 [1..=1_000_000] = 10,
    }
    check check_breaker;
}

fn check_breaker(breaker: &BreakerOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if let Some(minimum) = breaker.minimum.filter(|minimum| *minimum > breaker.window) {
        let message = format!(
            "`minimum` is {minimum}, and no more than the last {} calls count, so that it never opens",
            breaker.window
        );
        let error = Diagnostic::error(Code::Contradiction, places.of("minimum"), message);
        decoder.report(error.help("let `minimum` be at most `window`"));
    }
    if breaker.failure_rate.as_f64() <= 0.0 {
        let message = "at a failure rate of 0 it would open for a single failure";
        let error = Diagnostic::error(Code::OutOfRange, places.of("failure_rate"), message);
        decoder.report(error.help("write failure_rate = \"50%\", or another share above 0"));
    }
}

crate::options! {
    /// New instances take less than their share at first (Envoy, slow start).
    pub struct SlowStartOptions {
        /// For how long.
        window: Duration [Duration(1)..],
        /// How the share grows: 1 linearly, more fast at first.
        aggression: f64 [0.01..=100.0] = 1.0,
        /// The least share of their weight.
        weight_min: Ratio = "10%",
    }
}

/// A backoff from its arguments.
fn waits(of: &Arguments<'_>) -> Result<(Duration, Duration), crate::spec::Problem> {
    let (base, cap) = (of.quantity("base", units::duration)?, of.quantity("cap", units::duration)?);
    if cap < base {
        return Err(of.refuse("cap", Code::OutOfRange, "must be at least `base`"));
    }
    Ok((base, cap))
}

const WAITS: &[Form] = &[Form { parameters: &[required("base"), required("cap")] }];

/// Every backoff.
pub static BACKOFFS: Laws<Backoff> = Laws {
    what: "backoff",
    rows: &[
        Law {
            name: "full-jitter",
            doc: "uniform between nothing and min(cap, base x 2^n) before the retry n, from 0 (AWS 2015)",
            example: "full-jitter(25ms, 1s)",
            forms: WAITS,
            build: |of| waits(of).map(|(base, cap)| Backoff::FullJitter { base, cap }),
        },
        Law {
            name: "exponential",
            doc: "min(cap, base x 2^n) before the retry n, from 0: whoever failed together comes back together",
            example: "exponential(25ms, 1s)",
            forms: WAITS,
            build: |of| waits(of).map(|(base, cap)| Backoff::Exponential { base, cap }),
        },
        Law {
            name: "none",
            doc: "at once",
            example: "none",
            forms: &[Form { parameters: &[] }],
            build: |_| Ok(Backoff::None),
        },
    ],
};

/// The decoded backoff.
#[derive(Clone, Debug)]
pub struct BackoffOptions(pub Backoff);

impl Decode for BackoffOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<BackoffOptions> {
        BACKOFFS.decode(node, decoder).map(BackoffOptions)
    }

    fn shape() -> Shape {
        BACKOFFS.shape()
    }
}

crate::choices! {
    /// What a call costs on its way.
    pub enum ProtocolChoice {
        /// Connections that stand, and small messages: 264 bytes there, 164 back, and the bodies.
        Plain = "plain",
        /// HTTP/1.1 over TCP: a connection carries one call at a time; one that is not there yet takes a round trip. About 700 bytes
        /// of headers there and 350 back.
        Http1 = "http1",
        /// gRPC over HTTP/2: one connection carries all calls of a caller to an instance, and the first opens it. About 230 bytes
        /// there and 160 back, as headers are compressed.
        Grpc = "grpc",
        /// A message into the instance's queue: answered as soon as it is taken, and worked on afterwards.
        Queue = "queue",
    }
}

impl ProtocolChoice {
    /// What it costs. The bytes are round figures for a small request with usual headers: uncompressed text in HTTP/1.1 (RFC 9112 §3 and §5),
    /// and header blocks whose fields are mostly in the table already in HTTP/2 (RFC 7541, HPACK), each below those of TCP, IP and
    /// Ethernet. Whoever needs others says `size` and `answer` of requests.
    pub fn profile(self) -> Protocol {
        use crate::services::message::{Answered, Call};
        let (call_bytes, answer_bytes) = (Call::WIRE_SIZE, Answered::WIRE_SIZE);
        let plain =
            Protocol { connections: Connections::Standing, call_bytes, answer_bytes, is_one_way: false };
        match self {
            ProtocolChoice::Plain => plain,
            ProtocolChoice::Http1 => {
                Protocol { connections: Connections::Exclusive, call_bytes: 700, answer_bytes: 350, ..plain }
            }
            ProtocolChoice::Grpc => {
                Protocol { connections: Connections::Shared, call_bytes: 230, answer_bytes: 160, ..plain }
            }
            ProtocolChoice::Queue => Protocol {
                connections: Connections::Shared,
                call_bytes: 200,
                answer_bytes: 100,
                is_one_way: true,
            },
        }
    }
}

/// Who calls.
pub struct Caller<'a> {
    /// Where it stands.
    pub site: SiteId,
    /// Its zone.
    pub zone: Option<u16>,
    /// All who call alike, itself included.
    pub peers: &'a [NodeId],
    /// Which of them it is, from 0.
    pub client: u32,
    /// Draws what its calls need.
    pub draws: Keyed,
}

impl CallOptions {
    /// The labels that instances must have: what `where` says, and this version if one is said.
    pub fn filter<'a>(&'a self, version: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
        let own = self.r#where.entries.iter().map(|(name, _, value)| (name.as_str(), value.value.as_str()));
        own.chain(version.map(|version| (VERSION, version))).collect()
    }

    /// What a caller is told of the service that it calls, or of that version of it.
    pub fn channel(
        &self,
        caller: &Caller<'_>,
        called: &SystemPlan,
        version: Option<&str>,
        blueprint: &Blueprint<'_>,
    ) -> ChannelConfig {
        let endpoints = blueprint.instances(called, &self.filter(version));
        let every = self.view.as_ref().map_or(INSTANCES_DEFAULT, |view| view.value.instances.value);
        let discovery = blueprint.query(called, &endpoints).map(|(registry, query)| Discovery {
            registries: blueprint.nearest_first(caller.site, &registry.nodes),
            query,
            refresh: every,
        });
        let budget = |options: &BudgetOptions| BudgetRule {
            share: options.0.share.as_f64(),
            reserve: options.0.reserve.per_second(),
            window: options.0.window,
        };
        let retry = |options: &RetryOptions| Retry {
            attempts: options.attempts,
            backoff: options.backoff.0,
            budget: options.budget.as_ref().map(budget),
        };
        let breaker = |options: &Located<BreakerOptions>| BreakerRule {
            failure_rate: options.value.failure_rate.as_f64(),
            window: options.value.window,
            minimum: options.value.minimum.unwrap_or(options.value.window),
            open: options.value.open,
            probes: options.value.probes,
        };
        let slow_start = |options: &SlowStartOptions| SlowStart {
            window: options.window,
            aggression: options.aggression,
            weight_min: options.weight_min.as_f64(),
        };
        let health = |options: &HealthOptions| HealthRule {
            every: options.every,
            timeout: options.timeout.unwrap_or(Duration((options.every.0 / 2).max(1))),
            fall: options.fall,
            rise: options.rise,
        };
        ChannelConfig {
            endpoints,
            policy: self.policy.0.policy(&blueprint.zones(caller.peers)),
            work: blueprint.work(called).filter(|_| self.policy.0.knows_work()),
            subset: self.subset.as_ref().map(|size| Subset { size: size.value, client: caller.client }),
            zone: caller.zone,
            slow_start: self.slow_start.as_ref().map(slow_start),
            refresh: self.view.as_ref().and_then(|view| Some(view.value.refresh.as_ref()?.value)),
            discovery,
            health: self.health.as_ref().map(health),
            timeout: self.timeout,
            retry: self.retry.as_ref().map_or(Retry::NONE, retry),
            breaker: self.breaker.as_ref().map(breaker),
            protocol: blueprint.protocol(called),
            draws: caller.draws,
            keys: Keyed::new(0, "keys of requests"),
        }
    }
}
