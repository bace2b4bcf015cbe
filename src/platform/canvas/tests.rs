//! The canvas against the renderer's own drawing, and a part of a picture against the whole.

use std::rc::Rc;

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType, SoftwareRenderer, TargetPixel};
use slint::platform::{Platform, WindowAdapter, WindowEvent, set_platform};
use slint::{ComponentHandle, PhysicalSize, PlatformError};

use super::{Canvas, Pixel};

slint::slint! {
    import "../../../assets/fonts/IBMPlexSans-Regular.ttf";
    // Everything that the interface draws, at places between pixels when the scale is 2/3.
    export component Sampler inherits Window {
        in property <image> opaque;
        in property <image> clear;
        in property <bool> has-focus;
        width: 480px;
        height: 300px;
        background: #0A0B11;
        default-font-family: "IBM Plex Sans";
        Rectangle { x: 7px; y: 5px; width: 201px; height: 101px; background: #222634; }
        Rectangle { x: 11px; y: 8px; width: 190px; height: 90px; border-radius: 16px; background: #333A4E; }
        Rectangle {
            x: 16px; y: 13px; width: 180px; height: 80px; border-radius: 25px; border-width: root.has-focus ? 5px : 0px;
            border-color: white;
        }
        // Partly in the ring, and under a cover.
        Path {
            x: 180px; y: 30px; width: 40px; height: 60px; viewbox-width: 40; viewbox-height: 60;
            commands: "M3 4 L37 20 L5 56 L35 50"; stroke: #F5F3EE; stroke-width: 3px;
        }
        Rectangle { x: 170px; y: 20px; width: 45px; height: 80px; background: #05060A80; }
        Rectangle { x: 220px; y: 10px; width: 90px; height: 40px; border-radius: 20px; border-width: 2px; border-color: #F5B83D; background: #161923; }
        Rectangle { x: 220px; y: 60px; width: 90px; height: 30px; background: #05060AD9; }
        Rectangle { x: 240px; y: 55px; width: 50px; height: 40px; border-radius: 7px; background: #8B7BFF66; }
        Image { x: 320px; y: 10px; width: 60px; height: 90px; source: root.opaque; }
        Image { x: 390px; y: 10px; width: 60px; height: 90px; source: root.clear; }
        Text { x: 10px; y: 120px; text: "Обменять 1 700 баллов"; color: #F5F3EE; font-size: 32px; }
        Text { x: 10px; y: 170px; text: "half"; color: #F5F3EE80; font-size: 40px; }
        Rectangle { x: 10px; y: 240px; width: 300px; height: 40px; background: @linear-gradient(90deg, #0A0B11 0%, #F5B83D 100%); }
    }
}

struct OneWindow(Rc<MinimalSoftwareWindow>);

impl Platform for OneWindow {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

struct Stage {
    sampler: Sampler,
    window: Rc<MinimalSoftwareWindow>,
    width: u32,
    height: u32,
}

impl Stage {
    /// The sampler at a scale of `scale` thirds.
    fn new(scale: u32) -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        set_platform(Box::new(OneWindow(window.clone()))).expect("no platform yet");
        let (width, height) = (480 * scale / 3, 300 * scale / 3);
        window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: scale as f32 / 3.0 });
        window.set_size(PhysicalSize::new(width, height));
        let sampler = Sampler::new().expect("the sampler is built");
        let (across, down) = (60 * scale / 3, 90 * scale / 3);
        let mut opaque = slint::SharedPixelBuffer::<slint::Rgb8Pixel>::new(across, down);
        let mut clear = slint::SharedPixelBuffer::<slint::Rgba8Pixel>::new(across, down);
        for (at, (solid, soft)) in opaque.make_mut_slice().iter_mut().zip(clear.make_mut_slice()).enumerate() {
            let [red, green, alpha] = [at * 7, at * 3, at * 5].map(|level| (level % 256) as u8);
            *solid = slint::Rgb8Pixel::new(red, green, 90);
            let dim = |level: u8| (u16::from(level) * u16::from(alpha) / 255) as u8;
            *soft = slint::Rgba8Pixel::new(dim(red), dim(green), dim(90), alpha);
        }
        sampler.set_opaque(slint::Image::from_rgb8(opaque));
        sampler.set_clear(slint::Image::from_rgba8_premultiplied(clear));
        sampler.set_has_focus(true);
        sampler.show().expect("a window in memory opens");
        Self { sampler, window, width, height }
    }

    fn buffer(&self) -> Vec<Pixel> {
        vec![Pixel::default(); (self.width * self.height) as usize]
    }

    fn draw(&self, draw: impl FnOnce(&SoftwareRenderer)) {
        self.window.request_redraw();
        self.window.draw_if_needed(draw);
    }

    /// Draws everything with the canvas.
    fn whole(&self) -> Vec<Pixel> {
        let mut pixels = self.buffer();
        self.draw(|renderer| {
            renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
            renderer.render_into_buffer(&mut Canvas::new(&mut pixels, self.width));
            renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
        });
        pixels
    }
}

#[test]
fn the_canvas_draws_what_the_renderer_draws() {
    // At two thirds the renderer puts outlines between pixels, where it rounds otherwise; there, the parts are compared.
    let stage = Stage::new(3);
    let mut own = stage.buffer();
    stage.draw(|renderer| {
        renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
        renderer.render(&mut own, 480);
    });
    let canvas = stage.whole();
    let mut far = 0;
    for (at, (own, canvas)) in own.iter().zip(&canvas).enumerate() {
        let apart = own.rgb().into_iter().zip(canvas.rgb()).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
        // A soft edge may be softer by a third, everything else is the same but for rounding.
        assert!(apart <= 90, "{apart} apart at {}, {}: {own:x?} {canvas:x?}", at % 480, at / 480);
        far += usize::from(apart > 2);
    }
    assert!(far < 900, "{far} pixels are more than 2 levels apart");
}

/// The pixels of the opaque picture that another picture is made of, by its size.
fn levels(width: u32, height: u32) -> impl Iterator<Item = [u8; 3]> {
    (0..width * height).map(|at| [at * 7, at * 3, 630].map(|level| (level % 256) as u8))
}

#[test]
fn the_screens_own_pixels_are_drawn_as_the_colours_that_they_are() {
    let stage = Stage::new(3);
    // Of its own size, and to be scaled by the canvas.
    for (width, height) in [(60, 90), (61, 89), (30, 45), (1, 1)] {
        let mut colours = slint::SharedPixelBuffer::<slint::Rgb8Pixel>::new(width, height);
        let mut own = slint::SharedPixelBuffer::<slint::Rgba8Pixel>::new(width, height);
        let pixels = colours.make_mut_slice().iter_mut().zip(own.make_mut_bytes().as_chunks_mut::<4>().0);
        for ((colour, own), [red, green, blue]) in pixels.zip(levels(width, height)) {
            *colour = slint::Rgb8Pixel::new(red, green, blue);
            *own = Pixel::from_rgb(red, green, blue).bytes();
        }
        stage.sampler.set_opaque(slint::Image::from_rgb8(colours));
        let expected = stage.whole();
        stage.sampler.set_opaque(super::own_picture(own));
        let drawn = stage.whole();
        let different = expected.iter().zip(&drawn).filter(|(expected, drawn)| expected != drawn).count();
        // Scaled, the nearest pixel may be the neighbour of the renderer's.
        assert!(different == 0 || (width, height) == (61, 89), "{width}x{height}: {different} pixels differ");
        assert!(different < 60 * 90 / 4, "{width}x{height}: {different} pixels differ");
    }
}

#[test]
fn a_part_is_to_the_bit_what_is_drawn_at_once() {
    let stage = Stage::new(2);
    let mut pixels = stage.whole();
    // The first drawing into a kept buffer is a whole one.
    stage.draw(|renderer| {
        renderer.render_into_buffer(&mut Canvas::new(&mut pixels, stage.width));
    });
    for has_focus in [false, true] {
        stage.sampler.set_has_focus(has_focus);
        let mut drawn = 0;
        stage.window.draw_if_needed(|renderer| {
            let region = renderer.render_into_buffer(&mut Canvas::new(&mut pixels, stage.width));
            drawn = region.iter().map(|(_, size)| size.width * size.height).sum();
        });
        assert!(drawn > 0 && drawn < stage.width * stage.height / 2, "a part is drawn, not {drawn} pixels");
    }
    let part = pixels.clone();
    assert!(part == stage.whole());
}

#[test]
fn a_clip_that_cuts_a_round_corner_changes_no_pixel() {
    use super::pixel::Ink;
    use super::rounded::Rounded;
    use super::{Part, Span};

    let ink = |color, alpha| Ink { color, alpha };
    for (radius, border, alpha) in [(0.0, 3, 255), (7.3, 0, 255), (20.0, 5, 0), (20.0, 2, 200), (2.5, 4, 255)] {
        let shape = Rounded {
            left: 2,
            top: 3,
            right: 57,
            bottom: 45,
            radius,
            border,
            inner: ink(0x0020_4060, alpha),
            edge: ink(0x00ff_ffff, 255),
        };
        let draw = |parts: &[Span]| {
            let mut pixels = vec![Pixel(0x0011_2233); 60 * 50];
            for y in 3..45 {
                for span in parts {
                    let row = &mut pixels[60 * y as usize..][span.from as usize..span.to as usize];
                    shape.draw_row(y, *span, row);
                }
            }
            pixels
        };
        let whole = draw(&[Span { from: 0, to: 60 }]);
        for cut in 1..60 {
            assert!(draw(&[Span { from: 0, to: cut }, Span { from: cut, to: 60 }]) == whole, "{radius}, cut at {cut}");
        }
        // The picture is the same from all four sides.
        for y in 3..45 {
            for x in 2..57 {
                let pixel = whole[60 * y + x];
                assert_eq!(pixel, whole[60 * (47 - y) + x], "{radius}: {x}, {y} from below");
                assert_eq!(pixel, whole[60 * y + 58 - x], "{radius}: {x}, {y} from the right");
            }
        }
    }
    let part = Part::of(0, 0, 10, 10);
    assert!(part.cut(Part::of(10, 0, 5, 5)).is_none());
}
