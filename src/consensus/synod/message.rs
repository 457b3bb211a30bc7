//! What goes between the nodes.

use crate::kernel;
use crate::model::request::HEADER_BYTES;
use crate::model::synod::{Ballot, Vote};

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message {
    /// Phase 1a, to acceptors: promise to accept nothing in a lower ballot, and tell what you accepted.
    Prepare {
        /// The ballot.
        ballot: Ballot,
    },
    /// Phase 1b, to the proposer.
    Promise {
        /// The ballot.
        ballot: Ballot,
        /// What the acceptor accepted in the highest ballot, if anything.
        accepted: Option<Vote>,
    },
    /// Phase 2a, to acceptors: accept this value in its ballot.
    Accept(Vote),
    /// Phase 2b, to learners: it is accepted.
    Accepted(Vote),
    /// To the proposer: the acceptor promised a higher ballot than this one.
    Refused {
        /// The ballot.
        ballot: Ballot,
        /// The one promised.
        promised: Ballot,
    },
    /// From a learner to the others: this is chosen.
    Chosen(Vote),
    /// From a learner that knows of nothing chosen: do you, or what have you accepted?
    Ask,
}

/// Bytes of a ballot or another small number on the wire.
const WORD: u32 = 8;

/// Bytes of a ballot and a value.
fn vote_bytes(vote: &Vote) -> u32 {
    2 * WORD + vote.size
}

impl kernel::Message for Message {
    const NAMES: &'static [&'static str] =
        &["prepare", "promise", "accept", "accepted", "refused", "chosen", "ask"];

    fn kind(&self) -> u16 {
        match self {
            Message::Prepare { .. } => 0,
            Message::Promise { .. } => 1,
            Message::Accept(_) => 2,
            Message::Accepted(_) => 3,
            Message::Refused { .. } => 4,
            Message::Chosen(_) => 5,
            Message::Ask => 6,
        }
    }

    fn size(&self) -> u32 {
        match self {
            Message::Prepare { .. } => HEADER_BYTES + WORD,
            Message::Promise { accepted, .. } => {
                HEADER_BYTES + WORD + accepted.as_ref().map_or(WORD, vote_bytes)
            }
            Message::Accept(vote) | Message::Accepted(vote) | Message::Chosen(vote) => {
                HEADER_BYTES + vote_bytes(vote)
            }
            Message::Refused { .. } => HEADER_BYTES + 2 * WORD,
            Message::Ask => HEADER_BYTES,
        }
    }

    fn says(&self) -> String {
        let vote = |vote: &Vote| format!("ballot {}, value {}", vote.ballot, vote.value.0);
        match self {
            Message::Prepare { ballot } => format!("ballot {ballot}"),
            Message::Promise { ballot, accepted: None } => format!("ballot {ballot}, nothing accepted"),
            Message::Promise { ballot, accepted: Some(accepted) } => {
                format!("ballot {ballot}, accepted {} in {}", accepted.value.0, accepted.ballot)
            }
            Message::Accept(one) | Message::Accepted(one) | Message::Chosen(one) => vote(one),
            Message::Refused { ballot, promised } => format!("ballot {ballot}: promised {promised}"),
            Message::Ask => String::new(),
        }
    }
}

const _: () =
    assert!(size_of::<Message>() <= 24, "a message must fit the wire, beside others' and their tag");
