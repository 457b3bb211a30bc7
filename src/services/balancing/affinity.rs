//! Affinity: a key's hash modulo the number of those that may be picked, so that who asked before meets the same instance
//! for as long as the list stays as it is. Any change of it moves nearly all keys.
//!
//! Source: NGINX' `ip_hash` in spirit: that one hashes the address of the client and weighs, this one whatever the key is,
//! and weighs nothing. Ties: there are none. Cost: O(1) a pick.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::Keyed;

/// Affinity to a position in the list.
#[derive(Clone, Debug)]
pub struct Affinity {
    keys: Keyed,
}

impl Default for Affinity {
    fn default() -> Self {
        Affinity { keys: Keyed::new(0, "keys of affinity") }
    }
}

impl Balance for Affinity {
    #[inline]
    fn pick(&mut self, _: &Fleet, among: &[Place], ask: &Ask) -> Place {
        among[(self.keys.draw(ask.key, 0) % among.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, assert_shares, equal, picks, shares, without};
    use super::*;

    #[test]
    fn a_key_sticks_and_keys_spread() {
        let fleet = equal(5);
        let mut policy = Affinity::default();
        let first = picks(&mut policy, &fleet, &all(&fleet), 1_000);
        assert_eq!(picks(&mut policy, &fleet, &all(&fleet), 1_000), first);
        assert_shares(&shares(&mut policy, &fleet, &all(&fleet), 50_000), &[1.0; 5], 23.5);
    }

    /// Of hashes modulo 10 and modulo 9 one in ten is equal: 9 of 90. Places count as they are, after the gap one less.
    #[test]
    fn a_change_moves_nearly_all_keys() {
        let fleet = equal(10);
        let mut policy = Affinity::default();
        let before = picks(&mut policy, &fleet, &all(&fleet), 20_000);
        let after = picks(&mut policy, &fleet, &without(&all(&fleet), Place(9)), 20_000);
        let moved =
            before.iter().zip(&after).filter(|(before, after)| before != after).count() as f64 / 20_000.0;
        assert!((moved - 0.9).abs() < 0.01, "{moved}");
    }
}
