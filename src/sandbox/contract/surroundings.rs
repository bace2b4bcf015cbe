//! What a run needs besides the server: time that passes, and somebody who answers codes.
//!
//! A real server has a person for that; the sandbox has switches, which also let time pass at once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use super::wire::Wire;

/// What a run needs besides the server.
pub trait Surroundings: Send + Sync {
    /// Lets this much time pass.
    fn pause(&self, time: Duration) -> Later<'_, ()>;

    /// Lets a long time pass, or says why that is not done.
    fn wait_long(&self, time: Duration) -> Later<'_, Result<(), Unable>>;

    /// Has a code answered, or says why nobody does. A person may take as long as the code works.
    fn answer_code<'a>(&'a self, code: &'a UserCode, decision: Decision) -> Later<'a, Result<(), Unable>>;

    /// Has the next request for the terms answered with 503, or says why that is not done.
    fn overload(&self) -> Later<'_, Result<(), Unable>>;
}

/// Something that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why something is not done: the reason of a skipped check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unable(pub String);

/// What a person sees on a television that signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode {
    pub code: String,
    pub address: String,
}

/// What is to become of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The subscriber of the check allows it.
    Allow,
    /// Another subscriber allows it.
    AllowAsAnother,
    /// It is refused.
    Deny,
}

/// How much a person is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// To allow two codes.
    SignIn,
    /// Also to refuse one, to allow one as another subscriber, and to wait until codes and tokens expire.
    Everything,
}

/// A person at the terminal, and real time.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub patience: Patience,
}

impl Person {
    fn asked_for_everything(self) -> Result<(), Unable> {
        match self.patience {
            Patience::Everything => Ok(()),
            Patience::SignIn => Err(Unable("only done with --patient".to_owned())),
        }
    }
}

impl Surroundings for Person {
    fn pause(&self, time: Duration) -> Later<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn wait_long(&self, time: Duration) -> Later<'_, Result<(), Unable>> {
        Box::pin(async move {
            self.asked_for_everything()?;
            eprintln!("Waiting {} s until it expires", time.as_secs());
            tokio::time::sleep(time).await;
            Ok(())
        })
    }

    fn answer_code<'a>(&'a self, code: &'a UserCode, decision: Decision) -> Later<'a, Result<(), Unable>> {
        Box::pin(async move {
            let who = match decision {
                Decision::Allow => "allow it as the test subscriber",
                Decision::AllowAsAnother => "allow it as ANOTHER test subscriber",
                Decision::Deny => "REFUSE it",
            };
            if decision != Decision::Allow {
                self.asked_for_everything()?;
            }
            eprintln!("Open {}, enter {} and {who}", code.address, code.code);
            Ok(())
        })
    }

    fn overload(&self) -> Later<'_, Result<(), Unable>> {
        Box::pin(async { Err(Unable("the server is not overloaded on purpose".to_owned())) })
    }
}

/// The switches of a sandbox.
#[derive(Clone)]
pub struct Switches {
    wire: Arc<dyn Wire>,
    address: String,
    /// Scenarios of the subscriber and of the other one.
    scenario: String,
    other: String,
}

/// The most bytes of an answer of the switches.
const MOST_BYTES: usize = 1024 * 1024;

impl Switches {
    pub fn new(wire: Arc<dyn Wire>, address: &str, scenario: &str, other: &str) -> Self {
        let address = address.trim_end_matches('/').to_owned();
        Self { wire, address, scenario: scenario.to_owned(), other: other.to_owned() }
    }

    async fn turn(&self, method: Method, path: &str, body: Value) -> Result<(), Unable> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/sandbox/v1/{path}", self.address))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))
            .map_err(|error| Unable(format!("the address of the switches: {error}")))?;
        match self.wire.carry(request, MOST_BYTES).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(Unable(format!("the switches answered {} to {path}", answer.status))),
            Err(lost) => Err(Unable(format!("the switches: {lost}"))),
        }
    }

    async fn advance(&self, time: Duration) -> Result<(), Unable> {
        self.turn(Method::POST, "clock", json!({"advance_seconds": time.as_secs()})).await
    }
}

impl Surroundings for Switches {
    fn pause(&self, time: Duration) -> Later<'_, ()> {
        Box::pin(async move {
            // If the clock cannot be moved, the next poll comes too soon, and its check says so.
            if let Err(Unable(why)) = self.advance(time).await {
                eprintln!("contract-check: moving the clock: {why}");
            }
        })
    }

    fn wait_long(&self, time: Duration) -> Later<'_, Result<(), Unable>> {
        Box::pin(self.advance(time))
    }

    fn answer_code<'a>(&'a self, code: &'a UserCode, decision: Decision) -> Later<'a, Result<(), Unable>> {
        Box::pin(async move {
            let user_code = &code.code;
            let answer = match decision {
                Decision::Allow => json!({"user_code": user_code, "scenario": self.scenario}),
                Decision::AllowAsAnother => json!({"user_code": user_code, "scenario": self.other}),
                Decision::Deny => json!({"user_code": user_code, "deny": true}),
            };
            self.turn(Method::POST, "approve", answer).await
        })
    }

    fn overload(&self) -> Later<'_, Result<(), Unable>> {
        let fault = json!([{"match": "/v1/terms", "kind": "status", "status": 503, "retry_after": 2, "times": 1}]);
        Box::pin(self.turn(Method::PUT, "faults", fault))
    }
}
