//! A cache of entity tags: a box requests its catalogue every minute, and mostly nothing has changed.
//!
//! An entry is valid while no data have changed, no event is due for the member, the subscriber's day lasts and the
//! token is valid. Otherwise the tag is computed from the database.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::randomness::hash_text;
use super::service::catalogue::Language;
use super::state::lock;

// A box asks for one page again and again; a thousand boxes have room.
const MOST_KNOWN: usize = 8192;

/// Who asks for which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    /// A hash, so that the token itself is not kept in memory.
    token: String,
    language: Language,
    page: String,
}

/// The tag of a page, and the conditions under which it is valid.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) tag: String,
    /// The count of changes of the store.
    pub(crate) changes: u64,
    /// When it was computed; `until` is the time before which no event is due.
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) zone: Tz,
}

/// The tags that are known.
#[derive(Debug, Default)]
pub(crate) struct Freshness(Mutex<HashMap<Question, Known>>);

impl Question {
    pub(crate) fn new(token: &str, language: Language, page: String) -> Self {
        Self { token: hash_text(&[token.as_bytes()]), language, page }
    }

    /// The token as the store knows it.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl Known {
    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

impl Freshness {
    /// The current tag of the page, if there is a valid entry.
    pub(crate) fn tag(&self, question: &Question, now: DateTime<Utc>, changes: u64) -> Option<String> {
        let known = lock(&self.0);
        let known = known.get(question)?;
        let holds = known.changes == changes
            && known.from <= now
            && now < known.until
            && known.day(known.from) == known.day(now);
        holds.then(|| known.tag.clone())
    }

    /// Remembers a tag.
    pub(crate) fn learn(&self, question: Question, known: Known) {
        let mut all = lock(&self.0);
        if all.len() >= MOST_KNOWN && !all.contains_key(&question) {
            all.clear();
        }
        all.insert(question, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_until_anything_could_have_changed_it() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let question = |page: &str| Question::new("token", Language::Russian, page.to_owned());
        let fresh = Freshness::default();
        let known = Known {
            tag: "tag".to_owned(),
            changes: 7,
            from: at("2026-03-10T12:00:00Z"),
            until: at("2026-03-11T12:00:00Z"),
            zone: chrono_tz::Europe::Moscow,
        };
        fresh.learn(question("1"), known);
        for (page, now, changes, is_known) in [
            ("1", "2026-03-10T12:00:00Z", 7, true),
            ("1", "2026-03-10T20:59:59Z", 7, true),
            ("1", "2026-03-10T21:00:00Z", 7, false),
            ("1", "2026-03-10T11:59:59Z", 7, false),
            ("1", "2026-03-11T12:00:00Z", 7, false),
            ("1", "2026-03-10T12:00:00Z", 8, false),
            ("2", "2026-03-10T12:00:00Z", 7, false),
        ] {
            assert_eq!(fresh.tag(&question(page), at(now), changes).is_some(), is_known, "{page} {now} {changes}");
        }
        let other = Question::new("another", Language::Russian, "1".to_owned());
        assert_eq!(fresh.tag(&other, at("2026-03-10T12:00:00Z"), 7), None);
        assert_ne!(question("1"), Question::new("token", Language::English, "1".to_owned()));
    }
}
