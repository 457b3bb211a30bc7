//! What the nodes of a system were, and since when: the lanes of the chart of leaders.

use crate::kernel::{NodeId, Time};
use crate::model::membership::Slots;
use crate::report::charts::{Lane, LaneRole, LaneSegment};
use crate::sim::Lifecycle;

use super::recording::{Recording, RoleChange, RoleEvent};

/// The lanes of the system of these nodes.
pub(super) fn lanes(recording: &Recording, nodes: &[NodeId]) -> Vec<Lane> {
    let seats = seats(recording.roles(), nodes);
    let of_node = |(slot, node): (usize, &NodeId)| {
        let votes = |at_s| votes_at(&seats, slot, at_s);
        let roles = roles(recording.roles(), *node, recording.end(), votes);
        let node = recording.cast().node_name(*node).to_owned();
        Lane { node, segments: without_vote(roles, slot, &seats) }
    };
    nodes.iter().enumerate().map(of_node).collect()
}

/// What a node was until `end`, from its changes of role and life. `votes` tells whether it has a vote at a time.
fn roles(changes: &[RoleChange], node: NodeId, end: Time, votes: impl Fn(f64) -> bool) -> Vec<LaneSegment> {
    let mut segments: Vec<LaneSegment> = Vec::new();
    let (mut since, mut role, mut before_pause, mut term) = (0.0, LaneRole::Down, LaneRole::Follower, None);
    let mut close = |start_s: f64, end_s: f64, role, term| {
        if end_s > start_s {
            segments.push(LaneSegment { start_s, end_s, role, term });
        }
    };
    for change in changes.iter().filter(|change| change.node == node) {
        let at = change.at.as_secs_f64();
        let next = match change.event {
            RoleEvent::Life(Lifecycle::Booted) => LaneRole::Follower,
            RoleEvent::Life(Lifecycle::Crashed | Lifecycle::DiskLost) => LaneRole::Down,
            RoleEvent::Life(Lifecycle::Paused) => {
                before_pause = role;
                LaneRole::Paused
            }
            RoleEvent::Life(Lifecycle::Resumed) => before_pause,
            // Who was removed may ask for ever, and disturbs nobody.
            RoleEvent::AskedPreVote if !votes(at) => LaneRole::Follower,
            RoleEvent::AskedPreVote | RoleEvent::Campaigned => LaneRole::Candidate,
            RoleEvent::BecameLeader => LaneRole::Leader,
            RoleEvent::SteppedDown => LaneRole::Follower,
            RoleEvent::Halted(_) => LaneRole::Halted,
            RoleEvent::Configured { .. } | RoleEvent::Recovering | RoleEvent::Rejoined => continue,
        };
        let next_term = change.term.map(|term| u64::from(term.0)).or(term);
        if next != role || next_term != term {
            close(since, at, role, term);
            (since, role, term) = (at, next, next_term);
        }
    }
    close(since, end.as_secs_f64(), role, term);
    segments
}

/// Who votes in the system of these nodes, from when on: as its leaders know it, and before the first of them as whoever booted
/// first does. A node that was removed is often the last to hear of it.
fn seats(changes: &[RoleChange], nodes: &[NodeId]) -> Vec<(Time, Slots)> {
    let mut seats: Vec<(Time, Slots)> = Vec::new();
    let mut known: Vec<Option<Slots>> = vec![None; nodes.len()];
    let mut leads = vec![false; nodes.len()];
    for change in changes {
        let Some(slot) = nodes.iter().position(|node| *node == change.node) else { continue };
        match change.event {
            RoleEvent::Configured { voters, outgoing } => known[slot] = Some(voters.and(outgoing)),
            RoleEvent::BecameLeader => leads[slot] = true,
            RoleEvent::SteppedDown
            | RoleEvent::Halted(_)
            | RoleEvent::Life(Lifecycle::Crashed | Lifecycle::DiskLost) => leads[slot] = false,
            RoleEvent::Life(Lifecycle::Booted | Lifecycle::Paused | Lifecycle::Resumed)
            | RoleEvent::AskedPreVote
            | RoleEvent::Campaigned
            | RoleEvent::Recovering
            | RoleEvent::Rejoined => {}
        }
        let told = known[slot].filter(|_| leads[slot] || seats.is_empty());
        if let Some(voters) = told.filter(|voters| seats.last().is_none_or(|(_, before)| before != voters)) {
            seats.push((change.at, voters));
        }
    }
    seats
}

/// Whether the node of this slot has a vote at this time. Before anybody told who votes nothing is known, and nobody is without.
fn votes_at(seats: &[(Time, Slots)], slot: usize, at_s: f64) -> bool {
    seats.iter().rfind(|(since, _)| since.as_secs_f64() <= at_s).is_none_or(|(_, voters)| voters.has(slot))
}

/// The same, with the time in which the node of this slot follows, or only asks for pre-votes, and has no vote told apart.
fn without_vote(segments: Vec<LaneSegment>, slot: usize, seats: &[(Time, Slots)]) -> Vec<LaneSegment> {
    let mut out: Vec<LaneSegment> = Vec::new();
    for segment in segments {
        if segment.role != LaneRole::Follower {
            out.push(segment);
            continue;
        }
        let turns = seats.iter().map(|(at, voters)| (at.as_secs_f64(), voters.has(slot)));
        let mut votes = votes_at(seats, slot, segment.start_s);
        let mut start_s = segment.start_s;
        let within = turns.filter(|(at, _)| *at > segment.start_s && *at < segment.end_s);
        for (end_s, next) in within.chain([(segment.end_s, votes)]) {
            let is_last = end_s >= segment.end_s;
            if next != votes || is_last {
                let role = if votes { LaneRole::Follower } else { LaneRole::NoVote };
                out.push(LaneSegment { start_s, end_s, role, ..segment });
                (start_s, votes) = (end_s, next);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Term;

    const NODES: [NodeId; 3] = [NodeId(4), NodeId(5), NodeId(6)];

    fn change(at_s: u64, slot: usize, event: RoleEvent) -> RoleChange {
        let term = matches!(event, RoleEvent::BecameLeader).then_some(Term(1));
        let (at, node) = (Time(at_s * 1_000_000_000), NODES[slot]);
        RoleChange { at, node, event, term, incarnation: None, fault: None }
    }

    fn configured(voters: Slots) -> RoleEvent {
        RoleEvent::Configured { voters, outgoing: Slots::NONE }
    }

    #[test]
    fn who_votes_is_as_the_leader_knows_it() {
        let (two, three) = (Slots::first(2), Slots::first(3));
        let changes = [
            change(0, 0, configured(two)),
            change(0, 1, configured(two)),
            change(1, 1, RoleEvent::BecameLeader),
            change(5, 1, configured(three)),
            // It follows, and restarts with what its disk knew.
            change(6, 0, configured(two)),
            change(7, 0, configured(three)),
        ];
        assert_eq!(seats(&changes, &NODES), [(Time(0), two), (Time(5_000_000_000), three)]);
    }

    #[test]
    fn who_asks_for_pre_votes_is_a_candidate_if_it_has_a_vote() {
        let changes = [
            change(0, 0, RoleEvent::Life(Lifecycle::Booted)),
            change(1, 0, RoleEvent::AskedPreVote),
            change(5, 0, RoleEvent::AskedPreVote),
            change(6, 0, RoleEvent::Campaigned),
        ];
        let found = roles(&changes, NODES[0], Time(9_000_000_000), |at| at < 5.0);
        let found: Vec<_> = found.iter().map(|segment| (segment.start_s, segment.role)).collect();
        let (follower, candidate) = (LaneRole::Follower, LaneRole::Candidate);
        assert_eq!(found, [(0.0, follower), (1.0, candidate), (5.0, follower), (6.0, candidate)]);
    }

    #[test]
    fn a_follower_without_a_vote_is_told_apart_and_a_leader_is_a_leader() {
        let segment = |start_s, end_s, role| LaneSegment { start_s, end_s, role, term: Some(1) };
        let seats = [(Time(0), Slots::first(2)), (Time(5_000_000_000), Slots::first(3))];
        let whole = vec![segment(0.0, 8.0, LaneRole::Follower), segment(8.0, 9.0, LaneRole::Down)];
        let third = without_vote(whole.clone(), 2, &seats);
        let expected = [
            segment(0.0, 5.0, LaneRole::NoVote),
            segment(5.0, 8.0, LaneRole::Follower),
            segment(8.0, 9.0, LaneRole::Down),
        ];
        assert_eq!(third, expected);
        assert_eq!(without_vote(whole.clone(), 1, &seats), whole);
        let leader = vec![segment(0.0, 8.0, LaneRole::Leader)];
        assert_eq!(without_vote(leader.clone(), 2, &seats), leader);
        assert_eq!(without_vote(whole.clone(), 2, &[]), whole, "nothing is known");
        let late = vec![segment(6.0, 8.0, LaneRole::Follower)];
        assert_eq!(without_vote(late.clone(), 2, &seats), late);
    }
}
