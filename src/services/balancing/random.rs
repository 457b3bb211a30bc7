//! Random: any of them, all alike. There are no ties. Cost: O(1) a pick.

use super::{Ask, Balance, Fleet, Place};
use crate::kernel::random::below;

/// Random, by draw 0.
#[derive(Clone, Debug, Default)]
pub struct Random;

impl Balance for Random {
    #[inline]
    fn pick(&mut self, _: &Fleet, among: &[Place], ask: &Ask) -> Place {
        among[below(ask.bits, among.len() as u32) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, assert_shares, equal, shares, without};
    use super::*;

    /// Four degrees of freedom: 99.99 % stay below 23.5.
    #[test]
    fn all_are_picked_alike_and_nobody_else() {
        let fleet = equal(5);
        assert_shares(&shares(&mut Random, &fleet, &all(&fleet), 50_000), &[1.0; 5], 23.5);
        let left = without(&all(&fleet), Place(2));
        assert_eq!(shares(&mut Random, &fleet, &left, 5_000)[2], 0);
    }
}
