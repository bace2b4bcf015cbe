//! The history of points, and the ways to earn them.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::exchanges::{cursor_of, cut_page, limit_of};
use crate::http::extract::{App, Bearer, QueryOf};
use crate::http::problem::Problem;
use crate::http::wire::{EarningBody, EarningRuleBody, EntryBody, LedgerBody, LevelBody};
use crate::rules::accrual::Earning;
use crate::service::catalogue::Language;
use crate::state::MemberScope;
use crate::store::ledger::{self, Entry, EntryType};
use crate::store::{StoreError, exchanges};

/// A type of entries.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TypeName {
    Accrual,
    Exchange,
    Expiry,
    Adjustment,
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerQuery {
    /// Where the page before ended.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// Entries a page, 100 by default.
    #[param(minimum = 1, maximum = 200, value_type = Option<u32>)]
    limit: Option<String>,
    /// One type only.
    #[serde(rename = "type")]
    #[param(inline)]
    entry_type: Option<TypeName>,
}

/// Lists the history of points, newest first.
#[utoipa::path(
    get, path = "/v1/ledger", tag = "ledger", operation_id = "listLedger",
    security(("bearer" = [])),
    params(LedgerQuery, ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The page, newest first", body = LedgerBody), (status = 400, description = "`invalid_request`: a parameter is not valid"))
)]
pub(super) async fn list(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    query: Result<QueryOf<LedgerQuery>, Problem>,
) -> Result<Json<LedgerBody>, Problem> {
    let page = bearer
        .run(&app, move |scope| {
            let QueryOf(query) = query?;
            let limit = limit_of(query.limit.as_deref())?;
            let before = cursor_of(query.cursor.as_deref())?;
            let entry_type = query.entry_type.map(|name| match name {
                TypeName::Accrual => EntryType::Accrual,
                TypeName::Exchange => EntryType::Exchange,
                TypeName::Expiry => EntryType::Expiry,
                TypeName::Adjustment => EntryType::Adjustment,
            });
            let mut entries = ledger::page(scope.transaction, scope.key(), entry_type, before, limit + 1)?;
            let next_cursor = cut_page(&mut entries, limit, |entry| entry.id);
            let shown = entries
                .into_iter()
                .map(|entry| Ok(EntryBody { title: title(scope, &entry, language)?, ..entry.into() }));
            Ok(LedgerBody { entries: shown.collect::<Result<_, StoreError>>()?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Lists the ways to earn points and the statuses.
#[utoipa::path(
    get, path = "/v1/earning-rules", tag = "ledger", operation_id = "listEarningRules",
    security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The ways to earn, and the statuses", body = EarningBody))
)]
pub(super) async fn earning_rules(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
) -> Result<Json<EarningBody>, Problem> {
    bearer.run(&app, move |scope| earning(scope, language)).await.map(Json)
}

fn earning(scope: &MemberScope<'_>, language: Language) -> Result<EarningBody, Problem> {
    let earned = ledger::earned(scope.transaction, scope.key())?;
    // Joining is done once the terms are accepted, even before its points are posted; a repeatable way is never done.
    let is_done = |id: &str| match Earning::from_code(id) {
        Some(Earning::Joining) => scope.account.joined_at.is_some(),
        Some(earning) => earning.is_one_time() && earned.iter().any(|used| used == id),
        None => false,
    };
    let seed = &scope.sandbox.seed;
    let text = |russian: &String, english: &String| language.choose(russian, english).clone();
    Ok(EarningBody {
        rules: seed
            .earning_rules
            .iter()
            .map(|rule| EarningRuleBody {
                id: rule.id.clone(),
                title: text(&rule.title, &rule.title_en),
                points: rule.points,
                points_min: rule.points_min,
                points_max: rule.points_max,
                roubles_per_point: rule.roubles_per_point,
                roubles_min: rule.minimum_roubles,
                posting: rule.posting,
                note: text(&rule.note, &rule.note_en),
                done: is_done(&rule.id),
            })
            .collect(),
        statuses: seed
            .statuses
            .iter()
            .map(|status| LevelBody {
                code: status.code.clone(),
                name: text(&status.name, &status.name_en),
                threshold: status.threshold,
                discount_percent: status.discount_percent,
                months: status.months,
            })
            .collect(),
    })
}

/// The title of an entry: today's title in the member's language, else the stored one.
fn title(scope: &MemberScope<'_>, entry: &Entry, language: Language) -> Result<String, StoreError> {
    let stored = entry.title.as_str();
    let title = match entry.entry_type {
        EntryType::Accrual => {
            let rule = scope.sandbox.seed.earning_rules.iter().find(|rule| rule.id == entry.reason);
            rule.map_or(stored, |rule| language.choose(&rule.title, &rule.title_en).as_str())
        }
        EntryType::Exchange => {
            let id = entry.exchange_id.as_deref().unwrap_or_default();
            let Some(exchange) = exchanges::by_id(scope.transaction, scope.key(), id)? else {
                return Ok(stored.to_owned());
            };
            let shelf = scope.shelf(language);
            let titles = exchange.lines.iter().map(|line| shelf.title_or(&line.offer, &line.title));
            return Ok(titles.collect::<Vec<_>>().join(", "));
        }
        EntryType::Expiry => language.choose(stored, "Points burned"),
        EntryType::Adjustment => language.choose(stored, "Correction"),
    };
    Ok(title.to_owned())
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        Self {
            id: format!("l-{}", entry.id),
            at: entry.at,
            amount: entry.amount,
            balance_after: entry.balance_after,
            entry_type: entry.entry_type.code(),
            reason: entry.reason,
            title: entry.title,
            expires_at: entry.expires_at,
            exchange_id: entry.exchange_id,
        }
    }
}
