//! Runs the core's requests on the bonus API client and turns answers into events.

use crate::api::{Client, ExchangeAnswer, Fetched};
use crate::core::{Answer, Request};
use crate::domain::{Failure, Language};

/// Offers on a page of the catalogue: most catalogues are one page, hence one request.
const PAGE: u32 = 200;

/// Asks and waits for the answer.
///
/// # Errors
/// What became of the question instead of an answer.
pub async fn call(client: &Client, request: Request, language: Language) -> Result<Answer, Failure> {
    match request {
        Request::StartSignIn => client.start_sign_in().await.map(Answer::DeviceCode),
        Request::PollSignIn { device_code } => client.poll_sign_in(&device_code).await.map(Answer::SignIn),
        Request::ConfirmMember { device_code, member_id } => {
            client.confirm_member(&device_code, &member_id).await.map(Answer::SignIn)
        }
        Request::Account => client.account().await.map(Answer::Account),
        Request::Terms => client.terms(language).await.map(Answer::Terms),
        Request::Enrol { terms_version } => client.enrol(&terms_version).await.map(Answer::Account),
        Request::Catalog { cursor, etag } => {
            let fetched = client.catalog(cursor.as_deref(), PAGE, etag.as_deref()).await?;
            Ok(match fetched {
                Fetched::New { value, etag, max_age } => Answer::Catalog { page: value, etag, max_age },
                Fetched::NotModified { max_age } => Answer::CatalogUnchanged { max_age },
            })
        }
        Request::Entitlements => {
            let (entitlements, server_time) = client.entitlements().await?;
            Ok(Answer::Entitlements { entitlements, server_time })
        }
        Request::Exchange(order) => match client.exchange(&order).await? {
            ExchangeAnswer::Done(exchange) => Ok(Answer::Exchange(exchange)),
            ExchangeAnswer::Processing { retry_after } => Ok(Answer::ExchangeProcessing { retry_after }),
        },
        Request::FindExchange(key) => {
            let found = client.find_exchanges(&key).await?;
            Ok(if found.is_empty() { Answer::NoExchange } else { Answer::Found(found) })
        }
        Request::SetRenewal { id, to } => client.set_renewal(&id, to).await.map(Answer::Renewal),
        Request::Ledger { cursor } => client.ledger(cursor.as_deref()).await.map(Answer::Ledger),
        Request::Exchanges { cursor } => client.exchanges(cursor.as_deref()).await.map(Answer::Exchanges),
        Request::EarningRules => client.earning_rules().await.map(Answer::EarningRules),
        Request::SignOut => {
            client.sign_out().await;
            Ok(Answer::SignedOut)
        }
    }
}

/// What a request that never ran amounts to.
pub(crate) fn lost() -> Failure {
    Failure::new(crate::domain::FailureKind::Interrupted)
}
