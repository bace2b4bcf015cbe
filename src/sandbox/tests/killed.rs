//! An exchange killed at each of its SQL statements: the old state or the new one, never between.
//!
//! The test starts its own binary again, which orders over a database file and kills itself with
//! SIGKILL when the statement is about to run. The parent looks at what the file says then.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::support::{NOON, at};
use crate::clock::Clock;
use crate::policy::Policy;
use crate::randomness::Randomness;
use crate::seed::Seed;
use crate::service::catalogue::Language;
use crate::service::order::{self, Order};
use crate::service::scenario::{self, Scenario};
use crate::state::{Parts, Sandbox, Threads};
use crate::store::{Store, ledger};
use crate::values::{MemberId, OfferId, Points};

/// The database of the child; absent in every other process.
const DATABASE: &str = "BONUS_TV_KILLED_DATABASE";
/// The statement to die at, counted from 1; none of them if it is larger than their number.
const STATEMENT: &str = "BONUS_TV_KILLED_STATEMENT";
/// More statements than an exchange has.
const MOST_STATEMENTS: usize = 500;

static LEFT: AtomicUsize = AtomicUsize::new(0);

fn sandbox(database: &Path, seed: u64) -> Sandbox {
    Sandbox::new(Parts {
        seed: Arc::new(Seed::embedded()),
        scenarios: Scenario::built_in().unwrap().into(),
        store: Arc::new(Store::open(Some(database)).unwrap()),
        clock: Clock::frozen(at(NOON)),
        randomness: Randomness::seeded(seed),
        policy: Policy::default(),
        public_url: "http://sandbox".to_owned(),
        control_names: Vec::new(),
        threads: Threads::Caller,
    })
    .unwrap()
}

fn member() -> MemberId {
    MemberId::new("m-exact-points")
}

fn order_film(sandbox: &Sandbox) -> u16 {
    let order = Order {
        idempotency_key: "k1".to_owned(),
        payload_hash: "film".to_owned(),
        wishes: vec![(OfferId::new("film-potemkin"), Points::new(800).unwrap())],
        request_id: "r".to_owned(),
        language: Language::Russian,
    };
    sandbox.for_member(&member(), |scope| order::answer(scope, &order)).unwrap().status
}

/// Everything an exchange changes: balance, charges, exchanges, entitlements, stored answers.
fn state(sandbox: &Sandbox) -> (i64, i64, i64, i64, i64) {
    let count = |sql| sandbox.store.connection().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let charges = count("SELECT count(*) FROM entries WHERE type = 'exchange'");
    let exchanges = count("SELECT count(*) FROM exchanges WHERE state = 'confirmed'");
    let (entitlements, answers) = (count("SELECT count(*) FROM entitlements"), count("SELECT count(*) FROM answers"));
    let balance = sandbox.for_member(&member(), |scope| Ok(ledger::balance(scope.transaction, scope.key())?)).unwrap();
    (balance.get(), charges, exchanges, entitlements, answers)
}

const OLD: (i64, i64, i64, i64, i64) = (800, 0, 0, 0, 0);
const NEW: (i64, i64, i64, i64, i64) = (0, 1, 1, 1, 1);

fn die() {
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
}

fn count_down(event: TraceEvent<'_>) {
    // A comment is how SQLite tells of a trigger that begins.
    if let TraceEvent::Stmt(_, sql) = event
        && !sql.starts_with("--")
        && LEFT.fetch_sub(1, Ordering::SeqCst) == 1
    {
        die();
    }
}

#[test]
fn an_exchange_that_dies_in_a_process_of_its_own() {
    let (Some(database), Ok(statement)) = (std::env::var_os(DATABASE), std::env::var(STATEMENT)) else { return };
    let sandbox = sandbox(Path::new(&database), 2);
    LEFT.store(statement.parse().unwrap(), Ordering::SeqCst);
    sandbox.store.connection().trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(count_down));
    assert_eq!(order_film(&sandbox), 201);
    // The answer is on disk and never leaves the process.
    println!("statements {}", statement.parse::<usize>().unwrap() - LEFT.load(Ordering::SeqCst));
    die();
}

fn run_child(database: &Path, statement: usize) -> Option<usize> {
    let own = "tests::killed::an_exchange_that_dies_in_a_process_of_its_own";
    let output = Command::new(std::env::current_exe().unwrap())
        .args([own, "--exact", "--nocapture"])
        .env(DATABASE, database)
        .env(STATEMENT, statement.to_string())
        .output()
        .unwrap();
    assert!(!output.status.success(), "it is always killed: {}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.rsplit_once("statements ")?.1.trim().parse().ok())
}

#[test]
fn an_exchange_killed_at_any_statement_is_made_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().join("base.sqlite");
    {
        let sandbox = sandbox(&base, 1);
        let chosen = sandbox.scenarios.iter().find(|scenario| scenario.name == "exact-points").unwrap();
        scenario::load(&sandbox, chosen).unwrap();
        assert_eq!(state(&sandbox), OLD);
    }
    let copy = |number: usize| -> PathBuf {
        let copy = directory.path().join(format!("{number}.sqlite"));
        std::fs::copy(&base, &copy).unwrap();
        copy
    };
    let whole = copy(MOST_STATEMENTS);
    let statements = run_child(&whole, MOST_STATEMENTS).unwrap();
    assert_eq!(state(&sandbox(&whole, 3)), NEW, "killed after the commit and before the answer");
    assert!(statements > 20, "an exchange has many statements: {statements}");
    for statement in 1..=statements {
        let database = copy(statement);
        assert_eq!(run_child(&database, statement), None, "killed before statement {statement} of {statements}");
        let sandbox = sandbox(&database, 3);
        let found = state(&sandbox);
        assert!(found == OLD || found == NEW, "after a death at statement {statement}: {found:?}");
        assert_eq!(order_film(&sandbox), 201, "whoever asks again is answered");
        assert_eq!(state(&sandbox), NEW, "and charged once");
    }
}
