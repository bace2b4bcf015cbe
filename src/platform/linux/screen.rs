//! The box's screen: none yet, a frame buffer, or a card, as the kernel has it now (SCR-5).
//!
//! A program that is started before the driver waits here, and a frame buffer gives way to the card that comes later.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::display::{Connection, Display, Light, ShowError, Shown, Tenure};
use super::fbdev::FrameBuffer;
use super::kms::Kms;
use super::picture::{Damage, Picture, Size};
use super::{OpenError, Wish};

/// How often a device is looked for where there is none: its node comes before the right to open it.
const LOOK: Duration = Duration::from_secs(2);

/// Where displays come from.
pub(super) trait Devices {
    /// A card.
    fn card(&mut self) -> Result<Box<dyn Display>, OpenError>;
    /// A frame buffer.
    fn frame_buffer(&mut self) -> Result<Box<dyn Display>, OpenError>;
}

/// Those of the kernel.
pub(super) struct Kernel(pub(super) Wish);

impl Devices for Kernel {
    fn card(&mut self) -> Result<Box<dyn Display>, OpenError> {
        Ok(Box::new(Kms::open(self.0)?))
    }

    fn frame_buffer(&mut self) -> Result<Box<dyn Display>, OpenError> {
        Ok(Box::new(FrameBuffer::open(self.0)?))
    }
}

/// The screen.
pub(super) struct Screen<D> {
    devices: D,
    display: Option<Box<dyn Display>>,
    is_light_off: bool,
    is_lent: bool,
    /// The missing screen has been logged.
    is_told: bool,
}

impl<D: Devices> Screen<D> {
    /// Opens what there is.
    pub(super) fn open(devices: D) -> Self {
        let mut screen = Self { devices, display: None, is_light_off: false, is_lent: false, is_told: false };
        screen.display = screen.search();
        screen
    }

    fn search(&mut self) -> Option<Box<dyn Display>> {
        let found = match self.devices.card() {
            Ok(card) => Ok(card),
            Err(no_card) => match self.devices.frame_buffer() {
                Ok(frame_buffer) => Ok(frame_buffer),
                // The error of a card that cannot be opened is more useful than that of a missing frame buffer.
                Err(OpenError::NoCard) => Err(no_card),
                Err(refused) => Err(refused),
            },
        };
        match found {
            Ok(display) => {
                self.is_told = false;
                Some(display)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_told, true) {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::error!(%error, cause, "waiting for a screen");
                }
                None
            }
        }
    }

    /// Uses another display from now on.
    fn change(&mut self, display: Option<Box<dyn Display>>) -> Connection {
        let had_screen = self.size().is_some();
        // Drop the old display first: it restores the earlier picture while it still can.
        self.display = None;
        self.display = display;
        if let Some(display) = &mut self.display {
            if self.is_light_off {
                display.light(Light::Off);
            }
            if self.is_lent {
                display.lend();
            }
        }
        match (had_screen, self.size().is_some()) {
            (_, true) => Connection::Changed,
            (true, false) => Connection::Gone,
            (false, false) => Connection::Same,
        }
    }
}

impl<D: Devices> Display for Screen<D> {
    fn size(&self) -> Option<Size> {
        self.display.as_ref()?.size()
    }

    fn show(&mut self, picture: &Picture, damage: &Damage) -> Result<Shown, ShowError> {
        self.display.as_mut().ok_or(ShowError::NoScreen)?.show(picture, damage)
    }

    fn events(&self) -> Option<BorrowedFd<'_>> {
        self.display.as_ref()?.events()
    }

    fn has_flipped(&mut self) -> bool {
        self.display.as_mut().is_some_and(|display| display.has_flipped())
    }

    fn look(&mut self) -> Connection {
        let Some(display) = &mut self.display else {
            let found = self.search();
            return if found.is_some() { self.change(found) } else { Connection::Same };
        };
        let connection = display.look();
        match display.tenure() {
            Tenure::Lasting => connection,
            Tenure::UntilCard => match self.devices.card() {
                Ok(card) if card.size().is_some() => self.change(Some(card)),
                Ok(_) | Err(_) => connection,
            },
            Tenure::Over => {
                let found = self.search();
                self.change(found)
            }
        }
    }

    fn renew(&mut self) {
        if let Some(display) = &mut self.display {
            display.renew();
        }
    }

    fn look_every(&self) -> Option<Duration> {
        self.display.as_ref().map_or(Some(LOOK), |display| display.look_every())
    }

    fn light(&mut self, light: Light) {
        self.is_light_off = light == Light::Off;
        if let Some(display) = &mut self.display {
            display.light(light);
        }
    }

    fn lend(&mut self) {
        self.is_lent = true;
        if let Some(display) = &mut self.display {
            display.lend();
        }
    }

    fn take_back(&mut self) -> Result<(), ShowError> {
        self.is_lent = false;
        self.display.as_mut().ok_or(ShowError::NoScreen)?.take_back()
    }

    fn restore(&mut self) {
        if let Some(display) = &mut self.display {
            display.restore();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io;
    use std::rc::Rc;

    use super::*;

    const HD: Size = Size { width: 1280, height: 720 };
    const FULL_HD: Size = Size { width: 1920, height: 1080 };

    /// What the kernel has at the moment.
    #[derive(Default)]
    struct Shelf {
        card: Option<Option<Size>>,
        frame_buffer: Option<Size>,
        is_refused: bool,
        is_over: bool,
        log: Vec<&'static str>,
    }

    #[derive(Clone, Default)]
    struct Fake(Rc<RefCell<Shelf>>);

    struct FakeDisplay {
        size: Option<Size>,
        tenure: Tenure,
        shelf: Rc<RefCell<Shelf>>,
    }

    impl Devices for Fake {
        fn card(&mut self) -> Result<Box<dyn Display>, OpenError> {
            let shelf = self.0.borrow();
            if shelf.is_refused {
                return Err(OpenError::Refused("/dev/dri/card0".into(), io::ErrorKind::PermissionDenied.into()));
            }
            let size = shelf.card.ok_or(OpenError::NoCard)?;
            Ok(Box::new(FakeDisplay { size, tenure: Tenure::Lasting, shelf: self.0.clone() }))
        }

        fn frame_buffer(&mut self) -> Result<Box<dyn Display>, OpenError> {
            let size = Some(self.0.borrow().frame_buffer.ok_or(OpenError::NoCard)?);
            Ok(Box::new(FakeDisplay { size, tenure: Tenure::UntilCard, shelf: self.0.clone() }))
        }
    }

    impl Display for FakeDisplay {
        fn size(&self) -> Option<Size> {
            self.size
        }

        fn show(&mut self, _: &Picture, _: &Damage) -> Result<Shown, ShowError> {
            Ok(Shown::Now)
        }

        fn events(&self) -> Option<BorrowedFd<'_>> {
            None
        }

        fn has_flipped(&mut self) -> bool {
            false
        }

        fn look(&mut self) -> Connection {
            Connection::Same
        }

        fn tenure(&self) -> Tenure {
            if self.shelf.borrow().is_over { Tenure::Over } else { self.tenure }
        }

        fn light(&mut self, _: Light) {
            self.shelf.borrow_mut().log.push("light");
        }

        fn lend(&mut self) {
            self.shelf.borrow_mut().log.push("lend");
        }

        fn take_back(&mut self) -> Result<(), ShowError> {
            Ok(())
        }

        fn restore(&mut self) {}
    }

    fn screen() -> (Screen<Fake>, Fake) {
        let fake = Fake::default();
        (Screen::open(fake.clone()), fake)
    }

    #[test]
    fn c18_a_screen_device_that_is_missing_is_waited_for() {
        let (mut screen, fake) = screen();
        assert_eq!((screen.size(), screen.look_every()), (None, Some(LOOK)));
        for _ in 0..60 {
            assert_eq!(screen.look(), Connection::Same);
        }
        assert!(matches!(screen.show(&Picture::black(HD), &Damage::default()), Err(ShowError::NoScreen)));
        fake.0.borrow_mut().is_refused = true;
        assert_eq!(screen.look(), Connection::Same, "its rights come later");
        (fake.0.borrow_mut().is_refused, fake.0.borrow_mut().card) = (false, Some(Some(FULL_HD)));
        assert_eq!(screen.look(), Connection::Changed);
        assert_eq!((screen.size(), screen.look_every()), (Some(FULL_HD), None));
    }

    #[test]
    fn c18_a_card_without_a_television_ends_the_search() {
        let (mut screen, fake) = screen();
        fake.0.borrow_mut().card = Some(None);
        assert_eq!((screen.look(), screen.size(), screen.look_every()), (Connection::Same, None, None));
    }

    #[test]
    fn c17_a_frame_buffer_gives_way_to_a_card_with_a_screen() {
        let fake = Fake::default();
        fake.0.borrow_mut().frame_buffer = Some(HD);
        let mut screen = Screen::open(fake.clone());
        assert_eq!((screen.size(), screen.look()), (Some(HD), Connection::Same));
        fake.0.borrow_mut().card = Some(None);
        assert_eq!((screen.look(), screen.size()), (Connection::Same, Some(HD)), "it has no screen yet");
        fake.0.borrow_mut().card = Some(Some(FULL_HD));
        assert_eq!((screen.look(), screen.size()), (Connection::Changed, Some(FULL_HD)));
        fake.0.borrow_mut().card = None;
        assert_eq!((screen.look(), screen.size()), (Connection::Same, Some(FULL_HD)), "and never takes it back");
    }

    #[test]
    fn c17_a_device_that_is_gone_is_replaced_or_waited_for() {
        let fake = Fake::default();
        fake.0.borrow_mut().frame_buffer = Some(HD);
        let mut screen = Screen::open(fake.clone());
        (fake.0.borrow_mut().is_over, fake.0.borrow_mut().frame_buffer) = (true, None);
        assert_eq!((screen.look(), screen.size()), (Connection::Gone, None));
        assert_eq!(screen.look_every(), Some(LOOK));
        (fake.0.borrow_mut().is_over, fake.0.borrow_mut().card) = (false, Some(Some(HD)));
        assert_eq!(screen.look(), Connection::Changed);
    }

    #[test]
    fn a_screen_that_comes_late_is_dark_or_lent_as_the_one_before() {
        let (mut screen, fake) = screen();
        screen.light(Light::Off);
        screen.lend();
        fake.0.borrow_mut().card = Some(Some(HD));
        assert_eq!(screen.look(), Connection::Changed);
        assert_eq!(fake.0.borrow().log, ["light", "lend"]);
    }
}
