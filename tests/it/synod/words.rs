//! Messages, records, notes and nodes in words.

use seedbed::consensus::replica;
use seedbed::consensus::synod::{Memory, Message, Synod};
use seedbed::kernel::{Message as _, Write};
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Answer, Op};
use seedbed::model::request::Response;
use seedbed::model::synod::{Ballot, Vote};

use super::world::Words;

/// `7@1.2`: the value 7, of ballot 1.2.
fn vote(Vote { ballot, value, .. }: &Vote) -> String {
    format!("{}@{ballot}", value.0)
}

fn accepted(accepted: Option<&Vote>) -> String {
    accepted.map_or_else(|| "nothing".to_owned(), vote)
}

pub fn message(message: &Words) -> String {
    let name = message.name();
    match message {
        replica::Message::Peer(peer) => match peer {
            Message::Prepare { ballot } => format!("{name} {ballot}"),
            Message::Promise { ballot, accepted: told } => {
                format!("{name} {ballot} accepted={}", accepted(told.as_ref()))
            }
            Message::Accept(told) | Message::Accepted(told) | Message::Chosen(told) => {
                format!("{name} {}", vote(told))
            }
            Message::Refused { ballot, promised } => format!("{name} {ballot} promised={promised}"),
            Message::Ask => name.to_owned(),
        },
        replica::Message::Request(request) => match request.op {
            Op::Propose { value, .. } => format!("{name} propose {}", value.0),
            Op::Read { .. } => format!("{name} read"),
            Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } => format!("{name} {}", request.op),
        },
        replica::Message::Reply(reply) => match reply.response {
            Response::Ok(Answer::Read(held)) if held.length == 0 => format!("{name} nothing"),
            Response::Ok(Answer::Read(held)) => format!("{name} {}", held.last.0),
            Response::Ok(Answer::Done) => format!("{name} done"),
            Response::Ok(Answer::Mismatch(held)) => format!("{name} chosen was {}", held.last.0),
            Response::Redirect { .. } => format!("{name} ask another"),
            Response::Rejected => format!("{name} rejected"),
        },
        replica::Message::Order(_) | replica::Message::OrderReply(_) => name.to_owned(),
    }
}

fn some(ballot: Ballot) -> String {
    ballot.some().map_or_else(|| "-".to_owned(), |ballot| ballot.to_string())
}

pub fn write(write: &Write<Memory>) -> String {
    let Write::Replace(Memory { tried, promised, accepted: held }) = write else {
        unreachable!("the one cell is only replaced")
    };
    format!("write tried={} promised={} accepted={}", some(*tried), some(*promised), accepted(held.as_ref()))
}

pub fn note(note: &ConsensusNote) -> String {
    match note {
        ConsensusNote::Synod(note) => note.words(&|slot| (slot + 1).to_string()),
        other => crate::replicas::words::describe_note(other),
    }
}

pub fn node(node: &Synod) -> String {
    let (phase, ballot) = node.proposing();
    let ballot = ballot.map_or_else(String::new, |ballot| format!(" {ballot}"));
    let Memory { tried, promised, accepted: held } = node.memory();
    format!(
        "{phase}{ballot} tried={} promised={} accepted={} chosen={}",
        some(tried),
        some(promised),
        accepted(held.as_ref()),
        accepted(node.chosen().as_ref())
    )
}
