//! Tokens: how they are refused, renewed, used up, taken back, and how they end.

use super::call::{Call, Secret};
use super::report::{Step, Stop};
use super::session::{Session, done};
use super::sign_in::{Tokens, refresh, revoke, tokens_of};

/// No server gives out such a token.
const UNKNOWN: &str = "contract-check-unknown-token-0000";

/// Checks what needs no sign-in.
pub(super) async fn check_strangers(session: &Session) {
    let unknown = Secret::new(UNKNOWN);
    let token = async {
        let answer = refresh(session, &unknown).await?;
        answer.expect(&[400, 401])?;
        match answer.code().as_deref() {
            Some("invalid_grant") => Ok(()),
            _ => Err(answer.fail("an unknown refresh token is not `invalid_grant`")),
        }
    };
    session.outcomes.settle("endpoint.token", token.await);
    let revoked = async { revoke(session, &unknown).await?.expect(&[200]) };
    session.outcomes.settle("endpoint.revoke", revoked.await);
    let refused = async {
        account(session, None).await?;
        account(session, Some(&unknown)).await
    };
    session.outcomes.settle("oauth.unauthorized", refused.await);
}

/// Expects a 401 for the account.
async fn account(session: &Session, token: Option<&Secret>) -> Step {
    let call = Call::get("getAccount", "/v1/account");
    let call = token.map_or_else(|| call.clone(), |token| call.clone().signed(token));
    session.ask(call).await?.expect(&[401])
}

/// Checks rotation and reuse, which may end the sign-in of these tokens.
pub(super) async fn check_rotation(session: &Session, tokens: &Tokens) {
    let Some(old) = &tokens.refresh else {
        session.outcomes.stop("oauth.rotation", Stop::skip("the server gave no refresh token"));
        return;
    };
    let rotated = async {
        let answer = refresh(session, old).await?;
        answer.expect(&[200])?;
        let renewed = tokens_of(&answer)?;
        match &renewed.refresh {
            Some(new) if new != old => Ok(renewed),
            Some(_) => Err(answer.fail("a refresh gave the same refresh token again")),
            None => Err(answer.fail("a refresh gave no refresh token")),
        }
    };
    let Some(renewed) = session.outcomes.settle("oauth.rotation", rotated.await) else { return };
    let repeated = async {
        let answer = refresh(session, old).await?;
        answer.expect(&[200])?;
        tokens_of(&answer)
    };
    let newest = session.outcomes.settle("oauth.lost_answer", repeated.await).unwrap_or(renewed);
    let reused = async {
        // The first use of a pair shows that its answer arrived.
        let used = session.ask(Call::get("getAccount", "/v1/account").signed(&newest.access)).await?;
        if !used.is_success() {
            return Err(used.not_as_expected());
        }
        let answer = refresh(session, old).await?;
        answer.expect(&[400, 401])?;
        match answer.code().as_deref() {
            Some("invalid_grant") => Ok(()),
            _ => Err(answer.fail("a refresh token that was used up is not `invalid_grant`")),
        }
    };
    session.outcomes.settle("oauth.reuse", reused.await);
}

/// Ends the sign-in of the run: first by time, where time can pass, then by revocation.
pub(super) async fn check_end(session: &Session, tokens: &Tokens) {
    let mut newest = tokens.clone();
    let expiry = async {
        let life = tokens.life.ok_or_else(|| Stop::skip("the server does not say how long a token works"))?;
        done(session.surroundings.wait_long(life)).await?;
        account(session, Some(&tokens.access)).await
    };
    let is_over = session.outcomes.settle("oauth.access_expiry", expiry.await).is_some();
    if is_over
        && let Some(old) = &tokens.refresh
        && let Ok(answer) = refresh(session, old).await
        && let Ok(renewed) = tokens_of(&answer)
    {
        newest = renewed;
    }
    let revoked = async {
        let token = newest.refresh.as_ref().unwrap_or(&newest.access);
        revoke(session, token).await?.expect(&[200])?;
        account(session, Some(&newest.access)).await?;
        let Some(old) = &newest.refresh else { return Ok(()) };
        let answer = refresh(session, old).await?;
        answer.expect(&[400, 401])?;
        match answer.code().as_deref() {
            Some("invalid_grant") => Ok(()),
            _ => Err(answer.fail("a revoked refresh token is not `invalid_grant`")),
        }
    };
    session.outcomes.settle("oauth.revocation", revoked.await);
}
