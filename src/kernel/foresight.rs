//! Foresight: what comes next is told before it comes, so that what it will need is on its way from memory by then.
//!
//! In a large world nearly everything that an event needs is in no cache, and what it needs next is found by what it needs
//! first: it waits for memory a dozen times, one after the other. What events need that come off the queue together is loaded
//! together (docs/adr/0010). No run depends on it.

use super::process::WorkToken;

/// What a process will handle soon, unless something comes between.
#[derive(Debug)]
pub enum Soon<'a, M> {
    /// A message that is about to arrive.
    Message(&'a M),
    /// A piece of work that is about to be done, and which: that is found in round 2.
    Work(Option<WorkToken>),
}

// By hand: a message need not be `Copy` for a reference to one to be.
impl<M> Clone for Soon<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Soon<'_, M> {}

/// Rounds in which what comes is foreseen: what is found at once is loaded in the first, what is found by that in the second, and so
/// on.
pub const ROUNDS: u32 = 4;

/// Has the hardware load all of `place` from memory, and does not wait for it.
#[inline(always)]
#[allow(
    unsafe_code,
    reason = "a prefetch reads nothing that the program sees, and is allowed of any address"
)]
pub fn load<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    for line in 0..size_of::<T>().div_ceil(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(place).cast::<i8>();
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(line * LINE)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Bytes of a cache line.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;
