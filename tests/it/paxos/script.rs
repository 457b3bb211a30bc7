//! Scripted interactions with Multi-Paxos: tests/interaction/paxos-*.txt.

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::multi_paxos::message::Vote;
use seedbed::consensus::multi_paxos::persistence::Metadata;
use seedbed::consensus::multi_paxos::{Message, MultiPaxos, Options, Record, Timer, bugs};
use seedbed::consensus::replica::Replica;
use seedbed::model::log::{Entry, LogIndex};

use crate::replicas::script::{Scripted, interactions_print_what_their_files_say, server};
use crate::replicas::words::describe_entry;

#[test]
fn interactions() {
    interactions_print_what_their_files_say::<MultiPaxos>("paxos-");
}

impl Scripted for MultiPaxos {
    const AREAS: [&'static str; 3] = ["metadata", "journal", "snapshot"];

    /// Without what came later than the papers.
    fn plain() -> Options {
        Options { pre_vote: false, check_quorum: false, snapshot_trailing: 0, ..Options::default() }
    }

    fn set(core: &mut Options, option: &str, value: &str) {
        let number = || value.parse::<u32>().unwrap_or_else(|_| panic!("{option} needs a number"));
        match option {
            "pre-vote" => core.pre_vote = true,
            "check-quorum" => core.check_quorum = true,
            "alpha" => core.alpha = number().into(),
            "values" => core.accept_entries_max = number(),
            "chunk" => core.snapshot_chunk = number(),
            "q1" => core.quorums.q1 = Some(number() as u8),
            "q2" => core.quorums.q2 = Some(number() as u8),
            "bug" => {
                let bug = Bugs::named(&bugs::TABLE, value).expect("a bug of the table");
                core.bugs = core.bugs | bug;
            }
            _ => panic!("unknown option: {option}"),
        }
    }

    fn timer(word: &str) -> Timer {
        match word {
            "election" => Timer::Election,
            "heartbeat" => Timer::Heartbeat,
            "check-quorum" => Timer::CheckQuorum,
            "transfer" => Timer::Transfer,
            "read-index" => Timer::ReadIndex,
            "rejoin" => Timer::Rejoin,
            "fetch" => Timer::Fetch,
            _ => Timer::Retransmit(server(word.strip_prefix("retransmit-").expect("a timer")).0),
        }
    }

    /// Of each slot the ballot in which its value was accepted last, and of which ballot the value is.
    fn describe_server(server: &Replica<MultiPaxos>) -> String {
        let (core, log) = (server.core(), server.core().log());
        let cell = |index: u64| match log.cell(LogIndex(index)) {
            Some(cell) => format!("{}:{}", cell.ballot.0, cell.entry.term.0),
            None => "-".into(),
        };
        let cells: Vec<String> = (log.base().index.0 + 1..=log.last_index().0).map(cell).collect();
        format!(
            "{} promised={} base={} log=[{}] commit={} applied={}{}",
            core.role().name(),
            core.promised().0,
            log.base().index.0,
            cells.join(" "),
            core.commit_index().0,
            server.last_applied().0,
            if core.is_recovering() { " recovering" } else { "" },
        )
    }

    fn describe_message(message: &Message) -> String {
        match message.ballot() {
            Some(ballot) => format!("ballot={}{}", ballot.0, details(message)),
            None => details(message).trim_start().into(),
        }
    }

    fn describe_record(record: &Record) -> String {
        match record {
            Record::Metadata(Metadata { promised, chosen, since, is_whole }) => {
                let settled =
                    if chosen.index.0 == 0 { String::new() } else { format!(" chosen={}", chosen.index.0) };
                let since = if since.0 == 0 { String::new() } else { format!(" since={}", since.0) };
                let recovering = if *is_whole { "" } else { " recovering" };
                format!("promised={}{settled}{since}{recovering}", promised.0)
            }
            Record::Vote(vote) => describe_vote(vote),
            Record::Snapshot { snapshot, base, .. } => {
                let last = snapshot.last;
                format!("last={}/{} base={}", last.index.0, last.term.0, base.index.0)
            }
        }
    }
}

/// Slot, ballot and value: `4@7 2:noop` is a no-op of ballot 2, accepted in slot 4 in ballot 7.
fn describe_vote(Vote { index, ballot, entry }: &Vote) -> String {
    format!("{}@{} {}", index.0, ballot.0, describe_entry(entry))
}

fn details(message: &Message) -> String {
    let listed = |parts: Vec<String>| match parts.is_empty() {
        true => String::new(),
        false => format!(" [{}]", parts.join(", ")),
    };
    match message {
        Message::PreVote { .. } | Message::TimeoutNow { .. } => String::new(),
        Message::PreVoteReply { granted, .. } => if *granted { " granted" } else { " refused" }.into(),
        Message::Prepare { from, transfer, .. } => {
            format!(" from={}{}", from.0, if *transfer { " transfer" } else { "" })
        }
        Message::Promise(promise) => {
            let since = match promise.since.0 {
                0 => String::new(),
                since => format!(" since={since}"),
            };
            let votes = listed(promise.accepted.iter().map(describe_vote).collect());
            format!(" base={}{since}{votes}", promise.base.0)
        }
        Message::Refused { refused, .. } => format!(" refuses={}", refused.0),
        Message::Accept(accept) => {
            let values = listed(accept.entries.iter().map(|entry: &Entry| describe_entry(entry)).collect());
            let (first, commit, base) = (accept.first.0, accept.commit.0, accept.base.0);
            let base = if base == 0 { String::new() } else { format!(" base={base}") };
            let round = if values.is_empty() { format!(" round={}", accept.round) } else { String::new() };
            format!(" first={first}{values} commit={commit}{base}{round}")
        }
        Message::Accepted { first, count, behind, .. } => {
            format!(" first={} count={count} behind={behind}", first.0)
        }
        Message::Heard { round, through, .. } => format!(" round={round} through={}", through.0),
        Message::Learned { through, .. } => format!(" through={}", through.0),
        Message::Fetch { last_index, offset } => format!(" last={} offset={offset}", last_index.0),
        Message::Piece(piece) => {
            let (last, size) = (piece.snapshot.last, piece.snapshot.size);
            format!(
                " last={}/{} bytes={}+{} of {size}",
                last.index.0, last.term.0, piece.offset, piece.length
            )
        }
        Message::ReadIndex { ask, .. } => format!(" ask={}", ask.number),
        Message::ReadIndexReply { ask, index, .. } => format!(" ask={} index={}", ask.number, index.0),
        Message::Rejoin { known, .. } => format!(" known={}", known.0),
        Message::RejoinReply { index, .. } => format!(" index={}", index.0),
    }
}
