//! What of a run can be forced or left out in another: its strikes as they resolved, and the operations that its clients
//! invoked. It is heard by going through the run once more, so that no other run pays for it.

use crate::faults::{Action, Told};
use crate::kernel::{NodeId, Time};
use crate::model::note::ClientNote;
use crate::run::prepare::Prepared;
use crate::sim::{FaultRecord, Observer, Sim};
use crate::systems::{Custom, Note, Role};

/// A strike of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Struck {
    /// The fault's position in the scenario.
    pub planned: usize,
    /// Its kind: for a nemesis, what it drew.
    pub kind: &'static str,
    /// When it struck.
    pub start: Time,
    /// When it was due to end; `None`: never, or once its steps are over.
    pub end: Option<Time>,
    /// Whom it struck, in words.
    pub resolved: String,
    /// What it takes to write it down.
    pub told: Told,
    /// Of a strike with steps: the nodes that it held down, each from when until when, if it let go of them.
    pub downs: Vec<(NodeId, Time, Option<Time>)>,
}

/// What was heard of a run.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Its strikes, in order.
    pub strikes: Vec<Struck>,
    /// The operations that clients of workloads invoked, in order.
    pub operations: Vec<Asked>,
}

/// An operation that a client of a workload invoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The node that holds the workload's clients.
    pub node: NodeId,
    /// Which of the workload's operations it is.
    pub number: u32,
    /// When it was invoked.
    pub at: Time,
}

impl Heard {
    /// Goes through a run.
    pub fn of<X: Custom>(prepared: &Prepared<X>) -> Heard {
        let mut sim: Sim<Role<X>, Heard> = Sim::new(prepared.world.setup.clone(), Heard::default());
        while sim.run(u64::MAX).is_none() {}
        sim.into_observer()
    }
}

impl<X: Custom> Observer<Role<X>> for Heard {
    fn noted(&mut self, at: Time, node: NodeId, note: &Note<X::Note>) {
        // What a service asks of a store is not a client's to leave out.
        if let Note::Client(ClientNote::Invoked { number, .. }) = note {
            self.operations.push(Asked { node, number: *number, at });
        }
    }

    fn struck(&mut self, fault: &FaultRecord) {
        assert_eq!(fault.strike, self.strikes.len(), "strikes are told in order");
        self.strikes.push(Struck {
            planned: fault.planned,
            kind: fault.kind,
            start: fault.start,
            end: fault.end,
            resolved: fault.resolved.clone(),
            told: fault.told.clone(),
            downs: Vec::new(),
        });
    }

    fn acts(&mut self, at: Time, strike: usize, actions: &[Action]) {
        let Struck { told, downs, .. } = &mut self.strikes[strike];
        for action in actions.iter().filter(|_| told.has_steps) {
            match action {
                Action::Crash(node) => downs.push((*node, at, None)),
                Action::Restart(node) => {
                    let down = downs.iter_mut().find(|(down, _, up)| down == node && up.is_none());
                    if let Some((.., up)) = down {
                        *up = Some(at);
                    }
                }
                other => {
                    unreachable!("the steps of a strike crash nodes and let them boot, and no {other:?}")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::{Files, Subject};
    use crate::scenario::{LoadOptions, load_text};
    use crate::spec::{DataFiles, NoDataFiles};
    use crate::systems::Never;

    /// The operations of a store's clients that come by this law, with this behind it.
    fn operations(arrival: &str, more: &str) -> usize {
        let text = format!(
            "schema = 1\nduration = \"4s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n\
             [workload.clients]\ntarget = \"kv\"\narrival = \"{arrival}\"\n{more}"
        );
        let files: &Files<'_> = &|| -> Box<dyn DataFiles> { Box::new(NoDataFiles) };
        let document = load_text("clients", &text, &LoadOptions::default()).document.expect("it is valid");
        let prepared = Subject { name: "clients", files }.prepare::<Never>(&document);
        Heard::of(&prepared.expect("it is valid")).operations.len()
    }

    #[test]
    fn no_operation_begins_behind_the_end_of_a_workload() {
        assert_eq!(operations("constant(10/s)", ""), 40);
        assert_eq!(
            operations("constant(10/s)", "until = \"2s\""),
            19,
            "the one that is due at its end is not asked"
        );
        let closed = "closed(clients=3, think=100ms)";
        let half = operations(closed, "until = \"2s\"");
        assert!((40..60).contains(&half) && operations(closed, "") > 80, "{half}");
    }
}
