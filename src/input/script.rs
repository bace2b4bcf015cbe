//! Key scripts: `"OK DOWN*3 HOLD:RIGHT:2s WAIT:500ms"`, what `--keys` takes.

use std::time::Duration;

use super::RemoteKey;

/// One step of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptStep {
    /// Press and release.
    Tap(RemoteKey),
    /// Hold for a time.
    Hold(RemoteKey, Duration),
    /// Do nothing for a time.
    Wait(Duration),
}

/// Why a script was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key script, step {position} «{step}»: {problem}")]
pub struct ScriptError {
    /// Which step, from 1.
    pub position: usize,
    /// The step as written.
    pub step: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// The most taps one `KEY*n` may stand for.
const MOST_TAPS: usize = 10_000;
/// The most steps of a script; `KEY*n` over and over must not fill the memory.
const MOST_STEPS: usize = 100_000;
/// The longest hold or wait.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Reads a script; steps are separated by white space or commas.
///
/// # Errors
/// The first step that is not understood, with its position.
pub fn parse_script(script: &str) -> Result<Vec<ScriptStep>, ScriptError> {
    let words = script.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let mut steps = Vec::new();
    for (index, word) in words.enumerate() {
        let error = |problem| ScriptError { position: index + 1, step: word.chars().take(40).collect(), problem };
        let unknown = "unknown key; keys are UP DOWN LEFT RIGHT OK BACK LEAVE MENU INFO RED GREEN YELLOW BLUE CH+ CH- \
                       PGUP PGDN PLAY PAUSE STOP and 0 to 9";
        let mut parts = word.split(':');
        let head = parts.next().unwrap_or_default();
        if head.eq_ignore_ascii_case("HOLD") {
            let key = parts.next().and_then(RemoteKey::named).ok_or_else(|| error(unknown))?;
            let time = parts
                .next()
                .and_then(bounded)
                .ok_or_else(|| error("a hold wants a time, a week at most: HOLD:RIGHT:2s"))?;
            steps.push(ScriptStep::Hold(key, time));
        } else if head.eq_ignore_ascii_case("WAIT") {
            let time = parts
                .next()
                .and_then(bounded)
                .ok_or_else(|| error("a wait wants a time, a week at most: WAIT:500ms"))?;
            steps.push(ScriptStep::Wait(time));
        } else {
            let (name, times) = match head.split_once('*') {
                Some((name, times)) => {
                    let times = times.parse().ok().filter(|n| (1..=MOST_TAPS).contains(n));
                    (name, times.ok_or_else(|| error("the number after * is 1 to 10000"))?)
                }
                None => (head, 1),
            };
            let key = RemoteKey::named(name).ok_or_else(|| error(unknown))?;
            steps.extend(std::iter::repeat_n(ScriptStep::Tap(key), times));
        }
        if parts.next().is_some() {
            return Err(error("too many colons"));
        }
        if steps.len() > MOST_STEPS {
            return Err(error("a script has at most 100000 steps"));
        }
    }
    Ok(steps)
}

fn bounded(text: &str) -> Option<Duration> {
    parse_duration(text).filter(|time| *time <= LONGEST)
}

/// Reads `500ms`, `2s`, `5m` or `1h`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        "h" => Duration::from_secs(number.checked_mul(3600)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Direction;

    #[test]
    fn a_script_is_read_step_by_step() {
        let right = RemoteKey::Arrow(Direction::Right);
        assert_eq!(
            parse_script("OK down*2, HOLD:RIGHT:2s wait:500ms ch+").unwrap(),
            [
                ScriptStep::Tap(RemoteKey::Ok),
                ScriptStep::Tap(RemoteKey::Arrow(Direction::Down)),
                ScriptStep::Tap(RemoteKey::Arrow(Direction::Down)),
                ScriptStep::Hold(right, Duration::from_secs(2)),
                ScriptStep::Wait(Duration::from_millis(500)),
                ScriptStep::Tap(RemoteKey::ChannelUp),
            ]
        );
        assert_eq!(parse_script("  ").unwrap(), []);
    }

    #[test]
    fn a_step_that_is_not_understood_is_named_with_its_position() {
        for (script, position) in [
            ("OK FOO", 2),
            ("DOWN*0", 1),
            ("DOWN*x", 1),
            ("HOLD:RIGHT", 1),
            ("OK HOLD:RIGHT:2y", 2),
            ("OK:1", 1),
            ("WAIT:999h", 1),
            ("DOWN*10001", 1),
        ] {
            let error = parse_script(script).unwrap_err();
            assert_eq!(error.position, position, "{script}: {error}");
        }
    }

    #[test]
    fn a_script_cannot_fill_the_memory() {
        assert_eq!(parse_script(&"DOWN*10000 ".repeat(1_000)).unwrap_err().position, 11);
    }
}
