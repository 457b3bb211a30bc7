//! A small SVG writer: coordinates with one decimal, escaped text, and nothing a browser would have to fetch.
//!
//! Pixels go in, bytes come out; every chart, drawn through plotters or not, ends here, so that one place answers for
//! "no long floats, no NaN, no negative zero, no unescaped name".

use super::palette::{Colour, Dash};
use super::width::Width;
use std::fmt::Write;

/// Font size of ticks, legends and band labels, in pixels.
pub(super) const SMALL: f64 = 12.0;
/// How much wider bold letters are.
pub(super) const BOLD: f64 = 1.1;

/// Where a text stands relative to its `x`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; `y` is its baseline.
pub(super) struct Text<'a> {
    pub x: f64,
    pub y: f64,
    pub size: f64,
    pub anchor: Anchor,
    pub colour: Colour,
    pub bold: bool,
    pub content: &'a str,
}

/// How a shape is painted.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub fill: Option<Colour>,
    /// Colour and width in pixels.
    pub stroke: Option<(Colour, f64)>,
    pub dash: Dash,
    /// From 0 to 1.
    pub opacity: f64,
}

impl Paint {
    pub fn fill(colour: Colour) -> Paint {
        Paint { fill: Some(colour), stroke: None, dash: Dash::Solid, opacity: 1.0 }
    }

    pub fn stroke(colour: Colour, width: f64) -> Paint {
        Paint { fill: None, stroke: Some((colour, width)), dash: Dash::Solid, opacity: 1.0 }
    }

    pub fn dash(self, dash: Dash) -> Paint {
        Paint { dash, ..self }
    }

    pub fn opacity(self, opacity: f64) -> Paint {
        Paint { opacity, ..self }
    }
}

/// An SVG document being written.
pub(super) struct Svg {
    out: String,
    open_groups: u32,
}

impl Svg {
    /// Starts a document of this width and of `height` pixels on white. `title` and `description` are for screen readers.
    pub fn new(width: Width, height: f64, title: &str, description: &str) -> Svg {
        let (w, h) = (pixels(width.pixels()), pixels(height));
        let (outer_w, outer_h) = width.as_printed(height).unwrap_or_else(|| (w.clone(), h.clone()));
        let mut out = String::with_capacity(16 * 1024);
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{outer_w}\" height=\"{outer_h}\" viewBox=\"0 0 {w} {h}\" \
             role=\"img\" font-family=\"sans-serif\">\n<title>{}</title>\n<desc>{}</desc>",
            escape(title),
            escape(description)
        )
        .expect("writing to a string cannot fail");
        let mut svg = Svg { out, open_groups: 0 };
        svg.rect(0.0, 0.0, width.pixels(), height, Paint::fill(Colour::WHITE), None);
        svg
    }

    /// The finished document.
    pub fn finish(mut self) -> String {
        assert_eq!(self.open_groups, 0, "every group that was opened is closed");
        self.out.push_str("</svg>\n");
        self.out
    }

    /// Starts a group of shapes that share a tooltip; none if it is empty.
    pub fn open_group(&mut self, tip: &str) {
        self.open_groups += 1;
        self.out.push_str("<g>");
        if !tip.is_empty() {
            self.push(format_args!("<title>{}</title>", escape(tip)));
        }
        self.out.push('\n');
    }

    /// Ends the group begun last.
    pub fn close_group(&mut self) {
        assert!(self.open_groups > 0, "a group was opened");
        self.open_groups -= 1;
        self.out.push_str("</g>\n");
    }

    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, paint: Paint, tip: Option<&str>) {
        let (x, y, w, h) = (pixels(x), pixels(y), pixels(width.max(0.0)), pixels(height.max(0.0)));
        self.push(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\""));
        self.end_shape("rect", paint, tip);
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        let (x1, y1, x2, y2) = (pixels(from.0), pixels(from.1), pixels(to.0), pixels(to.1));
        self.push(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\""));
        self.end_shape("line", paint, None);
    }

    pub fn circle(&mut self, centre: (f64, f64), radius: f64, paint: Paint) {
        let (x, y, r) = (pixels(centre.0), pixels(centre.1), pixels(radius));
        self.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\""));
        self.end_shape("circle", paint, None);
    }

    /// A broken line through `points`, or the area inside it when `closed`.
    pub fn path(&mut self, points: impl Iterator<Item = (f64, f64)>, closed: bool, paint: Paint) {
        let tag = if closed { "polygon" } else { "polyline" };
        self.push(format_args!("<{tag} points=\""));
        for (i, (x, y)) in points.enumerate() {
            let space = if i > 0 { " " } else { "" };
            self.push(format_args!("{space}{},{}", pixels(x), pixels(y)));
        }
        self.out.push('"');
        self.end_shape(tag, paint, None);
    }

    pub fn text(&mut self, text: &Text) {
        let (x, y, size) = (pixels(text.x), pixels(text.y), pixels(text.size));
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if text.bold { " font-weight=\"bold\"" } else { "" };
        let fill = text.colour.hex();
        let content = escape(text.content);
        self.push(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{weight} fill=\"{fill}\">{content}</text>\n"
        ));
    }

    fn end_shape(&mut self, tag: &str, paint: Paint, tip: Option<&str>) {
        match paint.fill {
            Some(colour) => self.push(format_args!(" fill=\"{}\"", colour.hex())),
            None => self.out.push_str(" fill=\"none\""),
        }
        if let Some((colour, width)) = paint.stroke {
            self.push(format_args!(" stroke=\"{}\" stroke-width=\"{}\"", colour.hex(), pixels(width)));
            if !paint.dash.array().is_empty() {
                self.push(format_args!(" stroke-dasharray=\"{}\"", paint.dash.array()));
            }
        }
        if paint.opacity < 1.0 {
            self.push(format_args!(" opacity=\"{:.2}\"", paint.opacity.max(0.0)));
        }
        match tip {
            Some(tip) => self.push(format_args!("><title>{}</title></{tag}>\n", escape(tip))),
            None => self.out.push_str("/>\n"),
        }
    }

    fn push(&mut self, arguments: std::fmt::Arguments) {
        self.out.write_fmt(arguments).expect("writing to a string cannot fail");
    }
}

/// A length in pixels with at most one decimal. Not-a-number gives 0; huge values saturate.
pub(super) fn pixels(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

/// `text` with the five characters escaped that mean something in XML or HTML. Control characters, which XML forbids
/// even escaped, and marks that reorder the text around them are replaced.
pub(in crate::report) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_replaced(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn is_replaced(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => true,
        c => c.is_control(),
    }
}

/// About how wide `text` is in pixels in a sans-serif font of `size` pixels. It errs on the wide side (DejaVu Sans,
/// the widest of the common ones), because a gap looks better than an overlap.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | ' ' | '!' | 'I' => 0.33,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.96,
            'A'..='Z' | '\u{2026}' => 0.74,
            // What is written in its place is wide.
            c if is_replaced(c) => 1.1,
            '\u{0}'..='\u{2fff}' => 0.62,
            // Wide scripts and pictures.
            _ => 1.1,
        })
        .sum();
    ems * size
}

/// `text` if it fits into `width` pixels, otherwise its beginning and an ellipsis; empty if not even that fits.
pub(super) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_string();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + text_width("\u{2026}", size) > width {
            kept.pop();
            break;
        }
    }
    if kept.is_empty() { kept } else { format!("{}\u{2026}", kept.trim_end()) }
}

/// `name` if it fits into `width` pixels, otherwise its beginning, an ellipsis, and about twice as much of its end: names in one
/// chart differ there more often than not. Empty if not even that fits.
pub(super) fn fit_name(name: &str, size: f64, width: f64) -> String {
    if text_width(name, size) <= width {
        return name.to_string();
    }
    let letters: Vec<char> = name.chars().collect();
    let joined = |kept: usize| {
        let (before, behind) = (kept / 3, kept - kept / 3);
        let before: String = letters[..before].iter().collect();
        let behind: String = letters[letters.len() - behind..].iter().collect();
        format!("{}\u{2026}{}", before.trim_end(), behind.trim_start())
    };
    let fits = |kept: &usize| text_width(&joined(*kept), size) <= width;
    // One letter more may be narrower than another one less, but hardly ever.
    (1..letters.len()).take_while(fits).last().map(joined).unwrap_or_default()
}

/// `names` if they fit into `width` pixels, otherwise each of those between two commas cut to its share of them, so that the
/// value of each variable stays: `node…cluster=5, arri…nts=100/s`.
pub(super) fn fit_names(names: &str, size: f64, width: f64) -> String {
    const BETWEEN: &str = ", ";
    if text_width(names, size) <= width {
        return names.to_string();
    }
    let names: Vec<&str> = names.split(BETWEEN).collect();
    let room = width - text_width(BETWEEN, size) * (names.len() - 1) as f64;
    let cut = |name: &&str| fit_name(name, size, room / names.len() as f64);
    names.iter().map(cut).collect::<Vec<_>>().join(BETWEEN)
}

/// A text in at most so many lines of a width, broken between words; the last is cut if there is more.
pub(super) fn wrap(text: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        let is_last = lines.len() == most;
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) if is_last || text_width(&longer, size) <= width => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, size, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_have_one_decimal_and_no_negative_zero() {
        let written = [0.0, -0.04, 12.0, 12.34, -7.25, f64::NAN].map(pixels);
        assert_eq!(written, ["0", "0", "12", "12.3", "-7.3", "0"]);
    }

    #[test]
    fn markup_and_control_characters_cannot_leave_a_text() {
        assert_eq!(escape("</text><script>\"&'\u{1}"), "&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;\u{fffd}");
    }

    #[test]
    fn a_text_is_cut_to_its_room() {
        assert_eq!(fit("short", 12.0, 100.0), "short");
        let cut = fit("a very long name of a fault", 12.0, 80.0);
        assert!(cut.ends_with('\u{2026}') && text_width(&cut, 12.0) <= 80.0, "{cut}");
        assert_eq!(fit("wide", 12.0, 5.0), "");
    }

    #[test]
    fn names_that_differ_at_their_ends_differ_when_they_are_cut() {
        assert_eq!(fit_name("short", 12.0, 100.0), "short");
        let cut = |end: &str| fit_name(&format!("a-nemesis-of-quite-a-long-name: {end}"), 12.0, 120.0);
        assert_eq!(cut("disk-stall"), "a-nem\u{2026}disk-stall");
        assert!(text_width(&cut("crash"), 12.0) <= 120.0 && cut("crash") != cut("clog"));
        assert_eq!(fit_name("wide", 12.0, 5.0), "");
        let cut = |nodes: u32| {
            fit_names(&format!("nodes_in_the_cluster={nodes}, arrivals_of_the_clients=100/s"), 12.0, 220.0)
        };
        assert_eq!(cut(3), "node\u{2026}cluster=3, arri\u{2026}nts=100/s");
        assert_eq!(cut(5), "node\u{2026}cluster=5, arri\u{2026}nts=100/s");
    }
}
