//! The kinds of faults: from `do = "..."` to what happens. A new kind is one file here and one row in the table below.

mod bandwidth;
mod bursty_loss;
mod clock_drift;
mod clock_offset;
mod clock_sinusoid;
mod clock_step;
mod clog;
mod corrupt;
mod crash;
mod delay;
mod duplicate;
mod half_open;
mod hold;
mod leap_smear;
mod loss;
mod partition;
mod pause;
mod reset;
mod slow_disk;
mod slow_node;
mod swizzle;

pub use bandwidth::Bandwidth;
pub use bursty_loss::BurstyLoss;
pub use clock_drift::{ClockChoice, ClockDrift};
pub use clock_offset::ClockOffset;
pub use clock_sinusoid::ClockSinusoid;
pub use clock_step::ClockStep;
pub use clog::Clog;
pub use corrupt::Corrupt;
pub use crash::Crash;
pub use delay::Delay;
pub use duplicate::Duplicate;
pub use half_open::HalfOpen;
pub use hold::Hold;
pub use leap_smear::{Leap, LeapSmear};
pub use loss::Loss;
pub use partition::Partition;
pub use pause::Pause;
pub use reset::Reset;
pub use slow_disk::SlowDisk;
pub use slow_node::SlowNode;
pub use swizzle::{Swizzle, Swizzled};

use std::fmt::Debug;
use std::rc::Rc;

use super::{Action, Between, Fault, NodeFacts, Strike, StrikeContext, Target};
use crate::clocks::{Disturbance, DisturbanceId};
use crate::kernel::{Duration, NodeId};
use crate::net::{Flapping, Impairment, Pattern};
use crate::spec::decode::{Decode, Decoder};
use crate::spec::options::{OptionTable, Options};
use crate::spec::value::Node;

/// What a kind of fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Nodes themselves.
    Nodes,
    /// Links: the messages between nodes.
    Links,
}

/// Whom a fault strikes.
#[derive(Clone, Debug)]
pub enum Aim {
    /// These nodes.
    Nodes(Target),
    /// These links.
    Links(Between),
}

/// A kind of fault that strikes nodes.
pub trait NodeKind: Debug {
    /// What happens to a node.
    fn begin(&self, node: NodeId) -> Action;
    /// What undoes it; `facts` are those of the moment when it struck.
    fn end(&self, node: NodeId, facts: &NodeFacts) -> Action;
}

/// A kind of fault that strikes links.
pub trait LinkKind: Debug {
    /// What happens to their messages.
    fn impairment(&self) -> Impairment;
}

/// A fault of nodes.
#[derive(Clone, Debug)]
pub struct OnNodes<K> {
    /// Whom it strikes.
    pub target: Target,
    /// What happens to them.
    pub kind: K,
}

impl<K: NodeKind> Fault for OnNodes<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let end = |node: &NodeId| self.kind.end(*node, &cx.roster.nodes[node.index()]);
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(|node| self.kind.begin(*node)).collect(),
            end: nodes.iter().map(end).collect(),
            resolved: cx.roster.names(&nodes),
        })
    }
}

/// A kind of fault that strikes the clocks of nodes.
pub trait ClockKind: Debug {
    /// What happens to them.
    fn disturbance(&self) -> Disturbance;
}

/// A fault of the clocks of nodes.
#[derive(Clone, Debug)]
pub struct OnClocks<K> {
    /// Whose clocks it strikes.
    pub target: Target,
    /// What happens to them.
    pub kind: K,
}

impl<K: ClockKind> Fault for OnClocks<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_failing(cx.roster, cx.choice);
        let id = DisturbanceId(cx.impairment.0);
        let disturb = |node: &NodeId| Action::DisturbClock(*node, id, self.kind.disturbance());
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(disturb).collect(),
            end: nodes.iter().map(|node| Action::SettleClock(*node, id)).collect(),
            resolved: cx.roster.names(&nodes),
        })
    }
}

/// A fault of links.
#[derive(Clone, Debug)]
pub struct OnLinks<K> {
    /// Which links it strikes.
    pub between: Between,
    /// What happens to their messages.
    pub kind: K,
}

impl<K: LinkKind> Fault for OnLinks<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let links = self.between.resolve(cx)?;
        let (id, key) = (cx.impairment, cx.key);
        let impair = |(from, to)| {
            let (impairment, pattern) = (self.kind.impairment(), Pattern::Steady);
            Action::Impair { id, key, impairment, pattern, from, to }
        };
        let begin = links.ways.into_iter().map(impair).collect();
        Some(Strike { begin, end: vec![Action::Lift(id)], resolved: links.resolved })
    }
}

/// A kind of fault that ends streams.
pub trait StreamKind: Debug {
    /// How long who sends on them does not notice.
    fn unnoticed(&self) -> Duration;
}

/// A fault that ends the streams of links, in a moment.
#[derive(Clone, Debug)]
pub struct OnStreams<K> {
    /// Whose streams it ends.
    pub between: Between,
    /// How.
    pub kind: K,
}

impl<K: StreamKind> Fault for OnStreams<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let links = self.between.resolve(cx)?;
        let unnoticed = self.kind.unnoticed();
        let reset = |(from, to)| Action::ResetStreams { from, to, unnoticed };
        let begin = links.ways.into_iter().map(reset).collect();
        Some(Strike { begin, end: Vec::new(), resolved: links.resolved })
    }
}

/// A fault of links that comes and goes while it lasts.
#[derive(Debug)]
pub struct Flaps {
    /// What comes and goes.
    pub fault: Rc<dyn Fault>,
    /// When.
    pub law: Flapping,
}

impl Fault for Flaps {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let mut strike = self.fault.strike(cx)?;
        for action in &mut strike.begin {
            if let Action::Impair { pattern, .. } = action {
                *pattern = Pattern::Flapping(Box::new(self.law.clone()));
            }
        }
        Some(strike)
    }
}

/// One row a kind: its options, its word, what it strikes.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal, $scope:ident;)+) => {
        crate::choices! {
            /// What goes wrong.
            pub enum FaultKind {
                $($(#[doc = $doc])+ $kind = $word,)+
            }
        }

        /// A kind of fault with its options.
        #[derive(Clone, Debug)]
        pub enum KindOptions {
            $($(#[doc = $doc])+ $kind($kind),)+
        }

        impl FaultKind {
            /// Decodes the options of this kind.
            pub fn decode(self, node: &Node, decoder: &mut Decoder<'_>) -> Option<KindOptions> {
                match self {
                    $(FaultKind::$kind => <$kind as Decode>::decode(node, decoder).map(KindOptions::$kind),)+
                }
            }

            /// The declaration of this kind's options.
            pub fn table(self) -> OptionTable {
                match self {
                    $(FaultKind::$kind => <$kind as Options>::table(),)+
                }
            }

            /// What this kind strikes.
            pub fn scope(self) -> Scope {
                match self {
                    $(FaultKind::$kind => kinds!(@scope $scope),)+
                }
            }
        }

        impl KindOptions {
            /// The kind.
            pub fn kind(&self) -> FaultKind {
                match self {
                    $(KindOptions::$kind(_) => FaultKind::$kind,)+
                }
            }

            /// The fault that strikes at `aim`; `None` if a fault of this kind strikes no such thing.
            pub fn at(&self, aim: Aim) -> Option<Rc<dyn Fault>> {
                match self {
                    $(KindOptions::$kind(kind) => kinds!(@at $scope, kind.clone(), aim),)+
                }
            }
        }
    };
    (@scope nodes) => { Scope::Nodes };
    (@scope clocks) => { Scope::Nodes };
    (@scope swizzle) => { Scope::Nodes };
    (@scope streams) => { Scope::Links };
    (@scope links) => { Scope::Links };
    (@at nodes, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Nodes(target) => Some(Rc::new(OnNodes { target, kind: $kind })),
            Aim::Links(_) => None,
        }
    };
    (@at swizzle, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Nodes(target) => Some(Rc::new(Swizzled { target, kind: $kind })),
            Aim::Links(_) => None,
        }
    };
    (@at streams, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Links(between) => Some(Rc::new(OnStreams { between, kind: $kind })),
            Aim::Nodes(_) => None,
        }
    };
    (@at clocks, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Nodes(target) => Some(Rc::new(OnClocks { target, kind: $kind })),
            Aim::Links(_) => None,
        }
    };
    (@at links, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Links(between) => Some(Rc::new(OnLinks { between, kind: $kind })),
            Aim::Nodes(_) => None,
        }
    };
}

kinds! {
    /// The process is gone with its volatile state and un-synced writes; at the end it boots from its disk.
    Crash = "crash", nodes;
    /// The process stops and loses nothing; what waited comes all at once when it goes on.
    Pause = "pause", nodes;
    /// Work on the node takes `factor` times as long.
    SlowNode = "slow-node", nodes;
    /// The node's disk takes `factor` times as long.
    SlowDisk = "slow-disk", nodes;
    /// The wall clock is off by `offset` while it lasts.
    ClockOffset = "clock-offset", clocks;
    /// The wall clock jumps by `by`, at once or spread over a time, and stays there: the end of the fault changes nothing.
    ClockStep = "clock-step", clocks;
    /// Clocks run faster or slower while it lasts; what they have gained or lost stays.
    ClockDrift = "clock-drift", clocks;
    /// The wall clock swings around what it would show.
    ClockSinusoid = "clock-sinusoid", clocks;
    /// A leap second that is spread over a day, or steps the wall clock; the end of the fault changes nothing.
    LeapSmear = "leap-smear", clocks;
    /// Messages between groups are dropped: both ways, one way, or on one link; a stream tries again after its timeouts.
    Partition = "partition", links;
    /// A share of the messages is lost; a stream sends them again.
    Loss = "loss", links;
    /// Messages are lost in bursts, by the two-state chain of Gilbert and Elliott; a stream sends them again.
    BurstyLoss = "bursty-loss", links;
    /// A share of the datagrams arrives twice, the copy with a jitter of its own; a stream drops copies.
    Duplicate = "duplicate", links;
    /// A share of the messages arrives damaged: the receiver's checksum finds it and they are dropped; a stream sends them
    /// again.
    Corrupt = "corrupt", links;
    /// A share of the messages takes longer: datagrams overtake each other, a stream keeps its order.
    Delay = "delay", links;
    /// Links have at most this bandwidth; a large `buffer` is bufferbloat.
    Bandwidth = "bandwidth", links;
    /// Messages wait at their sender, in order, and leave when it ends.
    Clog = "clog", links;
    /// Messages that arrive are held, also those under way when it strikes, and arrive in order when it ends.
    Hold = "hold", links;
    /// Streams are reset: what is under way on them and what waits is lost, and what comes next opens new ones.
    Reset = "reset", streams;
    /// Streams are dead, and who sends on them does not know it until its keepalive finds out: what it sends is lost.
    HalfOpen = "half-open", streams;
    /// Nodes are clogged one by one, in an order drawn, and set free one by one in another.
    Swizzle = "swizzle", swizzle;
}
