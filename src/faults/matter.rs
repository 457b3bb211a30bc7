//! What faults act on: what a node has, and how its messages travel. A fault that meets with none of it changes nothing, and
//! is not said to have struck.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::SystemId;

/// What a kind of fault acts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Matter {
    /// A process: every node has one but those that hold clients.
    Process,
    /// Timers, and the monotonic clock by which they fire: with every process.
    Timers,
    /// Work that takes time.
    Work,
    /// A disk that is written.
    Disk,
    /// The time that a disk takes for what is written.
    DiskTime,
    /// A wall clock that somebody looks at.
    WallClock,
    /// Messages, however they travel.
    Messages,
    /// Messages that travel as datagrams.
    Datagrams,
    /// Messages that travel on streams.
    Streams,
}

impl Matter {
    /// What it is called in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Matter::Process => "a process",
            Matter::Timers => "timers",
            Matter::Work => "work",
            Matter::Disk => "a disk",
            Matter::DiskTime => "the time of a disk",
            Matter::WallClock => "a wall clock",
            Matter::Messages => "messages",
            Matter::Datagrams => "datagrams",
            Matter::Streams => "streams",
        }
    }

    /// Why a fault that acts on this strikes nobody, of nodes or links that have none of it.
    pub fn lack(self) -> &'static str {
        match self {
            Matter::Process | Matter::Timers => "there are only clients, which hold no process",
            Matter::Work => "no work there takes time",
            Matter::Disk => "nothing there writes to a disk",
            Matter::DiskTime => "no disk there takes time",
            Matter::WallClock => "nobody looks at a wall clock there",
            Matter::Messages => "no message goes that way",
            Matter::Datagrams => "no message goes there as a datagram",
            Matter::Streams => "no message goes there on a stream",
        }
    }

    /// What to do about that.
    pub fn remedy(self) -> &'static str {
        match self {
            Matter::Process | Matter::Timers => {
                "name nodes of a system; a partition cuts off clients as well"
            }
            Matter::Work => {
                "of the types built in only a service works, for as long as its `work` says; to any other messages are work \
                 once it has cores = 1 and cpu = { receive = \"10us\" }; do = \"slow-disk\" and do = \"delay\" slow down a \
                 store, too"
            }
            Matter::Disk => "of the types built in only a store writes: name its nodes",
            Matter::DiskTime => "give the system a disk that takes time, such as disk = { fsync = \"1ms\" }",
            Matter::WallClock => {
                "no type built in looks at one; do = \"clock-drift\" moves timers too, and a fault with `at_clock` or a check \
                 of `wall_clock_error` does look"
            }
            Matter::Messages => "name nodes that have something to say to each other",
            Matter::Datagrams => {
                "a stream drops copies; do = \"delay\" and do = \"loss\" strike streams as well"
            }
            Matter::Streams => "give the system transport = \"stream\", or write do = \"partition\"",
        }
    }
}

/// What a node has of what faults act on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Matters(u16);

impl Matters {
    /// Nothing.
    pub const NONE: Matters = Matters(0);
    /// A process that does no work, has no disk and looks at no wall clock.
    pub const PROCESS: Matters = Matters::NONE.and(Matter::Process).and(Matter::Timers);
    /// All that a process can give faults to act on, where nobody knows what it does.
    pub const UNKNOWN: Matters = Matters::PROCESS.and(Matter::Work).and(Matter::Disk).and(Matter::WallClock);

    /// And this.
    #[must_use]
    pub const fn and(self, matter: Matter) -> Matters {
        Matters(self.0 | 1 << matter as u8)
    }

    /// And this, if so.
    #[must_use]
    pub const fn and_if(self, is_so: bool, matter: Matter) -> Matters {
        if is_so { self.and(matter) } else { self }
    }

    /// What either has.
    #[must_use]
    pub const fn or(self, other: Matters) -> Matters {
        Matters(self.0 | other.0)
    }

    /// Whether this is among it.
    pub const fn have(self, matter: Matter) -> bool {
        self.0 >> matter as u8 & 1 == 1
    }

    /// Whether messages from who has this to who has `other` are of the matter. It takes two for a stream; one that knows but
    /// datagrams makes all of them datagrams.
    fn carry(self, matter: Matter, other: Matters) -> bool {
        let [is_one, is_other] = [self, other].map(|has| has.have(matter));
        let is_pair = self.have(Matter::Messages) && other.have(Matter::Messages);
        match matter {
            Matter::Datagrams => is_pair && (is_one || is_other),
            Matter::Messages | Matter::Streams => is_one && is_other,
            Matter::Process
            | Matter::Timers
            | Matter::Work
            | Matter::Disk
            | Matter::DiskTime
            | Matter::WallClock => {
                unreachable!("a fault of links acts on messages")
            }
        }
    }
}

/// What nodes have, by the system or workload that they are of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Side(BTreeMap<SystemId, Matters>);

impl Side {
    /// And this of a system.
    pub fn add(&mut self, system: SystemId, has: Matters) {
        let all = self.0.entry(system).or_insert(Matters::NONE);
        *all = all.or(has);
    }

    /// And all that another has.
    pub fn join(&mut self, other: &Side) {
        other.0.iter().for_each(|(system, has)| self.add(*system, *has));
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What any of them has.
    pub fn any(&self) -> Matters {
        self.0.values().fold(Matters::NONE, |all, has| all.or(*has))
    }
}

/// Which systems and workloads have something to say to each other, or among themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Talks(BTreeMap<SystemId, BTreeSet<SystemId>>);

impl Talks {
    /// And these two.
    #[must_use]
    pub fn and(mut self, one: SystemId, other: SystemId) -> Talks {
        self.add(one, other);
        self
    }

    /// And these two.
    pub fn add(&mut self, one: SystemId, other: SystemId) {
        self.0.entry(one).or_default().insert(other);
        self.0.entry(other).or_default().insert(one);
    }

    /// Whether these two are among them.
    pub fn have(&self, one: SystemId, other: SystemId) -> bool {
        self.0.get(&one).is_some_and(|others| others.contains(&other))
    }

    /// Whether messages between two sides, one way or the other, are of the matter.
    pub fn carry(&self, matter: Matter, one: &Side, other: &Side) -> bool {
        let (few, many) = if one.0.len() <= other.0.len() { (one, other) } else { (other, one) };
        few.0.iter().any(|(system, has)| {
            let mut others = self.0.get(system).into_iter().flatten();
            others.any(|other| many.0.get(other).is_some_and(|theirs| has.carry(matter, *theirs)))
        })
    }
}
