//! A user's own process in the simulated world. It is wrapped, since it may be of any type, even of one of the
//! built-in processes'.

use crate::kernel::{Context, DiskError, DiskToken, Durable, Embed, Lift, NodeId, Process, WorkToken};

use super::wire::{Member, Misaddressed, Wire};

/// A user's own process.
#[derive(Clone, Debug)]
pub struct Own<X>(pub X);

impl<X: Process> Process for Own<X> {
    type Config = X::Config;
    type Message = X::Message;
    type Timer = X::Timer;
    type Record = X::Record;
    type Note = X::Note;

    fn boot(cx: &mut impl Context<Self>, config: &X::Config, disk: &Durable<X::Record>) -> Self {
        Own(X::boot(&mut Lift::new(cx), config, disk))
    }

    fn describe(&self, out: &mut crate::kernel::Description) {
        self.0.describe(out);
    }

    #[inline(always)]
    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: X::Message) {
        self.0.on_message(&mut Lift::new(cx), from, message);
    }

    fn hears_resets(&self) -> bool {
        self.0.hears_resets()
    }

    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        self.0.on_reset(&mut Lift::new(cx), peer);
    }

    fn on_refused(&mut self, cx: &mut impl Context<Self>, peer: NodeId, message: X::Message) {
        self.0.on_refused(&mut Lift::new(cx), peer, message);
    }

    #[inline(always)]
    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: X::Timer) {
        self.0.on_timer(&mut Lift::new(cx), timer);
    }

    #[inline(always)]
    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        self.0.on_disk(&mut Lift::new(cx), token, result);
    }

    #[inline(always)]
    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        self.0.on_computed(&mut Lift::new(cx), token);
    }
}

impl<X: Process> Embed<X> for Own<X> {
    #[inline(always)]
    fn message(message: X::Message) -> X::Message {
        message
    }

    #[inline(always)]
    fn timer(timer: X::Timer) -> X::Timer {
        timer
    }

    #[inline(always)]
    fn record(record: X::Record) -> X::Record {
        record
    }

    #[inline(always)]
    fn note(note: X::Note) -> X::Note {
        note
    }

    fn lower(record: &X::Record) -> X::Record {
        record.clone()
    }
}

impl<X: Member<M>, M> Member<M> for Own<X> {
    #[inline(always)]
    fn to_wire(message: Self::Message) -> Wire<M> {
        X::to_wire(message)
    }

    #[inline(always)]
    fn from_wire(wire: Wire<M>) -> Result<Self::Message, Misaddressed> {
        X::from_wire(wire)
    }
}
