//! The television in a desktop window.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use slint::{PlatformError, RenderingState, Timer, TimerMode};

use bonus_tv::engine::clock::SystemClock;
use bonus_tv::input::{Hold, KeyEvent, Phase, RemoteKey};
use bonus_tv::shell::{Parts, Shell};
use bonus_tv::view::bind::{KeyAction, Screen};

use super::args::Size;
use super::setup::{Setup, prepare};
use super::{Args, EmulatorError, desktop, desktop_keys};

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
    super::ending::watch(|| {
        // Refused until the loop has begun.
        while slint::quit_event_loop().is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
    })?;
    let width = args.size.or(args.tv_only.then_some(Size::FULL_HD)).map(|size| size.width);
    // SAFETY: the first thread is begun below. Without the file the start is slower and nothing else.
    let composed = unsafe { desktop::skip_composed_letters() };
    // Neither needs the other, and a start has no time to lose.
    let (window, setup) = std::thread::scope(|scope| {
        let preparing = scope.spawn(|| prepare(args));
        let window = desktop::select(width).and_then(|()| Screen::new());
        (window, preparing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    drop(composed);
    let (window, setup) = (window.map_err(EmulatorError::Window)?, setup?);
    announce(&setup);
    let shell: Rc<RefCell<Option<Shell>>> = Rc::default();
    let wake = Arc::new(|| {
        // The loop being over means there is nobody left to tell.
        let _ = slint::invoke_from_event_loop(turn_current);
    });
    let (parts, remains) = setup.into_parts(Box::new(SystemClock::start()), wake);
    connect_keys(&window, &shell);
    if args.tv_only {
        window.undecorate();
    }
    window.open().map_err(EmulatorError::Window)?;
    CURRENT.with_borrow_mut(|current| *current = Some((shell.clone(), Rc::default())));
    let failure: Rc<RefCell<Option<EmulatorError>>> = Rc::default();
    slint::spawn_local(switch_on(window, width, parts, shell.clone(), failure.clone()))
        .map_err(|error| EmulatorError::Window(PlatformError::Other(error.to_string())))?;
    let result = slint::run_event_loop().map_err(EmulatorError::Window);
    CURRENT.with_borrow_mut(Option::take);
    shell.borrow_mut().take();
    drop(remains);
    failure.borrow_mut().take().map_or(result, Err)
}

/// Starts the television once its window has its size: what is drawn before would be drawn twice.
async fn switch_on(
    window: Screen,
    width: Option<u32>,
    parts: Parts,
    shell: Rc<RefCell<Option<Shell>>>,
    failure: Rc<RefCell<Option<EmulatorError>>>,
) {
    let start = async {
        desktop::fit(window.window(), width).await.map_err(EmulatorError::Window)?;
        let started = Shell::start(parts, window)?;
        tell_of_frames(&started, &shell);
        *shell.borrow_mut() = Some(started);
        Ok(())
    };
    match start.await {
        Ok(()) => turn_current(),
        Err(error) => {
            *failure.borrow_mut() = Some(error);
            // Refused only when the loop is over already.
            let _ = slint::quit_event_loop();
        }
    }
}

type Current = (Rc<RefCell<Option<Shell>>>, Rc<Timer>);

thread_local! {
    /// The shell of this thread's window, for wake-ups that come from other threads.
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// One turn of the shell, and a timer for the next.
fn turn_current() {
    let Some((shell, timer)) = CURRENT.with_borrow(Clone::clone) else { return };
    let next = {
        let mut slot = shell.borrow_mut();
        let Some(shell) = slot.as_mut() else { return };
        shell.turn();
        if shell.wants_exit() {
            // Refused only when the loop is over already.
            let _ = slint::quit_event_loop();
            return;
        }
        shell.next_wake().map(|at| at.saturating_sub(shell.elapsed()))
    };
    match next {
        Some(wait) => timer.start(TimerMode::SingleShot, wait.max(Duration::from_millis(1)), turn_current),
        None => timer.stop(),
    }
}

fn connect_keys(window: &Screen, shell: &Rc<RefCell<Option<Shell>>>) {
    let shell = shell.clone();
    let is_control_down = std::cell::Cell::new(false);
    window.on_key(move |text, action| {
        let phase = match action {
            KeyAction::Pressed | KeyAction::Repeated => Phase::Down(Hold::Signed),
            KeyAction::Released => Phase::Up,
            KeyAction::AllReleased => {
                is_control_down.set(false);
                if let Ok(mut shell) = shell.try_borrow_mut()
                    && let Some(shell) = shell.as_mut()
                {
                    shell.release_keys();
                }
                return;
            }
        };
        if desktop_keys::is_control(text) {
            is_control_down.set(phase != Phase::Up);
            return;
        }
        let key = if is_control_down.get() && desktop_keys::is_quit_letter(text) {
            Some(RemoteKey::Leave)
        } else {
            desktop_keys::remote_key(text)
        };
        let Some(key) = key else { return };
        if let Some(shell) = shell.borrow_mut().as_mut() {
            shell.key(KeyEvent { key, phase });
        }
        turn_current();
    });
}

/// Tells the shell when a frame is on the screen.
fn tell_of_frames(started: &Shell, shell: &Rc<RefCell<Option<Shell>>>) {
    let shell = shell.clone();
    let told = started.screen().window().set_rendering_notifier(move |state, _| {
        if matches!(state, RenderingState::AfterRendering)
            && let Ok(mut shell) = shell.try_borrow_mut()
            && let Some(shell) = shell.as_mut()
        {
            shell.presented();
        }
    });
    if told.is_err() {
        tracing::debug!("this renderer does not tell of frames; a timer stands in for it");
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
