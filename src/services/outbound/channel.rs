//! A channel: what one node knows of one service that it calls, and by which rules it calls it.

use std::rc::Rc;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Keyed, NodeId, Time};
use crate::services::balancing::{Ask, Balance, Endpoint, Fleet, Place, Policy, SlowStart, subset};
use crate::services::frame::first_draw;
use crate::services::message::Call;
use crate::services::request::Classes;

use super::breaker::{Breaker, BreakerRule};
use super::discovery::{Discovery, Known};
use super::protocol::{Connections, Protocol};
use super::retry::{Budget, Retry};
use super::view::{Health, HealthRule};

/// How a service is called.
#[derive(Clone, Debug)]
pub struct ChannelConfig {
    /// The instances that may be called, in the order of their places.
    pub endpoints: Rc<[Endpoint]>,
    /// Which of them a call goes to, before anything was.
    pub policy: Policy,
    /// Which of them this caller calls at all; absent: all.
    pub subset: Option<Subset>,
    /// How much work a call is, for policies that go by that.
    pub work: Option<WorkOf>,
    /// The caller's zone.
    pub zone: Option<u16>,
    /// How new instances are spared.
    pub slow_start: Option<SlowStart>,
    /// How often instances are asked how much they have to do; absent: never.
    pub refresh: Option<Duration>,
    /// How it is found out who the instances are; absent: it is known.
    pub discovery: Option<Discovery>,
    /// How it is found out whether instances are there; absent: not at all.
    pub health: Option<HealthRule>,
    /// How long an attempt may take; absent: for ever.
    pub timeout: Option<Duration>,
    /// When it is tried again.
    pub retry: Retry,
    /// When it is not tried at all.
    pub breaker: Option<BreakerRule>,
    /// What it costs on its way.
    pub protocol: Protocol,
    /// Draws what a policy and a backoff need.
    pub draws: Keyed,
    /// Hashes keys, alike in every run: for policies that go by them.
    pub keys: Keyed,
}

/// A part of the instances.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subset {
    /// How many.
    pub size: u32,
    /// Which of all callers it is for, from 0.
    pub client: u32,
}

/// How much work a call is: that of the first step of those who are called, if it is work.
#[derive(Clone, Debug)]
pub struct WorkOf {
    /// The law of the step; absent: what the request brings with it.
    pub law: Option<Distribution>,
    /// Draws what belongs to a request there.
    pub draws: Keyed,
    /// The kinds of requests in the world.
    pub classes: Rc<Classes>,
}

impl WorkOf {
    #[inline]
    fn of(&self, call: &Call) -> Duration {
        match &self.law {
            None => self.classes.of(call).work_of(call),
            // As the frame at the first place of a program draws it.
            Some(law) => law.duration(first_draw(&self.draws, call)),
        }
    }
}

/// A channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) config: Rc<ChannelConfig>,
    pub(super) fleet: Fleet,
    /// What a registry has told.
    pub(super) known: Known,
    /// Those who offer the service, as far as is known; ascending.
    pub(super) listed: Vec<Place>,
    /// Those of them that this caller calls, whether they are up or not; ascending.
    pub(super) candidates: Vec<Place>,
    /// Those of them that are up; ascending.
    usable: Vec<Place>,
    /// By place, where there are health checks.
    pub(super) health: Vec<Health>,
    /// Rounds of questions so far, the last one for health, and whether its answers are awaited.
    pub(super) rounds: u32,
    pub(super) health_round: u32,
    pub(super) is_checking: bool,
    policy: Policy,
    budget: Option<Budget>,
    breaker: Option<Breaker>,
    /// By place, where calls use connections.
    connections: Vec<Pool>,
}

/// The connections to one instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Pool {
    open: u32,
    busy: u32,
    /// Of a shared connection: the call that opens it.
    opener: Option<u32>,
}

/// What is drawn for an attempt.
#[derive(Clone, Copy)]
enum Draw {
    Pick,
    Backoff,
}

/// Why a call cannot be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Obstacle {
    /// Nobody offers the service, as far as is known.
    Nobody,
    /// Whoever offers it is down, or nothing is known of them yet.
    Down,
    /// The breaker is open.
    Open,
}

impl Channel {
    /// The channel of a caller that boots, for the first time or again.
    pub(super) fn new(config: &Rc<ChannelConfig>, now: Time, is_first: bool) -> Channel {
        let mut endpoints = config.endpoints.to_vec();
        endpoints.iter_mut().for_each(|endpoint| endpoint.usable_since = now);
        let connections = match config.protocol.connections {
            Connections::Standing => Vec::new(),
            Connections::Exclusive | Connections::Shared => vec![Pool::default(); endpoints.len()],
        };
        let health =
            if config.health.is_some() { vec![Health::AT_FIRST; endpoints.len()] } else { Vec::new() };
        let known = Known::at_boot(config.discovery.is_some(), is_first);
        let mut channel = Channel {
            fleet: Fleet::new(endpoints, config.zone, config.slow_start),
            listed: (0..if known.is_all() { config.endpoints.len() as u32 } else { 0 }).map(Place).collect(),
            known,
            candidates: Vec::new(),
            usable: Vec::new(),
            health,
            rounds: 0,
            health_round: 0,
            is_checking: false,
            policy: config.policy.clone(),
            budget: config.retry.budget.map(Budget::new),
            breaker: config.breaker.clone().map(Breaker::new),
            connections,
            config: config.clone(),
        };
        channel.list(now);
        channel
    }

    /// Those who offer the service have changed.
    pub(super) fn list(&mut self, now: Time) {
        let was = std::mem::take(&mut self.candidates);
        self.candidates = match self.config.subset {
            Some(Subset { size, client }) => subset(&self.listed, client, size),
            None => self.listed.clone(),
        };
        if !self.health.is_empty() {
            for place in self.candidates.iter().filter(|place| was.binary_search(place).is_err()) {
                self.health[place.index()] = Health::AT_FIRST;
            }
        }
        self.rebuild(now);
    }

    /// Who may be picked has changed.
    pub(super) fn rebuild(&mut self, now: Time) {
        let is_up = |place: &&Place| self.health.get(place.index()).is_none_or(|health| health.is_up);
        let usable: Vec<Place> = self.candidates.iter().filter(is_up).copied().collect();
        for place in usable.iter().filter(|place| self.usable.binary_search(place).is_err()) {
            let endpoint = self.fleet.get_mut(*place);
            // What it reported before it was away says nothing of it now.
            (endpoint.usable_since, endpoint.reported) = (now, None);
        }
        self.usable = usable;
        self.policy.rebuild(&self.fleet, &self.usable, now);
    }

    /// Where an attempt of a call goes; it counts as sent.
    #[inline]
    pub(super) fn pick(&mut self, now: Time, call: &Call, attempt: u16) -> Result<Place, Obstacle> {
        if self.usable.is_empty() {
            let is_nobody = self.candidates.is_empty() && self.known.is_certain();
            return Err(if is_nobody { Obstacle::Nobody } else { Obstacle::Down });
        }
        if self.breaker.as_mut().is_some_and(|breaker| !breaker.admits(now)) {
            return Err(Obstacle::Open);
        }
        if let (1, Some(budget)) = (attempt, &mut self.budget) {
            budget.deposit(now);
        }
        let draws = self.config.draws;
        let bits = draw(draws, call, attempt, Draw::Pick);
        let work = self.config.work.as_ref().map_or(Duration::ZERO, |work| work.of(call));
        let ask = Ask { now, key: self.config.keys.draw(call.key.0.into(), 0), bits, draws, work };
        let place = self.policy.pick(&self.fleet, &self.usable, &ask);
        *self.fleet.in_flight_mut(place) += 1;
        self.policy.sent(&self.fleet, place, &ask);
        Ok(place)
    }

    /// An attempt has ended.
    #[inline]
    pub(super) fn ended(&mut self, now: Time, place: Place, took: Duration, ok: bool) {
        *self.fleet.in_flight_mut(place) -= 1;
        self.policy.answered(&self.fleet, place, now, took, ok);
        if let Some(breaker) = &mut self.breaker {
            breaker.ended(now, ok);
        }
    }

    /// After how long a call that failed in `attempt` is made again; `None`: never.
    pub(super) fn retry_after(&mut self, now: Time, call: &Call, attempt: u16) -> Option<Duration> {
        if attempt >= self.config.retry.attempts {
            return None;
        }
        if self.budget.as_mut().is_some_and(|budget| !budget.withdraw(now)) {
            return None;
        }
        let bits = draw(self.config.draws, call, attempt, Draw::Backoff);
        Some(self.config.retry.backoff.wait(attempt - 1, bits))
    }

    /// The instance at a place.
    #[inline]
    pub(super) fn node(&self, place: Place) -> NodeId {
        self.fleet.node(place)
    }

    /// Takes a connection to an instance, if one is free.
    #[inline]
    pub(super) fn take_connection(&mut self, place: Place) -> bool {
        let pool = match self.config.protocol.connections {
            Connections::Standing => return true,
            Connections::Shared => return self.connections[place.index()].open > 0,
            Connections::Exclusive => &mut self.connections[place.index()],
        };
        let is_free = pool.busy < pool.open;
        pool.busy += u32::from(is_free);
        is_free
    }

    /// A connection has been opened; whoever opened it takes it.
    pub(super) fn connected(&mut self, place: Place) {
        let pool = &mut self.connections[place.index()];
        match self.config.protocol.connections {
            Connections::Standing => unreachable!("nobody opens a connection that stands"),
            Connections::Shared => (pool.open, pool.opener) = (1, None),
            Connections::Exclusive => (pool.open, pool.busy) = (pool.open + 1, pool.busy + 1),
        }
    }

    /// Whether the call in `slot` is to open a connection: not if another call opens the one that both will share.
    pub(super) fn opens(&mut self, place: Place, slot: u32) -> bool {
        let pool = &mut self.connections[place.index()];
        match self.config.protocol.connections {
            Connections::Standing | Connections::Exclusive => true,
            Connections::Shared => *pool.opener.get_or_insert(slot) == slot,
        }
    }

    /// The call in `slot` no longer waits for a connection; whether it was to open one that others wait for, too.
    pub(super) fn gives_up_opening(&mut self, place: Place, slot: u32) -> bool {
        let Some(pool) = self.connections.get_mut(place.index()) else { return false };
        let was_opener = pool.opener == Some(slot);
        pool.opener = pool.opener.filter(|opener| *opener != slot);
        was_opener
    }

    /// A call is over: its connection is free, or, as its answer may still come, closed.
    #[inline]
    pub(super) fn free_connection(&mut self, place: Place, is_closed: bool) {
        if self.config.protocol.connections == Connections::Exclusive {
            let pool = &mut self.connections[place.index()];
            if pool.busy > 0 {
                pool.busy -= 1;
                pool.open -= u32::from(is_closed);
            } // Else a reset has closed all of them.
        }
    }

    /// All connections to an instance are gone.
    pub(super) fn disconnected(&mut self, node: NodeId) {
        for (pool, endpoint) in self.connections.iter_mut().zip(self.fleet.endpoints()) {
            if endpoint.node == node {
                *pool = Pool::default();
            }
        }
    }

    /// An instance says that it has run out of work.
    pub(super) fn idle(&mut self, instance: NodeId) {
        // Endpoints stand in the order of their nodes.
        let place = self.fleet.endpoints().binary_search_by_key(&instance, |endpoint| endpoint.node);
        if let Ok(place) = place {
            self.policy.idle(&self.fleet, Place(place as u32));
        }
    }

    /// How many instances calls may go to.
    pub(super) fn usable(&self) -> usize {
        self.usable.len()
    }

    /// This caller's open attempts.
    pub(super) fn in_flight(&self) -> u32 {
        self.fleet.in_flight_anywhere()
    }

    /// Whether the breaker has opened and not closed again.
    pub(super) fn is_broken(&self) -> bool {
        self.breaker.as_ref().is_some_and(Breaker::is_open)
    }
}

#[inline]
fn draw(draws: Keyed, call: &Call, attempt: u16, what: Draw) -> u64 {
    draws.draw3(call.request(), u64::from(call.span), u64::from(attempt) << 8 | what as u64)
}
