//! Time that a note costs the invariants of a replicated log, in steady state: five replicas append, sync,
//! commit and apply entry after entry, and compact now and then. `cargo bench --bench invariants`.

use seedbed::checks::consensus::{InvariantSet, Invariants};
use seedbed::kernel::{Digest, NodeId, Time};
use seedbed::model::history::SessionId;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::note::ConsensusNote;
use seedbed::model::note::Holding;

const REPLICAS: u32 = 5;
const ENTRIES: u64 = 1_000_000;
const SESSIONS: u64 = 1_000;
const ROUNDS: usize = 3;

fn main() {
    let names = ["appended", "synced", "committed", "applied", "compacted"];
    for compact_every in [None, Some(10_000)] {
        println!("compaction: {compact_every:?}");
        let mut best = [f64::MAX; 5];
        for _ in 0..ROUNDS {
            let seconds = run(compact_every);
            best.iter_mut().zip(seconds).for_each(|(best, seconds)| *best = best.min(seconds));
        }
        let notes = (ENTRIES * u64::from(REPLICAS)) as f64;
        for (name, seconds) in names.iter().zip(best) {
            println!("  {name:<24} {:6.1} ns", seconds / notes * 1e9);
        }
        println!(
            "  {:<24} {:6.1} ns a note",
            "mean of the first four",
            best[..4].iter().sum::<f64>() / notes * 0.25e9
        );
    }
}

/// Seconds spent on each kind of note.
fn run(compact_every: Option<u64>) -> [f64; 5] {
    const BATCH: u64 = 100;
    let nodes: Vec<NodeId> = (0..REPLICAS).map(NodeId).collect();
    let mut invariants = Invariants::new(&nodes, InvariantSet::ALL, Holding::Log);
    let term = Term(1);
    let elected = ConsensusNote::BecameLeader { term, last_index: LogIndex(0) };
    invariants.consensus(Time::ZERO, NodeId(0), &elected);
    let mut seconds = [0.0; 5];
    let mut prefix = Digest::new();
    let mut prefixes = Vec::new();
    for first in (1..=ENTRIES).step_by(BATCH as usize) {
        prefixes.clear();
        for index in first..first + BATCH {
            prefix.absorb(index);
            prefixes.push((LogIndex(index), prefix.value()));
        }
        let mut tell =
            |kind: usize, prefixes: &[(LogIndex, u64)], note: &dyn Fn(LogIndex, u64) -> ConsensusNote| {
                // A benchmark is the one place where the wall clock is the result.
                #[allow(clippy::disallowed_types)]
                let start = std::time::Instant::now();
                for &(index, prefix) in prefixes {
                    for &node in &nodes {
                        invariants.consensus(Time(index.0), node, &note(index, prefix));
                    }
                }
                seconds[kind] += start.elapsed().as_secs_f64();
            };
        tell(0, &prefixes, &|index, prefix| ConsensusNote::Appended { index, term, prefix });
        tell(1, &prefixes, &|index, _| ConsensusNote::Synced { through: index });
        tell(2, &prefixes, &|index, prefix| ConsensusNote::Committed { index, term, prefix });
        tell(3, &prefixes, &|index, _| {
            let session = SessionId { node: NodeId(REPLICAS), slot: (index.0 % SESSIONS) as u32 };
            ConsensusNote::Applied { index, session, sequence: (index.0 / SESSIONS) as u32 + 1 }
        });
        let last = first + BATCH - 1;
        if compact_every.is_some_and(|every| last.is_multiple_of(every)) {
            tell(4, &prefixes[BATCH as usize - 1..], &|index, _| ConsensusNote::Compacted { index });
        }
    }
    invariants.finish(Time(ENTRIES));
    assert_eq!(invariants.violations(), []);
    seconds
}
