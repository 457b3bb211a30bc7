//! Balancing policies: which instance of a service a request goes to. A policy is one file here and one row of the table below.
//!
//! A policy knows what one caller knows: its own open requests, which are always fresh ([`Fleet::in_flight`]); what
//! instances reported, which is as old as the view ([`Endpoint::reported`]); and what it measured itself. Random bits belong to
//! the request and the attempt, never to a stream, so that two policies see the same jobs.
//!
//! A pick allocates nothing and looks nothing up by name; what a policy needs for that it makes in [`Balance::rebuild`]. Costs
//! are a pick's, for n endpoints. Policies that weigh go by [`Fleet::weight`], which is less while an endpoint starts slowly,
//! but for the tables of ring hash and Maglev.
//!
//! | policy | goes by | weighs | ties | cost |
//! |---|---|---|---|---|
//! | [`RoundRobin`] | turns | no | none | 1 |
//! | [`SmoothWeighted`] | turns | yes | the first in the list | n |
//! | [`EarliestDeadline`] | turns | yes | who was put in first | log n |
//! | [`Random`] | draws | no | none | 1 |
//! | [`WeightedRandom`] | draws | yes | none | 1, n in a slow start |
//! | [`LeastConnections`] | own open requests | yes | round robin | n |
//! | [`LeastResponseTime`] | own measurements and open requests | yes | fewest open, then round robin | n |
//! | [`PowerOf`] | draws, then reports or own open requests | yes | the first drawn | d; d^2 without replacement |
//! | [`PeakEwma`] | draws, own measurements and open requests | yes | the first drawn | 1 |
//! | [`JoinShortestQueue`] | reports or own open requests | no | drawn | n |
//! | [`JoinIdleQueue`] | who said it is idle, else draws | no | first come, first served | 1 |
//! | [`LeastWorkLeft`] | reports or the work it has sent | by capacity | drawn | n |
//! | [`SizeInterval`] | the request's work | no | drawn | log of intervals |
//! | [`RingHash`] | the request's key | yes | the lower hash of the name | 1 |
//! | [`BoundedRingHash`] | the request's key and own open requests | yes | as on the ring | 1 and the walk |
//! | [`Maglev`] | the request's key | yes | none | 1 |
//! | [`Rendezvous`] | the request's key | yes | the first in the list | n |
//! | [`Affinity`] | the request's key | no | none | 1 |
//! | [`ZoneAware`] | zones, then the policy within | as that | as that | zones, and as that |
//!
//! [`subset()`] is no policy: it cuts down what a policy picks among.

mod affinity;
mod bounded_ring_hash;
mod earliest_deadline;
mod fleet;
mod join_idle_queue;
mod join_shortest_queue;
mod least;
mod least_connections;
mod least_response_time;
mod least_work_left;
mod maglev;
mod peak_ewma;
mod power_of;
mod random;
mod rendezvous;
mod ring;
mod ring_hash;
mod round_robin;
mod size_interval;
mod smooth_weighted;
mod subset;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod weighted_random;
mod zone_aware;

pub use affinity::Affinity;
pub use bounded_ring_hash::BoundedRingHash;
pub use earliest_deadline::EarliestDeadline;
pub use fleet::{Endpoint, Fleet, Place, Report, SlowStart};
pub use join_idle_queue::JoinIdleQueue;
pub use join_shortest_queue::JoinShortestQueue;
pub use least_connections::LeastConnections;
pub use least_response_time::LeastResponseTime;
pub use least_work_left::LeastWorkLeft;
pub use maglev::{Maglev, is_prime};
pub use peak_ewma::PeakEwma;
pub use power_of::PowerOf;
pub use random::Random;
pub use rendezvous::Rendezvous;
pub use ring_hash::RingHash;
pub use round_robin::RoundRobin;
pub use size_interval::SizeInterval;
pub use smooth_weighted::SmoothWeighted;
pub use subset::subset;
pub use weighted_random::WeightedRandom;
pub use zone_aware::ZoneAware;

use crate::kernel::{Duration, Keyed, Time};

/// What a policy is asked about one request.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The caller's time.
    pub now: Time,
    /// What hashing policies go by: equal for requests that belong together.
    pub key: u64,
    /// Random bits of this attempt of the request.
    pub bits: u64,
    /// Makes further bits of them: `draws.derive(bits, n)`, n from 1.
    pub draws: Keyed,
    /// How much work the request is on a core of speed 1, for policies that know it; else zero.
    pub work: Duration,
}

impl Ask {
    /// The `n`-th random bits of the attempt, from 0.
    #[inline]
    pub fn draw(&self, n: u64) -> u64 {
        if n == 0 { self.bits } else { self.draws.derive(self.bits, n) }
    }
}

/// A policy.
///
/// `among` are the places that may be picked, ascending: those of the fleet that are usable, or a part of them. It is the same
/// from one `rebuild` to the next.
pub trait Balance {
    /// What may be picked has changed, or weights have, or somebody has become usable; there may be nobody. Called before
    /// anything else.
    fn rebuild(&mut self, fleet: &Fleet, among: &[Place], now: Time) {
        let _ = (fleet, among, now);
    }

    /// Where the request goes; one of `among`, of which there is at least one.
    fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place;

    /// The request of `ask` was sent to `place`, which counts it already.
    fn sent(&mut self, fleet: &Fleet, place: Place, ask: &Ask) {
        let _ = (fleet, place, ask);
    }

    /// A request to `place`, which may have left the list since, has ended after `took`, `ok` or not; the fleet no longer
    /// counts it.
    fn answered(&mut self, fleet: &Fleet, place: Place, now: Time, took: Duration, ok: bool) {
        let _ = (fleet, place, now, took, ok);
    }

    /// The instance at `place` says that it is idle.
    fn idle(&mut self, fleet: &Fleet, place: Place) {
        let _ = (fleet, place);
    }
}

/// Declares [`Policy`], one variant a policy.
macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A policy with what it remembers.
        #[derive(Clone, Debug)]
        pub enum Policy {
            $($(#[$doc])* $name($name),)*
        }

        impl Balance for Policy {
            fn rebuild(&mut self, fleet: &Fleet, among: &[Place], now: Time) {
                match self { $(Policy::$name(policy) => policy.rebuild(fleet, among, now),)* }
            }

            #[inline]
            fn pick(&mut self, fleet: &Fleet, among: &[Place], ask: &Ask) -> Place {
                match self { $(Policy::$name(policy) => policy.pick(fleet, among, ask),)* }
            }

            #[inline]
            fn sent(&mut self, fleet: &Fleet, place: Place, ask: &Ask) {
                match self { $(Policy::$name(policy) => policy.sent(fleet, place, ask),)* }
            }

            #[inline]
            fn answered(&mut self, fleet: &Fleet, place: Place, now: Time, took: Duration, ok: bool) {
                match self { $(Policy::$name(policy) => policy.answered(fleet, place, now, took, ok),)* }
            }

            fn idle(&mut self, fleet: &Fleet, place: Place) {
                match self { $(Policy::$name(policy) => policy.idle(fleet, place),)* }
            }
        }
    };
}

policies! {
    /// Each in its turn.
    RoundRobin,
    /// Any, all alike.
    Random,
    /// Turns in proportion to weights, spread out (NGINX).
    SmoothWeighted,
    /// Turns in proportion to weights, by deadlines (Envoy).
    EarliestDeadline,
    /// Any, in proportion to weights.
    WeightedRandom,
    /// The fewest open requests of the caller's, per weight.
    LeastConnections,
    /// The lowest mean response time times open requests, per weight.
    LeastResponseTime,
    /// The least loaded of d drawn at random.
    PowerOf,
    /// Of two drawn at random the lower estimated response time times open requests (Finagle, Linkerd).
    PeakEwma,
    /// The fewest requests at the instance.
    JoinShortestQueue,
    /// Who said first that it is idle.
    JoinIdleQueue,
    /// Who is through with its work first.
    LeastWorkLeft,
    /// The instances for requests of this size.
    SizeInterval,
    /// Clockwise of the key on a ring of points.
    RingHash,
    /// The same, past those that have too much open.
    BoundedRingHash,
    /// The entry of the key in a table.
    Maglev,
    /// The highest score for the key.
    Rendezvous,
    /// The key modulo the list.
    Affinity,
    /// The caller's own zone for as much as it has room for, by a policy of its own in each zone (Envoy).
    ZoneAware,
}
