//! The end of all faults for those that have to serve from then on, and for nobody else (`[liveness]`).
//!
//! The idea is that of TigerBeetle's simulator (`src/vopr.zig`): safety is tested under whatever goes wrong, liveness only once
//! enough is well for good. What is not of a core keeps the faults that it has, so that nobody is saved by the nodes that were to
//! be done without.

use crate::kernel::{Electorate, NodeId, Stream, SystemId};
use crate::net::{Impairment, Pattern};

use super::{Action, Fault, InVain, Outlook, Roster, Strike, StrikeContext};

/// How large the core of a system is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CoreSize {
    /// Any number of nodes from a quorum to all that can take part, drawn.
    Random,
    /// All that can take part.
    All,
}

/// A system that is to serve again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Patient {
    /// Which.
    pub system: SystemId,
    /// How many of its nodes it can do without at most.
    pub spare: usize,
}

/// At this moment faults stop, and a core of each system is healed.
#[derive(Clone, Debug)]
pub struct Healing {
    /// The systems that have cores. Nodes of others are all healed.
    pub systems: Vec<Patient>,
    /// How large the cores are.
    pub size: CoreSize,
    /// Whether nobody reaches the others any more, nor they anybody: else they are reached by whomever no fault keeps from them.
    pub cuts_off_others: bool,
}

/// Nodes of a system that can serve by themselves, in the order of their ids: a quorum of it or more, by whatever any of its nodes
/// that can take part takes for its voters. Drawn from those that can; `None` if these are no quorum. Who has forgotten what it
/// promised may be among them, and is no part of a quorum.
pub fn quorum_core(
    roster: &Roster,
    patient: &Patient,
    size: CoreSize,
    choice: &mut Stream,
) -> Option<Vec<NodeId>> {
    let nodes = &roster.systems[patient.system.index()].nodes;
    let quorum = nodes.len() - patient.spare;
    let can = |node: &NodeId| roster.nodes[node.index()].can_take_part();
    let mut core: Vec<NodeId> = nodes.iter().copied().filter(can).collect();
    let electorates = electorates(roster, &core);
    let can_serve = |core: &[NodeId]| {
        let vote = core.iter().filter(|node| !roster.nodes[node.index()].has_lost_vote);
        let bits = vote.filter_map(|node| nodes.binary_search(node).ok()).map(|slot| 1 << slot);
        let bits = bits.fold(0, |all: u64, bit: u64| all | bit);
        match electorates.is_empty() {
            true => bits.count_ones() as usize >= quorum,
            false => electorates.iter().all(|electorate| electorate.is_served_by(bits)),
        }
    };
    if size == CoreSize::Random {
        choice.shuffle(&mut core);
        let least = (1..=core.len()).find(|count| can_serve(&core[..*count]))?;
        let beyond = (core.len() - least) as u32;
        core.truncate(least + choice.below(beyond + 1) as usize);
        core.sort_unstable();
    }
    can_serve(&core).then_some(core)
}

/// Whom these nodes of a system take for its voters, or may come to, each view once. While voters change several are held.
fn electorates(roster: &Roster, nodes: &[NodeId]) -> Vec<Electorate> {
    let of = |node: &NodeId| &roster.nodes[node.index()];
    let told =
        nodes.iter().flat_map(|node| of(node).elected_by.iter().chain(&of(node).may_be_elected_by).copied());
    told.fold(Vec::new(), |mut known, electorate| {
        if !known.contains(&electorate) {
            known.push(electorate);
        }
        known
    })
}

impl Fault for Healing {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let (mut named, mut others, mut said) = (Vec::new(), Vec::new(), Vec::new());
        for patient in &self.systems {
            let system = &cx.roster.systems[patient.system.index()];
            let core = quorum_core(cx.roster, patient, self.size, cx.choice);
            let is_left = |node: &NodeId| core.as_ref().is_none_or(|core| !core.contains(node));
            let left: Vec<NodeId> = system.nodes.iter().copied().filter(is_left).collect();
            said.push(match (&core, left.is_empty()) {
                (None, _) => {
                    let unable = |node: &&NodeId| !cx.roster.nodes[node.index()].can_take_part();
                    let unable: Vec<NodeId> = system.nodes.iter().filter(unable).copied().collect();
                    let forgetful = |node: &&NodeId| {
                        !unable.contains(node) && cx.roster.nodes[node.index()].has_lost_vote
                    };
                    let forgetful: Vec<NodeId> = system.nodes.iter().filter(forgetful).copied().collect();
                    let [unable, forgetful] = [&unable, &forgetful].map(|nodes| match nodes.is_empty() {
                        true => "none".to_owned(),
                        false => cx.roster.names(nodes),
                    });
                    format!(
                        "{} is beyond help: {unable} lack their disks, {forgetful} their votes",
                        system.name
                    )
                }
                (Some(_), true) => format!("all of {} healed", system.name),
                (Some(core), false) => {
                    let [core, left] = [core, &left].map(|nodes| cx.roster.names(nodes));
                    format!("{core} healed; {left} left as they are")
                }
            });
            named.extend(core.unwrap_or_default());
            others.extend(left);
        }
        let mut begin = vec![Action::Heal { others: others.clone() }];
        if self.cuts_off_others && !others.is_empty() {
            let all = (0..cx.roster.nodes.len() as u32).map(NodeId);
            let healed: Vec<NodeId> = all.filter(|node| !others.contains(node)).collect();
            let cut = |from: &[NodeId], to: &[NodeId]| Action::Impair {
                id: cx.impairment,
                key: cx.key,
                impairment: Impairment::Cut,
                pattern: Pattern::Steady,
                from: from.to_vec(),
                to: to.to_vec(),
            };
            begin.extend([cut(&others, &healed), cut(&healed, &others)]);
        }
        Some(Strike { begin, named, resolved: said.join("; "), ..Strike::default() })
    }

    fn prospect(&self, _: &Outlook<'_>) -> Result<(), InVain> {
        Ok(())
    }

    fn asks_for_disks(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::{Incarnation, Matters, NodeFacts, Talks};
    use crate::kernel::SiteId;

    const PATIENT: Patient = Patient { system: SystemId(0), spare: 2 };

    fn five() -> Roster {
        let node = |index: u32| NodeFacts {
            name: format!("kv.{}", index + 1).into(),
            system: SystemId(0),
            site: SiteId(0),
            is_front: false,
            has: Matters::PROCESS,
            up: true,
            incarnation: Incarnation(1),
            leads: None,
            elected_by: None,
            may_be_elected_by: Vec::new(),
            outs: 0,
            has_halted: false,
            has_lost_vote: false,
            has_lost_disk: false,
        };
        Roster::new((0..5).map(node).collect(), &["kv".to_owned()], vec!["here".to_owned()], Talks::default())
    }

    fn drawn(roster: &Roster, size: CoreSize) -> BTreeSet<Option<Vec<u32>>> {
        let mut choice = Stream::new(1, "liveness", "test");
        let core = |_| quorum_core(roster, &PATIENT, size, &mut choice);
        let ids = |core: Option<Vec<NodeId>>| core.map(|core| core.iter().map(|node| node.0).collect());
        (0..500).map(core).map(ids).collect()
    }

    #[test]
    fn a_core_is_any_quorum_or_more() {
        let cores = drawn(&five(), CoreSize::Random);
        // Ten of three, five of four, and all.
        assert_eq!(cores.len(), 16);
        assert_eq!(
            drawn(&five(), CoreSize::All).into_iter().collect::<Vec<_>>(),
            [Some(vec![0, 1, 2, 3, 4])]
        );
    }

    #[test]
    fn who_is_down_without_a_disk_is_in_no_core_and_who_came_back_may_be() {
        let mut roster = five();
        roster.nodes[1].has_lost_disk = true;
        assert_eq!(drawn(&roster, CoreSize::All).len(), 1);
        assert_eq!(drawn(&roster, CoreSize::All).first().cloned().flatten().map_or(0, |core| core.len()), 5);
        roster.nodes[1].up = false;
        (roster.nodes[4].has_lost_disk, roster.nodes[4].has_halted) = (true, true);
        assert_eq!(drawn(&roster, CoreSize::Random).into_iter().collect::<Vec<_>>(), [Some(vec![0, 2, 3])]);
        (roster.nodes[0].has_lost_disk, roster.nodes[0].up) = (true, false);
        assert_eq!(drawn(&roster, CoreSize::Random).into_iter().collect::<Vec<_>>(), [None]);
    }

    /// Who has a new disk learns, and votes no more before it was taken in again.
    #[test]
    fn who_has_lost_its_vote_may_be_in_a_core_and_is_no_part_of_its_quorum() {
        let mut roster = five();
        (roster.nodes[1].has_lost_vote, roster.nodes[3].has_lost_vote) = (true, true);
        let vote = [0, 2, 4];
        let cores = drawn(&roster, CoreSize::Random);
        assert_eq!(cores.len(), 4, "the three that vote, with or without each of the others: {cores:?}");
        assert!(cores.iter().flatten().all(|core| vote.iter().all(|node| core.contains(node))), "{cores:?}");
        roster.nodes[4].has_lost_vote = true;
        assert_eq!(drawn(&roster, CoreSize::Random).into_iter().collect::<Vec<_>>(), [None]);
        roster.nodes[0].elected_by = Some(Electorate { voters: 0b00111, ..Electorate::default() });
        assert!(drawn(&roster, CoreSize::All).first().is_some_and(Option::is_some), "two of three vote");
    }

    /// Nobody who serves can hear of a view that stood on a lost disk alone.
    #[test]
    fn the_view_of_who_cannot_take_part_does_not_count() {
        let mut roster = five();
        roster.nodes[4].elected_by = Some(Electorate { voters: 0b11111, outgoing: 0, quorum: 5 });
        roster.nodes[0].elected_by = Some(Electorate { voters: 0b01111, ..Electorate::default() });
        assert!(drawn(&roster, CoreSize::Random).iter().flatten().all(|core| core.len() == 5));
        (roster.nodes[4].has_lost_disk, roster.nodes[4].up) = (true, false);
        assert!(drawn(&roster, CoreSize::Random).iter().flatten().any(|core| core.len() == 3));
    }

    /// While voters change, either view may be the one that counts: a core is a quorum of both.
    #[test]
    fn a_core_is_a_quorum_by_whatever_anybody_takes_for_the_voters() {
        let mut roster = five();
        let voters = |voters: u64| Some(Electorate { voters, ..Electorate::default() });
        roster.nodes[0].elected_by = voters(0b00111);
        roster.nodes[3].elected_by = voters(0b11100);
        let cores = drawn(&roster, CoreSize::Random);
        let serves = |core: &Vec<u32>, of: &[u32]| of.iter().filter(|node| core.contains(node)).count() >= 2;
        let all = |core: &Option<Vec<u32>>| {
            core.as_ref().is_some_and(|core| serves(core, &[0, 1, 2]) && serves(core, &[2, 3, 4]))
        };
        assert!(cores.iter().all(all), "{cores:?}");
        assert!(cores.contains(&Some(vec![0, 2, 4])) && cores.contains(&Some(vec![0, 1, 3, 4])), "{cores:?}");
        // So is one that may come to count.
        let mut changing = five();
        changing.nodes[1].elected_by = voters(0b11111);
        changing.nodes[1].may_be_elected_by = voters(0b00011).into_iter().collect();
        let both = |core: &Vec<u32>| core.contains(&0) && core.contains(&1) && core.len() > 2;
        assert!(drawn(&changing, CoreSize::Random).iter().flatten().all(both));
        // Where a quorum is larger than a majority, it takes more of them.
        roster.nodes[0].elected_by = Some(Electorate { voters: 0b11111, outgoing: 0, quorum: 4 });
        roster.nodes[3].elected_by = None;
        assert!(drawn(&roster, CoreSize::Random).iter().flatten().all(|core| core.len() >= 4));
    }
}
