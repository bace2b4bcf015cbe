//! `emulator serve`: televisions in memory that can be talked to over HTTP.
//!
//! Each box has a thread of its own ([`engine`]), a sandbox of its own unless another API is named, and one clock with
//! it. Its faces ([`qa`], [`ecp`], [`webdriver`]) only send jobs to that thread, so none can do what another cannot.

mod ctl;
mod ecp;
mod engine;
mod http;
mod keys;
mod qa;
mod run;
mod screens;
mod test_file;
mod tree;
mod waiting;
mod walk;
mod webdriver;
mod xml;

#[cfg(test)]
mod tests;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::EmulatorError;
use super::args::ServeArgs;
use super::ending::Signals;
use bonus_tv::engine::clock::entropy;

pub(crate) use ctl::run as control;
pub(crate) use engine::BoxHandle;
pub(crate) use run::run as run_test;

/// A box with its faces.
pub(crate) struct Served {
    pub(crate) handle: BoxHandle,
    thread: JoinHandle<()>,
    /// Where everything is, as the ready line says it.
    pub(crate) place: Value,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests ask there"))]
    pub(crate) addr: SocketAddr,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests ask there"))]
    pub(crate) ecp: Option<SocketAddr>,
    servers: Vec<tokio::task::JoinHandle<()>>,
}

/// Boxes that are served; [`Boxes::end`] ends them and removes what they made.
pub(crate) struct Boxes {
    pub(crate) boxes: Vec<Served>,
    stop: watch::Sender<bool>,
}

/// Serves until a signal comes.
pub(crate) fn run(args: &ServeArgs) -> Result<(), EmulatorError> {
    bonus_sandbox::descriptors();
    let failed = |what: &'static str| move |error| EmulatorError::Io(what.to_owned(), error);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("faces")
        .enable_all()
        .build()
        .map_err(failed("starting the servers' threads"))?;
    runtime.block_on(async {
        let mut signals = Signals::take().map_err(failed("taking the signals"))?;
        let boxes = tokio::select! {
            boxes = start(args) => boxes?,
            () = signals.arrived() => return Err(EmulatorError::Interrupted),
        };
        let line = boxes.ready_line();
        let told = tell(&line, args.ready_file.as_deref());
        if told.is_ok() {
            signals.arrived().await;
        }
        boxes.end().await;
        if let Some(path) = args.ready_file.as_deref().filter(|_| told.is_ok()) {
            std::fs::remove_file(path).map_err(failed("removing the ready file"))?;
        }
        told
    })
}

/// Prints the ready line and writes it into the file, which is whole as soon as it has its name.
fn tell(line: &str, file: Option<&Path>) -> Result<(), EmulatorError> {
    if let Some(path) = file {
        let failed = |error| EmulatorError::Io(format!("writing {}", path.display()), error);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut written = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        writeln!(written, "{line}").map_err(failed)?;
        written.persist(path).map_err(|error| failed(error.error))?;
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| EmulatorError::Io("writing the ready line".to_owned(), error))
}

/// Starts the boxes; each has its first picture at rest.
pub(crate) async fn start(args: &ServeArgs) -> Result<Boxes, EmulatorError> {
    let (stop, stopped) = watch::channel(false);
    let mut boxes = Boxes { boxes: Vec::new(), stop };
    for index in 0..args.boxes {
        match start_box(args, index, &stopped).await {
            Ok(served) => boxes.boxes.push(served),
            Err(error) => {
                boxes.end().await;
                return Err(error);
            }
        }
    }
    for served in &boxes.boxes {
        // A box that does not come to rest is served all the same: its state says what it waits for.
        let _ = served.handle.settle().await;
    }
    Ok(boxes)
}

async fn start_box(args: &ServeArgs, index: u16, stopped: &watch::Receiver<bool>) -> Result<Served, EmulatorError> {
    let (listener, addr) = http::listen(port_after(args.listen, index)?).await?;
    let ecp = match args.ecp {
        Some(first) => Some(http::listen(address_after(first, index)?).await?),
        None => None,
    };
    let seed = args.televisions.seed.map_or_else(entropy, |seed| u128::from(seed) + u128::from(index));
    let (of_box, time) = (args.televisions.of_box(index, args.boxes)?, args.time);
    let started = tokio::task::spawn_blocking(move || BoxHandle::start(of_box, time, seed)).await;
    let (handle, thread) = started.map_err(|_| EmulatorError::Headless("a box did not start".to_owned()))??;
    let id = format!("b{index}");
    let router = qa::router(&id, handle.clone()).merge(webdriver::router(&id, handle.clone()));
    let mut servers = vec![http::serve(listener, http::guarded(router), stopped.clone())];
    let mut ecp_addr = None;
    if let Some((listener, addr)) = ecp {
        ecp_addr = Some(addr);
        let router = http::guarded(ecp::router(&id, handle.clone()));
        servers.push(http::serve(listener, router, stopped.clone()));
    }
    let (api, switches) = handle
        .ask(|engine| (engine.television().api().to_string(), engine.television().switches()))
        .await
        .map_err(|gone| EmulatorError::Headless(gone.to_string()))?;
    let place = json!({
        "id": id,
        "qa": format!("http://{addr}/qa/v1"),
        "webdriver": format!("http://{addr}/"),
        "ecp": ecp_addr,
        "sandbox": api,
        "switches": switches,
    });
    Ok(Served { handle, thread, place, addr, ecp: ecp_addr, servers })
}

impl Boxes {
    /// Where everything is, on one line.
    pub(crate) fn ready_line(&self) -> String {
        let places: Vec<&Value> = self.boxes.iter().map(|served| &served.place).collect();
        json!({
            "ready": true,
            "pid": std::process::id(),
            "version": env!("CARGO_PKG_VERSION"),
            "boxes": places,
        })
        .to_string()
    }

    /// Ends the servers and the boxes.
    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        let mut threads = Vec::new();
        for served in self.boxes {
            for server in served.servers {
                // A server's task ends by itself; if it panicked there is nothing left to stop.
                let _ = server.await;
            }
            served.handle.stop();
            threads.push(served.thread);
        }
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        // A thread that panicked has ended, too.
        let _ = joined.await;
    }
}

fn port_after(first: SocketAddr, index: u16) -> Result<SocketAddr, EmulatorError> {
    let port = match first.port() {
        0 => Some(0),
        port => port.checked_add(index),
    };
    let port = port.ok_or_else(|| EmulatorError::Usage("--listen: there are not so many ports".to_owned()))?;
    Ok(SocketAddr::new(first.ip(), port))
}

fn address_after(first: SocketAddr, index: u16) -> Result<SocketAddr, EmulatorError> {
    let next = match first.ip() {
        IpAddr::V4(ip) => u32::from(ip).checked_add(u32::from(index)).map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
        ip @ IpAddr::V6(_) => (index == 0).then_some(ip),
    };
    let next = next.filter(IpAddr::is_loopback);
    next.map(|ip| SocketAddr::new(ip, first.port()))
        .ok_or_else(|| EmulatorError::Usage("--ecp: there are not so many loopback addresses after it".to_owned()))
}
