//! Scripted interactions with Raft: tests/interaction/raft-*.txt.

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::raft::{self, Message, Raft, Record, Timer, bugs};
use seedbed::consensus::reconfiguration::Method;
use seedbed::consensus::replica::Replica;
use seedbed::model::log::LogIndex;

use super::bench::plain;
use crate::replicas::script::{Scripted, interactions_print_what_their_files_say, server};
use crate::replicas::words::describe_entry;

#[test]
fn interactions() {
    interactions_print_what_their_files_say::<Raft>("raft-");
}

impl Scripted for Raft {
    const AREAS: [&'static str; 3] = ["metadata", "log", "snapshot"];

    fn plain() -> raft::Options {
        raft::Options { snapshot_trailing: 0, ..plain() }
    }

    fn set(core: &mut raft::Options, option: &str, value: &str) {
        let number = || value.parse::<u32>().unwrap_or_else(|_| panic!("{option} needs a number"));
        match option {
            "pre-vote" => core.pre_vote = true,
            "check-quorum" => core.check_quorum = true,
            "single-server" => core.membership = Method::SingleServer,
            "entries" => core.append_entries_max = number(),
            "chunk" => core.snapshot_chunk = number(),
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
            _ => Timer::Retransmit(server(word.strip_prefix("retransmit-").expect("a timer")).0),
        }
    }

    fn describe_server(server: &Replica<Raft>) -> String {
        let (core, log) = (server.core(), server.core().log());
        let entries = (log.base().index.0 + 1..=log.last_index().0)
            .map(|index| log.entry(LogIndex(index)).expect("within the log").term.0.to_string())
            .collect::<Vec<_>>()
            .join(" ");
        let vote = core.voted_for().map_or("-".into(), |id| (id.0 + 1).to_string());
        let (role, term, commit) = (core.role().name(), core.current_term().0, core.commit_index().0);
        let (base, applied) = (log.base().index.0, server.last_applied().0);
        format!(
            "{role} term={term} vote={vote} base={base} log=[{entries}] commit={commit} applied={applied}"
        )
    }

    fn describe_message(message: &Message) -> String {
        format!("term={}{}", message.term().0, details(message))
    }

    fn describe_record(record: &Record) -> String {
        match record {
            Record::Metadata { current_term, voted_for, is_whole } => {
                let vote = voted_for.map_or("-".into(), |id| (id.0 + 1).to_string());
                let recovering = if *is_whole { "" } else { " recovering" };
                format!("term={} vote={vote}{recovering}", current_term.0)
            }
            Record::Entry(entry) => describe_entry(entry),
            Record::Snapshot { snapshot, base } => {
                let last = snapshot.last;
                format!("last={}/{} base={}", last.index.0, last.term.0, base.index.0)
            }
        }
    }
}

fn details(message: &Message) -> String {
    match message {
        Message::RequestVote(request) => {
            let wanted = if request.transfer { " transfer" } else { "" };
            format!(" last={}/{}{wanted}", request.last_log_index.0, request.last_log_term.0)
        }
        Message::VoteReply { granted, .. } => if *granted { " granted" } else { " refused" }.into(),
        Message::AppendEntries(append) => {
            let prev = format!(" prev={}/{}", append.prev_log_index.0, append.prev_log_term.0);
            let entries = append.entries.iter().map(describe_entry).collect::<Vec<_>>().join(" ");
            let entries = if entries.is_empty() { entries } else { format!(" [{entries}]") };
            format!("{prev}{entries} commit={} round={}", append.leader_commit.0, append.round)
        }
        Message::AppendAccepted { round, match_index, is_learning, .. } => {
            format!(" match={} round={round}{}", match_index.0, if *is_learning { " learning" } else { "" })
        }
        Message::AppendRejected { conflict_term, prev_log_index, conflict_index, .. } => {
            format!(" prev={} conflict={}/{}", prev_log_index.0, conflict_index.0, conflict_term.0)
        }
        Message::InstallSnapshot(install) => {
            let last = install.snapshot.last;
            let (offset, length, size) = (install.offset, install.length, install.snapshot.size);
            format!(" last={}/{} bytes={offset}+{length} of {size}", last.index.0, last.term.0)
        }
        Message::SnapshotReply { received, last_index, .. } => {
            format!(" last={} received={received}", last_index.0)
        }
        Message::TimeoutNow { .. } => String::new(),
        Message::ReadIndex { ask, .. } => format!(" ask={}", ask.number),
        Message::ReadIndexReply { ask, index, .. } => format!(" ask={} index={}", ask.number, index.0),
        Message::Rejoin { known, .. } => format!(" known={}", known.0),
        Message::RejoinReply { index, .. } => format!(" index={}", index.0),
    }
}
