//! DOT, the language of Graphviz: graphs and digraphs of nodes, edges and their attributes. Subgraphs, ports and HTML
//! are refused: in a topology they would mean nothing.

use super::attributes::Attributes;
use super::survey::Survey;
use super::{Mistake, Place};

/// A piece of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    /// A word, a number or a quoted string; whether it was quoted, so that it is no keyword.
    Name(String, bool),
    /// `--` or `->`.
    Edge { directed: bool },
    /// One of `{}[];,=:`.
    Mark(char),
    /// The end of the file.
    End,
}

pub(super) fn read(text: &str) -> Result<Survey, Mistake> {
    let mut reader = Reader::new(text)?;
    reader.skip_keyword("strict")?;
    let directed = match (reader.is_keyword("graph"), reader.is_keyword("digraph")) {
        (true, _) => false,
        (_, true) => true,
        (false, false) => return Err(reader.unexpected("`graph` or `digraph`")),
    };
    reader.advance()?;
    if matches!(reader.token, Token::Name(..)) {
        reader.advance()?;
    }
    reader.expect('{')?;
    let mut graph = Graph { directed, ..Graph::default() };
    while !reader.skip('}')? {
        if !reader.skip(';')? {
            graph.statement(&mut reader)?;
        }
    }
    match reader.token {
        Token::End => graph.survey(),
        _ => Err(reader.unexpected("nothing more: a topology is one graph")),
    }
}

/// What was read so far.
#[derive(Default)]
struct Graph {
    directed: bool,
    /// Attributes of the nodes and edges to come.
    node_defaults: Attributes,
    edge_defaults: Attributes,
    /// In the order in which they are first named.
    nodes: Vec<(String, Attributes, Place)>,
    edges: Vec<(String, String, Attributes, Place)>,
}

impl Graph {
    fn statement(&mut self, reader: &mut Reader<'_>) -> Result<(), Mistake> {
        if reader.is_keyword("subgraph") || reader.token == Token::Mark('{') {
            return Err(Mistake::at(
                reader.at,
                "a subgraph has no meaning in a topology: write its nodes and edges",
            ));
        }
        for (keyword, is_node, is_edge) in
            [("graph", false, false), ("node", true, false), ("edge", false, true)]
        {
            if reader.is_keyword(keyword) {
                reader.advance()?;
                let attributes = reader.attributes()?;
                if is_node {
                    self.node_defaults = attributes.or(&self.node_defaults);
                } else if is_edge {
                    self.edge_defaults = attributes.or(&self.edge_defaults);
                }
                return Ok(());
            }
        }
        let at = reader.at;
        let first = reader.name("a node")?;
        if reader.skip('=')? {
            return reader.name("a value").map(drop); // Of the graph as a whole.
        }
        let mut chain = vec![first];
        while let Token::Edge { directed } = reader.token {
            if directed != self.directed {
                let (edge, graph) = if self.directed { ("->", "digraph") } else { ("--", "graph") };
                return Err(Mistake::at(reader.at, format!("the edges of a {graph} are written `{edge}`")));
            }
            reader.advance()?;
            chain.push(reader.name("a node")?);
        }
        if reader.token == Token::Mark(':') {
            return Err(Mistake::at(reader.at, "a port has no meaning in a topology"));
        }
        let attributes = reader.attributes()?;
        for name in &chain {
            if !self.nodes.iter().any(|(known, ..)| known == name) {
                self.nodes.push((name.clone(), self.node_defaults.clone(), at));
            }
        }
        match chain.as_slice() {
            [only] => {
                let node = self.nodes.iter_mut().find(|(known, ..)| known == only);
                let (_, known, _) = node.expect("it has just been added");
                *known = attributes.or(known);
            }
            _ => {
                let attributes = attributes.or(&self.edge_defaults);
                let edge = |ends: &[String]| (ends[0].clone(), ends[1].clone(), attributes.clone(), at);
                self.edges.extend(chain.windows(2).map(edge));
            }
        }
        Ok(())
    }

    fn survey(self) -> Result<Survey, Mistake> {
        let mut survey = Survey::default();
        for (id, attributes, at) in self.nodes {
            survey.site(&id, attributes, at)?;
        }
        for (from, to, attributes, at) in self.edges {
            survey.link(&from, &to, self.directed, &attributes, at)?;
        }
        Ok(survey)
    }
}

/// Takes the text apart, one token ahead.
struct Reader<'a> {
    rest: &'a str,
    /// Of the rest.
    next: Place,
    token: Token,
    /// Of the token.
    at: Place,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Result<Self, Mistake> {
        let start = Place { line: 1, column: 1 };
        let mut reader = Reader { rest: text, next: start, token: Token::End, at: start };
        reader.advance()?;
        Ok(reader)
    }

    /// Takes `bytes` of the rest.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        for c in taken.chars() {
            self.next = match c {
                '\n' => Place { line: self.next.line + 1, column: 1 },
                _ => Place { column: self.next.column + 1, ..self.next },
            };
        }
        taken
    }

    fn skip_space_and_comments(&mut self) -> Result<(), Mistake> {
        loop {
            let space = self.rest.len() - self.rest.trim_start().len();
            self.take(space);
            let line = || self.rest.find('\n').unwrap_or(self.rest.len());
            let bytes =
                if self.rest.starts_with("//") || (self.rest.starts_with('#') && self.next.column == 1) {
                    line()
                } else if self.rest.starts_with("/*") {
                    let end = self.rest.find("*/");
                    end.ok_or_else(|| Mistake::at(self.next, "a comment that does not end"))? + 2
                } else {
                    return Ok(());
                };
            self.take(bytes);
        }
    }

    fn advance(&mut self) -> Result<(), Mistake> {
        self.skip_space_and_comments()?;
        self.at = self.next;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let Some(first) = self.rest.chars().next() else {
            self.token = Token::End;
            return Ok(());
        };
        self.token = if self.rest.starts_with("--") || self.rest.starts_with("->") {
            Token::Edge { directed: self.take(2) == "->" }
        } else if first == '"' {
            Token::Name(self.quoted()?, true)
        } else if is_word(first) || first == '-' {
            let sign = usize::from(first == '-');
            let length = self.rest[sign..].find(|c| !is_word(c)).map_or(self.rest.len(), |end| end + sign);
            Token::Name(self.take(length).to_owned(), false)
        } else if "{}[];,=:".contains(first) {
            self.take(1);
            Token::Mark(first)
        } else if first == '<' {
            return Err(Mistake::at(self.at, "HTML has no meaning in a topology: write a quoted string"));
        } else {
            return Err(Mistake::at(self.at, format!("`{}` has no meaning here", first.escape_debug())));
        };
        Ok(())
    }

    /// A string in quotes: `\"` is a quote, an escaped end of line none, and every other escape itself.
    fn quoted(&mut self) -> Result<String, Mistake> {
        let mut text = String::new();
        let mut escaped = false;
        for (index, c) in self.rest.char_indices().skip(1) {
            match (escaped, c) {
                (false, '"') => {
                    self.take(index + 1);
                    return Ok(text);
                }
                (false, '\\') => escaped = true,
                (true, '"') => (text, escaped) = (text + "\"", false),
                (true, '\n') => escaped = false,
                (true, 'n' | 'l' | 'r') => (text, escaped) = (text + " ", false), // Breaks of a label's lines.
                (true, c) => {
                    text.extend(['\\', c]);
                    escaped = false;
                }
                (false, c) => text.push(c),
            }
        }
        Err(Mistake::at(self.at, "a quoted string that does not end"))
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(&self.token, Token::Name(name, false) if name.eq_ignore_ascii_case(keyword))
    }

    fn skip_keyword(&mut self, keyword: &str) -> Result<(), Mistake> {
        if self.is_keyword(keyword) { self.advance() } else { Ok(()) }
    }

    fn skip(&mut self, mark: char) -> Result<bool, Mistake> {
        let found = self.token == Token::Mark(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, mark: char) -> Result<(), Mistake> {
        if self.skip(mark)? { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn name(&mut self, what: &str) -> Result<String, Mistake> {
        match &self.token {
            Token::Name(name, _) => {
                let name = name.clone();
                self.advance()?;
                Ok(name)
            }
            Token::Edge { .. } | Token::Mark(_) | Token::End => Err(self.unexpected(what)),
        }
    }

    /// `[name = value, ...]`, any number of times.
    fn attributes(&mut self) -> Result<Attributes, Mistake> {
        let mut attributes = Attributes::default();
        while self.skip('[')? {
            while !self.skip(']')? {
                let name = self.name("an attribute or `]`")?;
                self.expect('=')?;
                let at = self.at;
                attributes.add(&name, &self.name("a value")?, at);
                let _ = self.skip(',')? || self.skip(';')?;
            }
        }
        Ok(attributes)
    }

    fn unexpected(&self, wanted: &str) -> Mistake {
        let found = match &self.token {
            Token::Name(name, _) => format!("`{name}`"),
            Token::Edge { directed } => if *directed { "`->`" } else { "`--`" }.to_owned(),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end of the file".to_owned(),
        };
        Mistake::at(self.at, format!("{found} where {wanted} should be"))
    }
}
