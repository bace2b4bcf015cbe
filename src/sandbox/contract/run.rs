//! The order of a run.
//!
//! Sign-ins that checks may end come first, because a test server may begin a subscriber anew at each; the token of
//! the run is taken back at the end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::call::Secret;
use super::checks::CHECKS;
use super::every_answer;
use super::order::Keys;
use super::report::{Report, Stop};
use super::session::Session;
use super::sign_in::{self, Tokens};
use super::surroundings::{Decision, Surroundings};
use super::wire::Wire;
use super::{catalogue, media, order, reading, spend, tokens};

/// What is checked, and how far a run may go.
pub struct Options {
    /// The address that `/v1/...` and `/oauth/...` are appended to.
    pub address: Url,
    /// An access token of the subscriber; without it, the run signs in.
    pub token: Option<Secret>,
    pub spending: Spending,
    /// Part of every idempotency key: 1 to 32 letters and digits, another for each run.
    pub name: String,
    /// How long the whole run may take.
    pub time_limit: Duration,
}

/// Whether points may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spending {
    /// Nothing is ordered that could be charged.
    Nothing,
    /// One order of the subscriber with this `member_id` or `display_name`.
    OneOrderOf(String),
}

/// The run ended before it could say anything of the server.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nothing answers there.
    #[error("reaching the server: {0}")]
    Unreachable(String),
    /// Points of this subscriber may not go.
    #[error("the token is not of the subscriber {named}, so nothing was spent")]
    OtherSubscriber { named: String },
}

/// Checks a server.
///
/// # Errors
///
/// The server cannot be reached, or the subscriber who signed in is not the one whose points may go.
pub async fn run(
    wire: Arc<dyn Wire>,
    surroundings: Arc<dyn Surroundings>,
    options: Options,
) -> Result<Report, RunError> {
    let session = Session::new(wire, options.address.clone(), surroundings);
    session.outcomes.settle("address.tls", every_answer::address(&session));
    session.reach().await.map_err(RunError::Unreachable)?;
    let why = match tokio::time::timeout(options.time_limit, walk(&session, &options)).await {
        Ok(done) => done.map(|()| "nothing to look at in this run")?,
        Err(_) => "the time of the run was over",
    };
    let (requests, bytes) = session.spent();
    Ok(Report { outcomes: session.outcomes.close(why), requests, bytes })
}

async fn walk(session: &Session, options: &Options) -> Result<(), RunError> {
    reading::check_terms(session).await;
    tokens::check_strangers(session).await;
    let mut own: Option<Tokens> = None;
    let mut other: Option<Secret> = None;
    let token = match &options.token {
        Some(token) => {
            let of_sign_in = CHECKS.iter().filter(|check| check.id.starts_with("oauth."));
            for check in of_sign_in.filter(|check| check.id != "oauth.unauthorized") {
                session.outcomes.stop(check.id, Stop::skip("a token was given, so nobody signs in"));
            }
            token.clone()
        }
        None => {
            if let Some(first) = sign_in::check(session).await {
                tokens::check_rotation(session, &first).await;
            }
            other = sign_in::sign_in(session, Decision::AllowAsAnother).await.ok().map(|tokens| tokens.access);
            match sign_in::sign_in(session, Decision::Allow).await {
                Ok(tokens) => {
                    let access = tokens.access.clone();
                    own = Some(tokens);
                    access
                }
                Err(stop) => {
                    session.outcomes.stop("oauth.granted", stop);
                    return Ok(());
                }
            }
        }
    };
    let read = reading::check(session, &token).await;
    let lists = catalogue::check(session, &token, other.as_ref()).await;
    let keys = Keys(options.name.clone());
    order::check(session, &token, &keys).await;
    match &options.spending {
        Spending::Nothing => spend::skip(session, "points would go: --spend names whose may"),
        Spending::OneOrderOf(named) => {
            let spent = match &read.account {
                None => Err(Stop::skip("without a readable account nobody knows whose points would go")),
                Some(account) if !is_called(account, named) => {
                    return Err(RunError::OtherSubscriber { named: named.clone() });
                }
                Some(_) => spend::check(session, &token, other.as_ref(), &keys, &lists.offers).await,
            };
            match spent {
                Ok(()) => {}
                Err(Stop::Skipped(why)) => spend::skip(session, &why),
                Err(stop @ Stop::Failed(_)) => session.outcomes.stop("order.parallel", stop),
            }
        }
    }
    media::check(session, &token).await;
    reading::check_overload(session).await;
    if let Some(own) = &own {
        tokens::check_end(session, own).await;
    }
    Ok(())
}

fn is_called(account: &Value, name: &str) -> bool {
    ["member_id", "display_name"].into_iter().any(|field| account[field] == name)
}
