//! `emulator run`: plays a test on a box of its own and says what held.

use std::fmt::Write as _;
use std::time::Duration;

use crate::args::{RunArgs, Time};
use crate::ending::Signals;
use crate::{EmulatorError, Television};
use bonus_tv::engine::clock::entropy;

use super::engine::{BoxHandle, Engine, Gone};
use super::keys::{Order, millis};
use super::test_file::{Expectation, Line, Step, parse};
use super::waiting::Waited;
use super::xml::escape;
use super::{qa, tree};

/// What became of a line that can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) number: usize,
    text: String,
    /// When it was over, in virtual time.
    at: Duration,
    /// Why it did not hold.
    pub(crate) complaint: Option<String>,
}

/// How many charges the ledger had when the test began, or when its member signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Baseline(usize);

enum Broken {
    /// An expectation does not hold.
    Failed(String),
    /// The run itself cannot go on.
    Error(EmulatorError),
}

impl From<Gone> for Broken {
    fn from(gone: Gone) -> Self {
        Self::Error(EmulatorError::Headless(gone.to_string()))
    }
}

/// Plays the test of the arguments; the report is printed, and written as JUnit XML where that is wanted.
pub(crate) fn run(args: &RunArgs) -> Result<(), EmulatorError> {
    let read = |error| EmulatorError::Io(format!("reading {}", args.test.display()), error);
    let text = std::fs::read_to_string(&args.test).map_err(read)?;
    let lines = parse(&text).map_err(|error| EmulatorError::Usage(format!("{}: {error}", args.test.display())))?;
    let failed = |what: &'static str| move |error| EmulatorError::Io(what.to_owned(), error);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(failed("starting the test's thread"))?;
    runtime.block_on(async {
        let mut signals = Signals::take().map_err(failed("taking the signals"))?;
        let seed = args.televisions.seed.map_or_else(entropy, u128::from);
        let of_box = args.televisions.of_box(0, 1)?;
        let started = tokio::task::spawn_blocking(move || BoxHandle::start(of_box, Time::Virtual, seed)).await;
        let (tv, thread) = started.map_err(|_| EmulatorError::Headless("the box did not start".to_owned()))??;
        let mut checks = Vec::new();
        let result = tokio::select! {
            result = play(&tv, &lines, &mut checks) => result,
            () = signals.arrived() => Err(EmulatorError::Interrupted),
        };
        tv.stop();
        // A thread that panicked has ended, too.
        let _ = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
        let name = args.test.display().to_string();
        for check in &checks {
            let mark = if check.complaint.is_some() { "FAILED" } else { "ok" };
            println!("{mark:<6} {name}:{} {}", check.number, check.text);
        }
        if let Some(path) = &args.junit {
            let report = junit(&name, &checks, result.as_ref().err());
            std::fs::write(path, report)
                .map_err(|error| EmulatorError::Io(format!("writing {}", path.display()), error))?;
        }
        result
    })
}

/// Plays lines up to the first that does not hold.
pub(crate) async fn play(tv: &BoxHandle, lines: &[Line], checks: &mut Vec<Checked>) -> Result<(), EmulatorError> {
    let settled = tv.settle().await.map_err(|gone| EmulatorError::Headless(gone.to_string()))?;
    if !settled.is_settled {
        return Err(EmulatorError::NoAnswer);
    }
    let mut baseline =
        tv.ask(|engine| Baseline::of(engine)).await.map_err(|gone| EmulatorError::Headless(gone.to_string()))?;
    for line in lines {
        let done = play_line(tv, line, &mut baseline).await;
        let at = tv.ask(|engine| engine.television().elapsed()).await.unwrap_or_default();
        let mut check = Checked { number: line.number, text: line.text.clone(), at, complaint: None };
        match done {
            Ok(()) => {
                if matches!(line.step, Step::Wait(..) | Step::Expect(_)) {
                    checks.push(check);
                }
            }
            Err(Broken::Failed(complaint)) => {
                let error = format!("line {} «{}»: {complaint}", line.number, line.text);
                check.complaint = Some(complaint);
                checks.push(check);
                return Err(EmulatorError::Failed(error));
            }
            Err(Broken::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

impl Baseline {
    /// What is there now.
    fn of(engine: &Engine) -> Self {
        Self(qa::charges(engine).map_or(0, |charges| charges.len()))
    }
}

async fn play_line(tv: &BoxHandle, line: &Line, baseline: &mut Baseline) -> Result<(), Broken> {
    match &line.step {
        Step::Keys(steps) => {
            let done = Order::script(steps).carry_out(tv).await?;
            if !done.is_settled {
                return Err(Broken::Error(EmulatorError::NoAnswer));
            }
            Ok(())
        }
        Step::Pass(time) => {
            tv.wait(super::waiting::Want::time(), *time).await?;
            rested(&tv.settle().await?)
        }
        Step::Wait(want, timeout) => {
            let waited = tv.wait(want.clone(), *timeout).await?;
            if waited.is_met {
                return Ok(());
            }
            rested(&waited)?;
            let want = want.clone();
            let missing = tv.ask(move |engine| missing(engine, &want)).await?;
            Err(Broken::Failed(missing))
        }
        Step::Expect(expectation) => expect(tv, expectation.clone(), *baseline).await,
        Step::Faults(faults) => {
            let faults = faults.clone();
            tv.ask(move |engine| engine.television().sandbox().map(|sandbox| sandbox.set_faults(faults)))
                .await?
                .ok_or_else(|| Broken::Error(EmulatorError::Usage("FAULT needs the sandbox inside".to_owned())))
        }
        Step::SignIn(scenario) => {
            qa::sign_in_as(tv, scenario.clone())
                .await
                .map_err(|refusal| Broken::Error(EmulatorError::Control(refusal.0.detail().to_owned())))?;
            *baseline = tv.ask(|engine| Baseline::of(engine)).await?;
            Ok(())
        }
        Step::Shot(path) => {
            let written = path.clone();
            tv.ask(move |engine| engine.television().screenshot(&written)).await?.map_err(Broken::Error)
        }
    }
}

fn rested(waited: &Waited) -> Result<(), Broken> {
    if waited.is_settled { Ok(()) } else { Err(Broken::Error(EmulatorError::NoAnswer)) }
}

fn missing(engine: &mut Engine, want: &super::waiting::Want) -> String {
    let revision = engine.look().0;
    let words = want.missing(engine.television(), revision);
    if words.is_empty() { "it is not settled".to_owned() } else { format!("wanted {}", words.join(", ")) }
}

async fn expect(tv: &BoxHandle, expectation: Expectation, baseline: Baseline) -> Result<(), Broken> {
    let complaint = tv.ask(move |engine| complaint(engine, &expectation, baseline)).await?;
    complaint.map_or(Ok(()), |complaint| Err(Broken::Failed(complaint)))
}

/// Why an expectation does not hold, if it does not: screen, ledger and requests at one revision.
fn complaint(engine: &mut Engine, expectation: &Expectation, baseline: Baseline) -> Option<String> {
    let revision = engine.look().0;
    match expectation {
        Expectation::Shown(want) => (!want.is_met(engine.television(), revision)).then(|| missing(engine, want)),
        Expectation::Online => trouble(engine.television()),
        Expectation::ChargedNothing | Expectation::Charged { .. } => {
            let charges = match charges_since(engine, baseline) {
                Ok(charges) => charges,
                Err(complaint) => return Some(complaint),
            };
            let holds = match expectation {
                Expectation::Charged { points, times } => {
                    charges.len() == *times && charges.iter().all(|charge| charge == points)
                }
                _ => charges.is_empty(),
            };
            (!holds).then(|| format!("the ledger has {charges:?} since the test began"))
        }
        Expectation::Requests { method, path, count } => match qa::requests_of(engine, method, path) {
            Ok(seen) if seen.len() == *count => None,
            Ok(seen) => Some(format!("there were {}", seen.len())),
            Err(refusal) => Some(refusal.0.detail().to_owned()),
        },
    }
}

fn charges_since(engine: &Engine, baseline: Baseline) -> Result<Vec<i64>, String> {
    let charges = qa::charges(engine).map_err(|refusal| refusal.0.detail().to_owned())?;
    Ok(charges.into_iter().skip(baseline.0).collect())
}

fn trouble(television: &Television) -> Option<String> {
    let app = television.app();
    if let Some(failure) = television.trouble() {
        return Some(format!("the bonus API is out of reach: {:?}", failure.kind));
    }
    let is_known = app.data.account.is_some() || tree::screen_name(television) == "SignIn";
    (!is_known).then(|| "the bonus API has not answered yet".to_owned())
}

/// The report that CI servers read.
fn junit(name: &str, checks: &[Checked], error: Option<&EmulatorError>) -> String {
    let failures = checks.iter().filter(|check| check.complaint.is_some()).count();
    // An error that no line is to blame for is a case of its own.
    let stray = error.filter(|error| !matches!(error, EmulatorError::Failed(_)));
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\">",
        escape(name),
        checks.len() + usize::from(stray.is_some()),
        usize::from(stray.is_some())
    );
    let mut before = 0;
    for check in checks {
        let at = millis(check.at);
        let seconds = at.saturating_sub(before) as f64 / 1000.0;
        before = at;
        let case = format!("line {}: {}", check.number, check.text);
        let _ =
            write!(text, "  <testcase classname=\"{}\" name=\"{}\" time=\"{seconds:.3}\"", escape(name), escape(&case));
        match &check.complaint {
            None => text.push_str("/>\n"),
            Some(complaint) => {
                let _ = writeln!(text, "><failure message=\"{}\"/></testcase>", escape(complaint));
            }
        }
    }
    if let Some(error) = stray {
        let _ = writeln!(
            text,
            "  <testcase classname=\"{}\" name=\"the run\"><error message=\"{}\"/></testcase>",
            escape(name),
            escape(&error.to_string())
        );
    }
    text.push_str("</testsuite>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_xml_and_counts_what_failed() {
        let check = |complaint: Option<&str>| Checked {
            number: 3,
            text: "EXPECT text=\"<a & b>\"".to_owned(),
            at: Duration::from_millis(1500),
            complaint: complaint.map(str::to_owned),
        };
        let report = junit("a.keys", &[check(None), check(Some("\"no\""))], Some(&EmulatorError::NoAnswer));
        sxd_document::parser::parse(&report).unwrap_or_else(|error| panic!("{error:?}: {report}"));
        assert!(report.contains("tests=\"3\" failures=\"1\" errors=\"1\""), "{report}");
    }
}
