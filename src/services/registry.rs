//! A registry: who offers which service, as far as it has heard.
//!
//! Instances say that they are there, again and again (heartbeats), and each time it is noted for a `ttl`: a lease. Who has
//! crashed stays in the register until its lease is over; that is the stale view that callers have. Who says that it leaves is
//! taken out at once. A registry remembers who has lapsed, so that "all of them are down" is told apart from "there is no such
//! service".
//!
//! It holds what it knows in memory. After a restart it knows nobody, and answers no question for a `grace`, by when whoever is
//! there has said so again; without one it answers at once, and callers hear that nobody offers anything.
//!
//! Several nodes of a registry know nothing of each other: instances tell all of them, callers ask one.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::{Context, Description, Durable, Duration, NodeId, Process, Time};
use crate::model::note::ServiceNote;

use super::message::{Control, Listing, ServiceMessage};

/// What a registry is told.
#[derive(Clone, Debug)]
pub struct RegistryConfig {
    /// For how long a heartbeat counts.
    pub ttl: Duration,
    /// For how long it answers no question after a restart.
    pub grace: Duration,
    /// Who has registered before the run began.
    pub members: Rc<[NodeId]>,
    /// What callers ask for, by number: the nodes of a service, or those of them that a filter leaves, ascending.
    pub queries: Rc<[Rc<[NodeId]>]>,
}

/// A registry.
#[derive(Clone, Debug)]
pub struct Registry {
    config: Rc<RegistryConfig>,
    /// Until when each node's registration counts; those whose time is over have lapsed.
    leases: BTreeMap<NodeId, Time>,
    /// Until then it answers no question.
    silent_until: Time,
}

impl Process for Registry {
    type Config = Rc<RegistryConfig>;
    type Message = ServiceMessage;
    type Timer = u32;
    type Record = std::convert::Infallible;
    type Note = ServiceNote;

    fn boot(cx: &mut impl Context<Self>, config: &Rc<RegistryConfig>, _: &Durable<Self::Record>) -> Self {
        let is_first = cx.incarnation() == 1;
        let until = cx.now() + config.ttl;
        let members = config.members.iter().filter(|_| is_first);
        Registry {
            leases: members.map(|node| (*node, until)).collect(),
            silent_until: if is_first { Time::ZERO } else { cx.now() + config.grace },
            config: config.clone(),
        }
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, message: ServiceMessage) {
        let ServiceMessage::Control(control) = message else { return };
        let answer = match control {
            Control::Register => {
                self.leases.insert(from, cx.now() + self.config.ttl);
                Control::Noted { is_registered: true }
            }
            Control::Deregister => {
                self.leases.remove(&from);
                Control::Noted { is_registered: false }
            }
            Control::Lookup { channel, query, round } if cx.now() >= self.silent_until => {
                Control::Listing { channel, round, listing: Rc::new(self.listing(query, cx.now())) }
            }
            Control::Lookup { .. }
            | Control::Noted { .. }
            | Control::Listing { .. }
            | Control::Connect { .. }
            | Control::Connected { .. }
            | Control::Probe(_)
            | Control::Report { .. }
            | Control::Idle => return,
        };
        cx.send(from, ServiceMessage::Control(answer));
    }

    fn on_timer(&mut self, _: &mut impl Context<Self>, _: u32) {}

    fn describe(&self, out: &mut Description) {
        out.say("registrations", self.leases.len());
    }
}

impl Registry {
    /// The answer to a question.
    fn listing(&self, query: u16, now: Time) -> Listing {
        let (mut live, mut is_known) = (Vec::new(), false);
        for (place, node) in (0..).zip(self.config.queries[usize::from(query)].iter()) {
            let Some(until) = self.leases.get(node) else { continue };
            is_known = true;
            if *until > now {
                live.push(place);
            }
        }
        Listing { live, is_known }
    }
}
