//! The second stage: an exact decision in O(n log n) where every value was written at most once.
//!
//! The states of a key form chains whose members directly follow one another (see `chains`). The calls of a chain
//! have one order worth trying: states in the order of the chain, each state's change first and then the calls that
//! saw it, by invocation. Between chains only two instants count: the earliest return in a chain, and its latest
//! invocation. One chain must come before another exactly if its earliest return is before the other's latest
//! invocation, and an order of all chains exists exactly if no two must each come before the other. This is the zone
//! argument of Gibbons and Korach (Testing shared memories, SIAM J. Comput. 26(4), 1997, section 4), with chains in
//! the place of clusters of one write and its reads: a chain that must come before itself is a forward zone; two
//! forward zones may not overlap, no backward zone may lie in a forward one, and two backward zones never conflict.

use std::collections::BTreeMap;

use crate::kernel::Time;
use crate::model::op::{Reading, Stem, Value};

use super::calls::{Call, Effect};
use super::chains::{Chains, NONE};
use super::conflict::{Cause, Conflict};
use super::effort::Effort;

/// How many links of a chain of compare-and-sets a conflict names at most.
const LINKS_NAMED_MAX: usize = 8;

/// What a stage says of one key's calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Settled {
    Valid,
    Invalid(Conflict),
    /// It cannot tell.
    Open,
}

/// What of a chain counts for the others.
#[derive(Clone, Copy, Debug)]
struct Zone {
    /// The earliest return; `None` is before all time, where the initial state was made.
    returned_min: Option<Time>,
    /// The call that returned then; `NONE` for the initial state.
    first: u32,
    /// The latest invocation.
    invoked_max: Time,
    /// The call that was invoked then.
    last: u32,
}

impl Zone {
    fn is_forward(&self) -> bool {
        self.returned_min < Some(self.invoked_max)
    }
}

/// Decides whether an order of the calls exists. `Settled::Open` if a value was written twice, or if a list's
/// beginning could not be found (see `lists`).
pub(super) fn settle(
    calls: &[Call],
    initial: Reading,
    guesses: &BTreeMap<Stem, Value>,
    effort: &mut Effort<'_>,
) -> Settled {
    let Some(chains) = Chains::trace(calls, initial, guesses, effort) else { return Settled::Open };
    let mut layout = Layout::new(chains);
    let zones = layout.walk();
    layout.compare(zones);
    layout.chains.conflicts.into_first().map_or(Settled::Valid, Settled::Invalid)
}

/// The chains, laid out call by call.
struct Layout<'a> {
    chains: Chains<'a>,
    /// Calls that saw a state, by state and then by invocation.
    observers: Vec<u32>,
    /// Where the observers of each state begin; one longer than the states.
    observers_from: Vec<u32>,
    /// When the walk came to each state, counted in states; `NONE` before.
    visited: Vec<u32>,
}

impl<'a> Layout<'a> {
    fn new(chains: Chains<'a>) -> Layout<'a> {
        let calls = chains.calls;
        let observes = |&(call, state): &(u32, u32)| {
            state != NONE && matches!(calls[call as usize].effect, Effect::Observe(_))
        };
        let mut seen: Vec<(u32, Time, u32)> = (0u32..)
            .zip(chains.state_of.iter().copied())
            .filter(observes)
            .map(|(call, state)| (state, calls[call as usize].invoked, call))
            .collect();
        seen.sort_unstable();
        let mut observers_from = vec![0; chains.states.len() + 1];
        for &(state, _, _) in &seen {
            observers_from[state as usize + 1] += 1;
        }
        for state in 0..chains.states.len() {
            observers_from[state + 1] += observers_from[state];
        }
        let visited = vec![NONE; chains.states.len()];
        Layout {
            observers: seen.into_iter().map(|(_, _, call)| call).collect(),
            observers_from,
            visited,
            chains,
        }
    }

    /// Lays out every chain, offers the conflicts within chains, and returns what of them counts for the others.
    fn walk(&mut self) -> Vec<Zone> {
        let mut zones = Vec::new();
        let mut order = 0;
        for root in (0u32..).take(self.chains.states.len()) {
            if self.chains.states[root as usize].parent != NONE || !self.chains.is_placed(root) {
                continue;
            }
            let mut zone =
                Zone { returned_min: Some(Time::MAX), first: NONE, invoked_max: Time::ZERO, last: NONE };
            let mut state = root;
            while state != NONE {
                self.visited[state as usize] = order;
                order += 1;
                match self.chains.states[state as usize].writer {
                    NONE => zone.returned_min = None,
                    writer => self.place(writer, &mut zone),
                }
                let [from, to] = [state, state + 1].map(|s| self.observers_from[s as usize] as usize);
                for observer in from..to {
                    self.place(self.observers[observer], &mut zone);
                }
                state = self.chains.states[state as usize].child;
            }
            // The initial state alone, never seen, is before everything and keeps nothing waiting.
            if zone.last != NONE {
                zones.push(zone);
            }
        }
        self.find_circle();
        zones
    }

    /// Puts a call behind those of its chain that were laid out before.
    fn place(&mut self, rank: u32, zone: &mut Zone) {
        let call = self.chains.calls[rank as usize];
        if call.returned < zone.invoked_max {
            self.offer_within(zone.last, rank);
        }
        if zone.returned_min.is_some_and(|min| zone.first == NONE || call.returned < min) {
            zone.returned_min = Some(call.returned);
            zone.first = rank;
        }
        if zone.last == NONE || call.invoked > zone.invoked_max {
            zone.invoked_max = call.invoked;
            zone.last = rank;
        }
    }

    /// A chain without a beginning: compare-and-sets that wait for one another.
    fn find_circle(&mut self) {
        let states = &self.chains.states;
        let left_out = |s: &u32| self.visited[*s as usize] == NONE && self.chains.is_placed(*s);
        let Some(start) = (0u32..).take(states.len()).find(left_out) else { return };
        let mut circle = vec![start];
        let mut state = states[start as usize].parent;
        while !circle.contains(&state) && circle.len() < LINKS_NAMED_MAX {
            circle.push(state);
            state = states[state as usize].parent;
        }
        let involved = circle.iter().flat_map(|&s| [states[s as usize].writer, states[s as usize].evidence]);
        let involved: Vec<u32> = involved.collect();
        self.chains.conflicts.offer(self.chains.calls, &involved, |_| Cause::Circle);
    }

    /// Offers the conflicts between chains.
    fn compare(&mut self, zones: Vec<Zone>) {
        let (mut forward, backward): (Vec<Zone>, Vec<Zone>) = zones.into_iter().partition(Zone::is_forward);
        forward.sort_unstable_by_key(|zone| (zone.returned_min, zone.last));
        // The zone that reaches furthest among those up to each place: where zones overlap, the last need not.
        let mut furthest: Vec<Zone> = Vec::with_capacity(forward.len());
        for &zone in &forward {
            let before = furthest.last().copied();
            if let Some(before) = before.filter(|before| zone.returned_min < Some(before.invoked_max)) {
                self.offer_between(before, zone);
            }
            furthest.push(before.filter(|before| before.invoked_max >= zone.invoked_max).unwrap_or(zone));
        }
        for &zone in &backward {
            let open = forward.partition_point(|f| f.returned_min < Some(zone.invoked_max));
            let around = open.checked_sub(1).map(|last| furthest[last]);
            if let Some(around) = around.filter(|around| zone.returned_min < Some(around.invoked_max)) {
                self.offer_between(around, zone);
            }
        }
    }

    /// `earlier` stands in its chain before `later`, which had returned before `earlier` was invoked.
    fn offer_within(&mut self, earlier: u32, later: u32) {
        let mut involved = Vec::new();
        self.support(earlier, &mut involved);
        self.support(later, &mut involved);
        self.links(earlier, later, &mut involved);
        let calls = self.chains.calls;
        let asked_too_late = calls[earlier as usize].effect.adds().is_some();
        let depends = calls[later as usize].effect.needs().is_some();
        self.chains.conflicts.offer(calls, &involved, |op| {
            if asked_too_late && depends {
                Cause::Future { write: op(earlier) }
            } else {
                Cause::Stale { older: op(earlier), newer: op(later) }
            }
        });
    }

    /// Each of the two chains must come before the other.
    fn offer_between(&mut self, one: Zone, two: Zone) {
        let calls = self.chains.calls;
        // The call that returned last is what the explanation turns on: it is `older` of the old chain.
        let end = |zone: Zone| (calls[zone.last as usize].closed, calls[zone.last as usize].returned);
        let (old, new) = if two.first == NONE || (one.first != NONE && end(two) > end(one)) {
            (two, one)
        } else {
            (one, two)
        };
        let mut involved = Vec::new();
        self.support(old.last, &mut involved);
        self.support(new.first, &mut involved);
        if old.first != NONE {
            self.support(old.first, &mut involved);
            self.support(new.last, &mut involved);
            self.links(old.first, old.last, &mut involved);
            self.links(new.first, new.last, &mut involved);
        }
        self.chains.conflicts.offer(calls, &involved, |op| Cause::Crossed {
            old: (old.first != NONE).then(|| op(old.first)),
            new: op(new.last),
            newer: op(new.first),
            older: op(old.last),
        });
    }

    /// Adds the call and what shows which state it belongs to.
    fn support(&self, rank: u32, involved: &mut Vec<u32>) {
        let call = &self.chains.calls[rank as usize];
        let state = &self.chains.states[self.chains.state_of[rank as usize] as usize];
        involved.push(rank);
        match call.effect {
            Effect::Observe(_) => involved.push(state.writer),
            Effect::Append(_) => involved.push(state.evidence),
            Effect::Write(_) | Effect::Cas { .. } if !call.closed => involved.push(state.evidence),
            Effect::Write(_) | Effect::Cas { .. } | Effect::Impossible => {}
        }
    }

    /// Adds what shows that the states of two calls of one chain follow one another.
    fn links(&self, one: u32, other: u32, involved: &mut Vec<u32>) {
        let states = [one, other].map(|rank| self.chains.state_of[rank as usize]);
        let [from, to] = if self.visited[states[0] as usize] <= self.visited[states[1] as usize] {
            states
        } else {
            [states[1], states[0]]
        };
        let mut state = to;
        for _ in 0..LINKS_NAMED_MAX {
            if state == from || state == NONE {
                break;
            }
            let link = self.chains.states[state as usize];
            match self.chains.effect_of(state) {
                // What was seen in a list proves all of its beginning at once.
                Some(Effect::Append(_)) => {
                    involved.push(link.evidence);
                    break;
                }
                Some(Effect::Cas { .. }) => involved.extend([link.writer, link.evidence]),
                None | Some(Effect::Write(_) | Effect::Observe(_) | Effect::Impossible) => {}
            }
            state = link.parent;
        }
    }
}
