//! What waits for a core, where the order is not that of arrival.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::profile::Picks;
use crate::kernel::{Duration, WorkToken, random};

/// A piece that was asked for. The least goes first: by its rank, and of equals by its arrival.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) rank: u64,
    /// Counts pieces, and turns where they take turns: no two have the same.
    pub(super) arrival: u64,
    pub(super) token: WorkToken,
    /// Work that it needs yet.
    pub(super) left: Duration,
}

impl Piece {
    pub(super) fn goes_before(&self, other: &Piece) -> bool {
        (self.rank, self.arrival) < (other.rank, other.arrival)
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest is the one that goes first: it is on top of a heap.
impl Ord for Piece {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.rank, other.arrival).cmp(&(self.rank, self.arrival))
    }
}

/// Pieces that wait.
#[derive(Clone)]
pub(super) enum Waiting {
    /// Who goes first is taken first.
    Ranked(BinaryHeap<Piece>),
    /// Any is taken, each as likely. The n-th pick is the same whatever came before.
    Drawn { pieces: Vec<Piece>, picks: Picks, picked: u64 },
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        match self {
            Waiting::Ranked(pieces) => pieces.len(),
            Waiting::Drawn { pieces, .. } => pieces.len(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Waiting::Ranked(pieces) => pieces.clear(),
            Waiting::Drawn { pieces, .. } => pieces.clear(),
        }
    }

    pub(super) fn push(&mut self, piece: Piece) {
        match self {
            Waiting::Ranked(pieces) => pieces.push(piece),
            Waiting::Drawn { pieces, .. } => pieces.push(piece),
        }
    }

    pub(super) fn pop(&mut self) -> Option<Piece> {
        match self {
            Waiting::Ranked(pieces) => pieces.pop(),
            Waiting::Drawn { pieces, .. } if pieces.is_empty() => None,
            Waiting::Drawn { pieces, picks, picked } => {
                let bits = picks.keyed.draw(picks.key, *picked);
                *picked += 1;
                Some(pieces.swap_remove(random::below(bits, pieces.len() as u32) as usize))
            }
        }
    }
}
