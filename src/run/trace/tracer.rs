//! The observer that writes a trace: a line an event, with what the event caused.

use std::io;
use std::ops::RangeInclusive;

use crate::kernel::{Digest, NodeId, Time};
use crate::scenario::World;
use crate::sim::{FaultRecord, Lifecycle, Observer, Occurrence};
use crate::systems::{Custom, Note, Role, Wire};

use super::line::Line;
use super::notes;

/// Hands on a line for every event of a window, as soon as the next event begins.
pub(super) struct Tracer<'a, X: Custom, F> {
    world: &'a World<X>,
    /// The numbers of the events that are written.
    window: RangeInclusive<u64>,
    line: Line,
    /// The event that the line is about.
    open: Option<u64>,
    /// Which fault each strike was of.
    strikes: Vec<usize>,
    emit: F,
    /// Why a line could not be handed on; none is after that.
    failed: Option<io::Error>,
}

impl<'a, X: Custom, F: FnMut(u64, &[u8]) -> io::Result<()>> Tracer<'a, X, F> {
    pub(super) fn new(world: &'a World<X>, window: RangeInclusive<u64>, emit: F) -> Self {
        let (line, strikes) = (Line::default(), Vec::new());
        Tracer { world, window, line, open: None, strikes, emit, failed: None }
    }

    /// Whether a line could not be handed on.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The last event of the run is over.
    ///
    /// # Errors
    /// If a line could not be handed on.
    pub(super) fn finish(mut self, digest: u64) -> io::Result<()> {
        self.close(digest);
        self.failed.map_or(Ok(()), Err)
    }

    fn close(&mut self, digest: u64) {
        let Some(number) = self.open.take() else { return };
        self.line.end_notes();
        self.line.digest("digest", digest);
        if let Err(error) = (self.emit)(number, self.line.end()) {
            self.failed = Some(error);
        }
    }

    fn node(&mut self, id: NodeId) {
        self.line.text("node", name_of(self.world, id));
    }

    fn fault(&mut self, planned: usize) {
        self.line.text("name", &self.world.setup.faults[planned].name);
    }
}

fn name_of<X: Custom>(world: &World<X>, id: NodeId) -> &str {
    &world.setup.nodes[id.index()].name
}

impl<X: Custom, F: FnMut(u64, &[u8]) -> io::Result<()>> Observer<Role<X>> for Tracer<'_, X, F> {
    fn began(&mut self, at: Time, number: u64, event: &Occurrence<'_, Wire<X::Message>>, before: Digest) {
        self.close(before.value());
        if self.has_failed() || !self.window.contains(&number) {
            return;
        }
        self.open = Some(number);
        self.line.begin();
        self.line.integer("event", number);
        self.line.integer("at_ns", at.0);
        self.line.text("kind", kind(event));
        match *event {
            Occurrence::Delivered { from, to, message } => {
                self.node(to);
                self.line.text("from", name_of(self.world, from));
                self.line.text("name", crate::kernel::Message::name(message));
            }
            Occurrence::Fired { node, timer } => {
                self.node(node);
                let config = &self.world.setup.nodes[node.index()].config;
                self.line.text("name", Role::<X>::timer_word(config, timer));
                self.line.integer("timer", timer);
            }
            Occurrence::Synced { node, token, result } => {
                self.node(node);
                self.line.integer("token", token.0);
                if let Err(error) = result {
                    self.line.text("error", &error.to_string());
                }
            }
            Occurrence::Refused { node, by, message } => {
                self.node(node);
                self.line.text("by", name_of(self.world, by));
                self.line.text("message", crate::kernel::Message::name(message));
            }
            Occurrence::Reset { node, peer } => {
                self.node(node);
                self.line.text("peer", name_of(self.world, peer));
            }
            Occurrence::Computed { node, token } => {
                self.node(node);
                self.line.integer("token", token.0);
            }
            Occurrence::Struck { planned, strike } => {
                self.fault(planned);
                self.line.integer("strike", strike as u64);
            }
            Occurrence::Stepped { strike, script } => {
                self.fault(self.strikes[strike]);
                self.line.integer("strike", strike as u64);
                self.line.integer("script", script as u64);
            }
            Occurrence::Ended { strike } => {
                self.fault(self.strikes[strike]);
                self.line.integer("strike", strike as u64);
            }
            Occurrence::Booted { node } => self.node(node),
        }
    }

    fn noted(&mut self, _: Time, _: NodeId, note: &Note<X::Note>) {
        if self.open.is_some() {
            let world = self.world;
            notes::add(&mut self.line, note, |id| name_of(world, id));
        }
    }

    fn changed(&mut self, _: Time, node: NodeId, change: Lifecycle) {
        // A boot is an event of its own.
        if self.open.is_some() && change != Lifecycle::Booted {
            self.line.note(change.name());
            self.node(node);
        }
    }

    fn struck(&mut self, fault: &FaultRecord) {
        self.strikes.push(fault.planned);
        if self.open.is_some() {
            self.line.text("resolved", &fault.resolved);
        }
    }

    fn missed(&mut self, _: Time, _: usize) {
        if self.open.is_some() {
            self.line.truth("missed", true);
        }
    }
}

/// The word for what an event is.
fn kind<M>(event: &Occurrence<'_, M>) -> &'static str {
    match event {
        Occurrence::Delivered { .. } => "message",
        Occurrence::Refused { .. } => "bounced",
        Occurrence::Reset { .. } => "reset",
        Occurrence::Fired { .. } => "timer",
        Occurrence::Synced { .. } => "sync",
        Occurrence::Computed { .. } => "work",
        Occurrence::Struck { .. } => "fault",
        Occurrence::Stepped { .. } => "fault-step",
        Occurrence::Ended { .. } => "fault-end",
        Occurrence::Booted { .. } => "boot",
    }
}
