//! Open conversations by slot: dense, reused, and told apart by sequence numbers, so that an answer that comes late
//! never meets the conversation that has its slot now.

use crate::kernel::load;

/// Open conversations, each with a value.
#[derive(Clone, Debug)]
pub struct Slots<T> {
    slots: Vec<Slot<T>>,
    /// The slot freed last, [`NONE`] if none is free. They are a list, so that a server among thousands is found in few places.
    free: u32,
    free_count: u32,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    /// Counts the uses of the slot from 1.
    sequence: u32,
    /// Of one that is free: which was freed before it.
    next: u32,
    value: Option<T>,
}

const NONE: u32 = u32::MAX;

impl<T> Slots<T> {
    /// No conversations.
    pub fn new() -> Self {
        Slots { slots: Vec::new(), free: NONE, free_count: 0 }
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free_count as usize
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no slot below `max` to open one in: the others are open or retired.
    pub fn is_full(&self, max: u32) -> bool {
        self.free == NONE && self.slots.len() >= max as usize
    }

    /// Opens one; returns its slot and sequence number.
    #[inline]
    pub fn open(&mut self, value: T) -> (u32, u32) {
        if self.free == NONE {
            self.free = self.slots.len() as u32;
            self.free_count += 1;
            self.slots.push(Slot { sequence: 0, next: NONE, value: None });
        }
        let slot = self.free;
        let place = &mut self.slots[slot as usize];
        self.free = place.next;
        self.free_count -= 1;
        place.sequence += 1;
        place.value = Some(value);
        (slot, place.sequence)
    }

    /// The conversation of this slot and number, if it is open.
    #[inline]
    pub fn get(&mut self, slot: u32, sequence: u32) -> Option<&mut T> {
        let place = self.slots.get_mut(slot as usize)?;
        if place.sequence == sequence { place.value.as_mut() } else { None }
    }

    /// Has a slot loaded ([`load`]).
    #[inline]
    pub fn foresee(&self, slot: u32) {
        if let Some(place) = self.slots.get(slot as usize) {
            load(place);
        }
    }

    /// Has the slot loaded that is opened next.
    #[inline]
    pub fn foresee_open(&self) {
        self.foresee(self.free);
    }

    /// The conversation of this slot, whatever its number.
    #[inline]
    pub fn peek(&self, slot: u32) -> Option<&T> {
        self.slots.get(slot as usize)?.value.as_ref()
    }

    /// The conversation of this slot, whatever its number, with its number.
    pub fn get_slot(&mut self, slot: u32) -> Option<(u32, &mut T)> {
        let place = self.slots.get_mut(slot as usize)?;
        Some((place.sequence, place.value.as_mut()?))
    }

    /// All that are open.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }

    /// Closes the conversation of this slot and number, if it is open.
    #[inline]
    pub fn close(&mut self, slot: u32, sequence: u32) -> Option<T> {
        self.get(slot, sequence)?;
        self.close_slot(slot)
    }

    /// Closes the conversation of this slot, whatever its number.
    pub fn close_slot(&mut self, slot: u32) -> Option<T> {
        let place = self.slots.get_mut(slot as usize)?;
        let value = place.value.take()?;
        place.next = std::mem::replace(&mut self.free, slot);
        self.free_count += 1;
        Some(value)
    }

    /// Counts one use more of an open slot, so that what is said to the last one meets nobody.
    pub fn renew(&mut self, slot: u32) {
        self.slots[slot as usize].sequence += 1;
    }

    /// The slots of the open conversations that are of interest, ascending.
    pub fn slots_where(&self, of_interest: impl Fn(&T) -> bool) -> Vec<u32> {
        let open = (0..).zip(&self.slots).filter(|(_, slot)| slot.value.as_ref().is_some_and(&of_interest));
        open.map(|(slot, _)| slot).collect()
    }

    /// Closes the conversation of this slot and never uses the slot again.
    pub fn retire(&mut self, slot: u32) -> Option<T> {
        self.slots.get_mut(slot as usize)?.value.take()
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_answer_does_not_meet_the_next_conversation_of_its_slot() {
        let mut slots = Slots::new();
        let (slot, first) = slots.open("first");
        slots.close(slot, first);
        let (again, second) = slots.open("second");
        assert_eq!(again, slot);
        assert_eq!(slots.close(slot, first), None);
        assert_eq!(slots.close(slot, second), Some("second"));
    }

    #[test]
    fn a_retired_slot_is_not_reused() {
        let mut slots = Slots::new();
        let (slot, _) = slots.open("lost");
        assert_eq!(slots.retire(slot), Some("lost"));
        assert_ne!(slots.open("next").0, slot);
        assert_eq!(slots.close_slot(slot), None);
    }
}
