//! The invariants of single-decree Paxos, in the words of `TABLE`. There is no log: one value is agreed on, once.
//!
//! Who has accepted what in which ballot is known here of all acceptors together, so that what is chosen is known in the very
//! step that chooses it, whether or not any learner ever finds out.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::NodeId;
use crate::model::history::SessionId;
use crate::model::membership::{Slots, majority};
use crate::model::op::{Answer, Op, Reading, Value};
use crate::model::synod::{Ballot, SynodNote};

use super::Invariant;
use super::violation::{Found, Shortfall, What};

/// What a note shows to be wrong.
pub(super) type Wrong = Vec<(Invariant, Found)>;

/// What is known of one system.
#[derive(Clone, Debug)]
pub(super) struct Decree {
    nodes: Vec<NodeId>,
    acceptors: Vec<Acceptor>,
    /// How many must accept, as the nodes told; 0 is a majority.
    quorum: u8,
    ballots: BTreeMap<Ballot, Of>,
    /// In which ballot a value was first chosen, and which.
    chosen: Option<(Ballot, Value)>,
    /// What clients have asked for. A ballot below the one that chose may yet propose any of it.
    wanted: BTreeSet<Value>,
    /// The one value whose client was told that it is the one.
    won: Option<Value>,
}

/// What is known of an acceptor, by what it told.
#[derive(Clone, Debug, Default)]
struct Acceptor {
    incarnation: u32,
    promised: Ballot,
    accepted: (Ballot, Value),
    learned: Option<Value>,
    /// It has restarted, and has to say what it remembers.
    owes_memory: bool,
}

/// What is known of a ballot.
#[derive(Clone, Copy, Debug, Default)]
struct Of {
    /// Who prepared it, and in which incarnation.
    prepared_by: Option<(NodeId, u32)>,
    /// What was proposed or accepted in it.
    value: Option<Value>,
    promised_by: Slots,
    accepted_by: Slots,
}

impl Decree {
    pub fn new(nodes: &[NodeId]) -> Decree {
        Decree {
            nodes: nodes.to_vec(),
            acceptors: vec![Acceptor::default(); nodes.len()],
            quorum: 0,
            ballots: BTreeMap::new(),
            chosen: None,
            wanted: BTreeSet::new(),
            won: None,
        }
    }

    /// How many must accept.
    pub fn configure(&mut self, quorum: u8) {
        self.quorum = quorum;
    }

    /// A client asks for `op`.
    pub fn asked(&mut self, op: Op) {
        if let Op::Propose { value, .. } = op {
            self.wanted.insert(value);
        }
    }

    /// The node in `slot` boots: what it told before it must remember.
    pub fn booted(&mut self, slot: usize) {
        let acceptor = &mut self.acceptors[slot];
        acceptor.incarnation += 1;
        acceptor.learned = None;
        acceptor.owes_memory = acceptor.incarnation > 1;
    }

    /// The node in `slot` knows that it cannot tell what it promised, and takes no part.
    pub fn excuse(&mut self, slot: usize) {
        self.acceptors[slot].owes_memory = false;
    }

    /// A client was told how its proposal ended.
    pub fn acknowledged(&mut self, session: SessionId, sequence: u32, op: Op, answer: Answer) -> Wrong {
        let Op::Propose { value, .. } = op else { return Vec::new() };
        let mut wrong = Vec::new();
        let told = match answer {
            Answer::Done => Reading::of(value),
            Answer::Read(held) | Answer::Mismatch(held) => held,
        };
        let is_chosen = |(_, chosen): (Ballot, Value)| told == Reading::of(chosen);
        if !self.chosen.is_some_and(is_chosen) {
            wrong.push((Invariant::Durability, Found::alone(What::ToldUnchosen { session, sequence })));
        }
        if answer == Answer::Done && *self.won.get_or_insert(value) != value {
            wrong.push((Invariant::ExactlyOnce, Found::alone(What::SecondWinner { session, sequence })));
        }
        wrong
    }

    /// The node in `slot` told `note`.
    pub fn tell(&mut self, slot: usize, note: &SynodNote) -> Wrong {
        let mut wrong = Vec::new();
        let mut find = |invariant, found: Option<Found>| wrong.extend(found.map(|found| (invariant, found)));
        if !matches!(note, SynodNote::Remembers { .. }) && self.acceptors[slot].owes_memory {
            let (ballot, _) = self.acceptors[slot].accepted;
            let lost = (ballot > Ballot::NONE).then(|| Found::alone(What::AcceptanceLost { ballot }));
            find(Invariant::Durability, lost);
            self.acceptors[slot].owes_memory = false;
        }
        match *note {
            SynodNote::Remembers { promised, accepted } => {
                let [fell, lost] = self.remembers(slot, promised, accepted);
                find(Invariant::Monotonic, fell);
                find(Invariant::Durability, lost);
                // It may have been written and told to nobody: it is accepted all the same.
                if accepted.0 > Ballot::NONE {
                    self.accepted(slot, accepted, &mut find);
                }
            }
            SynodNote::Prepared { ballot } => find(Invariant::OneLeader, self.prepared(slot, ballot)),
            SynodNote::Promised { ballot, .. } => find(Invariant::Monotonic, self.binds(slot, ballot)),
            SynodNote::Proposed { ballot, value, promised_by, .. } => {
                let unwanted = !self.wanted.contains(&value);
                find(
                    Invariant::Agreement,
                    unwanted.then(|| Found::alone(What::NeverProposed { ballot, value })),
                );
                find(Invariant::LogMatching, self.proposes(slot, ballot, value));
                self.of(ballot).promised_by = promised_by;
                find(Invariant::LeaderCompleteness, self.overrules(ballot));
            }
            SynodNote::FoundNothing { ballot, promised_by } => {
                self.of(ballot).promised_by = promised_by;
                find(Invariant::LeaderCompleteness, self.overrules(ballot));
            }
            SynodNote::Accepted { ballot, value } => {
                find(Invariant::Monotonic, self.binds(slot, ballot));
                self.acceptors[slot].accepted = self.acceptors[slot].accepted.max((ballot, value));
                self.accepted(slot, (ballot, value), &mut find);
            }
            SynodNote::Learned { ballot, value } => {
                let [early, differs] = self.learns(slot, ballot, value);
                find(Invariant::Durability, early);
                find(Invariant::Agreement, differs);
            }
            SynodNote::Refused { .. } | SynodNote::GaveUp { .. } => {}
        }
        wrong
    }

    /// The acceptor in `slot` holds `value`, accepted in `ballot`, durably.
    fn accepted(
        &mut self,
        slot: usize,
        (ballot, value): (Ballot, Value),
        find: &mut impl FnMut(Invariant, Option<Found>),
    ) {
        find(Invariant::LogMatching, self.proposes(slot, ballot, value));
        self.of(ballot).accepted_by.add(slot);
        if self.shortfall(ballot).is_none() {
            let [second, overruled] = self.choose(ballot, value);
            find(Invariant::Agreement, second);
            find(Invariant::LeaderCompleteness, overruled);
        }
        find(Invariant::LeaderCompleteness, self.overrules(ballot));
    }

    fn of(&mut self, ballot: Ballot) -> &mut Of {
        self.ballots.entry(ballot).or_default()
    }

    /// What a restarted acceptor finds on its disk is no less than what it told.
    fn remembers(&mut self, slot: usize, promised: Ballot, accepted: (Ballot, Value)) -> [Option<Found>; 2] {
        let acceptor = &mut self.acceptors[slot];
        acceptor.owes_memory = false;
        let from = acceptor.promised;
        let fell = (promised < from).then(|| Found::alone(What::PromiseFell { from, to: promised }));
        let (ballot, value) = acceptor.accepted;
        // A vote that was written and told to nobody may be there as well.
        let is_there = accepted.0 > ballot || accepted == (ballot, value);
        acceptor.promised = promised;
        acceptor.accepted = accepted;
        [fell, (!is_there).then(|| Found::alone(What::AcceptanceLost { ballot }))]
    }

    /// Ballots have one proposer each, which prepares them once.
    fn prepared(&mut self, slot: usize, ballot: Ballot) -> Option<Found> {
        let who = (self.nodes[slot], self.acceptors[slot].incarnation);
        let first = *self.of(ballot).prepared_by.get_or_insert(who);
        (first != who).then(|| Found::between(first.0, What::BallotReused { ballot }))
    }

    /// An acceptor promises or accepts in no lower ballot than it promised.
    fn binds(&mut self, slot: usize, ballot: Ballot) -> Option<Found> {
        let from = self.acceptors[slot].promised;
        self.acceptors[slot].promised = from.max(ballot);
        (ballot < from).then(|| Found::alone(What::PromiseFell { from, to: ballot }))
    }

    /// A ballot has one value.
    fn proposes(&mut self, slot: usize, ballot: Ballot, value: Value) -> Option<Found> {
        let node = self.nodes[slot];
        let of = self.of(ballot);
        let known = *of.value.get_or_insert(value);
        let other = of.prepared_by.map_or(node, |(proposer, _)| proposer);
        (known != value).then(|| Found::between(other, What::BallotOfTwoValues { ballot }))
    }

    /// How many acceptors are missing to choose the value of `ballot`.
    fn shortfall(&self, ballot: Ballot) -> Option<Shortfall> {
        let holders = self.ballots.get(&ballot).map_or(0, |of| of.accepted_by.len());
        let replicas = self.nodes.len();
        let quorum = if self.quorum == 0 { majority(replicas) } else { usize::from(self.quorum) };
        let [holders, replicas, quorum] = [holders, replicas, quorum].map(|count| count as u32);
        (holders < quorum).then_some(Shortfall { holders, replicas, quorum })
    }

    /// A quorum has accepted `value` in `ballot`. What was chosen stays chosen, and no ballot above proposes another value.
    fn choose(&mut self, ballot: Ballot, value: Value) -> [Option<Found>; 2] {
        let (first, chosen) = *self.chosen.get_or_insert((ballot, value));
        let second = (chosen != value)
            .then(|| Found::alone(What::SecondChosen { ballot, value, chosen_in: first, chosen }));
        let above: Vec<Ballot> = self.ballots.range(ballot..).map(|(above, _)| *above).collect();
        [second, above.into_iter().find_map(|above| self.overrules(above))]
    }

    /// Whether `ballot` goes against what was chosen in a lower one: by its value (P2b), or by promises none of which came
    /// from who had chosen it.
    fn overrules(&self, ballot: Ballot) -> Option<Found> {
        let (chosen_in, chosen) = self.chosen.filter(|(chosen_in, _)| *chosen_in < ballot)?;
        let of = self.ballots.get(&ballot)?;
        let choosers = self.ballots.get(&chosen_in).map_or(Slots::NONE, |of| of.accepted_by);
        if !of.promised_by.is_empty() && of.promised_by.common(choosers).is_empty() {
            return Some(Found::alone(What::QuorumsPart { ballot, chosen_in }));
        }
        let parts = of.value.is_some_and(|value| value != chosen);
        parts.then(|| Found::alone(What::BallotOverrules { ballot, chosen_in, chosen }))
    }

    /// A learner learns what was chosen, and nothing else.
    fn learns(&mut self, slot: usize, ballot: Ballot, value: Value) -> [Option<Found>; 2] {
        let early = self.shortfall(ballot);
        let early = early.map(|shortfall| Found::alone(What::LearnedTooEarly { ballot, shortfall }));
        let chosen = self.chosen.map_or(value, |(_, chosen)| chosen);
        let known = *self.acceptors[slot].learned.get_or_insert(value);
        let differs = (chosen != value || known != value).then(|| {
            Found::alone(What::LearnedOther { value, chosen: if known == value { chosen } else { known } })
        });
        [early, differs]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::op::Key;

    const SESSION: SessionId = SessionId { node: NodeId(9), slot: 0 };
    const NOTHING: (Ballot, Value) = (Ballot::NONE, Value(0));

    fn of_three() -> Decree {
        let mut decree = Decree::new(&[NodeId(0), NodeId(1), NodeId(2)]);
        (0..3).for_each(|slot| decree.booted(slot));
        [7, 9].into_iter().for_each(|value| decree.asked(propose(value)));
        decree
    }

    fn propose(value: u32) -> Op {
        Op::Propose { key: Key(0), value: Value(value) }
    }

    fn proposed(ballot: Ballot, value: u32, promised_by: &[usize]) -> SynodNote {
        let promised_by = promised_by.iter().copied().collect();
        SynodNote::Proposed { ballot, value: Value(value), adopted: Ballot::NONE, promised_by }
    }

    fn accepted(ballot: Ballot, value: u32) -> SynodNote {
        SynodNote::Accepted { ballot, value: Value(value) }
    }

    /// What the notes of the nodes in these slots violate, in order.
    fn violated(decree: &mut Decree, notes: &[(usize, SynodNote)]) -> Vec<Invariant> {
        notes
            .iter()
            .flat_map(|(slot, note)| decree.tell(*slot, note))
            .map(|(invariant, _)| invariant)
            .collect()
    }

    /// 7 is chosen in ballot 1.1 by the first two nodes.
    fn seven_chosen() -> Decree {
        let (mut decree, ballot) = (of_three(), Ballot::new(1, 0));
        let notes = [
            (0, SynodNote::Prepared { ballot }),
            (0, SynodNote::Promised { ballot, accepted: NOTHING }),
            (1, SynodNote::Promised { ballot, accepted: NOTHING }),
            (0, proposed(ballot, 7, &[0, 1])),
            (0, accepted(ballot, 7)),
            (1, accepted(ballot, 7)),
            (2, SynodNote::Learned { ballot, value: Value(7) }),
        ];
        assert_eq!(violated(&mut decree, &notes), []);
        decree
    }

    #[test]
    fn a_decree_that_is_taken_over_breaks_nothing() {
        let (mut decree, ballot) = (seven_chosen(), Ballot::new(2, 2));
        let notes = [(2, proposed(ballot, 7, &[1, 2])), (1, accepted(ballot, 7)), (2, accepted(ballot, 7))];
        assert_eq!(violated(&mut decree, &notes), []);
        assert!(decree.acknowledged(SESSION, 1, propose(7), Answer::Done).is_empty());
        let told = Answer::Mismatch(Reading::of(Value(7)));
        assert!(decree.acknowledged(SESSION, 2, propose(9), told).is_empty());
    }

    #[test]
    fn another_value_in_a_higher_ballot_is_found_when_it_is_proposed_and_when_it_is_chosen() {
        let (mut decree, ballot) = (seven_chosen(), Ballot::new(2, 2));
        assert_eq!(
            violated(&mut decree, &[(2, proposed(ballot, 9, &[1, 2]))]),
            [Invariant::LeaderCompleteness]
        );
        let notes = [(1, accepted(ballot, 9)), (2, accepted(ballot, 9))];
        assert!(violated(&mut decree, &notes).contains(&Invariant::Agreement));
        let told = decree.acknowledged(SESSION, 1, propose(7), Answer::Done);
        assert_eq!(told.len(), 0, "the first is the one chosen");
        let second = decree.acknowledged(SESSION, 2, propose(9), Answer::Done);
        let second: Vec<Invariant> = second.into_iter().map(|(invariant, _)| invariant).collect();
        assert_eq!(second, [Invariant::Durability, Invariant::ExactlyOnce]);
    }

    #[test]
    fn a_higher_ballot_that_had_proposed_before_is_found_when_the_lower_is_chosen() {
        let mut decree = of_three();
        let (low, high) = (Ballot::new(1, 0), Ballot::new(1, 2));
        let notes = [(0, proposed(low, 7, &[0, 1])), (2, proposed(high, 9, &[1, 2])), (0, accepted(low, 7))];
        assert_eq!(violated(&mut decree, &notes), []);
        assert_eq!(violated(&mut decree, &[(1, accepted(low, 7))])[0], Invariant::LeaderCompleteness);
    }

    #[test]
    fn a_quorum_that_meets_nobody_who_chose_is_found_whatever_it_proposes() {
        let (mut decree, ballot) = (seven_chosen(), Ballot::new(2, 2));
        assert_eq!(violated(&mut decree, &[(2, proposed(ballot, 7, &[2]))]), [Invariant::LeaderCompleteness]);
    }

    #[test]
    fn a_value_that_nobody_asked_for_is_found() {
        let mut decree = of_three();
        let notes = [(0, proposed(Ballot::new(1, 0), 8, &[0, 1]))];
        assert_eq!(violated(&mut decree, &notes), [Invariant::Agreement]);
    }

    #[test]
    fn what_too_few_accepted_may_not_be_learned_or_told() {
        let (mut decree, ballot) = (of_three(), Ballot::new(1, 0));
        let notes = [(0, proposed(ballot, 7, &[0, 1])), (0, accepted(ballot, 7))];
        assert_eq!(violated(&mut decree, &notes), []);
        let learned = SynodNote::Learned { ballot, value: Value(7) };
        assert_eq!(violated(&mut decree, &[(0, learned)]), [Invariant::Durability]);
        assert_eq!(decree.acknowledged(SESSION, 1, propose(7), Answer::Done)[0].0, Invariant::Durability);
    }

    #[test]
    fn a_ballot_prepared_again_after_a_restart_and_its_second_value_are_found() {
        let (mut decree, ballot) = (of_three(), Ballot::new(1, 0));
        let notes = [(0, SynodNote::Prepared { ballot }), (0, proposed(ballot, 7, &[0, 1]))];
        assert_eq!(violated(&mut decree, &notes), []);
        decree.booted(0);
        let remembers = SynodNote::Remembers { promised: Ballot::NONE, accepted: NOTHING };
        let notes = [(0, remembers), (0, SynodNote::Prepared { ballot }), (0, proposed(ballot, 9, &[0, 2]))];
        assert_eq!(violated(&mut decree, &notes), [Invariant::OneLeader, Invariant::LogMatching]);
    }

    #[test]
    fn an_acceptor_that_goes_behind_its_promise_is_found_running_or_restarted() {
        let (low, high) = (Ballot::new(1, 0), Ballot::new(2, 1));
        let promised = SynodNote::Promised { ballot: high, accepted: NOTHING };
        let mut decree = of_three();
        let notes = [(0, proposed(low, 7, &[0, 1])), (2, promised), (2, accepted(low, 7))];
        assert_eq!(violated(&mut decree, &notes), [Invariant::Monotonic]);
        let mut decree = of_three();
        assert_eq!(violated(&mut decree, &[(2, promised)]), []);
        decree.booted(2);
        let remembers = SynodNote::Remembers { promised: low, accepted: NOTHING };
        assert_eq!(violated(&mut decree, &[(2, remembers)]), [Invariant::Monotonic]);
    }

    #[test]
    fn an_acceptance_that_a_restart_loses_is_found_unless_the_disk_is_known_to_be_lost() {
        let remembers = SynodNote::Remembers { promised: Ballot::new(1, 0), accepted: NOTHING };
        let mut decree = seven_chosen();
        decree.booted(1);
        assert_eq!(violated(&mut decree, &[(1, remembers)]), [Invariant::Durability]);
        let mut decree = seven_chosen();
        decree.booted(1);
        decree.excuse(1);
        let learned = SynodNote::Learned { ballot: Ballot::new(1, 0), value: Value(7) };
        assert_eq!(violated(&mut decree, &[(1, learned)]), []);
    }

    #[test]
    fn a_vote_that_was_written_and_told_to_nobody_counts_once_it_is_remembered() {
        let (mut decree, ballot) = (of_three(), Ballot::new(1, 0));
        let notes = [(0, proposed(ballot, 7, &[0, 1])), (0, accepted(ballot, 7))];
        assert_eq!(violated(&mut decree, &notes), []);
        decree.booted(1);
        let remembers = SynodNote::Remembers { promised: ballot, accepted: (ballot, Value(7)) };
        let learned = SynodNote::Learned { ballot, value: Value(7) };
        assert_eq!(violated(&mut decree, &[(1, remembers), (2, learned)]), []);
    }
}
