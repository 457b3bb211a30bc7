//! The queue before the cores of a service's instances.

use crate::kernel::Duration;
use crate::processors::Discipline;
use crate::services::Order;
use crate::services::server::UrgencyRule;
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::Located;

crate::choices! {
    /// Whom an instance's cores serve next. Of equals the one that came first goes first.
    pub enum DisciplineChoice {
        /// First in, first out.
        Fifo = "fifo",
        /// Last in, first out, and then to its end.
        Lifo = "lifo",
        /// Last in, first out: who comes interrupts, and what was interrupted goes on later.
        LifoPreemptive = "lifo-preemptive",
        /// Any of those that wait, each as likely.
        Siro = "siro",
        /// The class of the least number, and then to its end.
        Priority = "priority",
        /// The class of the least number at every moment: who comes interrupts a class of a larger one.
        PriorityPreemptive = "priority-preemptive",
        /// All at once: n requests on c cores go at min(1, c / n) of the speed of a core each.
        ProcessorSharing = "processor-sharing",
        /// Each for a `quantum` of work, and then behind all that wait.
        RoundRobin = "round-robin",
        /// Shortest job first: the least work, and then to its end.
        Sjf = "sjf",
        /// Shortest remaining processing time: the least work left at every moment.
        Srpt = "srpt",
        /// Least attained service: the least work done so far at every moment; equals share the cores.
        Las = "las",
        /// Earliest deadline first, at every moment.
        Edf = "edf",
    }
}

crate::choices! {
    /// What happens to a request that finds the queue full.
    pub enum WhenFull {
        /// It is refused.
        Reject = "reject",
    }
}

crate::options! {
    /// The queue before an instance's cores.
    pub struct QueueOptions {
        /// Whom the cores serve next. Of equals the one that came first goes first.
        discipline: Located<DisciplineChoice> = "fifo",
        /// Work of a turn where the discipline is `round-robin`: its length on an unloaded core of speed 1.
        quantum: Option<Duration> [Duration(1_000)..],
        /// Most requests at an instance, those in service included; absent: any number.
        limit: Option<u32> [1..],
        /// What happens to a request that finds the queue full.
        when_full: WhenFull = "reject",
    }
    check check_queue;
}

/// Turns have a length, and nothing else has.
fn check_queue(queue: &QueueOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let takes_turns = queue.discipline.value == DisciplineChoice::RoundRobin;
    let discipline = places.given("discipline");
    match (takes_turns, queue.quantum) {
        (true, None) if !decoder.is_any_meant(&["quantum"]) => {
            let message = "turns of no length: `round-robin` has no `quantum`";
            let error = Diagnostic::error(Code::Contradiction, places.of("discipline"), message);
            decoder.report(error.help("write quantum = \"10ms\": the work that each gets in a turn"));
        }
        // Whoever sweeps disciplines gives turns to all of them.
        (false, Some(_)) if discipline.is_none_or(|origin| origin.through.is_none()) => {
            let message = "`quantum` has no effect: only `round-robin` serves in turns";
            let warning = Diagnostic::warning(Code::NoEffect, places.of("quantum"), message);
            decoder.report(warning.beside(discipline, "the discipline"));
        }
        (true | false, Some(_) | None) => {}
    }
}

impl QueueOptions {
    /// In which order requests are admitted that wait because as many are served as may be at a time.
    pub(super) fn order(&self) -> Order {
        match self.discipline.value {
            DisciplineChoice::Fifo
            | DisciplineChoice::ProcessorSharing
            | DisciplineChoice::RoundRobin
            | DisciplineChoice::Las => Order::Arrival,
            DisciplineChoice::Lifo | DisciplineChoice::LifoPreemptive => Order::Recent,
            DisciplineChoice::Siro => Order::Random,
            DisciplineChoice::Priority | DisciplineChoice::PriorityPreemptive | DisciplineChoice::Edf => {
                Order::Urgency
            }
            DisciplineChoice::Sjf | DisciplineChoice::Srpt => Order::Work,
        }
    }

    /// What makes a request urgent.
    pub(super) fn urgency(&self) -> UrgencyRule {
        if self.discipline.value == DisciplineChoice::Edf {
            UrgencyRule::Deadline
        } else {
            UrgencyRule::Priority
        }
    }

    /// The discipline as the cores know it.
    pub(super) fn discipline(&self) -> Discipline {
        match self.discipline.value {
            DisciplineChoice::Fifo => Discipline::Fifo,
            DisciplineChoice::Lifo => Discipline::Lifo { preemptive: false },
            DisciplineChoice::LifoPreemptive => Discipline::Lifo { preemptive: true },
            DisciplineChoice::Siro => Discipline::Siro,
            DisciplineChoice::Priority => Discipline::Ranked { preemptive: false },
            DisciplineChoice::PriorityPreemptive | DisciplineChoice::Edf => {
                Discipline::Ranked { preemptive: true }
            }
            DisciplineChoice::ProcessorSharing => Discipline::Sharing,
            // Without turns the scenario is refused.
            DisciplineChoice::RoundRobin => {
                self.quantum.map_or(Discipline::Fifo, |quantum| Discipline::RoundRobin { quantum })
            }
            DisciplineChoice::Sjf => Discipline::ShortestJob,
            DisciplineChoice::Srpt => Discipline::ShortestRemaining,
            DisciplineChoice::Las => Discipline::LeastAttained,
        }
    }
}
