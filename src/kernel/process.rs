//! The process interface: a protocol is a state machine that handles a message, a timer, a finished disk
//! operation or finished work, and *asks* for effects. It sees a [`Context`] and nothing else.
//!
//! A crash drops the process; a restart is [`Process::boot`] with what was durable. Amnesia is structural: there
//! is no hook that must remember to clear a field.

use super::context::Context;
use super::description::Description;
use super::disk::Area;
use super::disk::{Areas, DiskError, DiskToken, Durable, Write};
use super::foresight::Soon;
use super::ids::NodeId;
use super::time::Duration;

/// What runs on a node.
///
/// `Clone`, so that a whole world can be copied, explored and shrunk.
pub trait Process: Clone + Sized {
    /// What a node of this kind is told once, at start and at every restart.
    type Config: Clone;
    /// What goes over the network.
    type Message: Message;
    /// The names of its timers.
    type Timer: Name;
    /// What it writes to its disk.
    type Record: Clone;
    /// What it tells the observers.
    type Note: Note;

    /// Starts the process, at the beginning of the run and after every crash. `disk` is what was durable.
    fn boot(cx: &mut impl Context<Self>, config: &Self::Config, disk: &Durable<Self::Record>) -> Self;

    /// Handles a message that arrived from `from`.
    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Self::Message);

    /// Handles the firing of a timer that was armed and neither moved nor disarmed since.
    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: Self::Timer) {
        let _ = (cx, timer);
    }

    /// Handles the end of the sync that was asked for under `token`.
    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        let _ = (cx, token, result);
    }

    /// Handles the end of the work that was asked for under `token`.
    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        let _ = (cx, token);
    }

    /// Whether it wants to be told of streams that are gone: [`Process::on_reset`] and [`Process::on_refused`].
    fn hears_resets(&self) -> bool {
        false
    }

    /// Handles that the streams with `peer` are gone: what was sent there is not answered any more, and what is sent from now on
    /// travels on a new one. Told where the other's machine can say so: not across a partition.
    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        let _ = (cx, peer);
    }

    /// Handles that `message`, sent to `peer` on a stream, was not taken, as no process runs there. Told under the same condition.
    fn on_refused(&mut self, cx: &mut impl Context<Self>, peer: NodeId, message: Self::Message) {
        let _ = (cx, peer, message);
    }

    /// It will handle this soon: the process may [`load`](super::load) what it will need and has not needed lately. Asked in all
    /// rounds but the first ([`ROUNDS`](super::foresight::ROUNDS)). Returns the timer that it will then arm or disarm, if it
    /// knows one.
    #[inline]
    fn foresee(&self, round: u32, soon: Soon<'_, Self::Message>) -> Option<Self::Timer> {
        let _ = (round, soon);
        None
    }

    /// Says what state it is in, for people who look at a run: `repro --until T --dump` shows it.
    fn describe(&self, out: &mut Description) {
        let _ = out;
    }
}

/// A message as the network sees it.
pub trait Message: Clone {
    /// The names of its kinds, in the order of their numbers: scenarios call them so. What wraps other messages may
    /// leave theirs out, and then says in `name` what each is called.
    const NAMES: &'static [&'static str] = &[];

    /// A small dense number of its kind, for digests and counters.
    fn kind(&self) -> u16;
    /// The kind's name in traces and CSVs, such as `append-entries`.
    fn name(&self) -> &'static str {
        Self::NAMES[usize::from(self.kind())]
    }
    /// Its size on the wire, in bytes, headers included.
    fn size(&self) -> u32;
    /// What it says beyond its name, for people who look at a run, such as `term 3, entry 7: write k1 = 5`; empty if that is
    /// nothing. No run depends on it.
    fn says(&self) -> String {
        String::new()
    }
}

/// The name of a timer: dense per process, so that a node's timers are a `Vec`. A timer per conversation takes
/// its slot plus a constant; one name shared by two conversations would starve one of them silently.
pub trait Name: Copy {
    /// The name's number.
    fn index(self) -> u32;
    /// The name of a number that [`Name::index`] gave.
    fn named(index: u32) -> Self;

    /// The word for it in traces, such as `election`; the same for every conversation.
    fn word(self) -> &'static str {
        "timer"
    }
}

impl Name for u32 {
    fn index(self) -> u32 {
        self
    }

    fn named(index: u32) -> u32 {
        index
    }
}

/// Something a process tells its observers: checks, metrics, traces and charts. It changes nothing in the run.
pub trait Note: Clone {
    /// A digest of the note, for the run's digest.
    fn digest(&self) -> u64;

    /// Whether it tells of gained or lost leadership, so that faults can find `leader(kv)` of any protocol.
    fn leadership(&self) -> Option<Leadership> {
        None
    }
}

/// Who elects the leader of a system, as far as a node of it knows. The n-th bit is the n-th node of the system.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Electorate {
    /// Who votes.
    pub voters: u64,
    /// The voters whom they replace, while both must agree; else nobody.
    pub outgoing: u64,
    /// How many voters it takes at most, to elect and to decide; 0: a majority.
    pub quorum: u32,
}

impl Electorate {
    /// Whether these nodes can elect and decide by themselves.
    pub fn is_served_by(self, nodes: u64) -> bool {
        let has = |group: u64| {
            let quorum = if self.quorum == 0 { group.count_ones() / 2 + 1 } else { self.quorum };
            (group & nodes).count_ones() >= quorum
        };
        has(self.voters) && (self.outgoing == 0 || has(self.outgoing))
    }
}

/// A change of a node's own belief that it leads its system, or of who elects a leader and whether its own vote counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leadership {
    /// It leads, in this term (ballot, view); a system's leader is the one of the highest term.
    Gained {
        /// The term, as a number that grows.
        term: u64,
    },
    /// These elect from now on, and whoever else might have come to is not known any more.
    ElectedBy(Electorate),
    /// It holds what may make these elect in place of those, once others agree.
    MayBeElectedBy(Electorate),
    /// It has forgotten what it promised, and knows that: its vote counts no more until the others have taken it in again.
    VoteLost,
    /// They have.
    VoteRegained,
    /// It leads no longer.
    Lost,
    /// It leads no longer, and takes part no more until it is restarted.
    Halted,
}

/// Names a piece of work to the process that asked for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct WorkToken(pub u64);

/// What a process says of a piece of work to those cores that serve by it: a class of priority, or a deadline in
/// nanoseconds. The least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Urgency(pub u64);

/// What a process can ask for. **Order is meaning**: a sync covers what was written before it, by the same
/// handler or earlier, and nothing after it.
#[derive(Clone, Debug)]
pub enum Effect<P: Process> {
    /// Sends `message` to `to` over the network.
    Send {
        /// Where it goes.
        to: NodeId,
        /// What goes.
        message: P::Message,
    },
    /// Fires `timer` after `after` on this node's monotonic clock; arming it again moves its only deadline.
    Arm {
        /// Which timer.
        timer: P::Timer,
        /// From now, by the node's clock.
        after: Duration,
    },
    /// Makes `timer` not fire.
    Disarm {
        /// Which timer.
        timer: P::Timer,
    },
    /// Changes `area`; volatile until a sync covers it.
    Write {
        /// Which area.
        area: Area,
        /// What changes.
        write: Write<P::Record>,
    },
    /// Makes all earlier writes to `areas` durable; the process is told under `token`.
    Sync {
        /// Which areas.
        areas: Areas,
        /// The operation's name in `on_disk`.
        token: DiskToken,
    },
    /// Does `work` (its length on an unloaded core of speed 1); the process is told under `token`.
    Compute {
        /// How long it takes at speed 1.
        work: Duration,
        /// The work's name in `on_computed`.
        token: WorkToken,
        /// Where cores serve by it: whom it goes before.
        urgency: Urgency,
    },
    /// Tells the observers.
    Note(P::Note),
}
