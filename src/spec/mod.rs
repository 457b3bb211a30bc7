//! What scenario options are made of: quantities with units, expressions in strings, values that know where
//! they were written, and one declaration an option.
//!
//! Protocols, networks and workloads declare their options with [`options!`](crate::options!) and
//! [`choices!`](crate::choices!); the declaration is at once the struct, its documented defaults, the decoder
//! with its errors, the rows of `explain` and the JSON Schema. Nothing here reads files.

pub mod arguments;
pub mod call;
pub mod code;
pub mod diagnostic;
pub mod origin;
pub mod quantity;
pub mod suggest;
pub mod units;
pub mod value;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics, Level, Problem};
pub use origin::{Origin, Source, SourceId, SourceKind, Sources};
pub use quantity::{Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
pub use value::{Entry, Node, Table, Text, Value};
