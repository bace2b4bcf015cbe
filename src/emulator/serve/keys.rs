//! Keys as QA's programs send them: scripts, single keys with timing, and what became of each.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use bonus_tv::input::{RemoteKey, ScriptStep, parse_script};

use super::engine::{BoxHandle, Engine, Gone, HoldTime, Ignored, Pressed};
use super::http::Refusal;
use super::waiting::Want;

/// The longest hold; a key that is held longer counts as stuck.
const LONGEST: Duration = Duration::from_secs(60);

/// A body of `POST /qa/v1/keys`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum KeysBody {
    /// A script, as `--keys` takes it.
    Script(Script),
    /// One key.
    Key(Key),
}

/// A script.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    keys: String,
    #[serde(default)]
    settle: Settle,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    key: String,
    #[serde(default)]
    action: Action,
    /// For how long a tap is down.
    ms: Option<u64>,
    #[serde(default)]
    settle: Settle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Action {
    #[default]
    Tap,
    Down,
    Up,
}

/// Whether a call waits until nothing is on its way; a bare `true` or `false` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(from = "bool")]
pub(crate) enum Settle {
    /// It does.
    #[default]
    Wait,
    /// It answers at once.
    AtOnce,
}

impl From<bool> for Settle {
    fn from(waits: bool) -> Self {
        if waits { Self::Wait } else { Self::AtOnce }
    }
}

/// What is to be done, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    steps: Vec<Step>,
    pub(crate) settle: Settle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Tap(RemoteKey, Option<Duration>),
    Down(RemoteKey),
    Up(RemoteKey),
    Wait(Duration),
}

impl KeysBody {
    /// Understands it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn order(self) -> Result<Order, Refusal> {
        match self {
            Self::Script(script) => {
                let steps = parse_script(&script.keys).map_err(|error| Refusal::invalid(error.to_string()))?;
                Ok(Order { steps: steps.into_iter().map(Step::from).collect(), settle: script.settle })
            }
            Self::Key(key) => {
                let unknown =
                    || Refusal::invalid("The key is unknown; keys are those of a script, such as OK or DOWN.");
                let remote = RemoteKey::named(&key.key).ok_or_else(unknown)?;
                let time = key.ms.map(Duration::from_millis);
                if time.is_some_and(|time| time > LONGEST) {
                    return Err(Refusal::invalid("A key is held for 60000 ms at most."));
                }
                let step = match (key.action, time) {
                    (Action::Tap, time) => Step::Tap(remote, time),
                    (Action::Down, None) => Step::Down(remote),
                    (Action::Up, None) => Step::Up(remote),
                    (Action::Down | Action::Up, Some(_)) => {
                        return Err(Refusal::invalid("ms belongs to a tap; let time pass with /qa/v1/clock."));
                    }
                };
                Ok(Order { steps: vec![step], settle: key.settle })
            }
        }
    }
}

impl From<ScriptStep> for Step {
    fn from(step: ScriptStep) -> Self {
        match step {
            ScriptStep::Tap(key) => Self::Tap(key, None),
            ScriptStep::Hold(key, time) => Self::Tap(key, Some(time)),
            ScriptStep::Wait(time) => Self::Wait(time),
        }
    }
}

impl Order {
    /// The steps of a script.
    pub(crate) fn script(steps: &[ScriptStep]) -> Self {
        Self { steps: steps.iter().copied().map(Step::from).collect(), settle: Settle::Wait }
    }

    /// Does it: what the last key did, and whether all is settled.
    ///
    /// # Errors
    /// The box is gone.
    pub(crate) async fn carry_out(self, to: &BoxHandle) -> Result<Done, Gone> {
        let _turn = to.keys().await;
        let mut done = Done { ignored: None, presses: 0, is_settled: false };
        for step in self.steps {
            let pressed = match step {
                Step::Tap(key, time) => Some(to.ask(move |engine| engine.press(key, time)).await?),
                Step::Down(key) => Some(to.ask(move |engine| engine.down(key, HoldTime::Asked)).await?),
                Step::Up(key) => {
                    to.ask(move |engine| engine.up(key)).await?;
                    None
                }
                Step::Wait(time) => {
                    to.wait(Want::time(), time).await?;
                    None
                }
            };
            if let Some(pressed) = pressed {
                done.presses += 1;
                done.ignored = match pressed {
                    Pressed::Taken => None,
                    Pressed::Ignored(why) => Some(why),
                };
            }
            if self.settle == Settle::Wait {
                done.is_settled = to.settle().await?.is_settled;
            }
        }
        Ok(done)
    }
}

/// What became of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    /// Why the last key did nothing.
    pub(crate) ignored: Option<Ignored>,
    /// How many keys were pressed.
    pub(crate) presses: usize,
    /// Whether nothing was on its way at the end.
    pub(crate) is_settled: bool,
}

impl Done {
    /// Adds itself to the answer of a changing call.
    pub(crate) fn write(&self, answer: &mut Value) {
        match self.ignored {
            None => {}
            Some(Ignored::Guard(until)) => {
                answer["ignored"] = json!("guard");
                answer["until_ms"] = json!(millis(until));
            }
            Some(Ignored::Woke) => answer["ignored"] = json!("woke"),
            Some(Ignored::Nothing) => answer["ignored"] = json!("nothing-to-do"),
        }
    }
}

/// The answer of every call that changes something.
pub(crate) fn changed(engine: &mut Engine) -> Value {
    let (revision, frame) = engine.look();
    let frame = format!("sha256:{frame}");
    let pending = engine.television().pending();
    json!({
        "revision": revision,
        "frame": frame,
        "settled": pending.is_empty(),
        "waiting_for": pending,
        "t_ms": millis(engine.television().elapsed()),
        "screen": super::tree::screen_name(engine.television()),
    })
}

/// Whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_understood_and_nonsense_is_refused() {
        let order = |text: &str| serde_json::from_str::<KeysBody>(text).ok().and_then(|body| body.order().ok());
        let one = order(r#"{"key":"ok","ms":2000,"settle":false}"#).unwrap();
        assert_eq!(one.steps, [Step::Tap(RemoteKey::Ok, Some(Duration::from_secs(2)))]);
        assert_eq!(one.settle, Settle::AtOnce);
        assert_eq!(order(r#"{"keys":"OK DOWN*2 WAIT:1s"}"#).unwrap().steps.len(), 4);
        for nonsense in [
            r#"{"key":"NOPE"}"#,
            r#"{"key":"OK","ms":60001}"#,
            r#"{"key":"OK","action":"down","ms":5}"#,
            r#"{"key":"OK","keys":"OK"}"#,
            r#"{"keys":"OK NOPE"}"#,
            r#"{}"#,
            r#"[]"#,
        ] {
            assert_eq!(order(nonsense), None, "{nonsense}");
        }
    }
}
