//! Key actions, and text that is sent to the element with the focus: the keyboard of the emulator's window.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Fault, body, value};
use super::{Answer, Face, elements};
use crate::serve::engine::HoldTime;
use crate::serve::waiting::Want;
use bonus_tv::input::{Direction, RemoteKey};

/// A key of an action is down for so long where no pause says otherwise.
const TAP: Duration = Duration::from_millis(80);
const LONGEST_PAUSE_MS: u64 = 600_000;
const MOST_ACTIONS: usize = 1000;

/// The key of the remote that a key of a keyboard stands for, as in the window.
fn remote_key(text: &str) -> Option<RemoteKey> {
    let mut letters = text.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    Some(match letter {
        '\u{e012}' => RemoteKey::Arrow(Direction::Left),
        '\u{e013}' => RemoteKey::Arrow(Direction::Up),
        '\u{e014}' => RemoteKey::Arrow(Direction::Right),
        '\u{e015}' => RemoteKey::Arrow(Direction::Down),
        '\u{e006}' | '\u{e007}' | '\n' | ' ' | '\u{e00d}' => RemoteKey::Ok,
        '\u{e00c}' | '\u{e003}' => RemoteKey::Back,
        '\u{e00e}' => RemoteKey::ChannelUp,
        '\u{e00f}' => RemoteKey::ChannelDown,
        '\u{e031}' => RemoteKey::Red,
        '\u{e032}' => RemoteKey::Green,
        '\u{e033}' => RemoteKey::Yellow,
        '\u{e034}' => RemoteKey::Blue,
        '\u{e039}' => RemoteKey::Menu,
        'i' | 'I' => RemoteKey::Information,
        'p' | 'P' => RemoteKey::Play,
        's' | 'S' => RemoteKey::Stop,
        _ => RemoteKey::Digit(letter.to_digit(10).and_then(|digit| u8::try_from(digit).ok())?),
    })
}

fn understood(text: &str) -> Result<RemoteKey, Fault> {
    remote_key(text).ok_or_else(|| Fault::invalid("the remote has no such key; the README lists the keyboard's"))
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

/// Types into the element that has the focus; no other hears a remote.
pub(super) async fn send(
    State(face): State<Face>,
    Path((_, element)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let body: Text = body(request).await?;
    if !elements::look(&face, &element).await?.1.focused {
        return Err(Fault::not_interactable("the element has not the focus, and a remote speaks to the focus alone"));
    }
    if body.text.chars().count() > MOST_ACTIONS {
        return Err(Fault::invalid("1000 keys at most"));
    }
    let letters = body.text.chars().map(|letter| understood(&letter.to_string()));
    let keys = letters.collect::<Result<Vec<_>, _>>()?;
    let _turn = face.tv.keys().await;
    for key in keys {
        face.tv.ask(move |engine| engine.press(key, None)).await?;
        face.tv.settle().await?;
    }
    Ok(value(Value::Null))
}

#[derive(Deserialize)]
struct Actions {
    actions: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize, Clone)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Action {
    KeyDown {
        value: String,
    },
    KeyUp {
        value: String,
    },
    Pause {
        #[serde(default)]
        duration: Option<u64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Down(RemoteKey),
    Up(RemoteKey),
    Pause(Duration),
}

impl Action {
    fn step(&self) -> Result<Step, Fault> {
        Ok(match self {
            Self::KeyDown { value } => Step::Down(understood(value)?),
            Self::KeyUp { value } => Step::Up(understood(value)?),
            Self::Pause { duration } => {
                let ms = duration.unwrap_or(0);
                if ms > LONGEST_PAUSE_MS {
                    return Err(Fault::invalid("a pause is ten minutes at most"));
                }
                Step::Pause(Duration::from_millis(ms))
            }
        })
    }
}

/// The steps of all sources, tick by tick.
fn steps(actions: &Actions) -> Result<Vec<Step>, Fault> {
    // A mouse that only rests says nothing.
    let is_rest = |source: &Source| source.actions.iter().all(|action| matches!(action, Action::Pause { .. }));
    if actions.actions.iter().any(|source| source.kind != "key" && source.kind != "none" && !is_rest(source)) {
        return Err(Fault::invalid("a television has keys, and no pointer or wheel"));
    }
    let ticks = actions.actions.iter().map(|source| source.actions.len()).max().unwrap_or(0);
    if ticks > MOST_ACTIONS || actions.actions.len() > MOST_ACTIONS {
        return Err(Fault::invalid("1000 ticks at most"));
    }
    let mut steps = Vec::new();
    for tick in 0..ticks {
        for source in &actions.actions {
            if let Some(action) = source.actions.get(tick) {
                steps.push(action.step()?);
            }
        }
    }
    Ok(steps)
}

pub(super) async fn perform(State(face): State<Face>, request: Request) -> Answer {
    let steps = steps(&body(request).await?)?;
    let _turn = face.tv.keys().await;
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Down(key) => {
                face.tv.ask(move |engine| engine.down(key, HoldTime::Asked)).await?;
            }
            Step::Up(key) => {
                // A key that went down in the tick before is a tap.
                if at.checked_sub(1).and_then(|before| steps.get(before)) == Some(&Step::Down(key)) {
                    face.tv.ask(move |engine| engine.pass(TAP)).await?;
                }
                face.tv.ask(move |engine| engine.up(key)).await?;
                face.tv.settle().await?;
            }
            Step::Pause(time) if time > Duration::ZERO => {
                face.tv.wait(Want::time(), time).await?;
            }
            Step::Pause(_) => {}
        }
    }
    Ok(value(Value::Null))
}

/// No key is down any more.
pub(super) async fn release(State(face): State<Face>) -> Answer {
    face.tv.ask(|engine| engine.release_all()).await?;
    face.tv.settle().await?;
    Ok(value(Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_all_sources_go_tick_by_tick_and_pointers_are_refused() {
        let read = |text: &str| serde_json::from_str::<Actions>(text).ok().map(|actions| steps(&actions));
        let keys = r#"{"actions":[
            {"type":"key","id":"k","actions":[{"type":"keyDown","value":"\uE015"},{"type":"keyUp","value":"\uE015"}]},
            {"type":"pointer","id":"m","actions":[{"type":"pause","duration":0},{"type":"pause"}]}]}"#;
        let down = RemoteKey::Arrow(Direction::Down);
        let none = Step::Pause(Duration::ZERO);
        assert_eq!(read(keys).unwrap().unwrap(), [Step::Down(down), none, Step::Up(down), none]);
        for nonsense in [
            r#"{"actions":[{"type":"key","actions":[{"type":"keyDown","value":"x"}]}]}"#,
            r#"{"actions":[{"type":"key","actions":[{"type":"pause","duration":99999999}]}]}"#,
            r#"{"actions":[{"type":"wheel","actions":[{"type":"keyUp","value":"1"}]}]}"#,
        ] {
            assert!(read(nonsense).unwrap().is_err(), "{nonsense}");
        }
        assert!(read(r#"{"actions":[{"type":"pointer","actions":[{"type":"pointerMove"}]}]}"#).is_none());
    }
}
