//! What one run of services is looked at for: sums over requests and over what instances did, from the end of the
//! warm-up on.
//!
//! What counts is what ends after the warm-up, whenever it began: were it what began then, the long requests that are
//! open at the end would be missed more often than short ones, which shortens the mean by about its variance over the
//! length of the run.
//!
//! No list grows with the requests: a slot a client and a slot a frame hold what is under way, and sums the rest.

use crate::kernel::{Duration, NodeId, Time};
use crate::model::history::{Outcome as Ended, SessionId};
use crate::model::note::{Asked, ClientNote, ServiceNote};

/// Requests of one kind that ended after the warm-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Requests {
    /// Those that were answered `ok`.
    pub answered: u64,
    /// The others.
    pub failed: u64,
    /// How long the answered ones took together, for their clients, in nanoseconds.
    pub latency: u128,
    /// Those of the answered ones that took longer than the experiment says.
    pub late: u64,
}

/// What the instances of a service did, all together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Visits {
    /// Requests that ended there after the warm-up.
    pub ended: u64,
    /// Those of them that were at the instance for longer than their work takes on an idle core.
    pub waited: u64,
    /// Requests at the instances, integrated over the time measured, in request-nanoseconds.
    pub in_system: u128,
    /// Core-time busy within the time measured, in nanoseconds.
    pub busy: u64,
}

/// What was counted of one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Served {
    /// How long the run went on after the warm-up.
    pub measured: Duration,
    /// By workload and kind of request, in the order of the scenario.
    pub requests: Vec<Vec<Requests>>,
    /// By system, in the order of the scenario; fronts are in none.
    pub visits: Vec<Visits>,
}

/// What a node is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// It holds the clients of this workload.
    Clients(usize),
    /// It is an instance of this system.
    Instance(usize),
    /// It is neither.
    Other,
}

/// An open operation of a client.
#[derive(Clone, Copy, Debug)]
struct Open {
    began: Time,
    path: u16,
}

/// The requests at an instance.
#[derive(Clone, Debug)]
struct Instance {
    system: usize,
    in_system: u32,
    /// Up to when `in_system` is in the sum; at first the end of the warm-up.
    settled: Time,
    /// By frame: when its request came.
    arrived: Vec<Time>,
}

impl Instance {
    #[inline]
    fn holds(&mut self, at: Time, in_system: u32, visits: &mut [Visits]) {
        if at > self.settled {
            visits[self.system].in_system +=
                u128::from(at.since(self.settled).0) * u128::from(self.in_system);
            self.settled = at;
        }
        self.in_system = in_system;
    }
}

/// Listens to a run of services.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    warmup: Time,
    late_after: Duration,
    /// By node.
    parts: Vec<Part>,
    /// By workload and client: its operation.
    open: Vec<Vec<Open>>,
    /// By node; empty where it is no instance.
    instances: Vec<Option<Instance>>,
    served: Served,
}

impl Meter {
    /// Has seen nothing yet. `parts` by node; each workload has so many kinds of requests.
    pub(super) fn new(warmup: Time, late_after: Duration, parts: Vec<Part>, paths: &[usize]) -> Meter {
        let systems = parts.iter().map(|part| match part {
            Part::Instance(system) => system + 1,
            Part::Clients(_) | Part::Other => 0,
        });
        let served = Served {
            measured: Duration::ZERO,
            requests: paths.iter().map(|count| vec![Requests::default(); *count]).collect(),
            visits: vec![Visits::default(); systems.max().unwrap_or(0)],
        };
        let instance = |part: &Part| match *part {
            Part::Instance(system) => {
                Some(Instance { system, in_system: 0, settled: warmup, arrived: Vec::new() })
            }
            Part::Clients(_) | Part::Other => None,
        };
        Meter {
            warmup,
            late_after,
            instances: parts.iter().map(instance).collect(),
            parts,
            open: vec![Vec::new(); paths.len()],
            served,
        }
    }

    /// The node's cores were busy for so long within the time measured.
    pub(super) fn was_busy(&mut self, node: NodeId, busy: Duration) {
        if let Part::Instance(system) = self.parts[node.index()] {
            self.served.visits[system].busy += busy.0;
        }
    }

    /// What it saw, in a run that was over at `end`.
    pub(super) fn served(self, end: Time) -> Served {
        let Meter { mut instances, mut served, warmup, .. } = self;
        for instance in instances.iter_mut().flatten() {
            instance.holds(end, instance.in_system, &mut served.visits);
        }
        served.measured = end.since(warmup);
        served
    }

    #[inline]
    pub(super) fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        let Part::Clients(workload) = self.parts[node.index()] else { return };
        let open = &mut self.open[workload];
        match *note {
            ClientNote::Invoked { slot, asked, .. } => {
                let (client, path) = match asked {
                    Asked::Call { path } => (SessionId::client(slot) as usize, path),
                    Asked::Store(_) => return,
                };
                if client >= open.len() {
                    open.resize(client + 1, Open { began: Time::ZERO, path: 0 });
                }
                open[client] = Open { began: at, path };
            }
            ClientNote::Returned { slot, outcome, .. } => {
                let Some(&Open { began, path }) = open.get(SessionId::client(slot) as usize) else { return };
                if at < self.warmup {
                    return;
                }
                let requests = &mut self.served.requests[workload][usize::from(path)];
                if !matches!(outcome, Ended::Ok(_)) {
                    requests.failed += 1;
                    return;
                }
                let latency = at.since(began);
                requests.answered += 1;
                requests.latency += u128::from(latency.0);
                requests.late += u64::from(latency > self.late_after);
            }
        }
    }

    #[inline]
    pub(super) fn service(&mut self, at: Time, node: NodeId, note: &ServiceNote) {
        let Some(instance) = &mut self.instances[node.index()] else { return };
        match *note {
            ServiceNote::Taken { frame, in_system, .. } => {
                let frame = frame as usize;
                if frame >= instance.arrived.len() {
                    instance.arrived.resize(frame + 1, Time::ZERO);
                }
                instance.arrived[frame] = at;
                instance.holds(at, in_system, &mut self.served.visits);
            }
            ServiceNote::Finished { frame, service, .. } => {
                let arrived = instance.arrived[frame as usize];
                instance.holds(at, instance.in_system - 1, &mut self.served.visits);
                if at >= self.warmup {
                    let visits = &mut self.served.visits[instance.system];
                    visits.ended += 1;
                    visits.waited += u64::from(at.since(arrived) > service);
                }
            }
            ServiceNote::Refused { .. } | ServiceNote::Called { .. } | ServiceNote::Heard { .. } => {}
            ServiceNote::Forked { .. } | ServiceNote::Joined { .. } | ServiceNote::Store(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::Reason;
    use crate::model::op::Answer;
    use crate::model::status::Status;

    const CLIENTS: NodeId = NodeId(0);
    const SERVER: NodeId = NodeId(1);

    fn meter() -> Meter {
        Meter::new(Time(100), Duration(30), vec![Part::Clients(0), Part::Instance(0), Part::Other], &[2])
    }

    fn invoked(client: u32, path: u16) -> ClientNote {
        let (slot, intended) = (SessionId::slot(1, client), Time::ZERO);
        ClientNote::Invoked {
            slot,
            sequence: 1,
            number: 1,
            server: SERVER,
            intended,
            asked: Asked::Call { path },
        }
    }

    fn returned(client: u32, outcome: Ended) -> ClientNote {
        ClientNote::Returned { slot: SessionId::slot(1, client), outcome, attempts: 1 }
    }

    #[test]
    fn requests_that_end_after_the_warm_up_count_by_their_kind() {
        let (mut meter, ok) = (meter(), Ended::Ok(Answer::Done));
        meter.client(Time(90), CLIENTS, &invoked(0, 0));
        meter.client(Time(99), CLIENTS, &returned(0, ok));
        meter.client(Time(99), CLIENTS, &invoked(0, 0));
        meter.client(Time(100), CLIENTS, &invoked(1, 1));
        meter.client(Time(105), CLIENTS, &invoked(2, 1));
        meter.client(Time(120), CLIENTS, &returned(0, ok));
        meter.client(Time(121), CLIENTS, &invoked(0, 1));
        meter.client(Time(130), CLIENTS, &returned(1, ok));
        meter.client(Time(136), CLIENTS, &returned(2, ok));
        meter.client(Time(140), CLIENTS, &invoked(1, 0));
        meter.client(Time(141), CLIENTS, &returned(1, Ended::Fail(Reason::Unavailable)));
        let served = meter.served(Time(150));
        assert_eq!(served.measured, Duration(50));
        let first = Requests { answered: 1, failed: 1, latency: 21, late: 0 };
        // 30 is not longer than 30, and 31 is.
        let second = Requests { answered: 2, failed: 0, latency: 61, late: 1 };
        assert_eq!(served.requests, [vec![first, second]]);
    }

    #[test]
    fn what_is_at_an_instance_is_integrated_from_the_warm_up_to_the_end() {
        let mut meter = meter();
        let taken =
            |frame, in_system| ServiceNote::Taken { frame, caller: CLIENTS, call: 0, sequence: 1, in_system };
        let finished = |frame, service| ServiceNote::Finished {
            frame,
            is_answer: true,
            status: Status::Ok,
            service: Duration(service),
        };
        meter.service(Time(80), SERVER, &taken(0, 1));
        meter.service(Time(110), SERVER, &taken(1, 2));
        meter.service(Time(120), SERVER, &finished(0, 40));
        meter.service(Time(140), SERVER, &finished(1, 20));
        meter.service(Time(145), SERVER, &taken(0, 1));
        meter.was_busy(SERVER, Duration(45));
        meter.was_busy(NodeId(2), Duration(45));
        let served = meter.served(Time(150));
        // 10 x 1, 10 x 2, 20 x 1, 5 x 0, 5 x 1. The second waited for 10, the first not at all.
        assert_eq!(served.visits, [Visits { ended: 2, waited: 1, in_system: 55, busy: 45 }]);
    }
}
