//! Notes as a trace writes them: every word that enters a note's digest shows, so that what differs can be seen.

use std::fmt::Debug;

use crate::kernel::NodeId;
use crate::model::history::{Reason, SessionId};
use crate::model::note::{Asked, ClientNote, ConsensusNote, OperatorNote, ServiceNote};
use crate::model::op::{Answer, Op, Reading, Value};
use crate::model::synod::{Ballot, SynodNote};
use crate::run::operation::Ending;
use crate::systems::Note;

use super::line::Line;

/// Adds a note to the line; `name_of` names nodes.
pub(super) fn add<'a, N: Debug>(line: &mut Line, note: &Note<N>, name_of: impl Fn(NodeId) -> &'a str) {
    match note {
        Note::Consensus(note) => consensus(line, note, name_of),
        Note::Client(note) | Note::Service(ServiceNote::Store(note)) => client(line, note, name_of),
        Note::Service(note) => service(line, note, name_of),
        Note::Operator(note) => operator(line, note),
        Note::Custom(note) => {
            line.note("custom");
            line.text("said", &format!("{note:?}"));
        }
    }
}

fn consensus<'a>(line: &mut Line, note: &ConsensusNote, name_of: impl Fn(NodeId) -> &'a str) {
    let session = |line: &mut Line, session: SessionId, sequence: u32| {
        line.text("client", name_of(session.node));
        line.integer("slot", session.slot);
        line.integer("sequence", sequence);
    };
    match *note {
        ConsensusNote::Campaigned { term, pre_vote } => {
            line.note(if pre_vote { "asked-pre-vote" } else { "campaigned" });
            line.integer("term", term.0);
        }
        ConsensusNote::Promised { term, to } => {
            line.note("promised");
            line.integer("term", term.0);
            if let Some(to) = to {
                line.text("to", name_of(to));
            }
        }
        ConsensusNote::ElectedBy { term, by } => {
            line.note("elected");
            line.integer("term", term.0);
            line.text("by", &by.numbers());
        }
        ConsensusNote::BecameLeader { term, last_index } => {
            line.note("became-leader");
            line.integer("term", term.0);
            line.integer("index", last_index.0);
        }
        ConsensusNote::SteppedDown { term } => {
            line.note("stepped-down");
            line.integer("term", term.0);
        }
        ConsensusNote::Appended { index, term, prefix } => {
            line.note("appended");
            line.integer("index", index.0);
            line.integer("term", term.0);
            line.digest("prefix", prefix);
        }
        ConsensusNote::Accepted { index, term, value } => {
            line.note("accepted");
            line.integer("index", index.0);
            line.integer("term", term.0);
            line.digest("value", value);
        }
        ConsensusNote::Truncated { from } => {
            line.note("truncated");
            line.integer("index", from.0);
        }
        ConsensusNote::Synced { through } => {
            line.note("synced");
            line.integer("index", through.0);
        }
        ConsensusNote::Committed { index, term, prefix } => {
            line.note("committed");
            line.integer("index", index.0);
            line.integer("term", term.0);
            line.digest("prefix", prefix);
        }
        ConsensusNote::Applied { index, session: whose, sequence } => {
            line.note("applied");
            line.integer("index", index.0);
            session(line, whose, sequence);
        }
        ConsensusNote::Served { index, session: whose, sequence } => {
            line.note("served");
            line.integer("index", index.0);
            session(line, whose, sequence);
        }
        ConsensusNote::Installed { index, term, prefix } => {
            line.note("installed");
            line.integer("index", index.0);
            line.integer("term", term.0);
            line.digest("prefix", prefix);
        }
        ConsensusNote::Compacted { index } => {
            line.note("compacted");
            line.integer("index", index.0);
        }
        ConsensusNote::Configured { voters, outgoing, quorum } => {
            line.note("configured");
            line.text("voters", &voters.numbers());
            if !outgoing.is_empty() {
                line.text("outgoing", &outgoing.numbers());
            }
            if quorum > 0 {
                line.integer("quorum", quorum);
            }
        }
        ConsensusNote::Synod(note) => synod(line, note),
        ConsensusNote::Foreseen { voters, quorum } => {
            line.note("foreseen");
            line.text("voters", &voters.numbers());
            if quorum > 0 {
                line.integer("quorum", quorum);
            }
        }
        ConsensusNote::Recovering => line.note("recovering"),
        ConsensusNote::Rejoined => line.note("rejoined"),
        ConsensusNote::Halted { why } => {
            line.note("halted");
            line.text("why", &why.to_string());
        }
    }
}

fn synod(line: &mut Line, note: SynodNote) {
    line.note(note.name());
    line.text("ballot", &note.ballot().to_string());
    let accepted = |line: &mut Line, (ballot, value): (Ballot, Value)| {
        line.text("accepted_in", &ballot.to_string());
        line.integer("value", value.0);
    };
    match note {
        SynodNote::Prepared { .. } => {}
        SynodNote::Remembers { accepted: vote, .. } | SynodNote::Promised { accepted: vote, .. } => {
            accepted(line, vote);
        }
        SynodNote::Refused { promised, .. } => line.text("promised", &promised.to_string()),
        SynodNote::Proposed { value, adopted, promised_by, .. } => {
            accepted(line, (adopted, value));
            line.text("promised_by", &promised_by.numbers());
        }
        SynodNote::FoundNothing { promised_by, .. } => line.text("promised_by", &promised_by.numbers()),
        SynodNote::Accepted { value, .. } | SynodNote::Learned { value, .. } => {
            line.integer("value", value.0)
        }
        SynodNote::GaveUp { higher, wait, .. } => {
            line.text("higher", &higher.to_string());
            line.integer("wait_ns", wait.0);
        }
    }
}

fn operator(line: &mut Line, note: &OperatorNote) {
    match *note {
        OperatorNote::Ordered { number } => {
            line.note("ordered");
            line.integer("number", number);
        }
        OperatorNote::Ended { number, ended, attempts } => {
            line.note("order-ended");
            line.integer("number", number);
            line.text("outcome", ended.outcome());
            line.text("reason", &ended.reason());
            line.integer("attempts", attempts);
        }
    }
}

fn client<'a>(line: &mut Line, note: &ClientNote, name_of: impl Fn(NodeId) -> &'a str) {
    match *note {
        ClientNote::Invoked { slot, sequence, number, server, intended, asked } => {
            line.note("invoked");
            line.integer("slot", slot);
            line.integer("sequence", sequence);
            line.integer("number", number);
            line.text("server", name_of(server));
            line.integer("intended_ns", intended.0);
            match asked {
                Asked::Store(op) => operation(line, op),
                Asked::Call { path } => line.integer("path", path),
            }
        }
        ClientNote::Returned { slot, outcome, attempts } => {
            line.note("returned");
            line.integer("slot", slot);
            line.integer("attempts", attempts);
            let (ending, reason) = Ending::of(outcome);
            line.text("outcome", ending.name());
            if let Some(reason) = reason {
                line.text("reason", Reason::name(reason));
            }
            match outcome {
                crate::model::history::Outcome::Ok(Answer::Read(found)) => reading(line, found),
                crate::model::history::Outcome::Ok(Answer::Mismatch(found)) => {
                    line.truth("matched", false);
                    reading(line, found);
                }
                crate::model::history::Outcome::Ok(Answer::Done)
                | crate::model::history::Outcome::Fail(_)
                | crate::model::history::Outcome::Unknown(_) => {}
            }
        }
    }
}

fn operation(line: &mut Line, op: Op) {
    line.text("op", op.kind().name());
    line.integer("key", op.key().0);
    match op {
        Op::Read { .. } => {}
        Op::Write { value, .. } | Op::Append { value, .. } | Op::Propose { value, .. } => {
            line.integer("value", value.0);
        }
        Op::Cas { expected, new, .. } => {
            line.integer("expected", expected.0);
            line.integer("new", new.0);
        }
    }
}

fn reading(line: &mut Line, reading: Reading) {
    line.integer("last", reading.last.0);
    line.integer("length", reading.length);
    line.digest("reading", reading.digest());
}

fn service<'a>(line: &mut Line, note: &ServiceNote, name: impl Fn(NodeId) -> &'a str) {
    match *note {
        ServiceNote::Taken { frame, caller, call, sequence, in_system } => {
            line.note("taken");
            line.integer("frame", frame);
            line.text("caller", name(caller));
            line.integer("call", SessionId::client(call));
            line.integer("sequence", sequence);
            line.integer("in_system", in_system);
        }
        ServiceNote::Refused { status } => {
            line.note("refused");
            line.text("status", status.name());
        }
        ServiceNote::Called { call, sequence, frame, attempt, to } => {
            line.note("called");
            line.integer("frame", frame);
            line.integer("call", call);
            line.integer("sequence", sequence);
            line.integer("attempt", attempt);
            line.text("to", name(to));
        }
        ServiceNote::Heard { call, frame, status } => {
            line.note("heard");
            line.integer("frame", frame);
            line.integer("call", call);
            line.text("status", status.name());
        }
        ServiceNote::Forked { frame, parent } => {
            line.note("forked");
            line.integer("frame", frame);
            line.integer("parent", parent);
        }
        ServiceNote::Joined { frame, parent, decides, service } => {
            line.note("joined");
            line.integer("frame", frame);
            line.integer("parent", parent);
            line.truth("decides", decides);
            line.integer("service_ns", service.0);
        }
        ServiceNote::Finished { frame, is_answer, status, service } => {
            line.note("finished");
            line.integer("frame", frame);
            line.truth("answers", is_answer);
            line.text("status", status.name());
            line.integer("service_ns", service.0);
        }
        ServiceNote::Store(_) => unreachable!("it is written as the client's note that it is"),
    }
}
