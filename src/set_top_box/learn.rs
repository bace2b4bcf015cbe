//! `--learn-keys`: prints what each key of a remote sends, the lines of a keymap, and a report on the devices.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::clock::{Clock, SystemClock};
use crate::input::{Button, Codes, RemoteKey};
use crate::platform::linux::{KernelNews, Listener, Sent, Signals, Stroke, Wake, wait};

use super::BoxError;
use super::report::Report;

/// How long to wait for one key.
const ONE_KEY: Duration = Duration::from_secs(8);
/// The time without a key after which the lesson ends.
const SILENCE: Duration = Duration::from_secs(30);
/// How long Back is held to end the lesson.
const LONG_BACK: Duration = Duration::from_secs(2);

/// Listens until the lesson is over, printing as it goes.
pub(super) fn run(codes: Codes) -> Result<(), BoxError> {
    let system = |what| move |error| BoxError::System(what, error);
    let signals = Signals::listen().map_err(system("listening to signals"))?;
    let wake = Wake::new().map_err(system("making a descriptor"))?;
    let mut listener = Listener::listen();
    let clock = SystemClock::start();
    for source in listener.sources() {
        println!("# listening to «{}» ({})", source.name, source.node);
    }
    println!("# Press what is asked for. A key that the remote lacks is skipped after 8 seconds.");
    println!("# The end: Back held for 2 seconds, Ctrl+C, or 30 seconds of silence.");
    let mut lesson = Lesson::new(codes);
    let mut report = Report::default();
    let mut is_asked_to_end = false;
    loop {
        let now = clock.now().monotonic;
        for source in listener.sources() {
            report.meet(source);
        }
        for line in lesson.say(now) {
            println!("{line}");
        }
        if is_asked_to_end || lesson.is_over(now) {
            break;
        }
        let pause = lesson.next_due().saturating_sub(now).max(Duration::from_millis(1));
        let woken = wait(&wake, &signals, &KernelNews::none(), None, &listener.fds(), Some(pause))
            .map_err(system("waiting"))?;
        is_asked_to_end = woken.by_signal;
        for sent in listener.hear() {
            report.hear(&sent);
            println!("{}", lesson.hear(clock.now().monotonic, &sent));
        }
    }
    println!("{}", lesson.keymap());
    for line in report.lines() {
        println!("# {line}");
    }
    // The terminal's input is discarded, so that the shell does not read the keys.
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
    Ok(())
}

/// What is asked for, and what was learned.
struct Lesson {
    codes: Codes,
    asked: Vec<Button>,
    at: usize,
    asked_since: Option<Duration>,
    heard_at: Duration,
    back_since: Option<Duration>,
    learned: BTreeMap<(String, u16), (String, Button)>,
}

impl Lesson {
    fn new(codes: Codes) -> Self {
        // Ten digits would make the lesson long, and their codes are the same on every remote.
        let asked = Button::all().filter(|button| !matches!(button, Button::Key(RemoteKey::Digit(_)))).collect();
        Self {
            codes,
            asked,
            at: 0,
            asked_since: None,
            heard_at: Duration::ZERO,
            back_since: None,
            learned: BTreeMap::new(),
        }
    }

    /// The lines that are due: the next question, if the last one was answered or skipped.
    fn say(&mut self, now: Duration) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(button) = self.asked.get(self.at) {
            match self.asked_since {
                None => {
                    self.asked_since = Some(now);
                    lines.push(format!("# {}?", button.name()));
                    return lines;
                }
                Some(since) if now.saturating_sub(since) >= ONE_KEY => {
                    lines.push(format!("#   {} is skipped", button.name()));
                    self.next();
                }
                Some(_) => return lines,
            }
        }
        lines
    }

    fn next(&mut self) {
        self.at += 1;
        self.asked_since = None;
    }

    /// Takes an event of a key and returns the line to print.
    fn hear(&mut self, now: Duration, sent: &Sent) -> String {
        self.heard_at = now;
        let meaning = self.codes.button(&sent.device, sent.code);
        if meaning == Some(Button::Key(RemoteKey::Back)) {
            self.back_since = match sent.stroke {
                Stroke::Down => Some(now),
                Stroke::Again => self.back_since,
                Stroke::Up => None,
            };
        }
        let is_new = !self.learned.contains_key(&(sent.device.clone(), sent.code));
        if let (Stroke::Down, true, Some(asked)) = (sent.stroke, is_new, self.asked.get(self.at)) {
            self.learned.insert((sent.device.clone(), sent.code), (sent.name.clone(), *asked));
            self.next();
        }
        let stroke = match sent.stroke {
            Stroke::Down => "down",
            Stroke::Again => "still down",
            Stroke::Up => "up",
        };
        let meaning = meaning.map_or("nothing yet", Button::name);
        format!("#   «{}» {} ({:#x}) {stroke}, means {meaning}", sent.device, sent.name, sent.code)
    }

    fn is_over(&self, now: Duration) -> bool {
        let is_back_long = self.back_since.is_some_and(|since| now.saturating_sub(since) >= LONG_BACK);
        is_back_long || now.saturating_sub(self.heard_at) >= SILENCE
    }

    /// When something is due, if nothing is heard before.
    fn next_due(&self) -> Duration {
        let skip = self.asked_since.filter(|_| self.at < self.asked.len()).map(|since| since + ONE_KEY);
        let back = self.back_since.map(|since| since + LONG_BACK);
        [skip, back].into_iter().flatten().min().map_or(self.heard_at + SILENCE, |due| due.min(self.heard_at + SILENCE))
    }

    /// The keymap for what differs from the codes as they are.
    fn keymap(&self) -> String {
        let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((device, code), (name, button)) in &self.learned {
            if self.codes.button(device, *code) == Some(*button) {
                continue;
            }
            // The kernel has no name for some codes.
            let key = if name.starts_with("KEY_") { name.clone() } else { format!("{code:#x}") };
            sections.entry(device).or_default().push(format!("{key} = \"{}\"", button.name()));
        }
        if sections.is_empty() {
            return "# Every key that was pressed is known already; no keymap is needed.".to_owned();
        }
        let mut text = "# For the file that input.keymap names:\n".to_owned();
        for (device, lines) in sections {
            let device = device.replace('\\', "\\\\").replace('"', "\\\"");
            text.push_str(&format!("[device.\"{device}\"]\n{}\n", lines.join("\n")));
        }
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Direction, parse_keymap};

    fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn sent(code: u16, stroke: Stroke) -> Sent {
        let name = match code {
            103 => "KEY_UP".to_owned(),
            148 => "KEY_PROG1".to_owned(),
            158 => "KEY_BACK".to_owned(),
            _ => format!("unknown key: {code}"),
        };
        Sent { device: "Odd \"Remote\"".to_owned(), node: "event3".to_owned(), at: secs(0), code, name, stroke }
    }

    fn lesson() -> Lesson {
        Lesson::new(Codes::standard(RemoteKey::Back))
    }

    #[test]
    fn what_differs_becomes_a_keymap_that_is_understood() {
        let mut lesson = lesson();
        assert_eq!(lesson.say(secs(0)), ["# UP?"]);
        lesson.hear(secs(1), &sent(103, Stroke::Down));
        lesson.hear(secs(1), &sent(103, Stroke::Up));
        assert_eq!(lesson.say(secs(1)), ["# DOWN?"]);
        lesson.hear(secs(2), &sent(148, Stroke::Down));
        assert_eq!(lesson.say(secs(2)), ["# LEFT?"]);
        lesson.hear(secs(3), &sent(0x2f1, Stroke::Down));
        let keymap = lesson.keymap();
        assert!(!keymap.contains("KEY_UP"), "it is known: {keymap}");
        let codes = parse_keymap(&keymap, Codes::standard(RemoteKey::Back)).expect("it is a keymap");
        let arrow = |direction| Some(Button::Key(RemoteKey::Arrow(direction)));
        assert_eq!(codes.button("Odd \"Remote\"", 148), arrow(Direction::Down));
        assert_eq!(codes.button("Odd \"Remote\"", 0x2f1), arrow(Direction::Left));
    }

    #[test]
    fn a_key_that_is_not_there_is_skipped() {
        let mut lesson = lesson();
        lesson.say(secs(0));
        assert!(lesson.say(secs(7)).is_empty());
        assert_eq!(lesson.say(secs(8)), ["#   UP is skipped", "# DOWN?"]);
    }

    #[test]
    fn one_key_answers_one_question() {
        let mut lesson = lesson();
        lesson.say(secs(0));
        lesson.hear(secs(1), &sent(148, Stroke::Down));
        lesson.say(secs(1));
        lesson.hear(secs(2), &sent(148, Stroke::Down));
        assert!(lesson.say(secs(2)).is_empty(), "DOWN is still asked for");
    }

    #[test]
    fn the_lesson_ends_with_a_long_back_or_silence() {
        let mut lesson = lesson();
        lesson.hear(secs(1), &sent(158, Stroke::Down));
        assert!(!lesson.is_over(secs(2)) && lesson.is_over(secs(3)));
        lesson.hear(secs(4), &sent(158, Stroke::Up));
        assert!(!lesson.is_over(secs(33)) && lesson.is_over(secs(34)));
    }

    #[test]
    fn a_remote_that_is_known_needs_no_keymap() {
        assert!(lesson().keymap().contains("no keymap is needed"));
    }
}
