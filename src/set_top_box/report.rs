//! What the devices of a remote did in a lesson, in lines for a support line. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::input::{Habits, Hold};
use crate::platform::linux::{Sent, Source, Stroke};

/// Presses by two devices within this time are one press.
const ONE_PRESS: Duration = Duration::from_millis(100);

/// What every device did.
#[derive(Default)]
pub(super) struct Report {
    devices: BTreeMap<String, Device>,
    /// The last press of each code, and by which node.
    presses: BTreeMap<u16, (String, Duration)>,
    /// Pairs of nodes that sent the same press, with the longest time between the two.
    doubles: BTreeMap<(String, String), Duration>,
}

struct Device {
    source: Source,
    habits: Habits,
    down: BTreeMap<u16, Press>,
    presses: usize,
    /// The time until each key-up.
    held: Span,
    /// The time until the first repeat of the kernel.
    first_sign: Span,
    /// The time between two repeats of the kernel.
    next_sign: Span,
    /// Keys that went down a second time without a key-up.
    lost: BTreeSet<u16>,
}

struct Press {
    since: Duration,
    last_sign: Option<Duration>,
}

/// The shortest and the longest of some times.
#[derive(Default)]
struct Span {
    count: usize,
    ends: Option<(Duration, Duration)>,
}

impl Span {
    fn add(&mut self, time: Duration) {
        self.count += 1;
        let (shortest, longest) = self.ends.unwrap_or((time, time));
        self.ends = Some((shortest.min(time), longest.max(time)));
    }

    fn told(&self) -> String {
        match self.ends {
            None => "never".to_owned(),
            Some((shortest, longest)) if shortest == longest => format!("after {} ms", shortest.as_millis()),
            Some((shortest, longest)) => format!("after {} to {} ms", shortest.as_millis(), longest.as_millis()),
        }
    }
}

impl Report {
    /// Notes a device, once.
    pub(super) fn meet(&mut self, source: Source) {
        let known = self.devices.get(&source.node).is_some_and(|device| device.source == source);
        if !known {
            let device = Device {
                habits: Habits::new(source.repeat),
                source: source.clone(),
                down: BTreeMap::new(),
                presses: 0,
                held: Span::default(),
                first_sign: Span::default(),
                next_sign: Span::default(),
                lost: BTreeSet::new(),
            };
            self.devices.insert(source.node, device);
        }
    }

    /// Notes what a key did.
    pub(super) fn hear(&mut self, sent: &Sent) {
        let Some(device) = self.devices.get_mut(&sent.node) else { return };
        match sent.stroke {
            Stroke::Down => {
                device.habits.down(sent.code, sent.at);
                device.presses += 1;
                if device.down.insert(sent.code, Press { since: sent.at, last_sign: None }).is_some() {
                    device.lost.insert(sent.code);
                }
                let last = self.presses.insert(sent.code, (sent.node.clone(), sent.at));
                if let Some((node, at)) = last.filter(|(node, _)| *node != sent.node) {
                    let apart = sent.at.saturating_sub(at);
                    if apart < ONE_PRESS {
                        let most = self.doubles.entry((node, sent.node.clone())).or_default();
                        *most = apart.max(*most);
                    }
                }
            }
            Stroke::Again => {
                device.habits.again(sent.code);
                let Some(press) = device.down.get_mut(&sent.code) else { return };
                match press.last_sign.replace(sent.at) {
                    None => device.first_sign.add(sent.at.saturating_sub(press.since)),
                    Some(last) => device.next_sign.add(sent.at.saturating_sub(last)),
                }
            }
            Stroke::Up => {
                device.habits.up(sent.code, sent.at);
                if let Some(press) = device.down.remove(&sent.code) {
                    device.held.add(sent.at.saturating_sub(press.since));
                }
            }
        }
    }

    /// The report.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("Report for the support line, bonus-tv {}:", env!("CARGO_PKG_VERSION"))];
        for (node, device) in self.devices.iter().filter(|(_, device)| device.presses > 0) {
            let Source { name, id, repeat, .. } = &device.source;
            lines.push(format!("  {node} «{name}» {id}"));
            lines.push(match repeat {
                Some(repeat) => {
                    let (delay, period) = (repeat.delay.as_millis(), repeat.period.as_millis());
                    format!("    driver: repeats after {delay} ms, then every {period} ms")
                }
                None => "    driver: does not repeat".to_owned(),
            });
            lines.push(format!(
                "    {} presses; key-ups: {}, {}",
                device.presses,
                device.held.count,
                device.held.told()
            ));
            let (first, next) = (device.first_sign.told(), device.next_sign.told());
            lines.push(format!("    signs of a held key: the first {first}, the next {next}"));
            if !device.lost.is_empty() || !device.down.is_empty() {
                let codes: BTreeSet<u16> = device.lost.iter().chain(device.down.keys()).copied().collect();
                let codes: Vec<String> = codes.iter().map(|code| format!("{code:#x}")).collect();
                lines.push(format!("    no key-up came for {}", codes.join(", ")));
            }
            lines.push(format!("    taken as a device that {}", describe(device.habits.hold())));
        }
        if lines.len() == 1 {
            lines.push("  no key was heard".to_owned());
        }
        for ((first, second), apart) in &self.doubles {
            let apart = apart.as_millis();
            lines.push(format!("  {first} and {second} sent the same press, at most {apart} ms apart; it counts once"));
        }
        lines
    }
}

fn describe(hold: Hold) -> &'static str {
    match hold {
        Hold::Signed => "says when a key is held: a key repeats only once it has said so",
        Hold::Silent => "tells of key-ups at once and never of holding: a key repeats after 0.4 s",
        Hold::Unproven => "tells of key-ups late and never of holding: a key repeats after 1 s",
        Hold::Trusted => "is a program",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::AutoRepeat;

    fn source(node: &str, repeat: Option<(u64, u64)>) -> Source {
        let ms = Duration::from_millis;
        let repeat = repeat.map(|(delay, period)| AutoRepeat { delay: ms(delay), period: ms(period) });
        Source { node: node.to_owned(), name: "Receiver".to_owned(), id: "0003:1d57:ad03:0110".to_owned(), repeat }
    }

    fn hear(report: &mut Report, node: &str, at: u64, stroke: Stroke) {
        let (node, at) = (node.to_owned(), Duration::from_millis(at));
        report.hear(&Sent { device: "Receiver".to_owned(), node, at, code: 103, name: "KEY_UP".to_owned(), stroke });
    }

    #[test]
    fn a_report_says_how_each_device_repeats_and_lets_go() {
        let mut report = Report::default();
        report.meet(source("event3", Some((500, 125))));
        hear(&mut report, "event3", 0, Stroke::Down);
        hear(&mut report, "event3", 80, Stroke::Up);
        hear(&mut report, "event3", 1000, Stroke::Down);
        for at in [1500, 1625, 1750] {
            hear(&mut report, "event3", at, Stroke::Again);
        }
        hear(&mut report, "event3", 1800, Stroke::Up);
        assert_eq!(
            report.lines()[1..],
            [
                "  event3 «Receiver» 0003:1d57:ad03:0110",
                "    driver: repeats after 500 ms, then every 125 ms",
                "    2 presses; key-ups: 2, after 80 to 800 ms",
                "    signs of a held key: the first after 500 ms, the next after 125 ms",
                "    taken as a device that says when a key is held: a key repeats only once it has said so",
            ]
        );
    }

    #[test]
    fn a_report_names_doubles_and_lost_key_ups() {
        let mut report = Report::default();
        report.meet(source("event3", None));
        report.meet(source("event4", None));
        hear(&mut report, "event3", 0, Stroke::Down);
        hear(&mut report, "event4", 30, Stroke::Down);
        hear(&mut report, "event3", 60, Stroke::Up);
        report.meet(source("event3", None));
        hear(&mut report, "event4", 900, Stroke::Down);
        let lines = report.lines();
        assert!(lines.contains(&"    1 presses; key-ups: 1, after 60 ms".to_owned()), "{lines:?}");
        assert!(lines.contains(&"    no key-up came for 0x67".to_owned()), "{lines:?}");
        assert_eq!(
            lines.last().unwrap(),
            "  event3 and event4 sent the same press, at most 30 ms apart; it counts once"
        );
    }

    #[test]
    fn a_report_of_silence_says_so() {
        let mut report = Report::default();
        report.meet(source("event3", None));
        assert_eq!(report.lines()[1..], ["  no key was heard"]);
    }
}
