//! How a caller learns who offers a service: it asks a registry, again and again, and goes by the last answer until it hears
//! another. That is client-side discovery; a gateway that does so for its clients is server-side discovery.
//!
//! An answer that does not come changes nothing: through an outage of the registry callers go by what they last heard. Before
//! the run began all have heard of all; a caller that boots again knows nobody until it is answered.

use std::rc::Rc;

use crate::kernel::{Context, Duration, NodeId, Time};
use crate::services::balancing::Place;
use crate::services::message::{Control, Listing, ServiceMessage};
use crate::services::server::Server;

use super::channel::Channel;

/// Whom a caller asks who offers a service.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// The nodes of the registry, nearest first: one is asked, and the next once that does not answer.
    pub registries: Rc<[NodeId]>,
    /// What is asked for, by the registry's number.
    pub query: u16,
    /// From one question to the next.
    pub refresh: Duration,
}

/// What a registry has told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Known {
    what: What,
    /// Which of the registry's nodes is asked, and how many were in this round.
    asked: usize,
    tries: usize,
    round: u32,
    is_answered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    /// All instances: nobody needs to be asked, or all were there before the run began.
    All,
    /// Nothing yet.
    Nothing,
    /// Those that were listed, if any; others were there whose registration has lapsed.
    Lapsed,
    /// Those that were listed, if any, and nobody else.
    Listed,
}

impl Known {
    /// What a caller knows that boots.
    pub(super) fn at_boot(asks: bool, is_first: bool) -> Known {
        let what = if asks && !is_first { What::Nothing } else { What::All };
        Known { what, asked: 0, tries: 0, round: 0, is_answered: true }
    }

    /// Whether all instances are taken to be there.
    pub(super) fn is_all(&self) -> bool {
        self.what == What::All
    }

    /// Whether somebody who is not known does not exist: neither down nor yet to be heard of.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self.what, What::All | What::Listed)
    }
}

impl Channel {
    /// Asks the registry who is there.
    pub(super) fn look_up(&mut self, cx: &mut impl Context<Server>, number: u16) {
        let Some(discovery) = &self.config.discovery else { return };
        if !self.known.is_answered {
            self.known.asked = (self.known.asked + 1) % discovery.registries.len();
        }
        self.known.round = self.known.round.wrapping_add(1);
        (self.known.tries, self.known.is_answered) = (1, false);
        self.ask_registry(cx, number);
    }

    fn ask_registry(&self, cx: &mut impl Context<Server>, channel: u16) {
        let Some(discovery) = &self.config.discovery else { return };
        let control = Control::Lookup { channel, query: discovery.query, round: self.known.round };
        cx.send(discovery.registries[self.known.asked], ServiceMessage::Control(control));
    }

    /// No process runs where the question of this round went: the next node is asked, each once a round.
    pub(super) fn lookup_refused(&mut self, cx: &mut impl Context<Server>, number: u16, round: u32) {
        let Some(discovery) = &self.config.discovery else { return };
        if round != self.known.round
            || self.known.is_answered
            || self.known.tries >= discovery.registries.len()
        {
            return;
        }
        self.known.asked = (self.known.asked + 1) % discovery.registries.len();
        self.known.tries += 1;
        self.ask_registry(cx, number);
    }

    /// The registry's answer.
    pub(super) fn listed(&mut self, now: Time, round: u32, listing: &Listing) {
        if round != self.known.round {
            return;
        }
        self.known.is_answered = true;
        let is_lapsed = listing.live.is_empty() && listing.is_known;
        self.known.what = if is_lapsed { What::Lapsed } else { What::Listed };
        let live = || listing.live.iter().copied().map(Place);
        if self.listed.iter().copied().eq(live()) {
            return;
        }
        self.listed = live().collect();
        self.list(now);
    }
}
