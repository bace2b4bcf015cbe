//! Every screen in every state: a test subscriber, a script of keys and switches, and the picture that the real program
//! draws there. The golden pictures of `tests/screens` and the gallery draw the same list, `tests/screens/states.toml`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use serde::Deserialize;

use bonus_sandbox::values::MemberId;
use bonus_sandbox::{Control, Fault, FaultKind};
use bonus_tv::core::App;

use super::{Args, EmulatorError, Size, Television};

/// A state of the program, and how one comes there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What its pictures are called.
    pub name: String,
    /// The test subscriber who is signed in; nobody is without one.
    #[serde(default)]
    pub scenario: Option<String>,
    /// The size of the words in percent.
    #[serde(default)]
    pub text_size: Option<u32>,
    /// The contrast: `high`.
    #[serde(default)]
    pub contrast: Option<String>,
    /// Switches that are thrown before the television is switched on.
    #[serde(default)]
    pub before: Vec<Switch>,
    /// Keys and switches, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// One step of the way to a state.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum Step {
    /// Keys of a script.
    Keys(String),
    /// A switch of the world around the television.
    Switch(Switch),
}

impl TryFrom<String> for Step {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with('!') {
            return Switch::try_from(text).map(Self::Switch);
        }
        bonus_tv::input::parse_script(&text).map_err(|error| format!("«{text}»: {error}"))?;
        Ok(Self::Keys(text))
    }
}

/// Something that happens around the television.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Switch {
    /// `!offline`: every connection breaks.
    Offline,
    /// `!fault KIND PATH`: requests below this path go wrong, in the sandbox's words for it.
    Fault(Fault),
    /// `!online`: nothing goes wrong any more.
    Online,
    /// `!clock HOURS`: the service's time goes on.
    Clock(i64),
    /// `!debt ROUBLES`
    Debt(u32),
    /// `!points POINTS`: so many more, or fewer.
    Points(i64),
    /// `!deny`: the code on the screen is denied on the phone.
    Deny,
    /// `!confirm`: the member confirms the code on the screen on the phone.
    Confirm,
}

impl TryFrom<String> for Switch {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.trim_start_matches('!').split_whitespace().collect();
        let number = |word: &str| i64::from_str(word).map_err(|error| format!("«{text}»: {error}"));
        match words.as_slice() {
            ["offline"] => Ok(Self::Offline),
            ["online"] => Ok(Self::Online),
            ["deny"] => Ok(Self::Deny),
            ["confirm"] => Ok(Self::Confirm),
            ["clock", hours] => number(hours).map(Self::Clock),
            ["points", points] => number(points).map(Self::Points),
            ["debt", roubles] => {
                let roubles = u32::try_from(number(roubles)?);
                roubles.map(Self::Debt).map_err(|error| format!("«{text}»: {error}"))
            }
            ["fault", kind, path] => {
                let kind: FaultKind = serde_json::from_value(serde_json::Value::from(*kind))
                    .map_err(|error| format!("«{text}»: {error}"))?;
                Ok(Self::Fault(Fault::new(*path, kind)))
            }
            _ => Err(format!("«{text}» is no switch")),
        }
    }
}

/// How a state is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Lines of the picture: 720 or 1080.
    pub lines: u32,
    /// The words.
    pub words: Words,
}

/// In which words a state is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Russian.
    Russian,
    /// English.
    English,
    /// Russian, 40 % longer, to see what another language would do.
    Long,
}

impl Look {
    /// Every look of a state.
    pub const ALL: [Self; 4] = [
        Self { lines: 1080, words: Words::Russian },
        Self { lines: 720, words: Words::Russian },
        Self { lines: 1080, words: Words::English },
        Self { lines: 720, words: Words::Long },
    ];
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.words {
            Words::Russian => "ru",
            Words::English => "en",
            Words::Long => "long",
        };
        write!(f, "{words}-{}", self.lines)
    }
}

/// What would differ between two runs, fixed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    /// The time, on the box and in the sandbox.
    pub(crate) now: DateTime<Utc>,
    /// Where random bits come from.
    pub(crate) seed: u64,
    /// The address that people are told.
    pub(crate) address: &'static str,
    /// In which words.
    pub(crate) words: Words,
}

/// A Sunday at noon in Moscow; the month's exchange is free and points burn within weeks.
const NOW: &str = "2026-11-22T09:00:00Z";

#[derive(Deserialize)]
struct List {
    state: Vec<State>,
}

/// Every state there is.
///
/// # Errors
/// The list cannot be read; the message names the line.
pub fn states() -> Result<Vec<State>, EmulatorError> {
    let list: Result<List, _> = toml::from_str(include_str!("../../tests/screens/states.toml"));
    list.map(|list| list.state).map_err(|error| EmulatorError::Usage(format!("tests/screens/states.toml: {error}")))
}

impl State {
    /// Lets the real program come to this state, and leaves it there.
    ///
    /// # Errors
    /// A step cannot be taken.
    pub fn reach(&self, look: Look) -> Result<Television, EmulatorError> {
        let size = format!("{}x{}", look.lines * 16 / 9, look.lines);
        let language = if look.words == Words::English { "en" } else { "ru" };
        let mut args = vec!["emulator", "--headless", "--size", &size, "--language", language];
        args.extend(["--player", "no-such-player {url}"]);
        if let Some(scenario) = &self.scenario {
            args.extend(["--scenario", scenario]);
        }
        let text_size = self.text_size.map(|percent| percent.to_string());
        if let Some(percent) = &text_size {
            args.extend(["--text-size", percent]);
        }
        if let Some(contrast) = &self.contrast {
            args.extend(["--contrast", contrast]);
        }
        let mut args = Args::try_parse_from(args).map_err(|error| EmulatorError::Usage(error.to_string()))?;
        let now = NOW.parse().map_err(|error| EmulatorError::Usage(format!("{NOW}: {error}")))?;
        args.fixed = Some(Fixed { now, seed: 1, address: "https://tv.example/", words: look.words });
        let setup = super::setup::prepare(&args)?;
        if let Some(sandbox) = &setup.sandbox {
            for switch in &self.before {
                throw(switch, &sandbox.control(), None)?;
            }
        }
        let mut television = Television::start(setup, args.size.unwrap_or(Size::FULL_HD), 0)?;
        television.settle()?;
        for step in &self.steps {
            match step {
                Step::Keys(script) => television.press_keys(script)?,
                Step::Switch(switch) => {
                    let sandbox = television.sandbox().ok_or_else(|| missing(switch, "sandbox"))?;
                    throw(switch, &sandbox, Some(television.app()))?;
                }
            }
        }
        television.settle()?;
        Ok(television)
    }
}

fn missing(switch: &Switch, what: &str) -> EmulatorError {
    EmulatorError::Usage(format!("{switch:?}: there is no {what}"))
}

/// Throws a switch; before the television is on there is no state that could name a member or a code.
fn throw(switch: &Switch, sandbox: &Control, app: Option<&App>) -> Result<(), EmulatorError> {
    let member = || {
        let account = app.and_then(|app| app.data.account.as_ref()).ok_or_else(|| missing(switch, "member"))?;
        Ok::<_, EmulatorError>(MemberId::new(account.member_id.as_str()))
    };
    match switch {
        Switch::Offline => sandbox.set_faults(vec![Fault::new("/", FaultKind::Drop)]),
        Switch::Fault(fault) => sandbox.set_faults(vec![fault.clone()]),
        Switch::Online => sandbox.clear_faults(),
        Switch::Clock(hours) => sandbox.advance(TimeDelta::hours(*hours))?,
        Switch::Debt(roubles) => sandbox.set_debt(&member()?, *roubles)?,
        Switch::Points(points) => sandbox.adjust_points(&member()?, *points)?,
        Switch::Deny => {
            let code = app.and_then(App::code_on_screen).ok_or_else(|| missing(switch, "code"))?;
            sandbox.deny(&code.user_code)?;
        }
        Switch::Confirm => {
            let code = app.and_then(App::code_on_screen).ok_or_else(|| missing(switch, "code"))?;
            sandbox.approve_member(&code.user_code, &member()?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_list_is_readable_and_names_each_state_once() {
        let states = states().unwrap();
        let names: HashSet<&str> = states.iter().map(|state| state.name.as_str()).collect();
        assert_eq!(names.len(), states.len());
        assert!(states.len() > 20);
    }

    #[test]
    fn what_is_no_switch_is_refused_with_its_words() {
        for text in ["!", "!of", "!clock", "!clock x", "!debt -1", "!fault drop", "!fault flood /"] {
            let error = Step::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        assert!(Step::try_from("JUMP".to_owned()).is_err());
    }
}
