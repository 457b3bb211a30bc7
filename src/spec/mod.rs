//! What scenario options are made of: quantities with units, expressions in strings, values that know where
//! they were written, and one declaration an option.
//!
//! Protocols, networks and workloads declare their options with [`options!`](crate::options!) and
//! [`choices!`](crate::choices!); the declaration is at once the struct, its documented defaults, the decoder
//! with its errors, the rows of `explain` and the JSON Schema. Nothing here reads files.

pub mod arguments;
pub mod call;
pub mod choices;
pub mod code;
pub mod decode;
pub mod diagnostic;
pub mod distribution;
pub mod laws;
pub mod options;
pub mod origin;
pub mod quantity;
pub mod scalars;
pub mod shape;
pub mod suggest;
pub mod units;
pub mod value;
pub mod write;

pub use code::Code;
pub use decode::{DataFile, DataFiles, Decode, Decoder, NoDataFiles};
pub use diagnostic::{Diagnostic, Diagnostics, Level, Problem};
pub use options::Options;
pub use origin::{Origin, Source, SourceId, SourceKind, Sources};
pub use quantity::{Bandwidth, Bytes, Ppm, Rate, Ratio, SignedDuration};
pub use scalars::{Located, Named};
pub use value::{Entry, Node, Table, Text, Value};
