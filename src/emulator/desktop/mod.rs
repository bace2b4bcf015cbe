//! The television in a window of a desktop: X11 or Wayland, a keyboard as its remote.
//!
//! The counterpart of the box's own loop: winit waits for events, and what is drawn is drawn by the box's renderer into
//! the window's own memory. A key is drawn at once; only animations keep to a pace.

mod compose;
mod keyboard;
mod size;
mod surface;

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slint::PlatformError;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter, set_platform, update_timers_and_animations};
use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::event::{ElementState, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::keyboard::ModifiersState;
use winit::window::{Window, WindowId};

use bonus_tv::engine::clock::SystemClock;
use bonus_tv::input::{Hold, KeyEvent, Phase};
use bonus_tv::shell::{Parts, Shell};
use bonus_tv::view::bind::Screen;

use self::surface::Surface;
use super::setup::{Setup, prepare};
use super::{Args, EmulatorError, Size};

/// The time between two pictures of an animation.
const FRAME: Duration = Duration::from_micros(16_667);

/// What other threads say to the loop.
#[derive(Debug, Clone, Copy)]
enum Knock {
    /// The shell has something to do.
    News,
    /// A signal asks the program to end.
    End,
}

/// What Slint holds.
struct DesktopPlatform(Rc<MinimalSoftwareWindow>);

impl Platform for DesktopPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

/// Runs the window until it is closed.
pub(crate) fn run(args: &Args) -> Result<(), EmulatorError> {
    let has_display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    if !has_display {
        return Err(EmulatorError::NoDisplay(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); run with --headless, for example: \
             cargo run -- --headless --scenario vip --keys \"DOWN OK\" --screenshot picture.png"
                .to_owned(),
        ));
    }
    // SAFETY: the first thread is begun below. Without the file the start is slower and nothing else.
    let composed = unsafe { compose::skip_composed_letters() };
    let events = EventLoop::<Knock>::with_user_event().build().map_err(EmulatorError::no_window)?;
    let ending = events.create_proxy();
    // The loop being over means that there is nobody left to tell, here and below.
    super::ending::watch(move || _ = ending.send_event(Knock::End))?;
    let slint_window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    set_platform(Box::new(DesktopPlatform(slint_window.clone()))).map_err(EmulatorError::no_window)?;
    // Neither needs the other, and a start has no time to lose.
    let (screen, setup) = std::thread::scope(|scope| {
        let preparing = scope.spawn(|| prepare(args));
        let screen = Screen::new();
        (screen, preparing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    drop(composed);
    let (screen, setup) = (screen.map_err(EmulatorError::no_window)?, setup?);
    announce(&setup);
    let knocking = events.create_proxy();
    let wake = Arc::new(move || _ = knocking.send_event(Knock::News));
    let (parts, remains) = setup.into_parts(Box::new(SystemClock::start()), wake);
    let width = args.size.or(args.tv_only.then_some(Size::FULL_HD)).map(|size| size.width);
    let mut desktop = Desktop {
        width,
        has_frame: !args.tv_only,
        slint_window,
        waiting: Some((parts, screen)),
        television: None,
        failure: None,
    };
    let result = events.run_app(&mut desktop).map_err(EmulatorError::no_window);
    let Desktop { television, failure, .. } = desktop;
    drop(television);
    drop(remains);
    failure.map_or(result, Err)
}

/// The window, before and after the desktop has made it.
struct Desktop {
    /// The width that was asked for, in pixels.
    width: Option<u32>,
    has_frame: bool,
    slint_window: Rc<MinimalSoftwareWindow>,
    /// What the television is made from.
    waiting: Option<(Parts, Screen)>,
    television: Option<Television>,
    failure: Option<EmulatorError>,
}

/// The television that runs.
struct Television {
    shell: Shell,
    surface: Surface,
    slint_window: Rc<MinimalSoftwareWindow>,
    modifiers: ModifiersState,
    /// The last state that the shell was told to be on the screen.
    told: Option<u64>,
    /// Before this only a key is drawn.
    next_frame: Instant,
    /// A key came since the last picture.
    is_urgent: bool,
}

impl Desktop {
    fn open(&self, events: &ActiveEventLoop, parts: Parts, screen: Screen) -> Result<Television, EmulatorError> {
        let monitor = events.primary_monitor().or_else(|| events.available_monitors().next());
        let width = size::width_of_window(self.width, monitor.map(|monitor| monitor.size().into()));
        let attributes = Window::default_attributes()
            .with_title("bonus-tv")
            .with_decorations(self.has_frame)
            .with_inner_size(PhysicalSize::<u32>::from(size::of_width(width)))
            .with_min_inner_size(PhysicalSize::<u32>::from(size::of_width(size::LEAST_WIDTH)));
        let window = events.create_window(attributes).map_err(EmulatorError::no_window)?;
        let surface = Surface::new(window, self.slint_window.clone()).map_err(EmulatorError::no_window)?;
        screen.open().map_err(EmulatorError::no_window)?;
        let shell = Shell::start(parts, screen)?;
        Ok(Television {
            shell,
            surface,
            slint_window: self.slint_window.clone(),
            modifiers: ModifiersState::empty(),
            told: None,
            next_frame: Instant::now(),
            is_urgent: true,
        })
    }

    /// Ends the loop, with an error if there is one.
    fn end(&mut self, events: &ActiveEventLoop, result: Result<(), EmulatorError>) {
        self.failure = self.failure.take().or(result.err());
        events.exit();
    }
}

impl ApplicationHandler<Knock> for Desktop {
    fn resumed(&mut self, events: &ActiveEventLoop) {
        let Some((parts, screen)) = self.waiting.take() else { return };
        match self.open(events, parts, screen) {
            Ok(television) => self.television = Some(television),
            Err(error) => self.end(events, Err(error)),
        }
    }

    fn user_event(&mut self, events: &ActiveEventLoop, knock: Knock) {
        match knock {
            // The loop turns after each event.
            Knock::News => {}
            Knock::End => self.end(events, Ok(())),
        }
    }

    fn window_event(&mut self, events: &ActiveEventLoop, _window: WindowId, event: WindowEvent) {
        let Some(television) = &mut self.television else { return };
        match event {
            WindowEvent::CloseRequested => events.exit(),
            WindowEvent::Resized(size) => television.resize(size.into()),
            WindowEvent::RedrawRequested => television.surface.expose(),
            WindowEvent::ModifiersChanged(modifiers) => television.modifiers = modifiers.state(),
            WindowEvent::KeyboardInput { event, is_synthetic: false, .. } => television.key(&event),
            // What is down then goes up unseen.
            WindowEvent::Focused(false) => television.shell.release_keys(),
            _ => {}
        }
    }

    fn about_to_wait(&mut self, events: &ActiveEventLoop) {
        let Some(television) = &mut self.television else { return };
        match television.turn() {
            Ok(_) if television.shell.wants_exit() => events.exit(),
            Ok(next) => events.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil)),
            Err(error) => self.end(events, Err(EmulatorError::no_window(error))),
        }
    }
}

impl Television {
    fn resize(&mut self, size: (u32, u32)) {
        if self.surface.resize(size) {
            self.shell.rescale();
        }
    }

    fn key(&mut self, event: &winit::event::KeyEvent) {
        let Some(key) = keyboard::remote_key(&event.logical_key, self.modifiers) else { return };
        // X11 cannot always tell a repeat from a press.
        let phase = match event.state {
            ElementState::Pressed => Phase::Down(Hold::Signed),
            ElementState::Released => Phase::Up,
        };
        self.is_urgent = true;
        self.shell.key(KeyEvent { key, phase });
    }

    /// Does what is due, draws it, and returns when something is due next.
    fn turn(&mut self) -> Result<Option<Instant>, surface::Lost> {
        loop {
            update_timers_and_animations();
            self.shell.turn();
            if self.shell.wants_exit() || !self.draw()? {
                return Ok(self.next_turn());
            }
        }
    }

    /// Draws what is due; returns whether the shell was told and needs another turn.
    fn draw(&mut self) -> Result<bool, surface::Lost> {
        let now = Instant::now();
        if self.surface.is_hidden() || now < self.next_frame && !self.is_urgent {
            return Ok(false);
        }
        let state = self.shell.changes();
        if self.surface.draw()? {
            self.next_frame = now + FRAME;
        }
        self.is_urgent = false;
        let is_news = self.told.replace(state) != Some(state);
        if is_news {
            self.shell.presented();
        }
        Ok(is_news)
    }

    fn next_turn(&self) -> Option<Instant> {
        let now = Instant::now();
        let woken = self.shell.next_wake().map(|at| at.saturating_sub(self.shell.elapsed()));
        let timers = slint::platform::duration_until_next_timer_update();
        let due = [woken, timers].into_iter().flatten().min().map(|wait| now + wait);
        // An animation that changes nothing in sight draws nothing, and must not keep the processor busy.
        let moving = self.slint_window.has_active_animations().then(|| self.next_frame.max(now + FRAME));
        let skipped = (now < self.next_frame).then_some(self.next_frame);
        [due, skipped, moving].into_iter().flatten().min()
    }
}

/// Says where everything is.
fn announce(setup: &Setup) {
    println!("bonus API   {}", setup.api);
    if let Some(sandbox) = &setup.sandbox {
        let base = sandbox.base_url().trim_end_matches('/');
        println!("sign-in     {base}/tv");
        println!("API page    {base}/docs");
        if let Some(switches) = sandbox.control_url() {
            println!("switches    {switches}/docs");
        }
    }
}
