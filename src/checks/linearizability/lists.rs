//! What did a list hold before its last value? Undoing the digest by that value gives the length and digest of the
//! rest. The rest is looked up among the sequences that were seen, then among those of the system's own order, and
//! last bridged: some values that nobody saw as the last lie between it and a sequence that was seen.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::kernel::Time;
use crate::model::op::{Reading, Stem, Value};

use super::bridge::{Bridge, bridge};
use super::calls::{Call, Effect, closed_count};
use super::chains::{Chains, NONE, State};
use super::conflict::Cause;
use super::effort::Effort;

/// How many sequences are tried as the beginning of a list whose beginning is not forced.
const ORIGINS_MAX: usize = 32;

/// Where every known sequence is the beginning of one list: between which instants a list of each length was held.
/// Nothing that stands behind a list can have returned before a call that belongs to it or to a shorter one was
/// invoked, and nothing before a list can have been invoked after one that belongs to it or to a longer one returned.
#[derive(Clone, Default, Debug)]
pub(super) struct Windows(Vec<Window>);

#[derive(Clone, Copy, Debug)]
struct Window {
    length: u32,
    /// The latest invocation up to this length.
    after: Time,
    /// The earliest return from this length on.
    before: Time,
}

impl Windows {
    fn after(&self, length: u32) -> Time {
        let last = self.0.partition_point(|window| window.length <= length);
        last.checked_sub(1).map_or(Time::ZERO, |last| self.0[last].after)
    }

    fn before(&self, length: u32) -> Time {
        let first = self.0.partition_point(|window| window.length < length);
        self.0.get(first).map_or(Time::MAX, |window| window.before)
    }
}

impl Chains<'_> {
    /// Finds the instants between which lists must have been held, once all of them were seen.
    pub(super) fn open_windows(&mut self) {
        if !self.appends_only || self.unresolved.is_empty() {
            return;
        }
        let mut windows: Vec<Window> = Vec::with_capacity(self.known.len());
        let mut after = Time::ZERO;
        for (stem, &state) in &self.known {
            let State { invoked_max, evidence, .. } = self.states[state as usize];
            after = after.max(invoked_max);
            let before = self.calls.get(evidence as usize).map_or(Time::MAX, |call| call.returned);
            windows.push(Window { length: stem.length, after, before });
        }
        let mut before = Time::MAX;
        for window in windows.iter_mut().rev() {
            before = before.min(window.before);
            window.before = before;
        }
        self.windows = Windows(windows);
    }

    /// The state that holds `stem`; puts the list aside where that is not known yet.
    pub(super) fn parent_of_list(
        &mut self,
        list: u32,
        stem: Stem,
        evidence: u32,
        guesses: &BTreeMap<Stem, Value>,
    ) -> Option<u32> {
        if let Some(&parent) = self.known.get(&stem) {
            self.prove(parent, evidence);
            return Some(parent);
        }
        match (stem.length, stem.only_value(), guesses.get(&stem)) {
            (0, _, _) | (1, None, _) => self.refuse(&[evidence]),
            (_, Some(value), _) => self.observe(Reading::of(value), &[evidence]),
            (_, None, Some(&last)) => self.observe(stem.ending_in(last), &[evidence]),
            (_, None, None) => {
                self.unresolved.insert(self.order_of(list));
                None
            }
        }
    }

    /// Finds the values that nobody saw as the last between a sequence that is known and the list that `state`
    /// adds to. `None` if that takes more effort than there is.
    pub(super) fn bridge_to(&mut self, state: u32, effort: &mut Effort<'_>) -> Option<()> {
        let State { evidence, seen, .. } = self.states[state as usize];
        let stem = seen.and_then(Reading::before_last).expect("only lists are put aside");
        let (origins, all) = self.origins(stem, evidence);
        for origin in origins {
            let from = self.reading_of(origin);
            let candidates = self.unseen_between(origin, stem, evidence);
            match bridge(from, stem, &candidates, effort) {
                Bridge::Values(values) => {
                    let mut held = from;
                    for value in values {
                        held = held.appended(value);
                        self.observe(held, &[evidence]);
                    }
                    self.queue.push(state);
                    return Some(());
                }
                Bridge::TooFar => return None,
                Bridge::Absent if self.appends_only => {
                    self.refuse_continuation(origin, evidence);
                    return Some(());
                }
                Bridge::Absent => {}
            }
        }
        all.then(|| {
            self.refuse(&[evidence]);
        })
    }

    fn refuse_continuation(&mut self, origin: u32, evidence: u32) {
        let other = self.states[origin as usize].evidence;
        if other == NONE {
            self.refuse(&[evidence]);
        } else {
            self.conflicts.offer(self.calls, &[evidence, other], |op| Cause::Fork {
                one: op(evidence),
                other: op(other),
            });
        }
    }

    /// The states that a list may have grown from, and whether these are all. Among appends alone that is the
    /// longest sequence known that is no longer than it; otherwise some may be left out, the shorter and the earlier.
    fn origins(&self, stem: Stem, evidence: u32) -> (Vec<u32>, bool) {
        let end = Stem { length: stem.length, digest: u64::MAX };
        let mut shorter = self.known.range(..=end).rev().map(|(_, &state)| state);
        if self.appends_only {
            return (shorter.take(1).collect(), true);
        }
        let mut origins: Vec<u32> = shorter.by_ref().take(ORIGINS_MAX).collect();
        let returned = self.calls[evidence as usize].returned;
        let invoked = |&state: &u32| self.calls[self.states[state as usize].writer as usize].invoked;
        let mut written: Vec<u32> = (1u32..)
            .take(self.values.len())
            .filter(|&s| matches!(self.effect_of(s), Some(Effect::Write(_) | Effect::Cas { .. })))
            .filter(|s| invoked(s) <= returned)
            .collect();
        let all = shorter.next().is_none() && written.len() <= ORIGINS_MAX;
        written.sort_unstable_by_key(|s| Reverse((invoked(s), *s)));
        origins.extend(written.into_iter().take(ORIGINS_MAX));
        (origins, all)
    }

    /// What a state holds that is plain from its writer or was seen.
    fn reading_of(&self, state: u32) -> Reading {
        match self.effect_of(state) {
            None => self.initial,
            Some(effect) => {
                let State { seen, .. } = self.states[state as usize];
                seen.or(effect.adds().map(Reading::of)).expect("only changes make states")
            }
        }
    }

    /// The appended values that nobody saw yet and that real time lets stand behind `origin` and before what
    /// `evidence` saw, a list with one value more than `stem`.
    fn unseen_between(&self, origin: u32, stem: Stem, evidence: u32) -> Vec<Value> {
        let after =
            self.states[origin as usize].invoked_max.max(self.windows.after(self.reading_of(origin).length));
        let before = self.calls[evidence as usize].returned.min(self.windows.before(stem.length + 1));
        let closed = closed_count(self.calls);
        let first = self.calls[..closed].partition_point(|c| c.returned < after);
        let in_time = |c: &&Call| c.returned <= before + self.longest;
        let last = first + self.calls[first..closed].iter().take_while(in_time).count();
        let unseen = |index: usize| {
            let call = &self.calls[index];
            let state = self.state_of[index];
            let appended = matches!(call.effect, Effect::Append(_)) && call.invoked <= before;
            (appended && self.states[state as usize].seen.is_none()).then(|| self.values[state as usize - 1])
        };
        (first..last).chain(closed..self.calls.len()).filter_map(unseen).collect()
    }
}
