//! The command line, tolerant of what `cargo test` passes to every test binary.

use clap::{Parser, ValueEnum};

/// Deterministic simulation of boxes, disks, network and server: an order happens once or not at all.
#[derive(Debug, Clone, Parser)]
#[command(name = "simulation")]
pub struct Options {
    /// How many seeds to run
    #[arg(long, default_value_t = 100)]
    pub seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    pub start: u64,
    /// Runs this seed alone and prints its trace
    #[arg(long)]
    pub seed: Option<u64>,
    /// Puts a bug in, runs until it is caught and prints the trace
    #[arg(long, value_enum)]
    pub bug: Option<Bug>,
    /// Prints the trace of every seed
    #[arg(long)]
    pub trace: bool,
    /// Threads [default: as many as the machine has]
    #[arg(long)]
    pub threads: Option<usize>,
    /// Kills real processes over real sockets so many times, instead of simulating
    #[arg(long, value_name = "KILLS")]
    pub real: Option<u32>,
    /// What else the test runner passes: name filters
    #[arg(hide = true)]
    pub filters: Vec<String>,
}

/// Bugs that can be put in by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bug {
    /// The box's disk does nothing when told to sync
    DropSync,
    /// An order that is asked for again gets a new key
    NewKeyOnRetry,
    /// The server charges in one transaction and stores the answer in another
    ChargeOutsideTransaction,
    /// The box's disk forgets the order when the power goes
    ForgetKey,
    /// A start takes a stored order for one that was just confirmed, and sends it however old it is
    LateSend,
    /// The box does not count the time that its system sleeps
    StandbyUncounted,
    /// Leaving ends the program without a word about an order under way
    LeaveAtOnce,
    /// Whatever exchange answers an order is taken for its own
    BelieveAnyAnswer,
    /// Whatever exchange a lookup finds is taken for the order's own
    BelieveAnyLookup,
    /// One optional field that cannot be read makes an answer unreadable
    StrictFields,
    /// A service that is silent about an order keeps it under way for ever
    EndlessOrder,
    /// The server forgets a key after seven days
    ForgetOldKeys,
    /// A start with other tokens finds what was kept for the earlier ones
    KeepMemberData,
}

impl Bug {
    /// Every bug.
    pub const ALL: [Self; 13] = [
        Self::DropSync,
        Self::NewKeyOnRetry,
        Self::ChargeOutsideTransaction,
        Self::ForgetKey,
        Self::LateSend,
        Self::StandbyUncounted,
        Self::LeaveAtOnce,
        Self::BelieveAnyAnswer,
        Self::BelieveAnyLookup,
        Self::StrictFields,
        Self::EndlessOrder,
        Self::ForgetOldKeys,
        Self::KeepMemberData,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::DropSync => "drop-sync",
            Self::NewKeyOnRetry => "new-key-on-retry",
            Self::ChargeOutsideTransaction => "charge-outside-transaction",
            Self::ForgetKey => "forget-key",
            Self::LateSend => "late-send",
            Self::StandbyUncounted => "standby-uncounted",
            Self::LeaveAtOnce => "leave-at-once",
            Self::BelieveAnyAnswer => "believe-any-answer",
            Self::BelieveAnyLookup => "believe-any-lookup",
            Self::StrictFields => "strict-fields",
            Self::EndlessOrder => "endless-order",
            Self::ForgetOldKeys => "forget-old-keys",
            Self::KeepMemberData => "keep-member-data",
        }
    }
}

/// What a run of this binary is to do.
pub enum Wish {
    /// The test runner asks for the names of the tests.
    List,
    /// Nothing here was asked for.
    Nothing,
    /// To run.
    Run {
        /// How.
        options: Options,
        /// Whether no number was given, so that the tests of the simulation itself run too.
        is_plain: bool,
    },
}

/// The role of a box, if this process was started for it.
pub fn as_box() -> Option<crate::real_box::RealBox> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [role, api, directory, log, rest @ ..] = given.as_slice() else { return None };
    (role == "--as-box").then(|| crate::real_box::RealBox {
        api: api.parse().unwrap_or_else(|error| panic!("{api}: {error}")),
        directory: directory.into(),
        log: log.into(),
        is_last: rest.iter().any(|flag| flag == "--last"),
    })
}

/// Reads the command line.
pub fn read() -> Wish {
    // What the test runner's own harness would take, and what follows each of them.
    const ALONE: [&str; 8] =
        ["--nocapture", "--no-capture", "--quiet", "-q", "--show-output", "--ignored", "--include-ignored", "--exact"];
    const WITH_VALUE: [&str; 5] = ["--test-threads", "--color", "--format", "--skip", "-Z"];
    let mut kept = Vec::new();
    let mut given = std::env::args();
    let mut is_plain = true;
    while let Some(argument) = given.next() {
        let name = argument.split('=').next().unwrap_or_default().to_owned();
        if argument == "--list" {
            return Wish::List;
        } else if ALONE.contains(&name.as_str()) {
        } else if WITH_VALUE.contains(&name.as_str()) {
            if !argument.contains('=') {
                given.next();
            }
        } else {
            is_plain &= !argument.starts_with("--");
            kept.push(argument);
        }
    }
    let options = Options::parse_from(kept);
    if !options.filters.is_empty() && !options.filters.iter().any(|filter| "simulation".contains(filter.as_str())) {
        return Wish::Nothing;
    }
    Wish::Run { options, is_plain }
}
