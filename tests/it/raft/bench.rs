//! One server on a bench: handed messages, timers and finished syncs one at a time, asked what it sends and
//! notes. Its peers are only names.

use std::rc::Rc;

use seedbed::consensus::raft::message::{AppendEntries, InstallSnapshot, Message, RequestVote};
use seedbed::consensus::raft::{self, Raft, Timer};
use seedbed::consensus::replica::{self, Options};
use seedbed::consensus::{Position, ReplicatedLog as _, Snapshot};
use seedbed::kernel::{Duration, Effect, Name, NodeId};
use seedbed::model::history::SessionId;
use seedbed::model::log::{Command, Entry, LogIndex, Term};
use seedbed::model::membership::{Configuration, Slots};
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::request::{Reply, Request};
use seedbed::model::store::Store;

use super::world::{Flight, Server, World};

/// The server on the bench.
pub const ME: NodeId = NodeId(0);

pub struct Bench {
    pub world: World,
    voters: u32,
}

/// Plain Raft as in Figure 2: no pre-vote, no check-quorum.
pub fn plain() -> raft::Options {
    raft::Options { pre_vote: false, check_quorum: false, ..raft::Options::default() }
}

impl Bench {
    pub fn new(voters: u32) -> Bench {
        Bench::with(voters, plain())
    }

    pub fn with(voters: u32, core: raft::Options) -> Bench {
        Bench::with_host(voters, core, Options { snapshot_every: None, ..Options::default() })
    }

    pub fn with_host(voters: u32, core: raft::Options, options: Options) -> Bench {
        Bench { world: World::new(1, voters, core, options), voters }
    }

    /// A follower in `term` whose durable log has entries of these terms.
    pub fn follower(voters: u32, term: u32, log: &[u32]) -> Bench {
        let mut bench = Bench::new(voters);
        bench.receive(1, append(term, (0, 0), log, 0));
        bench.sync();
        bench
    }

    /// A leader in the term after `term`, whose log has entries of these terms and its own no-op, durably.
    pub fn leader(voters: u32, term: u32, log: &[u32]) -> Bench {
        Bench::leader_with(voters, plain(), term, log)
    }

    pub fn leader_with(voters: u32, core: raft::Options, term: u32, log: &[u32]) -> Bench {
        let mut bench = Bench::with(voters, core);
        if term > 0 {
            bench.receive(1, append(term, (0, 0), log, 0));
            bench.sync();
        }
        bench.win_election();
        bench.sync();
        bench
    }

    /// Campaigns and gets every vote; returns what is sent on winning.
    pub fn win_election(&mut self) -> Vec<(u32, Message)> {
        self.fire(Timer::Election);
        if matches!(self.raft().role(), raft::Role::PreCandidate { .. }) {
            let term = self.raft().current_term().next();
            for peer in 1..=self.voters / 2 {
                self.receive(peer, Message::VoteReply { term, granted: true, pre_vote: true });
            }
        }
        // An earlier sync may be under way, and then the vote's own follows.
        let mut sent = self.sync();
        sent.extend(self.sync());
        let term = self.raft().current_term();
        for peer in 1..=self.voters / 2 {
            sent = self.receive(peer, vote(term.0, true));
        }
        assert!(self.raft().is_leader());
        sent
    }

    pub fn raft(&self) -> &Raft {
        self.world.server(ME).expect("it is up").core()
    }

    pub fn receive(&mut self, from: u32, message: Message) -> Vec<(u32, Message)> {
        let message = replica::Message::Peer(message);
        self.world.deliver(Flight { from: NodeId(from), to: ME, message });
        self.sent()
    }

    pub fn fire(&mut self, timer: Timer) -> Vec<(u32, Message)> {
        self.world.fire(ME, timer.index());
        self.sent()
    }

    /// Finishes the sync under way.
    pub fn sync(&mut self) -> Vec<(u32, Message)> {
        self.world.finish_sync(ME);
        self.sent()
    }

    pub fn wait(&mut self, time: Duration) {
        self.world.advance_time(time);
    }

    /// Loses what is not synced, and boots again.
    pub fn crash_and_restart(&mut self) {
        self.world.crash(ME, 0);
        self.world.restart(ME);
    }

    /// A client's request.
    pub fn request(&mut self, slot: u32, sequence: u32, op: Op) -> Vec<(u32, Message)> {
        self.world.request(NodeId(self.voters), ME, Request { slot, sequence, op, size: 0 });
        self.sent()
    }

    /// A client's write of a value to key 0.
    pub fn write(&mut self, value: u32) -> Vec<(u32, Message)> {
        self.request(value, 1, Op::Write { key: Key(0), value: Value(value) })
    }

    /// What the last step sent to peers.
    pub fn sent(&self) -> Vec<(u32, Message)> {
        let to_peer = |effect: &Effect<Server>| match effect {
            Effect::Send { to, message: replica::Message::Peer(message) } => Some((to.0, message.clone())),
            _ => None,
        };
        self.world.effects.iter().filter_map(|(_, effect)| to_peer(effect)).collect()
    }

    /// What the last step answered to clients.
    pub fn replies(&self) -> Vec<Reply> {
        let to_client = |effect: &Effect<Server>| match effect {
            Effect::Send { message: replica::Message::Reply(reply), .. } => Some(*reply),
            _ => None,
        };
        self.world.effects.iter().filter_map(|(_, effect)| to_client(effect)).collect()
    }

    /// What the last step noted.
    pub fn notes(&self) -> Vec<ConsensusNote> {
        let noted = |effect: &Effect<Server>| match effect {
            Effect::Note(note) => Some(*note),
            _ => None,
        };
        self.world.effects.iter().filter_map(|(_, effect)| noted(effect)).collect()
    }

    /// The terms of the log's entries.
    pub fn terms(&self) -> Vec<u32> {
        let log = self.raft().log();
        let indices = log.base().index.0 + 1..=log.last_index().0;
        indices.map(|index| log.term(LogIndex(index)).expect("within the log").0).collect()
    }

    pub fn commit_index(&self) -> u64 {
        self.raft().commit_index().0
    }

    pub fn term(&self) -> u32 {
        self.raft().current_term().0
    }

    pub fn has_timer(&self, timer: Timer) -> bool {
        self.world.nodes[0].timers.contains_key(&timer.index())
    }
}

/// A leader's AppendEntries with no-ops of these terms behind the entry (index, term).
pub fn append(term: u32, prev: (u64, u32), entries: &[u32], commit: u64) -> Message {
    Message::AppendEntries(Rc::new(AppendEntries {
        term: Term(term),
        round: 1,
        prev_log_index: LogIndex(prev.0),
        prev_log_term: Term(prev.1),
        entries: entries.iter().map(|&term| entry(term)).collect(),
        leader_commit: LogIndex(commit),
    }))
}

pub fn entry(term: u32) -> Entry {
    Entry { term: Term(term), command: Command::Noop }
}

/// The entry that `Bench::write(value)` leads to.
pub fn written(term: u32, client: u32, value: u32) -> Entry {
    let session = SessionId { node: NodeId(client), slot: value };
    let op = Op::Write { key: Key(0), value: Value(value) };
    Entry { term: Term(term), command: Command::Apply { session, sequence: 1, op, size: 0 } }
}

pub fn accepted(term: u32, match_index: u64) -> Message {
    accepted_round(term, 1, match_index)
}

pub fn accepted_round(term: u32, round: u32, match_index: u64) -> Message {
    Message::AppendAccepted {
        term: Term(term),
        round,
        match_index: LogIndex(match_index),
        is_learning: false,
    }
}

pub fn rejected(term: u32, prev: u64, conflict: (u64, u32)) -> Message {
    Message::AppendRejected {
        term: Term(term),
        round: 1,
        conflict_term: Term(conflict.1),
        prev_log_index: LogIndex(prev),
        conflict_index: LogIndex(conflict.0),
    }
}

pub fn request_vote(term: u32, last: (u64, u32)) -> Message {
    Message::RequestVote(RequestVote {
        term: Term(term),
        last_log_term: Term(last.1),
        last_log_index: LogIndex(last.0),
        pre_vote: false,
        transfer: false,
    })
}

pub fn pre_vote(term: u32, last: (u64, u32)) -> Message {
    Message::RequestVote(RequestVote {
        term: Term(term),
        last_log_term: Term(last.1),
        last_log_index: LogIndex(last.0),
        pre_vote: true,
        transfer: false,
    })
}

pub fn vote(term: u32, granted: bool) -> Message {
    Message::VoteReply { term: Term(term), granted, pre_vote: false }
}

/// The AppendEntries among messages: to whom, behind which index, with entries of which terms.
pub fn appends(sent: &[(u32, Message)]) -> Vec<(u32, u64, Vec<u32>)> {
    let summary = |(to, message): &(u32, Message)| match message {
        Message::AppendEntries(append) => {
            let terms = append.entries.iter().map(|entry| entry.term.0).collect();
            Some((*to, append.prev_log_index.0, terms))
        }
        _ => None,
    };
    sent.iter().filter_map(summary).collect()
}

/// The snapshot of a store that holds `value` at key 0, of a log that ends at (index, term).
pub fn snapshot(last: (u64, u32), value: u32) -> Rc<Snapshot> {
    let mut state = Store::new();
    state.apply(&written(last.1, 9, value).command, true);
    let position = Position { index: LogIndex(last.0), term: Term(last.1), prefix: u64::from(value) + 1 };
    Snapshot::new(position, Configuration::of_voters(Slots::first(3)), state)
}

/// A leader's piece of a snapshot.
pub fn install(term: u32, snapshot: &Rc<Snapshot>, offset: u32, length: u32) -> Message {
    let snapshot = Rc::clone(snapshot);
    Message::InstallSnapshot(Rc::new(InstallSnapshot {
        term: Term(term),
        round: 1,
        snapshot,
        offset,
        length,
    }))
}

/// The answer to one.
pub fn received(term: u32, last_index: u64, received: u32) -> Message {
    Message::SnapshotReply { term: Term(term), round: 1, received, last_index: LogIndex(last_index) }
}
