//! Values that are written once in a run.

use crate::model::op::Value;

/// Gives out values that no other writer of a run gives out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Writer {
    /// This writer's position, below `writers`.
    pub index: u32,
    /// How many there are.
    pub writers: u32,
}

impl Writer {
    /// The value of this writer's `number`-th write, counted from 1.
    pub fn value(self, number: u32) -> Value {
        Value(number.wrapping_mul(self.writers).wrapping_add(self.index))
    }
}
