//! Pictures, decoded again and looked at pixel by pixel.

use super::*;
use crate::report::charts::{Width, samples};

/// A decoded picture.
struct Decoded {
    width: usize,
    height: usize,
    dots_per_metre: Option<PixelDimensions>,
    rgb: Vec<u8>,
}

fn decode(png: &[u8]) -> Decoded {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("it is a PNG");
    let mut rgb = vec![0; reader.output_buffer_size().expect("it fits into memory")];
    let frame = reader.next_frame(&mut rgb).expect("it is whole");
    assert_eq!((frame.color_type, frame.bit_depth), (ColorType::Rgb, BitDepth::Eight));
    let dots_per_metre = reader.info().pixel_dims;
    Decoded { width: frame.width as usize, height: frame.height as usize, dots_per_metre, rgb }
}

impl Decoded {
    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = (y * self.width + x) * 3;
        self.rgb[start..start + 3].try_into().expect("three of them")
    }

    /// The rows in which two pictures of one size differ.
    fn differing_rows(&self, other: &Decoded) -> Vec<usize> {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let rows = self.rgb.chunks(self.width * 3).zip(other.rgb.chunks(self.width * 3));
        rows.enumerate().filter(|(_, (a, b))| a != b).map(|(row, _)| row).collect()
    }
}

/// The widths in millimetres that were asked for, and that of charts as folders have them.
#[test]
fn pictures_say_that_they_are_as_wide_as_their_charts_are_in_print() {
    let asked =
        [70.0, 85.0, 88.9, 178.0, 300.0].map(|millimetres| (Width::millimetres(millimetres), millimetres));
    for (width, millimetres) in asked.into_iter().chain([(Width::FULL, 190.5)]) {
        let picture = drawn(&crate::report::charts::ccdf(&samples::ccdf_input()).to_svg(width));
        let dots = picture.dots_per_metre.expect("they say how large they are");
        assert_eq!((dots.xppu, dots.unit), (dots.yppu, Unit::Meter), "dots are square");
        let printed = picture.width as f64 / f64::from(dots.xppu) * 1000.0;
        assert!((printed / millimetres - 1.0).abs() < 0.002, "{millimetres} mm are {printed} mm");
    }
}

fn drawn(svg: &str) -> Decoded {
    decode(&picture(svg).expect("it is not too high").png)
}

/// A document of 40 x 30 pixels on white.
fn document(inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"30\" viewBox=\"0 0 40 30\">\
         <rect x=\"0\" y=\"0\" width=\"40\" height=\"30\" fill=\"#ffffff\"/>{inside}</svg>"
    )
}

const WHITE: [u8; 3] = [255; 3];

#[test]
fn every_chart_is_drawn_twice_as_large_in_its_colours() {
    for (name, svg) in samples::drawn(samples::gallery()) {
        let picture = picture(&svg).expect("samples are not too high");
        assert_eq!(
            picture.missing,
            BTreeSet::new(),
            "{name}: what the program itself writes is in the fonts"
        );
        let decoded = decode(&picture.png);
        let height = Sheet::read(&svg, &mut Fonts::new()).height;
        assert_eq!((decoded.width, decoded.height), (1800, (height * 2.0).ceil() as usize), "{name}");
        let dots = decoded.dots_per_metre.expect("they say how large they are");
        assert_eq!((dots.xppu, dots.unit), (9449, Unit::Meter));
        let colours: BTreeSet<[u8; 3]> =
            decoded.rgb.chunks(3).map(|p| p.try_into().expect("three")).collect();
        assert!(colours.contains(&WHITE) && colours.contains(&[0x1f, 0x24, 0x28]), "{name}: ink on paper");
        assert!(colours.len() > 50, "{name}: {} colours", colours.len());
    }
}

#[test]
fn shapes_lie_where_they_are_said_to_lie() {
    let picture = drawn(&document(
        "<g><title>tip</title><rect x=\"10\" y=\"5\" width=\"8\" height=\"4\" fill=\"#d55e00\"/></g>\
         <line x1=\"0\" y1=\"20\" x2=\"40\" y2=\"20\" fill=\"none\" stroke=\"#0072b2\" stroke-width=\"2\" stroke-dasharray=\"8 4\"/>\
         <polygon points=\"30,2 36,2 36,8 30,8\" fill=\"#000000\" opacity=\"0.20\"/>\
         <circle cx=\"4\" cy=\"26\" r=\"3\" fill=\"#009e73\"/>\
         <rect x=\"20\" y=\"10\" width=\"9\" height=\"9\" fill=\"#6a4c93\" opacity=\"0.00\"/>",
    ));
    assert_eq!((picture.width, picture.height), (80, 60));
    let orange = [0xd5, 0x5e, 0x00];
    let is_orange = |x, y| picture.at(x, y) == orange;
    assert!(is_orange(20, 10) && is_orange(35, 17), "both corners are inside");
    assert!(!is_orange(19, 10) && !is_orange(36, 17) && !is_orange(20, 9) && !is_orange(35, 18));
    let dashes: Vec<bool> = (0..80).map(|x| picture.at(x, 40) == [0x00, 0x72, 0xb2]).collect();
    let expected: Vec<bool> = (0..80).map(|x| x % 24 < 16).collect();
    assert_eq!(dashes, expected, "dashes of 8 and gaps of 4, twice as large");
    assert_eq!((picture.at(40, 37), picture.at(40, 42)), (WHITE, WHITE), "the line is two pixels wide");
    assert_eq!(picture.at(66, 10), [204; 3], "a fifth of black on white");
    assert_eq!((picture.at(8, 52), picture.at(2, 46)), ([0x00, 0x9e, 0x73], WHITE), "a disc has no corners");
    assert_eq!(picture.at(48, 28), WHITE, "what only shows a tip is not seen");
}

#[test]
fn letters_are_drawn_and_anchored() {
    let text = |anchor: &str, content: &str| {
        drawn(&document(&format!(
            "<text x=\"20\" y=\"20\" font-size=\"12\"{anchor} fill=\"#000000\">{content}</text>"
        )))
    };
    let columns = |picture: &Decoded| {
        let is_inked = |x: &usize| (0..picture.height).any(|y| picture.at(*x, y) != WHITE);
        let inked: Vec<usize> = (0..picture.width).filter(is_inked).collect();
        (inked[0], *inked.last().expect("something is drawn"))
    };
    let (start, end) = columns(&text("", "HH"));
    assert!(start >= 40 && end > 60, "{start} {end}");
    let (start, end) = columns(&text(" text-anchor=\"end\"", "HH"));
    assert!(start < 20 && end <= 40, "{start} {end}");
    let (start, end) = columns(&text(" text-anchor=\"middle\"", "HH"));
    assert!((start + end).abs_diff(79) <= 1, "{start} {end}");
    assert_eq!(text("", "a b").rgb, text("", "  a \n b ").rgb);
    assert_ne!(text("", "a b").rgb, text("", "ab").rgb);
    assert_ne!(text("", "a").rgb, text(" font-weight=\"bold\"", "a").rgb);
    assert_ne!(text("", "&lt;").rgb, text("", "&amp;").rgb, "letters are not left escaped");
}

#[test]
fn the_title_of_a_chart_is_in_its_picture_and_nowhere_else() {
    let (_, svg) = samples::drawn(samples::gallery()).swap_remove(0);
    let start = svg.find("<text").expect("a chart has a title");
    let end = start + svg[start..].find("</text>\n").expect("the text ends") + "</text>\n".len();
    let without = format!("{}{}", &svg[..start], &svg[end..]);
    let rows = drawn(&svg).differing_rows(&drawn(&without));
    assert!(rows.len() > 16 && rows[0] >= 16 && rows[rows.len() - 1] < 60, "{rows:?}");
}

#[test]
fn names_in_any_script_make_a_picture_and_what_is_missing_is_said() {
    let svg = document(
        "<text x=\"1\" y=\"20\" font-size=\"12\" fill=\"#000000\">Zoë 東京 Ω \u{1f40c}\u{fe0f}\u{fffd}</text>",
    );
    let picture = picture(&svg).expect("it is small");
    assert_eq!(picture.missing, BTreeSet::from(['東', '京', '\u{1f40c}']));
    for (name, svg) in samples::drawn(samples::extremes()) {
        assert!(super::picture(&svg).is_some_and(|picture| decode(&picture.png).width == 1800), "{name}");
    }
}

#[test]
fn texts_over_each_other_are_told_from_those_beside_each_other() {
    let text = |x: u32, y: u32, word: &str| {
        format!("<text x=\"{x}\" y=\"{y}\" font-size=\"12\" fill=\"#000000\">{word}</text>")
    };
    let (found, size) = texts(&document(
        &[text(1, 12, "HH"), text(8, 14, "HH"), text(1, 26, "HH"), text(30, 12, "HH")].concat(),
    ));
    assert_eq!((found.len(), size), (4, (40.0, 30.0)));
    assert!(found[0].overlaps(&found[1]) && found[1].overlaps(&found[0]));
    assert!(!found[0].overlaps(&found[2]) && !found[0].overlaps(&found[3]));
    assert!(found[3].edges[2] > 40.0, "it is clipped: {:?}", found[3]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_makes_a_picture(text in "\\PC{0,12}|(?s:.){0,12}") {
        use crate::report::charts::escape;
        let svg = document(&format!("<text x=\"1\" y=\"20\" font-size=\"12\" fill=\"#000000\">{}</text>", escape(&text)));
        let picture = picture(&svg).expect("it is small");
        proptest::prop_assert!(picture.missing.iter().all(|letter| !letter.is_ascii()), "{:?}", picture.missing);
        proptest::prop_assert_eq!(decode(&picture.png).width, 80);
    }
}

/// What runs along rows and columns is the same to the last bit, faint as a grid line or a shade may be. A curve or a slanted
/// line that is cut at the edge of a strip is rounded otherwise, by a part of a pixel along it, and so little must not hide that
/// something is missing.
#[test]
fn a_picture_has_no_seams_in_however_many_strips() {
    for (name, svg) in samples::drawn(samples::gallery()) {
        let mut sheet = Sheet::read(&svg, &mut Fonts::new());
        let (width, height) = (1800, (sheet.height * 2.0).ceil() as u32);
        let draw = |sheet: &Sheet, strip| decode(&encode(&sheet.shapes, width, height, strip));
        let (whole, strips) = (draw(&sheet, height), draw(&sheet, 100));
        let most = whole.rgb.iter().zip(&strips.rgb).map(|(a, b)| a.abs_diff(*b)).max();
        let rows = whole.differing_rows(&strips).len();
        // A diagram of messages is slanted lines nearly everywhere.
        let one_in = if name == "space-time" { 8 } else { 10 };
        assert!(most <= Some(72) && rows * one_in < height as usize, "{name}: {most:?} {rows}");
        sheet.shapes.retain(|shape| is_straight(&shape.path));
        assert!(sheet.shapes.len() > 10, "{name}: axes, ticks and a background at least");
        let whole = draw(&sheet, height);
        for strip in [100, 37, 9] {
            let rows = whole.differing_rows(&draw(&sheet, strip));
            assert_eq!(rows, [0; 0], "{name}, in strips of {strip}");
        }
    }
}

/// Whether all of it runs along rows and columns.
fn is_straight(path: &tiny_skia::Path) -> bool {
    use tiny_skia::PathSegment::{Close, CubicTo, LineTo, MoveTo, QuadTo};
    let mut at = tiny_skia::Point::zero();
    path.segments().all(|segment| match segment {
        MoveTo(to) | LineTo(to) => {
            let from = std::mem::replace(&mut at, to);
            matches!(segment, MoveTo(_)) || from.x == to.x || from.y == to.y
        }
        QuadTo(..) | CubicTo(..) => false,
        Close => true,
    })
}

#[test]
fn a_chart_that_no_program_would_open_has_no_picture() {
    let high = |height: u32| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"{height}\" viewBox=\"0 0 4 {height}\"></svg>"
        )
    };
    assert!(picture(&high(HEIGHT_MAX / SCALE)).is_some());
    assert!(picture(&high(HEIGHT_MAX / SCALE + 1)).is_none());
}

#[test]
#[should_panic(expected = "charts have no <image>")]
fn what_charts_do_not_have_is_a_mistake_of_ours() {
    let _ = picture(&document("<image/>"));
}

/// Writes all samples as files to be looked at, if `SEEDBED_SAMPLE_DIR` names a folder.
#[test]
fn samples_are_written_where_asked() {
    let Some(folder) = std::env::var_os("SEEDBED_SAMPLE_DIR") else { return };
    for (name, svg) in
        samples::drawn(samples::gallery()).into_iter().chain(samples::drawn(samples::extremes()))
    {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        let png = picture(&svg).expect("samples are not too high").png;
        std::fs::write(&path, png).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
