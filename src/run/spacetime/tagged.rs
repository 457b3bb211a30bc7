//! A world in which every message has a name of its own, so that what was sent is matched with what arrived, exactly, whatever
//! was lost, doubled or overtaken. Apart from that it is the same world, event by event.

use crate::kernel::{
    Area, Areas, Context, Description, DiskError, DiskToken, Durable, Duration, Effect, Message, NodeId,
    Process, Stream, Time, Urgency, WorkToken, Write,
};
use crate::sim::Setup;

/// Names a message of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tag {
    /// Its sender.
    pub sender: NodeId,
    /// Which boot of the sender sent it.
    pub incarnation: u32,
    /// Counts what that boot sent, from 1.
    pub number: u32,
}

/// A message with its name.
#[derive(Clone, Debug)]
pub struct Tagged<M> {
    /// Its name.
    pub tag: Tag,
    /// The message.
    pub message: M,
}

impl<M: Message> Message for Tagged<M> {
    fn kind(&self) -> u16 {
        self.message.kind()
    }

    fn name(&self) -> &'static str {
        self.message.name()
    }

    fn size(&self) -> u32 {
        self.message.size()
    }
}

/// A process whose messages have names.
#[derive(Clone)]
pub struct Tagging<P> {
    process: P,
    sent: u32,
}

impl<P: Process> Process for Tagging<P> {
    type Config = P::Config;
    type Message = Tagged<P::Message>;
    type Timer = P::Timer;
    type Record = P::Record;
    type Note = P::Note;

    fn boot(cx: &mut impl Context<Self>, config: &P::Config, disk: &Durable<P::Record>) -> Self {
        let mut sent = 0;
        let process = P::boot(&mut Named { outer: cx, sent: &mut sent }, config, disk);
        Tagging { process, sent }
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: Self::Message) {
        self.process.on_message(&mut Named { outer: cx, sent: &mut self.sent }, from, message.message);
    }

    fn on_timer(&mut self, cx: &mut impl Context<Self>, timer: P::Timer) {
        self.process.on_timer(&mut Named { outer: cx, sent: &mut self.sent }, timer);
    }

    fn on_disk(&mut self, cx: &mut impl Context<Self>, token: DiskToken, result: Result<(), DiskError>) {
        self.process.on_disk(&mut Named { outer: cx, sent: &mut self.sent }, token, result);
    }

    fn on_computed(&mut self, cx: &mut impl Context<Self>, token: WorkToken) {
        self.process.on_computed(&mut Named { outer: cx, sent: &mut self.sent }, token);
    }

    fn hears_resets(&self) -> bool {
        self.process.hears_resets()
    }

    fn on_reset(&mut self, cx: &mut impl Context<Self>, peer: NodeId) {
        self.process.on_reset(&mut Named { outer: cx, sent: &mut self.sent }, peer);
    }

    fn on_refused(&mut self, cx: &mut impl Context<Self>, peer: NodeId, message: Self::Message) {
        self.process.on_refused(&mut Named { outer: cx, sent: &mut self.sent }, peer, message.message);
    }

    fn describe(&self, out: &mut Description) {
        self.process.describe(out);
    }
}

/// The context of a process whose messages are named on their way out.
struct Named<'a, C> {
    outer: &'a mut C,
    sent: &'a mut u32,
}

impl<P: Process, C: Context<Tagging<P>>> Context<P> for Named<'_, C> {
    fn me(&self) -> NodeId {
        self.outer.me()
    }

    fn now(&self) -> Time {
        self.outer.now()
    }

    fn wall(&self) -> Time {
        self.outer.wall()
    }

    fn incarnation(&self) -> u32 {
        self.outer.incarnation()
    }

    fn rng(&mut self) -> &mut Stream {
        self.outer.rng()
    }

    fn push(&mut self, effect: Effect<P>) {
        effect.ask(self);
    }

    fn send(&mut self, to: NodeId, message: P::Message) {
        *self.sent += 1;
        let tag = Tag { sender: self.outer.me(), incarnation: self.outer.incarnation(), number: *self.sent };
        self.outer.send(to, Tagged { tag, message });
    }

    fn arm(&mut self, timer: P::Timer, after: Duration) {
        self.outer.arm(timer, after);
    }

    fn disarm(&mut self, timer: P::Timer) {
        self.outer.disarm(timer);
    }

    fn write(&mut self, area: Area, write: Write<P::Record>) {
        self.outer.write(area, write);
    }

    fn sync(&mut self, areas: Areas, token: DiskToken) {
        self.outer.sync(areas, token);
    }

    fn compute_urgent(&mut self, work: Duration, token: WorkToken, urgency: Urgency) {
        self.outer.compute_urgent(work, token, urgency);
    }

    fn note(&mut self, note: P::Note) {
        self.outer.note(note);
    }
}

/// The same world with named messages.
pub fn tagged<P: Process>(setup: &Setup<P>) -> Setup<Tagging<P>> {
    let Setup { seed, mirrored, duration, sites, systems, talks, nodes, faults, shuffle_ties, limits } =
        setup.clone();
    Setup { seed, mirrored, duration, sites, systems, talks, nodes, faults, shuffle_ties, limits }
}
