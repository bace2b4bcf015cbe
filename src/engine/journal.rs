//! What happened, a JSON object a line: keys, answers, effects, by name and virtual time.
//!
//! Secrets never get here: effects are written by name, and keys of a PIN as `*`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::core::{App, DiskJob, Effect, Event, Request};
use crate::input::{Phase, RemoteKey};

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    out: BufWriter<File>,
    has_failed: bool,
}

impl Journal {
    /// Begins a journal in this file.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { out: BufWriter::new(File::create(path)?), has_failed: false })
    }

    /// Notes an event before it is taken.
    pub(crate) fn event(&mut self, at: Duration, app: &App, event: &Event) {
        let value = match event {
            Event::Key(key) => {
                let name = if app.is_secret(*key) { "*" } else { key.key.name() };
                let phase = match key.phase {
                    Phase::Down(_) => "down",
                    Phase::Still => "still",
                    Phase::Up => "up",
                };
                let is_press = key.key == RemoteKey::Ok && matches!(key.phase, Phase::Down(_));
                if is_press && app.guard_until().is_some_and(|until| at < until) {
                    json!({"event": "key", "key": name, "phase": phase, "ignored": "guard"})
                } else {
                    json!({"event": "key", "key": name, "phase": phase})
                }
            }
            Event::KeysReleased => json!({"event": "keys-released"}),
            Event::Woke | Event::Presented => return,
            Event::Replied { id, result } => {
                let result = match result {
                    Ok(_) => "ok".to_owned(),
                    Err(failure) => format!("{:?}", failure.kind).chars().take_while(|c| c.is_alphanumeric()).collect(),
                };
                json!({"event": "replied", "id": id.get(), "result": result})
            }
            Event::OrderStored(result) => json!({"event": "order-stored", "ok": result.is_ok()}),
            Event::OrderSealed(result) => json!({"event": "order-sealed", "ok": result.is_ok()}),
            Event::PinAnswered { .. } => json!({"event": "pin-answered"}),
            Event::Player(event) => json!({"event": "player", "what": format!("{event:?}")}),
            Event::Power(key) => json!({"event": "power", "key": format!("{key:?}")}),
            Event::Resumed => json!({"event": "resumed"}),
            Event::LinkChanged(change) => json!({"event": "link_changed", "change": format!("{change:?}")}),
        };
        self.line(at, value);
    }

    /// Notes an effect and the place the viewer is at.
    pub(crate) fn effect(&mut self, at: Duration, app: &App, effect: &Effect) {
        let place = format!("{:?}", app.place().kind());
        let value = match effect {
            Effect::Call { id, request, .. } => {
                json!({"effect": "call", "id": id.get(), "request": request_name(request), "place": place})
            }
            Effect::Disk(job) => disk_job(job),
            Effect::Play { title, .. } => json!({"effect": "play", "title": title}),
            Effect::StopPlayer => json!({"effect": "stop-player"}),
            Effect::Warn(warning) => json!({"effect": "warn", "what": format!("{warning:?}")}),
            Effect::Exit => json!({"effect": "exit", "place": place}),
        };
        self.line(at, value);
    }

    /// Notes something of the run itself.
    pub fn note(&mut self, at: Duration, what: &str) {
        self.line(at, json!({"note": what}));
    }

    fn line(&mut self, at: Duration, mut value: serde_json::Value) {
        if let Some(fields) = value.as_object_mut() {
            fields.insert("t_ms".to_owned(), json!(u64::try_from(at.as_millis()).unwrap_or(u64::MAX)));
        }
        let written = writeln!(self.out, "{value}").and_then(|()| self.out.flush());
        if let Err(error) = written
            && !self.has_failed
        {
            self.has_failed = true;
            tracing::error!(%error, "the journal cannot be written any more");
        }
    }
}

fn disk_job(job: &DiskJob) -> serde_json::Value {
    match job {
        DiskJob::StoreOrder(order) => {
            json!({"effect": "store-order", "key": order.key.as_str(), "options": order.lines.len()})
        }
        DiskJob::SealOrder(key) => json!({"effect": "seal-order", "key": key.as_str()}),
        DiskJob::ForgetOrder(key) => json!({"effect": "forget-order", "key": key.as_str()}),
        DiskJob::ForgetDamagedOrder => json!({"effect": "forget-damaged-order"}),
        DiskJob::StoreCache(_) => json!({"effect": "store-cache"}),
        DiskJob::EndStart => json!({"effect": "end-start"}),
        DiskJob::WipeMember => json!({"effect": "wipe-member"}),
        DiskJob::StoreWatched(_) => json!({"effect": "store-watched"}),
        DiskJob::StoreChoice(_) => json!({"effect": "store-choice"}),
        DiskJob::CheckPin { .. } => json!({"effect": "check-pin"}),
        DiskJob::SetPin { .. } => json!({"effect": "set-pin"}),
    }
}

/// A request by its name alone.
pub(crate) fn request_name(request: &Request) -> &'static str {
    match request {
        Request::StartSignIn => "start-sign-in",
        Request::PollSignIn { .. } => "poll-sign-in",
        Request::ConfirmMember { .. } => "confirm-member",
        Request::Account => "account",
        Request::Terms => "terms",
        Request::Enrol { .. } => "enrol",
        Request::Catalog { .. } => "catalog",
        Request::Entitlements => "entitlements",
        Request::Exchange(_) => "exchange",
        Request::FindExchange(_) => "find-exchange",
        Request::SetRenewal { .. } => "set-renewal",
        Request::Ledger { .. } => "ledger",
        Request::Exchanges { .. } => "exchanges",
        Request::EarningRules => "earning-rules",
        Request::SignOut => "sign-out",
    }
}
