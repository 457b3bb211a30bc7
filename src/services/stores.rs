//! What a server asks of stores: one operation at a time for each frame, whose slot is the session.

use crate::kernel::{Context, Duration, NodeId};
use crate::model::history::{Outcome, Reason, SessionId};
use crate::model::note::{Asked, ClientNote, ServiceNote};
use crate::model::op::{Op as StoreOp, OpKind};
use crate::model::request::{Reply, Request, Response};
use crate::model::route::Router;
use crate::model::status::Status;

use super::frame::{Frame, StoreState};
use super::message::ServiceMessage;
use super::program::{Op, Programs, StoreCall};
use super::server::{Server, ServerTimer};
use super::writer::Writer;

/// How long a request waits before it asks again when no node of the store is known to lead.
const REDIRECT_BACKOFF: Duration = Duration::from_millis(20);

impl Server {
    /// The frame asks its store for the first time.
    pub(super) fn begin_store(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let index = slot as usize;
        if index >= self.store_sequences.len() {
            self.store_sequences.resize(index + 1, 0);
        }
        self.store_sequences[index] += 1;
        self.values += 1;
        let writer = Writer { index: cx.me().0, writers: self.config.writers };
        let (sequence, value) = (self.store_sequences[index], writer.value(self.values));
        let (_, frame) = self.frames.get_slot(slot).expect("only open frames ask");
        let bits = frame.draw(&self.config.draws);
        let node = router(&mut self.routers, frame).first(bits);
        frame.store = StoreState { node, attempts: 1, value, sequence };
        let (op, ..) = operation(&self.config.programs, frame);
        cx.note(ServiceNote::Store(ClientNote::Invoked {
            slot: SessionId::slot(cx.incarnation(), slot),
            sequence,
            number: frame.call.number,
            server: node,
            intended: cx.now(),
            asked: Asked::Store(op),
        }));
        self.ask_store(cx, slot);
    }

    /// Sends the frame's operation to the node it has chosen.
    pub(super) fn ask_store(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let Some((_, frame)) = self.frames.get_slot(slot) else { return };
        let (op, size, timeout) = operation(&self.config.programs, frame);
        let (session, sequence) = (SessionId::slot(cx.incarnation(), slot), frame.store.sequence);
        cx.send(frame.store.node, ServiceMessage::Request(Request { slot: session, sequence, op, size }));
        cx.arm(ServerTimer::StorePatience(slot), timeout);
    }

    /// No reply came in time.
    pub(super) fn store_overdue(&mut self, cx: &mut impl Context<Self>, slot: u32) {
        let Some((_, frame)) = self.frames.get_slot(slot) else { return };
        let Op::Store(StoreCall { attempts, .. }) = self.config.programs.op(frame.pc) else { return };
        if frame.store.attempts >= *attempts {
            // Whether the store will do it is unknown: the session ends, and the request has failed.
            let frame = self.frames.retire(slot).expect("it was just found");
            let attempts = frame.store.attempts as u16;
            let (session, outcome) =
                (SessionId::slot(cx.incarnation(), slot), Outcome::Unknown(Reason::Timeout));
            cx.note(ServiceNote::Store(ClientNote::Returned { slot: session, outcome, attempts }));
            cx.disarm(ServerTimer::StoreAgain(slot));
            return self.ended(cx, slot, &frame, Status::TimedOut, false);
        }
        frame.store.node = router(&mut self.routers, frame).after_timeout(frame.store.node);
        frame.store.attempts += 1;
        cx.disarm(ServerTimer::StoreAgain(slot));
        self.ask_store(cx, slot);
    }

    /// A store has replied.
    pub(super) fn replied(&mut self, cx: &mut impl Context<Self>, from: NodeId, reply: Reply) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), reply.slot) else {
            return; // To an earlier boot.
        };
        let Some((_, frame)) = self.frames.get_slot(slot) else { return };
        let is_asking = matches!(self.config.programs.op(frame.pc), Op::Store(_));
        if !is_asking || reply.sequence != frame.store.sequence {
            return; // To an earlier frame or step.
        }
        match reply.response {
            Response::Ok(answer) => {
                frame.has_acted = true;
                let (outcome, attempts) = (Outcome::Ok(answer), frame.store.attempts as u16);
                cx.note(ServiceNote::Store(ClientNote::Returned { slot: reply.slot, outcome, attempts }));
                cx.disarm(ServerTimer::StorePatience(slot));
                cx.disarm(ServerTimer::StoreAgain(slot));
                self.advance(cx, slot);
            }
            // A node that was given up has nothing to say but an answer.
            Response::Redirect { .. } | Response::Rejected if from != frame.store.node => {}
            Response::Redirect { leader } => {
                let (next, at_once) = router(&mut self.routers, frame).after_redirect(from, leader);
                frame.store.node = next;
                match at_once {
                    true => self.ask_store(cx, slot),
                    false => cx.arm(ServerTimer::StoreAgain(slot), REDIRECT_BACKOFF),
                }
            }
            Response::Rejected => cx.arm(ServerTimer::StoreAgain(slot), REDIRECT_BACKOFF),
        }
    }
}

/// The router of the store step that a frame is at.
fn router<'a>(routers: &'a mut [Option<Router>], frame: &Frame) -> &'a mut Router {
    routers[usize::from(frame.pc)].as_mut().expect("a store step has a router")
}

/// What the frame's step asks, the size of the value, and how long to wait for a reply.
fn operation(programs: &Programs, frame: &Frame) -> (StoreOp, u32, Duration) {
    let Op::Store(call) = programs.op(frame.pc) else { unreachable!("a frame asks in a store step only") };
    let (key, value) = (frame.call.key, frame.store.value);
    let op = match call.op {
        OpKind::Read => StoreOp::Read { key },
        OpKind::Write => StoreOp::Write { key, value },
        OpKind::Append => StoreOp::Append { key, value },
        OpKind::Cas | OpKind::Propose => unreachable!("a step has neither"),
    };
    let size = if call.op == OpKind::Read { 0 } else { call.size };
    (op, size, call.timeout)
}
