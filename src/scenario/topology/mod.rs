//! Topologies from files: GraphML, DOT, or a CSV list of links, by the ending of the file's name.
//!
//! Each reader gives a [`Survey`]: the sites and links as the file has them. What their attributes mean is the same in
//! all of them ([`attributes`]), and so is how a survey becomes a topology with delays ([`survey`]).

mod attributes;
mod dot;
mod graphml;
mod links;
pub mod matrix;
mod survey;
#[cfg(test)]
mod tests;

pub use survey::{Drawn, SiteDomains, Survey};

/// Most bytes of a topology: a tree of XML takes many times as much.
pub const BYTES_MAX: usize = 8 << 20;
/// Most sites of a topology: what lies between them is a matrix.
pub const SITES_MAX: usize = 1_000;
/// Most links of a topology.
pub const LINKS_MAX: usize = 10_000;

/// Where in a file something stands, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its line.
    pub line: usize,
    /// Its column, in characters.
    pub column: usize,
}

/// What is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Where; not when it is the file as a whole.
    pub at: Option<Place>,
    /// What, as a sentence without a full stop.
    pub message: String,
}

impl Mistake {
    fn at(at: Place, message: impl Into<String>) -> Mistake {
        Mistake { at: Some(at), message: message.into() }
    }

    fn whole(message: impl Into<String>) -> Mistake {
        Mistake { at: None, message: message.into() }
    }

    /// The message with the file's name and the place: `ring.graphml:12:5`.
    pub fn within(&self, path: &str) -> String {
        match self.at {
            Some(Place { line, column }) => format!("`{path}:{line}:{column}`: {}", self.message),
            None => format!("`{path}`: {}", self.message),
        }
    }
}

/// What a file of sites and delays holds, by the ending of its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A matrix of delays, or a list of links.
    Csv,
    /// A topology in GraphML, as the Internet Topology Zoo has them.
    GraphMl,
    /// A topology in the language of Graphviz.
    Dot,
}

/// The endings of file names.
pub const FORMATS: [(&str, Format); 4] =
    [("csv", Format::Csv), ("graphml", Format::GraphMl), ("dot", Format::Dot), ("gv", Format::Dot)];

impl Format {
    /// The format of a file of this name.
    pub fn of(path: &str) -> Option<Format> {
        let (_, ending) = path.rsplit_once('.')?;
        let known = FORMATS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known));
        known.map(|(_, format)| *format)
    }
}

/// What a file of this format holds.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read(format: Format, text: &str) -> Result<Survey, Mistake> {
    if text.len() > BYTES_MAX {
        return Err(Mistake::whole(format!("a topology of more than {} MiB", BYTES_MAX >> 20)));
    }
    // Editors of some systems begin a file with it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Csv => links::read(text),
        Format::GraphMl => graphml::read(text),
        Format::Dot => dot::read(text),
    }
}
