//! The context a handler gets: who and when it is, randomness, and the one way out, [`Context::push`].

use std::marker::PhantomData;
use std::rc::Rc;

use super::disk::{Area, Areas, DiskToken, Write};
use super::ids::NodeId;
use super::process::{Effect, Note, Process, Urgency, WorkToken};
use super::random::Stream;
use super::time::{Duration, Time};

/// What a process may see and ask for while it handles one event.
pub trait Context<P: Process> {
    /// The node that handles the event.
    fn me(&self) -> NodeId;
    /// The node's monotonic clock: it drifts, and never steps.
    fn now(&self) -> Time;
    /// The node's wall clock: its monotonic clock plus its offset.
    fn wall(&self) -> Time;
    /// Counts the boots of the node, this one included: from 1.
    fn incarnation(&self) -> u32;
    /// The node's own random stream.
    fn rng(&mut self) -> &mut Stream;
    /// Asks for an effect. Effects happen in the order asked, and the handler that asks sees none of them.
    fn push(&mut self, effect: Effect<P>);

    /// Sends `message` to `to`.
    #[inline]
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.push(Effect::Send { to, message });
    }

    /// Arms `timer` to fire after `after` by the node's clock, in place of any earlier deadline of that name.
    #[inline]
    fn arm(&mut self, timer: P::Timer, after: Duration) {
        self.push(Effect::Arm { timer, after });
    }

    /// Makes `timer` not fire.
    #[inline]
    fn disarm(&mut self, timer: P::Timer) {
        self.push(Effect::Disarm { timer });
    }

    /// Appends `record` to `area`.
    #[inline]
    fn append(&mut self, area: Area, record: P::Record) {
        self.write(area, Write::Append(record));
    }

    /// Changes `area`; volatile until synced.
    #[inline]
    fn write(&mut self, area: Area, write: Write<P::Record>) {
        self.push(Effect::Write { area, write });
    }

    /// Makes earlier writes to `areas` durable, and says so under `token`.
    #[inline]
    fn sync(&mut self, areas: Areas, token: DiskToken) {
        self.push(Effect::Sync { areas, token });
    }

    /// Does `work`, and says so under `token`.
    #[inline]
    fn compute(&mut self, work: Duration, token: WorkToken) {
        self.compute_urgent(work, token, Urgency::default());
    }

    /// Does `work` of this urgency, and says so under `token`. Most cores do not ask how urgent it is.
    #[inline]
    fn compute_urgent(&mut self, work: Duration, token: WorkToken, urgency: Urgency) {
        self.push(Effect::Compute { work, token, urgency });
    }

    /// Tells the observers.
    #[inline]
    fn note(&mut self, note: P::Note) {
        self.push(Effect::Note(note));
    }

    /// The same, of a note whose digest is known.
    #[inline]
    fn note_digested(&mut self, note: P::Note, digest: u64) {
        let _ = digest;
        self.note(note);
    }
}

impl<P: Process> Effect<P> {
    /// Asks `cx` for the effect by the method of its kind: what `push` does in a context whose own are those methods.
    #[inline]
    pub fn ask(self, cx: &mut impl Context<P>) {
        match self {
            Effect::Send { to, message } => cx.send(to, message),
            Effect::Arm { timer, after } => cx.arm(timer, after),
            Effect::Disarm { timer } => cx.disarm(timer),
            Effect::Write { area, write } => cx.write(area, write),
            Effect::Sync { areas, token } => cx.sync(areas, token),
            Effect::Compute { work, token, urgency } => cx.compute_urgent(work, token, urgency),
            Effect::Note(note) => cx.note(note),
        }
    }
}

/// A node's random stream, created at its first use: most nodes of a large world never draw.
#[derive(Clone, Debug)]
pub struct LazyStream {
    seed: u64,
    entity: Rc<str>,
    stream: Option<Box<Stream>>,
}

impl LazyStream {
    /// The stream of the entity of this name in the run of this seed.
    pub fn new(seed: u64, entity: &str) -> Self {
        LazyStream { seed, entity: entity.into(), stream: None }
    }

    /// The stream itself.
    #[inline]
    pub fn get(&mut self) -> &mut Stream {
        self.stream.get_or_insert_with(|| Box::new(Stream::new(self.seed, &self.entity, "process")))
    }
}

/// The context that collects effects: of a boot, and of unit tests.
pub struct Buffer<'a, P: Process> {
    me: NodeId,
    now: Time,
    wall: Time,
    incarnation: u32,
    rng: &'a mut LazyStream,
    effects: &'a mut Vec<Effect<P>>,
}

impl<'a, P: Process> Buffer<'a, P> {
    /// The context of node `me` whose clocks show `now` and `wall`; effects are added behind those in `effects`.
    #[inline]
    pub fn new(
        me: NodeId,
        now: Time,
        wall: Time,
        rng: &'a mut LazyStream,
        effects: &'a mut Vec<Effect<P>>,
    ) -> Self {
        Buffer { me, now, wall, incarnation: 1, rng, effects }
    }

    /// The same context for another boot of the node than its first.
    #[inline]
    pub fn with_incarnation(self, incarnation: u32) -> Self {
        Buffer { incarnation, ..self }
    }
}

impl<P: Process> Context<P> for Buffer<'_, P> {
    #[inline]
    fn me(&self) -> NodeId {
        self.me
    }

    #[inline]
    fn now(&self) -> Time {
        self.now
    }

    #[inline]
    fn wall(&self) -> Time {
        self.wall
    }

    #[inline]
    fn incarnation(&self) -> u32 {
        self.incarnation
    }

    #[inline]
    fn rng(&mut self) -> &mut Stream {
        self.rng.get()
    }

    #[inline]
    fn push(&mut self, effect: Effect<P>) {
        self.effects.push(effect);
    }
}

/// How a small process `P` lives inside a wider one: its messages, timers, records and notes are wrapped on the
/// way out, and its records unwrapped at boot.
pub trait Embed<P: Process>: Process {
    /// Wraps a message.
    fn message(message: P::Message) -> Self::Message;
    /// Wraps the name of a timer.
    fn timer(timer: P::Timer) -> Self::Timer;
    /// Wraps a disk record.
    fn record(record: P::Record) -> Self::Record;
    /// Wraps a note; its digest stays the same.
    fn note(note: P::Note) -> Self::Note;
    /// Unwraps a disk record that [`Embed::record`] wrapped.
    fn lower(record: &Self::Record) -> P::Record;
}

/// The context of an embedded process: lifts each effect as it is pushed, with no buffer of its own.
pub struct Lift<'a, C, W> {
    outer: &'a mut C,
    wider: PhantomData<W>,
}

impl<'a, C, W> Lift<'a, C, W> {
    /// A context for any process that `W` embeds, over a context `outer` for `W`.
    #[inline]
    pub fn new(outer: &'a mut C) -> Self {
        Lift { outer, wider: PhantomData }
    }
}

impl<C: Context<W>, W: Embed<P>, P: Process> Context<P> for Lift<'_, C, W> {
    #[inline]
    fn me(&self) -> NodeId {
        self.outer.me()
    }

    #[inline]
    fn now(&self) -> Time {
        self.outer.now()
    }

    #[inline]
    fn wall(&self) -> Time {
        self.outer.wall()
    }

    #[inline]
    fn incarnation(&self) -> u32 {
        self.outer.incarnation()
    }

    #[inline]
    fn rng(&mut self) -> &mut Stream {
        self.outer.rng()
    }

    #[inline]
    fn push(&mut self, effect: Effect<P>) {
        effect.ask(self);
    }

    // Each is lifted by itself: built once, where it is pushed, and not copied and matched at every layer.

    #[inline(always)]
    fn send(&mut self, to: NodeId, message: P::Message) {
        self.outer.send(to, W::message(message));
    }

    #[inline(always)]
    fn arm(&mut self, timer: P::Timer, after: Duration) {
        self.outer.arm(W::timer(timer), after);
    }

    #[inline(always)]
    fn disarm(&mut self, timer: P::Timer) {
        self.outer.disarm(W::timer(timer));
    }

    #[inline(always)]
    fn write(&mut self, area: Area, write: Write<P::Record>) {
        self.outer.write(area, lift_write::<P, W>(write));
    }

    #[inline(always)]
    fn sync(&mut self, areas: Areas, token: DiskToken) {
        self.outer.sync(areas, token);
    }

    #[inline(always)]
    fn compute_urgent(&mut self, work: Duration, token: WorkToken, urgency: Urgency) {
        self.outer.compute_urgent(work, token, urgency);
    }

    /// What kind of note it is, is known where it is told: there its digest asks for no jump.
    #[inline(always)]
    fn note(&mut self, note: P::Note) {
        let digest = note.digest();
        self.outer.note_digested(W::note(note), digest);
    }
}

#[inline]
fn lift_write<P: Process, W: Embed<P>>(write: Write<P::Record>) -> Write<W::Record> {
    match write {
        Write::Append(record) => Write::Append(W::record(record)),
        Write::TruncateSuffix { from } => Write::TruncateSuffix { from },
        Write::TruncatePrefix { to } => Write::TruncatePrefix { to },
        Write::Replace(record) => Write::Replace(W::record(record)),
    }
}
