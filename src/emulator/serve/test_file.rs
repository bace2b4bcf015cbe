//! A test as a file: keys, waits and expectations, one a line. Reading it needs no television.

use std::path::PathBuf;
use std::time::Duration;

use bonus_sandbox::Fault;
use bonus_tv::input::{ScriptStep, parse_duration, parse_script};

use super::waiting::{LONGEST_WAIT, Want};

/// The most lines of a test.
const MOST_LINES: usize = 10_000;

/// A line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number in the file, from 1.
    pub(crate) number: usize,
    /// As it is written.
    pub(crate) text: String,
    /// What it does.
    pub(crate) step: Step,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Presses keys, each after the last is done.
    Keys(Vec<ScriptStep>),
    /// Lets so much time pass.
    Pass(Duration),
    /// Waits for something, at most so long.
    Wait(Want, Duration),
    /// Something must be so now.
    Expect(Expectation),
    /// Switches faults of the sandbox on, instead of those that were.
    Faults(Vec<Fault>),
    /// Answers the code on the screen as a phone would.
    SignIn(String),
    /// Writes the picture as PNG.
    Shot(PathBuf),
}

/// What must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// What the screen shows.
    Shown(Want),
    /// What orders took since the test began: so many charges of so many points.
    Charged {
        /// The points of each.
        points: i64,
        /// How many.
        times: usize,
    },
    /// No order took anything since the test began.
    ChargedNothing,
    /// How many requests the API got since the box started.
    Requests {
        /// The method, or `*`.
        method: String,
        /// The path, or its beginning and `*`.
        path: String,
        /// How many.
        count: usize,
    },
    /// The bonus API answers.
    Online,
}

/// A line that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {number} «{text}»: {problem}")]
pub(crate) struct LineError {
    number: usize,
    text: String,
    problem: String,
}

/// Reads a test.
///
/// # Errors
/// The first line that is not understood.
pub(crate) fn parse(text: &str) -> Result<Vec<Line>, LineError> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let failed = |problem: String| LineError { number, text: line.chars().take(80).collect(), problem };
        if number > MOST_LINES {
            return Err(failed("a test has at most 10000 lines".to_owned()));
        }
        let step = step(line).map_err(failed)?;
        lines.push(Line { number, text: line.to_owned(), step });
    }
    Ok(lines)
}

fn step(line: &str) -> Result<Step, String> {
    let (head, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match head {
        "WAIT" => match parse_duration(rest) {
            Some(time) if time <= LONGEST_WAIT => Ok(Step::Pass(time)),
            Some(_) => Err("a wait is a week at most".to_owned()),
            None => {
                let (want, timeout) = shown(rest)?;
                Ok(Step::Wait(want, timeout))
            }
        },
        "EXPECT" => expectation(rest).map(Step::Expect),
        "FAULT" if rest == "none" => Ok(Step::Faults(Vec::new())),
        "FAULT" => {
            let fault: Fault = serde_json::from_str(rest).map_err(|error| format!("the fault: {error}"))?;
            match fault.complaint() {
                Some(complaint) => Err(complaint.to_owned()),
                None => Ok(Step::Faults(vec![fault])),
            }
        }
        "SIGN-IN" if !rest.is_empty() => Ok(Step::SignIn(rest.to_owned())),
        "SHOT" if !rest.is_empty() => Ok(Step::Shot(PathBuf::from(rest))),
        "SIGN-IN" | "SHOT" => Err(format!("{head} wants something behind it")),
        _ => parse_script(line).map(Step::Keys).map_err(|error| error.to_string()),
    }
}

fn expectation(text: &str) -> Result<Expectation, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["online"] => Ok(Expectation::Online),
        ["charged", "nothing"] => Ok(Expectation::ChargedNothing),
        ["charged", points, times @ ..] => {
            let points = points.parse().map_err(|_| "charged wants points, such as: charged 760 once".to_owned())?;
            let times = match times {
                ["once"] => 1,
                ["twice"] => 2,
                [number, "times"] => number.parse().map_err(|_| "how many times is a number".to_owned())?,
                _ => return Err("charged ends in once, twice or N times".to_owned()),
            };
            Ok(Expectation::Charged { points, times })
        }
        ["requests", method, path, count] => {
            let count = count.parse().map_err(|_| "how many requests is a number".to_owned())?;
            Ok(Expectation::Requests { method: (*method).to_owned(), path: (*path).to_owned(), count })
        }
        ["requests", ..] => Err("requests wants method, path and number: requests POST /v1/exchanges 1".to_owned()),
        _ => shown(text).map(|(want, _)| Expectation::Shown(want)),
    }
}

/// `name=value` pairs; a value with spaces stands in quotes.
fn shown(text: &str) -> Result<(Want, Duration), String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once('=').ok_or("it is written name=value, such as screen=Outcome".to_owned())?;
        let (value, tail) = match tail.strip_prefix('"') {
            Some(tail) => tail.split_once('"').ok_or("a quote is not closed".to_owned())?,
            None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
        };
        pairs.push((name.trim(), value));
        rest = tail.trim_start();
    }
    if pairs.is_empty() {
        return Err("it is written name=value, such as screen=Outcome".to_owned());
    }
    Want::parse(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_their_order() {
        let text = "# an order\n\nDOWN*2 OK\nWAIT 48h\nWAIT screen=Outcome timeout=60s\nEXPECT text=\"Спасибо за заказ\" \
                    focus=button:home\nEXPECT charged 760 once\nEXPECT charged nothing\nEXPECT requests POST /v1/exchanges 1\n\
                    EXPECT online\nFAULT {\"match\":\"/v1/\",\"kind\":\"drop\"}\nFAULT none\nSIGN-IN vip\nSHOT a b.png";
        let lines = parse(text).unwrap();
        assert_eq!(lines.len(), 12);
        assert_eq!((lines[0].number, lines[1].step.clone()), (3, Step::Pass(Duration::from_secs(48 * 3600))));
        let Step::Expect(Expectation::Shown(want)) = &lines[3].step else { panic!("{:?}", lines[3]) };
        assert_eq!(want.text.as_deref(), Some("Спасибо за заказ"));
        assert_eq!(want.focus.as_deref(), Some("button:home"));
        assert_eq!(lines[4].step, Step::Expect(Expectation::Charged { points: 760, times: 1 }));
        assert_eq!(lines[9].step, Step::Faults(Vec::new()));
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        for line in [
            "NOPE",
            "WAIT",
            "WAIT 2000h",
            "WAIT colour=red",
            "EXPECT",
            "EXPECT screen",
            "EXPECT text=\"open",
            "EXPECT charged",
            "EXPECT charged many once",
            "EXPECT charged 5",
            "EXPECT requests POST",
            "EXPECT requests POST /v1 x",
            "FAULT",
            "FAULT {}",
            "FAULT {\"match\":\"x\",\"kind\":\"drop\"}",
            "SIGN-IN",
            "SHOT",
        ] {
            let error = parse(&format!("OK\n{line}")).unwrap_err();
            assert!(error.to_string().starts_with("line 2 «"), "{error}");
        }
    }
}
