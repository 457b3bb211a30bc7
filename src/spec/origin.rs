//! Where every value was written: the sources of a scenario and the places inside them.
//!
//! A source is any text that values come from: a file, one `--set`, or the documented defaults. An [`Origin`]
//! travels with each value from the parser to the last check, so that an error found late still underlines
//! the text that caused it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::value::Text;

/// Names one text in a [`Sources`] table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SourceId(u32);

impl SourceId {
    /// The source of documented defaults, present in every table.
    pub const DEFAULTS: SourceId = SourceId(0);
}

/// A place in a source, and through which `${name}` its text got to where it is used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The text it lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Set when a sweep variable carried the text to another place.
    pub through: Option<Arc<Through>>,
    /// Set for a string in which `${name}` stands beside other text: what it became, with the places of its parts.
    pub filled: Option<Arc<Text>>,
}

/// One step of a value's way: it replaced `${name}` at another place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Through {
    /// The variable.
    pub name: String,
    /// Where `${name}` stands.
    pub at: Origin,
}

impl Origin {
    /// The bytes `span` of `source`.
    ///
    /// # Panics
    /// If the span lies beyond 4 GiB; every source is bounded far below that.
    pub fn new(source: SourceId, span: Range<usize>) -> Origin {
        let offset = |at: usize| u32::try_from(at).expect("sources are bounded far below 4 GiB");
        Origin { source, start: offset(span.start), end: offset(span.end), through: None, filled: None }
    }

    /// The origin of what nobody wrote: a documented default.
    pub fn default_value() -> Origin {
        Origin::new(SourceId::DEFAULTS, 0..0)
    }

    /// The byte range inside the source.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same place, reached through `${name}` at `at`.
    pub fn through(&self, name: &str, at: &Origin) -> Origin {
        let step = Through { name: name.to_string(), at: at.clone() };
        Origin { through: Some(Arc::new(step)), ..self.clone() }
    }

    /// A part of this place; `inside` counts from its start.
    pub fn part(&self, inside: Range<usize>) -> Origin {
        let start = self.start as usize;
        let part = Origin::new(self.source, start + inside.start..start + inside.end);
        Origin { through: self.through.clone(), ..part }
    }
}

/// What kind of text a source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    /// A scenario file.
    File,
    /// One `--set path=value`.
    Set,
    /// The documented defaults.
    Defaults,
}

/// One text that values come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// What kind of text it is.
    pub kind: SourceKind,
    /// The name that messages show: the path as given, or `--set`.
    pub name: String,
    /// The text; empty when it could not be read.
    pub text: String,
    /// The folder that paths written in it are relative to.
    pub folder: Option<PathBuf>,
    /// Where another file names this one in `extends`.
    pub extended_at: Option<Origin>,
}

/// All texts of one scenario.
#[derive(Clone, Debug)]
pub struct Sources {
    list: Vec<Source>,
}

impl Default for Sources {
    fn default() -> Sources {
        let defaults = Source {
            kind: SourceKind::Defaults,
            name: "documented defaults".to_string(),
            text: String::new(),
            folder: None,
            extended_at: None,
        };
        Sources { list: vec![defaults] }
    }
}

impl Sources {
    /// Keeps a source and names it.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = u32::try_from(self.list.len()).expect("a scenario has few sources");
        self.list.push(source);
        SourceId(id)
    }

    /// Keeps a text under a name; for tests and templates that are not files.
    pub fn add_text(&mut self, kind: SourceKind, name: &str, text: &str) -> SourceId {
        let (name, text) = (name.to_string(), text.to_string());
        self.add(Source { kind, name, text, folder: None, extended_at: None })
    }

    /// The source behind an id of this table.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// Every source with its name.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0_u32..).map(SourceId).zip(&self.list)
    }

    /// The text as written at a place.
    pub fn text(&self, origin: &Origin) -> &str {
        self.get(origin.source).text.get(origin.span()).unwrap_or("")
    }

    /// Line and column of a place's start, both from 1; columns count characters.
    pub fn position(&self, origin: &Origin) -> (usize, usize) {
        let text = &self.get(origin.source).text;
        let before = text.get(..origin.start as usize).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The place for people, without the column: `raft.toml:21`, or the whole `--set` text.
    pub fn place(&self, origin: &Origin) -> String {
        let source = self.get(origin.source);
        match source.kind {
            SourceKind::File => format!("{}:{}", source.name, self.position(origin).0),
            SourceKind::Set => format!("{} {}", source.name, source.text),
            SourceKind::Defaults => "default".to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let mut sources = Sources::default();
        let id = sources.add_text(SourceKind::File, "a.toml", "x = 1\nnäme = 2\n");
        let origin = Origin::new(id, 14..15);
        assert_eq!(sources.position(&origin), (2, 8));
        assert_eq!(sources.text(&origin), "2");
        assert_eq!(sources.place(&origin), "a.toml:2");
    }

    #[test]
    fn a_part_keeps_the_way_it_came() {
        let use_site = Origin::new(SourceId::DEFAULTS, 0..4);
        let value = Origin::new(SourceId::DEFAULTS, 10..20).through("x", &use_site);
        let part = value.part(2..5);
        assert_eq!(part.span(), 12..15);
        assert_eq!(part.through.expect("kept").name, "x");
    }
}
