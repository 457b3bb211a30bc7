//! What a call costs on its way: connections, bytes, and whether an answer is waited for.

/// The cost profile of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Protocol {
    /// How calls use connections.
    pub connections: Connections,
    /// Bytes of a call beside its body: all headers down to Ethernet's.
    pub call_bytes: u32,
    /// Bytes of an answer beside its body.
    pub answer_bytes: u32,
    /// Whether the server answers as soon as it has taken the call, and does the work afterwards.
    pub is_one_way: bool,
}

/// How calls use connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connections {
    /// They are there already, as many as it takes.
    Standing,
    /// Each carries one call at a time; a call that finds none free opens one, which takes a round trip, and leaves it open.
    Exclusive,
    /// One carries all; the first call opens it, and those that come meanwhile wait for it.
    Shared,
}
