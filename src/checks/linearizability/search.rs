//! The third stage: search for an order, for histories in which values recur.
//!
//! Wing and Gong (Testing and verifying concurrent objects, 1993) take, one after the other, calls that nothing
//! still waiting precedes, and go back when a call must return that cannot be taken. Lowe (Testing for
//! linearizability, 2017) remembers pairs of what was taken and what the key then held, so that no pair is explored
//! twice. Three cuts, each of which leaves an order if there is one:
//! - An observation that agrees with what the key holds is taken at once and never reconsidered: it changes
//!   nothing, so whatever order has it later also works with it here.
//! - An open change whose value nobody observed is left out, unless lists were seen, where it may lie inside.
//! - An open compare-and-set is taken only where it matches: elsewhere it would change nothing.
//!
//! Pairs are remembered by 128-bit fingerprints; that two of a few million agree by chance has probability below
//! 10^-24. The walk keeps its own stack and allocates nothing a step.

use crate::kernel::Time;
use crate::model::op::{Reading, Value};

use super::calls::{Call, Effect, closed_count};
use super::effort::Effort;
use super::memo::Memo;

/// How a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// An order exists.
    Order,
    /// No order exists: none even explains all returns up to the closed call of this rank.
    NoOrder { furthest: usize },
    /// The budget ran out first.
    OutOfBudget,
}

/// Looks for an order of the calls.
pub(super) fn search(calls: &[Call], initial: Reading, effort: &mut Effort<'_>) -> Found {
    Search::new(calls, initial).run(effort)
}

/// The head of the list of events, before the first.
const HEAD: u32 = 0;
/// "No event": behind the last, and the return of an open call.
const END: u32 = u32::MAX;

/// An invocation or a return, in a doubly linked list by time from which taken calls are lifted out.
#[derive(Clone, Copy)]
struct Event {
    call: u32,
    is_return: bool,
    next: u32,
    previous: u32,
}

/// One call that was taken, and how things stood before.
#[derive(Clone, Copy)]
struct Step {
    call: u32,
    held: Reading,
    /// An observation, taken without an alternative.
    forced: bool,
}

struct Search<'a> {
    calls: &'a [Call],
    events: Vec<Event>,
    /// Where each call's invocation and return stand in `events`.
    invocation: Vec<u32>,
    response: Vec<u32>,
    held: Reading,
    /// The exclusive-or of the fingerprints of all calls taken.
    taken: u128,
    /// Closed calls not yet taken.
    waiting: usize,
    steps: Vec<Step>,
    memo: Memo,
    furthest: usize,
}

impl<'a> Search<'a> {
    fn new(calls: &'a [Call], initial: Reading) -> Search<'a> {
        let mut times: Vec<(Time, bool, u32)> = Vec::with_capacity(2 * calls.len());
        let matters = which_matter(calls);
        for ((rank, call), _) in (0u32..).zip(calls).zip(&matters).filter(|&(_, &matters)| matters) {
            times.push((call.invoked, false, rank));
            if call.closed {
                times.push((call.returned, true, rank));
            }
        }
        // Invocations come before returns of the same instant: these two calls are concurrent.
        times.sort_unstable();
        let count = u32::try_from(times.len()).expect("fewer than 2^31 calls");
        let mut events = vec![Event {
            call: END,
            is_return: false,
            next: if count == 0 { END } else { 1 },
            previous: END,
        }];
        let mut invocation = vec![END; calls.len()];
        let mut response = vec![END; calls.len()];
        for (place, (_, is_return, call)) in (1..).zip(times) {
            let next = if place == count { END } else { place + 1 };
            events.push(Event { call, is_return, next, previous: place - 1 });
            let places = if is_return { &mut response } else { &mut invocation };
            places[call as usize] = place;
        }
        Search {
            calls,
            events,
            invocation,
            response,
            held: initial,
            taken: 0,
            waiting: closed_count(calls),
            steps: Vec::with_capacity(calls.len()),
            memo: Memo::new(),
            furthest: 0,
        }
    }

    fn run(&mut self, effort: &mut Effort<'_>) -> Found {
        self.take_observations();
        let mut place = self.events[HEAD as usize].next;
        while self.waiting > 0 {
            if !effort.look() {
                return Found::OutOfBudget;
            }
            let event = self.events[place as usize];
            if event.is_return {
                self.furthest = self.furthest.max(event.call as usize);
                match self.go_back() {
                    Some(next) => place = next,
                    None => return Found::NoOrder { furthest: self.furthest },
                }
            } else if let Some(after) = self.change(event.call) {
                if !effort.spend(1) {
                    return Found::OutOfBudget;
                }
                self.take(event.call, false);
                self.held = after;
                self.take_observations();
                place = self.events[HEAD as usize].next;
            } else {
                place = event.next;
            }
        }
        Found::Order
    }

    /// What the key holds after the call, if it is a change that can be taken now and leads to a new pair.
    #[inline]
    fn change(&mut self, call: u32) -> Option<Reading> {
        let effect = self.calls[call as usize].effect;
        if matches!(effect, Effect::Observe(_)) {
            return None;
        }
        let after = effect.after(self.held)?;
        self.memo
            .insert(self.taken ^ fingerprint_of_call(call) ^ fingerprint_of_reading(after))
            .then_some(after)
    }

    /// Takes every observation that agrees with what the key holds and that nothing still waiting precedes.
    fn take_observations(&mut self) {
        let mut place = self.events[HEAD as usize].next;
        while place != END {
            let event = self.events[place as usize];
            if event.is_return {
                return;
            }
            if self.calls[event.call as usize].effect == Effect::Observe(self.held) {
                self.take(event.call, true);
                // The call's own return may have stood right behind its invocation.
                place = self.events[event.previous as usize].next;
            } else {
                place = event.next;
            }
        }
    }

    fn take(&mut self, call: u32, forced: bool) {
        self.steps.push(Step { call, held: self.held, forced });
        self.taken ^= fingerprint_of_call(call);
        self.waiting -= usize::from(self.calls[call as usize].closed);
        self.lift(self.invocation[call as usize]);
        self.lift(self.response[call as usize]);
    }

    /// Undoes steps up to and with the last that had an alternative; returns the event to go on from.
    fn go_back(&mut self) -> Option<u32> {
        loop {
            let Step { call, held, forced } = self.steps.pop()?;
            self.held = held;
            self.taken ^= fingerprint_of_call(call);
            self.waiting += usize::from(self.calls[call as usize].closed);
            self.put_back(self.response[call as usize]);
            self.put_back(self.invocation[call as usize]);
            if !forced {
                return Some(self.events[self.invocation[call as usize] as usize].next);
            }
        }
    }

    fn lift(&mut self, place: u32) {
        if place == END {
            return;
        }
        let Event { next, previous, .. } = self.events[place as usize];
        self.events[previous as usize].next = next;
        if next != END {
            self.events[next as usize].previous = previous;
        }
    }

    /// Undoes `lift`; what was lifted last must be put back first.
    fn put_back(&mut self, place: u32) {
        if place == END {
            return;
        }
        let Event { next, previous, .. } = self.events[place as usize];
        self.events[previous as usize].next = place;
        if next != END {
            self.events[next as usize].previous = place;
        }
    }
}

/// Which calls can make a difference: all but open changes of values that nobody observed.
fn which_matter(calls: &[Call]) -> Vec<bool> {
    let seen = || calls.iter().filter_map(|call| call.effect.needs());
    let lists = seen().any(|seen| seen.length > 1);
    let mut observed: Vec<Value> = seen().map(|seen| seen.last).collect();
    observed.sort_unstable();
    let is_observed =
        |call: &Call| call.effect.adds().is_some_and(|value| observed.binary_search(&value).is_ok());
    calls.iter().map(|call| call.closed || lists || is_observed(call)).collect()
}

fn fingerprint_of_call(call: u32) -> u128 {
    let seed = u64::from(call) * 2;
    u128::from(scramble(seed)) << 64 | u128::from(scramble(seed + 1))
}

fn fingerprint_of_reading(held: Reading) -> u128 {
    let high = scramble(held.digest() ^ 0xA5A5_A5A5_A5A5_A5A5);
    let low = scramble(high ^ (u64::from(held.length) << 32 | u64::from(held.last.0)));
    u128::from(high) << 64 | u128::from(low)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a bijection that spreads every bit.
#[inline]
fn scramble(word: u64) -> u64 {
    let word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
