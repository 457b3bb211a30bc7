//! An operator of a system: gives orders at their times, one after another, and repeats each until it is told that it is
//! done, or cannot be.
//!
//! An order names a state that is wanted and not a step ([`Operation`]), so that it may be given again to anybody. Whoever
//! does not lead names who does.

use std::rc::Rc;

use crate::kernel::{Context, Durable, Duration, Message, Name, NodeId, Process, Time};
use crate::model::note::{Ended, OperatorNote};
use crate::model::operation::{Objection, Operation, Order, OrderReply, Progress};
use crate::model::route::{Route, Router};

/// How long an operator waits before it asks again when no node is known to lead.
const REDIRECT_BACKOFF: Duration = Duration::from_millis(20);

/// What an operator's node is told.
#[derive(Clone, Debug)]
pub struct OperatorConfig {
    /// Who is asked: the nodes of the system, nearest first.
    pub nodes: Rc<[NodeId]>,
    /// What is wanted, and when, in order of time.
    pub orders: Vec<(Time, Operation)>,
    /// From when on it gives no more orders, overdue ones neither.
    pub until: Time,
    /// How long it waits for an answer before it asks the next node.
    pub retry: Duration,
    /// How long it keeps at one order before it gives up and does not know what came of it.
    pub timeout: Duration,
}

/// An operator.
#[derive(Clone, Debug)]
pub struct Operator {
    config: Rc<OperatorConfig>,
    router: Router,
    /// The order that is open or next, counted from 0.
    current: usize,
    open: Option<Open>,
}

/// An order that was given.
#[derive(Clone, Copy, Debug)]
struct Open {
    asked: NodeId,
    attempts: u32,
}

/// An operator's timers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperatorTimer {
    /// The next order is due.
    Due,
    /// An answer is overdue.
    Retry,
    /// It is time to ask again.
    Again,
    /// The order has taken too long.
    Patience,
}

impl Name for OperatorTimer {
    fn index(self) -> u32 {
        self as u32
    }

    fn named(index: u32) -> OperatorTimer {
        match index {
            0 => OperatorTimer::Due,
            1 => OperatorTimer::Retry,
            2 => OperatorTimer::Again,
            _ => OperatorTimer::Patience,
        }
    }

    fn word(self) -> &'static str {
        match self {
            OperatorTimer::Due => "due",
            OperatorTimer::Retry => "retry",
            OperatorTimer::Again => "again",
            OperatorTimer::Patience => "patience",
        }
    }
}

/// What an operator sends and gets.
#[derive(Clone, Debug)]
pub enum OperatorMessage {
    /// An order.
    Order(Rc<Order>),
    /// The answer to one.
    Reply(OrderReply),
}

impl Message for OperatorMessage {
    const NAMES: &'static [&'static str] = &["order", "order-reply"];

    fn kind(&self) -> u16 {
        match self {
            OperatorMessage::Order(_) => 0,
            OperatorMessage::Reply(_) => 1,
        }
    }

    fn size(&self) -> u32 {
        match self {
            OperatorMessage::Order(_) => Order::WIRE_SIZE,
            OperatorMessage::Reply(_) => OrderReply::WIRE_SIZE,
        }
    }
}

impl Process for Operator {
    type Config = Rc<OperatorConfig>;
    type Message = OperatorMessage;
    type Timer = OperatorTimer;
    type Record = std::convert::Infallible;
    type Note = OperatorNote;

    fn boot(cx: &mut impl Context<Self>, config: &Rc<OperatorConfig>, _: &Durable<Self::Record>) -> Operator {
        let router = Router::new(Route::Leader, config.nodes.clone());
        let mut operator = Operator { config: config.clone(), router, current: 0, open: None };
        operator.await_next(cx);
        operator
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: OperatorMessage) {
        let OperatorMessage::Reply(OrderReply { number, progress }) = message else { return };
        let Some(open) = self.open.filter(|_| number == self.number()) else { return };
        match progress {
            Progress::Done => self.end(cx, Ended::Done),
            // The leader has resumed its work: it may go better the next time.
            Progress::Refused(Objection::TooSlow) => cx.arm(OperatorTimer::Again, self.config.retry),
            Progress::Refused(objection) => self.end(cx, Ended::Refused(objection)),
            Progress::NotLeader { leader } if from == open.asked => {
                let (asked, _) = self.router.after_redirect(from, leader);
                self.open = Some(Open { asked, ..open });
                // Not at once: whoever is named may not know yet that it leads, and name somebody else.
                cx.arm(OperatorTimer::Again, REDIRECT_BACKOFF);
            }
            Progress::NotLeader { .. } | Progress::Working => {}
        }
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: OperatorTimer) {
        match timer {
            OperatorTimer::Due => self.begin(cx),
            OperatorTimer::Retry => {
                let is_free = self.addressee().is_none();
                let Some(open) = &mut self.open else { return };
                if is_free {
                    open.asked = self.router.after_timeout(open.asked);
                }
                self.ask(cx);
            }
            OperatorTimer::Again => self.ask(cx),
            OperatorTimer::Patience => self.end(cx, Ended::Unknown),
        }
    }
}

impl Operator {
    /// Orders count from 1.
    fn number(&self) -> u32 {
        self.current as u32 + 1
    }

    /// Who must be asked for what is wanted now, where it is not any node of the system.
    fn addressee(&self) -> Option<NodeId> {
        match self.config.orders[self.current].1 {
            Operation::Register { node, .. } => Some(node),
            Operation::Change { .. } | Operation::Transfer { .. } => None,
        }
    }

    /// Waits for the next order's time: those that are overdue, as the one before took long, come at once, as long as anything
    /// is wanted.
    fn await_next(&mut self, cx: &mut impl Context<Self>) {
        if let Some((due, _)) = self.config.orders.get(self.current)
            && cx.now() < self.config.until
        {
            cx.arm(OperatorTimer::Due, due.since(cx.now()));
        }
    }

    fn begin(&mut self, cx: &mut impl Context<Self>) {
        let asked = self.addressee().unwrap_or_else(|| self.router.first(0));
        cx.note(OperatorNote::Ordered { number: self.number() });
        self.open = Some(Open { asked, attempts: 0 });
        cx.arm(OperatorTimer::Patience, self.config.timeout);
        self.ask(cx);
    }

    /// Gives the open order, again if it was given before.
    fn ask(&mut self, cx: &mut impl Context<Self>) {
        let (_, operation) = self.config.orders[self.current];
        let order = Order { number: self.number(), operation };
        let Some(open) = &mut self.open else { return };
        open.attempts += 1;
        cx.send(open.asked, OperatorMessage::Order(Rc::new(order)));
        cx.arm(OperatorTimer::Retry, self.config.retry);
    }

    fn end(&mut self, cx: &mut impl Context<Self>, ended: Ended) {
        let Some(open) = self.open.take() else { return };
        cx.note(OperatorNote::Ended { number: self.number(), ended, attempts: open.attempts });
        let timers = [OperatorTimer::Retry, OperatorTimer::Again, OperatorTimer::Patience];
        timers.into_iter().for_each(|timer| cx.disarm(timer));
        self.current += 1;
        self.await_next(cx);
    }
}
