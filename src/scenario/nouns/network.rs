//! `[network]`: sites, delays, and what links do to messages.

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::spec::quantity::{Bandwidth, Bytes, Ratio};
use crate::spec::scalars::Located;

crate::choices! {
    /// Who has the bandwidth of a topology's links.
    pub enum Sharing {
        /// Each direction between two nodes has the bandwidth of its route by itself.
        Private = "private",
        /// All that uses a link or a node's `uplink` at a time has max-min fair shares of it.
        Fair = "fair",
    }
}

crate::options! {
    /// What lies between the nodes.
    pub struct NetworkOptions {
        /// Where nodes can stand and the one-way delays between: a built-in matrix (`aws`, `gcp`), `lan`, a CSV
        /// file with the columns `from,to,one_way`, or a topology: `.graphml`, `.dot`, or a CSV list of links
        /// `from,to,delay`. `seedbed explain topology` has more.
        regions: Located<String> = "lan",
        /// Delay of the links of a topology that give none and have an end without coordinates; absent: they are left out.
        fill: Option<Located<Duration>>,
        /// Whether bandwidth is each pair of nodes' own, or shared.
        sharing: Located<Sharing> = "private",
        /// With `sharing = "fair"`: what a node can send, and what it can receive, to and from all others; absent: not limited.
        uplink: Option<Located<Bandwidth>>,
        /// What every link does to messages.
        default: LinkOptions = {},
        /// Links between regions that differ.
        link: Vec<LinkOverride> = vec![],
    }
}

crate::options! {
    /// What a link does to messages besides its delay.
    pub struct LinkOptions {
        /// Added to the delay of each message.
        jitter: Option<Distribution>,
        /// Share of messages lost. A stream sends them again.
        loss: Ratio = "0%",
        /// Share of datagrams that arrive twice.
        duplicate: Ratio = "0%",
        /// Extra delay for some datagrams, so that later ones overtake them.
        reorder: Option<ReorderOptions>,
        /// Serialises messages, per direction between two nodes.
        bandwidth: Option<Bandwidth> [Bandwidth(1)..],
        /// What may wait for the link; more is dropped. Absent: everything.
        buffer: Option<Bytes>,
    }
}

crate::options! {
    /// Extra delay for some datagrams.
    pub struct ReorderOptions {
        /// Share of datagrams that it strikes.
        share: Ratio,
        /// How much later they arrive.
        delay: Distribution,
    }
}

crate::options! {
    /// A link between two regions that differs from the others.
    pub struct LinkOverride {
        /// The region that messages come from.
        from: Located<String>,
        /// The region that they go to.
        to: Located<String>,
        /// Whether the other direction is meant as well.
        both: bool = true,
        /// One-way delay; absent: that of the matrix.
        delay: Option<Duration>,
        /// What it does to messages; absent: what every link does.
        link: Option<LinkOptions>,
    }
}
