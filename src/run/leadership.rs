//! Who led when: elections, and the time without a leader.
//!
//! A system has a leader while a running node that is not paused believes that it leads. An **election** ends when a
//! node becomes leader. It starts when the system was left without one; or, if an older leader still believed
//! itself in office (behind a partition, say), when the winner first campaigned for the term it won.

use crate::kernel::{NodeId, SystemId, Time};
use crate::model::log::Term;
use crate::sim::Lifecycle;

/// An election that was won.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Election {
    /// Whose.
    pub system: SystemId,
    /// When it started.
    pub start: Time,
    /// When it was won.
    pub end: Time,
    /// The term won.
    pub term: Term,
    /// The winner.
    pub leader: NodeId,
}

/// A time without a leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leaderless {
    /// Whose.
    pub system: SystemId,
    /// When the last leader was lost; 0 before the first.
    pub start: Time,
    /// When there was one again, or the run ended.
    pub end: Time,
}

/// Watches all systems.
#[derive(Clone, Debug)]
pub(super) struct Leadership {
    nodes: Vec<Candidate>,
    systems: Vec<Office>,
    pub(super) elections: Vec<Election>,
    pub(super) leaderless: Vec<Leaderless>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    system: SystemId,
    leads: bool,
    paused: bool,
    /// The term it last campaigned for, and since when.
    campaign: Option<(Term, Time)>,
}

#[derive(Clone, Copy, Debug)]
struct Office {
    /// Nodes that lead, run and are not paused.
    leaders: u32,
    /// Since when there has been none.
    vacant: Option<Time>,
    /// Whether it is a system that elects leaders at all.
    elects: bool,
}

impl Leadership {
    /// Before any leader; `systems` gives the system of each node.
    pub(super) fn new(systems: usize, nodes: impl Iterator<Item = SystemId>) -> Self {
        let candidate = |system| Candidate { system, leads: false, paused: false, campaign: None };
        let office = Office { leaders: 0, vacant: Some(Time::ZERO), elects: false };
        Leadership {
            nodes: nodes.map(candidate).collect(),
            systems: vec![office; systems],
            elections: Vec::new(),
            leaderless: Vec::new(),
        }
    }

    /// Whether a system ever campaigned.
    pub(super) fn elects(&self, system: SystemId) -> bool {
        self.systems[system.index()].elects
    }

    /// The term that a node leads, if it is elected and neither gave up nor crashed.
    pub(super) fn term_led(&self, node: NodeId) -> Option<Term> {
        let candidate = &self.nodes[node.index()];
        candidate.campaign.filter(|_| candidate.leads).map(|(term, _)| term)
    }

    pub(super) fn campaigned(&mut self, at: Time, node: NodeId, term: Term) {
        let candidate = &mut self.nodes[node.index()];
        self.systems[candidate.system.index()].elects = true;
        // A pre-vote and the vote it leads to are one campaign.
        if candidate.campaign.is_none_or(|(last, _)| last != term) {
            candidate.campaign = Some((term, at));
        }
    }

    pub(super) fn became_leader(&mut self, at: Time, node: NodeId, term: Term) {
        let candidate = self.nodes[node.index()];
        let office = &mut self.systems[candidate.system.index()];
        office.elects = true;
        let campaigned = candidate.campaign.filter(|&(last, _)| last == term).map_or(at, |(_, since)| since);
        let start = office.vacant.unwrap_or(campaigned);
        self.elections.push(Election { system: candidate.system, start, end: at, term, leader: node });
        self.update(at, node, |candidate| {
            (candidate.leads, candidate.campaign) = (true, Some((term, campaigned)))
        });
    }

    pub(super) fn stepped_down(&mut self, at: Time, node: NodeId) {
        self.update(at, node, |candidate| (candidate.leads, candidate.campaign) = (false, None));
    }

    pub(super) fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        self.update(at, node, |candidate| match change {
            Lifecycle::Booted | Lifecycle::DiskLost => {}
            Lifecycle::Crashed => {
                (candidate.leads, candidate.paused, candidate.campaign) = (false, false, None);
            }
            Lifecycle::Paused => candidate.paused = true,
            Lifecycle::Resumed => candidate.paused = false,
        });
    }

    /// Changes what is known of a node, and whether its system has a leader.
    fn update(&mut self, at: Time, node: NodeId, change: impl FnOnce(&mut Candidate)) {
        let candidate = &mut self.nodes[node.index()];
        let before = candidate.leads && !candidate.paused;
        change(candidate);
        let after = candidate.leads && !candidate.paused;
        let system = candidate.system;
        let office = &mut self.systems[system.index()];
        office.leaders = office.leaders + u32::from(after) - u32::from(before);
        match (office.leaders, office.vacant) {
            (0, None) => office.vacant = Some(at),
            (1.., Some(start)) => {
                office.vacant = None;
                self.leaderless.push(Leaderless { system, start, end: at });
            }
            (0, Some(_)) | (1.., None) => {}
        }
    }

    /// The run is over.
    pub(super) fn finish(&mut self, end: Time) {
        for (system, office) in self.systems.iter_mut().enumerate().filter(|(_, office)| office.elects) {
            if let Some(start) = office.vacant.take() {
                self.leaderless.push(Leaderless { system: SystemId(system as u16), start, end });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);

    fn three() -> Leadership {
        Leadership::new(1, [SystemId(0); 3].into_iter())
    }

    type Spans = Vec<(u64, u64)>;

    /// Elections, and times without a leader.
    fn spans(leadership: &Leadership) -> (Spans, Spans) {
        let elections = leadership.elections.iter().map(|one| (one.start.0, one.end.0)).collect();
        (elections, leadership.leaderless.iter().map(|one| (one.start.0, one.end.0)).collect())
    }

    #[test]
    fn a_crashed_leader_is_missed_until_the_next() {
        let mut leadership = three();
        leadership.became_leader(Time(5), A, Term(1));
        leadership.changed(Time(20), A, Lifecycle::Crashed);
        leadership.campaigned(Time(27), B, Term(2));
        leadership.became_leader(Time(30), B, Term(2));
        leadership.finish(Time(100));
        assert_eq!(spans(&leadership), (vec![(0, 5), (20, 30)], vec![(0, 5), (20, 30)]));
    }

    #[test]
    fn an_old_leader_behind_a_partition_leaves_no_gap_but_an_election() {
        let mut leadership = three();
        leadership.became_leader(Time(5), A, Term(1));
        leadership.campaigned(Time(40), B, Term(2));
        leadership.campaigned(Time(42), B, Term(2));
        leadership.became_leader(Time(50), B, Term(2));
        leadership.stepped_down(Time(60), A);
        leadership.finish(Time(100));
        assert_eq!(spans(&leadership), (vec![(0, 5), (40, 50)], vec![(0, 5)]));
    }

    #[test]
    fn a_paused_leader_does_not_lead() {
        let mut leadership = three();
        leadership.became_leader(Time(5), A, Term(1));
        leadership.changed(Time(10), A, Lifecycle::Paused);
        leadership.changed(Time(12), A, Lifecycle::Resumed);
        leadership.changed(Time(20), A, Lifecycle::Paused);
        leadership.became_leader(Time(25), B, Term(2));
        leadership.changed(Time(30), A, Lifecycle::Resumed);
        leadership.stepped_down(Time(31), A);
        leadership.finish(Time(100));
        assert_eq!(spans(&leadership), (vec![(0, 5), (20, 25)], vec![(0, 5), (10, 12), (20, 25)]));
    }

    #[test]
    fn what_is_never_filled_lasts_to_the_end_and_what_never_elects_is_left_out() {
        let mut leadership = Leadership::new(2, [SystemId(0), SystemId(1)].into_iter());
        leadership.campaigned(Time(3), A, Term(1));
        leadership.changed(Time(4), B, Lifecycle::Crashed);
        leadership.finish(Time(9));
        assert_eq!(spans(&leadership), (vec![], vec![(0, 9)]));
        assert!(leadership.elects(SystemId(0)) && !leadership.elects(SystemId(1)));
    }
}
