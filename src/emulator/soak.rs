//! A day in front of the television: random keys, faults and passing days, speeded up (IDLE-4).
//!
//! A seed repeats the keys, the faults and the days; what depends on the threads of this process
//! may differ. It ends with an error as soon as something that must always be true is not.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bonus_sandbox::values::MemberId;
use bonus_sandbox::{Control, Fault, FaultKind, MonthlyLimit, Policy};
use bonus_tv::core::PlaceKind;
use bonus_tv::input::{Direction, RemoteKey};
use bonus_tv::view::focused::focused;

use super::args::Size;
use super::headless::Television;
use super::random_keys::RandomKeys;
use super::setup::Setup;
use super::{Args, EmulatorError};

/// A line is printed so often, in virtual time.
const LINE: Duration = Duration::from_secs(2 * 3600);
/// Of the whole time, the first part fills caches and counts for nothing.
const WARM_UP: u32 = 4;
/// Memory that may be gained after the warm-up, beside what the sandbox keeps on purpose.
const GROWTH: i64 = 5 * 1024 * 1024;
/// The picture is compared with one drawn anew after so many keys, and after every evening.
const PICTURE_EVERY: u64 = 50;
/// For so many milliseconds a key is down, and one that is held.
const TAP: u64 = 80;
const HOLD: u64 = 700;
/// So many steps before the end are told when something is found.
const TOLD: usize = 120;
/// Descriptors that may come and go: connections in use and in the pool.
const SPARE_DESCRIPTORS: usize = 8;

/// Soaks the television for so long.
pub(crate) fn run(setup: Setup, args: &Args, time: Duration) -> Result<(), EmulatorError> {
    let seed = args.seed.unwrap_or_else(|| (bonus_tv::engine::clock::entropy() & u128::from(u32::MAX)) as u64);
    let scenario = args.scenario.clone().unwrap_or_else(|| "vip".to_owned());
    let size = args.size.unwrap_or(Size { width: 1280, height: 720 });
    let mut television = Television::start(setup, size, u128::from(seed))?;
    let control = television.sandbox().ok_or_else(|| failed("it needs the sandbox inside"))?;
    television.settle()?;
    if args.policy.is_none() {
        // Films that count for no month can be rented all day.
        control.set_policy(Policy { monthly: MonthlyLimit::FilmsExempt, ..control.policy() })?;
    }
    println!("soak of {time:?}, scenario {scenario}, seed {seed}");
    let mut soak = Soak {
        television,
        control,
        scenario,
        dice: RandomKeys::new(seed),
        began: Instant::now(),
        counts: Counts::default(),
        trail: VecDeque::new(),
        footprints: Vec::new(),
    };
    let result = soak.run(time, args.soak_limit.unwrap_or(Duration::MAX));
    if result.is_err() {
        println!("seed {seed} found this after {} keys", soak.counts.keys);
        println!("the last of them: --keys \"{}\"", soak.script());
        let picture = std::env::temp_dir().join(format!("bonus-tv-soak-{seed}.png"));
        soak.television.screenshot(&picture)?;
        println!("the picture: {}", picture.display());
    }
    result
}

#[derive(Debug, Default)]
struct Counts {
    keys: u64,
    orders: u64,
    faults: u64,
    sign_ins: u64,
    exits: u64,
    pictures: u64,
}

/// What the process holds at a moment.
#[derive(Debug, Clone, Copy)]
struct Footprint {
    at: Duration,
    resident: i64,
    /// What grows on purpose: the sandbox's data and pictures, and the television's pictures up to their limit.
    kept: i64,
    descriptors: usize,
}

struct Soak {
    television: Television,
    control: Control,
    scenario: String,
    dice: RandomKeys,
    began: Instant,
    counts: Counts,
    /// The last keys and waits, as a script has them.
    trail: VecDeque<String>,
    footprints: Vec<Footprint>,
}

impl Soak {
    fn run(&mut self, time: Duration, limit: Duration) -> Result<(), EmulatorError> {
        let mut line_at = LINE;
        while self.television.elapsed() < time && self.began.elapsed() < limit {
            self.evening()?;
            self.look()?;
            if self.television.elapsed() >= line_at {
                line_at = self.television.elapsed() + LINE;
                println!("{}", self.line());
            }
        }
        self.recover()?;
        println!("{}", self.line());
        if self.television.elapsed() < time {
            println!("the real time is over before the virtual");
        }
        self.judge()?;
        println!(
            "soak passed: one focus after every key, every picture compared is the same drawn anew, ledger and balance agree, nothing grew that was measured"
        );
        Ok(())
    }

    /// Somebody uses the television for a while, perhaps with a bad link, and leaves it alone for longer.
    fn evening(&mut self) -> Result<(), EmulatorError> {
        let is_faulty = self.roll(3) == 0;
        if is_faulty {
            let fault = self.fault();
            self.counts.faults += 1;
            self.control.set_faults(vec![fault]);
        }
        for _ in 0..10 + self.roll(30) {
            let key = self.dice.key();
            self.press(key)?;
        }
        if self.roll(2) == 0 {
            self.order()?;
        }
        self.control.clear_faults();
        self.sign_in()?;
        // A quarter of an hour on average, now and then a night.
        let minutes = if self.roll(12) == 0 { 360 } else { 2 + self.roll(26) };
        self.note(format!("WAIT:{minutes}m"));
        self.television.pass(Duration::from_secs(60 * minutes));
        self.television.settle()?;
        self.check_picture()?;
        self.check()
    }

    /// Tries to rent something from the home screen, as a viewer would.
    fn order(&mut self) -> Result<(), EmulatorError> {
        for _ in 0..6 {
            if self.television.app().place().kind() == PlaceKind::Home && self.television.app().dialog().is_none() {
                break;
            }
            self.press(RemoteKey::Back)?;
        }
        // Below the first rows, with what runs already, lie the films.
        for _ in 0..2 + self.roll(2) {
            self.press(RemoteKey::Arrow(Direction::Down))?;
        }
        for _ in 0..self.roll(5) {
            self.press(RemoteKey::Arrow(Direction::Right))?;
        }
        self.press(RemoteKey::Ok)?;
        self.press(RemoteKey::Ok)?;
        if self.television.app().place().kind() == PlaceKind::Confirm {
            self.note("WAIT:400ms".to_owned());
            self.television.pass(Duration::from_millis(400));
            self.press(RemoteKey::Arrow(Direction::Right))?;
            self.press(RemoteKey::Ok)?;
            if self.television.app().place().kind() == PlaceKind::Outcome {
                self.counts.orders += 1;
            }
        }
        Ok(())
    }

    fn press(&mut self, key: RemoteKey) -> Result<(), EmulatorError> {
        let held = if self.roll(20) == 0 { HOLD } else { TAP };
        self.counts.keys += 1;
        self.note(step(key, held));
        self.television.press(key, Duration::from_millis(held));
        self.television.settle()?;
        if self.television.come_back() {
            self.counts.exits += 1;
        }
        if self.counts.keys.is_multiple_of(PICTURE_EVERY) {
            self.check_picture()?;
        }
        self.check()
    }

    fn note(&mut self, step: String) {
        if self.trail.len() == TOLD {
            self.trail.pop_front();
        }
        self.trail.push_back(step);
    }

    /// What was done last, for `--keys`; faults, and orders that the sandbox no longer takes, are not in it.
    fn script(&self) -> String {
        self.trail.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The picture, which is drawn part by part, is the one that the state draws anew (C54).
    fn check_picture(&mut self) -> Result<(), EmulatorError> {
        self.counts.pictures += 1;
        self.television.check_picture()
    }

    /// Somebody at the phone lets the television in again, and points for the next film come with it.
    fn sign_in(&mut self) -> Result<(), EmulatorError> {
        let code = self.television.app().code_on_screen().map(|code| code.user_code.clone());
        if let Some(code) = code {
            // The code may have run out by the sandbox's clock; the next evening brings another.
            if self.control.approve(&code, &self.scenario).is_ok() {
                self.counts.sign_ins += 1;
            }
        }
        if let Some(member) = self.member()
            && self.control.balance(&member)?.get() < 2_000
            && self.is_enrolled()
        {
            self.control.adjust_points(&member, 3_000)?;
        }
        Ok(())
    }

    fn is_enrolled(&self) -> bool {
        self.television.app().data.account.as_ref().is_some_and(|account| account.is_enrolled)
    }

    fn member(&self) -> Option<MemberId> {
        self.television.app().data.account.as_ref().map(|account| MemberId::new(account.member_id.as_str()))
    }

    /// What must be true after every key.
    fn check(&self) -> Result<(), EmulatorError> {
        let shown = focused(&self.television.view());
        if shown != 1 {
            let place = self.television.app().place().kind();
            return Err(failed(&format!("{shown} elements show the focus at {place:?}")));
        }
        Ok(())
    }

    /// What must be true after every evening: the sandbox's ledger adds up to the balance.
    fn look(&mut self) -> Result<(), EmulatorError> {
        if let Some(member) = self.member() {
            let ledger: i64 = self.control.ledger(&member)?.iter().map(|row| row.amount).sum();
            let balance = self.control.balance(&member)?.get();
            if ledger != balance {
                return Err(failed(&format!("the ledger adds up to {ledger}, the balance is {balance}")));
            }
        }
        let footprint = self.footprint()?;
        self.footprints.push(footprint);
        Ok(())
    }

    /// Without faults the television finds its way back by itself, once somebody looks at it.
    fn recover(&mut self) -> Result<(), EmulatorError> {
        self.control.clear_faults();
        for _ in 0..5 {
            self.press(RemoteKey::Blue)?;
            self.television.pass(Duration::from_secs(40));
            self.television.settle()?;
        }
        self.look()?;
        match self.television.app().link_failure() {
            Some(failure) => Err(failed(&format!("it does not recover: {failure:?}"))),
            None => Ok(()),
        }
    }

    /// Memory and descriptors at the end against those after the warm-up.
    fn judge(&self) -> Result<(), EmulatorError> {
        let end = self.television.elapsed();
        let last: Vec<&Footprint> =
            self.footprints.iter().filter(|print| print.at > end / WARM_UP * (WARM_UP - 1)).collect();
        let first: Vec<&Footprint> =
            self.footprints.iter().filter(|print| print.at > end / WARM_UP && print.at <= end / 2).collect();
        let (Some(before), Some(after)) = (median(&first, own), median(&last, own)) else {
            println!("SKIPPED: it was too short to compare memory and descriptors");
            return Ok(());
        };
        let grown = after - before;
        println!("memory beside what is kept on purpose: {} after the warm-up, {} at the end", mib(before), mib(after));
        if grown > GROWTH {
            return Err(failed(&format!("memory grew by {}", mib(grown))));
        }
        let most = first.iter().map(|print| print.descriptors).max().unwrap_or(0);
        let least = last.iter().map(|print| print.descriptors).min().unwrap_or(0);
        println!("descriptors: at most {most} after the warm-up, at least {least} at the end");
        if least > most + SPARE_DESCRIPTORS {
            return Err(failed(&format!("descriptors grew from {most} to {least}")));
        }
        Ok(())
    }

    fn line(&self) -> String {
        let Counts { keys, orders, faults, sign_ins, exits, pictures } = &self.counts;
        let hours = self.television.elapsed().as_secs_f64() / 3600.0;
        let wall = self.began.elapsed().as_secs();
        let now = self.footprints.last();
        let (resident, kept, descriptors) =
            now.map_or((0, 0, 0), |print| (print.resident, print.kept, print.descriptors));
        format!(
            "{hours:5.1} h virtual {wall:>4} s real  keys {keys}  orders {orders}  faults {faults}  sign-ins {sign_ins}  \
             exits {exits}  pictures compared {pictures}  RSS {} (kept on purpose {})  descriptors {descriptors}",
            mib(resident),
            mib(kept),
        )
    }

    fn footprint(&self) -> Result<Footprint, EmulatorError> {
        let unreadable = |error| EmulatorError::Io("reading /proc/self".to_owned(), error);
        let status = std::fs::read_to_string("/proc/self/status").map_err(unreadable)?;
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<i64>().ok())
            .ok_or_else(|| failed("/proc/self/status says nothing of VmRSS"))?;
        let descriptors = std::fs::read_dir("/proc/self/fd").map_err(unreadable)?.count();
        let kept = self.control.kept_bytes()? + self.television.picture_bytes() as u64;
        Ok(Footprint {
            at: self.television.elapsed(),
            resident: kibibytes * 1024,
            kept: i64::try_from(kept).unwrap_or(i64::MAX),
            descriptors,
        })
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice.roll(sides)
    }

    /// Something goes wrong with some requests, quickly: what hangs would only cost real time.
    fn fault(&mut self) -> Fault {
        let kinds = [
            FaultKind::Status,
            FaultKind::Drop,
            FaultKind::Close,
            FaultKind::Truncate,
            FaultKind::Garbage,
            FaultKind::Html,
            FaultKind::WrongType,
            FaultKind::LatencyMs,
        ];
        let index = usize::try_from(self.roll(kinds.len() as u64)).unwrap_or(0);
        let kind = kinds.get(index).copied().unwrap_or(FaultKind::Status);
        let path = if self.roll(4) == 0 { "/v1/exchanges" } else { "/" };
        let mut fault = Fault::new(path, kind);
        fault.times = (self.roll(3) > 0).then(|| 1 + u32::try_from(self.roll(8)).unwrap_or(0));
        fault.latency_ms = Some(30);
        let statuses = [401, 404, 429, 500, 502, 503];
        fault.status = statuses.get(usize::try_from(self.roll(6)).unwrap_or(0)).copied();
        fault.retry_after = (self.roll(2) == 0).then_some(20);
        fault
    }
}

/// A key that was down for so many milliseconds, as a script has it.
fn step(key: RemoteKey, held: u64) -> String {
    if held == TAP { key.name().to_owned() } else { format!("HOLD:{}:{held}ms", key.name()) }
}

/// Memory that is not kept on purpose.
fn own(print: &Footprint) -> i64 {
    print.resident - print.kept
}

fn median(prints: &[&Footprint], of: impl Fn(&Footprint) -> i64) -> Option<i64> {
    let mut values: Vec<i64> = prints.iter().map(|print| of(print)).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn mib(bytes: i64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

fn failed(what: &str) -> EmulatorError {
    EmulatorError::Soak(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonus_tv::input::parse_script;

    #[test]
    fn what_is_told_of_a_key_is_a_step_of_a_script() {
        for (key, held) in RemoteKey::all().flat_map(|key| [(key, TAP), (key, HOLD)]) {
            let told = step(key, held);
            assert_eq!(parse_script(&told).map(|steps| steps.len()).ok(), Some(1), "{told}");
        }
    }
}
