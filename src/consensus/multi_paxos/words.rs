//! What messages say, in words: for diagrams and dumps.

use crate::model::log::told;

use super::message::{Message, Promise};

/// What a message says beyond its name.
pub(super) fn says(message: &Message) -> String {
    let said = match message {
        Message::PreVote { .. } | Message::TimeoutNow { .. } => String::new(),
        Message::PreVoteReply { granted, .. } => if *granted { "granted" } else { "refused" }.to_owned(),
        Message::Prepare { from, .. } => format!("from slot {} on", from.0),
        Message::Promise(promise) => promised(promise),
        Message::Refused { refused, .. } => format!("promised; {} is refused", refused.0),
        Message::Accept(accept) => {
            let what = match accept.entries.is_empty() {
                true => String::new(),
                false => told(accept.first, &accept.entries) + "; ",
            };
            format!("{what}chosen up to {}", accept.commit.0)
        }
        Message::Accepted { first, count, behind, .. } => {
            let last = first.0 + u64::from(*count).saturating_sub(1);
            let through = last.saturating_sub(u64::from(*behind));
            match first.0 == last {
                true => format!("slot {last}, all up to {through}"),
                false => format!("slots {} to {last}, all up to {through}", first.0),
            }
        }
        Message::Heard { through, .. } => format!("holds up to {}", through.0),
        Message::Learned { through, .. } => format!("holds up to {}, without a vote", through.0),
        Message::Fetch { last_index, offset } => {
            format!("up to slot {}, from byte {offset} on", last_index.0)
        }
        Message::Piece(piece) => {
            let (last, size) = (piece.snapshot.last.index.0, piece.snapshot.size);
            format!("up to slot {last}, bytes {} to {} of {size}", piece.offset, piece.offset + piece.length)
        }
        Message::ReadIndex { ask, .. } => format!("question {}", ask.number),
        Message::ReadIndexReply { ask, index, .. } => format!("question {}: {}", ask.number, index.0),
        Message::Rejoin { known, .. } => format!("needs the log up to {}", known.0),
        Message::RejoinReply { index, .. } => format!("the log ends at {}", index.0),
    };
    let ballot = message.ballot().map(|ballot| format!("ballot {}", ballot.0));
    ballot.into_iter().chain((!said.is_empty()).then_some(said)).collect::<Vec<_>>().join(", ")
}

fn promised(promise: &Promise) -> String {
    let Some(last) = promise.accepted.last() else { return "nothing accepted".to_owned() };
    let count = promise.accepted.len();
    let (slot, ballot, command) = (last.index.0, last.ballot.0, last.entry.command);
    match count {
        1 => format!("accepted in slot {slot} and ballot {ballot}: {command}"),
        _ => format!("accepted in {count} slots, at last in {slot} and ballot {ballot}: {command}"),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::message::{Accept, Vote};
    use super::*;
    use crate::model::log::{Command, Entry, LogIndex, Term};

    #[test]
    fn messages_tell_ballots_slots_and_values() {
        let entry = Entry { term: Term(2), command: Command::Noop };
        let accept = |entries| {
            Message::Accept(Rc::new(Accept {
                ballot: Term(2),
                round: 1,
                first: LogIndex(7),
                entries,
                commit: LogIndex(5),
                base: LogIndex(0),
            }))
        };
        assert_eq!(says(&accept(vec![entry])), "ballot 2, entry 7: no-op; chosen up to 5");
        assert_eq!(says(&accept(Vec::new())), "ballot 2, chosen up to 5");
        assert_eq!(accept(vec![entry; 2]).entries(), Some((LogIndex(7), LogIndex(8))));
        assert_eq!(accept(Vec::new()).entries(), None);
        let promise = |accepted| {
            let (base, since) = (LogIndex(0), LogIndex(0));
            Message::Promise(Rc::new(Promise { ballot: Term(4), base, since, accepted }))
        };
        let vote = |index| Vote { index: LogIndex(index), ballot: Term(3), entry };
        assert_eq!(says(&promise(Vec::new())), "ballot 4, nothing accepted");
        assert_eq!(says(&promise(vec![vote(9)])), "ballot 4, accepted in slot 9 and ballot 3: no-op");
        let two = "ballot 4, accepted in 2 slots, at last in 10 and ballot 3: no-op";
        assert_eq!(says(&promise(vec![vote(9), vote(10)])), two);
        let accepted =
            |count, behind| Message::Accepted { ballot: Term(2), first: LogIndex(7), count, behind };
        assert_eq!(says(&accepted(1, 0)), "ballot 2, slot 7, all up to 7");
        assert_eq!(says(&accepted(3, 2)), "ballot 2, slots 7 to 9, all up to 7");
    }
}
