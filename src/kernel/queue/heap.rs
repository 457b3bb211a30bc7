//! The events that come next: an implicit 4-ary heap of keys.
//!
//! Groups of four siblings share a 64-byte cache line (missing siblings are [`LAST`], so that none is tested for). A pop
//! leaves the root empty and the next push fills it: one sift in place of two.

use super::Key;

/// Behind every key.
const LAST: Key = Key(u128::MAX);

/// A cache line of four sibling keys.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([Key; 4]);

const EMPTY_LINE: Line = Line([LAST; 4]);

impl Line {
    /// The least key and where it stands: a tournament, for short dependency chains.
    #[inline(always)]
    fn least(&self) -> (usize, Key) {
        let Line([a, b, c, d]) = self;
        let (left, left_key) = if b < a { (1, *b) } else { (0, *a) };
        let (right, right_key) = if d < c { (3, *d) } else { (2, *c) };
        if right_key < left_key { (right, right_key) } else { (left, left_key) }
    }
}

/// The 4-ary heap of keys. Node `i` has children `4i + 1 .. 4i + 4`, which fill line `i + 1`; the root stands
/// last in line 0.
#[derive(Clone)]
pub(super) struct Heap {
    lines: Vec<Line>,
    /// Nodes in the heap, the empty root included.
    nodes: usize,
    root_is_empty: bool,
}

impl Heap {
    pub(super) fn new() -> Self {
        Heap { lines: vec![EMPTY_LINE; 2], nodes: 0, root_is_empty: false }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.nodes - usize::from(self.root_is_empty)
    }

    #[inline]
    fn get(&self, node: usize) -> Key {
        self.lines[(node + 3) >> 2].0[(node + 3) & 3]
    }

    #[inline]
    fn set(&mut self, node: usize, key: Key) {
        self.lines[(node + 3) >> 2].0[(node + 3) & 3] = key;
    }

    /// Adds `key` in the place of the one popped last, if nothing has taken it yet.
    #[inline(always)]
    pub(super) fn fill(&mut self, key: Key) -> bool {
        if !self.root_is_empty {
            return false;
        }
        self.root_is_empty = false;
        self.sift_down(key);
        true
    }

    #[inline(always)]
    pub(super) fn push(&mut self, key: Key) {
        if self.fill(key) {
            return;
        }
        let mut node = self.nodes;
        self.nodes += 1;
        if (node + 3) >> 2 >= self.lines.len() {
            self.lines.push(EMPTY_LINE);
        }
        while node > 0 {
            let parent = (node - 1) >> 2;
            let above = self.get(parent);
            if above <= key {
                break;
            }
            self.set(node, above);
            node = parent;
        }
        self.set(node, key);
    }

    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<Key> {
        if self.root_is_empty {
            self.fill_root();
        }
        if self.nodes == 0 {
            return None;
        }
        self.root_is_empty = true;
        Some(self.get(0))
    }

    /// Two pops in a row: the last node's key takes the root's place.
    #[inline]
    fn fill_root(&mut self) {
        self.root_is_empty = false;
        self.nodes -= 1;
        let last = self.get(self.nodes);
        self.set(self.nodes, LAST);
        if self.nodes > 0 {
            self.sift_down(last);
        }
    }

    /// Places `key` at the empty root or below it.
    #[inline]
    fn sift_down(&mut self, key: Key) {
        let mut node = 0;
        while let Some(line) = self.lines.get(node + 1) {
            let (child, least) = line.least();
            if key <= least {
                break;
            }
            self.set(node, least);
            node = 4 * node + 1 + child;
        }
        self.set(node, key);
    }

    /// Removes all keys, in no order that means anything.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Key> + use<> {
        let root = usize::from(self.root_is_empty);
        let Heap { lines, nodes, .. } = std::mem::replace(self, Heap::new());
        (root..nodes).map(move |node| lines[(node + 3) >> 2].0[(node + 3) & 3])
    }
}
