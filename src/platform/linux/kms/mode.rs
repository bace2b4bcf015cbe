//! Which of a television's modes is used. Pure.

use super::super::picture::Size;

/// What matters of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    /// Its size.
    pub(super) size: Size,
    /// Pictures a second.
    pub(super) refresh: u32,
    /// Whether the screen prefers it.
    pub(super) is_preferred: bool,
    /// Whether each picture comes in two halves.
    pub(super) is_interlaced: bool,
    /// Whether the screen shows it now: keeping it spares the viewer the black of a change.
    pub(super) is_current: bool,
}

/// Fewer pictures a second make the focus lag behind the keys.
const SMOOTH: u32 = 48;

/// The index of the mode for a picture of the wanted size, leaving out what was refused.
///
/// That size if the screen has it; else the screen's preferred mode if it is smaller, as that of a
/// small panel is; else the largest that is not larger than wanted, 16 to 9 before the others, so
/// that a weak box is not made to draw for a 4K screen; else the smallest there is. Standard definition, on which
/// small text cannot be read, comes after everything, halves after whole pictures, and 24 a second after 50.
pub(super) fn choose(offers: &[Offer], wanted: Size, refused: &Refused) -> Option<usize> {
    let fits = |offer: &Offer| offer.size.width <= wanted.width && offer.size.height <= wanted.height;
    let is_wide = |size: Size| {
        let (left, right) = (u64::from(size.width) * 9, u64::from(size.height) * 16);
        left.abs_diff(right) * 50 <= right
    };
    let rank = |offer: &Offer| {
        let kind = if offer.size == wanted {
            4
        } else if fits(offer) && offer.is_preferred && !offer.is_interlaced {
            3
        } else if fits(offer) && is_wide(offer.size) {
            2
        } else {
            u8::from(fits(offer))
        };
        // More than 60 pictures a second gain nothing, and 24 are visibly uneven.
        let refresh = 60 - offer.refresh.min(120).abs_diff(60).min(60);
        let size = if kind == 0 { u64::MAX - area(offer.size) } else { area(offer.size) };
        let is_smooth = offer.refresh >= SMOOTH;
        let is_sharp = !is_standard_definition(offer.size);
        (is_sharp, !offer.is_interlaced, is_smooth, kind, size, offer.is_current, offer.is_preferred, refresh)
    };
    let is_usable = |at: &usize| offers.get(*at).is_some_and(|offer| makes_sense(offer) && refused.allows(offer));
    // The first of equals: screens list their better modes first.
    (0..offers.len()).rev().filter(is_usable).max_by_key(|at| offers.get(*at).map(rank))
}

fn area(size: Size) -> u64 {
    u64::from(size.width) * u64::from(size.height)
}

/// The lines of television before high definition, whatever the number of columns.
fn is_standard_definition(size: Size) -> bool {
    matches!(size.height, 240 | 288 | 480 | 576) && matches!(size.width, 640 | 704 | 720 | 1440 | 2880)
}

/// A wrong EDID can hold anything.
fn makes_sense(offer: &Offer) -> bool {
    let Size { width, height } = offer.size;
    (320..=8192).contains(&width) && (200..=8192).contains(&height) && (20..=500).contains(&offer.refresh)
}

/// The modes that the card or the driver has refused since the screen was connected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Refused {
    modes: Vec<(Size, u32, bool)>,
    /// Modes of this many pixels or more find no memory.
    too_large: Option<u64>,
}

/// Why a mode cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no memory for its pictures.
    Memory,
    /// The driver does not set it.
    Mode,
}

impl Refused {
    /// Records a refusal; returns whether it is the first one.
    pub(super) fn add(&mut self, offer: &Offer, why: Refusal) -> bool {
        let is_first = self.modes.is_empty() && self.too_large.is_none();
        match why {
            Refusal::Memory => self.too_large = Some(self.too_large.unwrap_or(u64::MAX).min(area(offer.size))),
            Refusal::Mode => self.modes.push((offer.size, offer.refresh, offer.is_interlaced)),
        }
        is_first
    }

    fn allows(&self, offer: &Offer) -> bool {
        let is_small_enough = self.too_large.is_none_or(|limit| area(offer.size) < limit);
        is_small_enough && !self.modes.contains(&(offer.size, offer.refresh, offer.is_interlaced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL_HD: Size = Size { width: 1920, height: 1080 };
    const HD: Size = Size { width: 1280, height: 720 };

    fn mode(width: u32, height: u32, refresh: u32) -> Offer {
        Offer { size: Size { width, height }, refresh, is_preferred: false, is_interlaced: false, is_current: false }
    }

    fn choose(offers: &[Offer], wanted: Size) -> Option<usize> {
        super::choose(offers, wanted, &Refused::default())
    }

    fn preferred(width: u32, height: u32) -> Offer {
        Offer { is_preferred: true, ..mode(width, height, 60) }
    }

    #[test]
    fn the_wanted_size_wins_over_the_screens_favourite() {
        let television = [preferred(3840, 2160), mode(1920, 1080, 60), mode(1280, 720, 60), mode(720, 576, 50)];
        assert_eq!(choose(&television, FULL_HD), Some(1));
        assert_eq!(choose(&television, HD), Some(2));
    }

    #[test]
    fn sixty_whole_pictures_a_second_are_liked_best() {
        let interlaced = Offer { is_interlaced: true, ..mode(1920, 1080, 60) };
        let television = [interlaced, mode(1920, 1080, 24), mode(1920, 1080, 50), mode(1920, 1080, 60)];
        assert_eq!(choose(&television, FULL_HD), Some(3));
        assert_eq!(choose(&television[..3], FULL_HD), Some(2));
        assert_eq!(choose(&television[..1], FULL_HD), Some(0));
    }

    #[test]
    fn a_smaller_panel_gets_its_own_size() {
        let panel = [mode(1024, 768, 60), preferred(1366, 768), mode(1280, 720, 60)];
        assert_eq!(choose(&panel, FULL_HD), Some(1));
    }

    #[test]
    fn a_larger_screen_gets_the_next_smaller_wide_mode() {
        let screen = [preferred(3840, 2160), mode(1600, 1200, 60), mode(1280, 720, 60), mode(1920, 1200, 60)];
        assert_eq!(choose(&screen, FULL_HD), Some(2));
        let square = [preferred(2560, 1600), mode(1280, 1024, 60), mode(800, 600, 60)];
        assert_eq!(choose(&square, FULL_HD), Some(1));
    }

    #[test]
    fn a_screen_with_nothing_small_gets_its_smallest() {
        assert_eq!(choose(&[preferred(3840, 2160), mode(2560, 1440, 60)], FULL_HD), Some(1));
        assert_eq!(choose(&[], FULL_HD), None);
    }

    /// C15, SCR-4, row by row: what a television offers, what is wanted, and what is set.
    #[test]
    fn c15_text_that_can_be_read_comes_first() {
        let interlaced = |mode: Offer| Offer { is_interlaced: true, ..mode };
        let liked = |mode: Offer| Offer { is_preferred: true, ..mode };
        let (full, sd) = (interlaced(mode(1920, 1080, 50)), mode(720, 576, 50));
        let table: &[(&str, Vec<Offer>, Size, usize)] = &[
            ("1080i before 576p", vec![full, sd], FULL_HD, 0),
            ("in any order", vec![sd, full], FULL_HD, 1),
            ("also where 576p is liked", vec![full, liked(sd)], FULL_HD, 0),
            ("also for 720 lines", vec![full, sd], HD, 0),
            ("480p likewise", vec![mode(720, 480, 60), interlaced(mode(1920, 1080, 60))], FULL_HD, 1),
            ("a panel's 768p before 1080i", vec![full, liked(mode(1366, 768, 60))], FULL_HD, 1),
            ("720p before 1080i", vec![full, mode(1280, 720, 50)], FULL_HD, 1),
            ("576p before 576i", vec![interlaced(mode(720, 576, 50)), sd], FULL_HD, 1),
            ("576p before a wide 480i", vec![interlaced(mode(1440, 480, 60)), sd], FULL_HD, 1),
            ("4K gets 1080p", vec![liked(mode(3840, 2160, 60)), mode(1920, 1080, 60), sd], FULL_HD, 1),
            ("4K without 1080p gets 720p", vec![liked(mode(3840, 2160, 60)), mode(1280, 720, 60)], FULL_HD, 1),
            ("720p at 60 before 1080p at 24", vec![mode(1920, 1080, 24), mode(1280, 720, 60)], FULL_HD, 1),
            ("1080p at 24 before 1080i", vec![full, mode(1920, 1080, 24)], FULL_HD, 1),
            ("1080p at 50 before 1080p at 30", vec![mode(1920, 1080, 30), mode(1920, 1080, 50)], FULL_HD, 1),
        ];
        for (what, offers, wanted, expected) in table {
            assert_eq!(choose(offers, *wanted), Some(*expected), "{what}");
        }
    }

    #[test]
    fn the_mode_that_is_shown_stays_if_it_is_as_good() {
        let current = |mode: Offer| Offer { is_current: true, ..mode };
        assert_eq!(choose(&[mode(1920, 1080, 60), current(mode(1920, 1080, 50))], FULL_HD), Some(1));
        assert_eq!(choose(&[mode(1920, 1080, 60), current(mode(1920, 1080, 24))], FULL_HD), Some(0));
        assert_eq!(choose(&[mode(1920, 1080, 60), current(mode(1280, 720, 60))], FULL_HD), Some(0));
    }

    #[test]
    fn what_a_wrong_edid_says_is_left_out() {
        let wrong =
            [mode(0, 0, 60), mode(1920, 0, 60), mode(65_535, 65_535, 60), mode(1920, 1080, 0), mode(1, 1, 9999)];
        assert_eq!(choose(&wrong, FULL_HD), None);
        let one_right = [wrong.as_slice(), &[mode(1024, 768, 60)]].concat();
        assert_eq!(choose(&one_right, FULL_HD), Some(wrong.len()), "the kernel's guess without an EDID");
    }

    /// SCR-3.
    #[test]
    fn a_refused_mode_leads_to_the_next_one_and_no_memory_to_a_smaller_one() {
        let television =
            [mode(1920, 1080, 60), mode(1920, 1080, 50), mode(1280, 720, 60), mode(720, 576, 50), mode(640, 480, 60)];
        let mut refused = Refused::default();
        let mut order = Vec::new();
        while let Some(at) = super::choose(&television, FULL_HD, &refused) {
            assert_eq!(refused.add(&television[at], Refusal::Mode), order.is_empty(), "told once");
            order.push(at);
        }
        assert_eq!(order, [0, 1, 2, 3, 4]);
        let mut refused = Refused::default();
        let mut order = Vec::new();
        while let Some(at) = super::choose(&television, FULL_HD, &refused) {
            refused.add(&television[at], Refusal::Memory);
            order.push(at);
        }
        assert_eq!(order, [0, 2, 3, 4], "another rate needs as much memory");
    }
}
