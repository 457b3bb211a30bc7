//! How much memory a thread holds: what `--max-memory` limits.
//!
//! A run is made, run and judged in one thread, so that the bytes its thread has allocated and not freed are what the
//! run holds, whatever other runs do beside it. The resident set of the process would be everybody's, and differs from
//! system to system. Counting costs an addition to a variable of the thread's own for each allocation, and protocols
//! make none for most events.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes allocated less bytes freed by this thread, and the most that was since [`start`]. Memory may be freed by
    /// another thread than took it: only differences mean anything.
    static HELD: Cell<(i64, i64)> = const { Cell::new((0, 0)) };
}

/// The system's allocator, counting what each thread holds. The `seedbed` program allocates with it; in a program that
/// does not, no run ever holds anything.
pub struct Counting;

fn count(bytes: i64) {
    // Constant and without a destructor: it is there before and after everything else in a thread.
    HELD.with(|cell| {
        let (held, most) = cell.get();
        let held = held.wrapping_add(bytes);
        cell.set((held, most.max(held)));
    });
}

// A layout is never larger than `isize::MAX`, so that no size is too great for the counter.
#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; every call goes to the system's unchanged"
)]
// SAFETY: counting neither allocates nor looks at the memory, and every request is the caller's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What a thread held at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Since(i64);

/// What this thread holds counts from now on.
pub fn start() -> Since {
    HELD.with(|cell| {
        let (held, _) = cell.get();
        cell.set((held, held));
        Since(held)
    })
}

impl Since {
    /// Bytes that this thread holds more than it did.
    pub fn held(self) -> u64 {
        HELD.with(|cell| u64::try_from(cell.get().0.wrapping_sub(self.0)).unwrap_or(0))
    }

    /// The most bytes that it held more than it did.
    pub fn most(self) -> u64 {
        HELD.with(|cell| u64::try_from(cell.get().1.wrapping_sub(self.0)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_counts_what_it_holds() {
        let since = start();
        let layout = Layout::array::<u64>(1_000).expect("it is small");
        #[allow(unsafe_code, reason = "the test calls the allocator as the language does")]
        // SAFETY: the layout is not empty, and what is freed is what was allocated, with its layout.
        unsafe {
            let pointer = Counting.alloc(layout);
            assert_eq!((since.held(), since.most()), (8_000, 8_000));
            let pointer = Counting.realloc(pointer, layout, 16_000);
            assert_eq!((since.held(), since.most()), (16_000, 16_000));
            Counting.dealloc(pointer, Layout::array::<u64>(2_000).expect("it is small"));
        }
        assert_eq!((since.held(), since.most()), (0, 16_000));
    }
}
