//! Which of the connectors is used, on one card and among cards. Pure.

/// What a connector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// HDMI, DisplayPort, DVI: the connector detects a television.
    Digital,
    /// A panel, a VGA monitor, a virtual machine's screen.
    Panel,
    /// Composite, S-Video and the like: many drivers always call them connected.
    Analogue,
}

/// What is known of a screen behind a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// It is there.
    Connected,
    /// The connector cannot detect it.
    Untold,
    /// It is not there, or has no mode.
    None,
}

/// A connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jack {
    /// What it is.
    pub(super) kind: Kind,
    /// Whether a screen hangs on it.
    pub(super) link: Link,
    /// Whether the picture is on it now.
    pub(super) is_used: bool,
}

/// How good a connector is for the menu; the least is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A screen that is there.
    Sure(Kind),
    /// A screen that may be there.
    Perhaps(Kind),
}

impl Rank {
    /// Whether nothing better can come.
    pub(super) fn is_best(self) -> bool {
        self == Self::Sure(Kind::Digital)
    }
}

impl Jack {
    /// Its rank; `None` if it is of no use.
    pub(super) fn rank(self) -> Option<Rank> {
        match self.link {
            Link::Connected => Some(Rank::Sure(self.kind)),
            Link::Untold => Some(Rank::Perhaps(self.kind)),
            Link::None => None,
        }
    }
}

/// The index of the best connector (SCR-1): a television behind HDMI before a jack that is always connected, in any
/// order of the driver; of equals the one in use, else the first.
pub(super) fn choose(jacks: &[Jack]) -> Option<usize> {
    let ranked = jacks.iter().enumerate().filter_map(|(at, jack)| Some((jack.rank()?, !jack.is_used, at)));
    ranked.min().map(|(_, _, at)| at)
}

/// The index of the card whose best connector is the best, the first of equals.
pub(super) fn choose_card(ranks: &[Option<Rank>]) -> Option<usize> {
    ranks.iter().enumerate().filter_map(|(at, rank)| Some(((*rank)?, at))).min().map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Analogue, Digital, Panel};
    use Link::{Connected, Untold};

    fn jack(kind: Kind, link: Link) -> Jack {
        Jack { kind, link, is_used: false }
    }

    /// A name, the jacks of a card, and which is used.
    type Row<'a> = (&'a str, &'a [(Kind, Link)], Option<usize>);

    /// C12, row by row: what a card has in its driver's order, and which is used.
    #[test]
    fn c12_a_television_comes_before_a_jack_that_is_always_connected() {
        let table: &[Row] = &[
            ("nothing", &[], None),
            ("nothing connected", &[(Digital, Link::None), (Panel, Link::None)], None),
            ("meson: composite first", &[(Analogue, Connected), (Digital, Connected)], Some(1)),
            ("the same without a television", &[(Analogue, Connected), (Digital, Link::None)], Some(0)),
            ("vc4: composite last", &[(Digital, Connected), (Analogue, Connected)], Some(0)),
            ("an untold jack", &[(Analogue, Untold), (Digital, Link::None)], Some(0)),
            ("connected before untold", &[(Digital, Untold), (Analogue, Connected)], Some(1)),
            ("untold television before untold jack", &[(Analogue, Untold), (Digital, Untold)], Some(1)),
            ("two televisions", &[(Digital, Connected), (Digital, Connected)], Some(0)),
            ("a panel and a television", &[(Panel, Connected), (Digital, Connected)], Some(1)),
            ("a panel and a jack", &[(Analogue, Connected), (Panel, Connected)], Some(1)),
        ];
        for (what, jacks, expected) in table {
            let jacks: Vec<Jack> = jacks.iter().map(|(kind, link)| jack(*kind, *link)).collect();
            assert_eq!(choose(&jacks), *expected, "{what}");
        }
    }

    #[test]
    fn c12_of_equals_the_one_in_use_stays_and_a_better_one_wins() {
        let used = Jack { is_used: true, ..jack(Digital, Connected) };
        assert_eq!(choose(&[jack(Digital, Connected), used]), Some(1));
        let composite = Jack { is_used: true, ..jack(Analogue, Connected) };
        assert_eq!(choose(&[composite, jack(Digital, Connected)]), Some(1), "HDMI has come");
    }

    #[test]
    fn the_card_with_the_best_screen_is_used() {
        let (best, jack, perhaps) =
            (Some(Rank::Sure(Digital)), Some(Rank::Sure(Analogue)), Some(Rank::Perhaps(Digital)));
        assert_eq!(choose_card(&[]), None);
        assert_eq!(choose_card(&[None, None]), None);
        assert_eq!(choose_card(&[None, jack, best]), Some(2));
        assert_eq!(choose_card(&[best, best]), Some(0));
        assert_eq!(choose_card(&[perhaps, jack]), Some(1));
        assert!(Rank::Sure(Digital).is_best() && !Rank::Perhaps(Digital).is_best() && !Rank::Sure(Panel).is_best());
    }
}
