//! What a member has: active options, their renewal and the right to play a film.

use super::catalogue::{Language, episode};
use crate::http::problem::Problem;
use crate::http::wire::{EntitledEpisodeBody, EntitlementBody, PlaybackBody, RenewalBody};
use crate::rules::offer::{Episode, Kind};
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

/// What a playback address names.
#[derive(Debug, Clone)]
pub(crate) struct Film {
    /// The offer that was ordered.
    pub(crate) offer: String,
    /// Of a serial: which part; without one, the first.
    pub(crate) episode: Option<String>,
}

/// Whether a playback token is valid for a film now.
pub(crate) fn may_play(sandbox: &Sandbox, film: &Film, token: &str) -> Result<bool, Problem> {
    let has_episode = |id: &String| {
        let episodes = sandbox.seed.offer(&film.offer).map(|offer| &offer.episodes);
        episodes.is_some_and(|episodes| episodes.iter().any(|episode| episode.id == *id))
    };
    if !film.episode.as_ref().is_none_or(has_episode) {
        return Ok(false);
    }
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
        Ok(held.offer.as_str() == film.offer
            && held.kind == Kind::Film
            && held.ended_at.is_none()
            && held.starts_at <= now
            && held.until.is_none_or(|until| now < until))
    })
}

fn show(scope: &MemberScope<'_>, held: &Entitlement, language: Language) -> EntitlementBody {
    let title = scope.shelf(language).title_or(&held.offer, &held.title);
    // Also where the catalogue has it no more: what was ordered can be watched to its end.
    let of_the_seed = scope.sandbox.seed.offer(held.offer.as_str()).into_iter().flat_map(|offer| &offer.episodes);
    let episodes: Vec<EntitledEpisodeBody> =
        of_the_seed.map(|one| entitled(scope.sandbox, held, &title, episode(one, language))).collect();
    let playback = match held.kind {
        Kind::Film => Some(playback(scope.sandbox, held, None, title.clone())),
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
        episodes,
        promo_code: held.promo_code.clone(),
        quota_gb: held.quota_gb,
    }
}

fn entitled(sandbox: &Sandbox, held: &Entitlement, serial: &str, episode: Episode) -> EntitledEpisodeBody {
    let Episode { id, title, duration_minutes } = episode;
    let playback = playback(sandbox, held, Some(&id), format!("{serial}. {title}"));
    EntitledEpisodeBody { id, title, duration_minutes, playback }
}

fn playback(sandbox: &Sandbox, held: &Entitlement, episode: Option<&str>, title: String) -> PlaybackBody {
    let token = format!("{}.{}", held.id, sandbox.sign("playback", held.id.as_str()));
    let part = episode.map(|id| format!("/{id}")).unwrap_or_default();
    let url = format!("{}/v1/media/{}{part}?token={token}", sandbox.public_url, held.offer);
    PlaybackBody { url, token, title }
}
