//! With unique values every change makes a state of its own, and every observation names the state it saw. Some
//! states must follow one another with nothing in between: a compare-and-set stands right behind the value that it
//! expected, and an appended value that was seen in a list right behind the rest of that list. This stage strings
//! states into such chains; whether the chains can be put one after the other is for `zones` to say.
//!
//! What a list held before its last value is the subject of `lists`.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Duration, Time};
use crate::model::op::{Reading, Stem, Value};

use super::calls::{Call, Effect, closed_count};
use super::conflict::{Cause, Conflicts};
use super::effort::Effort;
use super::lists::Windows;

/// No state, no call.
pub(super) const NONE: u32 = u32::MAX;
/// The state before the first change.
const INITIAL: u32 = 0;

/// What the key held between two changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// The call that made it; `NONE` for the initial state.
    pub(super) writer: u32,
    /// The state that it must directly follow.
    pub(super) parent: u32,
    /// The state that must directly follow it.
    pub(super) child: u32,
    /// The first call to return that proves the state was held; `NONE` if nothing does.
    pub(super) evidence: u32,
    /// The latest invocation among the calls that made it or saw it.
    pub(super) invoked_max: Time,
    /// What it must hold, where that is not plain from the writer: the sequence an appended value was seen in.
    pub(super) seen: Option<Reading>,
}

/// The states of one key and how they hang together.
pub(super) struct Chains<'a> {
    pub(super) calls: &'a [Call],
    /// The initial state, then one state a change, in the order of their values.
    pub(super) states: Vec<State>,
    /// The state that each call makes or saw; `NONE` where there is none.
    pub(super) state_of: Vec<u32>,
    pub(super) conflicts: Conflicts,
    pub(super) initial: Reading,
    /// The values of `states[1..]`.
    pub(super) values: Vec<Value>,
    /// Sequences that were seen, and the initial one.
    pub(super) known: BTreeMap<Stem, u32>,
    /// States that were proven but not yet followed to their parents.
    pub(super) queue: Vec<u32>,
    /// Appended states whose parent is not known, by the length of what they hold.
    pub(super) unresolved: BTreeSet<(u32, u32)>,
    /// No change but appending: all sequences are beginnings of one.
    pub(super) appends_only: bool,
    /// Between which instants lists were held.
    pub(super) windows: Windows,
    /// How long the slowest closed call took.
    pub(super) longest: Duration,
}

impl<'a> Chains<'a> {
    /// Strings the states of `calls` into chains. `None` where that cannot be done exactly: a value was written
    /// twice, or a list's beginning was not found within the effort. `guesses` are sequences that the key may
    /// have held, with their last values.
    pub(super) fn trace(
        calls: &'a [Call],
        initial: Reading,
        guesses: &BTreeMap<Stem, Value>,
        effort: &mut Effort<'_>,
    ) -> Option<Chains<'a>> {
        let mut chains = Chains::unlinked(calls, initial)?;
        for (index, call) in (0u32..).zip(calls).take(closed_count(calls)) {
            match call.effect {
                Effect::Observe(seen) => {
                    if let Some(state) = chains.observe(seen, &[index]) {
                        chains.state_of[index as usize] = state;
                        let invoked_max = &mut chains.states[state as usize].invoked_max;
                        *invoked_max = call.invoked.max(*invoked_max);
                    }
                }
                Effect::Cas { .. } => chains.prove(chains.state_of[index as usize], index),
                Effect::Impossible => chains.conflicts.offer(calls, &[index], |_| Cause::Impossible),
                Effect::Write(_) | Effect::Append(_) => {}
            }
            chains.follow(guesses);
        }
        chains.open_windows();
        while let Some((_, state)) = chains.unresolved.pop_first() {
            // Bridging another list may have made the beginning of this one known.
            chains.queue.push(state);
            chains.follow(guesses);
            if chains.unresolved.contains(&chains.order_of(state)) {
                chains.unresolved.remove(&chains.order_of(state));
                chains.bridge_to(state, effort)?;
                chains.follow(guesses);
            }
        }
        Some(chains)
    }

    fn unlinked(calls: &'a [Call], initial: Reading) -> Option<Chains<'a>> {
        let adds = |(index, call): (u32, &Call)| call.effect.adds().map(|value| (value, index));
        let mut changes: Vec<(Value, u32)> = (0u32..).zip(calls).filter_map(adds).collect();
        changes.sort_unstable();
        let twice = changes.windows(2).any(|pair| pair[0].0 == pair[1].0);
        let rewritten =
            initial.length > 0 && changes.binary_search_by_key(&initial.last, |&(value, _)| value).is_ok();
        if twice || rewritten {
            return None;
        }
        let state = |writer: u32, invoked_max| State {
            writer,
            parent: NONE,
            child: NONE,
            evidence: NONE,
            invoked_max,
            seen: None,
        };
        let mut states = vec![state(NONE, Time::ZERO)];
        let mut state_of = vec![NONE; calls.len()];
        for (number, &(_, index)) in (1u32..).zip(&changes) {
            state_of[index as usize] = number;
            states.push(state(index, calls[index as usize].invoked));
        }
        let closed = &calls[..closed_count(calls)];
        Some(Chains {
            calls,
            states,
            state_of,
            conflicts: Conflicts::default(),
            initial,
            values: changes.iter().map(|&(value, _)| value).collect(),
            known: BTreeMap::from([(initial.stem(), INITIAL)]),
            queue: Vec::new(),
            unresolved: BTreeSet::new(),
            appends_only: calls.iter().all(|c| !matches!(c.effect, Effect::Write(_) | Effect::Cas { .. })),
            windows: Windows::default(),
            longest: closed.iter().map(|c| c.returned - c.invoked).max().unwrap_or(Duration::ZERO),
        })
    }

    /// Whether the state's change took effect, so that it has a place in every order.
    pub(super) fn is_placed(&self, state: u32) -> bool {
        let State { writer, evidence, .. } = self.states[state as usize];
        writer == NONE || evidence != NONE || self.calls[writer as usize].closed
    }

    pub(super) fn effect_of(&self, state: u32) -> Option<Effect> {
        self.calls.get(self.states[state as usize].writer as usize).map(|call| call.effect)
    }

    /// The key under which an unresolved state waits: shorter lists first, as longer ones build on them.
    pub(super) fn order_of(&self, state: u32) -> (u32, u32) {
        (self.states[state as usize].seen.map_or(0, |seen| seen.length), state)
    }

    /// The state that `seen` names, which the first of the calls `by` thereby proves. `None`, and a conflict that
    /// involves all of `by`, if no change can have made it.
    pub(super) fn observe(&mut self, seen: Reading, by: &[u32]) -> Option<u32> {
        let state = if seen == self.initial {
            INITIAL
        } else {
            match self.values.binary_search(&seen.last) {
                Ok(rank) if seen.length > 0 => u32::try_from(rank + 1).expect("fewer states than calls"),
                Ok(_) | Err(_) => return self.refuse(by),
            }
        };
        match self.effect_of(state) {
            None => {}
            Some(Effect::Append(_)) => match self.states[state as usize].seen {
                None => {
                    self.states[state as usize].seen = Some(seen);
                    self.known.insert(seen.stem(), state);
                }
                Some(before) if before == seen => {}
                // One list that would hold the value twice.
                Some(_) if self.states[state as usize].evidence == by[0] => return self.refuse(by),
                Some(_) => {
                    let other = self.states[state as usize].evidence;
                    self.conflicts.offer(self.calls, &[by, &[other]].concat(), |op| Cause::Fork {
                        one: op(by[0]),
                        other: op(other),
                    });
                    return None;
                }
            },
            Some(Effect::Write(value) | Effect::Cas { new: value, .. }) if seen == Reading::of(value) => {}
            Some(Effect::Write(_) | Effect::Cas { .. }) => return self.refuse(by),
            Some(Effect::Observe(_) | Effect::Impossible) => unreachable!("only changes make states"),
        }
        self.prove(state, by[0]);
        Some(state)
    }

    pub(super) fn refuse(&mut self, by: &[u32]) -> Option<u32> {
        self.conflicts.offer(self.calls, by, |_| Cause::NeverWritten);
        None
    }

    pub(super) fn prove(&mut self, state: u32, evidence: u32) {
        let known = &mut self.states[state as usize].evidence;
        if *known == NONE {
            *known = evidence;
            self.queue.push(state);
        }
    }

    /// Links every proven state behind the one that it must follow, which is thereby proven too.
    fn follow(&mut self, guesses: &BTreeMap<Stem, Value>) {
        while let Some(state) = self.queue.pop() {
            let State { writer, evidence, seen, .. } = self.states[state as usize];
            let parent = match self.effect_of(state) {
                Some(Effect::Cas { expected, .. }) if writer == evidence => {
                    self.observe(expected, &[evidence])
                }
                Some(Effect::Cas { expected, .. }) => self.observe(expected, &[evidence, writer]),
                Some(Effect::Append(_)) => {
                    let stem = seen
                        .and_then(Reading::before_last)
                        .expect("a proven list was seen, and holds a value");
                    self.parent_of_list(state, stem, evidence, guesses)
                }
                None | Some(Effect::Write(_) | Effect::Observe(_) | Effect::Impossible) => None,
            };
            if let Some(parent) = parent {
                self.link(parent, state);
            }
        }
    }

    fn link(&mut self, parent: u32, state: u32) {
        let other = self.states[parent as usize].child;
        if parent == state {
            // A compare-and-set of a value to itself does not bring that value about.
            let State { writer, evidence, .. } = self.states[state as usize];
            self.refuse(&[evidence, writer]);
        } else if other == NONE {
            self.states[parent as usize].child = state;
            self.states[state as usize].parent = parent;
        } else if other != state {
            let [one, two] = [other, state].map(|child| self.states[child as usize]);
            let involved = [one.writer, two.writer, one.evidence, two.evidence];
            let both_cas =
                [other, state].map(|s| matches!(self.effect_of(s), Some(Effect::Cas { .. }))) == [true; 2];
            self.conflicts.offer(self.calls, &involved, |op| {
                if both_cas {
                    Cause::LostUpdate { one: op(one.writer), other: op(two.writer) }
                } else {
                    Cause::Fork { one: op(one.evidence), other: op(two.evidence) }
                }
            });
        }
    }
}
