//! Whether a fault can ever strike, by what is known before the run: who there is, and what each node has.

use crate::kernel::{NodeId, SystemId};

use super::kinds::Idle;
use super::target::Size;
use super::{Between, Group, Heading, Leader, Matter, Roster, Side, Target};

/// What is known of a run before it.
pub struct Outlook<'a> {
    /// Who there is.
    pub roster: &'a Roster,
    /// All that `that` can be; `None` if that is not known.
    pub that: Option<&'a [NodeId]>,
}

/// Why a fault never strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InVain {
    /// Its options leave it nothing to do, which the loader has said.
    Idle,
    /// Whom it means is nobody.
    Nobody,
    /// Whom it means is nobody while there is a leader: the system has too few nodes.
    NobodyBesideLeader,
    /// Whoever it means has nothing that it acts on.
    Lacks(Matter),
}

impl Outlook<'_> {
    /// Whether a fault of nodes can strike any that the target may come to.
    pub(super) fn of_nodes(&self, acts_on: Result<Matter, Idle>, target: &Target) -> Result<(), InVain> {
        let matter = acts_on.map_err(|Idle(_)| InVain::Idle)?;
        if self.may_be(target)?.any().have(matter) { Ok(()) } else { Err(InVain::Lacks(matter)) }
    }

    /// Whether a fault of links can strike any that lie there.
    pub(super) fn of_links(&self, acts_on: Result<Matter, Idle>, between: &Between) -> Result<(), InVain> {
        let matter = acts_on.map_err(|Idle(_)| InVain::Idle)?;
        let Roster { talks, has: all, .. } = self.roster;
        let carries = match between {
            Between::All => talks.carry(matter, all, all),
            Between::Of(target, heading) => {
                let side = self.may_be(target)?;
                let (out, into) = (talks.carry(matter, &side, all), talks.carry(matter, all, &side));
                match heading {
                    Heading::Both => out || into,
                    Heading::In => into,
                    Heading::Out => out,
                }
            }
            Between::OneWay(from, to) => talks.carry(matter, &self.group(from)?, &self.group(to)?),
            Between::Links(pairs) => {
                let side = |node: &NodeId| self.roster.side(&[*node]);
                pairs.iter().any(|(from, to)| talks.carry(matter, &side(from), &side(to)))
            }
            Between::Layout(layout, target) => {
                if self.most(target) < layout.least_nodes() {
                    return Err(InVain::Nobody);
                }
                let side = self.may_be(target)?;
                talks.carry(matter, &side, &side)
            }
            Between::Groups(groups) => {
                let (mut before, mut carries) = (Side::default(), false);
                for group in groups {
                    let side = self.group(group)?;
                    carries = carries || talks.carry(matter, &before, &side);
                    before.join(&side);
                }
                carries
            }
        };
        if carries { Ok(()) } else { Err(InVain::Lacks(matter)) }
    }

    /// Who may be in a group.
    fn group(&self, group: &Group) -> Result<Side, InVain> {
        let Group::Of(targets) = group else { return Ok(self.roster.has.clone()) };
        let (mut all, mut why) = (Side::default(), InVain::Nobody);
        for target in targets {
            match self.may_be(target) {
                Ok(side) => all.join(&side),
                Err(in_vain) => why = in_vain,
            }
        }
        if all.is_empty() { Err(why) } else { Ok(all) }
    }

    /// Whom a target may come to, whenever it is asked.
    fn may_be(&self, target: &Target) -> Result<Side, InVain> {
        let system = |of: &SystemId, least: usize, why| {
            let system = &self.roster.systems[of.index()];
            let mut side = Side::default();
            side.add(*of, system.has);
            if system.nodes.len() < least { Err(why) } else { Ok(side) }
        };
        let side = match target {
            Target::Node(node) => self.roster.side(&[*node]),
            Target::Nodes(nodes) => self.roster.side(nodes),
            Target::That => {
                self.that.map_or_else(|| self.roster.has.clone(), |nodes| self.roster.side(nodes))
            }
            Target::Site(site) => self.roster.sites_have[site.index()].clone(),
            Target::System(of)
            | Target::Leader(of)
            | Target::Any(of)
            | Target::Quorum(of)
            | Target::Around(of, Size::Quorum, Leader::In) => system(of, 1, InVain::Nobody)?,
            Target::Minority(of) | Target::Around(of, Size::Minority, _) => system(of, 3, InVain::Nobody)?,
            Target::Follower(of) | Target::Followers(of) => system(of, 2, InVain::NobodyBesideLeader)?,
            Target::Around(of, Size::Quorum, Leader::Out) => system(of, 3, InVain::NobodyBesideLeader)?,
        };
        if side.is_empty() { Err(InVain::Nobody) } else { Ok(side) }
    }

    /// The most nodes that a target comes to.
    fn most(&self, target: &Target) -> usize {
        let members = |of: &SystemId| self.roster.systems[of.index()].nodes.len();
        match target {
            Target::Node(_) | Target::Leader(_) | Target::Follower(_) | Target::Any(_) => 1,
            Target::Nodes(nodes) => nodes.len(),
            Target::That => self.that.map_or(self.roster.nodes.len(), <[NodeId]>::len),
            Target::System(of) => members(of),
            // As many as there are at most: it is not worth the count.
            Target::Site(_) => self.roster.nodes.len(),
            Target::Followers(of) => members(of) - 1,
            Target::Minority(of) | Target::Around(of, Size::Minority, _) => Size::Minority.of(members(of)),
            Target::Quorum(of) | Target::Around(of, Size::Quorum, _) => Size::Quorum.of(members(of)),
        }
    }
}
