//! What messages say, in words: for diagrams and dumps.

use crate::model::log::told;

use super::message::{Message, RequestVote};

/// What a message says beyond its name.
pub(super) fn says(message: &Message) -> String {
    let said = match message {
        Message::RequestVote(RequestVote { last_log_term, last_log_index, .. }) => {
            format!("its log ends at {} of term {}", last_log_index.0, last_log_term.0)
        }
        Message::VoteReply { granted, .. } => if *granted { "granted" } else { "refused" }.to_owned(),
        Message::AppendEntries(append) => {
            let (behind, commit) = (append.prev_log_index, append.leader_commit.0);
            let what = match append.entries.is_empty() {
                true => format!("behind entry {}", behind.0),
                false => told(behind.next(), &append.entries),
            };
            format!("{what}; committed {commit}")
        }
        Message::AppendAccepted { match_index, is_learning, .. } => {
            let learning = if *is_learning { ", without a vote" } else { "" };
            format!("holds up to {}{learning}", match_index.0)
        }
        Message::AppendRejected { prev_log_index, conflict_index, .. } => {
            format!("lacks entry {}, differs from {} on", prev_log_index.0, conflict_index.0)
        }
        Message::InstallSnapshot(install) => {
            let (last, size) = (install.snapshot.last.index.0, install.snapshot.size);
            format!(
                "up to entry {last}, bytes {} to {} of {size}",
                install.offset,
                install.offset + install.length
            )
        }
        Message::SnapshotReply { received, last_index, .. } => {
            format!("up to entry {}, has {received} bytes", last_index.0)
        }
        Message::TimeoutNow { .. } => String::new(),
        Message::ReadIndex { ask, .. } => format!("question {}", ask.number),
        Message::ReadIndexReply { ask, index, .. } => format!("question {}: {}", ask.number, index.0),
        Message::Rejoin { known, .. } => format!("needs the log up to {}", known.0),
        Message::RejoinReply { index, .. } => format!("the log ends at {}", index.0),
    };
    let term = format!("term {}", message.term().0);
    if said.is_empty() { term } else { format!("{term}, {said}") }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::message::AppendEntries;
    use super::*;
    use crate::kernel::NodeId;
    use crate::model::history::SessionId;
    use crate::model::log::{Command, Entry, LogIndex, Term};
    use crate::model::op::{Key, Op, Value};

    #[test]
    fn messages_tell_terms_indices_keys_and_values() {
        let op = Op::Write { key: Key(3), value: Value(41) };
        let session = SessionId { node: NodeId(5), slot: 0 };
        let command = Command::Apply { session, sequence: 1, op, size: 8 };
        let append = |entries| {
            Message::AppendEntries(Rc::new(AppendEntries {
                term: Term(2),
                round: 1,
                prev_log_index: LogIndex(6),
                prev_log_term: Term(1),
                entries,
                leader_commit: LogIndex(5),
            }))
        };
        let entry = |command| Entry { term: Term(2), command };
        assert_eq!(says(&append(Vec::new())), "term 2, behind entry 6; committed 5");
        assert_eq!(says(&append(vec![entry(command)])), "term 2, entry 7: write k3 = 41; committed 5");
        let five = [command, Command::Noop, Command::Noop, Command::Noop, command].map(entry).to_vec();
        assert_eq!(
            says(&append(five.clone())),
            "term 2, entries 7 to 11: write k3 = 41, no-op, no-op, and 2 more; committed 5"
        );
        assert_eq!(append(five).entries(), Some((LogIndex(7), LogIndex(11))));
        assert_eq!(append(Vec::new()).entries(), None);
        assert_eq!(says(&Message::TimeoutNow { term: Term(4) }), "term 4");
    }
}
