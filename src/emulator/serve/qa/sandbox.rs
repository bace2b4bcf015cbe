//! What the sandbox inside knows of this box: its faults, its ledger, the requests that it got.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::serve::engine::{BoxHandle, Engine};
use crate::serve::http::Face;
use crate::serve::http::{Refusal, json as read_json};
use bonus_sandbox::values::MemberId;
use bonus_sandbox::{Control, ControlError, Fault, LedgerRow, SeenRequest};

/// Faults that may be on at one time.
const MOST_FAULTS: usize = 100;

fn control(engine: &Engine) -> Result<Control, Refusal> {
    engine.television().sandbox().ok_or_else(|| {
        let title = "The sandbox is elsewhere";
        let detail = "This box was started with --api; turn the switches of that sandbox at its own address.";
        Refusal::new(StatusCode::CONFLICT, "no_sandbox", title, detail)
    })
}

fn refused(error: &ControlError) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "sandbox_refuses", "The sandbox refuses", error.to_string())
}

pub(in crate::serve) async fn faults(State(face): State<Face>) -> Result<Json<Vec<Fault>>, Refusal> {
    Ok(Json(face.tv.ask(|engine| Ok::<_, Refusal>(control(engine)?.faults())).await??))
}

pub(in crate::serve) async fn set_faults(
    State(face): State<Face>,
    request: Request,
) -> Result<Json<Vec<Fault>>, Refusal> {
    let faults = read_json::<Vec<Fault>>(request).await?;
    if faults.len() > MOST_FAULTS {
        return Err(Refusal::invalid("There are at most 100 faults."));
    }
    if let Some(complaint) = faults.iter().find_map(Fault::complaint) {
        return Err(Refusal::invalid(complaint));
    }
    let set = face.tv.ask(move |engine| {
        let control = control(engine)?;
        control.set_faults(faults);
        Ok::<_, Refusal>(control.faults())
    });
    Ok(Json(set.await??))
}

pub(in crate::serve) async fn clear_faults(State(face): State<Face>) -> Result<StatusCode, Refusal> {
    let cleared = face.tv.ask(|engine| {
        control(engine)?.clear_faults();
        Ok::<_, Refusal>(())
    });
    cleared.await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    /// The test subscriber.
    scenario: String,
}

/// Answers the code on the screen as a phone would, and waits until the box has heard of it.
pub(in crate::serve) async fn sign_in(State(face): State<Face>, request: Request) -> Result<Json<Value>, Refusal> {
    let body = read_json::<SignInBody>(request).await?;
    sign_in_as(&face.tv, body.scenario).await.map(Json)
}

/// Answers the code on the screen with a scenario.
///
/// # Errors
/// There is no code, the scenario is unknown, or the sandbox is elsewhere.
pub(crate) async fn sign_in_as(tv: &BoxHandle, scenario: String) -> Result<Value, Refusal> {
    let approved = tv.ask(move |engine| {
        let code = engine.television().app().code_on_screen().map(|code| code.user_code.clone());
        let code = code.ok_or_else(|| {
            let detail = "The box shows no code; a signed-out box with a code is wanted.";
            Refusal::new(StatusCode::CONFLICT, "no_code", "There is no code", detail)
        })?;
        control(engine)?.approve(&code, &scenario).map_err(|error| refused(&error))
    });
    approved.await??;
    super::advance(tv, "6s").await
}

/// The ledger of the member who is signed in, oldest first.
fn rows(engine: &Engine) -> Result<(String, Vec<LedgerRow>), Refusal> {
    let account = engine.television().app().data.account.as_ref().ok_or_else(|| {
        let detail = "The box does not know yet who is signed in.";
        Refusal::new(StatusCode::CONFLICT, "no_member", "Nobody is signed in", detail)
    })?;
    let member = MemberId::new(account.member_id.as_str());
    let mut rows = control(engine)?.ledger(&member).map_err(|error| refused(&error))?;
    rows.reverse();
    Ok((account.member_id.as_str().to_owned(), rows))
}

/// What orders took from the member, oldest first.
///
/// # Errors
/// Nobody is signed in, or the sandbox is elsewhere.
pub(crate) fn charges(engine: &Engine) -> Result<Vec<i64>, Refusal> {
    let (_, rows) = rows(engine)?;
    Ok(rows.iter().filter(|row| row.amount < 0 && row.is_exchange).map(|row| -row.amount).collect())
}

pub(in crate::serve) async fn ledger(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let ledger = face.tv.ask(|engine| {
        let (member, rows) = rows(engine)?;
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({"at": row.at, "amount": row.amount, "balance_after": row.balance_after, "reason": row.reason,
                    "exchange": row.is_exchange})
            })
            .collect();
        Ok::<_, Refusal>(json!({"member": member, "ledger": rows, "revision": engine.look().0}))
    });
    Ok(Json(ledger.await??))
}

/// The requests of this method at this path; a path that ends in `*` stands for all that begin so.
///
/// # Errors
/// The sandbox is elsewhere.
pub(crate) fn requests_of(engine: &Engine, method: &str, path: &str) -> Result<Vec<SeenRequest>, Refusal> {
    let fits = |seen: &SeenRequest| {
        (method == "*" || seen.method.eq_ignore_ascii_case(method))
            && match path.strip_suffix('*') {
                Some(start) => seen.path.starts_with(start),
                None => seen.path == path,
            }
    };
    Ok(control(engine)?.requests().into_iter().filter(fits).collect())
}

pub(in crate::serve) async fn requests(
    State(face): State<Face>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let (mut method, mut path) = ("*".to_owned(), "*".to_owned());
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "method" => method = value.into_owned(),
            "path" => path = value.into_owned(),
            _ => return Err(Refusal::invalid("requests takes method and path.")),
        }
    }
    let list = face.tv.ask(move |engine| {
        let requests = requests_of(engine, &method, &path)?;
        Ok::<_, Refusal>(json!({"count": requests.len(), "requests": requests}))
    });
    Ok(Json(list.await??))
}
