//! The client against real sockets, and every parser against nonsense.

mod answers;
mod faults;
mod secrets;
mod server;
mod sign_in;
mod ways;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::*;
use crate::domain::{Failure, FailureKind, Secret};

/// Options that fail fast enough for a test and late enough for a busy machine.
fn options(base: Url) -> ClientOptions {
    ClientOptions { retry_delay: Duration::from_millis(1), ..ClientOptions::new(base) }
}

fn tokens(access: &str, refresh: &str) -> Tokens {
    Tokens { access: Secret::new(access), refresh: Some(Secret::new(refresh)) }
}

/// A signed-in client and where it keeps its tokens.
fn signed_in(options: &ClientOptions) -> (Client, Arc<MemoryTokens>) {
    let store = Arc::new(MemoryTokens::default());
    store.save(&tokens("access-0", "refresh-0")).unwrap();
    (Client::new(options, store.clone()).unwrap(), store)
}

async fn account_failure(options: &ClientOptions) -> Failure {
    signed_in(options).0.account().await.expect_err("the server gives no account")
}

async fn account_kind(options: &ClientOptions) -> FailureKind {
    account_failure(options).await.kind
}
