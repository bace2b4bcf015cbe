//! What can be waited for, as the query of `/qa/v1/wait` and the steps of a test write it.

use std::time::Duration;

use crate::Television;
use bonus_tv::input::parse_duration;

use super::tree;

/// The longest wait, in virtual time.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 3600);
/// A wait that does not say for how long.
pub(crate) const USUAL_WAIT: Duration = Duration::from_secs(5);

/// What a wait is for; everything that is asked for must hold at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Want {
    /// The name of the screen.
    pub(crate) screen: Option<String>,
    /// The name of the dialog, or `none`.
    pub(crate) dialog: Option<String>,
    /// The id of the element with the focus.
    pub(crate) focus: Option<String>,
    /// Words on the screen.
    pub(crate) text: Option<String>,
    /// Words in what the voice said last.
    pub(crate) spoken: Option<String>,
    /// The balance as a number.
    pub(crate) balance: Option<i64>,
    /// A picture after this one.
    pub(crate) after: Option<u64>,
    rest: Rest,
    /// Whether nothing but the time is waited for.
    is_time_alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Rest {
    /// Nothing may be on its way.
    Wanted,
    #[default]
    NotAsked,
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waited {
    /// Whether it is there.
    pub(crate) is_met: bool,
    /// Whether nothing was on its way.
    pub(crate) is_settled: bool,
    /// What was still on its way.
    pub(crate) pending: Vec<String>,
}

impl Waited {
    /// The real time was over first.
    pub(crate) fn late() -> Self {
        Self { is_met: false, is_settled: false, pending: Vec::new() }
    }
}

impl Want {
    /// Nothing is on its way.
    pub(crate) fn settled() -> Self {
        Self { rest: Rest::Wanted, ..Self::default() }
    }

    /// Another picture than this one.
    pub(crate) fn after(revision: u64) -> Self {
        Self { after: Some(revision), ..Self::default() }
    }

    /// Nothing but the time.
    pub(crate) fn time() -> Self {
        Self { is_time_alone: true, ..Self::default() }
    }

    /// Reads `name=value` pairs, and for how long to wait.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub(crate) fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(Self, Duration), String> {
        let (mut want, mut timeout) = (Self::default(), USUAL_WAIT);
        for (name, value) in pairs {
            let text = || Some(value.to_owned());
            match name {
                "screen" if !tree::screen_names().any(|screen| screen == value) => {
                    let known: Vec<String> = tree::screen_names().collect();
                    return Err(format!("there is no screen of this name; {} are", known.join(", ")));
                }
                "screen" => want.screen = text(),
                "dialog" => want.dialog = text(),
                "focus" => want.focus = text(),
                "text" => want.text = text(),
                "spoken" => want.spoken = text(),
                "balance" => {
                    want.balance = Some(value.parse().map_err(|_| "balance is a whole number".to_owned())?);
                }
                "after" => want.after = Some(value.parse().map_err(|_| "after is a revision".to_owned())?),
                "settled" => match value {
                    "1" | "true" => want.rest = Rest::Wanted,
                    "0" | "false" => want.rest = Rest::NotAsked,
                    _ => return Err("settled is 1 or 0".to_owned()),
                },
                "timeout" => {
                    let time = parse_duration(value).filter(|time| *time <= LONGEST_WAIT);
                    timeout = time.ok_or("timeout is a time such as 500ms, 5s or 48h, a week at most".to_owned())?;
                }
                _ => {
                    let known = "screen, dialog, focus, text, spoken, balance, after, settled, timeout";
                    return Err(format!(
                        "«{}» can not be waited for; {known} can",
                        name.chars().take(40).collect::<String>()
                    ));
                }
            }
        }
        Ok((want, timeout))
    }

    /// Whether nothing may be on its way.
    pub(crate) fn wants_rest(&self) -> bool {
        self.rest == Rest::Wanted
    }

    /// Whether everything but rest is there.
    pub(crate) fn is_met(&self, television: &Television, revision: u64) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        if self.is_time_alone
            || self.after.is_some_and(|after| revision <= after)
            || !is(&self.screen, &tree::screen_name(television))
            || !is(&self.dialog, &tree::dialog_name(television).unwrap_or_else(|| "none".to_owned()))
            || !self.is_spoken(television)
            || self.balance.is_some_and(|wanted| Some(wanted) != tree::balance(television))
        {
            return false;
        }
        if self.focus.is_none() && self.text.is_none() {
            return true;
        }
        let tree = tree::build(television);
        is(&self.focus, tree.focused().map_or("", |node| &node.id))
            && self.text.as_ref().is_none_or(|text| tree.texts().iter().any(|line| line.contains(text.as_str())))
    }

    fn is_spoken(&self, television: &Television) -> bool {
        let last = television.said().next_back();
        self.spoken.as_ref().is_none_or(|words| last.is_some_and(|last| last.contains(words.as_str())))
    }

    /// What is not there, in words.
    pub(crate) fn missing(&self, television: &Television, revision: u64) -> Vec<String> {
        let mut words = Vec::new();
        let mut look = |name: &str, wanted: &Option<String>, found: String| {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| **wanted != found) {
                words.push(format!("{name} {wanted}; it is {found}"));
            }
        };
        let tree = tree::build(television);
        look("screen", &self.screen, tree::screen_name(television));
        look("dialog", &self.dialog, tree::dialog_name(television).unwrap_or_else(|| "none".to_owned()));
        look("focus", &self.focus, tree.focused().map_or_else(String::new, |node| node.id.clone()));
        let balance = tree::balance(television).map_or_else(|| "not known".to_owned(), |points| points.to_string());
        look("balance", &self.balance.map(|points| points.to_string()), balance);
        if let Some(text) =
            self.text.as_ref().filter(|text| !tree.texts().iter().any(|line| line.contains(text.as_str())))
        {
            words.push(format!("text «{text}»"));
        }
        if let Some(spoken) = self.spoken.as_ref().filter(|_| !self.is_spoken(television)) {
            let last = television.said().next_back().unwrap_or("nothing");
            words.push(format!("spoken «{spoken}»; the last was «{last}»"));
        }
        if self.after.is_some_and(|after| revision <= after) {
            words.push(format!("a revision after {revision}"));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_nonsense_is_named() {
        let (want, timeout) =
            Want::parse([("screen", "Outcome"), ("settled", "1"), ("after", "17"), ("timeout", "48h")]).unwrap();
        assert_eq!((want.screen.as_deref(), want.after, want.wants_rest()), (Some("Outcome"), Some(17), true));
        assert_eq!(timeout, Duration::from_secs(48 * 3600));
        for (name, value) in [
            ("settled", "yes"),
            ("after", "-1"),
            ("timeout", "5"),
            ("timeout", "2000h"),
            ("balance", "many"),
            ("colour", "red"),
            ("screen", "outcome"),
            ("screen", ""),
        ] {
            let complaint = Want::parse([(name, value)]).unwrap_err();
            assert!(complaint.contains(name), "{complaint}");
        }
    }
}
