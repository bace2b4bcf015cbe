//! The window over a display that a test controls.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use slint::PhysicalSize;

use super::*;

const HD: Size = Size { width: 1280, height: 720 };
const FULL_HD: Size = Size { width: 1920, height: 1080 };

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The calls that a display got, and what it answers.
#[derive(Default)]
struct Script {
    size: Option<Size>,
    next: Option<Size>,
    log: Vec<String>,
    refusals: Vec<ShowError>,
    has_flipped: bool,
    is_immediate: bool,
}

#[derive(Clone, Default)]
struct Fake(Rc<RefCell<Script>>);

impl Fake {
    fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().log)
    }

    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().log.push(what.into());
    }

    fn refuse(&self, error: ShowError) {
        self.0.borrow_mut().refusals.push(error);
    }

    fn flip(&self) {
        self.0.borrow_mut().has_flipped = true;
    }

    /// Connects a screen of this size, or none; the notification has not come yet.
    fn connect(&self, size: Option<Size>) {
        self.0.borrow_mut().next = size;
    }
}

impl Display for Fake {
    fn size(&self) -> Option<Size> {
        self.0.borrow().size
    }

    fn show(&mut self, picture: &Picture, damage: &Damage) -> Result<Shown, ShowError> {
        if let Some(error) = self.0.borrow_mut().refusals.pop() {
            return Err(error);
        }
        let is_whole = damage.rects() == [Rect::whole(picture.size())];
        self.note(if is_whole { "whole" } else { "part" });
        Ok(if self.0.borrow().is_immediate { Shown::Now } else { Shown::AtFlip })
    }

    fn events(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn has_flipped(&mut self) -> bool {
        std::mem::take(&mut self.0.borrow_mut().has_flipped)
    }

    fn look(&mut self) -> Connection {
        let mut script = self.0.borrow_mut();
        let next = script.next;
        let before = std::mem::replace(&mut script.size, next);
        match (before, script.size) {
            (before, now) if before == now => Connection::Same,
            (_, None) => Connection::Gone,
            (_, Some(_)) => Connection::Changed,
        }
    }

    fn renew(&mut self) {
        self.note("renewed");
    }

    fn light(&mut self, light: Light) {
        self.note(format!("light {light:?}"));
    }

    fn lend(&mut self) {
        self.note("lent");
    }

    fn take_back(&mut self) -> Result<(), ShowError> {
        self.note("back");
        Ok(())
    }

    fn restore(&mut self) {
        self.note("restored");
    }
}

/// A window whose first picture is on the screen.
fn shown() -> (BoxWindow, Fake) {
    let (mut window, fake) = on(Some(HD));
    assert_eq!(window.draw(ms(0)), Drawn::InFlight);
    fake.flip();
    assert!(window.take_events());
    assert_eq!(fake.log(), ["whole"]);
    (window, fake)
}

fn on(size: Option<Size>) -> (BoxWindow, Fake) {
    let fake = Fake::default();
    (fake.0.borrow_mut().size, fake.0.borrow_mut().next) = (size, size);
    let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    (BoxWindow::with(window, Box::new(fake.clone()), FULL_HD), fake)
}

#[test]
fn one_picture_is_on_its_way_at_a_time() {
    let (mut window, fake) = on(Some(HD));
    assert_eq!(window.draw(ms(0)), Drawn::InFlight);
    window.undrawn.add(Rect { x: 0, y: 0, width: 5, height: 5 });
    assert_eq!(window.draw(ms(5)), Drawn::NotYet);
    fake.flip();
    assert!(window.take_events());
    assert_eq!(window.draw(ms(16)), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole", "part"]);
}

#[test]
fn a_still_picture_wakes_nobody() {
    let (mut window, _) = shown();
    assert_eq!(window.draw(ms(20)), Drawn::Nothing);
    assert_eq!(window.next_draw(ms(20)), None);
}

#[test]
fn what_is_asked_for_too_soon_is_drawn_later() {
    let (mut window, fake) = on(Some(HD));
    fake.0.borrow_mut().is_immediate = true;
    assert_eq!(window.draw(ms(0)), Drawn::OnScreen);
    assert_eq!(window.next_draw(ms(1)), None);
    // Slint alone knows what has changed until it draws.
    assert_eq!(window.draw(ms(5)), Drawn::NotYet);
    assert_eq!(window.next_draw(ms(5)), Some(FRAME));
    assert_eq!(window.draw(FRAME), Drawn::Nothing);
    assert_eq!(window.next_draw(FRAME), None);
}

#[test]
fn a_flip_that_is_never_told_is_given_up() {
    let (mut window, _) = on(Some(HD));
    window.draw(ms(0));
    window.undrawn.add(Rect { x: 0, y: 0, width: 5, height: 5 });
    assert_eq!(window.next_draw(ms(1)), Some(LOST_FLIP));
    assert_eq!(window.draw(LOST_FLIP), Drawn::InFlight);
}

#[test]
fn a_box_without_a_screen_waits_for_one() {
    let (mut window, fake) = on(None);
    assert_eq!(window.draw(ms(0)), Drawn::Hidden);
    assert_eq!(window.next_draw(ms(0)), None);
    fake.connect(Some(HD));
    window.look();
    assert!(window.take_resized(), "it is smaller than expected");
    assert_eq!(window.draw(ms(50)), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole"]);
}

#[test]
fn a_television_that_is_switched_off_and_on_gets_its_picture_back() {
    let (mut window, fake) = shown();
    fake.connect(None);
    window.look();
    assert_eq!(window.draw(ms(50)), Drawn::Hidden);
    fake.connect(Some(HD));
    window.look();
    assert!(!window.take_resized(), "nothing has to be drawn anew");
    assert_eq!(window.draw(ms(99)), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole"]);
}

#[test]
fn another_mode_gets_a_picture_of_its_size() {
    let (mut window, fake) = shown();
    fake.connect(Some(FULL_HD));
    window.look();
    assert!(window.take_resized());
    assert_eq!(window.picture.size(), FULL_HD);
    assert_eq!(window.window.size(), PhysicalSize::new(1920, 1080));
    assert_eq!(window.draw(ms(50)), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole"]);
}

#[test]
fn a_screen_that_another_program_has_is_asked_for_every_second() {
    let (mut window, fake) = on(Some(HD));
    fake.refuse(ShowError::NotOurs);
    fake.refuse(ShowError::NotOurs);
    assert_eq!(window.draw(ms(0)), Drawn::NotYet);
    assert_eq!(window.next_draw(ms(1)), Some(RETRY));
    assert_eq!(window.draw(ms(500)), Drawn::Hidden);
    assert_eq!(window.draw(RETRY), Drawn::NotYet);
    assert_eq!(window.draw(RETRY * 2), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole"]);
}

#[test]
fn a_screen_that_breaks_is_looked_at_again() {
    let (mut window, fake) = on(Some(HD));
    fake.refuse(ShowError::Broken(io::Error::other("unplugged")));
    assert_eq!(window.draw(ms(0)), Drawn::NotYet);
    fake.connect(None);
    assert_eq!(window.draw(RETRY), Drawn::Hidden);
    assert_eq!(window.next_draw(RETRY), None);
}

#[test]
fn a_busy_screen_gets_its_picture_a_frame_later() {
    let (mut window, fake) = on(Some(HD));
    fake.refuse(ShowError::Busy);
    assert_eq!(window.draw(ms(0)), Drawn::NotYet);
    assert_eq!(window.next_draw(ms(1)), Some(FRAME));
    assert_eq!(window.draw(FRAME), Drawn::InFlight);
}

#[test]
fn a_player_has_the_screen_until_it_ends() {
    let (mut window, fake) = shown();
    window.lend();
    window.lend();
    assert_eq!(window.draw(ms(50)), Drawn::Hidden);
    window.set_light(Light::Off);
    window.take_back();
    assert_eq!(window.draw(ms(99)), Drawn::InFlight);
    assert_eq!(fake.log(), ["lent", "back", "whole"]);
}

#[test]
fn a_dark_screen_is_redrawn_at_once_when_it_wakes() {
    let (mut window, fake) = shown();
    window.set_light(Light::Off);
    window.set_light(Light::Off);
    assert_eq!(window.draw(ms(50)), Drawn::Hidden);
    window.set_light(Light::On);
    assert_eq!(window.draw(ms(99)), Drawn::InFlight);
    assert_eq!(fake.log(), ["light Off", "light On", "whole"]);
}

#[test]
fn a_screen_that_is_plugged_in_while_dark_stays_dark() {
    let (mut window, fake) = shown();
    window.set_light(Light::Off);
    fake.connect(Some(FULL_HD));
    window.look();
    assert!(window.take_resized());
    assert_eq!(window.draw(ms(50)), Drawn::Hidden);
    assert_eq!(fake.log(), ["light Off", "light Off"]);
}

/// SCR-3: another mode is tried at once.
#[test]
fn a_refused_mode_gives_way_to_the_next_within_a_frame() {
    let (mut window, fake) = on(Some(FULL_HD));
    fake.refuse(ShowError::Broken(io::Error::from_raw_os_error(28)));
    fake.connect(Some(HD));
    assert_eq!(window.draw(ms(0)), Drawn::NotYet);
    assert_eq!(window.next_draw(ms(0)), Some(ms(0)));
    assert!(window.take_resized());
    assert_eq!(window.draw(ms(1)), Drawn::InFlight);
    assert_eq!(fake.log(), ["whole"]);
}

/// C13, SCR-2: a television that left and came between two looks.
#[test]
fn c13_a_television_that_left_and_came_unseen_gets_its_mode_anew() {
    let (mut window, fake) = shown();
    assert_eq!(window.look(), Connection::Same);
    window.renew();
    assert_eq!(window.draw(ms(50)), Drawn::InFlight);
    assert_eq!(fake.log(), ["renewed", "whole"]);
    window.lend();
    window.renew();
    assert_eq!(window.draw(ms(99)), Drawn::Hidden, "a player has the screen");
    window.take_back();
    window.set_light(Light::Off);
    window.renew();
    assert_eq!(window.draw(ms(150)), Drawn::Hidden, "it is dark");
    assert_eq!(fake.log(), ["lent", "renewed", "back", "light Off", "renewed"]);
}
