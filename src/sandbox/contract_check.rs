//! Checks whether a server keeps the contract of the bonus API.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bonus_sandbox::contract::{
    CHECKS, Options, Patience, Person, RunError, Secret, Sockets, Spending, Surroundings, Switches, run,
};
use clap::Parser;
use url::Url;

const HELD: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const ENVIRONMENT: u8 = 3;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Checks whether a server keeps the contract of the bonus API, by what a set-top box relies on",
    after_help = "Signs in as a box does: open the printed address, enter the code and choose a test subscriber, twice. Reads \
                  only, unless --spend names a subscriber.\n\n\
                  Exit status: 0 every promise held, 1 a check failed, 2 usage, 3 the server or a file cannot be reached. A \
                  check that cannot be made is skipped with its reason; see docs/operator.md."
)]
struct Flags {
    /// The address that /v1/ and /oauth/ are appended to, such as https://bonus.example/
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    api: Option<Url>,
    /// Make one order that is charged, if the subscriber who signs in has this member_id or display_name
    #[arg(long, value_name = "NAME")]
    spend: Option<String>,
    /// Also have a code refused, sign in another subscriber, and wait until a code and a token expire: about 75 minutes
    /// where they live as long as RFC 8628 and RFC 6749 suggest
    #[arg(long)]
    patient: bool,
    /// The access token of the test subscriber: nobody is asked to sign in, and the checks of the sign-in are skipped.
    /// Other users of the machine see flags, so the environment is the better place
    #[arg(long, env = "CONTRACT_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// The switches of a sandbox: they answer codes and move its clock, so nobody is asked and nothing waited for
    #[arg(long, value_name = "URL")]
    switches: Option<Url>,
    /// With --switches: the test subscriber
    #[arg(long, value_name = "SCENARIO", default_value = "vip", requires = "switches")]
    scenario: String,
    /// With --switches: the other test subscriber
    #[arg(long, value_name = "SCENARIO", default_value = "standard", requires = "switches")]
    other_scenario: String,
    /// Trust the certificates of this file in PEM besides the public ones
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// End the run after so many seconds, 10 to 14400
    #[arg(long, value_name = "SECONDS", default_value_t = 7200, value_parser = clap::value_parser!(u64).range(10..=14_400))]
    time_limit: u64,
    /// List the checks and exit
    #[arg(long)]
    list: bool,
}

/// Why there is no report.
#[derive(Debug)]
struct Ended {
    status: u8,
    why: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match checked(Flags::parse()).await {
        Ok(status) => ExitCode::from(status),
        Err(Ended { status, why }) => {
            eprintln!("contract-check: {why}");
            ExitCode::from(status)
        }
    }
}

async fn checked(flags: Flags) -> Result<u8, Ended> {
    let Some(address) = flags.api.filter(|_| !flags.list) else {
        let width = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or(0);
        for check in CHECKS {
            println!("{:width$}  {}", check.id, check.claim);
        }
        return Ok(HELD);
    };
    if !matches!(address.scheme(), "http" | "https") || !address.has_host() {
        return Err(usage("--api is an http or https address with a host"));
    }
    let pem = match &flags.ca {
        Some(file) => {
            Some(std::fs::read(file).map_err(|error| environment(format!("reading {}: {error}", file.display())))?)
        }
        None => None,
    };
    let sockets = Sockets::new(pem.as_deref()).map_err(|error| environment(error.to_string()))?;
    let wire = Arc::new(sockets);
    let surroundings: Arc<dyn Surroundings> = match &flags.switches {
        Some(switches) => {
            Arc::new(Switches::new(wire.clone(), switches.as_str(), &flags.scenario, &flags.other_scenario))
        }
        None => Arc::new(Person { patience: if flags.patient { Patience::Everything } else { Patience::SignIn } }),
    };
    let options = Options {
        address,
        token: flags.token.map(Secret::new),
        spending: flags.spend.map_or(Spending::Nothing, Spending::OneOrderOf),
        name: name_of_run().map_err(|error| environment(format!("the system's randomness: {error}")))?,
        time_limit: Duration::from_secs(flags.time_limit),
    };
    let report = run(wire, surroundings, options).await.map_err(|error| match error {
        RunError::Unreachable(_) => environment(error.to_string()),
        RunError::OtherSubscriber { .. } => usage(error.to_string()),
    })?;
    print!("{}", report.table());
    if let Some(file) = &flags.junit {
        std::fs::write(file, report.junit())
            .map_err(|error| environment(format!("writing {}: {error}", file.display())))?;
    }
    Ok(if report.has_held() { HELD } else { FAILED })
}

/// Idempotency keys of two runs must differ.
fn name_of_run() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn usage(why: impl Into<String>) -> Ended {
    Ended { status: USAGE, why: why.into() }
}

fn environment(why: impl Into<String>) -> Ended {
    Ended { status: ENVIRONMENT, why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(words: &[&str]) -> u8 {
        let flags = Flags::try_parse_from([&["contract-check"][..], words].concat()).expect("the words are flags");
        checked(flags).await.unwrap_or_else(|ended| ended.status)
    }

    #[tokio::test]
    async fn an_exit_status_says_who_is_at_fault() {
        assert_eq!(status(&["--list"]).await, HELD);
        assert_eq!(status(&["--api", "ftp://bonus.example/"]).await, USAGE);
        assert_eq!(status(&["--api", "http://127.0.0.1:1/"]).await, ENVIRONMENT);
        assert_eq!(status(&["--api", "http://127.0.0.1:1/", "--ca", "/no/such/file"]).await, ENVIRONMENT);
        for wrong in [&["--api", "nonsense"][..], &[], &["--api", "http://127.0.0.1:1", "--time-limit", "9"]] {
            assert!(Flags::try_parse_from([&["contract-check"][..], wrong].concat()).is_err(), "{wrong:?}");
        }
    }
}
