//! Charts as PNG: our own SVG, painted with two bundled fonts.
//!
//! Equal documents give equal bytes on every machine and in every build. Nothing is looked up on the machine, the
//! arithmetic is that of IEEE 754 without anything from a platform's library, and what paints it (tiny-skia) does so
//! without vector instructions (docs/adr/0007).

pub(super) mod font;
pub(super) mod shapes;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, PixelDimensions, SrgbRenderingIntent, Unit};
use tiny_skia::{Color, FillRule, Paint, Pixmap, Shader, Transform};

use font::Fonts;
pub use shapes::TextBox;
use shapes::{Shape, Sheet};

/// Pixels of a picture for each of its chart.
pub const SCALE: u32 = 2;
/// Rows of the highest picture that is drawn; many programs open none that is higher.
pub const HEIGHT_MAX: u32 = 32_767;

/// Rows that are painted at once: most charts whole, and a high one in little memory.
const STRIP: u32 = 1024;
/// How large a picture says that it is: 240 dots an inch. A pixel of a chart is 0.6 points in print, and is painted [`SCALE`] pixels wide.
const DOTS_PER_METRE: u32 = 9449;

/// A chart as a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// The file.
    pub png: Vec<u8>,
    /// Letters that the bundled fonts have not: boxes stand in their place.
    pub missing: BTreeSet<char>,
}

/// The picture of a chart, from the document that a chart function returned; none if it would be higher than
/// [`HEIGHT_MAX`].
///
/// # Panics
/// If the document is no chart's.
pub fn picture(svg: &str) -> Option<Picture> {
    let mut fonts = Fonts::new();
    let sheet = Sheet::read(svg, &mut fonts);
    let pixels = |length: f32| (length * SCALE as f32).ceil() as u32;
    let (width, height) = (pixels(sheet.width), pixels(sheet.height));
    let missing = fonts.missing;
    (height <= HEIGHT_MAX).then(|| Picture { png: encode(&sheet.shapes, width, height, STRIP), missing })
}

/// Where each text of a chart lies, in the bundled fonts, which are the widest of the common ones; and width and height of the chart.
/// All in pixels that it is laid out in.
///
/// # Panics
/// If the document is no chart's.
pub fn texts(svg: &str) -> (Vec<TextBox>, (f32, f32)) {
    let sheet = Sheet::read(svg, &mut Fonts::new());
    (sheet.texts, (sheet.width, sheet.height))
}

fn encode(shapes: &[Shape], width: u32, height: u32, strip: u32) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let (xppu, yppu, unit) = (DOTS_PER_METRE, DOTS_PER_METRE, Unit::Meter);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu, yppu, unit }));
    let write = || {
        let mut writer = encoder.write_header()?;
        let mut rows = writer.stream_writer()?;
        for top in (0..height).step_by(strip as usize) {
            rows.write_all(&paint(shapes, width, top, strip.min(height - top)))?;
        }
        rows.finish()?;
        writer.finish()
    };
    write().expect("writing into memory cannot fail, and every row is written");
    png
}

/// The rows from `top` on, as red, green and blue.
fn paint(shapes: &[Shape], width: u32, top: u32, rows: u32) -> Vec<u8> {
    let mut pixmap = Pixmap::new(width, rows).expect("a chart has a size");
    pixmap.fill(Color::WHITE);
    let (scale, top) = (SCALE as f32, top as f32);
    let onto = Transform::from_row(scale, 0.0, 0.0, scale, 0.0, -top);
    let is_in_sight = |shape: &&Shape| {
        // Corners reach beyond their line, by at most four times half its width.
        let reach = shape.stroke.as_ref().map_or(0.0, |stroke| 2.0 * stroke.width);
        let bounds = shape.path.bounds();
        (bounds.bottom() + reach) * scale >= top && (bounds.top() - reach) * scale <= top + rows as f32
    };
    for Shape { path, colour, stroke, .. } in shapes.iter().filter(is_in_sight) {
        let paint = Paint { shader: Shader::SolidColor(*colour), ..Paint::default() };
        match stroke {
            None => pixmap.fill_path(path, &paint, FillRule::Winding, onto, None),
            Some(stroke) => pixmap.stroke_path(path, &paint, stroke, onto, None),
        }
    }
    // All of it lies on white, so that nothing is see-through.
    pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect()
}
