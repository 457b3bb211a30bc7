//! Faults: what goes wrong, when and where, as data on a timeline.
//!
//! A fault is an intent (`crash leader(kv)`); at the moment it strikes, its target is resolved and it becomes a list
//! of [`Action`]s, with the list that undoes them. The event loop carries out actions and knows no fault; a fault
//! knows the [`Roster`] and no event loop. Both the intent and what it resolved to are recorded.

mod action;
mod between;
pub mod kinds;
mod roster;
mod target;

pub use action::{Action, Incarnation};
pub use between::{Between, Group};
pub use kinds::{Aim, FaultKind, Fibres, KindOptions, OnFibres, OnLinks, OnNodes, Scope};
pub use roster::{NodeFacts, Roster, SystemFacts};
pub use target::Target;

use std::fmt::Debug;
use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Stream, Time};
use crate::net::ImpairmentId;

/// Something that can go wrong.
pub trait Fault: Debug {
    /// What it comes to at this moment; `None` when there is nothing to strike (no leader, nobody running).
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike>;
}

/// What a fault sees when it strikes.
pub struct StrikeContext<'a> {
    /// Who there is, and in what state.
    pub roster: &'a Roster,
    /// The fault's own random stream.
    pub choice: &'a mut Stream,
    /// A name for its impairments of links.
    pub impairment: ImpairmentId,
    /// Names the strike in keyed draws: by the fault and the moment, so that strikes which overlap are drawn apart.
    pub key: u64,
}

/// A fault that struck.
#[derive(Clone, PartialEq, Debug)]
pub struct Strike {
    /// What happens now.
    pub begin: Vec<Action>,
    /// What undoes it.
    pub end: Vec<Action>,
    /// What it resolved to, in words: node names, or groups.
    pub resolved: String,
}

/// When a fault strikes.
#[derive(Clone, PartialEq, Debug)]
pub enum Schedule {
    /// Once.
    At(Time),
    /// Again and again: the time to the first strike, and from each strike to the next.
    Every(Distribution),
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
    /// What strikes.
    pub fault: Rc<dyn Fault>,
}
