//! What faults of nodes, of their disks and of their clocks have in common: whom they strike, and how it is undone.

use std::fmt::Debug;

use super::kinds::Hostile;
use super::{Action, Fault, InVain, NodeFacts, Outlook, Strike, StrikeContext, Struck, Target};
use crate::clocks::{Disturbance, DisturbanceId};
use crate::kernel::NodeId;
use crate::storage::{Ailment, AilmentId};

/// A kind of fault that strikes nodes.
pub trait NodeKind: Hostile + Debug {
    /// What happens to a node.
    fn begin(&self, node: NodeId) -> Action;
    /// What undoes it; `facts` are those of the moment when it struck.
    fn end(&self, node: NodeId, facts: &NodeFacts) -> Action;
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
        let nodes = self.target.resolve_with(self.kind.acts_on().ok()?, cx);
        let end = |node: &NodeId| self.kind.end(*node, &cx.roster.nodes[node.index()]);
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(|node| self.kind.begin(*node)).collect(),
            end: nodes.iter().map(end).collect(),
            resolved: cx.roster.names(&nodes),
            struck: Struck::Nodes(nodes.clone()),
            ..Strike::default().harming(self.kind.harm(), || nodes)
        })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_nodes(self.kind.acts_on(), &self.target)
    }
}

/// A kind of fault that strikes nodes in several steps.
pub trait ScriptKind: Hostile + Debug {
    /// What happens to `nodes`, of which there is at least one; the caller puts their names to it.
    fn strike(&self, nodes: &[NodeId], cx: &mut StrikeContext<'_>) -> Strike;
}

/// A fault of nodes in several steps.
#[derive(Clone, Debug)]
pub struct Scripted<K> {
    /// Whom it strikes.
    pub target: Target,
    /// What happens to them.
    pub kind: K,
}

impl<K: ScriptKind> Fault for Scripted<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_with(self.kind.acts_on().ok()?, cx);
        let strike = (!nodes.is_empty()).then(|| self.kind.strike(&nodes, cx))?;
        let resolved = cx.roster.names(&nodes);
        let struck = Struck::Nodes(nodes.clone());
        Some(Strike { resolved, struck, ..strike.harming(self.kind.harm(), || nodes) })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_nodes(self.kind.acts_on(), &self.target)
    }
}

/// A kind of fault that strikes the disks of nodes.
pub trait DiskKind: Hostile + Debug {
    /// What is wrong with them.
    fn ailment(&self) -> Ailment;
}

/// A fault of disks.
#[derive(Clone, Debug)]
pub struct OnDisks<K> {
    /// Whose disks it strikes.
    pub target: Target,
    /// What is wrong with them.
    pub kind: K,
}

impl<K: DiskKind> Fault for OnDisks<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_with(self.kind.acts_on().ok()?, cx);
        let (id, key) = (AilmentId(cx.impairment.0), cx.key);
        let ail = |&node: &NodeId| Action::AilDisk { node, id, key, ailment: self.kind.ailment() };
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(ail).collect(),
            end: nodes.iter().map(|&node| Action::MendDisk { node, id }).collect(),
            resolved: cx.roster.names(&nodes),
            struck: Struck::Nodes(nodes.clone()),
            ..Strike::default().harming(self.kind.harm(), || nodes)
        })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_nodes(self.kind.acts_on(), &self.target)
    }
}

/// A kind of fault that strikes the clocks of nodes.
pub trait ClockKind: Hostile + Debug {
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
        let nodes = self.target.resolve_with(self.kind.acts_on().ok()?, cx);
        let id = DisturbanceId(cx.impairment.0);
        let disturb = |node: &NodeId| Action::DisturbClock(*node, id, self.kind.disturbance());
        (!nodes.is_empty()).then(|| Strike {
            begin: nodes.iter().map(disturb).collect(),
            end: nodes.iter().map(|node| Action::SettleClock(*node, id)).collect(),
            resolved: cx.roster.names(&nodes),
            struck: Struck::Nodes(nodes.clone()),
            ..Strike::default().harming(self.kind.harm(), || nodes)
        })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_nodes(self.kind.acts_on(), &self.target)
    }
}
