//! The front of a service: takes calls and hands each to the next instance, round robin.

use std::rc::Rc;

use crate::kernel::{Context, Durable, Duration, Name, NodeId, Process};
use crate::model::history::SessionId;
use crate::model::note::ServiceNote;

use super::message::{Answered, Call, ServiceMessage, Status};
use super::slots::Slots;

/// What a front is told.
#[derive(Clone, Debug)]
pub struct FrontConfig {
    /// The instances, in the order of their turns; at least one.
    pub instances: Rc<[NodeId]>,
    /// How long an instance may take before the front answers `Failed` in its place.
    pub timeout: Duration,
}

/// A front.
#[derive(Clone, Debug)]
pub struct Front {
    config: FrontConfig,
    turn: usize,
    open: Slots<Forwarded>,
}

/// A call that an instance works on.
#[derive(Clone, Copy, Debug)]
struct Forwarded {
    caller: NodeId,
    call: Call,
}

/// One timer a forwarded call: its slot.
#[derive(Clone, Copy, Debug)]
pub struct Patience(u32);

impl Name for Patience {
    fn index(self) -> u32 {
        self.0
    }

    fn named(index: u32) -> Self {
        Patience(index)
    }

    fn word(self) -> &'static str {
        "patience"
    }
}

impl Process for Front {
    type Config = FrontConfig;
    type Message = ServiceMessage;
    type Timer = Patience;
    type Record = std::convert::Infallible;
    type Note = ServiceNote;

    fn boot(_: &mut impl Context<Self>, config: &FrontConfig, _: &Durable<Self::Record>) -> Self {
        assert!(!config.instances.is_empty(), "a front has instances");
        Front { config: config.clone(), turn: 0, open: Slots::new() }
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: ServiceMessage) {
        match message {
            ServiceMessage::Call(call) => self.forward(cx, from, call),
            ServiceMessage::Answered(answered) => self.answer(cx, answered),
            // A front calls no store; whoever replies has the wrong address.
            ServiceMessage::Request(_) | ServiceMessage::Reply(_) => {}
        }
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, Patience(slot): Patience) {
        if let Some(forwarded) = self.open.close_slot(slot) {
            reply(cx, forwarded, Status::Failed);
        }
    }
}

impl Front {
    fn forward(&mut self, cx: &mut impl Context<Self>, caller: NodeId, call: Call) {
        let instance = self.config.instances[self.turn];
        self.turn = (self.turn + 1) % self.config.instances.len();
        let (slot, sequence) = self.open.open(Forwarded { caller, call });
        cx.arm(Patience(slot), self.config.timeout);
        // An instance may still work on what a front that crashed since had asked.
        let slot = SessionId::slot(cx.incarnation(), slot);
        cx.send(instance, ServiceMessage::Call(Call { slot, sequence, ..call }));
    }

    fn answer(&mut self, cx: &mut impl Context<Self>, answered: Answered) {
        let Some(slot) = SessionId::client_of(cx.incarnation(), answered.slot) else {
            return; // To an earlier boot: its caller has lost patience.
        };
        let Some(forwarded) = self.open.close(slot, answered.sequence) else {
            return; // Too late: the caller has been told.
        };
        cx.disarm(Patience(slot));
        reply(cx, forwarded, answered.status);
    }
}

fn reply(cx: &mut impl Context<Front>, forwarded: Forwarded, status: Status) {
    let Call { slot, sequence, .. } = forwarded.call;
    cx.send(forwarded.caller, ServiceMessage::Answered(Answered { slot, sequence, status }));
}
