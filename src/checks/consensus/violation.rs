//! What was found, as data and in words.

use crate::kernel::{NodeId, Time};
use crate::model::history::SessionId;
use crate::model::log::{LogIndex, Term};
use crate::model::op::Value;
use crate::model::synod::Ballot;

use super::invariant::Invariant;

/// The first violation of an invariant, and how many there were.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvariantViolation {
    /// What was violated.
    pub invariant: Invariant,
    /// When it showed.
    pub at: Time,
    /// The node whose note showed it.
    pub node: NodeId,
    /// The node that it is at odds with, where there is one: possibly itself, before a restart.
    pub other: Option<NodeId>,
    /// What was seen.
    pub what: What,
    /// How often the invariant was violated, this time included.
    pub count: u64,
}

/// What was seen of a violation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// `one-leader`: the node became leader of a term that `other` had won.
    SecondLeader {
        /// The term.
        term: Term,
    },
    /// `log-matching`: the node and `other` held an entry of the same index and term, behind different
    /// prefixes.
    LogsDiffer {
        /// The entry's index.
        index: LogIndex,
        /// The entry's term.
        term: Term,
    },
    /// `log-matching`: the node accepted another value in a slot than `other`, in the same ballot.
    ValuesDiffer {
        /// The slot.
        index: LogIndex,
        /// The ballot.
        ballot: Term,
    },
    /// `leader-completeness`: a ballot proposes another value than was chosen in a lower one.
    ChosenOverruled {
        /// The slot.
        index: LogIndex,
        /// The ballot.
        ballot: Term,
        /// The ballot in which another was chosen.
        chosen_in: Term,
    },
    /// `leader-completeness`: a new leader's log lacks what was committed.
    LeaderLacks {
        /// The term that it leads.
        term: Term,
        /// The first index that it lacks, or where it has another entry.
        index: LogIndex,
        /// The term in which that was committed.
        committed_in: Term,
    },
    /// `agreement`: the node committed another entry than `other` had.
    CommittedDiffers {
        /// The first index where they differ.
        index: LogIndex,
    },
    /// `agreement`: the node applied another operation than was applied before.
    AppliedDiffers {
        /// Where.
        index: LogIndex,
        /// What it applied: session and sequence number.
        applied: (SessionId, u32),
        /// What was applied before.
        before: (SessionId, u32),
    },
    /// `agreement`: the node applied what it did not know to be committed.
    AppliedEarly {
        /// What it applied.
        index: LogIndex,
        /// The last index it knew to be committed.
        committed: LogIndex,
    },
    /// `durability`: the node committed what no quorum held.
    CommittedTooEarly {
        /// What it committed.
        index: LogIndex,
        /// How many held it.
        shortfall: Shortfall,
    },
    /// `durability`: the node removed entries, and no quorum holds any more what is committed.
    QuorumLost {
        /// The last committed index.
        index: LogIndex,
        /// How many hold it.
        shortfall: Shortfall,
    },
    /// `durability`: the node restarted without what had been durable and committed.
    Vanished {
        /// The first index that is missing.
        index: LogIndex,
        /// The last.
        through: LogIndex,
    },
    /// `durability`: the node restarted without what it had accepted.
    VotesVanished {
        /// The first slot that is missing.
        index: LogIndex,
        /// The last.
        through: LogIndex,
    },
    /// `durability`: a client was told that an operation took effect which no replica had applied.
    NeverApplied {
        /// Whose operation.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
    },
    /// `exactly-once`: an operation took effect at two indices.
    AppliedTwice {
        /// Whose operation.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
        /// Where it took effect first.
        first: LogIndex,
        /// Where it did again.
        second: LogIndex,
    },
    /// `monotonic`: the node's term fell.
    TermFell {
        /// The term it had been in.
        from: Term,
        /// The lower one it noted.
        to: Term,
    },
    /// `monotonic`: the node promised less, or remembers less, than it had promised.
    PromiseForgotten {
        /// The term that it had promised.
        from: Term,
        /// The lower one.
        to: Term,
    },
    /// `monotonic`: the node accepted in a lower ballot than it had promised.
    PromiseBroken {
        /// The slot.
        index: LogIndex,
        /// The ballot in which it accepted.
        ballot: Term,
        /// The one that it had promised.
        promised: Term,
    },
    /// `monotonic`: the node voted for two in one term, or does not remember that it voted.
    VoteChanged {
        /// The term.
        term: Term,
        /// For whom it had voted.
        first: NodeId,
        /// For whom it votes now, if for anybody.
        second: Option<NodeId>,
    },
    /// `one-leader`: too few had voted for the node that leads.
    ElectedByTooFew {
        /// The term.
        term: Term,
        /// How many had.
        shortfall: Shortfall,
    },
    /// `leader-completeness`: of those who promised a ballot, nobody was of those who had chosen a value in a lower one.
    SlotQuorumsPart {
        /// The slot.
        index: LogIndex,
        /// The ballot.
        ballot: Term,
        /// The one in which a value was chosen there.
        chosen_in: Term,
    },
    /// `monotonic`: the node's committed index fell.
    CommitFell {
        /// What it had committed.
        from: LogIndex,
        /// The lower index it noted.
        to: LogIndex,
    },
    /// `monotonic`: the node applied again what was in its state.
    AppliedAgain {
        /// What it had applied up to.
        last: LogIndex,
        /// What it applied.
        index: LogIndex,
    },
    /// `one-leader`: the node prepared a ballot that `other` had prepared: itself, before a restart.
    BallotReused {
        /// The ballot.
        ballot: Ballot,
    },
    /// `log-matching`: two values in one ballot, whose proposer is `other`.
    BallotOfTwoValues {
        /// The ballot.
        ballot: Ballot,
    },
    /// `leader-completeness`: a ballot proposes another value than was chosen in a lower one.
    BallotOverrules {
        /// The ballot.
        ballot: Ballot,
        /// The one in which a value was chosen.
        chosen_in: Ballot,
        /// The value.
        chosen: Value,
    },
    /// `leader-completeness`: a ballot's promises came from none of those who had chosen a value in a lower one.
    QuorumsPart {
        /// The ballot.
        ballot: Ballot,
        /// The one in which a value was chosen.
        chosen_in: Ballot,
    },
    /// `agreement`: another value is chosen than before.
    SecondChosen {
        /// The ballot in which it is.
        ballot: Ballot,
        /// The value.
        value: Value,
        /// The ballot in which another was chosen before.
        chosen_in: Ballot,
        /// That value.
        chosen: Value,
    },
    /// `agreement`: a value is proposed that no client had asked for.
    NeverProposed {
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: Value,
    },
    /// `agreement`: the node learned another value than is chosen.
    LearnedOther {
        /// What it learned.
        value: Value,
        /// What is chosen.
        chosen: Value,
    },
    /// `durability`: the node took for chosen what no quorum had accepted.
    LearnedTooEarly {
        /// The ballot.
        ballot: Ballot,
        /// How many had accepted.
        shortfall: Shortfall,
    },
    /// `durability`: the node restarted without what it had accepted.
    AcceptanceLost {
        /// The ballot in which it had.
        ballot: Ballot,
    },
    /// `durability`: a client was told that a value is chosen which was not.
    ToldUnchosen {
        /// Whose operation.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
    },
    /// `exactly-once`: two proposals were told that they are the one chosen.
    SecondWinner {
        /// Whose operation the second is.
        session: SessionId,
        /// Which of the session's operations.
        sequence: u32,
    },
    /// `monotonic`: an acceptor went back behind its promise.
    PromiseFell {
        /// The ballot that it had promised.
        from: Ballot,
        /// The lower one that it promised, accepted in or remembered.
        to: Ballot,
    },
}

/// How many replicas hold something durably, when more must.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shortfall {
    /// How many do.
    pub holders: u32,
    /// How many there are.
    pub replicas: u32,
    /// How many must.
    pub quorum: u32,
}

/// What a check hands back when an invariant does not hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub other: Option<NodeId>,
    pub what: What,
}

impl Found {
    pub fn between(other: NodeId, what: What) -> Found {
        Found { other: Some(other), what }
    }

    pub fn alone(what: What) -> Found {
        Found { other: None, what }
    }
}

impl InvariantViolation {
    /// Says in one sentence, without a full stop, what was seen, and when. `names` gives a node's name, such
    /// as `kv.2`.
    pub fn explain(&self, names: &dyn Fn(NodeId) -> String) -> String {
        format!("{} (t = {})", self.seen(names), self.at.exact())
    }

    fn seen(&self, names: &dyn Fn(NodeId) -> String) -> String {
        let node = names(self.node);
        let client = |session: SessionId| format!("{}#{}", names(session.node), session.slot);
        match self.what {
            What::SecondLeader { term } => match self.other {
                Some(other) if other != self.node => {
                    format!(
                        "{node} became leader of term {}, which {} had become before",
                        term.0,
                        names(other)
                    )
                }
                Some(_) | None => format!("{node} became leader of term {} again after a restart", term.0),
            },
            What::LogsDiffer { index, term } => {
                let entry = format!("entry {} of term {}", index.0, term.0);
                match self.other {
                    Some(other) if other != self.node => {
                        format!("{node} and {} hold different logs up to {entry}", names(other))
                    }
                    Some(_) | None => format!("{node} held a different log up to {entry} before"),
                }
            }
            What::ValuesDiffer { index, ballot } => {
                let other = self.other.map_or_else(|| String::from("was before"), names);
                let (index, ballot) = (index.0, ballot.0);
                format!("{node} accepted another value than {other} in slot {index} and ballot {ballot}")
            }
            What::ChosenOverruled { index, ballot, chosen_in } => format!(
                "{node} showed that another value was accepted in slot {} and ballot {} than had been chosen in ballot {}",
                index.0, ballot.0, chosen_in.0
            ),
            What::LeaderLacks { term, index, committed_in } => format!(
                "{node} became leader of term {} without entry {}, which had been committed in term {}",
                term.0, index.0, committed_in.0
            ),
            What::CommittedDiffers { index } => {
                let other = self.other.map_or_else(|| String::from("was committed before"), names);
                format!("{node} committed another entry {} than {other}", index.0)
            }
            What::AppliedDiffers { index, applied, before } => format!(
                "{node} applied operation {} of {} at index {}, where operation {} of {} was applied before",
                applied.1,
                client(applied.0),
                index.0,
                before.1,
                client(before.0)
            ),
            What::AppliedEarly { index, committed } => {
                format!("{node} applied index {} when it knew of commits up to {}", index.0, committed.0)
            }
            What::CommittedTooEarly { index, shortfall } => {
                let Shortfall { holders, replicas, quorum } = shortfall;
                let index = index.0;
                format!(
                    "{node} committed index {index} while {holders} of {replicas} replicas held it durably and \
                     {quorum} must"
                )
            }
            What::QuorumLost { index, shortfall } => {
                let Shortfall { holders, replicas, quorum } = shortfall;
                let index = index.0;
                format!(
                    "{node} removed entries, after which {holders} of {replicas} replicas held index {index} \
                     durably; it is committed and {quorum} must"
                )
            }
            What::Vanished { index, through } if index == through => {
                format!("{node} came back without index {}, which was committed and durable on it", index.0)
            }
            What::Vanished { index, through } => format!(
                "{node} came back without indices {} to {}, which were committed and durable on it",
                index.0, through.0
            ),
            What::VotesVanished { index, through } if index == through => {
                format!("{node} came back without what it had accepted in slot {}", index.0)
            }
            What::VotesVanished { index, through } => {
                format!("{node} came back without what it had accepted in slots {} to {}", index.0, through.0)
            }
            What::NeverApplied { session, sequence } => format!(
                "{} was told that its operation {sequence} took effect, but no replica had applied it",
                client(session)
            ),
            What::AppliedTwice { session, sequence, first, second } => format!(
                "{node} applied operation {sequence} of {} at index {}; it had taken effect at index {}",
                client(session),
                second.0,
                first.0
            ),
            What::TermFell { from, to } => format!("{node} fell from term {} to {}", from.0, to.0),
            What::PromiseForgotten { from, to } => {
                format!("{node} is bound to no more than term {}, and had promised term {}", to.0, from.0)
            }
            What::PromiseBroken { index, ballot, promised } => format!(
                "{node} accepted in ballot {}, in slot {}, when it had promised ballot {}",
                ballot.0, index.0, promised.0
            ),
            What::VoteChanged { term, first, second: Some(second) } => {
                format!("{node} voted for {} and for {} in term {}", names(first), names(second), term.0)
            }
            What::VoteChanged { term, first, second: None } => format!(
                "{node} voted for {} in term {}, and does not remember that it voted",
                names(first),
                term.0
            ),
            What::ElectedByTooFew { term, shortfall } => {
                let Shortfall { holders, replicas, quorum } = shortfall;
                let term = term.0;
                format!("{node} leads term {term} by {holders} of {replicas} votes, and {quorum} must agree")
            }
            What::SlotQuorumsPart { index, ballot, chosen_in } => format!(
                "{node} leads ballot {}, and none of those who promised it was of those who chose the value of slot {} in ballot {}",
                ballot.0, index.0, chosen_in.0
            ),
            What::CommitFell { from, to } => {
                format!("{node} went from commit index {} back to {}", from.0, to.0)
            }
            What::AppliedAgain { last, index } => {
                format!("{node} applied index {} when it had applied up to {} already", index.0, last.0)
            }
            What::BallotReused { ballot } => format!("{node} prepared ballot {ballot} again after a restart"),
            What::BallotOfTwoValues { ballot } => {
                format!("{node} showed a second value in ballot {ballot}")
            }
            What::BallotOverrules { ballot, chosen_in, chosen } => format!(
                "{node} showed that ballot {ballot} has another value than {}, which was chosen in ballot {chosen_in}",
                chosen.0
            ),
            What::QuorumsPart { ballot, chosen_in } => format!(
                "{node} showed that nobody who promised ballot {ballot} was of those who chose a value in ballot {chosen_in}"
            ),
            What::SecondChosen { ballot, value, chosen_in, chosen } => format!(
                "{node} was the last of a quorum to accept {} in ballot {ballot}, when {} had been chosen in ballot {chosen_in}",
                value.0, chosen.0
            ),
            What::NeverProposed { ballot, value } => {
                format!("{node} proposed {} in ballot {ballot}, which no client had asked for", value.0)
            }
            What::LearnedOther { value, chosen } => {
                format!("{node} took {} for chosen, and {} is", value.0, chosen.0)
            }
            What::LearnedTooEarly { ballot, shortfall } => {
                let Shortfall { holders, replicas, quorum } = shortfall;
                format!(
                    "{node} took the value of ballot {ballot} for chosen, which {holders} of {replicas} had accepted \
                     durably and {quorum} must"
                )
            }
            What::AcceptanceLost { ballot } => {
                format!("{node} came back without what it had accepted in ballot {ballot}")
            }
            What::ToldUnchosen { session, sequence } => format!(
                "{} was told by operation {sequence} that a value is chosen, and it was not",
                client(session)
            ),
            What::SecondWinner { session, sequence } => format!(
                "{} was told that its operation {sequence} is the one chosen, and so had been another",
                client(session)
            ),
            What::PromiseFell { from, to } => {
                format!("{node} went back to ballot {to} when it had promised ballot {from}")
            }
        }
    }
}
