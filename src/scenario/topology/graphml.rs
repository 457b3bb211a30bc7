//! GraphML: `http://graphml.graphdrawing.org`, as the Internet Topology Zoo and most graph tools write it.
//!
//! XML is read by `roxmltree`: a small read-only tree with places, that refuses document type definitions, and with them
//! entities that expand without end.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::attributes::Attributes;
use super::survey::Survey;
use super::{Mistake, Place};

/// Most elements, attributes and texts.
const XML_NODES_MAX: u32 = 1_000_000;

/// A `<key>`: an attribute that elements may have.
struct Key<'a> {
    name: &'a str,
    /// `node`, `edge`, `graph` or `all`.
    of: &'a str,
    default: Option<(&'a str, Place)>,
}

pub(super) fn read(text: &str) -> Result<Survey, Mistake> {
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: XML_NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        let at = Place { line: at.row as usize, column: at.col as usize };
        // It ends in "at LINE:COLUMN", which is told as everywhere else.
        let message = error.to_string();
        let message = message.rsplit_once(" at ").map_or(message.as_str(), |(message, _)| message);
        Mistake::at(at, format!("not XML that can be read: {message}"))
    })?;
    Reader { document: &document }.read()
}

struct Reader<'a> {
    document: &'a Document<'a>,
}

impl<'a> Reader<'a> {
    fn read(&self) -> Result<Survey, Mistake> {
        let root = self.document.root_element();
        if root.tag_name().name() != "graphml" {
            let message =
                format!("the file is XML, but no GraphML: it begins with <{}>", root.tag_name().name());
            return Err(Mistake::at(self.place(root), message));
        }
        let keys = self.keys(root)?;
        let mut graphs = children(root, "graph");
        let graph = graphs.next().ok_or_else(|| Mistake::whole("the file has no <graph>"))?;
        if let Some(second) = graphs.next() {
            return Err(Mistake::at(self.place(second), "a second <graph>: a topology is one"));
        }
        let directed = match graph.attribute("edgedefault") {
            Some("directed") => true,
            Some("undirected") | None => false,
            Some(other) => {
                let message = format!("`edgedefault` is `{other}`, and not `directed` or `undirected`");
                return Err(Mistake::at(self.place(graph), message));
            }
        };
        let mut survey = Survey::default();
        for node in children(graph, "node") {
            let at = self.place(node);
            if children(node, "graph").next().is_some() {
                return Err(Mistake::at(at, "a <node> that holds a graph of its own has no place"));
            }
            let id = node.attribute("id").ok_or_else(|| Mistake::at(at, "a <node> without `id`"))?;
            survey.site(id, self.attributes(node, &keys, "node")?, at)?;
        }
        for edge in graph.children().filter(Node::is_element) {
            match edge.tag_name().name() {
                "edge" => self.edge(edge, directed, &keys, &mut survey)?,
                "hyperedge" => {
                    return Err(Mistake::at(self.place(edge), "a <hyperedge>: links join two sites each"));
                }
                _ => {}
            }
        }
        Ok(survey)
    }

    fn keys(&self, root: Node<'a, 'a>) -> Result<BTreeMap<&'a str, Key<'a>>, Mistake> {
        let mut keys = BTreeMap::new();
        for key in children(root, "key") {
            let id =
                key.attribute("id").ok_or_else(|| Mistake::at(self.place(key), "a <key> without `id`"))?;
            let default = children(key, "default").next();
            let default = default.and_then(|default| Some((default.text()?, self.place(default))));
            let name = key.attribute("attr.name").unwrap_or(id);
            keys.insert(id, Key { name, of: key.attribute("for").unwrap_or("all"), default });
        }
        Ok(keys)
    }

    fn edge(
        &self,
        edge: Node<'a, 'a>,
        directed: bool,
        keys: &BTreeMap<&str, Key<'_>>,
        survey: &mut Survey,
    ) -> Result<(), Mistake> {
        let at = self.place(edge);
        let directed = match edge.attribute("directed") {
            None => directed,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                return Err(Mistake::at(at, format!("`directed` is `{other}`, and not `true` or `false`")));
            }
        };
        let end = |name: &str| {
            edge.attribute(name).ok_or_else(|| Mistake::at(at, format!("an <edge> without `{name}`")))
        };
        survey.link(end("source")?, end("target")?, directed, &self.attributes(edge, keys, "edge")?, at)
    }

    /// The attributes of an element, those left out by their defaults.
    fn attributes(
        &self,
        element: Node<'a, 'a>,
        keys: &BTreeMap<&str, Key<'_>>,
        of: &str,
    ) -> Result<Attributes, Mistake> {
        let mut attributes = Attributes::default();
        for key in keys.values().filter(|key| key.of == of || key.of == "all") {
            if let Some((value, at)) = key.default {
                attributes.add(key.name, value, at);
            }
        }
        for data in children(element, "data") {
            let at = self.place(data);
            let id = data.attribute("key").ok_or_else(|| Mistake::at(at, "a <data> without `key`"))?;
            let key = keys
                .get(id)
                .ok_or_else(|| Mistake::at(at, format!("a <data> of `{id}`, which is no <key>")))?;
            attributes.add(key.name, data.text().unwrap_or_default(), at);
        }
        Ok(attributes)
    }

    fn place(&self, node: Node<'_, '_>) -> Place {
        let at = self.document.text_pos_at(node.range().start);
        Place { line: at.row as usize, column: at.col as usize }
    }
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}
