//! What a member has: active options, their renewal and the right to play a film.

use super::catalogue::Language;
use crate::http::problem::Problem;
use crate::http::wire::{EntitlementBody, PlaybackBody, RenewalBody};
use crate::rules::offer::Kind;
use crate::state::{MemberScope, Sandbox};
use crate::store::accounts;
use crate::store::entitlements::{self, Entitlement};

/// The active options, soonest end first.
pub(crate) fn active(scope: &MemberScope<'_>, language: Language) -> Result<Vec<EntitlementBody>, Problem> {
    let all = entitlements::all(scope.transaction, scope.key())?;
    Ok(all.iter().filter(|held| held.ended_at.is_none()).map(|held| show(scope, held, language)).collect())
}

/// Switches the paid renewal of an option.
pub(crate) fn switch_renewal(
    scope: &MemberScope<'_>,
    id: &str,
    is_on: bool,
    language: Language,
) -> Result<EntitlementBody, Problem> {
    let held = entitlements::by_id(scope.transaction, id)?
        .filter(|held| held.account == scope.key() && held.ended_at.is_none())
        .ok_or_else(|| Problem::not_found("entitlement_not_found", "No active option has this identifier."))?;
    if held.renewal.is_none() {
        return Err(Problem::no_renewal());
    }
    entitlements::set_renewal(scope.transaction, held.key, is_on)?;
    Ok(show(scope, &entitlements::by_key(scope.transaction, held.key)?, language))
}

/// Whether a playback token is valid for an offer now.
pub(crate) fn may_play(sandbox: &Sandbox, offer: &str, token: &str) -> Result<bool, Problem> {
    let Some((id, signature)) = token.split_once('.') else { return Ok(false) };
    if signature != sandbox.sign("playback", id) {
        return Ok(false);
    }
    sandbox.store.transact(|transaction| {
        let Some(held) = entitlements::by_id(transaction, id)? else { return Ok(false) };
        let current = accounts::all_current(transaction)?;
        let Some(account) = current.iter().find(|account| account.key == held.account) else { return Ok(false) };
        // Time never runs backwards for a member, so a film rented before the clock was set back has begun.
        let now = sandbox.clock.now().max(account.settled_at);
        Ok(held.offer.as_str() == offer
            && held.kind == Kind::Film
            && held.ended_at.is_none()
            && held.starts_at <= now
            && held.until.is_none_or(|until| now < until))
    })
}

fn show(scope: &MemberScope<'_>, held: &Entitlement, language: Language) -> EntitlementBody {
    let title = scope.shelf(language).title_or(&held.offer, &held.title);
    let playback = match held.kind {
        Kind::Film => Some(playback(scope.sandbox, held, title.clone())),
        Kind::Package
        | Kind::Subscription
        | Kind::Service
        | Kind::Quota
        | Kind::Discount
        | Kind::Software
        | Kind::Phone
        | Kind::Partner => None,
    };
    EntitlementBody {
        id: held.id.clone(),
        offer_id: held.offer.clone(),
        title,
        kind: held.kind,
        image: held.image.clone(),
        exchange_id: held.exchange.clone(),
        starts_at: held.starts_at,
        until: held.until,
        renewal: held.renewal.map(|renewal| RenewalBody { on: renewal.on, price_roubles: renewal.price_roubles }),
        playback,
        promo_code: held.promo_code.clone(),
        quota_gb: held.quota_gb,
    }
}

fn playback(sandbox: &Sandbox, held: &Entitlement, title: String) -> PlaybackBody {
    let token = format!("{}.{}", held.id, sandbox.sign("playback", held.id.as_str()));
    let url = format!("{}/v1/media/{}?token={token}", sandbox.public_url, held.offer);
    PlaybackBody { url, token, title }
}
