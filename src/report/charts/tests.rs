//! What holds for every chart, over the sample run and the extremes.

use super::Width;
use super::samples;
use super::svg::{BOLD, text_width};

/// Every sample at full width, and as narrow as a column of print.
fn all() -> Vec<(String, String)> {
    let samples = samples::gallery().into_iter().chain(samples::extremes());
    let widths = [("", Width::FULL), (" at 85 mm", Width::millimetres(85.0))];
    samples
        .flat_map(|(name, input)| widths.map(|(at, width)| (name.clone() + at, input.to_svg(width))))
        .collect()
}

/// A text's box in pixels, estimated.
#[derive(Debug)]
struct TextBox {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    size: f64,
    content: String,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(&tag[start..start + tag[start..].find('"')?])
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} of {tag}"))
}

/// Width and height, in pixels that it is laid out in.
fn size(svg: &str) -> (f64, f64) {
    let numbers = attribute(svg, "viewBox").expect("charts have one").split(' ').skip(2);
    let numbers: Vec<f64> = numbers.map(|number| number.parse().expect("it is a number")).collect();
    (numbers[0], numbers[1])
}

fn texts(svg: &str) -> Vec<TextBox> {
    svg.split("<text")
        .skip(1)
        .map(|rest| {
            let (tag, rest) = rest.split_once('>').expect("the tag ends");
            let content = rest.split("</text>").next().expect("the text ends");
            let content = ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&amp;&"].iter().fold(
                content.to_string(),
                |text, pair| {
                    let (escaped, plain) = pair.split_at(pair.len() - 1);
                    text.replace(escaped, plain)
                },
            );
            let (x, y, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
            let weight = attribute(tag, "font-weight").map_or(1.0, |_| BOLD);
            let width = weight * text_width(&content, size);
            let left = match attribute(tag, "text-anchor") {
                Some("middle") => x - width / 2.0,
                Some("end") => x - width,
                _ => x,
            };
            TextBox { left, right: left + width, top: y - 0.75 * size, bottom: y + 0.2 * size, size, content }
        })
        .collect()
}

#[test]
fn every_chart_of_the_catalogue_is_drawn() {
    let drawn: Vec<String> = samples::gallery().into_iter().map(|(name, _)| name).collect();
    for kind in super::CATALOGUE {
        // Of these there is one for each metric, or chapter.
        let is_of_metrics =
            ["sweep", "compare", "map", "against", "pareto", "scaling", "validate"].contains(&kind.name);
        let is_it = |name: &String| match is_of_metrics {
            true => name.starts_with(&format!("{}-", kind.name)),
            false => name == kind.name,
        };
        assert!(drawn.iter().any(is_it), "{}", kind.name);
    }
    assert!(drawn.iter().all(|name| super::CATALOGUE.iter().any(|kind| name.starts_with(kind.name))));
}

#[test]
fn equal_inputs_give_equal_bytes() {
    assert_eq!(all(), all());
}

#[test]
fn no_text_is_clipped_or_too_small() {
    for (name, svg) in all() {
        let (width, height) = size(&svg);
        for text in texts(&svg) {
            let inside = text.left >= 0.0 && text.right <= width && text.top >= 0.0 && text.bottom <= height;
            assert!(inside, "{name} ({width} x {height}): {} {text:?}", text.content);
            assert!(text.size >= 12.0, "{name}: {text:?}");
        }
    }
}

#[test]
fn no_two_texts_overlap() {
    for (name, svg) in all() {
        let texts = texts(&svg);
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[..i] {
                let apart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
                assert!(apart, "{name}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn numbers_are_short_and_everything_stays_on_the_page() {
    for (name, svg) in all() {
        assert_tidy(&name, &svg);
    }
}

/// No number is NaN, infinite, negative zero or longer than a pixel needs, and nothing lies off the page.
fn assert_tidy(name: &str, svg: &str) {
    for tag in svg.split('<').filter_map(|rest| rest.split('>').next()) {
        let values = tag.split('"').skip(1).step_by(2).flat_map(|value| value.split([' ', ',']));
        for value in values.filter(|v| v.parse::<f64>().is_ok()) {
            let decimals = value.split_once('.').map_or(0, |(_, d)| d.len());
            assert!(decimals <= 2 && value != "-0" && value.len() <= 9, "{name}: {value} in <{tag}>");
            assert!(
                !value.eq_ignore_ascii_case("nan") && !value.contains("inf"),
                "{name}: {value} in <{tag}>"
            );
        }
    }
    let (width, height) = size(svg);
    for tag in svg.split('<').filter(|tag| tag.starts_with("rect ")) {
        let (x, y) = (number(tag, "x"), number(tag, "y"));
        let (right, bottom) = (x + number(tag, "width"), y + number(tag, "height"));
        assert!(x >= 0.0 && y >= 0.0 && right <= width + 0.1 && bottom <= height + 0.1, "{name}: {tag}");
    }
    for points in svg.split(" points=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        for (x, y) in points.split(' ').filter_map(|point| point.split_once(',')) {
            let (x, y): (f64, f64) = (x.parse().expect("a number"), y.parse().expect("a number"));
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{name}: {x},{y}");
        }
    }
}

#[test]
fn names_cannot_become_markup_and_nothing_is_fetched() {
    for (name, svg) in all() {
        assert!(!svg.contains("<script") && !svg.contains('\u{202e}') && !svg.contains('\u{0}'), "{name}");
        let body = svg.replacen("http://www.w3.org/2000/svg", "", 1);
        assert!(!body.contains("http:") && !body.contains("https:") && !body.contains("url("), "{name}");
        assert!(!body.contains("href"), "{name}");
    }
}

#[test]
fn every_tag_is_closed_and_every_chart_is_described() {
    for (name, svg) in all() {
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            if let Some(closing) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closing), "{name}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().expect("a tag has a name"));
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
        assert!(svg.contains("<title>") && svg.contains("<desc>"), "{name}");
    }
}

#[test]
fn size_depends_on_pixels_rather_than_on_data() {
    for (name, svg) in all() {
        assert!(svg.len() < 900_000, "{name}: {} bytes", svg.len());
    }
}

#[test]
fn empty_charts_say_so() {
    for (name, svg) in all().into_iter().filter(|(name, _)| name.contains("-empty")) {
        assert!(svg.contains(">no data</text>"), "{name}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]

    #[test]
    fn any_numbers_make_a_chart(
        values in proptest::collection::vec((proptest::num::f64::ANY, proptest::num::f64::ANY), 0..40),
        span in (proptest::num::f64::ANY, proptest::num::f64::ANY),
        marks in proptest::collection::vec(0usize..4, 0..5),
        logs in (proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY),
    ) {
        use super::{Axis, Chart, FaultBand, Ink, Mark, Quantity, Series};
        let axis = |log: bool| if log { Axis::log10("a", Quantity::ShareAbove) } else { Axis::linear("a", Quantity::Number) };
        let x = if logs.2 { Axis::time(span) } else { axis(logs.0) };
        let mut chart = Chart::new("any", "", "", x, axis(logs.1).from_zero());
        for (i, mark) in marks.into_iter().enumerate() {
            let mark = [Mark::Line, Mark::Step, Mark::Stack, Mark::Points][mark];
            chart.series.push(Series::new("s", mark, Ink::nth(i), values.clone()));
        }
        let band = |(i, (start_s, end_s)): (usize, &(f64, f64))| FaultBand { name: format!("f{i}"), start_s: *start_s, end_s: *end_s };
        chart.bands = values.iter().enumerate().map(band).collect();
        for width in [Width::FULL, Width::millimetres(85.0)] {
            let svg = chart.to_svg(width);
            assert_eq!(svg, chart.to_svg(width));
            assert_tidy("any", &svg);
        }
    }
}

/// Writes all samples as files to be looked at, if `SEEDBED_SAMPLE_DIR` names a folder.
#[test]
fn samples_are_written_where_asked() {
    let Some(folder) = std::env::var_os("SEEDBED_SAMPLE_DIR") else { return };
    for (name, svg) in all() {
        let path = std::path::Path::new(&folder).join(format!("{name}.svg"));
        std::fs::write(&path, svg).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
