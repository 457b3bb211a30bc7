//! What the nodes of a replicated log, or of single-decree Paxos, say for what they commit or choose: messages and bytes among
//! themselves, the leader's part of them, and the operations committed.

use crate::kernel::NodeId;
use crate::model::log::LogIndex;

/// What a node that decides by consensus did up to a moment; all counts only ever grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Messages that it sent to other nodes of its system.
    pub peer_messages: u64,
    /// Their bytes.
    pub peer_bytes: u64,
    /// Those of them that it sent while it led.
    pub led: u64,
    /// Messages that it sent, to whomever, and those that were sent to it from outside its system.
    pub messages: u64,
    /// Those of them that a leader of the system sent or was sent.
    pub of_leader: u64,
    /// Operations of clients that it was the first to apply: each is counted at one node.
    pub committed: u64,
    /// Values chosen that it was the first to learn: one at most, of single-decree Paxos.
    pub chosen: u64,
}

impl Traffic {
    /// What has come since `before`.
    pub fn since(self, before: Traffic) -> Traffic {
        Traffic {
            peer_messages: self.peer_messages - before.peer_messages,
            peer_bytes: self.peer_bytes - before.peer_bytes,
            led: self.led - before.led,
            messages: self.messages - before.messages,
            of_leader: self.of_leader - before.of_leader,
            committed: self.committed - before.committed,
            chosen: self.chosen - before.chosen,
        }
    }

    /// Of both together.
    pub fn and(self, other: Traffic) -> Traffic {
        Traffic {
            peer_messages: self.peer_messages + other.peer_messages,
            peer_bytes: self.peer_bytes + other.peer_bytes,
            led: self.led + other.led,
            messages: self.messages + other.messages,
            of_leader: self.of_leader + other.of_leader,
            committed: self.committed + other.committed,
            chosen: self.chosen + other.chosen,
        }
    }
}

/// Listens to the messages of all systems whose nodes decide by consensus.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    /// By node: which log it is a replica of, counted from 1; 0: none.
    logs: Vec<u16>,
    nodes: Vec<Node>,
    /// By log: the last index that any node has applied; of one decree, 1 once any node has learned what is chosen.
    applied: Vec<LogIndex>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    leads: bool,
    traffic: Traffic,
}

impl Listener {
    /// Has heard nothing; `logs` gives for each node which log it is a replica of, counted from 1, or 0.
    pub(super) fn new(logs: impl Iterator<Item = u16>) -> Listener {
        let logs: Vec<u16> = logs.collect();
        let nodes = vec![Node { leads: false, traffic: Traffic::default() }; logs.len()];
        let applied = vec![LogIndex(0); logs.iter().copied().max().unwrap_or(0).into()];
        Listener { logs, nodes, applied }
    }

    /// What a node did so far.
    pub(super) fn of(&self, node: NodeId) -> Traffic {
        self.nodes[node.index()].traffic
    }

    /// A message goes to the network.
    #[inline]
    pub(super) fn sent(&mut self, from: NodeId, to: NodeId, bytes: impl FnOnce() -> u32) {
        let (sender_log, receiver_log) = (self.logs[from.index()], self.logs[to.index()]);
        // What one system asks of another counts for who sends it; what clients ask, for who is asked.
        let counted = match (sender_log, receiver_log) {
            (0, 0) => return,
            (0, _) => to,
            (_, _) => from,
        };
        let is_peer = sender_log == receiver_log;
        let [sender_leads, receiver_leads] = [from, to].map(|node| self.nodes[node.index()].leads);
        let of_leader = u64::from(sender_leads || receiver_leads);
        let traffic = &mut self.nodes[counted.index()].traffic;
        traffic.messages += 1;
        traffic.of_leader += of_leader;
        if is_peer {
            traffic.peer_messages += 1;
            traffic.peer_bytes += u64::from(bytes());
            traffic.led += u64::from(sender_leads);
        }
    }

    /// A node begins to lead, or no longer does.
    pub(super) fn leads(&mut self, node: NodeId, leads: bool) {
        self.nodes[node.index()].leads = leads;
    }

    /// A node applied a client's operation.
    #[inline]
    pub(super) fn applied(&mut self, node: NodeId, index: LogIndex) {
        if self.is_first(node, index) {
            self.nodes[node.index()].traffic.committed += 1;
        }
    }

    /// A node of single-decree Paxos learned what is chosen.
    pub(super) fn learned(&mut self, node: NodeId) {
        if self.is_first(node, LogIndex(1)) {
            self.nodes[node.index()].traffic.chosen += 1;
        }
    }

    /// Whether no node of its system was there before.
    #[inline]
    fn is_first(&mut self, node: NodeId, index: LogIndex) -> bool {
        let Some(log) = usize::from(self.logs[node.index()]).checked_sub(1) else { return false };
        let is_first = index > self.applied[log];
        self.applied[log] = self.applied[log].max(index);
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEADER: NodeId = NodeId(0);
    const FOLLOWER: NodeId = NodeId(1);
    const CLIENT: NodeId = NodeId(2);
    const OTHER: NodeId = NodeId(3);

    /// A log of two nodes, a client, and a node of another log.
    fn heard() -> Listener {
        let mut listener = Listener::new([1, 1, 0, 2].into_iter());
        listener.leads(LEADER, true);
        listener
    }

    #[test]
    fn messages_count_for_their_sender_and_those_of_clients_for_who_is_asked() {
        let mut heard = heard();
        for (from, to) in
            [(CLIENT, LEADER), (LEADER, FOLLOWER), (FOLLOWER, LEADER), (LEADER, CLIENT), (CLIENT, FOLLOWER)]
        {
            heard.sent(from, to, || 10);
        }
        let leader = Traffic {
            peer_messages: 1,
            peer_bytes: 10,
            led: 1,
            messages: 3,
            of_leader: 3,
            committed: 0,
            chosen: 0,
        };
        assert_eq!(heard.of(LEADER), leader);
        let follower = Traffic {
            peer_messages: 1,
            peer_bytes: 10,
            led: 0,
            messages: 2,
            of_leader: 1,
            committed: 0,
            chosen: 0,
        };
        assert_eq!(heard.of(FOLLOWER), follower);
        assert_eq!(heard.of(CLIENT), Traffic::default());
        heard.leads(LEADER, false);
        heard.sent(LEADER, OTHER, || 10);
        assert_eq!(heard.of(LEADER), Traffic { messages: 4, ..leader }, "the other log is no peer");
    }

    #[test]
    fn an_operation_is_committed_once_whoever_applies_it() {
        let mut heard = heard();
        for (node, index) in [(LEADER, 2), (FOLLOWER, 2), (FOLLOWER, 3), (LEADER, 3), (LEADER, 5), (OTHER, 1)]
        {
            heard.applied(node, LogIndex(index));
        }
        assert_eq!([LEADER, FOLLOWER, OTHER].map(|node| heard.of(node).committed), [2, 1, 1]);
    }

    #[test]
    fn a_value_is_chosen_once_whoever_learns_it_and_however_often() {
        let mut heard = heard();
        [FOLLOWER, LEADER, FOLLOWER, CLIENT].into_iter().for_each(|node| heard.learned(node));
        assert_eq!([LEADER, FOLLOWER, CLIENT].map(|node| heard.of(node).chosen), [0, 1, 0]);
        assert_eq!(heard.of(FOLLOWER).committed, 0, "it is no operation of a log");
    }
}
