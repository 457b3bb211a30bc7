//! How long the judge of linearizability takes, by kind of history and by the stage that must settle it.
//!
//! `cargo bench --bench judges -- --json` prints one JSON document; without `--json` a table. Each history is that of
//! a real store on one key: closed-loop clients, half of whose operations are reads, applied at a random moment
//! between invocation and return. "stale" replaces one reading near the end by one that was overwritten long before.

use seedbed::checks::linearizability::{BUDGET_DEFAULT, Judgement, judge};
use seedbed::kernel::{NodeId, Stream, Time};
use seedbed::model::history::{Operation, Outcome, SessionId};
use seedbed::model::op::{Answer, Key, Op, Reading, Value};

const ROUNDS: usize = 3;

/// What a history is made of.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    operations: u32,
    clients: u32,
    changes: Changes,
    /// Whether the judge is told the order in which the store applied the operations.
    own_order: bool,
    /// Whether one reading is replaced.
    stale: bool,
}

#[derive(Clone, Copy)]
enum Changes {
    /// Writes of values that never recur.
    Writes,
    /// Writes of one of this many values.
    Recurring(u32),
    Appends,
}

const REGISTER: Load = Load {
    name: "register, own order",
    operations: 1_000_000,
    clients: 50,
    changes: Changes::Writes,
    own_order: true,
    stale: false,
};
const LIST: Load = Load { operations: 2_000, changes: Changes::Appends, own_order: false, ..REGISTER };
const RECURRING: Load =
    Load { operations: 2_000, changes: Changes::Recurring(5), own_order: false, ..REGISTER };

const LOADS: [Load; 8] = [
    REGISTER,
    Load { name: "register, unique values", own_order: false, ..REGISTER },
    Load { name: "register, unique values, stale", own_order: false, stale: true, ..REGISTER },
    Load { name: "list", ..LIST },
    Load { name: "list, stale", stale: true, ..LIST },
    Load { name: "list, own order, stale", own_order: true, stale: true, ..LIST },
    Load { name: "register, 5 values", ..RECURRING },
    Load { name: "register, 5 values, stale", stale: true, ..RECURRING },
];

struct Measured {
    judgement: Judgement,
    /// Ascending.
    seconds: Vec<f64>,
}

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let results: Vec<(Load, Measured)> = LOADS.into_iter().map(|load| (load, measure(load))).collect();
    match json {
        true => print_json(&results),
        false => print_table(&results),
    }
}

fn print_table(results: &[(Load, Measured)]) {
    for (load, Measured { judgement, seconds }) in results {
        println!(
            "{:32} {:>9} operations {:>2} clients  {:9.1} ms  {:?}, {} states explored",
            load.name,
            load.operations,
            load.clients,
            seconds[ROUNDS / 2] * 1e3,
            judgement.verdict,
            judgement.explored
        );
    }
}

fn print_json(results: &[(Load, Measured)]) {
    let row = |(load, Measured { judgement, seconds }): &(Load, Measured)| {
        serde_json::json!({
            "history": load.name,
            "operations": load.operations,
            "clients": load.clients,
            "verdict": format!("{:?}", judgement.verdict).to_lowercase(),
            "explored": judgement.explored,
            "seconds": seconds[ROUNDS / 2],
            "seconds_min": seconds[0],
            "seconds_max": seconds[ROUNDS - 1],
        })
    };
    let rows: Vec<_> = results.iter().map(row).collect();
    println!("{}", serde_json::json!({ "bench": "judges", "rounds": ROUNDS, "histories": rows }));
}

fn measure(load: Load) -> Measured {
    let (operations, positions) = history(load);
    let own_order = load.own_order.then_some(&positions[..]);
    let round = |_| {
        // A benchmark is the one place where the wall clock is the result.
        #[allow(clippy::disallowed_types)]
        let start = std::time::Instant::now();
        let judgement = judge(&operations, own_order, BUDGET_DEFAULT);
        (start.elapsed().as_secs_f64(), judgement)
    };
    let mut rounds: Vec<(f64, Judgement)> = (0..ROUNDS).map(round).collect();
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let seconds = rounds.iter().map(|(seconds, _)| *seconds).collect();
    let (_, judgement) = rounds.swap_remove(0);
    Measured { judgement, seconds }
}

/// The history of a store that was right, but for the stale reading, and the order in which it applied.
fn history(load: Load) -> (Vec<Operation>, Vec<Option<u64>>) {
    let mut rng = Stream::new(1, "judges", load.name);
    let mut free_at = vec![0u64; load.clients as usize];
    let mut applied: Vec<(u64, Operation)> = Vec::new();
    for number in 0..load.operations {
        let slot = number % load.clients;
        let mut span = || 1 + u64::from(rng.below(1_000_000));
        let (invoked, moment) = (free_at[slot as usize] + span(), span());
        let (moment, returned) = (invoked + moment, invoked + moment + span());
        free_at[slot as usize] = returned;
        let op = match (rng.below(2), load.changes) {
            (0, _) => Op::Read { key: Key(0) },
            (_, Changes::Writes) => Op::Write { key: Key(0), value: Value(number + 1) },
            (_, Changes::Recurring(values)) => Op::Write { key: Key(0), value: Value(1 + rng.below(values)) },
            (_, Changes::Appends) => Op::Append { key: Key(0), value: Value(number + 1) },
        };
        let session = SessionId { node: NodeId(0), slot };
        let (invoked, returned) = (Time(invoked), Time(returned));
        applied
            .push((moment, Operation { session, op, invoked, returned, outcome: Outcome::Ok(Answer::Done) }));
    }
    applied.sort_by_key(|(moment, _)| *moment);
    let mut held = Reading::ABSENT;
    for (_, operation) in &mut applied {
        let (after, answer) = operation.op.apply(held);
        held = after;
        operation.outcome = Outcome::Ok(answer);
    }
    let mut operations: Vec<Operation> = applied.into_iter().map(|(_, operation)| operation).collect();
    if load.stale {
        tamper(&mut operations, load);
    }
    let positions = (0..u64::from(load.operations)).map(Some).collect();
    (operations, positions)
}

/// Gives a read at nine tenths of the history the answer of one at eight tenths, or, where values recur, that of
/// the key before the first write.
fn tamper(operations: &mut [Operation], load: Load) {
    let read_from = |place: usize| {
        let reads = operations[place..].iter().position(|operation| matches!(operation.op, Op::Read { .. }));
        place + reads.expect("half of the operations are reads")
    };
    let (old, late) = (read_from(operations.len() / 10 * 8), read_from(operations.len() / 10 * 9));
    operations[late].outcome = match load.changes {
        Changes::Writes | Changes::Appends => operations[old].outcome,
        Changes::Recurring(_) => Outcome::Ok(Answer::Read(Reading::ABSENT)),
    };
}
