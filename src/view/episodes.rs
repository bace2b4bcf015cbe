//! The episodes of a serial: which there are, which were watched, and which one OK plays.

use crate::core::{App, EpisodesPlace, window};
use crate::domain::{Entitlement, Episode, Offer};

use super::format;
use super::message::Msg;
use super::model::{List, ListKind, ListRow, ListScreen, Tone};
use super::text::Text;

pub(crate) fn episodes(app: &App, place: &EpisodesPlace) -> ListScreen {
    let total = place.episodes.len();
    let rows = window(place.cursor, total, app.list_rows())
        .filter_map(|at| Some(row(app, place, place.episodes.get(at)?, at)))
        .collect();
    ListScreen {
        kind: ListKind::Episodes,
        title: format::title(&place.title),
        lead: Text::Empty,
        chips: Vec::new(),
        position: format::position(place.cursor, total),
        list: List { rows, first_visible: place.cursor.first, total },
        buttons: Vec::new(),
        message: None,
    }
}

fn row(app: &App, place: &EpisodesPlace, episode: &Episode, index: usize) -> ListRow {
    let held = app.serial_held(&place.offer);
    let is_watched = held.is_some_and(|held| app.data.watched.has(&held.id, &episode.id));
    ListRow {
        index,
        title: name(episode, index),
        subtitle: episode
            .duration_minutes
            .map_or(Text::Empty, |minutes| Text::with(Msg::Minutes, [Text::plain(minutes.to_string())])),
        subtitle_tone: Tone::Quiet,
        value: if is_watched { Msg::EpisodeWatched.into() } else { Text::Empty },
        value_tone: Tone::Good,
        action: if held.is_some() { Msg::ButtonWatch.into() } else { Text::Empty },
        tick: None,
        image: None,
        is_focused: index == place.cursor.at,
        is_enabled: true,
    }
}

/// "2. Перстень, который убивает".
pub(crate) fn name(episode: &Episode, index: usize) -> Text {
    let number = index + 1;
    if episode.title.trim().is_empty() {
        Text::with(Msg::EpisodeUntitled, [Text::plain(number.to_string())])
    } else {
        Text::plain(format!("{number}. {}", episode.title))
    }
}

/// "10 серий".
pub(crate) fn count(offer: &Offer) -> Text {
    let count = offer.episodes.len();
    Text::counted(Msg::EpisodesCount, format::plural(count as u64), [Text::plain(count.to_string())])
}

/// "Серия 2 из 10": which one comes next.
pub(crate) fn progress(app: &App, held: &Entitlement) -> Text {
    let numbers = [app.data.watched.next(held) + 1, held.episodes.len()];
    Text::with(Msg::EpisodeOf, numbers.map(|number| Text::plain(number.to_string())))
}
