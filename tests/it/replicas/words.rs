//! What a step of a replica asked for, in words.

use seedbed::consensus::replica;
use seedbed::kernel::{Message as _, Write};
use seedbed::model::log::{Command, Entry};
use seedbed::model::membership::{Configuration, Slots};
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Answer, Op};
use seedbed::model::operation::Progress;
use seedbed::model::request::Response;

use super::script::Scripted;

/// An entry: its term and what it commands.
pub fn describe_entry(entry: &Entry) -> String {
    let what = match entry.command {
        Command::Noop => "noop".into(),
        Command::Reconfigure(configuration) => describe_configuration(&configuration),
        Command::Apply { op, .. } => describe_op(op),
    };
    format!("{}:{what}", entry.term.0)
}

/// Voters, then those whom they replace, then learners: `voters=123 outgoing=12 learners=4`.
fn describe_configuration(configuration: &Configuration) -> String {
    let Configuration { voters, outgoing, learners } = configuration;
    let part = |name: &str, slots: Slots| match slots.is_empty() {
        true => String::new(),
        false => format!(" {name}={}", numbers(slots)),
    };
    format!("voters={}{}{}", numbers(*voters), part("outgoing", *outgoing), part("learners", *learners))
}

fn numbers(slots: Slots) -> String {
    slots.iter().map(|slot| (slot + 1).to_string()).collect()
}

fn describe_op(op: Op) -> String {
    match op {
        Op::Read { key } => format!("read(k{})", key.0),
        Op::Write { key, value } => format!("write(k{} v{})", key.0, value.0),
        Op::Append { key, value } => format!("append(k{} v{})", key.0, value.0),
        Op::Cas { key, expected, new } => format!("cas(k{} v{} v{})", key.0, expected.0, new.0),
        Op::Propose { key, value } => format!("propose(k{} v{})", key.0, value.0),
    }
}

/// In words.
pub fn describe<C: Scripted>(message: &replica::Message<C::Message>) -> String {
    let name = message.name();
    match message {
        replica::Message::Request(request) => format!("{name} {}", describe_op(request.op)),
        replica::Message::Reply(reply) => {
            let response = match reply.response {
                Response::Ok(Answer::Read(reading)) if reading.length == 0 => "absent".into(),
                Response::Ok(Answer::Read(reading)) => format!("v{} of {}", reading.last.0, reading.length),
                Response::Ok(Answer::Done) => "done".into(),
                Response::Ok(Answer::Mismatch(_)) => "mismatch".into(),
                Response::Redirect { leader } => {
                    format!("redirect to {}", leader.map_or("nobody".into(), |id| (id.0 + 1).to_string()))
                }
                Response::Rejected => "rejected".into(),
            };
            format!("{name} {}.{} {response}", reply.slot, reply.sequence)
        }
        replica::Message::Order(_) => name.into(),
        replica::Message::OrderReply(reply) => match reply.progress {
            Progress::Done => format!("{name} done"),
            Progress::Working => format!("{name} working"),
            Progress::NotLeader { leader } => {
                format!("{name} redirect to {}", leader.map_or("nobody".into(), |id| (id.0 + 1).to_string()))
            }
            Progress::Refused(objection) => format!("{name} refused: {objection}"),
        },
        replica::Message::Peer(message) => format!("{name} {}", C::describe_message(message)),
    }
}

/// In words.
pub fn describe_write<C: Scripted>(area: u8, write: &Write<C::Record>) -> String {
    let area = C::AREAS[usize::from(area)];
    match write {
        Write::Append(record) | Write::Replace(record) => {
            format!("write {area} {}", C::describe_record(record))
        }
        Write::TruncateSuffix { from } => format!("write {area} truncated from position {from}"),
        Write::TruncatePrefix { to } => format!("write {area} cut to position {to}"),
    }
}

/// In words.
pub fn describe_note(note: &ConsensusNote) -> String {
    match note {
        ConsensusNote::Campaigned { term, pre_vote: false } => format!("campaigned for term {}", term.0),
        ConsensusNote::Campaigned { term, pre_vote: true } => {
            format!("asked for pre-votes for term {}", term.0)
        }
        ConsensusNote::Promised { term, to: Some(to) } => format!("promised term {} to {}", term.0, to.0),
        ConsensusNote::Promised { term, to: None } => format!("promised term {}", term.0),
        ConsensusNote::ElectedBy { term, by } => format!("elected in term {} by {}", term.0, by.numbers()),
        ConsensusNote::BecameLeader { term, last_index } => {
            format!("became leader of term {} at {}", term.0, last_index.0)
        }
        ConsensusNote::SteppedDown { term } => format!("stepped down in term {}", term.0),
        ConsensusNote::Appended { index, term, .. } => format!("appended {}/{}", index.0, term.0),
        ConsensusNote::Accepted { index, term, .. } => format!("accepted {}/{}", index.0, term.0),
        ConsensusNote::Truncated { from } => format!("truncated from {}", from.0),
        ConsensusNote::Synced { through } => format!("synced through {}", through.0),
        ConsensusNote::Committed { index, term, .. } => format!("committed {}/{}", index.0, term.0),
        ConsensusNote::Applied { index, session, sequence } => {
            format!("applied {} ({}.{sequence})", index.0, session.slot)
        }
        ConsensusNote::Served { index, session, sequence } => {
            format!("served a read at {} ({}.{sequence})", index.0, session.slot)
        }
        ConsensusNote::Installed { index, term, .. } => format!("installed {}/{}", index.0, term.0),
        ConsensusNote::Compacted { index } => format!("compacted through {}", index.0),
        ConsensusNote::Configured { voters, outgoing, .. } => {
            let configuration = Configuration { voters: *voters, outgoing: *outgoing, learners: Slots::NONE };
            format!("configured {}", describe_configuration(&configuration))
        }
        ConsensusNote::Foreseen { voters, .. } => {
            format!("foresees {}", describe_configuration(&Configuration::of_voters(*voters)))
        }
        ConsensusNote::Synod(note) => note.words(&|slot| (slot + 1).to_string()),
        ConsensusNote::Recovering => "recovers: its disk is new".into(),
        ConsensusNote::Rejoined => "was taken in again".into(),
        ConsensusNote::Halted { why } => format!("halted: {why}"),
    }
}
