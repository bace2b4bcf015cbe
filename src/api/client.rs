//! The bonus API: one method per endpoint, domain types in and out.
//!
//! A read is retried when that can help; an order never is, because only the core knows whether it
//! is still wanted. Every failure says what a viewer can do about it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;

use super::auth::{Auth, TokenStore, Tokens, not_of_the_sign_in};
use super::options::{ClientError, ClientOptions};
use super::retry;
use super::transport::{Answer, CATALOG, IMAGE, Request, Transport, Wire};
use super::wire::{account, catalog, exchange, history};
use crate::domain::{
    Account, CatalogPage, DeviceCode, EarningRules, Entitlement, EntitlementId, Exchange, ExchangePage, ExchangeState,
    Failure, FailureKind, IdempotencyKey, Language, LedgerPage, Offer, OfferId, Order, RenewalSwitch, Secret,
    SignInPoll, Terms,
};

/// Exchanges on a page: twenty options in each of them still fit into an answer.
const EXCHANGES: &str = "20";
/// How soon a slow order is looked up if the server sends no Retry-After.
const PROCESSING_PAUSE: Duration = Duration::from_secs(2);

/// The bonus API as the box sees it. Clones share connections and the sign-in.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    auth: Arc<Auth>,
    retry_delay: Duration,
}

/// Something that is sent only if it has changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fetched<T> {
    /// It has changed.
    New {
        /// What it is now.
        value: T,
        /// Names this state of it.
        etag: Option<String>,
        /// For how long it need not be requested again.
        max_age: Option<Duration>,
    },
    /// The caller's copy is current.
    NotModified {
        /// For how long it need not be asked for again.
        max_age: Option<Duration>,
    },
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum ExchangeAnswer {
    /// It is decided: charged and delivered, or refused.
    Done(Exchange),
    /// The server is still working on it; look it up by its key.
    Processing {
        /// How long to wait before.
        retry_after: Duration,
    },
}

/// Which picture of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageVariant {
    /// Upright, two to three.
    Poster,
    /// Sixteen to nine.
    Tile,
    /// For a whole screen.
    Backdrop,
}

impl ImageVariant {
    /// Its name in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Poster => "poster",
            Self::Tile => "tile",
            Self::Backdrop => "backdrop",
        }
    }
}

impl Client {
    /// Makes a client and loads the tokens of the last run; connects to nothing yet.
    ///
    /// # Errors
    /// The address or the certificates cannot be used.
    pub fn new(options: &ClientOptions, tokens: Arc<dyn TokenStore>) -> Result<Self, ClientError> {
        Ok(Self::on(Transport::new(options)?, options, tokens))
    }

    /// Makes a client that speaks over a wire that is not ours.
    pub fn over(wire: Arc<dyn Wire>, options: &ClientOptions, tokens: Arc<dyn TokenStore>) -> Self {
        Self::on(Transport::over(wire, options), options, tokens)
    }

    fn on(transport: Transport, options: &ClientOptions, tokens: Arc<dyn TokenStore>) -> Self {
        let transport = Arc::new(transport);
        let auth = Arc::new(Auth::new(Arc::clone(&transport), tokens));
        Self { transport, auth, retry_delay: options.retry_delay }
    }

    /// Changes the language of titles and texts from the next request on.
    pub fn set_language(&self, language: Language) {
        self.transport.set_language(language);
    }

    /// Whether there are tokens; the server may think otherwise.
    pub fn is_signed_in(&self) -> bool {
        self.auth.is_signed_in()
    }

    /// Requests a code for signing in.
    ///
    /// # Errors
    /// No code came.
    pub async fn start_sign_in(&self) -> Result<DeviceCode, Failure> {
        self.auth.start().await
    }

    /// Asks whether the member has confirmed the code; keeps the tokens if so.
    ///
    /// # Errors
    /// No answer came; the code is still worth asking about while the failure passes by itself.
    pub async fn poll_sign_in(&self, device_code: &Secret) -> Result<SignInPoll, Failure> {
        self.auth.poll(device_code).await
    }

    /// Asks whether the member with this id has confirmed the code by signing in once more; another member's sign-in
    /// confirms nothing and is not kept.
    ///
    /// # Errors
    /// No answer came; nothing is confirmed.
    pub async fn confirm_member(&self, device_code: &Secret, member_id: &str) -> Result<SignInPoll, Failure> {
        self.auth.confirm(device_code, member_id).await
    }

    /// Signs in with tokens that came another way, such as from the sandbox's control.
    pub async fn adopt_tokens(&self, tokens: Tokens) {
        self.auth.adopt(tokens).await;
    }

    /// Deletes the tokens, and revokes them if the server can be reached.
    pub async fn sign_out(&self) {
        self.auth.sign_out().await;
    }

    /// The member's account.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn account(&self) -> Result<Account, Failure> {
        let answer = self.get(self.transport.request(Method::GET, &["v1", "account"])?).await?;
        read_account(&answer)
    }

    /// The terms to accept, in this language.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn terms(&self, language: Language) -> Result<Terms, Failure> {
        let accept = HeaderValue::from_static(language.code());
        let request = self.transport.request(Method::GET, &["v1", "terms"])?.header(ACCEPT_LANGUAGE, accept);
        let answer =
            retry::ask(self.retry_delay, self.transport.timeout(), || self.transport.send_good(request.clone()));
        let answer = answer.await.map_err(not_of_the_sign_in)?;
        answer.json::<account::Terms>()?.into_domain().ok_or_else(|| answer.failure(FailureKind::Malformed))
    }

    /// Joins the programme under these terms.
    ///
    /// # Errors
    /// Whether the member joined is unknown, unless it was refused; asking again does no harm.
    pub async fn enrol(&self, terms_version: &str) -> Result<Account, Failure> {
        let body = serde_json::json!({ "terms_version": terms_version });
        let request = self.transport.request(Method::POST, &["v1", "enrolment"])?.json(&body)?;
        read_account(&self.in_time(self.authorized(request)).await?)
    }

    /// A page of the catalogue, unless it is still the one that `etag` names.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn catalog(
        &self,
        cursor: Option<&str>,
        limit: u32,
        etag: Option<&str>,
    ) -> Result<Fetched<CatalogPage>, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "catalog"])?.limit(CATALOG);
        let request = page(request.query("limit", &limit.clamp(1, 200).to_string()), cursor).if_none_match(etag);
        let answer = self.get(request).await?;
        if etag.is_some() && answer.status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified { max_age: answer.max_age });
        }
        let value = answer.json::<catalog::Page>()?.into();
        Ok(Fetched::New { value, etag: answer.etag, max_age: answer.max_age })
    }

    /// One offer as it is now.
    ///
    /// # Errors
    /// No answer of use came, or the offer is not sold.
    pub async fn offer(&self, id: &OfferId) -> Result<Offer, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "catalog", id.as_str()])?;
        self.get_json::<catalog::Offer>(request).await.map(Into::into)
    }

    /// Places an order, once.
    ///
    /// # Errors
    /// [`FailureKind::Refused`]: nothing was charged. Any other leaves it unknown: ask again with the same key.
    pub async fn exchange(&self, order: &Order) -> Result<ExchangeAnswer, Failure> {
        let key = HeaderValue::from_str(order.key.as_str()).map_err(|_| Failure::new(FailureKind::Malformed))?;
        let request = self
            .transport
            .request(Method::POST, &["v1", "exchanges"])?
            .header(HeaderName::from_static("idempotency-key"), key)
            .json(&exchange::OrderBody::from(order))?;
        self.in_time(self.answered(request)).await
    }

    async fn answered(&self, request: Request) -> Result<ExchangeAnswer, Failure> {
        let answer = self.authorized(request).await?;
        let retry_after = answer.retry_after.unwrap_or(PROCESSING_PAUSE).max(Duration::from_millis(500));
        if answer.status == StatusCode::ACCEPTED {
            return Ok(ExchangeAnswer::Processing { retry_after });
        }
        let mut exchange: Exchange = answer.json::<exchange::Exchange>()?.into();
        match &mut exchange.state {
            ExchangeState::Processing => return Ok(ExchangeAnswer::Processing { retry_after }),
            ExchangeState::Refused(refusal) if refusal.request_id.is_none() => {
                refusal.request_id = answer.request_id.clone();
            }
            ExchangeState::Refused(_) | ExchangeState::Confirmed => {}
        }
        Ok(ExchangeAnswer::Done(exchange))
    }

    /// The exchanges that the server finds for this key; none if no order with it arrived. A server that does not know
    /// the filter returns other exchanges, so the caller compares the keys.
    ///
    /// # Errors
    /// No answer of use came: whether the order arrived is still unknown.
    pub async fn find_exchanges(&self, key: &IdempotencyKey) -> Result<Vec<Exchange>, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "exchanges"])?.query("idempotency_key", key.as_str());
        let found = match self.get(request).await {
            Ok(answer) => answer,
            // The lookup was refused, not the order.
            Err(Failure { kind: FailureKind::Refused(_), request_id, retry_after }) => {
                return Err(Failure { kind: FailureKind::Malformed, request_id, retry_after });
            }
            Err(unanswered) => return Err(unanswered),
        };
        let readable = found.json::<exchange::FoundExchanges>()?.readable();
        readable.ok_or_else(|| found.failure(FailureKind::Malformed))
    }

    /// What the member holds, and the server's time if the answer has it.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn entitlements(&self) -> Result<(Vec<Entitlement>, Option<DateTime<Utc>>), Failure> {
        let request = self.transport.request(Method::GET, &["v1", "entitlements"])?;
        let answer: exchange::Entitlements = self.get_json(request).await?;
        Ok((answer.entitlements.into_domain(Into::into), answer.server_time.map(|at| at.0)))
    }

    /// Switches the paid renewal of an option.
    ///
    /// # Errors
    /// The switch may or may not have turned, unless it was refused.
    pub async fn set_renewal(&self, id: &EntitlementId, switch: RenewalSwitch) -> Result<Entitlement, Failure> {
        let is_on = match switch {
            RenewalSwitch::On => true,
            RenewalSwitch::Off => false,
        };
        let request = self
            .transport
            .request(Method::PUT, &["v1", "entitlements", id.as_str(), "renewal"])?
            .json(&serde_json::json!({ "on": is_on }))?;
        self.in_time(self.authorized(request)).await?.json::<exchange::Entitlement>().map(Into::into)
    }

    /// A page of the ledger, newest first.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn ledger(&self, cursor: Option<&str>) -> Result<LedgerPage, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "ledger"])?;
        self.get_json::<history::LedgerPage>(page(request, cursor)).await.map(Into::into)
    }

    /// A page of exchanges, newest first.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn exchanges(&self, cursor: Option<&str>) -> Result<ExchangePage, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "exchanges"])?.query("limit", EXCHANGES);
        self.get_json::<exchange::ExchangePage>(page(request, cursor)).await.map(Into::into)
    }

    /// How points are earned.
    ///
    /// # Errors
    /// No answer of use came.
    pub async fn earning_rules(&self) -> Result<EarningRules, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "earning-rules"])?;
        self.get_json::<history::EarningRules>(request).await.map(Into::into)
    }

    /// The bytes of a picture, still encoded and unchecked.
    ///
    /// # Errors
    /// No bytes came, or more than a picture may have.
    pub async fn image(&self, id: &str, variant: ImageVariant, width: u32, height: u32) -> Result<Vec<u8>, Failure> {
        let request = self
            .transport
            .request(Method::GET, &["v1", "images", id])?
            .query("variant", variant.code())
            .query("w", &width.to_string())
            .query("h", &height.to_string())
            .header(ACCEPT, HeaderValue::from_static("image/png, image/jpeg, application/problem+json"))
            .limit(IMAGE);
        let answer =
            retry::ask(self.retry_delay, self.transport.timeout(), || self.transport.send_good(request.clone()));
        answer.await?.image()
    }

    async fn get_json<T: DeserializeOwned>(&self, request: Request) -> Result<T, Failure> {
        self.get(request).await?.json()
    }

    /// Sends a read with the member's token, and retries if that can help.
    async fn get(&self, request: Request) -> Result<Answer, Failure> {
        let sign_ins = self.auth.sign_ins();
        retry::ask(self.retry_delay, self.transport.timeout(), || self.authorized_as(sign_ins, request.clone())).await
    }

    /// Limits a request without retries to the time of a whole call, a renewal of the token included.
    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        match tokio::time::timeout(self.transport.timeout(), asked).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::new(FailureKind::Timeout)),
        }
    }

    /// Sends a request with the member's token, renewing the token once if the server wants that.
    async fn authorized(&self, request: Request) -> Result<Answer, Failure> {
        self.authorized_as(self.auth.sign_ins(), request).await
    }

    /// The same, for the member who was signed in when the request was made.
    async fn authorized_as(&self, sign_ins: u64, request: Request) -> Result<Answer, Failure> {
        // Another member may have signed in meanwhile; the request is not theirs.
        let check = || match self.auth.sign_ins() == sign_ins {
            true => Ok(()),
            false => Err(Failure::new(FailureKind::Interrupted)),
        };
        let token = self.auth.access().await?;
        check()?;
        let answer = self.transport.send(request.clone().bearer(&token)?).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return answer.good();
        }
        let token = self.auth.renew(&token).await?;
        check()?;
        // A 401 for a fresh token does not sign out; only the token endpoint does.
        self.transport.send(request.bearer(&token)?).await?.good().map_err(not_of_the_sign_in)
    }
}

fn page(request: Request, cursor: Option<&str>) -> Request {
    match cursor {
        Some(cursor) => request.query("cursor", cursor),
        None => request,
    }
}

fn read_account(answer: &Answer) -> Result<Account, Failure> {
    answer.json::<account::Account>().map(Into::into)
}
