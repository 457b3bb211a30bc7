//! The letters of pictures: two bundled fonts, DejaVu Sans and its bold face, without anything from the machine.
//!
//! A line is set letter by letter with kerning, in whole font units. Scripts whose letters change with their neighbours or
//! run from right to left would need more, and are not in the fonts (assets/fonts/README.md).

use std::collections::BTreeSet;

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-subset.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold-subset.ttf");

/// The box that stands for a letter that a font has not.
const NOT_DEFINED: GlyphId = GlyphId(0);

/// The bundled fonts.
pub(in crate::report) struct Fonts {
    regular: Face<'static>,
    bold: Face<'static>,
    /// Letters that were asked for and that they have not.
    pub missing: BTreeSet<char>,
}

impl Fonts {
    pub fn new() -> Fonts {
        let face = |bytes| Face::parse(bytes, 0).expect("the bundled fonts are whole");
        Fonts { regular: face(REGULAR), bold: face(BOLD), missing: BTreeSet::new() }
    }

    /// Sets `text` in one line of `size` pixels.
    pub fn line(&mut self, text: &str, size: f32, bold: bool) -> Line<'_> {
        let face = if bold { &self.bold } else { &self.regular };
        let mut glyphs: Vec<(i32, GlyphId)> = Vec::new();
        let (mut pen, mut previous) = (0, None);
        for letter in text.chars().filter(|letter| !is_invisible(*letter)) {
            let glyph = face.glyph_index(letter).unwrap_or_else(|| {
                self.missing.insert(letter);
                NOT_DEFINED
            });
            pen += previous.map_or(0, |previous| kerning(face, previous, glyph));
            glyphs.push((pen, glyph));
            pen += i32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
            previous = Some(glyph);
        }
        Line { face, glyphs, units: pen, scale: size / f32::from(face.units_per_em()) }
    }
}

/// What moves the second of two neighbours, in font units.
fn kerning(face: &Face<'_>, left: GlyphId, right: GlyphId) -> i32 {
    let tables = face.tables().kern.into_iter().flat_map(|kern| kern.subtables);
    let mut pairs = tables.filter(|table| table.horizontal && !table.variable);
    pairs.find_map(|table| table.glyphs_kerning(left, right)).map_or(0, i32::from)
}

/// Marks without a picture of their own: joiners, directions, selectors of variants.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A line of letters.
pub(in crate::report) struct Line<'a> {
    face: &'a Face<'static>,
    /// Each with its place, in font units.
    glyphs: Vec<(i32, GlyphId)>,
    units: i32,
    /// Pixels of a font unit.
    scale: f32,
}

impl Line<'_> {
    /// In pixels.
    pub fn width(&self) -> f32 {
        self.units as f32 * self.scale
    }

    /// Its outlines from `x` on, on the baseline `y`; none if there is nothing to see.
    pub fn outlines(&self, x: f32, y: f32) -> Option<Path> {
        let mut path = PathBuilder::new();
        for (place, glyph) in &self.glyphs {
            let left = x + *place as f32 * self.scale;
            let mut pen = Outline { path: &mut path, left, baseline: y, scale: self.scale };
            // A letter without outlines, such as a space, draws nothing.
            let _ = self.face.outline_glyph(*glyph, &mut pen);
        }
        path.finish()
    }
}

/// A letter on its way from font units, which count upwards, to pixels.
struct Outline<'a> {
    path: &'a mut PathBuilder,
    left: f32,
    baseline: f32,
    scale: f32,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + x * self.scale, self.baseline - y * self.scale)
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_wide_as_its_letters() {
        let mut fonts = Fonts::new();
        // Of 2048 units: H has 1540, a hyphen 739.
        assert_eq!(fonts.line("H-", 2048.0, false).width(), 1540.0 + 739.0);
        assert_eq!(fonts.line("H-", 1024.0, false).width(), (1540.0 + 739.0) / 2.0);
        assert!(fonts.line("H-", 2048.0, true).width() > 1540.0 + 739.0, "bold is wider");
    }

    #[test]
    fn letters_that_lean_away_from_each_other_move_together() {
        let mut fonts = Fonts::new();
        let mut width = |text: &str| fonts.line(text, 12.0, false).width();
        assert!(width("AV") < width("A") + width("V"));
        assert_eq!(width("HH"), 2.0 * width("H"));
    }

    #[test]
    fn a_letter_that_is_missing_is_a_box_and_is_remembered() {
        let mut fonts = Fonts::new();
        let path = fonts.line("\u{8a9e}", 12.0, false).outlines(0.0, 12.0).expect("there is a box");
        assert!(path.bounds().width() > 4.0 && path.bounds().height() > 6.0, "{:?}", path.bounds());
        assert!(fonts.line("z\u{200d}\u{fe0f}", 12.0, true).outlines(0.0, 12.0).is_some());
        assert_eq!(fonts.missing, BTreeSet::from(['\u{8a9e}']));
    }

    #[test]
    fn both_faces_have_the_same_letters_and_all_that_are_promised() {
        let mut fonts = Fonts::new();
        let promised =
            "Straße Ελληνικά Кириллица Հայերեն ქართული Tiếng Việt \u{2212}5 µs ≥ ≤ ≠ → ← ∞ ² … · – € ☐";
        for letter in promised.chars().filter(|letter| *letter != '☐') {
            for face in [&fonts.regular, &fonts.bold] {
                assert!(face.glyph_index(letter).is_some(), "{letter}");
            }
        }
        assert!(fonts.line(" ", 12.0, false).outlines(0.0, 0.0).is_none());
    }
}
