//! Scripted interactions: a file of commands with the exact output below each. `SEEDBED_BLESS=1` writes the files
//! anew.
//!
//! | command | what it does |
//! |---|---|
//! | `cluster N [option=value ..]` | boots servers 1 to N, and standbys; options as in `Script::cluster` |
//! | `tick S TIMER` | fires a timer of server S: `election`, `heartbeat`, `check-quorum`, `retransmit-2` |
//! | `wait MS` | lets milliseconds pass, and fires nothing |
//! | `deliver A->B [N]` | delivers what is under way from A to B, or its first N messages; `*` is any server |
//! | `repeat A->B` | delivers the same and leaves it under way |
//! | `drop A->B` | loses it |
//! | `sync S` | finishes the sync under way at S |
//! | `settle` | delivers all messages and finishes all syncs until nothing is under way; prints notes only |
//! | `propose S OP [as SLOT.SEQUENCE]` | a client asks S to `write k1 v7`, `append k1 v7` or `read k1` |
//! | `order S add 4,5 [remove 1]`, `learn 4`, `remove 1`, `transfer 3` | an operator gives S an order |
//! | `crash S [keeping N]` | takes S down; of its writes since the last sync, the first N had reached the disk |
//! | `replace-disk S` | puts a new disk in the place of that of S, which is down |
//! | `restart S` | boots S from its disk |
//! | `state` | prints every server |
//! | `check` | prints what was violated |

use std::path::Path;
use std::rc::Rc;

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::raft::{self, Message, Record, Timer, bugs};
use seedbed::consensus::reconfiguration::{Goal, Method};
use seedbed::consensus::replica::{self, Options, ReadMode};
use seedbed::kernel::{Duration, Effect, Message as _, Name as _, NodeId, Write};
use seedbed::model::log::{Command, Entry};
use seedbed::model::membership::{Configuration, Slots};
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Answer, Key, Op, Value};
use seedbed::model::operation::{Operation, Order, Progress};
use seedbed::model::request::{Request, Response};

use super::bench::plain;
use super::world::{Flight, Server, World};

struct Script {
    world: World,
    servers: u32,
    /// How many orders were given.
    orders: u32,
    /// The next client slot that an operation without one takes.
    slot: u32,
    output: Vec<String>,
}

#[test]
fn interactions_print_what_their_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interaction");
    let mut ran = 0;
    let mut files: Vec<_> =
        folder.read_dir().expect("the folder exists").map(|file| file.expect("readable").path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if !name.starts_with("raft-") {
            continue;
        }
        ran += 1;
        let expected = std::fs::read_to_string(&path).expect("readable");
        let actual = rewritten(&expected);
        if std::env::var_os("SEEDBED_BLESS").is_some() {
            std::fs::write(&path, actual).expect("writable");
        } else {
            for (number, (was, is)) in expected.lines().zip(actual.lines()).enumerate() {
                assert_eq!(was, is, "{name}:{} (SEEDBED_BLESS=1 accepts it)", number + 1);
            }
            assert_eq!(expected.len(), actual.len(), "{name} ends otherwise");
        }
    }
    assert!(ran >= 5, "only {ran} files");
}

/// The file with the output that its commands have now.
fn rewritten(text: &str) -> String {
    let mut script = Script {
        world: World::new(1, 1, plain(), Options::default()),
        servers: 1,
        orders: 0,
        slot: 0,
        output: vec![],
    };
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("  ")) {
        lines.push(line.to_string());
        if let Some(command) = line.strip_prefix("> ") {
            script.run(command);
            lines.extend(script.output.drain(..).map(|printed| format!("  {printed}")));
        }
    }
    lines.join("\n") + "\n"
}

fn server(word: &str) -> NodeId {
    let number: u32 = word.parse().unwrap_or_else(|_| panic!("a server is a number, not {word}"));
    NodeId(number - 1)
}

impl Script {
    fn run(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            ["cluster", voters, ref options @ ..] => self.cluster(voters, options),
            ["tick", id, timer] => {
                let (id, timer) = (server(id), named_timer(timer).index());
                if !self.world.nodes[id.index()].timers.contains_key(&timer) {
                    return self.output.push("not armed".into());
                }
                self.world.fire(id, timer);
                self.print_effects();
            }
            ["wait", millis] => {
                self.world.advance_time(Duration::from_millis(millis.parse().expect("milliseconds")));
            }
            ["deliver", path] => self.deliver(path, usize::MAX, false),
            ["deliver", path, count] => self.deliver(path, count.parse().expect("a number"), false),
            ["repeat", path] => self.deliver(path, usize::MAX, true),
            ["drop", path] => {
                let before = self.world.flights.len();
                self.world.flights.retain(|flight| !is_on(path, flight.from, flight.to));
                self.output.push(format!("dropped {}", before - self.world.flights.len()));
            }
            ["sync", id] => {
                self.world.finish_sync(server(id));
                self.print_effects();
            }
            ["settle"] => self.settle(),
            ["propose", id, kind, key, ref rest @ ..] => self.propose(id, kind, key, rest),
            ["order", id, ref words @ ..] => self.order(id, words),
            ["replace-disk", id] => self.world.replace_disk(server(id)),
            ["crash", id] => self.world.crash(server(id), 0),
            ["crash", id, "keeping", count] => {
                self.world.crash(server(id), count.parse().expect("a number"));
            }
            ["restart", id] => {
                self.world.restart(server(id));
                self.print_effects();
            }
            ["state"] => self.print_state(),
            ["check"] if self.world.observer.violations.is_empty() => self.output.push("all holds".into()),
            ["check"] => self.output.append(&mut self.world.observer.violations),
            _ => panic!("unknown command: {command}"),
        }
    }

    fn cluster(&mut self, voters: &str, words: &[&str]) {
        let mut core = raft::Options { snapshot_trailing: 0, ..plain() };
        let mut options = Options { snapshot_every: None, ..Options::default() };
        let mut standbys = 0;
        for word in words {
            let (option, value) = word.split_once('=').unwrap_or((word, ""));
            let number = || value.parse::<u32>().unwrap_or_else(|_| panic!("{option} needs a number"));
            match option {
                "pre-vote" => core.pre_vote = true,
                "check-quorum" => core.check_quorum = true,
                "standbys" => standbys = number(),
                "single-server" => core.membership = Method::SingleServer,
                "entries" => core.append_entries_max = number(),
                "chunk" => core.snapshot_chunk = number(),
                "snapshot-every" => options.snapshot_every = Some(number().into()),
                "reads" => {
                    let mode = ReadMode::ALL.into_iter().find(|mode| mode.name() == value);
                    options.reads = mode.expect("a read mode");
                }
                "bug" => {
                    let bug = Bugs::named(&bugs::TABLE, value).expect("a bug of the table");
                    core.bugs = core.bugs | bug;
                }
                _ => panic!("unknown option: {option}"),
            }
        }
        let voters: u32 = voters.parse().expect("a number");
        self.servers = voters + standbys;
        self.world = World::with_standbys(1, voters, standbys, core, options);
    }

    fn deliver(&mut self, path: &str, count: usize, stays: bool) {
        let all = self.world.flights.iter();
        let chosen: Vec<_> =
            all.filter(|flight| is_on(path, flight.from, flight.to)).take(count).cloned().collect();
        if !stays {
            let mut left = count;
            self.world.flights.retain(|flight| {
                let is_chosen = left > 0 && is_on(path, flight.from, flight.to);
                left -= usize::from(is_chosen);
                !is_chosen
            });
        }
        for flight in chosen {
            let (from, to) = (self.name(flight.from), self.name(flight.to));
            self.output.push(format!("{from}->{to} {}", describe(&flight.message)));
            self.world.deliver(flight);
            let printed = self.output.len();
            self.print_effects();
            self.output[printed..].iter_mut().for_each(|line| line.insert_str(0, "  "));
        }
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let syncing = self.world.nodes.iter().position(|node| node.sync.is_some());
            if !self.world.flights.is_empty() {
                let flight = self.world.flights.remove(0);
                self.world.deliver(flight);
            } else if let Some(id) = syncing {
                self.world.finish_sync(NodeId(id as u32));
            } else {
                return;
            }
            let effects = std::mem::take(&mut self.world.effects);
            for (id, effect) in &effects {
                if let Effect::Note(note) = effect {
                    self.output.push(format!("{}: {}", self.name(*id), describe_note(note)));
                }
            }
        }
        panic!("it does not settle");
    }

    fn propose(&mut self, id: &str, kind: &str, key: &str, rest: &[&str]) {
        let key = Key(key.strip_prefix('k').and_then(|key| key.parse().ok()).expect("a key such as k1"));
        let to_value = |word: &str| Value(word[1..].parse().expect("a value such as v7"));
        let (op, rest) = match (kind, rest) {
            ("read", rest) => (Op::Read { key }, rest),
            ("write", [value, rest @ ..]) => (Op::Write { key, value: to_value(value) }, rest),
            ("append", [value, rest @ ..]) => (Op::Append { key, value: to_value(value) }, rest),
            _ => panic!("unknown operation: {kind}"),
        };
        let (slot, sequence) = match rest {
            [] => {
                self.slot += 1;
                (self.slot - 1, 1)
            }
            ["as", session] => {
                let (slot, sequence) = session.split_once('.').expect("SLOT.SEQUENCE");
                (slot.parse().expect("a slot"), sequence.parse().expect("a sequence number"))
            }
            _ => panic!("unknown end of a proposal: {rest:?}"),
        };
        self.world.request(NodeId(self.servers), server(id), Request { slot, sequence, op, size: 0 });
        self.print_effects();
    }

    fn order(&mut self, id: &str, words: &[&str]) {
        let slots = |word: &str| -> Slots {
            word.split(',')
                .map(|number| server(number).index())
                .fold(Slots::NONE, |all, slot| all.and(Slots::one(slot)))
        };
        let mut goal = Goal::default();
        let mut operation = None;
        for pair in words.chunks(2) {
            match pair {
                ["add", who] => goal.voters = slots(who),
                ["learn", who] => goal.learners = slots(who),
                ["remove", who] => goal.out = slots(who),
                ["transfer", who] => operation = Some(Operation::Transfer { to: server(who).index() as u8 }),
                _ => panic!("unknown order: {pair:?}"),
            }
        }
        let Goal { voters, learners, out, at_least } = goal;
        self.orders += 1;
        let operation = operation.unwrap_or(Operation::Change { voters, learners, out, at_least });
        let order = Rc::new(Order { number: self.orders, operation });
        let from = NodeId(self.servers);
        self.world.deliver(Flight { from, to: server(id), message: replica::Message::Order(order) });
        self.print_effects();
    }

    fn name(&self, id: NodeId) -> String {
        if id.0 < self.servers { (id.0 + 1).to_string() } else { "client".into() }
    }

    /// Prints what the last step asked for, but its timers.
    fn print_effects(&mut self) {
        for (id, effect) in std::mem::take(&mut self.world.effects) {
            let name = self.name(id);
            let line = match effect {
                Effect::Send { to, message } => format!("{name}->{} {}", self.name(to), describe(&message)),
                Effect::Write { area, write } => format!("{name}: {}", describe_write(area.0, &write)),
                Effect::Sync { .. } => format!("{name}: sync"),
                Effect::Note(note) => format!("{name}: {}", describe_note(&note)),
                Effect::Arm { .. } | Effect::Disarm { .. } | Effect::Compute { .. } => continue,
            };
            self.output.push(line);
        }
    }

    fn print_state(&mut self) {
        for id in (0..self.servers).map(NodeId) {
            let state = self.world.server(id).map_or("down".into(), describe_server);
            self.output.push(format!("{}: {state}", self.name(id)));
        }
    }
}

fn is_on(path: &str, from: NodeId, to: NodeId) -> bool {
    let (start, end) = path.split_once("->").expect("a path such as 1->2");
    let is = |word: &str, id| word == "*" || server(word) == id;
    is(start, from) && is(end, to)
}

fn named_timer(word: &str) -> Timer {
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

fn describe_server(server: &Server) -> String {
    let (core, log) = (server.core(), server.core().log());
    let entries = (log.base().index.0 + 1..=log.last_index().0)
        .map(|index| {
            log.entry(seedbed::model::log::LogIndex(index)).expect("within the log").term.0.to_string()
        })
        .collect::<Vec<_>>()
        .join(" ");
    let vote = core.voted_for().map_or("-".into(), |id| (id.0 + 1).to_string());
    let (role, term, commit) = (core.role().name(), core.current_term().0, core.commit_index().0);
    let (base, applied) = (log.base().index.0, server.last_applied().0);
    format!("{role} term={term} vote={vote} base={base} log=[{entries}] commit={commit} applied={applied}")
}

fn describe_entry(entry: &Entry) -> String {
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
    }
}

fn describe(message: &replica::Message<Message>) -> String {
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
        replica::Message::Peer(message) => format!("{name} term={}{}", message.term().0, details(message)),
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

fn describe_write(area: u8, write: &Write<Record>) -> String {
    let area = ["metadata", "log", "snapshot"][usize::from(area)];
    match write {
        Write::Append(record) | Write::Replace(record) => match record {
            Record::Metadata { current_term, voted_for, is_whole } => {
                let vote = voted_for.map_or("-".into(), |id| (id.0 + 1).to_string());
                let recovering = if *is_whole { "" } else { " recovering" };
                format!("write {area} term={} vote={vote}{recovering}", current_term.0)
            }
            Record::Entry(entry) => format!("write {area} {}", describe_entry(entry)),
            Record::Snapshot { snapshot, base } => {
                let last = snapshot.last;
                format!("write {area} last={}/{} base={}", last.index.0, last.term.0, base.index.0)
            }
        },
        Write::TruncateSuffix { from } => format!("write {area} truncated from position {from}"),
        Write::TruncatePrefix { to } => format!("write {area} cut to position {to}"),
    }
}

fn describe_note(note: &ConsensusNote) -> String {
    match note {
        ConsensusNote::Campaigned { term, pre_vote: false } => format!("campaigned for term {}", term.0),
        ConsensusNote::Campaigned { term, pre_vote: true } => {
            format!("asked for pre-votes for term {}", term.0)
        }
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
        ConsensusNote::Recovering => "recovers: its disk is new".into(),
        ConsensusNote::Rejoined => "was taken in again".into(),
        ConsensusNote::Halted { why } => format!("halted: {why}"),
    }
}
