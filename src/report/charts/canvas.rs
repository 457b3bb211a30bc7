//! The surface that plotters draws on: a backend over our own SVG writer.
//!
//! plotters' own SVG backend counts in whole pixels, which makes staircases of smooth curves, prints fonts as
//! `9.67741935483871`, and knows no dashes. Here a unit is a tenth of a pixel, so that integer coordinates are exactly
//! the one decimal that [`super::svg`] writes.

use super::palette::{Colour, Dash};
use super::svg::{Anchor, Paint, Svg, Text};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use std::convert::Infallible;

/// Units of plotters in one pixel.
pub(super) const UNITS: f64 = 10.0;

/// `pixels` in units of plotters.
pub(super) fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// An SVG document that plotters can draw into. Drawing into memory cannot fail.
pub(super) struct Canvas {
    /// The document, for what is drawn past plotters.
    pub svg: Svg,
    /// How lines are broken up from now on.
    pub dash: Dash,
    size: (u32, u32),
}

impl Canvas {
    /// Wraps a document of `width` x `height` pixels.
    pub fn new(svg: Svg, (width, height): (f64, f64)) -> Canvas {
        Canvas { svg, dash: Dash::Solid, size: (units(width) as u32, units(height) as u32) }
    }

    fn stroke(&self, style: &impl BackendStyle) -> Paint {
        let paint = Paint::stroke(colour(style.color()), f64::from(style.stroke_width()) / UNITS);
        paint.dash(self.dash).opacity(style.color().alpha)
    }
}

fn colour(of: BackendColor) -> Colour {
    Colour(of.rgb.0, of.rgb.1, of.rgb.2)
}

fn pixels((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x) / UNITS, f64::from(y) / UNITS)
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, of: BackendColor) -> Drawn {
        let (x, y) = pixels(point);
        self.svg.rect(x, y, 1.0 / UNITS, 1.0 / UNITS, Paint::fill(colour(of)).opacity(of.alpha), None);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let paint = self.stroke(style);
        self.svg.line(pixels(from), pixels(to), paint);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ((x, y), (right, bottom)) = (pixels(from), pixels(to));
        let filled = Paint::fill(colour(style.color())).opacity(style.color().alpha);
        let paint = if fill { filled } else { self.stroke(style) };
        self.svg.rect(x, y, right - x, bottom - y, paint, None);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let paint = self.stroke(style);
        self.svg.path(path.into_iter().map(pixels), false, paint);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let filled = Paint::fill(colour(style.color())).opacity(style.color().alpha);
        let paint = if fill { filled } else { self.stroke(style) };
        self.svg.circle(pixels(at), f64::from(radius) / UNITS, paint);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let paint = Paint::fill(colour(style.color())).opacity(style.color().alpha);
        self.svg.path(path.into_iter().map(pixels), true, paint);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, content: &str, style: &S, at: BackendCoord) -> Drawn {
        let (x, y) = pixels(at);
        let size = style.size() / UNITS;
        // From the top, middle or bottom of the letters to their baseline, in shares of the font size.
        let drop = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.2,
        };
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let (colour, bold) = (colour(style.color()), matches!(style.style(), FontStyle::Bold));
        self.svg.text(&Text { x, y: y + drop * size, size, anchor, colour, bold, content });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((super::svg::text_width(text, style.size()).round() as u32, style.size().round() as u32))
    }
}
