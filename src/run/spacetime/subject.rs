//! What a violation is about: nodes, entries of a log and operations of clients that a drawing of it must not leave out.

use crate::checks::consensus::{InvariantViolation, What};
use crate::kernel::{NodeId, Time, listed};
use crate::model::history::{Operation, SessionId};
use crate::model::log::{LogIndex, Term};
use crate::model::op::OpKind;

use super::story::{Fact, Step};

/// What a violation is about, as far as it is known.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Subject {
    /// The node whose step showed it.
    pub node: Option<NodeId>,
    /// The node that it is at odds with: possibly itself, before a restart.
    pub other: Option<NodeId>,
    /// Entries of the log.
    pub indices: Vec<LogIndex>,
    /// A term or ballot that it names beside them: one that was led twice, or promised, or in which they are something else.
    pub term: Option<Term>,
    /// Operations: first the one that cannot be explained, then those that show it.
    pub operations: Vec<Asked>,
}

/// An operation of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Whose.
    pub session: SessionId,
    /// When it was asked.
    pub invoked: Time,
    /// When its client was told, or the run ended.
    pub returned: Time,
}

impl Asked {
    /// Whether what `session` said or was told at this time belongs to the operation: a session has one open at most.
    pub fn has(&self, session: SessionId, at: Time) -> bool {
        self.session == session && (self.invoked..=self.returned).contains(&at)
    }
}

impl Subject {
    /// That of an invariant that does not hold.
    pub fn of_invariant(violation: &InvariantViolation) -> Subject {
        let (indices, term) = match violation.what {
            What::SecondLeader { term }
            | What::PromiseForgotten { from: term, .. }
            | What::VoteChanged { term, .. }
            | What::ElectedByTooFew { term, .. } => (Vec::new(), Some(term)),
            What::LogsDiffer { index, term }
            | What::ValuesDiffer { index, ballot: term }
            | What::ChosenOverruled { index, ballot: term, .. }
            | What::LeaderLacks { index, committed_in: term, .. }
            | What::PromiseBroken { index, promised: term, .. }
            | What::SlotQuorumsPart { index, chosen_in: term, .. } => (vec![index], Some(term)),
            What::CommittedDiffers { index }
            | What::AppliedDiffers { index, .. }
            | What::AppliedEarly { index, .. }
            | What::CommittedTooEarly { index, .. }
            | What::QuorumLost { index, .. }
            | What::Vanished { index, .. }
            | What::VotesVanished { index, .. }
            | What::AppliedAgain { index, .. } => (vec![index], None),
            What::CommitFell { from, .. } => (vec![from], None),
            What::AppliedTwice { first, second, .. } => (vec![first, second], None),
            What::NeverApplied { .. }
            | What::TermFell { .. }
            | What::BallotReused { .. }
            | What::BallotOfTwoValues { .. }
            | What::BallotOverrules { .. }
            | What::QuorumsPart { .. }
            | What::SecondChosen { .. }
            | What::NeverProposed { .. }
            | What::LearnedOther { .. }
            | What::LearnedTooEarly { .. }
            | What::AcceptanceLost { .. }
            | What::ToldUnchosen { .. }
            | What::SecondWinner { .. }
            | What::PromiseFell { .. } => (Vec::new(), None),
        };
        Subject { node: Some(violation.node), other: violation.other, indices, term, operations: Vec::new() }
    }

    /// That of a history without an order: `failing` is the operation that cannot be explained, `involved` those that show it, and
    /// `own_order` where the log placed each of them all.
    pub fn of_history(
        operations: &[Operation],
        own_order: &[Option<u64>],
        failing: usize,
        involved: &[usize],
    ) -> Subject {
        let others = involved.iter().copied().filter(|index| *index != failing);
        let asked = |index: usize| {
            let Operation { session, invoked, returned, .. } = operations[index];
            Asked { session, invoked, returned }
        };
        // A read has the place of the last change before it, which is no entry of its own.
        let changes = involved.iter().filter(|index| operations[**index].op.kind() != OpKind::Read);
        let mut indices: Vec<LogIndex> =
            changes.filter_map(|index| own_order.get(*index).copied().flatten()).map(LogIndex).collect();
        indices.sort_unstable();
        indices.dedup();
        Subject {
            node: Some(operations[failing].session.node),
            indices,
            operations: std::iter::once(failing).chain(others).map(asked).collect(),
            ..Subject::default()
        }
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.indices.is_empty() && self.term.is_none() && self.operations.is_empty()
    }

    /// The entries in words: `entry 7`, `entries 7 and 9`; empty if there are none.
    pub fn entries(&self) -> String {
        let numbers: Vec<String> = self.indices.iter().map(|index| index.0.to_string()).collect();
        match numbers.as_slice() {
            [] => String::new(),
            [one] => format!("entry {one}"),
            several => format!("entries {}", listed(several, "and")),
        }
    }

    /// Whether a note says something of its entries or its term. Commits are told by the last index, so that each is looked at with
    /// what the node had committed before.
    pub fn is_touched(&self, fact: Fact, committed_before: LogIndex) -> bool {
        match fact {
            Fact::Holds(index, _) => self.indices.contains(&index),
            Fact::Drops(from) => self.indices.iter().any(|index| *index >= from),
            Fact::Commits(through) => {
                self.indices.iter().any(|index| (committed_before.next()..=through).contains(index))
            }
            Fact::Leads(term) | Fact::Promises(term) => self.term == Some(term),
            Fact::Configures(..) | Fact::Asks(_) | Fact::Returns(_) => false,
        }
    }

    /// Whether any of its entries stands between these, the last included.
    pub fn is_among(&self, (first, last): (LogIndex, LogIndex)) -> bool {
        self.indices.iter().any(|index| (first..=last).contains(index))
    }

    /// Whether a step is of one of its operations: where it was asked, or where its client was told.
    pub fn has_asked<X>(&self, step: &Step<X>) -> bool {
        step.notes.iter().any(|note| match note.fact {
            Some(Fact::Asks(slot) | Fact::Returns(slot)) => {
                let session = SessionId { node: step.node, slot };
                self.operations.iter().any(|asked| asked.has(session, step.at))
            }
            Some(
                Fact::Holds(..)
                | Fact::Drops(_)
                | Fact::Commits(_)
                | Fact::Leads(_)
                | Fact::Promises(_)
                | Fact::Configures(..),
            )
            | None => false,
        })
    }
}
