//! Which of a television's modes is used. Pure.

use super::super::picture::Size;

/// What matters of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    /// Its size.
    pub(super) size: Size,
    /// Pictures a second.
    pub(super) refresh: u32,
    /// Whether the screen likes it best.
    pub(super) is_preferred: bool,
    /// Whether each picture comes in two halves.
    pub(super) is_interlaced: bool,
}

/// The index of the mode for a picture of the wanted size.
///
/// That size if the screen has it; else the screen's own favourite if it is smaller, as that of a
/// small panel is; else the largest that is not larger than wanted, 16 to 9 before the others, so
/// that a weak box is not made to draw for a 4K screen; else the smallest there is.
pub(super) fn choose(offers: &[Offer], wanted: Size) -> Option<usize> {
    let area = |size: Size| u64::from(size.width) * u64::from(size.height);
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
        // Nothing is gained by more than 60 pictures a second, and 24 are seen.
        let refresh = 60 - offer.refresh.min(120).abs_diff(60).min(60);
        let size = if kind == 0 { u64::MAX - area(offer.size) } else { area(offer.size) };
        (!offer.is_interlaced, kind, size, offer.is_preferred, refresh)
    };
    // The first of equals: screens list their better modes first.
    (0..offers.len()).rev().max_by_key(|at| offers.get(*at).map(rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL_HD: Size = Size { width: 1920, height: 1080 };
    const HD: Size = Size { width: 1280, height: 720 };

    fn mode(width: u32, height: u32, refresh: u32) -> Offer {
        Offer { size: Size { width, height }, refresh, is_preferred: false, is_interlaced: false }
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
}
