//! An instance's side of its registration: it says that it is there, again and again, until it is told to leave.
//!
//! An operator's order to register or to leave is done once a registry has taken note of it; until then it is said again with
//! every heartbeat. A process that starts anew registers, whatever it was told before.

use std::rc::Rc;

use crate::kernel::{Context, Duration, Keyed, NodeId};
use crate::model::operation::{Operation, Order, OrderReply, Progress};

use super::message::{Control, ServiceMessage};
use super::server::{Server, ServerTimer};

/// How an instance registers.
#[derive(Clone, Debug)]
pub struct RegistrationRule {
    /// The nodes of the registry: all are told.
    pub registries: Rc<[NodeId]>,
    /// From one time to the next.
    pub heartbeat: Duration,
    /// Draws when the first is.
    pub draws: Keyed,
}

/// A registration.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    rule: RegistrationRule,
    is_wanted: bool,
    /// Whether a registry has taken note of what is wanted.
    is_noted: bool,
    /// Who ordered it, and the number of the order, until it is done.
    order: Option<(NodeId, u32)>,
}

impl Registration {
    /// Of an instance that boots: before the run began all have registered.
    pub(super) fn new(cx: &mut impl Context<Server>, rule: &RegistrationRule) -> Registration {
        let is_first = cx.incarnation() == 1;
        let registration =
            Registration { rule: rule.clone(), is_wanted: true, is_noted: is_first, order: None };
        if is_first {
            // At a moment of its own, as those who began long ago.
            let phase = rule.draws.draw(u64::from(cx.me().0), 0) % rule.heartbeat.0;
            cx.arm(ServerTimer::Heartbeat, Duration(phase));
        } else {
            registration.tell(cx);
        }
        registration
    }

    /// Says again what is wanted: that it is there until it leaves, that it leaves until that is noted.
    pub(super) fn tell(&self, cx: &mut impl Context<Server>) {
        if !self.is_wanted && self.is_noted {
            return;
        }
        let control = if self.is_wanted { Control::Register } else { Control::Deregister };
        for registry in self.rule.registries.iter() {
            cx.send(*registry, ServiceMessage::Control(control.clone()));
        }
        cx.arm(ServerTimer::Heartbeat, self.rule.heartbeat);
    }

    /// An operator wants something.
    pub(super) fn ordered(&mut self, cx: &mut impl Context<Server>, from: NodeId, order: &Order) {
        let Operation::Register { is_registered, .. } = order.operation else {
            unreachable!("of an instance nothing else is asked: the planner sees to it")
        };
        (self.is_wanted, self.is_noted, self.order) = (is_registered, false, Some((from, order.number)));
        self.tell(cx);
    }

    /// A registry has taken note.
    pub(super) fn noted(&mut self, cx: &mut impl Context<Server>, is_registered: bool) {
        if is_registered != self.is_wanted {
            return; // Of what was wanted before.
        }
        self.is_noted = true;
        if let Some((operator, number)) = self.order.take() {
            let reply = OrderReply { number, progress: Progress::Done };
            cx.send(operator, ServiceMessage::OrderReply(reply));
        }
    }

    /// Whether it is registered, as far as it knows.
    pub(super) fn is_registered(&self) -> bool {
        self.is_wanted
    }
}
