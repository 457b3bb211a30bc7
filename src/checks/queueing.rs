//! The operational laws of queueing (Denning and Buzen, *The operational analysis of queueing network models*, 1978), which hold on
//! every run exactly: what is counted one way is held against what is counted another.

use crate::kernel::{Duration, NodeId};

/// What was counted of the requests at one server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ServerAccount {
    /// Requests that it took.
    pub taken: u64,
    /// Requests that it answered.
    pub finished: u64,
    /// Requests that were there when it crashed.
    pub lost: u64,
    /// Requests that are there.
    pub present: u64,
    /// The number of requests there, as the server tells it, integrated over time: request-nanoseconds.
    pub held: u128,
    /// The times of all requests there, each from its arrival to its answer, to a crash or to now: request-nanoseconds.
    pub stayed: u128,
}

/// What was counted of the cores of one node, in work at speed 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CoreAccount {
    /// What busy cores did.
    pub delivered: Duration,
    /// What pieces of work received.
    pub served: Duration,
    /// Most that the two may differ by: 1 ns a piece of work and change of pace.
    pub tolerance: Duration,
}

/// Two counts that should be one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breach {
    /// Requests that a server took did not end, or ended twice.
    Requests(NodeId, ServerAccount),
    /// Little's law: the mean number of requests there is their rate times their mean time there.
    Little(NodeId, ServerAccount),
    /// The utilisation law: cores are busy for as long as there is work.
    Utilisation(NodeId, CoreAccount),
}

impl ServerAccount {
    /// Whether every request is accounted for, and Little's law holds.
    ///
    /// # Errors
    /// What does not.
    pub fn balance(self, node: NodeId) -> Result<(), Breach> {
        if self.taken != self.finished + self.lost + self.present {
            return Err(Breach::Requests(node, self));
        }
        if self.held != self.stayed {
            return Err(Breach::Little(node, self));
        }
        Ok(())
    }
}

impl CoreAccount {
    /// Whether the utilisation law holds.
    ///
    /// # Errors
    /// If it does not.
    pub fn balance(self, node: NodeId) -> Result<(), Breach> {
        match self.delivered.0.abs_diff(self.served.0) <= self.tolerance.0 {
            true => Ok(()),
            false => Err(Breach::Utilisation(node, self)),
        }
    }
}

impl Breach {
    /// The law, in a word.
    pub fn law(&self) -> &'static str {
        match self {
            Breach::Requests(..) => "requests",
            Breach::Little(..) => "littles-law",
            Breach::Utilisation(..) => "utilisation-law",
        }
    }

    /// Says in one sentence, without a full stop, what was seen. `names` gives a node's name.
    pub fn explain(&self, names: &dyn Fn(NodeId) -> String) -> String {
        match self {
            Breach::Requests(node, ServerAccount { taken, finished, lost, present, .. }) => format!(
                "{} took {taken} requests, but answered {finished}, lost {lost} in crashes and has {present}",
                names(*node)
            ),
            Breach::Little(node, ServerAccount { held, stayed, .. }) => format!(
                "{} held requests for {held} request-nanoseconds, but they stayed for {stayed}",
                names(*node)
            ),
            Breach::Utilisation(node, CoreAccount { delivered, served, .. }) => format!(
                "the cores of {} did {} ns of work, but {} ns were done",
                names(*node),
                delivered.0,
                served.0
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId(3);
    const SOUND: ServerAccount =
        ServerAccount { taken: 9, finished: 5, lost: 3, present: 1, held: 70, stayed: 70 };

    fn told(result: Result<(), Breach>) -> (&'static str, String) {
        let breach = result.expect_err("it does not balance");
        (breach.law(), breach.explain(&|_| "api.1".to_owned()))
    }

    #[test]
    fn a_server_accounts_for_every_request_and_all_their_time() {
        assert_eq!(SOUND.balance(NODE), Ok(()));
        let words = "api.1 took 9 requests, but answered 5, lost 2 in crashes and has 1".to_owned();
        assert_eq!(told(ServerAccount { lost: 2, ..SOUND }.balance(NODE)), ("requests", words));
        let words = "api.1 held requests for 71 request-nanoseconds, but they stayed for 70".to_owned();
        assert_eq!(told(ServerAccount { held: 71, ..SOUND }.balance(NODE)), ("littles-law", words));
    }

    #[test]
    fn cores_do_what_is_done_to_a_nanosecond_a_piece() {
        let account = CoreAccount { delivered: Duration(100), served: Duration(97), tolerance: Duration(3) };
        assert_eq!(account.balance(NODE), Ok(()));
        let words = "the cores of api.1 did 100 ns of work, but 96 ns were done".to_owned();
        let off = CoreAccount { served: Duration(96), ..account };
        assert_eq!(told(off.balance(NODE)), ("utilisation-law", words));
    }
}
