//! Sessions and their timeouts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Fault, body, value};
use super::{Answer, Face};

/// One box has few testers.
const MOST_SESSIONS: usize = 16;
const AUTOMATION: &str = "BonusTV";
/// The longest timeout.
const LONGEST_MS: u64 = 24 * 3600 * 1000;

/// The sessions of a box.
#[derive(Debug, Clone, Default)]
pub(super) struct Sessions(Arc<Mutex<HashMap<String, Timeouts>>>);

/// How long a session waits, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timeouts {
    implicit: u64,
    page_load: u64,
    script: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { implicit: 0, page_load: 300_000, script: 30_000 }
    }
}

impl Timeouts {
    fn json(self) -> Value {
        json!({"implicit": self.implicit, "pageLoad": self.page_load, "script": self.script})
    }

    fn set(mut self, wishes: &TimeoutsBody) -> Result<Self, Fault> {
        let TimeoutsBody { implicit, page_load, script } = *wishes;
        for (wish, slot) in
            [(implicit, &mut self.implicit), (page_load, &mut self.page_load), (script, &mut self.script)]
        {
            match wish {
                Some(ms) if ms > LONGEST_MS => return Err(Fault::invalid("a timeout is a day at most")),
                Some(ms) => *slot = ms,
                None => {}
            }
        }
        Ok(self)
    }
}

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Timeouts>> {
        // A session is changed in one step, so a poisoned lock still holds whole ones.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more fits.
    pub(super) fn has_room(&self) -> bool {
        self.all().len() < MOST_SESSIONS
    }

    /// How long a search for an element waits for it, in virtual time.
    pub(super) fn implicit(&self, session: &str) -> Duration {
        Duration::from_millis(self.all().get(session).copied().unwrap_or_default().implicit)
    }
}

/// Lets nobody in who has no session.
pub(super) async fn check(State(face): State<Face>, request: Request, next: Next) -> Response {
    let session = request.uri().path().strip_prefix("/session/").and_then(|rest| rest.split('/').next());
    if session.is_some_and(|session| !face.sessions.all().contains_key(session)) {
        return Fault::invalid_session().into_response();
    }
    next.run(request).await
}

#[derive(Deserialize)]
struct NewSession {
    capabilities: Capabilities,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Capabilities {
    #[serde(default)]
    always_match: Map<String, Value>,
    #[serde(default)]
    first_match: Vec<Map<String, Value>>,
}

pub(super) async fn begin(State(face): State<Face>, request: Request) -> Answer {
    let wanted: NewSession = body(request).await?;
    let choices =
        if wanted.capabilities.first_match.is_empty() { vec![Map::new()] } else { wanted.capabilities.first_match };
    let mut found = None;
    for choice in choices {
        let mut merged = wanted.capabilities.always_match.clone();
        merged.extend(choice);
        if fits(&merged) {
            found = Some(merged);
            break;
        }
    }
    let wanted = found.ok_or_else(|| Fault::not_created("appium:automationName is BonusTV here"))?;
    let timeouts = match wanted.get("timeouts") {
        Some(wishes) => {
            let wishes = serde_json::from_value(wishes.clone()).map_err(|error| Fault::invalid(error.to_string()))?;
            Timeouts::default().set(&wishes)?
        }
        None => Timeouts::default(),
    };
    let id = format!("{:032x}", bonus_tv::engine::clock::entropy());
    {
        let mut all = face.sessions.all();
        if all.len() >= MOST_SESSIONS {
            return Err(Fault::not_created("16 sessions are open; end one"));
        }
        all.insert(id.clone(), timeouts);
    }
    let asked = |name: &str, usual: &str| wanted.get(name).and_then(Value::as_str).unwrap_or(usual).to_owned();
    let capabilities = json!({
        "browserName": asked("browserName", "bonus-tv"),
        "browserVersion": env!("CARGO_PKG_VERSION"),
        "platformName": asked("platformName", "bonus-tv"),
        "acceptInsecureCerts": false,
        "pageLoadStrategy": "normal",
        "setWindowRect": false,
        "strictFileInteractability": false,
        "unhandledPromptBehavior": "dismiss and notify",
        "timeouts": timeouts.json(),
        "proxy": {},
        "appium:automationName": AUTOMATION,
        "bonus:box": face.id,
    });
    Ok(value(json!({"sessionId": id, "capabilities": capabilities})))
}

fn fits(wanted: &Map<String, Value>) -> bool {
    let automation = wanted.get("appium:automationName").and_then(Value::as_str);
    automation.is_none_or(|name| name.eq_ignore_ascii_case(AUTOMATION))
}

pub(super) async fn end(State(face): State<Face>, Path(session): Path<String>) -> Answer {
    face.sessions.all().remove(&session).map(|_| value(Value::Null)).ok_or_else(Fault::invalid_session)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimeoutsBody {
    implicit: Option<u64>,
    page_load: Option<u64>,
    script: Option<u64>,
}

pub(super) async fn timeouts(State(face): State<Face>, Path(session): Path<String>) -> Answer {
    let timeouts = face.sessions.all().get(&session).copied();
    timeouts.map(|timeouts| value(timeouts.json())).ok_or_else(Fault::invalid_session)
}

pub(super) async fn set_timeouts(State(face): State<Face>, Path(session): Path<String>, request: Request) -> Answer {
    let wishes: TimeoutsBody = body(request).await?;
    let mut all = face.sessions.all();
    let slot = all.get_mut(&session).ok_or_else(Fault::invalid_session)?;
    *slot = slot.set(&wishes)?;
    Ok(value(Value::Null))
}
