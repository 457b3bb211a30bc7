//! Our own SVG, read back as shapes.
//!
//! What is read is what `charts/svg.rs` writes and no more: six kinds of shape, no style sheets, no transforms, no
//! attribute that a child would inherit. Anything else is a mistake of ours.

use roxmltree::{Document, Node};
use tiny_skia::{Color, LineJoin, Path, PathBuilder, Rect, Stroke, StrokeDash};

use super::font::Fonts;

/// The name space of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";

/// A chart as shapes, in the order of painting.
pub(in crate::report) struct Sheet {
    /// In pixels of the chart.
    pub width: f32,
    pub height: f32,
    pub shapes: Vec<Shape>,
    pub texts: Vec<TextBox>,
}

/// A text of a chart, with the box that its letters take, in pixels of the chart.
#[derive(Clone, PartialEq, Debug)]
pub struct TextBox {
    /// Its letters.
    pub content: String,
    /// Their size.
    pub size: f32,
    /// Left, top, right and bottom edge.
    pub edges: [f32; 4],
}

impl TextBox {
    /// Whether letters of both lie over each other.
    pub fn overlaps(&self, other: &TextBox) -> bool {
        let [left, top, right, bottom] = self.edges;
        let [their_left, their_top, their_right, their_bottom] = other.edges;
        left < their_right && their_left < right && top < their_bottom && their_top < bottom
    }
}

/// A path with one paint.
pub(in crate::report) struct Shape {
    pub path: Path,
    pub colour: Color,
    /// Its line, unless it is filled.
    pub stroke: Option<Stroke>,
    /// Lengths of dashes and of what is between them, in turn; none if the line is whole.
    pub dashes: Vec<f32>,
}

impl Sheet {
    /// Reads a document that a chart function returned.
    ///
    /// # Panics
    /// If it is none.
    pub fn read(svg: &str, fonts: &mut Fonts) -> Sheet {
        let document = Document::parse(svg).expect("charts are well-formed");
        let root = document.root_element();
        let (mut shapes, mut texts) = (Vec::new(), Vec::new());
        for element in root.descendants().filter(Node::is_element) {
            let path = match element.tag_name().name() {
                "svg" | "g" | "title" | "desc" => continue,
                "rect" => rectangle(element),
                "line" => line(element),
                "circle" => PathBuilder::from_circle(
                    number(element, "cx"),
                    number(element, "cy"),
                    number(element, "r"),
                ),
                "polyline" => polygon(element, false),
                "polygon" => polygon(element, true),
                "text" => text(element, fonts),
                other => panic!("charts have no <{other}>"),
            };
            let Some(path) = path else { continue };
            if element.has_tag_name((SVG, "text")) {
                let bounds = path.bounds();
                let edges = [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()];
                let content = element.text().unwrap_or("").to_owned();
                texts.push(TextBox { content, size: number(element, "font-size"), edges });
            }
            shapes.extend(paints(element).map(|(colour, stroke)| Shape {
                path: path.clone(),
                colour,
                dashes: if stroke.is_some() { dashes(element) } else { Vec::new() },
                stroke,
            }));
        }
        // What it is laid out in: in print it may be of another length.
        let size: Vec<f32> = attribute(root, "viewBox").split(' ').skip(2).map(parse).collect();
        Sheet { width: size[0], height: size[1], shapes, texts }
    }
}

fn rectangle(element: Node<'_, '_>) -> Option<Path> {
    let of = |name| number(element, name);
    Rect::from_xywh(of("x"), of("y"), of("width"), of("height")).map(PathBuilder::from_rect)
}

fn line(element: Node<'_, '_>) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(number(element, "x1"), number(element, "y1"));
    path.line_to(number(element, "x2"), number(element, "y2"));
    path.finish()
}

fn polygon(element: Node<'_, '_>, is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for point in attribute(element, "points").split_whitespace() {
        let (x, y) = point.split_once(',').expect("a point has two coordinates");
        let (x, y) = (parse(x), parse(y));
        if path.is_empty() { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    if is_closed {
        path.close();
    }
    path.finish()
}

fn text(element: Node<'_, '_>, fonts: &mut Fonts) -> Option<Path> {
    // White space counts as SVG has it: one space between two words, none around them.
    let words: Vec<&str> =
        element.text().unwrap_or("").split([' ', '\t', '\n']).filter(|w| !w.is_empty()).collect();
    let bold = element.attribute("font-weight") == Some("bold");
    let line = fonts.line(&words.join(" "), number(element, "font-size"), bold);
    let before = match element.attribute("text-anchor") {
        None => 0.0,
        Some("middle") => line.width() / 2.0,
        Some("end") => line.width(),
        Some(other) => panic!("charts have no anchor `{other}`"),
    };
    line.outlines(number(element, "x") - before, number(element, "y"))
}

/// How an element is painted: filled, then outlined.
fn paints(element: Node<'_, '_>) -> impl Iterator<Item = (Color, Option<Stroke>)> {
    let opacity = element.attribute("opacity").map_or(1.0, parse);
    let colour =
        |name| element.attribute(name).filter(|value| *value != "none").map(|hex| colour(hex, opacity));
    let (fill, line) = (colour("fill"), colour("stroke"));
    // An opacity of both together would be more than two paints.
    assert!(opacity == 1.0 || fill.is_none() || line.is_none(), "no shape of a chart is see-through twice");
    let stroke = |colour| {
        let dash = StrokeDash::new(dashes(element), 0.0);
        let width = number(element, "stroke-width");
        (colour, Some(Stroke { width, dash, line_join: LineJoin::Miter, ..Stroke::default() }))
    };
    let seen = |(colour, _): &(Color, Option<Stroke>)| colour.alpha() > 0.0;
    fill.map(|colour| (colour, None)).into_iter().chain(line.map(stroke)).filter(seen)
}

fn dashes(element: Node<'_, '_>) -> Vec<f32> {
    element.attribute("stroke-dasharray").unwrap_or("").split_whitespace().map(parse).collect()
}

/// `#rrggbb`.
fn colour(hex: &str, opacity: f32) -> Color {
    let digits = hex.strip_prefix('#').and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, red, green, blue] = digits.expect("colours are #rrggbb").to_be_bytes();
    let mut colour = Color::from_rgba8(red, green, blue, 255);
    colour.set_alpha(opacity);
    colour
}

fn attribute<'a>(element: Node<'a, '_>, name: &str) -> &'a str {
    element.attribute(name).unwrap_or_else(|| panic!("<{}> has its {name}", element.tag_name().name()))
}

fn number(element: Node<'_, '_>, name: &str) -> f32 {
    parse(attribute(element, name))
}

fn parse(value: &str) -> f32 {
    value.parse().unwrap_or_else(|_| panic!("`{value}` is a number"))
}
