//! The device grant of RFC 8628, as a box goes through it.

use std::time::Duration;

use super::call::{Answer, Call, Secret};
use super::fields::{number, text};
use super::report::{Step, Stop};
use super::session::{Session, done};
use super::surroundings::{Decision, UserCode};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CLIENT_ID: &str = "bonus-tv";
/// RFC 8628: an interval grows by five seconds for good.
const SLOWER_BY: Duration = Duration::from_secs(5);
/// 128 bits in the densest usual alphabet.
const SHORTEST_CODE: usize = 22;
/// The longest life of a code or a token that is waited for.
const LONGEST_LIFE: i64 = 86_400;
/// The most polls for one code.
const MOST_POLLS: usize = 400;

/// A code that a device asked for.
pub(super) struct Code {
    device_code: Secret,
    user: UserCode,
    complete: String,
    interval: Duration,
    expires_in: Duration,
    answer: Answer,
}

/// What a confirmed code gave.
#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    /// How long the access token works, if the server says so.
    pub(super) life: Option<Duration>,
}

/// Asks for a code.
pub(super) async fn begin(session: &Session) -> Step<Code> {
    let form = [("client_id", CLIENT_ID), ("scope", "bonus")];
    let call = Call::form("authorizeDevice", "/oauth/device_authorization", &form);
    let asked = async {
        let answer = session.ask(call).await?;
        answer.expect(&[200])?;
        Ok(answer)
    };
    let answer = session.outcomes.settle("endpoint.device_authorization", asked.await);
    let answer = answer.ok_or_else(|| Stop::skip("the server gave no code"))?;
    let codes = answer.json()?;
    let seconds =
        |place: &str| number(&codes, place).map(|number| Duration::from_secs(number.clamp(1, LONGEST_LIFE) as u64));
    Ok(Code {
        device_code: Secret::new(text(&codes, "/device_code")?),
        user: UserCode {
            code: text(&codes, "/user_code")?.to_owned(),
            address: text(&codes, "/verification_uri")?.to_owned(),
        },
        complete: text(&codes, "/verification_uri_complete").unwrap_or_default().to_owned(),
        interval: seconds("/interval").unwrap_or(SLOWER_BY).min(Duration::from_secs(60)),
        expires_in: seconds("/expires_in")?,
        answer,
    })
}

async fn poll(session: &Session, code: &Code) -> Step<Answer> {
    let form = [("grant_type", DEVICE_GRANT), ("device_code", code.device_code.reveal()), ("client_id", CLIENT_ID)];
    session.ask(Call::form("getTokens", "/oauth/token", &form)).await
}

/// Asks for new tokens.
pub(super) async fn refresh(session: &Session, token: &Secret) -> Step<Answer> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.reveal()), ("client_id", CLIENT_ID)];
    session.ask(Call::form("getTokens", "/oauth/token", &form)).await
}

/// Takes a token back.
pub(super) async fn revoke(session: &Session, token: &Secret) -> Step<Answer> {
    let form = [("token", token.reveal()), ("client_id", CLIENT_ID)];
    session.ask(Call::form("revokeToken", "/oauth/revoke", &form)).await
}

/// The tokens of an answer.
pub(super) fn tokens_of(answer: &Answer) -> Step<Tokens> {
    let tokens = answer.json()?;
    let life = number(&tokens, "/expires_in").ok().filter(|life| (1..=LONGEST_LIFE).contains(life));
    Ok(Tokens {
        access: Secret::new(text(&tokens, "/access_token")?),
        refresh: text(&tokens, "/refresh_token").ok().map(Secret::new),
        life: life.map(|life| Duration::from_secs(life.unsigned_abs())),
    })
}

/// Has a new code allowed and waits for its tokens, at most as long as the code works.
pub(super) async fn sign_in(session: &Session, decision: Decision) -> Step<Tokens> {
    let code = begin(session).await?;
    granted(session, &code, decision).await
}

async fn granted(session: &Session, code: &Code, decision: Decision) -> Step<Tokens> {
    done(session.surroundings.answer_code(&code.user, decision)).await?;
    let (mut interval, mut waited) = (code.interval, Duration::ZERO);
    for _ in 0..MOST_POLLS {
        session.surroundings.pause(interval).await;
        waited += interval;
        let answer = poll(session, code).await?;
        match answer.code().as_deref() {
            None => {
                answer.expect(&[200])?;
                return tokens_of(&answer);
            }
            Some("authorization_pending") if waited < code.expires_in => {}
            Some("slow_down") if waited < code.expires_in => interval += SLOWER_BY,
            Some(error) => return Err(answer.fail(format!("an allowed code was answered with {error}"))),
        }
    }
    Err(Stop::skip("nobody answered the code"))
}

/// Checks the grant. Gives the tokens of a sign-in that later checks may end.
pub(super) async fn check(session: &Session) -> Option<Tokens> {
    let outcomes = &session.outcomes;
    let first = match begin(session).await {
        Ok(code) => code,
        Err(stop) => {
            outcomes.stop("oauth.granted", stop);
            return None;
        }
    };
    if let Ok(second) = begin(session).await {
        outcomes.settle("oauth.codes", are_new(&first, &second));
        outcomes.settle("oauth.denied", denied(session, &second).await);
    }
    outcomes.settle("oauth.complete_address", leads_to_its_code(&first));
    let pending = async {
        session.surroundings.pause(first.interval).await;
        poll(session, &first).await?.expect_code(400, "authorization_pending")
    };
    if outcomes.settle("oauth.pending", pending.await).is_some() {
        slow_down(session, &first).await;
    }
    outcomes.settle("oauth.expired", expired(session, &first).await);

    let third = begin(session).await.ok()?;
    let tokens = outcomes.settle("oauth.granted", granted(session, &third, Decision::Allow).await)?;
    let once = async {
        session.surroundings.pause(third.interval + SLOWER_BY).await;
        let again = poll(session, &third).await?;
        // A box takes both for the end of the code.
        match again.code().as_deref() {
            Some("invalid_grant" | "expired_token") => Ok(()),
            _ => Err(again.fail("a code that gave tokens was not refused")),
        }
    };
    outcomes.settle("oauth.once", once.await);
    Some(tokens)
}

fn are_new(first: &Code, second: &Code) -> Step {
    let length = first.device_code.reveal().len();
    if first.device_code == second.device_code || first.user.code == second.user.code {
        Err(second.answer.fail("two codes are the same"))
    } else if length < SHORTEST_CODE {
        Err(first.answer.fail(format!("a device code of {length} characters can be guessed")))
    } else {
        Ok(())
    }
}

fn leads_to_its_code(code: &Code) -> Step {
    let letters =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    if code.complete.is_empty() {
        Err(Stop::skip("there is no complete address; a box then shows the short one in its QR"))
    } else if letters(&code.complete).contains(&letters(&code.user.code)) {
        Ok(())
    } else {
        Err(code.answer.fail("verification_uri_complete does not hold the user code"))
    }
}

async fn denied(session: &Session, code: &Code) -> Step {
    done(session.surroundings.answer_code(&code.user, Decision::Deny)).await?;
    let (mut interval, mut waited) = (code.interval, Duration::ZERO);
    for _ in 0..MOST_POLLS {
        session.surroundings.pause(interval).await;
        waited += interval;
        let answer = poll(session, code).await?;
        match answer.code().as_deref() {
            // A person takes a while to refuse.
            Some("authorization_pending") if waited < code.expires_in => {}
            Some("slow_down") if waited < code.expires_in => interval += SLOWER_BY,
            _ => return answer.expect_code(400, "access_denied"),
        }
    }
    Err(Stop::skip("nobody refused the code"))
}

async fn slow_down(session: &Session, code: &Code) {
    let too_soon = async {
        session.surroundings.pause(Duration::from_secs(1)).await;
        let answer = poll(session, code).await?;
        // A gateway may say it with 429.
        if answer.status == 429 { Ok(()) } else { answer.expect_code(400, "slow_down") }
    };
    session.outcomes.settle("oauth.slow_down", too_soon.await);
    let slower = async {
        session.surroundings.pause(code.interval + SLOWER_BY + Duration::from_secs(1)).await;
        let answer = poll(session, code).await?;
        match answer.code().as_deref() {
            Some("slow_down") => Err(answer.fail("a poll five seconds slower is still too fast")),
            _ => Ok(()),
        }
    };
    session.outcomes.settle("oauth.slower", slower.await);
}

async fn expired(session: &Session, code: &Code) -> Step {
    done(session.surroundings.wait_long(code.expires_in)).await?;
    poll(session, code).await?.expect_code(400, "expired_token")
}
