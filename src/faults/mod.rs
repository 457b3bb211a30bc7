//! Faults: what goes wrong, when and where, as data on a timeline.
//!
//! A fault is an intent (`crash leader(kv)`); at the moment it strikes, its target is resolved and it becomes a list
//! of [`Action`]s, with the list that undoes them. The event loop carries out actions and knows no fault; a fault
//! knows the [`Roster`] and no event loop. Both the intent and what it resolved to are recorded.

mod action;
mod between;
mod cut_off;
pub mod happening;
mod healing;
pub mod kinds;
mod matter;
mod nemesis;
mod on_links;
mod on_nodes;
mod outlook;
mod roster;
mod script;
mod struck;
mod target;

pub use action::{Action, Incarnation};
pub use between::{Between, Group, Heading, Layout};
pub use happening::{Happening, HappeningKind, News};
pub use healing::{CoreSize, Healing, Patient, quorum_core};
pub use kinds::{Aim, FaultKind, Fibres, Harm, KindOptions, OnFibres, Scope, Settings};
pub use matter::{Matter, Matters, Side, Talks};
pub use nemesis::{Nemesis, Prey};
pub use on_links::{Flaps, LinkKind, OnLinks, OnStreams, StreamKind};
pub use on_nodes::{ClockKind, DiskKind, NodeKind, OnClocks, OnDisks, OnNodes, ScriptKind, Scripted};
pub use outlook::{InVain, Outlook};
pub use roster::{NodeFacts, Roster, SystemFacts};
pub use script::{Script, Step};
pub use struck::{Part, Struck, Told};
pub use target::{Leader, Size, Target};

use std::fmt::Debug;
use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{NodeId, Stream, Time};
use crate::net::ImpairmentId;

/// Something that can go wrong.
pub trait Fault: Debug {
    /// What it comes to at this moment; `None` when there is nothing to strike (no leader, nobody running).
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike>;

    /// Whether it can ever come to something.
    ///
    /// # Errors
    /// Why not.
    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain>;

    /// Whether it looks at what disks hold: the roster knows that only if it is asked.
    fn asks_for_disks(&self) -> bool {
        false
    }
}

/// What a fault sees when it strikes.
pub struct StrikeContext<'a> {
    /// The moment.
    pub now: Time,
    /// Who there is, and in what state.
    pub roster: &'a Roster,
    /// The fault's own random stream.
    pub choice: &'a mut Stream,
    /// The nodes that it strikes because of: what `that` comes to. None for a fault that waits for nothing.
    pub that: &'a [NodeId],
    /// A name for what it imposes on links, disks and clocks.
    pub impairment: ImpairmentId,
    /// Names the strike in keyed draws: by the fault and the moment, so that strikes which overlap are drawn apart.
    pub key: u64,
}

/// A fault that struck.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Strike {
    /// What happens now.
    pub begin: Vec<Action>,
    /// What undoes it.
    pub end: Vec<Action>,
    /// The nodes that it names, where it changes what is said between them and not themselves.
    pub named: Vec<NodeId>,
    /// What it resolved to, in words: node names, or groups.
    pub resolved: String,
    /// The same as a scenario would say it.
    pub struck: Struck,
    /// What it consists of, if its parts are faults by themselves.
    pub parts: Vec<Part>,
    /// The options of its kind, if a nemesis drew them.
    pub settings: Option<Settings>,
    /// What happens later, script beside script, while it lasts. A strike that has scripts ends when all are over.
    pub scripts: Vec<Script>,
    /// The nodes that it puts out of service, or out of reach of the others, until it ends.
    pub out: Vec<NodeId>,
    /// Whether they may stay so for the rest of the run.
    pub ruins: bool,
    /// What kind of strike a nemesis drew.
    pub kind: Option<FaultKind>,
    /// How long it lasts, where it knows that itself, or a nemesis says so.
    pub lasts: Option<Distribution>,
}

impl Strike {
    /// The same of a kind that does such harm to `nodes`: who is put out, and whether for good.
    fn harming(self, harm: Harm, nodes: impl FnOnce() -> Vec<NodeId>) -> Strike {
        let out = if harm >= Harm::PutsOut { nodes() } else { Vec::new() };
        Strike { out, ruins: harm >= Harm::Ruins, ..self }
    }

    /// The nodes that it names, each once: those it changes at once, then those that only its scripts change.
    pub fn nodes(&self) -> Vec<NodeId> {
        let mut nodes = self.named.clone();
        nodes.extend(self.begin.iter().flat_map(Action::nodes));
        for node in self.scripts.iter().flat_map(Script::nodes) {
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        nodes
    }
}

/// When a fault strikes.
#[derive(Clone, PartialEq, Debug)]
pub enum Schedule {
    /// Once.
    At(Time),
    /// Again and again: the time to the first strike, and from each strike to the next.
    Every(Distribution),
    /// When something happens.
    When(Trigger),
    /// Each of these nodes by itself: once its own wall clock shows a time.
    AtClock {
        /// The time shown.
        shown: Time,
        /// Whose clocks.
        nodes: Vec<NodeId>,
    },
}

/// What a fault waits for.
#[derive(Clone, PartialEq, Debug)]
pub struct Trigger {
    /// What has to happen.
    pub happening: Happening,
    /// From then to the strike; none: it strikes at that moment, behind what else happens then.
    pub after: Option<Distribution>,
    /// What happens before does not count.
    pub from: Time,
    /// How often it answers; whether it then finds somebody to strike or not.
    pub times: u32,
}

/// A fault on the timeline.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its name in the scenario.
    pub name: String,
    /// The word of `do = "..."`.
    pub kind: &'static str,
    /// Its target, as the scenario says it.
    pub intent: String,
    /// When it strikes.
    pub schedule: Schedule,
    /// How long each strike lasts; for ever when not set.
    pub lasts: Option<Distribution>,
    /// When it stops to strike, and what lasts is over.
    pub until: Option<Time>,
    /// Names what each of its strikes draws by itself, in place of its name and the moment.
    pub draws: Option<u64>,
    /// What strikes.
    pub fault: Rc<dyn Fault>,
}
