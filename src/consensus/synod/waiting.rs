//! The clients that wait at a node for what is chosen.

use crate::consensus::replica::Message;
use crate::kernel::Context;
use crate::model::history::SessionId;
use crate::model::op::{Answer, Key, Op, Reading, Value};
use crate::model::request::{Reply, Request, Response};

use super::options::ReadMode;
use super::{Standing, Synod};

/// The one key of the register.
const KEY: Key = Key(0);

/// The clients that wait at a node, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    clients: Vec<Client>,
    /// How many of them waited when the last ballot began.
    before_ballot: usize,
}

#[derive(Clone, Copy, Debug)]
struct Client {
    session: SessionId,
    sequence: u32,
    /// What it proposes, and the size of that in bytes; `None` if it reads.
    proposal: Option<(Value, u32)>,
}

impl Waiting {
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// A ballot begins.
    pub fn begin_ballot(&mut self) {
        self.before_ballot = self.clients.len();
    }

    /// What the first client that proposes something wants, and its size.
    pub fn first_proposal(&self) -> Option<(Value, u32)> {
        self.clients.iter().find_map(|client| client.proposal)
    }

    /// Adds a client. One that asks again keeps its place.
    fn add(&mut self, client: Client) {
        let same = |known: &Client| (known.session, known.sequence) == (client.session, client.sequence);
        if !self.clients.iter().any(same) {
            self.clients.push(client);
        }
    }

    fn take_all(&mut self) -> Vec<Client> {
        self.before_ballot = 0;
        std::mem::take(&mut self.clients)
    }

    /// Takes the reads that waited when the last ballot began.
    fn take_early_reads(&mut self) -> Vec<Client> {
        let before = std::mem::take(&mut self.before_ballot);
        self.clients.extract_if(..before, |client| client.proposal.is_none()).collect()
    }
}

impl Synod {
    /// A client asks. Any node answers: with what it knows to be chosen, or once it knows.
    pub(super) fn on_request(&mut self, cx: &mut impl Context<Self>, session: SessionId, request: Request) {
        let Request { sequence, op, size, .. } = request;
        let proposal = match op {
            Op::Read { key: KEY } => None,
            Op::Propose { key: KEY, value } => Some((value, size)),
            // Scenarios that would ask this are refused at load.
            Op::Read { .. } | Op::Propose { .. } | Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } => {
                return reply(cx, session, sequence, Response::Rejected);
            }
        };
        let client = Client { session, sequence, proposal };
        if let Some(vote) = self.learner.learned {
            return answer(cx, client, Reading::of(vote.value));
        }
        match (self.standing, self.options.reads) {
            (Standing::Whole, ReadMode::Local) if proposal.is_none() => answer(cx, client, Reading::ABSENT),
            (Standing::Whole, ReadMode::Ballot | ReadMode::Local) => {
                if self.waiting.len() >= self.options.waiting_max as usize {
                    return reply(cx, session, sequence, Response::Rejected);
                }
                self.waiting.add(client);
                self.propose_if_idle(cx);
            }
            // It has no ballots. Another node may.
            (Standing::Forgetful | Standing::Halted, _) => {
                reply(cx, session, sequence, Response::Redirect { leader: None });
            }
        }
    }

    /// All who wait are told what is chosen.
    pub(super) fn answer_all(&mut self, cx: &mut impl Context<Self>, chosen: Value) {
        self.waiting.take_all().into_iter().for_each(|client| answer(cx, client, Reading::of(chosen)));
    }

    /// Reads that waited when the last ballot began are told that nothing was chosen then.
    pub(super) fn answer_absent(&mut self, cx: &mut impl Context<Self>) {
        let early = self.waiting.take_early_reads();
        early.into_iter().for_each(|client| answer(cx, client, Reading::ABSENT));
    }
}

/// Tells a client what the register holds: one whose own proposal it is, that it was done.
fn answer(cx: &mut impl Context<Synod>, client: Client, held: Reading) {
    let answer = match client.proposal {
        None => Answer::Read(held),
        Some((value, _)) if held == Reading::of(value) => Answer::Done,
        Some(_) => Answer::Mismatch(held),
    };
    reply(cx, client.session, client.sequence, Response::Ok(answer));
}

fn reply(cx: &mut impl Context<Synod>, session: SessionId, sequence: u32, response: Response) {
    cx.send(session.node, Message::Reply(Reply { slot: session.slot, sequence, response }));
}
