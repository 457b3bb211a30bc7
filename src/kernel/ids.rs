//! Dense identifiers. Each indexes a `Vec`: no hashing, no strings, one order everywhere.

use std::fmt;

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl $name {
            /// The id as an index into a `Vec`.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

dense_id! {
    /// A node of the simulated world, counted from 0 in the order of the scenario.
    NodeId(u32), "n"
}
dense_id! {
    /// A named group of nodes that run one thing: `[system.NAME]` or `[workload.NAME]`.
    SystemId(u16), "s"
}
dense_id! {
    /// A place with its own row and column in the delay matrix: a region, a zone, a rack.
    SiteId(u16), "site"
}
