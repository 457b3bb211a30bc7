//! What every node is in at a moment, for people: its process's own words, its timers, its disk, and what is on the way to
//! it. Looking changes nothing.

use crate::kernel::{Description, NodeId, Process, Time};
use crate::storage::DiskState;

use super::event::Event;
use super::node::Held;
use super::{Observer, Sim};

/// The state of a node.
#[derive(Clone, Debug)]
pub struct NodeState<M> {
    /// Whether it has a running process.
    pub is_up: bool,
    /// Whether it is paused.
    pub is_paused: bool,
    /// How often it has booted.
    pub boots: u32,
    /// What its process says of itself; nothing while it is down.
    pub process: Option<Description>,
    /// Its armed timers, by their dense index, with the moment when each fires; earliest first.
    pub timers: Vec<(u32, Time)>,
    /// Its disk.
    pub disk: DiskState,
    /// What is on the way to it, in the order in which it is due.
    pub arriving: Vec<Arriving<M>>,
    /// How much waits for it to go on after a pause.
    pub held: usize,
}

/// A message on the way.
#[derive(Clone, Debug)]
pub struct Arriving<M> {
    /// Its sender.
    pub from: NodeId,
    /// When it is due.
    pub at: Time,
    /// The message.
    pub message: M,
}

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// The states of all nodes, by id.
    pub fn states(&self) -> Vec<NodeState<P::Message>> {
        let mut states: Vec<NodeState<P::Message>> =
            (0..self.nodes.len()).map(|node| self.state(node)).collect();
        let mut queue = self.shared.queue.clone();
        while let Some((at, _, event, slot)) = queue.pop() {
            if let Event::Deliver { from, to, .. } = event {
                let message = queue.take_body(slot);
                states[to.index()].arriving.push(Arriving { from, at, message });
            }
        }
        states
    }

    fn state(&self, index: usize) -> NodeState<P::Message> {
        let node = &self.nodes[index];
        let describe = |process: &P| {
            let mut description = Description::default();
            process.describe(&mut description);
            description
        };
        let arriving = node.machine.held.iter().filter_map(|held| match held {
            Held::Message { from, message } => {
                Some(Arriving { from: *from, at: self.shared.now, message: message.clone() })
            }
            Held::Timer { .. } | Held::Synced(_) | Held::Refused { .. } | Held::Reset { .. } => None,
        });
        NodeState {
            is_up: node.process.is_some(),
            is_paused: node.machine.pauses > 0,
            boots: node.machine.incarnation,
            process: node.process.as_ref().map(describe),
            timers: node.machine.timers.armed(),
            disk: node.machine.disk.state(),
            arriving: arriving.collect(),
            held: node.machine.held.len(),
        }
    }

    /// The strikes that have not ended: each its number, and the fault's position on the timeline.
    pub fn strikes_in_force(&self) -> Vec<(usize, usize)> {
        let strikes = self.strikes.iter().enumerate();
        strikes.filter_map(|(number, strike)| Some((number, strike.as_ref()?.planned))).collect()
    }
}
