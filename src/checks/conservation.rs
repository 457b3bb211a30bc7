//! Nothing is lost quietly: every request that was offered ended in one way or is still open, and every
//! message that was sent was received, dropped, or is on its way.

use crate::kernel::{NodeId, Time};
use crate::model::history::{Outcome, Reason, SessionId};
use crate::model::note::ClientNote;
use crate::model::sessions::Sessions;

/// What became of a workload's requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Requests that clients sent.
    pub offered: u64,
    /// Those that took effect and answered.
    pub ok: u64,
    /// Those that certainly had no effect, by reason.
    pub fail: [u64; Reason::ALL.len()],
    /// Those of which nobody knows, by reason.
    pub unknown: [u64; Reason::ALL.len()],
    /// Those still open.
    pub in_flight: u64,
}

impl Tally {
    /// Requests that ended, in whatever way.
    pub fn ended(&self) -> u64 {
        self.ok + self.fail.iter().sum::<u64>() + self.unknown.iter().sum::<u64>()
    }
}

/// Messages of the whole network, over a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Messages handed to the network.
    pub sent: u64,
    /// Copies that it made.
    pub duplicated: u64,
    /// Messages and copies that reached a running process.
    pub received: u64,
    /// Messages and copies that never will.
    pub dropped: u64,
    /// Those on a link when the run ended.
    pub in_flight: u64,
    /// Those that then waited at a paused node.
    pub waiting: u64,
}

impl Traffic {
    /// `sent + duplicated = received + dropped + in flight + waiting`; what was found if not.
    pub fn balance(&self) -> Result<(), Imbalance> {
        let ends = self.received + self.dropped + self.in_flight + self.waiting;
        if self.sent + self.duplicated == ends { Ok(()) } else { Err(Imbalance::Messages(*self)) }
    }
}

/// Something that came from nowhere or went there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Imbalance {
    /// A client invoked an operation while it had one open.
    InvokedTwice {
        /// Which client.
        session: SessionId,
        /// When.
        at: Time,
    },
    /// A client was told how an operation ended when it had none open.
    ReturnedTwice {
        /// Which client.
        session: SessionId,
        /// When.
        at: Time,
    },
    /// `offered = ok + fail + unknown + in flight` does not hold.
    Requests(Tally),
    /// `sent + duplicated = received + dropped + in flight + waiting` does not hold.
    Messages(Traffic),
}

impl Imbalance {
    /// Says in one sentence, without a full stop, what was seen. `names` gives a node's name.
    pub fn explain(&self, names: &dyn Fn(NodeId) -> String) -> String {
        let client = |session: SessionId| format!("{}#{}", names(session.node), session.slot);
        match self {
            Imbalance::InvokedTwice { session, at } => {
                format!("{} invoked an operation while it had one open (t = {at})", client(*session))
            }
            Imbalance::ReturnedTwice { session, at } => {
                format!("{} was told of an operation when it had none open (t = {at})", client(*session))
            }
            Imbalance::Requests(tally) => format!(
                "{} requests were offered, but {} ended and {} are in flight",
                tally.offered,
                tally.ended(),
                tally.in_flight
            ),
            Imbalance::Messages(traffic) => format!(
                "{} messages were sent and {} duplicated, but {} received, {} dropped, {} in flight and {} waiting",
                traffic.sent,
                traffic.duplicated,
                traffic.received,
                traffic.dropped,
                traffic.in_flight,
                traffic.waiting
            ),
        }
    }
}

/// Counts the requests of one workload as its clients tell of them.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    /// Whether each client has an operation open.
    open: Sessions<bool>,
    /// The open operations are counted at the end.
    tally: Tally,
    /// The first client whose calls and returns did not alternate.
    first: Option<Imbalance>,
}

impl Requests {
    /// No requests yet.
    pub fn new() -> Requests {
        Requests::default()
    }

    /// A client on `node` told `note`.
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        match *note {
            ClientNote::Invoked { slot, .. } => {
                let was_open = std::mem::replace(self.open.entry(SessionId { node, slot }), true);
                self.tally.offered += 1;
                if was_open {
                    self.found(Imbalance::InvokedTwice { session: SessionId { node, slot }, at });
                }
            }
            ClientNote::Returned { slot, outcome, .. } => {
                let was_open = std::mem::replace(self.open.entry(SessionId { node, slot }), false);
                match outcome {
                    Outcome::Ok(_) => self.tally.ok += 1,
                    Outcome::Fail(reason) => self.tally.fail[reason as usize] += 1,
                    Outcome::Unknown(reason) => self.tally.unknown[reason as usize] += 1,
                }
                if !was_open {
                    self.found(Imbalance::ReturnedTwice { session: SessionId { node, slot }, at });
                }
            }
        }
    }

    /// What became of the requests so far.
    pub fn tally(&self) -> Tally {
        let in_flight = self.open.iter().map(|&is_open| u64::from(is_open)).sum();
        Tally { in_flight, ..self.tally }
    }

    /// Every client's calls and returns alternated, and the sums agree; what was found first if not.
    pub fn balance(&self) -> Result<(), Imbalance> {
        if let Some(first) = self.first {
            return Err(first);
        }
        let tally = self.tally();
        if tally.offered == tally.ended() + tally.in_flight {
            Ok(())
        } else {
            Err(Imbalance::Requests(tally))
        }
    }

    #[cold]
    fn found(&mut self, imbalance: Imbalance) {
        self.first.get_or_insert(imbalance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::note::Asked;
    use crate::model::op::Answer;

    const NODE: NodeId = NodeId(7);

    fn invoke(requests: &mut Requests, slot: u32) {
        let asked = Asked::Call { path: 0 };
        let note = ClientNote::Invoked {
            slot,
            sequence: 1,
            number: 1,
            server: NodeId(0),
            intended: Time::ZERO,
            asked,
        };
        requests.client(Time(1_000_000), NODE, &note);
    }

    fn finish(requests: &mut Requests, slot: u32, outcome: Outcome) {
        requests.client(Time(2_000_000), NODE, &ClientNote::Returned { slot, outcome, attempts: 1 });
    }

    fn explained(balance: Result<(), Imbalance>) -> String {
        balance.expect_err("it does not balance").explain(&|_| String::from("shoppers"))
    }

    #[test]
    fn every_request_is_counted_where_it_ended() {
        let mut requests = Requests::new();
        (0..5).for_each(|slot| invoke(&mut requests, slot));
        finish(&mut requests, 0, Outcome::Ok(Answer::Done));
        finish(&mut requests, 1, Outcome::Fail(Reason::Rejected));
        finish(&mut requests, 2, Outcome::Unknown(Reason::Timeout));
        finish(&mut requests, 3, Outcome::Unknown(Reason::InFlight));
        invoke(&mut requests, 0);
        let expected =
            Tally { offered: 6, ok: 1, fail: [0, 1, 0, 0, 0], unknown: [1, 0, 0, 0, 1], in_flight: 2 };
        assert_eq!(requests.tally(), expected);
        assert_eq!(requests.balance(), Ok(()));
    }

    #[test]
    fn a_client_with_two_operations_open_is_found() {
        let mut requests = Requests::new();
        invoke(&mut requests, 3);
        invoke(&mut requests, 4);
        assert_eq!(requests.balance(), Ok(()));
        invoke(&mut requests, 3);
        let words = "shoppers#3 invoked an operation while it had one open (t = 0.001 s)";
        assert_eq!(explained(requests.balance()), words);
    }

    #[test]
    fn an_operation_that_ends_twice_is_found() {
        let mut requests = Requests::new();
        invoke(&mut requests, 3);
        finish(&mut requests, 3, Outcome::Ok(Answer::Done));
        finish(&mut requests, 3, Outcome::Unknown(Reason::Timeout));
        let words = "shoppers#3 was told of an operation when it had none open (t = 0.002 s)";
        assert_eq!(explained(requests.balance()), words);
    }

    #[test]
    fn requests_that_do_not_add_up_are_found() {
        let mut requests = Requests::new();
        invoke(&mut requests, 0);
        finish(&mut requests, 0, Outcome::Ok(Answer::Done));
        requests.tally.ok = 0;
        assert_eq!(explained(requests.balance()), "1 requests were offered, but 0 ended and 0 are in flight");
    }

    #[test]
    fn messages_balance_when_each_has_one_end() {
        let traffic = Traffic { sent: 10, duplicated: 2, received: 5, dropped: 4, in_flight: 2, waiting: 1 };
        assert_eq!(traffic.balance(), Ok(()));
        let words =
            "10 messages were sent and 2 duplicated, but 5 received, 3 dropped, 2 in flight and 1 waiting";
        assert_eq!(explained(Traffic { dropped: 3, ..traffic }.balance()), words);
    }
}
