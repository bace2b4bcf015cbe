//! The words in which the seed data describe a picture.

use serde::Deserialize;

/// What a picture is made of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ArtSpec {
    pub style: Style,
    pub palette: Palette,
    pub motif: Motif,
}

macro_rules! words {
    ($(#[$note:meta])* $name:ident { $($word:ident),* $(,)? }) => {
        $(#[$note])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($word),*
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];
        }
    };
}

words! {
    /// The composition.
    Style {
        Diagonal, Circles, Stripes, Rays, Letter, Dots, Horizon, Filmstrip, Arcs, Silhouette, Cutout, Skyline,
    }
}

words! {
    /// Four colours that go together: ground, ink, accent and second.
    Palette {
        Kino, Night, Teal, Ochre, Brick, Forest, Plum, Ice, Sand, Ink, Violet, Mint, Cobalt, Coral, Steel, Wine,
    }
}

words! {
    /// The object in the picture.
    Motif {
        Anchor, Arrow, Balloons, Bat, Blocks, Boat, Book, Bow, Bowler, Box, Bubble, Camera, Candle, Clock, Coins, Controller,
        Cross, Crown, Diamond, Disk, Door, Eye, Film, Fire, Flag, Flower, Gear, Gift, Globe, Hand, Hat, Heart, Key,
        Mask, Microphone, Moon, Mountain, Needle, Pencil, Percent, Phone, Pitch, Plane, PlayPause, Reel, Rocket,
        Rook, Rooms, Scissors, Screen, Shield, Ship, Smoke, Spade, Spiral, Stairs, Star, Strongbox, Sun, Sword, Tower, Train, Wave,
        Wheat, Wheel,
    }
}
