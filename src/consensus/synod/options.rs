//! What can be set about single-decree Paxos.

use crate::consensus::bugs::Bugs;
use crate::consensus::quorums::Quorums;
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::Roster;

/// What a node is told at boot. Cloned at every restart.
#[derive(Clone, Debug)]
pub struct Config {
    /// The nodes. Each is a proposer, an acceptor and a learner.
    pub roster: Roster,
    /// How they behave.
    pub options: Options,
}

/// The knobs.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// How long a proposer that gave a ballot up waits before it tries a higher one, in nanoseconds, drawn anew each time.
    pub backoff: Distribution,
    /// How often what is drawn doubles, ballot given up by ballot given up.
    pub backoff_doublings: u32,
    /// How long a proposer waits for a quorum, in each phase.
    pub phase_timeout: Duration,
    /// How often a learner that knows of nothing chosen asks the others.
    pub ask_interval: Duration,
    /// How many must promise and accept.
    pub quorums: Quorums,
    /// How what is accepted becomes known.
    pub learning: Learning,
    /// How reads are served.
    pub reads: ReadMode,
    /// Most clients that may wait at a node; more are refused.
    pub waiting_max: u32,
    /// Bugs switched on.
    pub bugs: Bugs,
}

/// How what is accepted becomes known ("Paxos Made Simple", §2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Learning {
    /// Each acceptor tells every learner: one message delay, and as many messages as acceptors times learners.
    Broadcast,
    /// Each acceptor tells the ballot's proposer, which tells the other learners: one delay more, and fewer messages.
    Distinguished,
}

/// How a node that knows of nothing chosen serves a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadMode {
    /// By a ballot of its own ("Paxos Made Simple", §2.3: a learner that must know has a proposer issue a proposal).
    Ballot,
    /// At once: nothing. Deliberately unsafe.
    Local,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            backoff: Distribution::uniform(1e7, 1e8).expect("two bounds in order"),
            backoff_doublings: 4,
            phase_timeout: Duration::from_millis(500),
            ask_interval: Duration::from_millis(1_000),
            quorums: Quorums::default(),
            learning: Learning::Broadcast,
            reads: ReadMode::Ballot,
            waiting_max: 16 * 1024,
            bugs: Bugs::NONE,
        }
    }
}
