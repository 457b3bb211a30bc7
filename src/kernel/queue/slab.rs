//! The pending events, at slots where they stay until they are popped.

use crate::kernel::load;

/// Events of type `E`, some with a body of type `B`. The slot freed last is used first: it is the one in the cache.
#[derive(Clone)]
pub(super) struct Slab<E, B> {
    entries: Vec<Entry<E, B>>,
    free: Vec<u32>,
}

/// An event, or what is left of one that was popped.
#[derive(Clone)]
struct Entry<E, B> {
    event: E,
    body: Option<B>,
}

impl<E: Copy, B> Slab<E, B> {
    pub(super) fn new() -> Self {
        Slab { entries: Vec::new(), free: Vec::new() }
    }

    /// Events stored.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, event: E) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.entries[slot as usize].event = event;
                slot
            }
            None => self.add(Entry { event, body: None }),
        }
    }

    #[inline(always)]
    pub(super) fn insert_with(&mut self, event: E, body: B) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                let entry = &mut self.entries[slot as usize];
                assert!(entry.body.is_none(), "the event before it in this slot left its body");
                entry.event = event;
                entry.body = Some(body);
                slot
            }
            None => self.add(Entry { event, body: Some(body) }),
        }
    }

    #[inline(always)]
    fn add(&mut self, entry: Entry<E, B>) -> u32 {
        let slot = self.entries.len();
        assert!(slot < super::PENDING_MAX, "fewer than 2^24 events may be pending");
        self.entries.push(entry);
        slot as u32
    }

    /// Frees `slot`; the event's body is there until it is taken.
    #[inline(always)]
    pub(super) fn remove(&mut self, slot: u32) -> E {
        self.free.push(slot);
        self.entries[slot as usize].event
    }

    /// Takes back the slot that was freed last.
    #[inline(always)]
    pub(super) fn keep(&mut self, slot: u32) {
        assert!(self.free.pop() == Some(slot), "its event was popped last");
    }

    #[inline(always)]
    pub(super) fn event(&self, slot: u32) -> &E {
        &self.entries[slot as usize].event
    }

    /// See [`load`].
    #[inline(always)]
    pub(super) fn load(&self, slot: u32) {
        load(&self.entries[slot as usize]);
    }

    #[inline(always)]
    pub(super) fn body(&self, slot: u32) -> Option<&B> {
        self.entries[slot as usize].body.as_ref()
    }

    #[inline(always)]
    pub(super) fn take_body(&mut self, slot: u32) -> Option<B> {
        self.entries[slot as usize].body.take()
    }

    /// Slots made so far.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.entries.len()
    }

    /// Events that have a body.
    pub(super) fn bodies(&self) -> usize {
        self.entries.iter().filter(|entry| entry.body.is_some()).count()
    }
}

/// Bytes of one entry.
pub(super) const fn bytes_per_entry<E, B>() -> usize {
    size_of::<Entry<E, B>>()
}
