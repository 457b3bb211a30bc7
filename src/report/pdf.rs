//! Charts as PDF: the same shapes as in pictures, letters as outlines of the bundled fonts, on one page as large as the chart.
//!
//! Lines stay lines however large the page is printed. Equal documents give equal bytes on every machine: a page has no date and nothing
//! random, and all arithmetic is that of the pictures (docs/adr/0007).

use std::collections::BTreeSet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use tiny_skia::{Path, PathSegment, Point};

use super::raster::font::Fonts;
use super::raster::shapes::{Shape, Sheet};

/// Points of a page for each pixel of its chart (see `charts/width.rs`).
const POINTS: f32 = 0.6;
/// How hard pages are packed, up to 10.
const LEVEL: u8 = 8;
/// At corners sharper than this a line's join is cut off: as in pictures.
const MITER: f32 = 4.0;

/// A chart as a PDF document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The file.
    pub pdf: Vec<u8>,
    /// Letters that the bundled fonts have not: boxes stand in their place.
    pub missing: BTreeSet<char>,
}

/// The PDF document of a chart with this title, from the document that a chart function returned.
///
/// # Panics
/// If the document is no chart's.
pub fn document(svg: &str, title: &str) -> Document {
    let mut fonts = Fonts::new();
    let sheet = Sheet::read(svg, &mut fonts);
    let [catalog, pages, page, content, info] = [1, 2, 3, 4, 5].map(Ref::new);
    let alphas = alphas(&sheet.shapes);
    let state = |place: usize| Ref::new(6 + i32::try_from(place).expect("a chart has few opacities"));
    let (width, height) = (sheet.width * POINTS, sheet.height * POINTS);

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut written = pdf.page(page);
    written.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
    let mut resources = written.resources();
    let mut states = resources.ext_g_states();
    for (place, alpha) in alphas.iter().enumerate() {
        states.pair(Name(name(*alpha).as_bytes()), state(place));
    }
    states.finish();
    resources.finish();
    written.finish();
    for (place, alpha) in alphas.iter().enumerate() {
        let share = f32::from(*alpha) / 255.0;
        pdf.ext_graphics(state(place)).non_stroking_alpha(share).stroking_alpha(share);
    }
    let stream = compress_to_vec_zlib(&drawn(&sheet, height), LEVEL);
    pdf.stream(content, &stream).filter(Filter::FlateDecode);
    pdf.document_info(info).title(TextStr(title)).creator(TextStr("seedbed"));
    Document { pdf: pdf.finish(), missing: fonts.missing }
}

/// The opacities of shapes, in 255ths.
fn alphas(shapes: &[Shape]) -> Vec<u8> {
    let alphas: BTreeSet<u8> = shapes.iter().map(alpha).collect();
    alphas.into_iter().collect()
}

fn alpha(shape: &Shape) -> u8 {
    shape.colour.to_color_u8().alpha()
}

fn name(alpha: u8) -> String {
    format!("a{alpha}")
}

/// What draws the shapes of a sheet on a page of so many points.
fn drawn(sheet: &Sheet, height: f32) -> Vec<u8> {
    let mut content = Content::new();
    // Pages count upwards from below.
    content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    content
        .set_line_cap(LineCapStyle::ButtCap)
        .set_line_join(LineJoinStyle::MiterJoin)
        .set_miter_limit(MITER);
    for shape in &sheet.shapes {
        let (colour, of) = (shape.colour, alpha(shape));
        content.set_parameters(Name(name(of).as_bytes()));
        match &shape.stroke {
            None => content.set_fill_rgb(colour.red(), colour.green(), colour.blue()),
            Some(stroke) => content
                .set_stroke_rgb(colour.red(), colour.green(), colour.blue())
                .set_line_width(stroke.width)
                .set_dash_pattern(shape.dashes.iter().copied(), 0.0),
        };
        outline(&mut content, &shape.path);
        match shape.stroke {
            None => content.fill_nonzero(),
            Some(_) => content.stroke(),
        };
    }
    content.finish().to_vec()
}

fn outline(content: &mut Content, path: &Path) {
    let mut at = Point::zero();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                content.move_to(to.x, to.y);
                at = to;
            }
            PathSegment::LineTo(to) => {
                content.line_to(to.x, to.y);
                at = to;
            }
            // Pages have cubic curves only; this one is the same.
            PathSegment::QuadTo(by, to) => {
                let third = |from: Point| {
                    (from.x + (by.x - from.x) * 2.0 / 3.0, from.y + (by.y - from.y) * 2.0 / 3.0)
                };
                let ((x1, y1), (x2, y2)) = (third(at), third(to));
                content.cubic_to(x1, y1, x2, y2, to.x, to.y);
                at = to;
            }
            PathSegment::CubicTo(first, second, to) => {
                content.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                at = to;
            }
            PathSegment::Close => {
                content.close_path();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    use super::super::charts::{Width, samples};
    use super::*;

    /// What a document draws.
    fn content(pdf: &[u8]) -> String {
        let find = |from: usize, what: &[u8]| {
            from + pdf[from..].windows(what.len()).position(|one| one == what).expect("it is there")
        };
        let start = find(0, b"stream\n") + b"stream\n".len();
        let packed = &pdf[start..find(start, b"\nendstream")];
        String::from_utf8(decompress_to_vec_zlib(packed).expect("it is packed")).expect("it is text")
    }

    #[test]
    fn every_chart_is_a_document_that_a_page_of_its_size_holds() {
        for (name, input) in samples::gallery().into_iter().chain(samples::extremes()) {
            let svg = input.to_svg(Width::millimetres(85.0));
            let document = document(&svg, &name);
            assert!(document.pdf.starts_with(b"%PDF-") && document.pdf.ends_with(b"%%EOF"), "{name}");
            assert_eq!(document, super::document(&svg, &name), "{name}");
            let page = String::from_utf8_lossy(&document.pdf).into_owned();
            let width = page.split("/MediaBox [0 0 ").nth(1).and_then(|rest| rest.split(' ').next());
            let width: f32 = width.and_then(|width| width.parse().ok()).expect("a page has a size");
            assert!((width / 72.0 * 25.4 - 85.0).abs() < 0.1, "{name}: {width} points");
        }
    }

    #[test]
    fn shapes_are_drawn_as_they_are_in_the_chart() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 30\">\
                   <rect x=\"5\" y=\"6\" width=\"10\" height=\"4\" fill=\"#ff0000\" opacity=\"0.50\"/>\
                   <line x1=\"1\" y1=\"2\" x2=\"30\" y2=\"2\" stroke=\"#0000ff\" stroke-width=\"2\" stroke-dasharray=\"2 3\" fill=\"none\"/>\
                   </svg>";
        let drawn = content(&document(svg, "a").pdf);
        let expected = "0.6 0 0 -0.6 0 18 cm\n0 J\n0 j\n4 M\n/a128 gs\n1 0 0 rg\n5 6 m\n15 6 l\n15 10 l\n5 10 l\nh\nf\n/a255 gs\n0 0 1 RG\n\
                        2 w\n[2 3] 0 d\n1 2 m\n30 2 l\nS";
        assert_eq!(drawn.trim(), expected);
    }

    #[test]
    fn letters_are_outlines_and_those_that_are_missing_are_told() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 30\">\
                   <text x=\"1\" y=\"20\" font-size=\"12\" fill=\"#000000\">o東</text></svg>";
        let document = document(svg, "a");
        assert_eq!(document.missing, BTreeSet::from(['東']));
        assert!(content(&document.pdf).contains(" c\n"), "an o is round");
    }
}
