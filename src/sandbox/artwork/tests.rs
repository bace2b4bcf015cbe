//! Tests of the artwork: every picture fits its frame and is drawn from the seed alone.

use std::collections::BTreeMap;

use resvg::usvg::{Node, Text};

use super::{
    palette::contrast,
    typeset::{CAPITAL, escape},
    *,
};

const VARIANTS: [Variant; 3] = [Variant::Poster, Variant::Tile, Variant::Backdrop];

fn images(seed: &Seed) -> Vec<String> {
    let mut ids: Vec<String> = seed.offers.iter().map(|offer| offer.image.clone()).collect();
    ids.extend((0..24).map(|number| format!("{SYNTHETIC}{number}")));
    ids
}

fn pixels(artist: &Artist, seed: &Seed, id: &str, variant: Variant, (width, height): (u32, u32)) -> Pixmap {
    let png = artist.draw(seed, id, variant, width, height).expect("an image could not be drawn");
    Pixmap::decode_png(&png).expect("the image is no PNG")
}

/// Mean difference of the colour channels, 0 to 255.
fn difference(one: &Pixmap, other: &Pixmap) -> f64 {
    let sum: u64 = one.data().iter().zip(other.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.data().len() as f64
}

/// Every line of text in a picture, by walking the tree.
fn texts(nodes: &[Node], visit: &mut impl FnMut(&Text)) {
    for node in nodes {
        match node {
            Node::Group(group) => texts(group.children(), visit),
            Node::Text(text) => visit(text),
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}

fn tree(artist: &Artist, page: &str) -> Tree {
    let options = Options { fontdb: Arc::clone(&artist.fonts), ..Options::default() };
    Tree::from_str(page, &options).expect("a page is no SVG")
}

#[test]
fn every_image_draws_in_every_variant_at_the_asked_size() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for id in images(&seed) {
        for (variant, size) in VARIANTS.into_iter().zip([(120, 180), (200, 113), (320, 180)]) {
            let picture = pixels(&artist, &seed, &id, variant, size);
            assert_eq!((picture.width(), picture.height()), size, "{id} {variant:?}");
            assert!(picture.pixels().iter().all(|pixel| pixel.alpha() == 255), "{id} {variant:?} has holes");
        }
    }
}

#[test]
fn extreme_sizes_draw_too() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for variant in VARIANTS {
        for size in [(16, 16), (1920, 16), (16, 1080), (1920, 1080)] {
            let picture = pixels(&artist, &seed, "film-mr-west", variant, size);
            assert_eq!((picture.width(), picture.height()), size);
        }
    }
}

#[test]
fn sizes_out_of_range_and_unknown_images_are_refused() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for (width, height) in [(15, 100), (1921, 100), (100, 15), (100, 1081), (0, 0)] {
        let refused = artist.draw(&seed, "film-potemkin", Variant::Poster, width, height);
        assert!(matches!(refused, Err(ArtworkError::Size { .. })));
    }
    for id in ["film-none", "", "generated", "<svg/>"] {
        assert!(matches!(artist.draw(&seed, id, Variant::Tile, 400, 225), Err(ArtworkError::Unknown(_))));
    }
}

/// No request may take more than 64 MB: a picture is drawn on its page alone, without a layer for a clip, a mask or a
/// group that is half transparent. The page and its copy for the file are 17 MB at most.
#[test]
fn no_drawing_needs_a_layer() {
    fn layers(nodes: &[Node]) -> usize {
        let of_group = |group: &resvg::usvg::Group| usize::from(group.should_isolate()) + layers(group.children());
        nodes.iter().map(|node| if let Node::Group(group) = node { of_group(group) } else { 0 }).sum()
    }
    let (artist, mut seed) = (Artist::new(), Seed::embedded());
    let clipped = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><clipPath id='a'><rect width='4' \
                   height='4'/></clipPath><g clip-path='url(#a)'><rect width='9' height='9'/></g></svg>";
    assert_eq!(layers(tree(&artist, clipped).root().children()), 1, "a layer is seen");
    // Each composition with each motif, and what is on sale.
    let id = seed.offers.first().expect("something is on sale").image.clone();
    let mut pages: Vec<String> = Vec::new();
    for style in Style::ALL {
        for motif in Motif::ALL {
            let offer = seed.offers.first_mut().expect("something is on sale");
            (offer.art.style, offer.art.motif) = (*style, *motif);
            for variant in VARIANTS {
                pages.push(artist.page(&seed, &id, variant, 1920, 1080).expect("no page"));
            }
        }
    }
    for id in images(&Seed::embedded()) {
        for variant in VARIANTS {
            pages.push(artist.page(&Seed::embedded(), &id, variant, 1920, 1080).expect("no page"));
        }
    }
    for page in pages {
        assert_eq!(layers(tree(&artist, &page).root().children()), 0, "{page}");
    }
}

#[test]
fn posters_differ_from_each_other() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    let posters: BTreeMap<String, Pixmap> = seed
        .offers
        .iter()
        .map(|offer| (offer.image.clone(), pixels(&artist, &seed, &offer.image, Variant::Poster, (80, 120))))
        .collect();
    for (index, (id, poster)) in posters.iter().enumerate() {
        for (other_id, other) in posters.iter().skip(index + 1) {
            let difference = difference(poster, other);
            assert!(difference > 6.0, "{id} and {other_id} differ by {difference:.1} only");
        }
    }
}

#[test]
fn the_same_image_is_the_same_to_the_byte() {
    let seed = Seed::embedded();
    let draw = |id: &str| Artist::new().draw(&seed, id, Variant::Poster, 240, 360).expect("no image");
    assert_eq!(draw("film-metropolis"), draw("film-metropolis"));
    assert_eq!(draw("generated-77"), draw("generated-77"));
    assert_ne!(draw("generated-77"), draw("generated-78"));
}

#[test]
fn text_stays_inside_the_page() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    let mut letters = String::new();
    for id in images(&seed) {
        for (variant, (width, height)) in [(Variant::Poster, (240, 360)), (Variant::Tile, (400, 225))] {
            let page = artist.page(&seed, &id, variant, width, height).expect("no page");
            texts(tree(&artist, &page).root().children(), &mut |text| {
                let font_size = text.chunks().iter().flat_map(|chunk| chunk.spans()).map(|span| span.font_size().get());
                let size = font_size.fold(0.0, f32::max);
                // The big letterform is meant to leave the page.
                if size > 70.0 {
                    return;
                }
                let ink = text.flattened().abs_bounding_box();
                let bounds = (0.0..=width as f32, 0.0..=height as f32);
                let inside = bounds.0.contains(&ink.left()) && bounds.0.contains(&ink.right());
                assert!(inside, "{id} {variant:?}: {ink:?}");
                assert!(bounds.1.contains(&ink.top()) && bounds.1.contains(&ink.bottom()), "{id} {variant:?}: {ink:?}");
                assert!(size >= 7.0, "{id} {variant:?}: type of {size} cannot be read");
                letters.extend(text.chunks().iter().map(|chunk| chunk.text()));
            });
        }
    }
    assert!(letters.contains("ТВОЁ"), "no headline was found, so nothing was tested");
}

#[test]
fn tile_text_stays_in_its_column() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for offer in &seed.offers {
        let page = artist.page(&seed, &offer.image, Variant::Tile, 400, 225).expect("no page");
        texts(tree(&artist, &page).root().children(), &mut |text| {
            let ink = text.flattened().abs_bounding_box();
            let in_art = ink.left() > 208.0 || ink.height() > 70.0;
            assert!(in_art || ink.right() <= 208.0, "{}: {ink:?}", offer.id);
        });
    }
}

#[test]
fn measured_widths_cover_the_drawn_ones() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for offer in &seed.offers {
        for (font, words) in [(Font::Headline, offer.title.to_uppercase()), (Font::Text, offer.subtitle.clone())] {
            if words.is_empty() {
                continue;
            }
            let line = typeset::text(font, typeset::Anchor::Start, (0.0, 100.0), 50.0, "#000000", &words);
            let page = format!("<svg xmlns='http://www.w3.org/2000/svg' width='4000' height='200'>{line}</svg>");
            let mut drawn = 0.0;
            texts(tree(&artist, &page).root().children(), &mut |text| {
                drawn = text.flattened().abs_bounding_box().right()
            });
            assert!(drawn > 0.0 && drawn <= artist.measure.width(font, &words) * 50.0 + 1.0, "{words}");
        }
    }
}

#[test]
fn a_hostile_title_breaks_nothing() {
    let artist = Artist::new();
    let mut seed = Seed::embedded();
    let long = "Непрерывнодлинноесловобезпробелов".repeat(8);
    for title in
        ["<script>&'\"]]>", "\u{0}\u{1}\u{fffe}", "", " ", &long, "а б в г д е ж з и к л м н о п р с т у ф", "🎬 שלום"]
    {
        if let Some(offer) = seed.offers.first_mut() {
            offer.title = title.to_owned();
            offer.subtitle = title.to_owned();
        }
        for variant in VARIANTS {
            let drawn = artist.draw(&seed, "service-viewing-control", variant, 240, 360);
            assert!(drawn.is_ok(), "{title:?} {variant:?}: {:?}", drawn.err());
        }
    }
    assert_eq!(escape("<&'\u{1}\">"), "&lt;&amp;&apos; &quot;&gt;");
}

#[test]
fn backdrops_are_dark_on_the_left() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for offer in seed.offers.iter().step_by(3) {
        let picture = pixels(&artist, &seed, &offer.image, Variant::Backdrop, (320, 180));
        for (index, pixel) in picture.pixels().iter().enumerate() {
            let column = index % 320;
            let brightest = pixel.red().max(pixel.green()).max(pixel.blue());
            assert!(column >= 128 || brightest < 40, "{}: column {column} is {brightest}", offer.id);
        }
    }
}

#[test]
fn type_can_be_read_on_every_palette() {
    for palette in Palette::ALL {
        let colours = palette.colours();
        let ratio = contrast(colours.ink, colours.ground);
        assert!(ratio >= 4.5, "{palette:?}: {ratio:.1}");
    }
}

#[test]
fn files_are_small() {
    let (artist, seed) = (Artist::new(), Seed::embedded());
    for id in images(&seed).iter().step_by(4) {
        let png = artist.draw(&seed, id, Variant::Poster, 400, 600).expect("no image");
        assert!(png.len() < 250_000, "{id}: {} bytes", png.len());
    }
}

#[test]
fn short_titles_are_large_and_long_ones_fit() {
    let measure = Measure::new();
    let short = measure.headline("Мать", 200.0, 100.0, 4, 60.0);
    assert_eq!((short.lines.len(), short.size), (1, 60.0));
    let long = measure.headline("Необычайные приключения мистера Веста в стране большевиков", 200.0, 100.0, 4, 60.0);
    assert!(long.lines.len() > 1 && long.height() <= 100.0 + long.size * CAPITAL);
    assert!(long.lines.iter().all(|line| measure.width(Font::Headline, line) * long.size <= 200.5));
    assert!(long.lines.iter().all(|line| !line.ends_with(" В")), "{:?}", long.lines);
}

#[test]
fn an_artist_can_be_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Artist>();
}
