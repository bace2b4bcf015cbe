//! `/v1/exchanges` and `/v1/entitlements`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::catalog::{offer_kind, offer_kind_code};
use super::problem::Problem;
use super::serial::{Episode, MOST_EPISODES, Playback, episodes};
use super::value::{
    Amount, Code, Cursor, Flag, Id, List, Opaque, Roubles, Text, Time, Title, if_readable, list, object,
};
use crate::domain::{self, EntitlementId, ExchangeId, ExchangeState, OfferId};

/// The body of an order.
#[derive(Serialize)]
pub(in crate::api) struct OrderBody<'a> {
    offers: Vec<OrderOffer<'a>>,
}

#[derive(Serialize)]
struct OrderOffer<'a> {
    id: &'a str,
    expected_price: u64,
}

impl<'a> From<&'a domain::Order> for OrderBody<'a> {
    fn from(order: &'a domain::Order) -> Self {
        let offers = order
            .lines
            .iter()
            .map(|line| OrderOffer { id: line.offer_id.as_str(), expected_price: line.expected_price.get() })
            .collect();
        Self { offers }
    }
}

/// An exchange. Its id, state and total decide about points; any other field that cannot be read is left out.
#[derive(Deserialize)]
pub(in crate::api) struct Exchange {
    id: Id,
    state: Text<32>,
    total: Amount,
    #[serde(default, deserialize_with = "if_readable")]
    idempotency_key: Option<Opaque>,
    #[serde(default, deserialize_with = "if_readable")]
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    balance_after: Option<Amount>,
    #[serde(default, deserialize_with = "if_readable")]
    lines: Option<Lines>,
    #[serde(default, deserialize_with = "if_readable")]
    next_exchange_at: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    refusal: Option<Problem>,
}

#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Lines(#[serde(deserialize_with = "list::<_, _, 50>")] Vec<Line>);

#[derive(Debug, Deserialize)]
struct Line {
    offer_id: Id,
    #[serde(default, deserialize_with = "if_readable")]
    title: Option<Title>,
    #[serde(default, deserialize_with = "if_readable")]
    price: Option<Amount>,
    #[serde(default, deserialize_with = "if_readable")]
    entitlement_id: Option<Id>,
    #[serde(default, deserialize_with = "if_readable")]
    starts_at: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    until: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    promo_code: Option<PromoCode>,
}

/// A partner's code, paid for with points: as long as a screen can show it whole.
type PromoCode = Code<256>;

object! {
    pub(in crate::api) struct ExchangePage {
        needed {
            exchanges: List<Exchange, 500>,
        }
        next_cursor: Option<Cursor>,
    }
}

/// The answer to "did my order happen?". Only an empty list that is whole says "no".
#[derive(Deserialize)]
pub(in crate::api) struct FoundExchanges {
    exchanges: Vec<Value>,
    #[serde(default)]
    next_cursor: Option<Value>,
}

impl FoundExchanges {
    /// The exchanges that can be read, none if there are none; `None` if there are some and none can be read.
    pub fn readable(self) -> Option<Vec<domain::Exchange>> {
        let is_no = self.exchanges.is_empty() && self.next_cursor.is_none();
        let read = |value| serde_json::from_value::<Exchange>(value).ok().map(Into::into);
        let exchanges: Vec<_> = self.exchanges.into_iter().filter_map(read).collect();
        (is_no || !exchanges.is_empty()).then_some(exchanges)
    }
}

impl From<ExchangePage> for domain::ExchangePage {
    fn from(page: ExchangePage) -> Self {
        Self { exchanges: page.exchanges.into_domain(Into::into), next_cursor: page.next_cursor.map(|cursor| cursor.0) }
    }
}

impl From<Exchange> for domain::Exchange {
    fn from(exchange: Exchange) -> Self {
        Self {
            id: ExchangeId::new(&exchange.id.0),
            state: match exchange.state.0.as_str() {
                "confirmed" => ExchangeState::Confirmed,
                "refused" => ExchangeState::Refused(exchange.refusal.unwrap_or_default().into_refusal(None)),
                // An unknown state is not a decision: the order stays open and is looked up again.
                _ => ExchangeState::Processing,
            },
            key: exchange.idempotency_key.map(|key| key.0),
            created_at: exchange.created_at.map(|at| at.0),
            total: exchange.total.0,
            balance_after: exchange.balance_after.map(|balance| balance.0),
            lines: exchange.lines.into_iter().flat_map(|lines| lines.0).map(Into::into).collect(),
            next_exchange_at: exchange.next_exchange_at.map(|at| at.0),
        }
    }
}

impl From<Line> for domain::ExchangeLine {
    fn from(line: Line) -> Self {
        Self {
            offer_id: OfferId::new(&line.offer_id.0),
            title: line.title.map(|title| title.0).unwrap_or_default(),
            price: line.price.map(|price| price.0).unwrap_or_default(),
            entitlement_id: line.entitlement_id.map(|id| EntitlementId::new(&id.0)),
            starts_at: line.starts_at.map(|at| at.0),
            until: line.until.map(|at| at.0),
            promo_code: line.promo_code.map(|code| code.0),
        }
    }
}

object! {
    #[derive(Serialize)]
    pub(in crate::api) struct Entitlements {
        needed {
            pub entitlements: List<Entitlement, 500>,
        }
        pub server_time: Option<Time>,
    }
}

object! {
    /// Something the member holds. It is shown even if its fields cannot be read, and its paid renewal can be switched
    /// off.
    #[derive(Serialize)]
    pub(in crate::api) struct Entitlement {
        needed {
            id: Id,
        }
        offer_id: Option<Id>,
        title: Title,
        kind: Text<32>,
        image: Option<Id>,
        exchange_id: Option<Id>,
        starts_at: Option<Time>,
        until: Option<Time>,
        renewal: Option<Renewal>,
        playback: Option<Playback>,
        episodes: List<Episode, MOST_EPISODES>,
        promo_code: Option<PromoCode>,
    }
}

/// The paid renewal. One that cannot be understood counts as on, so that it can be switched off.
#[derive(Serialize)]
struct Renewal {
    on: bool,
    price_roubles: Option<Roubles>,
}

object! {
    #[derive(Default)]
    struct RenewalParts {
        needed {}
        on: Option<Flag>,
        price_roubles: Option<Roubles>,
    }
}

impl<'de> Deserialize<'de> for Renewal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if let Ok(Flag(on)) = serde_json::from_str(raw.get()) {
            return Ok(Self { on, price_roubles: None });
        }
        let parts = serde_json::from_str::<RenewalParts>(raw.get()).unwrap_or_default();
        Ok(Self { on: parts.on.is_none_or(|on| on.0), price_roubles: parts.price_roubles })
    }
}

impl From<Entitlement> for domain::Entitlement {
    fn from(entitlement: Entitlement) -> Self {
        let playback = entitlement.playback.and_then(Playback::into_domain);
        let film = playback.as_ref().map(|playback| playback.title.clone());
        Self {
            id: EntitlementId::new(&entitlement.id.0),
            offer_id: OfferId::new(&Id::or_empty(entitlement.offer_id)),
            title: Some(entitlement.title.0).filter(|title| !title.is_empty()).or(film).unwrap_or_default(),
            kind: offer_kind(&entitlement.kind.0),
            image: entitlement.image.map(|id| id.0),
            exchange_id: entitlement.exchange_id.map(|id| ExchangeId::new(&id.0)),
            starts_at: entitlement.starts_at.map(|at| at.0),
            until: entitlement.until.map(|at| at.0),
            renewal: entitlement.renewal.map(|renewal| domain::Renewal {
                is_on: renewal.on,
                price_roubles: renewal.price_roubles.map(|price| price.0),
            }),
            playback,
            episodes: episodes(entitlement.episodes),
            promo_code: entitlement.promo_code.map(|code| code.0),
        }
    }
}

impl From<&domain::Entitlement> for Entitlement {
    fn from(entitlement: &domain::Entitlement) -> Self {
        Self {
            id: Id(entitlement.id.as_str().to_owned()),
            offer_id: Id::of(entitlement.offer_id.as_str()),
            title: Text(entitlement.title.clone()),
            kind: Text(offer_kind_code(entitlement.kind).to_owned()),
            image: entitlement.image.clone().map(Id),
            exchange_id: entitlement.exchange_id.as_ref().map(|id| Id(id.as_str().to_owned())),
            starts_at: entitlement.starts_at.map(Time),
            until: entitlement.until.map(Time),
            renewal: entitlement
                .renewal
                .map(|renewal| Renewal { on: renewal.is_on, price_roubles: renewal.price_roubles.map(Roubles) }),
            // The address carries a token that is of no use offline, so it is never written down.
            playback: None,
            episodes: entitlement.episodes.iter().map(Into::into).collect(),
            promo_code: entitlement.promo_code.clone().map(Code),
        }
    }
}
