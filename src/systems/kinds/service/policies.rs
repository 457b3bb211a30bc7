//! `policy = "..."`: which instance a call goes to. One row a policy; `services::balancing` says of each what it goes by, how its
//! ties break and what a pick costs.

use crate::kernel::Duration;
use crate::services::balancing::{
    Affinity, BoundedRingHash, EarliestDeadline, JoinIdleQueue, JoinShortestQueue, LeastConnections,
    LeastResponseTime, LeastWorkLeft, Maglev, PeakEwma, Policy, PowerOf, Random, Rendezvous, RingHash,
    RoundRobin, SizeInterval, SmoothWeighted, WeightedRandom, ZoneAware, is_prime,
};
use crate::spec::arguments::{Form, optional, required};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Problem;
use crate::spec::laws::{Arguments, Law, Laws};
use crate::spec::shape::Shape;
use crate::spec::units;
use crate::spec::value::Node;

/// A policy as a scenario has it.
#[derive(Clone, Debug)]
pub enum PolicyChoice {
    /// It needs to know nothing about the callers.
    Plain(Policy),
    /// By zones, with this within each, if there are so many instances.
    ZoneAware(Box<PolicyChoice>, usize),
}

impl PolicyChoice {
    /// The policy of a caller, where callers are in these zones with these shares.
    pub fn policy(&self, callers: &[(u16, f64)]) -> Policy {
        match self {
            PolicyChoice::Plain(policy) => policy.clone(),
            PolicyChoice::ZoneAware(inner, least) => {
                Policy::ZoneAware(ZoneAware::new(callers.to_vec(), *least, inner.policy(callers)))
            }
        }
    }

    /// Whether it goes by what instances report of their load.
    pub fn hears_reports(&self) -> bool {
        match self {
            PolicyChoice::Plain(policy) => {
                matches!(policy, Policy::PowerOf(_) | Policy::JoinShortestQueue(_) | Policy::LeastWorkLeft(_))
            }
            PolicyChoice::ZoneAware(inner, _) => inner.hears_reports(),
        }
    }

    /// Whether instances tell it that they are idle.
    pub fn hears_idle(&self) -> bool {
        match self {
            PolicyChoice::Plain(policy) => matches!(policy, Policy::JoinIdleQueue(_)),
            PolicyChoice::ZoneAware(inner, _) => inner.hears_idle(),
        }
    }

    /// Whether it goes by how much work a request is.
    pub fn knows_work(&self) -> bool {
        match self {
            PolicyChoice::Plain(policy) => {
                matches!(policy, Policy::LeastWorkLeft(_) | Policy::SizeInterval(_))
            }
            PolicyChoice::ZoneAware(inner, _) => inner.knows_work(),
        }
    }
}

/// A policy without arguments.
const PLAIN: &[Form] = &[Form { parameters: &[] }];
/// Most choices of power-of-d.
const CHOICES_MAX: u32 = 1_000;
/// Most points of a ring for a weight of 1, and most entries of a Maglev table.
const POINTS_MAX: u32 = 10_000_000;

fn plain(policy: Policy) -> Result<PolicyChoice, Problem> {
    Ok(PolicyChoice::Plain(policy))
}

/// A number above 0 of an optional argument.
fn count_or(of: &Arguments<'_>, parameter: &str, default: u32, max: u32) -> Result<u32, Problem> {
    if of.has(parameter) { of.count(parameter, max) } else { Ok(default) }
}

fn length_or(of: &Arguments<'_>, parameter: &str, default: Duration) -> Result<Duration, Problem> {
    if !of.has(parameter) {
        return Ok(default);
    }
    match of.quantity(parameter, units::duration)? {
        Duration::ZERO => Err(of.refuse(parameter, Code::OutOfRange, "must be above 0")),
        length => Ok(length),
    }
}

/// Every policy.
pub static POLICIES: Laws<PolicyChoice> = Laws {
    what: "balancing policy",
    rows: &[
        Law {
            name: "round-robin",
            doc: "each instance in its turn",
            example: "round-robin",
            forms: PLAIN,
            build: |_| plain(Policy::RoundRobin(RoundRobin::default())),
        },
        Law {
            name: "weighted-round-robin",
            doc: "each instance in its turn, as often as its weight says: smooth as in NGINX, or `edf` as in Envoy (earliest \
                  deadline first)",
            example: "weighted-round-robin",
            forms: &[Form { parameters: &[optional("algorithm")] }],
            build: |of| match if of.has("algorithm") { of.word("algorithm") } else { "smooth" } {
                "smooth" => plain(Policy::SmoothWeighted(SmoothWeighted::default())),
                "edf" => plain(Policy::EarliestDeadline(EarliestDeadline::default())),
                other => {
                    let message = format!("cannot be `{other}`");
                    let problem = of.refuse("algorithm", Code::UnknownChoice, message);
                    Err(problem.help("choose smooth or edf"))
                }
            },
        },
        Law {
            name: "random",
            doc: "any instance, all alike",
            example: "random",
            forms: PLAIN,
            build: |_| plain(Policy::Random(Random)),
        },
        Law {
            name: "weighted-random",
            doc: "any instance, as likely as its weight says",
            example: "weighted-random",
            forms: PLAIN,
            build: |_| plain(Policy::WeightedRandom(WeightedRandom::default())),
        },
        Law {
            name: "least-connections",
            doc: "the instance with the fewest open requests of this caller, for its weight",
            example: "least-connections",
            forms: PLAIN,
            build: |_| plain(Policy::LeastConnections(LeastConnections::default())),
        },
        Law {
            name: "least-response-time",
            doc: "the instance with the least mean response time times open requests; a new answer counts `newest` (10%) of a mean",
            example: "least-response-time",
            forms: &[Form { parameters: &[optional("newest")] }],
            build: |of| {
                if !of.has("newest") {
                    return plain(Policy::LeastResponseTime(LeastResponseTime::default()));
                }
                match of.share("newest")? {
                    share if share > 0.0 => plain(Policy::LeastResponseTime(LeastResponseTime::new(share))),
                    _ => Err(of.refuse("newest", Code::OutOfRange, "must be above 0")),
                }
            },
        },
        Law {
            name: "power-of-d",
            doc: "of `d` instances drawn at random the least loaded (Mitzenmacher 2001): d different ones, or with \
                  `replacement=true` d draws of all",
            example: "power-of-d(2)",
            forms: &[Form { parameters: &[required("d"), optional("replacement")] }],
            build: |of| {
                let choices = of.count("d", CHOICES_MAX)?;
                match if of.has("replacement") { of.word("replacement") } else { "false" } {
                    "true" => plain(Policy::PowerOf(PowerOf::with_replacement(choices))),
                    "false" => plain(Policy::PowerOf(PowerOf::without_replacement(choices))),
                    _ => Err(of.refuse("replacement", Code::WrongType, "must be true or false")),
                }
            },
        },
        Law {
            name: "peak-ewma",
            doc: "of two instances drawn at random the one with the lower estimated response time times open requests (Finagle); \
                  estimates begin at `default` (1s) and decay within `decay` (10s)",
            example: "peak-ewma(decay=10s)",
            forms: &[Form { parameters: &[optional("decay"), optional("default")] }],
            build: |of| {
                let decay = length_or(of, "decay", Duration::from_secs(10))?;
                let default = length_or(of, "default", Duration::from_secs(1))?;
                plain(Policy::PeakEwma(PeakEwma::new(decay, default)))
            },
        },
        Law {
            name: "join-shortest-queue",
            doc: "the instance with the fewest requests: as it last reported, with a `view`, else of this caller; ties are drawn",
            example: "join-shortest-queue",
            forms: PLAIN,
            build: |_| plain(Policy::JoinShortestQueue(JoinShortestQueue)),
        },
        Law {
            name: "join-idle-queue",
            doc: "the instance that said first that it has run out of work, which it says to one of its callers; any, if none has \
                  (Lu et al. 2011)",
            example: "join-idle-queue",
            forms: PLAIN,
            build: |_| plain(Policy::JoinIdleQueue(JoinIdleQueue::default())),
        },
        Law {
            name: "least-work-left",
            doc: "the instance with the least work left: as it last reported, with a `view`, else of what this caller sent there. It knows how \
                  much work a request is: an oracle",
            example: "least-work-left",
            forms: PLAIN,
            build: |_| plain(Policy::LeastWorkLeft(LeastWorkLeft::default())),
        },
        Law {
            name: "size-interval",
            doc: "requests with less work than `cut` go to one half of the instances, the others to the other (SITA): an oracle",
            example: "size-interval(10ms)",
            forms: &[Form { parameters: &[required("cut")] }],
            build: |of| {
                let cut = of.quantity("cut", units::duration)?;
                plain(Policy::SizeInterval(SizeInterval::new(vec![cut])))
            },
        },
        Law {
            name: "ring-hash",
            doc: "by the request's key: the next of `points` (160) points clockwise that each instance has on a ring for its \
                  weight (Karger et al. 1997, Ketama)",
            example: "ring-hash",
            forms: &[Form { parameters: &[optional("points")] }],
            build: |of| {
                let points = count_or(of, "points", 160, POINTS_MAX)?;
                plain(Policy::RingHash(RingHash::new(points.into())))
            },
        },
        Law {
            name: "bounded-ring-hash",
            doc: "as ring-hash, and on to the next where an instance has more than `c` (1.25) times the mean of the caller's open \
                  requests (Mirrokni et al. 2018)",
            example: "bounded-ring-hash(c=1.25)",
            forms: &[Form { parameters: &[optional("c"), optional("points")] }],
            build: |of| {
                let points = count_or(of, "points", 160, POINTS_MAX)?;
                let factor = if of.has("c") { of.number("c", 1e6)? } else { 1.25 };
                if factor < 1.0 {
                    return Err(of.refuse("c", Code::OutOfRange, "must be at least 1"));
                }
                plain(Policy::BoundedRingHash(BoundedRingHash::new(points.into(), factor)))
            },
        },
        Law {
            name: "maglev",
            doc: "by the request's key: a table of `table` (65537, a prime) entries in which each instance has its share \
                  (Eisenbud et al. 2016)",
            example: "maglev",
            forms: &[Form { parameters: &[optional("table")] }],
            build: |of| {
                let size = count_or(of, "table", 65_537, POINTS_MAX)?;
                if !is_prime(size) {
                    let problem = of.refuse("table", Code::OutOfRange, "must be a prime number");
                    return Err(problem.help("write for example table=65537, or table=655373"));
                }
                plain(Policy::Maglev(Maglev::new(size)))
            },
        },
        Law {
            name: "rendezvous",
            doc: "by the request's key: the instance with the highest score for it (Thaler and Ravishankar 1996)",
            example: "rendezvous",
            forms: PLAIN,
            build: |_| plain(Policy::Rendezvous(Rendezvous::default())),
        },
        Law {
            name: "affinity",
            doc: "by the request's key: its hash modulo the number of instances; a session or an address stays where it is until the \
                  list changes",
            example: "affinity",
            forms: PLAIN,
            build: |_| plain(Policy::Affinity(Affinity::default())),
        },
        Law {
            name: "zone-aware",
            doc: "in the caller's zone as much as keeps all instances equally loaded, the rest elsewhere, by `policy` within each \
                  (Envoy); zones count with `min` (6) instances or more",
            example: "zone-aware(power-of-d(2))",
            forms: &[Form { parameters: &[required("policy"), optional("min")] }],
            build: |of| {
                let least = count_or(of, "min", 6, 1_000_000)?;
                let (text, start) = of.part("policy");
                let inner = POLICIES.parse(&text, of.files).map_err(|problems| {
                    let first = problems.into_iter().next().expect("a refusal has a reason");
                    first.shifted(start).of("`policy`")
                })?;
                Ok(PolicyChoice::ZoneAware(Box::new(inner), least as usize))
            },
        },
    ],
};

/// The decoded policy.
#[derive(Clone, Debug)]
pub struct PolicyOptions(pub PolicyChoice);

impl Decode for PolicyOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<PolicyOptions> {
        POLICIES.decode(node, decoder).map(PolicyOptions)
    }

    fn shape() -> Shape {
        POLICIES.shape()
    }
}
