//! The kinds of faults: from `do = "..."` to what happens. A new kind is one file here and one row in the table below.

mod bandwidth;
mod bit_rot;
mod bursty_loss;
mod clock_drift;
mod clock_offset;
mod clock_sinusoid;
mod clock_step;
mod clog;
mod corrupt;
mod crash;
mod crash_loop;
mod cut_link;
mod delay;
mod disk_full;
mod disk_loss;
mod disk_stall;
mod duplicate;
mod half_open;
mod hold;
mod hostile;
mod leap_smear;
mod loss;
mod lying_disk;
mod misdirected_writes;
mod partition;
mod pause;
mod random;
mod reset;
mod rolling_restart;
mod sector_errors;
mod slow_disk;
mod slow_node;
mod swizzle;
mod torn_writes;

pub use bandwidth::Bandwidth;
pub use bit_rot::BitRot;
pub use bursty_loss::BurstyLoss;
pub use clock_drift::{ClockChoice, ClockDrift};
pub use clock_offset::ClockOffset;
pub use clock_sinusoid::ClockSinusoid;
pub use clock_step::ClockStep;
pub use clog::Clog;
pub use corrupt::Corrupt;
pub use crash::{Crash, DiskFate};
pub use crash_loop::CrashLoop;
pub use cut_link::{CutLink, Fibres, OnFibres};
pub use delay::Delay;
pub use disk_full::DiskFull;
pub use disk_loss::DiskLoss;
pub use disk_stall::DiskStall;
pub use duplicate::Duplicate;
pub use half_open::HalfOpen;
pub use hold::Hold;
pub use hostile::{Ending, Facts, Harm, Hostile, Idle, Settings};
pub use leap_smear::{Leap, LeapSmear};
pub use loss::Loss;
pub use lying_disk::LyingDisk;
pub use misdirected_writes::MisdirectedWrites;
pub use partition::Partition;
pub use pause::Pause;
pub use random::{Ingredient, KINDS_MAX, OVER_AT_ONCE, Random};
pub use reset::Reset;
pub use rolling_restart::{Order, RollingRestart};
pub use sector_errors::SectorErrors;
pub use slow_disk::SlowDisk;
pub use slow_node::SlowNode;
pub use swizzle::{Swizzle, Swizzled};
pub use torn_writes::TornWrites;

use std::rc::Rc;

use hostile::unless;

use super::on_links::{LinkKind, OnLinks, OnStreams, StreamKind};
use super::on_nodes::{ClockKind, DiskKind, NodeKind, OnClocks, OnDisks, OnNodes, ScriptKind, Scripted};
use super::{Between, Fault, HappeningKind, Matter, Nemesis, Prey, Target};
use crate::kernel::Stream;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::{OptionTable, Options};
use crate::spec::value::Node;

/// What a kind of fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Nodes themselves.
    Nodes,
    /// Links: the messages between nodes.
    Links,
    /// Fibres: what lies between the sites of a topology.
    Fibres,
    /// A system: its nodes and their links, as drawn.
    System,
}

/// Whom a fault strikes.
#[derive(Clone, Debug)]
pub enum Aim {
    /// These nodes.
    Nodes(Target),
    /// These links.
    Links(Between),
    /// These fibres.
    Fibres(Fibres),
    /// This system.
    System(Prey),
}

/// One row a kind: its options, its word, what it strikes, and the fault that it is there.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal, $scope:ident as $fault:ident;)+) => {
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
                let options = match self {
                    $(FaultKind::$kind => <$kind as Decode>::decode(node, decoder).map(KindOptions::$kind),)+
                };
                if let Some(idle) = options.as_ref().and_then(KindOptions::idle) {
                    tell_idle(self, idle, node, decoder);
                }
                options
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

            /// Options for one strike of a nemesis, drawn; `None` if none can draw this kind.
            pub fn draw(self, choice: &mut Stream) -> Option<Settings> {
                match self {
                    $(FaultKind::$kind => kinds!(@draw $scope, $kind, choice),)+
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

            /// What a nemesis has to know of it; `None` if none can draw it.
            pub fn hostile(&self) -> Option<&dyn Hostile> {
                match self {
                    $(KindOptions::$kind(kind) => kinds!(@hostile $scope, kind),)+
                }
            }

            /// The fault that strikes at `aim`; `None` if a fault of this kind strikes no such thing.
            pub fn at(&self, aim: Aim) -> Option<Rc<dyn Fault>> {
                match self {
                    $(KindOptions::$kind(kind) => kinds!(@at $scope, $fault, kind.clone(), aim),)+
                }
            }
        }
    };
    (@scope nodes) => { Scope::Nodes };
    (@scope links) => { Scope::Links };
    (@scope system) => { Scope::System };
    (@scope fibres) => { Scope::Fibres };
    (@draw fibres, $kind:ident, $choice:expr) => { None };
    (@draw system, $kind:ident, $choice:expr) => { None };
    (@draw $scope:ident, $kind:ident, $choice:expr) => { Some(<$kind as Hostile>::draw($choice)) };
    (@hostile system, $kind:expr) => {{
        let _ = $kind;
        None
    }};
    (@hostile fibres, $kind:expr) => {{
        let _ = $kind;
        None
    }};
    (@hostile $scope:ident, $kind:expr) => { Some($kind) };
    (@at nodes, $fault:ident, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Nodes(target) => Some(Rc::new($fault { target, kind: $kind })),
            Aim::Links(_) | Aim::System(_) | Aim::Fibres(_) => None,
        }
    };
    (@at links, $fault:ident, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Links(between) => Some(Rc::new($fault { between, kind: $kind })),
            Aim::Nodes(_) | Aim::System(_) | Aim::Fibres(_) => None,
        }
    };
    (@at fibres, $fault:ident, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::Fibres(fibres) => Some(Rc::new($fault { fibres, kind: $kind })),
            Aim::Nodes(_) | Aim::Links(_) | Aim::System(_) => None,
        }
    };
    (@at system, $fault:ident, $kind:expr, $aim:expr) => {
        match $aim {
            Aim::System(prey) => Some(Rc::new($fault::new(prey, &$kind))),
            Aim::Nodes(_) | Aim::Links(_) | Aim::Fibres(_) => None,
        }
    };
}

kinds! {
    /// The process is gone with its volatile state and un-synced writes; at the end it boots from its disk, or an
    /// empty one.
    Crash = "crash", nodes as OnNodes;
    /// The process dies and boots again and again, as long as it lasts.
    CrashLoop = "crash-loop", nodes as Scripted;
    /// The nodes are restarted one after the other, or batch by batch; none goes down while another is.
    RollingRestart = "rolling-restart", nodes as Scripted;
    /// The process stops and loses nothing; what waited comes all at once when it goes on.
    Pause = "pause", nodes as OnNodes;
    /// Work on the node takes `factor` times as long.
    SlowNode = "slow-node", nodes as OnNodes;
    /// The node's disk takes `factor` times as long.
    SlowDisk = "slow-disk", nodes as OnDisks;
    /// The node's disk completes nothing while it lasts; then it goes on where it stood.
    DiskStall = "disk-stall", nodes as OnDisks;
    /// The node's disk takes no more data: syncs that cover some fail.
    DiskFull = "disk-full", nodes as OnDisks;
    /// Sectors of the node's disk fail: a `write`, and its sync with it, or the `read` of a record at boot.
    SectorErrors = "sector-errors", nodes as OnDisks;
    /// Crashes leave a part of what was not synced, and tear a record.
    TornWrites = "torn-writes", nodes as OnDisks;
    /// The node's disk acknowledges syncs and makes nothing durable; a crash meanwhile takes what was acknowledged.
    LyingDisk = "lying-disk", nodes as OnDisks;
    /// A share of the writes goes to another place, and overwrites what is there.
    MisdirectedWrites = "misdirected-writes", nodes as OnDisks;
    /// A share of the durable records goes bad, at once; a boot finds it out.
    BitRot = "bit-rot", nodes as OnDisks;
    /// The node's disk is gone with all that was on it, at once; the next boot finds an empty one.
    DiskLoss = "disk-loss", nodes as OnDisks;
    /// The wall clock is off by `offset` while it lasts.
    ClockOffset = "clock-offset", nodes as OnClocks;
    /// The wall clock jumps by `by`, at once or spread over a time, and stays there: the end of the fault changes nothing.
    ClockStep = "clock-step", nodes as OnClocks;
    /// Clocks run faster or slower while it lasts; what they have gained or lost stays.
    ClockDrift = "clock-drift", nodes as OnClocks;
    /// The wall clock swings around what it would show.
    ClockSinusoid = "clock-sinusoid", nodes as OnClocks;
    /// A leap second that is spread over a day, or steps the wall clock; the end of the fault changes nothing.
    LeapSmear = "leap-smear", nodes as OnClocks;
    /// Messages between groups are dropped: both ways, one way, or on one link; a stream tries again after its timeouts.
    Partition = "partition", links as OnLinks;
    /// A share of the messages is lost; a stream sends them again.
    Loss = "loss", links as OnLinks;
    /// Messages are lost in bursts, by the two-state chain of Gilbert and Elliott; a stream sends them again.
    BurstyLoss = "bursty-loss", links as OnLinks;
    /// A share of the datagrams arrives twice, the copy with a jitter of its own; a stream drops copies.
    Duplicate = "duplicate", links as OnLinks;
    /// A share of the messages arrives damaged: the receiver's checksum finds it and they are dropped; a stream sends them
    /// again.
    Corrupt = "corrupt", links as OnLinks;
    /// A share of the messages takes longer: datagrams overtake each other, a stream keeps its order.
    Delay = "delay", links as OnLinks;
    /// Links have at most this bandwidth; a large `buffer` is bufferbloat.
    Bandwidth = "bandwidth", links as OnLinks;
    /// Messages wait at their sender, in order, and leave when it ends.
    Clog = "clog", links as OnLinks;
    /// Messages that arrive are held, also those under way when it strikes, and arrive in order when it ends.
    Hold = "hold", links as OnLinks;
    /// Streams are reset: what is under way on them and what waits is lost, and what comes next opens new ones.
    Reset = "reset", links as OnStreams;
    /// Streams are dead, and who sends on them does not know it until its keepalive finds out: what it sends is lost.
    HalfOpen = "half-open", links as OnStreams;
    /// Nodes are clogged one by one, in an order drawn, and set free one by one in another.
    Swizzle = "swizzle", nodes as Swizzled;
    /// The fibres between two sites of a topology carry nothing; routers lead around them if they can.
    CutLink = "cut-link", fibres as OnFibres;
    /// A nemesis: strikes of many kinds on one system, drawn, with no more nodes out at once than the system survives.
    Random = "random", system as Nemesis;
}

impl KindOptions {
    /// The worst that it does; nothing but slow, for a nemesis, whose strikes speak for themselves.
    pub fn harm(&self) -> Harm {
        match (self.hostile(), self.kind().scope()) {
            (Some(kind), _) => kind.harm(),
            (None, Scope::Fibres) => Harm::PutsOut,
            (None, Scope::System | Scope::Nodes | Scope::Links) => Harm::Slows,
        }
    }

    /// Whether it acts on this, or, if it draws what it does, may.
    pub fn acts_on(&self, matter: Matter) -> bool {
        if let KindOptions::Random(random) = self {
            return random.facts().any(|one| one.acts_on == Ok(matter));
        }
        self.hostile().is_some_and(|kind| kind.acts_on() == Ok(matter))
    }

    /// The options that leave it nothing to do, if some do.
    fn idle(&self) -> Option<Idle> {
        self.hostile()?.acts_on().err()
    }

    /// Whether it can make this happen to a node that it strikes; what a system does about it is another matter.
    pub fn brings(&self, happening: HappeningKind) -> bool {
        if let KindOptions::Random(random) = self {
            return random.facts().any(|one| one.brings.contains(&happening));
        }
        self.hostile().is_some_and(|kind| kind.brings().contains(&happening))
    }

    /// What becomes of a strike that ends; what a nemesis does ends as its kinds do.
    pub fn ending(&self) -> Ending {
        self.hostile().map_or(Ending::Undone, Hostile::ending)
    }
}

/// Warns of a fault that changes nothing. No error: in a sweep over how bad it is, none at all is what the rest is held
/// against.
fn tell_idle(kind: FaultKind, Idle(keys): Idle, options: &Node, decoder: &mut Decoder<'_>) {
    let given = |key: &&str| options.as_table().and_then(|table| table.get(key));
    let place = keys.iter().find_map(given).map_or(&options.origin, |value| &value.origin);
    let message = format!("this {kind} changes nothing, so it never strikes");
    let named: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let help =
        format!("let {} be other than 0, unless this is what others are compared with", named.join(" or "));
    decoder.report(Diagnostic::warning(Code::NeverStrikes, place, message).help(help));
}
