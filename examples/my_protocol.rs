//! A protocol of your own, in the simulated world: same network, same disks, same faults, same clients, same judges.
//!
//! The protocol is the shared register of Attiya, Bar-Noy and Dolev ("Sharing memory robustly in message-passing
//! systems", JACM 42(1), 1995), with many writers and with disks: no leader, no log, two rounds to a majority.
//!
//! - A **write** asks a majority for its newest stamp, and stores the value under a newer one on a majority.
//! - A **read** asks a majority for its newest value, and *writes it back* to a majority before it answers. Without the
//!   second round a later read may ask another majority, and find an older value: `write_back = false` shows it.
//!
//! `cargo run --release --example my_protocol` runs it both ways. With arguments the program is the `seedbed` command
//! in which `type = "custom"` is this protocol. `docs/your-own-protocol.md` walks through this file.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::rc::Rc;

use seedbed::kernel::{
    Area, Areas, Context, Digest, DiskError, DiskToken, Durable, Duration, Message, NodeId, Note, Process,
    Write,
};
use seedbed::model::op::{Answer, Key, Op, Reading, Value};
use seedbed::model::request::{HEADER_BYTES, Reply, Request, Response};
use seedbed::run::metrics::{Aggregate, Metric, Query};
use seedbed::run::simulate;
use seedbed::scenario::{LoadOptions, load_text};
use seedbed::services::Slots;
use seedbed::systems::plan::{Blueprint, SystemPlan};
use seedbed::systems::{Custom, Member, Misaddressed, Wire};

/// The one area of a replica's disk: a record for every value that it stored.
const LOG: Area = Area(0);
/// How often an operation asks; its client has given up long before.
const ROUNDS_MAX: u32 = 20;

seedbed::options! {
    /// What stands in `[system.NAME.custom]`. The macro makes the decoder, with defaults, ranges and good messages.
    pub struct RegisterOptions {
        /// Whether a read stores what it found on a majority before it answers.
        write_back: bool = true,
        /// After how long without a majority an operation asks again.
        retry: Duration [Duration(1)..] = "500ms",
    }
}

/// What every replica is told at boot.
#[derive(Debug)]
struct Config {
    replicas: Vec<NodeId>,
    options: RegisterOptions,
}

/// Orders all writes of a key. The boot is part of it: a replica that crashed does not remember which stamps it gave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Stamp {
    counter: u32,
    writer: u32,
    boot: u32,
}

/// A value and its stamp; the default stands for a key that was never written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Stamped {
    stamp: Stamp,
    value: Option<Value>,
}

/// Names a coordinator's operation, over all its boots: answers to an earlier one are recognised and dropped.
#[derive(Clone, Copy, Debug)]
struct Id {
    boot: u32,
    slot: u32,
    sequence: u32,
}

/// What goes over the network: the words of clients, which the built-in workloads speak, and the protocol's own.
#[derive(Clone, Debug)]
enum Words {
    Request(Request),
    Reply(Reply),
    Query { id: Id, key: Key },
    Found { id: Id, held: Stamped },
    Store { id: Id, key: Key, held: Stamped },
    Stored { id: Id },
}

impl Message for Words {
    const NAMES: &'static [&'static str] = &["request", "reply", "query", "found", "store", "stored"];

    fn kind(&self) -> u16 {
        match self {
            Words::Request(_) => 0,
            Words::Reply(_) => 1,
            Words::Query { .. } => 2,
            Words::Found { .. } => 3,
            Words::Store { .. } => 4,
            Words::Stored { .. } => 5,
        }
    }

    fn size(&self) -> u32 {
        match self {
            Words::Request(request) => request.wire_size(),
            Words::Reply(reply) => reply.wire_size(),
            Words::Query { .. } | Words::Stored { .. } => HEADER_BYTES + 16,
            Words::Found { .. } | Words::Store { .. } => HEADER_BYTES + 132, // With a value of 100.
        }
    }
}

/// What a replica tells observers; it enters the run's digest and its trace.
#[derive(Clone, Debug)]
struct Kept {
    key: Key,
    stamp: Stamp,
}

impl Note for Kept {
    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        digest.absorb(self.key.0.into());
        digest.absorb(u64::from(self.stamp.counter) << 32 | u64::from(self.stamp.writer));
        digest.value()
    }
}

/// A client's operation at the replica that it asked.
#[derive(Clone, Debug)]
struct Operation {
    client: NodeId,
    request: Request,
    is_storing: bool,
    /// The newest that the first round found; what the second one stores.
    newest: Stamped,
    /// Who answered this round.
    heard: Vec<NodeId>,
    rounds: u32,
}

/// A replica of the register, and the coordinator of its clients' operations.
#[derive(Clone, Debug)]
struct Register {
    config: Rc<Config>,
    /// What is on disk, by key. A replica shows nothing that a crash could take back.
    held: BTreeMap<Key, Stamped>,
    /// What is on its way to the disk, and whom to tell.
    syncing: BTreeMap<DiskToken, (NodeId, Id, Key, Stamped)>,
    syncs: u64,
    open: Slots<Operation>,
    /// The highest counter given to a write: two at once must not get the same.
    counter: u32,
    /// Whether its disk failed it: it then says nothing more.
    is_out: bool,
}

impl Process for Register {
    type Config = Rc<Config>;
    type Message = Words;
    /// One timer for each operation, by its slot.
    type Timer = u32;
    type Record = (Key, Stamped);
    type Note = Kept;

    /// Start and restart are one: all that is left of an earlier life is what was synced, and maybe a torn record that no
    /// sync had covered. Where anything else is damaged, a value may be lost that was promised: better no replica than one
    /// that forgot.
    fn boot(cx: &mut impl Context<Self>, config: &Rc<Config>, disk: &Durable<(Key, Stamped)>) -> Self {
        let mut register = Register {
            config: config.clone(),
            held: BTreeMap::new(),
            syncing: BTreeMap::new(),
            syncs: 0,
            open: Slots::new(),
            counter: 0,
            is_out: false,
        };
        match disk.records(LOG).or_else(|damaged| damaged.before_torn_end().ok_or(())) {
            Ok(records) => records.iter().for_each(|(key, stored)| register.keep(*key, *stored)),
            Err(()) => register.is_out = true,
        }
        if disk.records(LOG).is_err() && !register.is_out {
            cx.write(LOG, Write::TruncateSuffix { from: disk.end(LOG) - 1 });
        }
        register
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Words) {
        if self.is_out {
            return;
        }
        match message {
            Words::Request(request) => self.begin(cx, from, request),
            Words::Query { id, key } => {
                cx.send(from, Words::Found { id, held: self.held.get(&key).copied().unwrap_or_default() })
            }
            Words::Found { id, held } => self.found(cx, from, id, held),
            Words::Store { id, key, held } => self.store(cx, from, id, key, held),
            Words::Stored { id } => self.stored(cx, from, id),
            Words::Reply(_) => {} // A replica asks nobody.
        }
    }

    /// No majority in time: messages are lost, replicas are down, or we are cut off. Asks whoever has not answered.
    fn on_timer(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        if self.is_out {
            return;
        }
        let Some((_, operation)) = self.open.get_slot(slot) else { return };
        operation.rounds += 1;
        match operation.rounds > ROUNDS_MAX {
            true => drop(self.open.close_slot(slot)),
            false => self.ask(cx, slot),
        }
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        let (from, id, key, held) = self.syncing.remove(&token).expect("a sync is told of once");
        self.is_out |= result.is_err();
        if !self.is_out {
            self.keep(key, held);
            cx.note(Kept { key, stamp: held.stamp });
            cx.send(from, Words::Stored { id });
        }
    }
}

impl Register {
    fn keep(&mut self, key: Key, stored: Stamped) {
        let held = self.held.entry(key).or_default();
        *held = stored.max(*held);
    }

    fn begin(&mut self, cx: &mut impl Context<Self>, client: NodeId, request: Request) {
        if matches!(request.op, Op::Cas { .. } | Op::Append { .. } | Op::Propose { .. }) {
            // What depends on the value before takes consensus, and a register has none (Herlihy 1991).
            return reply(cx, client, &request, Response::Rejected);
        }
        let (slot, _) = self.open.open(Operation {
            client,
            request,
            is_storing: false,
            newest: Stamped::default(),
            heard: Vec::new(),
            rounds: 1,
        });
        self.ask(cx, slot);
    }

    /// Asks everyone who has not answered this round, itself included.
    fn ask(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let (sequence, operation) = self.open.get_slot(slot).expect("only open operations ask");
        let id = Id { boot: cx.incarnation(), slot, sequence };
        let (key, held) = (operation.request.op.key(), operation.newest);
        let message = match operation.is_storing {
            true => Words::Store { id, key, held },
            false => Words::Query { id, key },
        };
        for replica in self.config.replicas.iter().filter(|replica| !operation.heard.contains(replica)) {
            cx.send(*replica, message.clone());
        }
        cx.arm(slot, self.config.options.retry);
    }

    /// Takes an answer into its operation: of the first round what was `found`, of the second nothing. Returns the
    /// operation if that makes a majority.
    fn heard(&mut self, boot: u32, from: NodeId, id: Id, found: Option<Stamped>) -> Option<&mut Operation> {
        let operation = self.open.get(id.slot, id.sequence).filter(|_| id.boot == boot)?;
        if operation.is_storing != found.is_none() || operation.heard.contains(&from) {
            return None;
        }
        operation.heard.push(from);
        operation.newest = found.unwrap_or_default().max(operation.newest);
        (operation.heard.len() > self.config.replicas.len() / 2).then_some(operation)
    }

    fn found(&mut self, cx: &mut impl Context<Self>, from: NodeId, id: Id, held: Stamped) {
        let (boot, given, write_back) = (cx.incarnation(), self.counter, self.config.options.write_back);
        let Some(operation) = self.heard(boot, from, id, Some(held)) else { return };
        if matches!(operation.request.op, Op::Read { .. }) && !write_back {
            return self.finish(cx, id.slot);
        }
        operation.is_storing = true;
        operation.heard.clear();
        if let Op::Write { value, .. } = operation.request.op {
            let counter = given.max(operation.newest.stamp.counter) + 1;
            operation.newest =
                Stamped { stamp: Stamp { counter, writer: cx.me().0, boot }, value: Some(value) };
            self.counter = counter;
        }
        self.ask(cx, id.slot);
    }

    fn store(&mut self, cx: &mut impl Context<Self>, from: NodeId, id: Id, key: Key, held: Stamped) {
        if self.held.get(&key).is_some_and(|known| known.stamp >= held.stamp) {
            return cx.send(from, Words::Stored { id }); // What is on disk is as new.
        }
        self.syncs += 1;
        let token = DiskToken(self.syncs);
        cx.append(LOG, (key, held));
        cx.sync(Areas::from(LOG), token);
        self.syncing.insert(token, (from, id, key, held));
    }

    fn stored(&mut self, cx: &mut impl Context<Self>, from: NodeId, id: Id) {
        if self.heard(cx.incarnation(), from, id, None).is_some() {
            self.finish(cx, id.slot);
        }
    }

    fn finish(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let operation = self.open.close_slot(slot).expect("only open operations finish");
        cx.disarm(slot);
        let answer = match operation.request.op {
            Op::Read { .. } => Answer::Read(operation.newest.value.map_or(Reading::ABSENT, Reading::of)),
            Op::Write { .. } | Op::Cas { .. } | Op::Append { .. } | Op::Propose { .. } => Answer::Done,
        };
        reply(cx, operation.client, &operation.request, Response::Ok(answer));
    }
}

fn reply(cx: &mut impl Context<Register>, client: NodeId, request: &Request, response: Response) {
    let Request { slot, sequence, .. } = *request;
    cx.send(client, Words::Reply(Reply { slot, sequence, response }));
}

/// How the protocol meets the rest of the world: clients' words are everyone's, the others its own.
impl Member<Words> for Register {
    fn to_wire(message: Words) -> Wire<Words> {
        match message {
            Words::Request(request) => Wire::Request(request),
            Words::Reply(reply) => Wire::Reply(reply),
            own => Wire::Custom(own),
        }
    }

    fn from_wire(wire: Wire<Words>) -> Result<Words, Misaddressed> {
        match wire {
            Wire::Request(request) => Ok(Words::Request(request)),
            Wire::Reply(reply) => Ok(Words::Reply(reply)),
            Wire::Custom(own) => Ok(own),
            other => Err(Misaddressed::new(&other)),
        }
    }
}

/// What `type = "custom"` stands for in this program.
impl Custom for Register {
    type Options = RegisterOptions;

    fn configure(options: &RegisterOptions, system: &SystemPlan, _: &Blueprint<'_>) -> Vec<Rc<Config>> {
        let config = Rc::new(Config { replicas: system.nodes.clone(), options: options.clone() });
        vec![config; system.nodes.len()]
    }
}

/// Runs the scenario with one setting of the protocol, and says what came of it.
fn report(setting: &str) -> Result<String, String> {
    let options = LoadOptions { set: vec![format!("system.kv.custom.{setting}")], ..Default::default() };
    let scenario = load_text("my_protocol.toml", include_str!("my_protocol.toml"), &options);
    let run = simulate::<Register>(scenario)?;
    let mut lines = vec![format!("{setting}: {} events, digest {:016x}", run.events, run.digest)];
    for workload in &run.prepared.world.workloads {
        let latency = Query::of(Metric::Latency).with("workload", &workload.name);
        let latency = latency.and_then(|query| query.with("phase", "healthy")).expect("it has these labels");
        let p99 = run.recording.measure(&latency, Aggregate::P99).expect("every workload was answered");
        lines.push(format!("  {}: p99 {:.1} ms while all is well", workload.name, p99 / 1e6));
    }
    for verdict in &run.verdicts {
        lines.push(format!("  {}: {}", verdict.check, verdict.verdict.name()));
        lines.extend(verdict.message.lines().map(|line| format!("    {line}")));
    }
    Ok(lines.join("\n"))
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.len() > 1 {
        return seedbed::cli::main_with::<Register>(arguments).into();
    }
    for setting in ["write_back=true", "write_back=false"] {
        match report(setting) {
            Ok(report) => println!("{report}\n"),
            Err(mistakes) => {
                eprint!("{mistakes}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_says(setting: &str, lines: &[&str]) {
        let report = report(setting).expect("the scenario is valid");
        lines.iter().for_each(|line| assert!(report.contains(line), "no `{line}` in\n{report}"));
    }

    #[test]
    fn the_register_is_linearizable_through_a_crash_a_partition_and_a_slow_disk() {
        assert_says("write_back=true", &["linearizable: held", "read-latency: held", "europe: p99 148.4 ms"]);
    }

    #[test]
    fn without_the_second_round_of_reads_it_is_not_and_the_judge_says_why() {
        assert_says("write_back=false", &["linearizable: violated\n    key k", "read-latency: held"]);
    }

    #[test]
    fn mistakes_in_its_options_have_a_place_and_a_hint() {
        let mistakes = report("write_bck=true").expect_err("there is no such option");
        assert!(mistakes.contains("unknown key `write_bck` in [system.kv.custom]"), "{mistakes}");
        assert!(mistakes.contains("did you mean `write_back`?"), "{mistakes}");
    }
    #[test]
    fn the_page_of_a_run_names_this_program_wherever_it_lies() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().to_str().expect("the path is text");
        let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_protocol.toml");
        let flags = ["run", scenario, "--set", "duration=1s", "--seed", "7", "-q", "--out", out];
        let run = |program: &str| {
            let arguments = [program].iter().chain(&flags).map(std::ffi::OsString::from).collect();
            seedbed::cli::main_with::<Register>(arguments)
        };
        // The second finds every byte of the first: the command in the page does not depend on the folder.
        assert_eq!(run("somewhere/my_protocol"), run("/else where/my_protocol"));
        let runs = folder.path().join("my-register");
        let run =
            std::fs::read_dir(&runs).expect("there are results").next().expect("a run").expect("readable");
        let page = std::fs::read_to_string(run.path().join("report.html")).expect("it has a page");
        let command = "my_protocol run my_protocol.toml --set duration=1s --seed 7";
        assert!(page.contains(command) && !page.contains("seedbed run"), "the page names another command");
        assert!(!runs.join(run.file_name()).with_extension("differs").exists());
    }
}
