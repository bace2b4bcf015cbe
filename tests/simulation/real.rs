//! Real processes, real sockets, real files: killed at random moments, and checked at the end.
//!
//! The server is the program `sandbox` on a database file. The box is this binary in another role,
//! `real_box.rs`, because the box's own program wants a screen. Nothing here depends on how long
//! anything takes: kills come at random, and the end is waited for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use bonus_sandbox::policy::Policy;
use bonus_sandbox::{Control, MonthlyLimit, Options as SandboxOptions};
use bonus_tv::api::{TokenStore, Tokens};
use bonus_tv::domain::Secret;
use bonus_tv::storage::Storage;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::proxy::Proxy;

type Failure = Box<dyn std::error::Error>;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that is killed when nobody wants it any more.
struct Process(Child);

impl Process {
    fn kill(&mut self) {
        // It may have ended by itself; the exit is looked at where it matters.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills so many times and checks what is left; `true` if all is well.
pub fn run(kills: u32) -> bool {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(torment(kills)));
    match outcome {
        Ok(violations) => {
            violations.iter().for_each(|violation| println!("  {violation}"));
            violations.is_empty()
        }
        Err(error) => {
            println!("  the run broke: {error}");
            false
        }
    }
}

fn server(address: SocketAddr, database: &Path) -> Result<Process, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.arg("--listen").arg(address.to_string()).args(["--control", "127.0.0.1:0"]).arg("--db").arg(database);
    command.args(["--policy", "films-exempt", "--log", "off"]).stdout(Stdio::null());
    Ok(Process(command.spawn()?))
}

fn tv(api: SocketAddr, directory: &Path, log: &Path, is_last: bool) -> Result<Process, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--as-box").arg(format!("http://{api}/")).arg(directory).arg(log);
    if is_last {
        command.arg("--last");
    }
    Ok(Process(command.spawn()?))
}

async fn answers(address: SocketAddr) -> Result<(), Failure> {
    let connected = async {
        while TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    Ok(timeout(PATIENCE, connected).await?)
}

async fn torment(kills: u32) -> Result<Vec<String>, Failure> {
    let directory = tempfile::tempdir()?;
    let (database, memory, log) =
        (directory.path().join("db.sqlite"), directory.path().join("box"), directory.path().join("log"));
    let member = prepare(&database, &memory).await?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut sandbox = server(address, &database)?;
    answers(address).await?;
    let proxy = Proxy::start(address).await?;
    let mut television = tv(proxy.address, &memory, &log, false)?;
    let (mut of_box, mut of_server) = (0, 0);
    for _ in 0..kills {
        sleep(Duration::from_millis(fastrand::u64(50..1500))).await;
        if let Some(status) = television.0.try_wait()? {
            return Err(format!("the box ended by itself: {status}").into());
        }
        if fastrand::u8(0..3) > 0 {
            television.kill();
            television = tv(proxy.address, &memory, &log, false)?;
            of_box += 1;
        } else {
            sandbox.kill();
            sleep(Duration::from_millis(fastrand::u64(0..400))).await;
            sandbox = server(address, &database)?;
            of_server += 1;
        }
    }
    television.kill();
    proxy.is_bad.store(false, Ordering::SeqCst);
    answers(address).await?;
    let mut last = tv(proxy.address, &memory, &log, true)?;
    let ended = async {
        loop {
            match last.0.try_wait() {
                Ok(None) => sleep(Duration::from_millis(50)).await,
                ended => break ended,
            }
        }
    };
    let status = timeout(PATIENCE, ended).await.map_err(|_| "an order finds no end")??;
    if !status.is_some_and(|status| status.success()) {
        return Err("the last box did not end well".into());
    }
    drop(sandbox);
    let harmed = proxy.harmed.load(Ordering::SeqCst);
    let (violations, orders, made) = check(&database, &log, &member).await?;
    println!("real        {of_box} kills of the box, {of_server} of the server, {harmed} connections harmed");
    println!("            {orders} orders, {made} made, {} violations", violations.len());
    Ok(violations)
}

/// A member with many points, signed in on the box.
async fn prepare(database: &Path, memory: &Path) -> Result<bonus_sandbox::values::MemberId, Failure> {
    let sandbox = bonus_sandbox::start(options(database)).await?;
    let session = sandbox.control().session("vip")?;
    sandbox.control().adjust_points(&session.member, 500_000)?;
    sandbox.shutdown().await;
    let storage = Storage::open(memory, 0)?;
    let refresh = Some(Secret::new(session.refresh_token));
    storage.tokens.save(&Tokens { access: Secret::new(session.access_token), refresh })?;
    Ok(session.member)
}

fn options(database: &Path) -> SandboxOptions {
    let policy = Policy { monthly: MonthlyLimit::FilmsExempt, ..Policy::default() };
    SandboxOptions { db: Some(PathBuf::from(database)), policy: policy.into(), ..SandboxOptions::default() }
}

async fn check(
    database: &Path,
    log: &Path,
    member: &bonus_sandbox::values::MemberId,
) -> Result<(Vec<String>, usize, usize), Failure> {
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(log)?.lines() {
        match line.split_once(' ') {
            Some(("placed", key)) => {
                read.entry(key.to_owned()).or_default();
            }
            Some(("read", rest)) => {
                let (key, what) = rest.split_once(' ').unwrap_or((rest, ""));
                read.entry(key.to_owned()).or_default().push(what.to_owned());
            }
            Some(_) | None => return Err(format!("the log says {line:?}").into()),
        }
    }
    let sandbox = bonus_sandbox::start(options(database)).await?;
    let control: Control = sandbox.control();
    let mut violations = Vec::new();
    let ledger = control.ledger(member)?;
    let sum: i64 = ledger.iter().map(|row| row.amount).sum();
    if sum != control.balance(member)?.get() || ledger.iter().any(|row| row.balance_after < 0) {
        violations.push(format!("the ledger sums to {sum}, which is not the balance, or went below nothing"));
    }
    let since = ledger.iter().position(|row| row.reason == "adjustment").unwrap_or(ledger.len());
    let charges = ledger.iter().take(since).filter(|row| row.reason == "exchange").count();
    let token = control.sign_in(member)?.access_token;
    let mut made = 0;
    for (key, read) in &read {
        let found = ask(sandbox.addr(), &token, &format!("/v1/exchanges?idempotency_key={key}")).await?;
        let confirmed =
            found["exchanges"].as_array().and_then(|list| list.iter().find(|one| one["state"] == "confirmed"));
        let truth = confirmed.and_then(|exchange| exchange["id"].as_str()).map(|id| format!("confirmed {id}"));
        made += usize::from(truth.is_some());
        if truth.is_some() && read.is_empty() {
            violations.push(format!("order {key} was charged and never shown"));
        }
        for what in read {
            let is_true = truth.as_ref().map_or_else(|| what.starts_with("refused"), |truth| what == truth);
            if !is_true {
                violations.push(format!("order {key}: the member read {what:?}, the truth is {truth:?}"));
            }
        }
    }
    if charges != made {
        violations.push(format!("{charges} charges for {made} orders that were made"));
    }
    sandbox.shutdown().await;
    Ok((violations, read.len(), made))
}

async fn ask(address: SocketAddr, token: &str, target: &str) -> Result<Value, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    let head =
        format!("GET {target} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok(serde_json::from_str(body)?)
}
