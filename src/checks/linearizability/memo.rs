//! A set of 128-bit fingerprints, open-addressed and linearly probed: one flat allocation that only ever grows.

/// Fingerprints seen so far.
#[derive(Clone, Debug)]
pub(super) struct Memo {
    /// 0 marks a free slot. The length is a power of two.
    slots: Vec<u128>,
    taken: usize,
}

impl Memo {
    pub(super) fn new() -> Memo {
        Memo { slots: vec![0; 1 << 10], taken: 0 }
    }

    /// Adds a fingerprint; false if it was there.
    #[inline]
    pub(super) fn insert(&mut self, fingerprint: u128) -> bool {
        if self.taken * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        // The free mark stands for itself; one fingerprint in 2^128 shares another's fate.
        let fingerprint = fingerprint.max(1);
        let slot = self.slot_of(fingerprint);
        let fresh = self.slots[slot] == 0;
        self.slots[slot] = fingerprint;
        self.taken += usize::from(fresh);
        fresh
    }

    /// The slot that holds the fingerprint, or the free one where it belongs. Some slot is always free.
    #[inline]
    fn slot_of(&self, fingerprint: u128) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = fingerprint as usize & mask;
        while self.slots[slot] != 0 && self.slots[slot] != fingerprint {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let doubled = vec![0; self.slots.len() * 2];
        let before = std::mem::replace(&mut self.slots, doubled);
        for fingerprint in before.into_iter().filter(|&fingerprint| fingerprint != 0) {
            let slot = self.slot_of(fingerprint);
            self.slots[slot] = fingerprint;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_what_it_was_given_across_growth() {
        let mut memo = Memo::new();
        // Multiples of the first size all begin at one slot, the worst case for probing.
        let fingerprints = (0..5_000u128).map(|i| i << 10);
        assert!(fingerprints.clone().all(|fingerprint| memo.insert(fingerprint)));
        assert!(fingerprints.clone().all(|fingerprint| !memo.insert(fingerprint)));
        assert!(memo.insert(1 << 60));
    }
}
