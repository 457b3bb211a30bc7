//! Partitions: who cannot reach whom.
//!
//! A cut is one direction between two sets of nodes; a symmetric partition into k groups is k cuts. Each cut in
//! force owns a bit, set in its senders' and its receivers' masks, so that "is this link blocked" is one AND,
//! whatever the number of nodes. A cut drops what is sent while it is up; what is in flight still arrives.

use crate::kernel::NodeId;

/// Most cuts in force at once.
pub const CUTS_MAX: u32 = u128::BITS;

/// Names a cut to whoever made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CutId(pub u64);

/// The cuts in force.
#[derive(Clone)]
pub struct Cuts {
    in_force: u128,
    names: Vec<(CutId, u32)>,
    senders: Vec<u128>,
    receivers: Vec<u128>,
}

impl Cuts {
    /// No cuts, between `nodes` nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Cuts { in_force: 0, names: Vec::new(), senders: vec![0; nodes], receivers: vec![0; nodes] }
    }

    /// Whether messages from `from` to `to` are dropped. A node always reaches itself.
    #[inline]
    pub fn blocks(&self, from: NodeId, to: NodeId) -> bool {
        self.in_force != 0 && self.senders[from.index()] & self.receivers[to.index()] != 0 && from != to
    }

    /// Drops from now on what any of `from` sends to any of `to`, until [`Cuts::heal`].
    ///
    /// # Errors
    /// [`TooManyCuts`] if [`CUTS_MAX`] cuts are in force: nothing is cut.
    pub fn cut(&mut self, id: CutId, from: &[NodeId], to: &[NodeId]) -> Result<(), TooManyCuts> {
        let bit = (!self.in_force).trailing_zeros();
        if bit == CUTS_MAX {
            return Err(TooManyCuts);
        }
        self.in_force |= 1 << bit;
        self.names.push((id, bit));
        from.iter().for_each(|node| self.senders[node.index()] |= 1 << bit);
        to.iter().for_each(|node| self.receivers[node.index()] |= 1 << bit);
        Ok(())
    }

    /// Lifts every cut made under `id`.
    pub fn heal(&mut self, id: CutId) {
        let lifted: u128 = self.names.iter().filter(|(name, _)| *name == id).map(|(_, bit)| 1 << bit).sum();
        self.names.retain(|(name, _)| *name != id);
        self.in_force &= !lifted;
        self.senders.iter_mut().chain(&mut self.receivers).for_each(|mask| *mask &= !lifted);
    }
}

/// [`CUTS_MAX`] cuts are in force already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyCuts;

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);
    const C: NodeId = NodeId(2);

    #[test]
    fn a_cut_has_one_direction() {
        let mut cuts = Cuts::new(3);
        cuts.cut(CutId(1), &[A], &[B]).expect("the first cut");
        assert!(cuts.blocks(A, B));
        assert!(!cuts.blocks(B, A) && !cuts.blocks(A, C));
        cuts.heal(CutId(1));
        assert!(!cuts.blocks(A, B));
    }

    #[test]
    fn overlapping_cuts_heal_one_by_one() {
        let mut cuts = Cuts::new(3);
        cuts.cut(CutId(1), &[A], &[B, C]).expect("the first cut");
        cuts.cut(CutId(2), &[A, B], &[C]).expect("the second cut");
        cuts.heal(CutId(1));
        assert!(!cuts.blocks(A, B), "only the first cut blocked it");
        assert!(cuts.blocks(A, C) && cuts.blocks(B, C), "the second cut still stands");
    }

    #[test]
    fn a_node_reaches_itself_even_in_a_cut_of_all_from_all() {
        let mut cuts = Cuts::new(2);
        cuts.cut(CutId(1), &[A, B], &[A, B]).expect("the first cut");
        assert!(cuts.blocks(A, B) && !cuts.blocks(A, A));
    }

    #[test]
    fn bits_are_reused_and_their_number_is_a_limit() {
        let mut cuts = Cuts::new(2);
        for n in 0..u64::from(CUTS_MAX) {
            cuts.cut(CutId(n), &[A], &[B]).expect("below the limit");
        }
        assert_eq!(cuts.cut(CutId(999), &[B], &[A]), Err(TooManyCuts));
        cuts.heal(CutId(5));
        cuts.cut(CutId(999), &[B], &[A]).expect("one bit is free again");
        assert!(cuts.blocks(B, A));
    }
}
