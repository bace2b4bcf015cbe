//! Scaling along one axis: which pixels a pixel is mixed from, and where a change shows. Pure.

/// The pixels of one axis that a pixel of a scaled picture is mixed from, with weights that make 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taps(pub(super) [(u32, u32); Self::MOST]);

impl Taps {
    /// Nothing is made smaller than a third.
    const MOST: usize = 4;

    pub(super) fn of(at: u32, from: u32, to: u32) -> Self {
        let mut taps = [(0, 0); Self::MOST];
        let (at, from, to) = (u64::from(at), u64::from(from.max(1)), u64::from(to.max(1)));
        let last = from - 1;
        let mut set = |place: usize, index: u64, weight: u64| {
            let narrow = |number: u64| u32::try_from(number).unwrap_or(0);
            if let Some(tap) = taps.get_mut(place) {
                *tap = (narrow(index.min(last)), narrow(weight));
            }
        };
        if to >= from {
            // Between the two pixels whose centres are nearest.
            let centre = ((2 * at + 1) * from * 128 / to).saturating_sub(128);
            set(0, centre / 256, 256 - centre % 256);
            set(1, centre / 256 + 1, centre % 256);
        } else {
            // All that lies below it, by area.
            let (begin, end) = (at * from * 256 / to, (at + 1) * from * 256 / to);
            let mut rest = 256;
            for place in (1..Self::MOST).rev() {
                let index = begin / 256 + place as u64;
                let covered = end.min((index + 1) * 256).saturating_sub(begin.max(index * 256));
                let weight = (covered * 256 / (end - begin).max(1)).min(rest);
                set(place, index, weight);
                rest -= weight;
            }
            set(0, begin / 256, rest);
        }
        Self(taps)
    }
}

/// The pixels of a scaled axis that a change of these shows in.
pub(super) fn stretched(first: u32, count: u32, from: u32, to: u32) -> (u32, u32) {
    let (first, end) = (u64::from(first), u64::from(first) + u64::from(count));
    let (from, to) = (u64::from(from.max(1)), u64::from(to));
    let reach = to / from + 1;
    let begin = (first * to / from).saturating_sub(reach);
    let end = (end * to).div_ceil(from) + reach;
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    (narrow(begin), narrow(end - begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_make_a_whole_at_every_scale() {
        for (from, to) in
            [(1024, 720), (853, 720), (720, 720), (1920, 3840), (1280, 1920), (1024, 1440), (7, 3), (1, 9)]
        {
            for at in 0..to {
                let Taps(taps) = Taps::of(at, from, to);
                assert_eq!(taps.iter().map(|(_, weight)| weight).sum::<u32>(), 256, "{at} {from} {to} {taps:?}");
                let middle = u64::from(at) * u64::from(from) / u64::from(to);
                let is_near = |index: u32| u64::from(index).abs_diff(middle) <= 3;
                assert!(taps.iter().all(|(index, weight)| *weight == 0 || (*index < from && is_near(*index))));
            }
        }
    }
}
