//! The tokens: where they are kept, when they are renewed, when they are deleted.
//!
//! Refresh tokens rotate, so at most one refresh runs at a time, it is not cancelled with the
//! request that caused it, and new tokens are on disk before they are used.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use tokio::time::Instant;

use super::transport::{Answer, Transport};
use super::wire::account as wire_account;
use super::wire::oauth::{self, Device, OauthError};
use crate::domain::{Account, DeviceCode, Failure, FailureKind, Secret, SignInPoll};

const CLIENT_ID: &str = "bonus-tv";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Tokens are renewed at least this long before they end.
const EARLY: Duration = Duration::from_secs(60);
/// Up to this much earlier still, different for each box: boxes that signed in together must not renew together.
const EARLY_SPREAD: Duration = Duration::from_secs(240);

/// What proves that a member signed in on this box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Sent with every request.
    pub access: Secret,
    /// Buys the next pair.
    pub refresh: Option<Secret>,
}

/// Where tokens survive a restart. The calls may block; the client keeps them off its event loop.
pub trait TokenStore: Send + Sync {
    /// The tokens of the last run, if any.
    ///
    /// # Errors
    /// The store cannot be read.
    fn load(&self) -> io::Result<Option<Tokens>>;
    /// Stores the tokens of a new sign-in durably before it returns; data stored for an earlier sign-in is another
    /// member's.
    ///
    /// # Errors
    /// They are not stored: a restart would not find them.
    fn begin(&self, tokens: &Tokens) -> io::Result<()> {
        self.save(tokens)
    }
    /// Keeps renewed tokens of the same sign-in durably before it returns.
    ///
    /// # Errors
    /// They are not stored: a restart would find the earlier ones.
    fn save(&self, tokens: &Tokens) -> io::Result<()>;
    /// Forgets them.
    ///
    /// # Errors
    /// They may still be there.
    fn forget(&self) -> io::Result<()>;
    /// Whether the calls return at once, so that no thread need wait for them.
    fn is_instant(&self) -> bool {
        false
    }
}

/// Tokens that end with the process, for tests and the headless emulator.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<Option<Tokens>>);

impl TokenStore for MemoryTokens {
    fn load(&self) -> io::Result<Option<Tokens>> {
        Ok(lock(&self.0).clone())
    }

    fn save(&self, tokens: &Tokens) -> io::Result<()> {
        *lock(&self.0) = Some(tokens.clone());
        Ok(())
    }

    fn forget(&self) -> io::Result<()> {
        *lock(&self.0) = None;
        Ok(())
    }
}

/// The signed-in session, or none.
pub(super) struct Auth {
    transport: Arc<Transport>,
    store: Arc<dyn TokenStore>,
    session: Mutex<Option<Session>>,
    /// A granted confirmation whose member is not known yet, by its device code: it can be used up only once.
    unchecked: Mutex<Option<(Secret, Session)>>,
    /// Held while tokens change; remembers how the last refresh failed.
    turn: tokio::sync::Mutex<Option<Failure>>,
    /// Refreshes tried, so that those who waited for one share its outcome.
    refreshes: AtomicU64,
    /// Counts sign-ins and sign-outs: a request of one member is never sent with another member's token.
    sign_ins: AtomicU64,
}

/// How tokens came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// By a new sign-in.
    Begun,
    /// For older ones of the same sign-in.
    Renewed,
}

#[derive(Clone)]
struct Session {
    tokens: Tokens,
    /// When the access token ends. Unknown after a restart: then the first 401 causes a renewal.
    ends_at: Option<Instant>,
    /// How long the access token lives in all.
    life: Duration,
}

impl Session {
    fn new(tokens: Tokens, life: Option<Duration>) -> Self {
        Self { tokens, ends_at: life.map(|life| Instant::now() + life), life: life.unwrap_or_default() }
    }
}

/// What a code is worth.
enum Redeemed {
    /// No tokens, or none yet.
    NotYet(SignInPoll),
    /// These tokens; the code is used up.
    Granted(Session),
}

impl Auth {
    pub fn new(transport: Arc<Transport>, store: Arc<dyn TokenStore>) -> Self {
        let stored = store.load().unwrap_or_else(|error| {
            tracing::warn!(%error, "stored tokens cannot be read; signing in again is needed");
            None
        });
        let session = stored.map(|tokens| Session { tokens, ends_at: None, life: Duration::ZERO });
        Self {
            transport,
            store,
            session: Mutex::new(session),
            unchecked: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            refreshes: AtomicU64::new(0),
            sign_ins: AtomicU64::new(0),
        }
    }

    pub fn is_signed_in(&self) -> bool {
        lock(&self.session).is_some()
    }

    /// A token to send, renewed if it is about to end.
    pub async fn access(self: &Arc<Self>) -> Result<Secret, Failure> {
        let session = lock(&self.session).clone().ok_or_else(unauthorized)?;
        let now = Instant::now();
        match session.ends_at {
            Some(end) if now >= end => self.renew(&session.tokens.access).await,
            Some(end) if now + early(&session.tokens.access, session.life) >= end => {
                // The old token is still valid, so a failed or slow renewal costs nothing:
                // the renewal goes on while the request is sent with the old token.
                let patience = self.transport.timeout() / 4;
                match tokio::time::timeout(patience, self.renew(&session.tokens.access)).await {
                    Ok(Ok(renewed)) => Ok(renewed),
                    Ok(Err(failure)) if failure.kind == FailureKind::Unauthorized => Err(failure),
                    Ok(Err(_)) | Err(_) => Ok(session.tokens.access),
                }
            }
            Some(_) | None => Ok(session.tokens.access),
        }
    }

    /// The number of sign-ins and sign-outs so far.
    pub fn sign_ins(&self) -> u64 {
        self.sign_ins.load(Ordering::SeqCst)
    }

    /// A token that replaces `stale`, which the server no longer takes.
    pub async fn renew(self: &Arc<Self>, stale: &Secret) -> Result<Secret, Failure> {
        let (auth, stale) = (Arc::clone(self), stale.clone());
        // The first caller that sees the old count refreshes; the callers that waited share its outcome.
        let seen = self.refreshes.load(Ordering::SeqCst);
        let refresh = async move {
            let mut turn = auth.turn.lock().await;
            let session = lock(&auth.session).clone().ok_or_else(unauthorized)?;
            if session.tokens.access != stale {
                return Ok(session.tokens.access);
            }
            if let (true, Some(failure)) = (auth.refreshes.load(Ordering::SeqCst) != seen, turn.as_ref()) {
                return Err(failure.clone());
            }
            let outcome = auth.refresh(&session.tokens).await;
            *turn = outcome.as_ref().err().cloned();
            auth.refreshes.fetch_add(1, Ordering::SeqCst);
            outcome
        };
        detached(refresh).await
    }

    /// Exchanges the refresh token for new tokens. The caller holds the lock `turn`.
    async fn refresh(&self, old: &Tokens) -> Result<Secret, Failure> {
        let Some(refresh) = &old.refresh else {
            self.forget().await;
            return Err(unauthorized());
        };
        let sign_ins = self.sign_ins();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal()), ("client_id", CLIENT_ID)];
        let answer = self.post("token", &form).await?;
        if self.sign_ins() != sign_ins {
            // The member has signed out meanwhile.
            return Err(unauthorized());
        }
        if let Some(error) = oauth_error(&answer) {
            // `invalid_grant` and `invalid_client` are final; the rest is a fault of the service.
            return Err(match error.as_str() {
                "invalid_grant" | "invalid_client" | "unauthorized_client" => {
                    tracing::info!(error, "the sign-in has ended");
                    self.forget().await;
                    answer.failure(FailureKind::Unauthorized)
                }
                _ => answer.failure(FailureKind::Malformed),
            });
        }
        // Only an OAuth error code ends a sign-in: a bare 401 may come from a proxy or a broken service.
        let tokens = token_answer(&answer).map_err(not_of_the_sign_in)?;
        let life = tokens.life();
        // A rotated token is stored in any case: the old one is no longer valid.
        let refresh = tokens.refresh_token.map(|refresh| Secret::new(refresh.0)).or_else(|| old.refresh.clone());
        match tokens.access_token {
            Some(access) => {
                let tokens = Tokens { access: Secret::new(access.0), refresh };
                Ok(self.adopt_tokens(tokens, life, Keeping::Renewed).await)
            }
            None => {
                self.adopt_tokens(Tokens { access: old.access.clone(), refresh }, None, Keeping::Renewed).await;
                Err(answer.failure(FailureKind::Malformed))
            }
        }
    }

    pub async fn start(&self) -> Result<DeviceCode, Failure> {
        let form = [("client_id", CLIENT_ID), ("scope", "bonus")];
        let answer = self.post("device_authorization", &form).await?;
        let device: Device = answer.json()?;
        device.into_domain().ok_or_else(|| answer.failure(FailureKind::Malformed))
    }

    /// Asks whether the member has confirmed the code; stores the tokens if so.
    pub async fn poll(self: &Arc<Self>, device_code: &Secret) -> Result<SignInPoll, Failure> {
        let (auth, device_code) = (Arc::clone(self), device_code.clone());
        // A successful answer uses up the code, so the call must not be cancelled halfway.
        let poll = async move {
            match auth.redeem(&device_code).await? {
                Redeemed::NotYet(poll) => Ok(poll),
                Redeemed::Granted(session) => {
                    let _turn = auth.turn.lock().await;
                    auth.keep(session, Keeping::Begun).await;
                    auth.sign_ins.fetch_add(1, Ordering::SeqCst);
                    tracing::info!("signed in");
                    Ok(SignInPoll::Granted)
                }
            }
        };
        detached(poll).await
    }

    /// Asks whether the member who is signed in has confirmed the code by signing in once more.
    ///
    /// The new tokens of the same member replace the old ones, because some servers keep one sign-in for each client.
    /// Another member's are dropped, and not revoked: some servers would sign that member out everywhere.
    pub async fn confirm(self: &Arc<Self>, device_code: &Secret, member_id: &str) -> Result<SignInPoll, Failure> {
        let (auth, device_code, member_id) = (Arc::clone(self), device_code.clone(), member_id.to_owned());
        let confirming = async move {
            let sign_ins = auth.sign_ins();
            let unchecked = lock(&auth.unchecked).take().filter(|(code, _)| *code == device_code);
            let mut session = match unchecked {
                Some((_, session)) => session,
                None => match auth.redeem(&device_code).await? {
                    Redeemed::NotYet(poll) => return Ok(poll),
                    Redeemed::Granted(session) => session,
                },
            };
            let confirmed_by = match auth.member_of(&session.tokens.access).await {
                Ok(confirmed_by) => confirmed_by,
                Err(failure) => {
                    *lock(&auth.unchecked) = Some((device_code, session));
                    return Err(failure);
                }
            };
            if confirmed_by != member_id {
                tracing::warn!("another member confirmed");
                return Ok(SignInPoll::OtherMember);
            }
            let _turn = auth.turn.lock().await;
            if auth.sign_ins() != sign_ins {
                // The member has signed out meanwhile.
                return Err(Failure::new(FailureKind::Interrupted));
            }
            let old = lock(&auth.session).as_ref().and_then(|old| old.tokens.refresh.clone());
            session.tokens.refresh = session.tokens.refresh.or(old);
            auth.keep(session, Keeping::Renewed).await;
            tracing::info!("the member confirmed");
            Ok(SignInPoll::Granted)
        };
        // What a server says of these tokens says nothing of the sign-in.
        detached(confirming).await.map_err(not_of_the_sign_in)
    }

    async fn member_of(&self, access: &Secret) -> Result<String, Failure> {
        let request = self.transport.request(Method::GET, &["v1", "account"])?.bearer(access)?;
        let account: Account = self.transport.send(request).await?.good()?.json::<wire_account::Account>()?.into();
        Ok(account.member_id)
    }

    /// Trades a code for tokens, if its member has confirmed it.
    async fn redeem(&self, device_code: &Secret) -> Result<Redeemed, Failure> {
        let form = [("grant_type", DEVICE_GRANT), ("device_code", device_code.reveal()), ("client_id", CLIENT_ID)];
        let answer = self.post("token", &form).await?;
        let poll = match oauth_error(&answer).as_deref() {
            // A gateway may limit the rate of polls, too.
            None if answer.status == StatusCode::TOO_MANY_REQUESTS => SignInPoll::SlowDown,
            Some("authorization_pending") => SignInPoll::Pending,
            Some("slow_down") => SignInPoll::SlowDown,
            Some("access_denied") => SignInPoll::Denied,
            Some("expired_token" | "invalid_grant") => SignInPoll::Expired,
            Some("invalid_client" | "unauthorized_client") => return Err(answer.failure(FailureKind::Unauthorized)),
            Some(_) => return Err(answer.failure(FailureKind::Malformed)),
            None => {
                let tokens = token_answer(&answer)?;
                let life = tokens.life();
                let access = tokens.access_token.ok_or_else(|| answer.failure(FailureKind::Malformed))?;
                let refresh = tokens.refresh_token.map(|refresh| Secret::new(refresh.0));
                let tokens = Tokens { access: Secret::new(access.0), refresh };
                return Ok(Redeemed::Granted(Session::new(tokens, life)));
            }
        };
        Ok(Redeemed::NotYet(poll))
    }

    /// Signs in with tokens that came another way.
    pub async fn adopt(&self, tokens: Tokens) {
        let _turn = self.turn.lock().await;
        self.keep(Session { tokens, ends_at: None, life: Duration::ZERO }, Keeping::Begun).await;
        self.sign_ins.fetch_add(1, Ordering::SeqCst);
    }

    /// Deletes the tokens, then revokes them at the server, which may fail.
    pub async fn sign_out(self: &Arc<Self>) {
        let auth = Arc::clone(self);
        let signing_out = async move {
            // Delete at once, because the program may end; and once more after a renewal that was under way.
            let session = lock(&auth.session).clone();
            auth.forget().await;
            let turn = auth.turn.lock().await;
            auth.forget().await;
            drop(turn);
            let Some(session) = session else { return Ok(()) };
            let token = session.tokens.refresh.unwrap_or(session.tokens.access);
            let form = [("token", token.reveal()), ("client_id", CLIENT_ID)];
            match auth.post("revoke", &form).await {
                Ok(answer) if answer.status.is_success() => tracing::info!("signed out"),
                Ok(answer) => tracing::warn!(status = answer.status.as_u16(), "signed out here only"),
                Err(failure) => tracing::warn!(kind = ?failure.kind, "signed out here only"),
            }
            Ok(())
        };
        // The sign-out has happened on this box, whatever the server answered.
        let _ = detached(signing_out).await;
    }

    async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Result<Answer, Failure> {
        let request = self.transport.request(Method::POST, &["oauth", endpoint])?.form(form);
        self.transport.send(request).await
    }

    async fn adopt_tokens(&self, tokens: Tokens, life: Option<Duration>, keeping: Keeping) -> Secret {
        let access = tokens.access.clone();
        self.keep(Session::new(tokens, life), keeping).await;
        access
    }

    async fn keep(&self, session: Session, keeping: Keeping) {
        let (store, tokens) = (Arc::clone(&self.store), session.tokens.clone());
        let work = move || match keeping {
            Keeping::Begun => store.begin(&tokens),
            Keeping::Renewed => store.save(&tokens),
        };
        // A full disk must not sign the member out: the tokens then last until the power goes.
        self.store(work, "kept").await;
        *lock(&self.session) = Some(session);
    }

    async fn forget(&self) {
        self.sign_ins.fetch_add(1, Ordering::SeqCst);
        *lock(&self.session) = None;
        *lock(&self.unchecked) = None;
        let store = Arc::clone(&self.store);
        self.store(move || store.forget(), "forgotten").await;
    }

    async fn store(&self, work: impl FnOnce() -> io::Result<()> + Send + 'static, what: &str) {
        let outcome = if self.store.is_instant() { Ok(work()) } else { tokio::task::spawn_blocking(work).await };
        report(outcome, what);
    }
}

/// Runs the work to its end even if the caller is cancelled.
async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    // The task ends early only when the runtime does.
    tokio::spawn(work).await.unwrap_or_else(|_| Err(Failure::new(FailureKind::Interrupted)))
}

/// How long before its end a token is renewed; the spread comes from the bytes of the token, which are random.
fn early(access: &Secret, life: Duration) -> Duration {
    let part = u32::from(access.reveal().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)));
    // A token of a short life is used for most of it.
    EARLY + (EARLY_SPREAD.min(life / 10) * part) / 256
}

/// The OAuth error code of an answer. Some servers send it with another status than 400, even with 200.
fn oauth_error(answer: &Answer) -> Option<String> {
    let may_be_one = answer.status.is_client_error()
        || (answer.status.is_success()
            && answer.parse::<oauth::Tokens>().is_none_or(|tokens| tokens.access_token.is_none()));
    may_be_one.then(|| answer.parse::<OauthError>()).flatten().map(|error| error.error.0)
}

/// The tokens of a good answer. Its content type is ignored if it holds a token: the member has confirmed, and the
/// code cannot be used a second time.
fn token_answer(answer: &Answer) -> Result<oauth::Tokens, Failure> {
    let granted = answer.parse::<oauth::Tokens>().filter(|tokens| {
        answer.status.is_success() && (tokens.access_token.is_some() || tokens.refresh_token.is_some())
    });
    granted.map_or_else(|| answer.json(), Ok)
}

fn report(outcome: Result<io::Result<()>, tokio::task::JoinError>, what: &str) {
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "tokens cannot be {what} on disk"),
        Err(error) => tracing::error!(%error, "tokens cannot be {what} on disk"),
    }
}

/// Turns a 401 into an unreadable answer, so that the sign-in is not wiped for it.
pub(super) fn not_of_the_sign_in(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::Unauthorized => Failure { kind: FailureKind::Malformed, ..failure },
        _ => failure,
    }
}

fn unauthorized() -> Failure {
    Failure::new(FailureKind::Unauthorized)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
