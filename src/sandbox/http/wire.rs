//! The JSON shapes of the member's API, and their schemas.
//!
//! Field names here are the contract with the client; nothing else may invent JSON for it.

mod films;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub(crate) use films::{EntitledEpisodeBody, EpisodeBody, PlaybackBody};

use crate::rules::monthly::MonthlyLimit;
use crate::rules::offer::{After, Channel, Kind, Validity};
use crate::seed::Posting;
use crate::service::catalogue::Shelf;
use crate::store::StoreError;
use crate::store::exchanges::Exchange;
use crate::values::{EntitlementId, ExchangeId, MemberId, OfferId, Points};

impl PartialSchema for Points {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(Self::MAX)).into()
    }
}

impl ToSchema for Points {}

macro_rules! text_schema {
    ($($name:ident),*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(64)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

text_schema!(MemberId, OfferId, ExchangeId, EntitlementId);

/// An error, after RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    #[serde(rename = "type")]
    pub(crate) problem_type: String,
    pub(crate) title: String,
    #[schema(minimum = 400, maximum = 599)]
    pub(crate) status: u16,
    pub(crate) detail: String,
    /// What happened, for programs; every operation lists its own.
    pub(crate) code: String,
    /// All causes of a refusal; empty where the code says it all.
    pub(crate) reasons: Vec<ReasonBody>,
    pub(crate) request_id: String,
}

/// One cause of a refusal. The `balance` of `not_enough_points` is what can be spent: without what orders under way hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schema(as = Reason)]
pub(crate) enum ReasonBody {
    NotEnoughPoints { balance: Points, price: Points, missing: Points },
    Debt { roubles: i64 },
    AlreadyOrdered { offer_id: OfferId, title: String, exchange_id: ExchangeId, until: Option<DateTime<Utc>> },
    MonthlyLimit { until: DateTime<Utc> },
    Requires { offer_id: OfferId, title: String },
    PriceChanged { offer_id: OfferId, title: String, expected: Points, price: Points },
    OfferGone { offer_id: OfferId },
    ServiceNotConnected { service: String },
    NotEnrolled,
    Channel { offer_id: OfferId },
    Conflict { offer_id: OfferId, title: String },
}

/// A member's account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountBody {
    pub(crate) member_id: MemberId,
    pub(crate) display_name: String,
    pub(crate) enrolled: bool,
    /// The sum of the ledger.
    pub(crate) balance: Points,
    /// The part of the balance reserved for exchanges in processing.
    pub(crate) held: Points,
    pub(crate) debt: bool,
    #[schema(minimum = 0)]
    pub(crate) debt_roubles: i64,
    pub(crate) status: StatusBody,
    #[schema(max_items = 12)]
    pub(crate) expiring: Vec<ExpiringBody>,
    pub(crate) pending: Vec<PendingBody>,
    pub(crate) next_exchange_at: Option<DateTime<Utc>>,
    /// Which exchanges use up the month; a client that is not told takes it for `strict`.
    pub(crate) monthly_limit: MonthlyLimit,
    pub(crate) region: RegionBody,
    pub(crate) time_zone: String,
    #[schema(minimum = -1080, maximum = 1080)]
    pub(crate) utc_offset_minutes: i32,
    pub(crate) connected_services: Vec<String>,
    pub(crate) terms_version: String,
    pub(crate) server_time: DateTime<Utc>,
}

/// A status; code `none` for a subscriber who has not joined.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Status)]
pub(crate) struct StatusBody {
    /// `none`, `basic`, `standard`, `privilege` or `vip`.
    #[schema(value_type = String)]
    pub(crate) code: &'static str,
    pub(crate) name: String,
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) discount_percent: u8,
    pub(crate) points: Points,
    pub(crate) next: Option<NextStatusBody>,
    pub(crate) until: Option<DateTime<Utc>>,
}

impl StatusBody {
    /// No status yet.
    pub(crate) fn none() -> Self {
        Self { code: "none", name: String::new(), discount_percent: 0, points: Points::ZERO, next: None, until: None }
    }
}

/// The next status up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NextStatus)]
pub(crate) struct NextStatusBody {
    #[schema(value_type = String)]
    pub(crate) code: &'static str,
    pub(crate) name: String,
    #[schema(minimum = 0)]
    pub(crate) threshold: i64,
    /// At least 1: a status that ran out comes back with the next point.
    #[schema(minimum = 1)]
    pub(crate) missing: i64,
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) discount_percent: u8,
}

/// Points that burn together.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Expiring)]
pub(crate) struct ExpiringBody {
    pub(crate) points: Points,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Points that are yet to be posted.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Pending)]
pub(crate) struct PendingBody {
    pub(crate) points: Points,
    #[schema(value_type = String)]
    pub(crate) reason: &'static str,
    pub(crate) posts_at: DateTime<Utc>,
}

/// A region.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Region)]
pub(crate) struct RegionBody {
    pub(crate) code: String,
    pub(crate) name: String,
}

/// The terms of the programme.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Terms)]
pub(crate) struct TermsBody {
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) joining_points: u32,
}

/// The acceptance of the terms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Enrolment)]
pub(crate) struct EnrolmentBody {
    pub(crate) terms_version: String,
}

/// A page of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogPage)]
pub(crate) struct CatalogBody {
    pub(crate) version: String,
    pub(crate) total: usize,
    pub(crate) server_time: DateTime<Utc>,
    pub(crate) categories: Vec<CategoryBody>,
    #[schema(max_items = 200)]
    pub(crate) offers: Vec<OfferBody>,
    pub(crate) next_cursor: Option<String>,
}

/// A category of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryBody {
    pub(crate) id: String,
    pub(crate) title: String,
    /// `tv`, or `other` for rewards that are not for the television.
    #[schema(value_type = String)]
    pub(crate) kind: &'static str,
    pub(crate) count: usize,
}

/// An offer as a member sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferBody {
    pub(crate) id: OfferId,
    pub(crate) category: String,
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) subtitle: String,
    pub(crate) description: String,
    pub(crate) year: Option<u16>,
    pub(crate) director: Option<String>,
    pub(crate) duration_minutes: Option<u32>,
    #[schema(minimum = 0, maximum = 18)]
    pub(crate) age: u8,
    #[schema(minimum = 0)]
    pub(crate) base_price: Option<i64>,
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) discount_percent: u8,
    #[schema(minimum = 0)]
    pub(crate) price: Option<i64>,
    pub(crate) validity: Validity,
    /// When an order made at this moment would end; null where it never does.
    /// The entity tag changes with the subscriber's local day and not within it, so a kept page is right about
    /// days and months alone: count an offer of hours from the server's time.
    pub(crate) valid_until: Option<DateTime<Utc>>,
    pub(crate) after: After,
    pub(crate) includes: Vec<String>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) requires: Vec<OfferId>,
    pub(crate) excludes: Vec<OfferId>,
    /// The parts of a serial in their order; empty for anything else. One exchange opens all of them.
    #[schema(max_items = 200)]
    pub(crate) episodes: Vec<EpisodeBody>,
    pub(crate) quota_gb: Option<u32>,
    pub(crate) eligibility: EligibilityBody,
    pub(crate) active_until: Option<DateTime<Utc>>,
    pub(crate) image: Option<String>,
}

/// Whether an offer can be ordered, alone and now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Eligibility)]
pub(crate) struct EligibilityBody {
    pub(crate) allowed: bool,
    pub(crate) reasons: Vec<ReasonBody>,
}

/// A basket to exchange.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExchange)]
pub(crate) struct NewExchangeBody {
    /// No offer twice, by its id: two prices for one offer are refused as well.
    #[schema(value_type = std::collections::BTreeSet<WishBody>, min_items = 1, max_items = 20)]
    pub(crate) offers: Vec<WishBody>,
}

/// One option of a basket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Wish)]
pub(crate) struct WishBody {
    pub(crate) id: OfferId,
    /// The price the member was shown.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub(crate) expected_price: i64,
}

/// An exchange that is carried out later.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExchangeAccepted {
    pub(crate) id: ExchangeId,
    /// The key of the order that this answers.
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) idempotency_key: String,
    /// `processing`
    #[schema(value_type = String)]
    pub(crate) state: &'static str,
}

/// An exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Exchange)]
pub(crate) struct ExchangeBody {
    pub(crate) id: ExchangeId,
    /// The key of the order that made it; null where it was made before orders had keys.
    pub(crate) idempotency_key: Option<String>,
    /// `processing`, `confirmed` or `refused`; a box takes any other for `processing`.
    #[schema(value_type = String)]
    pub(crate) state: &'static str,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) total: Points,
    pub(crate) balance_after: Points,
    pub(crate) lines: Vec<ExchangeLineBody>,
    pub(crate) next_exchange_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<ProblemBody>)]
    pub(crate) refusal: Option<serde_json::Value>,
}

/// One option of an exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExchangeLine)]
pub(crate) struct ExchangeLineBody {
    pub(crate) offer_id: OfferId,
    pub(crate) title: String,
    pub(crate) price: Points,
    pub(crate) entitlement_id: Option<EntitlementId>,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) promo_code: Option<String>,
}

impl ExchangeBody {
    /// An exchange as it is stored, in the language of the shelf.
    pub(crate) fn from_stored(exchange: &Exchange, shelf: &Shelf) -> Result<Self, StoreError> {
        let is_confirmed = exchange.state == crate::store::exchanges::State::Confirmed;
        let refusal = exchange.refusal.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            id: exchange.id.clone(),
            idempotency_key: exchange.idempotency_key.clone(),
            state: exchange.state.code(),
            created_at: exchange.created_at,
            total: exchange.total,
            balance_after: exchange.balance_after,
            lines: exchange
                .lines
                .iter()
                .map(|line| ExchangeLineBody {
                    offer_id: line.offer.clone(),
                    title: shelf.title_or(&line.offer, &line.title),
                    price: line.price,
                    entitlement_id: line.entitlement.clone(),
                    starts_at: line.starts_at,
                    until: line.until,
                    // A code is worth something, so it shows only when it has been paid for.
                    promo_code: line.promo_code.clone().filter(|_| is_confirmed),
                })
                .collect(),
            next_exchange_at: exchange.next_exchange_at,
            refusal: refusal.map_err(|_| StoreError::Corrupt("a refusal is not JSON"))?,
        })
    }
}

/// A page of exchanges.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExchangePage)]
pub(crate) struct ExchangesBody {
    pub(crate) exchanges: Vec<ExchangeBody>,
    pub(crate) next_cursor: Option<String>,
}

/// The active options.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entitlements)]
pub(crate) struct EntitlementsBody {
    pub(crate) server_time: DateTime<Utc>,
    pub(crate) entitlements: Vec<EntitlementBody>,
}

/// An active option.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entitlement)]
pub(crate) struct EntitlementBody {
    pub(crate) id: EntitlementId,
    pub(crate) offer_id: OfferId,
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) image: Option<String>,
    pub(crate) exchange_id: ExchangeId,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) renewal: Option<RenewalBody>,
    /// How a film is played; of a serial, its first episode, for a box that knows no episodes.
    pub(crate) playback: Option<PlaybackBody>,
    /// The parts of a serial in their order; empty for anything else.
    #[schema(max_items = 200)]
    pub(crate) episodes: Vec<EntitledEpisodeBody>,
    pub(crate) promo_code: Option<String>,
    pub(crate) quota_gb: Option<u32>,
}

/// The paid continuation of an option.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Renewal)]
pub(crate) struct RenewalBody {
    pub(crate) on: bool,
    pub(crate) price_roubles: u32,
}

/// The switch of a renewal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenewalSwitch)]
pub(crate) struct RenewalSwitchBody {
    pub(crate) on: bool,
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerPage)]
pub(crate) struct LedgerBody {
    pub(crate) entries: Vec<EntryBody>,
    pub(crate) next_cursor: Option<String>,
}

/// A line of the history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct EntryBody {
    pub(crate) id: String,
    pub(crate) at: DateTime<Utc>,
    /// Positive when points arrive, negative when they leave.
    pub(crate) amount: i64,
    pub(crate) balance_after: Points,
    /// `accrual`, `exchange`, `expiry` or `adjustment`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub(crate) entry_type: &'static str,
    pub(crate) reason: String,
    pub(crate) title: String,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) exchange_id: Option<String>,
}

/// Ways to earn points, and the statuses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EarningRules)]
pub(crate) struct EarningBody {
    pub(crate) rules: Vec<EarningRuleBody>,
    pub(crate) statuses: Vec<LevelBody>,
}

/// A way to earn points.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EarningRule)]
pub(crate) struct EarningRuleBody {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) points: Option<u32>,
    pub(crate) points_min: Option<u32>,
    pub(crate) points_max: Option<u32>,
    /// For payments: so many roubles earn one point, from this sum on.
    pub(crate) roubles_per_point: Option<u32>,
    pub(crate) roubles_min: Option<u32>,
    pub(crate) posting: Posting,
    pub(crate) note: String,
    /// Whether a way that brings points once has brought them; others can be used again.
    pub(crate) done: bool,
}

/// A status and what it takes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Level)]
pub(crate) struct LevelBody {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) threshold: u32,
    #[schema(minimum = 0, maximum = 100)]
    pub(crate) discount_percent: u8,
    pub(crate) months: u32,
}
