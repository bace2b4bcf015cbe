//! Problem details (RFC 9457) and the reasons that stand against an order.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::value::{Amount, Id, Roubles, Text, Time, Title, if_readable, list};
use crate::domain::{self, ExchangeId, OfferId, Refusal};

/// A problem; everything in it may be missing.
#[derive(Debug, Default, Deserialize)]
pub(in crate::api) struct Problem {
    #[serde(default, deserialize_with = "if_readable")]
    pub code: Option<Text<64>>,
    #[serde(default, deserialize_with = "list::<_, _, 50>")]
    reasons: Vec<Reason>,
    #[serde(default, deserialize_with = "if_readable")]
    pub request_id: Option<Text<64>>,
}

impl Problem {
    /// The refusal it tells of. A known code without a list of reasons is its own reason.
    pub fn into_refusal(self, request_id: Option<String>) -> Refusal {
        let code = self.code.map_or_else(|| "unknown".to_owned(), |code| code.0);
        let mut reasons: Vec<domain::Reason> = self.reasons.into_iter().map(Into::into).collect();
        if reasons.is_empty() {
            reasons.extend(match code.as_str() {
                "debt" => Some(domain::Reason::Debt { roubles: None }),
                "monthly_limit" => Some(domain::Reason::MonthlyLimit { until: None }),
                "not_enrolled" => Some(domain::Reason::NotEnrolled),
                _ => None,
            });
        }
        Refusal { code, reasons, request_id: request_id.or(self.request_id.map(|id| id.0)) }
    }
}

/// One reason. One whose code or shape this version does not know keeps its code.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(in crate::api) enum Reason {
    Known(Known),
    Unknown { code: Text<64> },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(in crate::api) enum Known {
    NotEnoughPoints {
        balance: Amount,
        price: Amount,
        missing: Amount,
    },
    Debt {
        #[serde(default, deserialize_with = "if_readable")]
        roubles: Option<Roubles>,
    },
    AlreadyOrdered {
        offer_id: Id,
        #[serde(default)]
        title: Title,
        #[serde(default, deserialize_with = "if_readable")]
        exchange_id: Option<Id>,
        #[serde(default, deserialize_with = "if_readable")]
        until: Option<Time>,
    },
    MonthlyLimit {
        #[serde(default, deserialize_with = "if_readable")]
        until: Option<Time>,
    },
    Requires {
        offer_id: Id,
        #[serde(default)]
        title: Title,
    },
    PriceChanged {
        offer_id: Id,
        #[serde(default)]
        title: Title,
        price: Amount,
    },
    OfferGone {
        offer_id: Id,
    },
    ServiceNotConnected {
        #[serde(default)]
        service: Text<64>,
    },
    NotEnrolled,
    Conflict {
        offer_id: Id,
        #[serde(default)]
        title: Title,
    },
    Channel {
        offer_id: Id,
    },
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Value::deserialize(deserializer)?;
        let code = raw.get("code").and_then(Value::as_str).ok_or_else(|| D::Error::custom("a reason has no code"))?;
        let code = Text::new(code);
        Ok(serde_json::from_value(raw).map_or(Self::Unknown { code }, Self::Known))
    }
}

impl From<Reason> for domain::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Known(known) => known.into(),
            Reason::Unknown { code } => Self::Unknown { code: code.0 },
        }
    }
}

impl From<Known> for domain::Reason {
    fn from(reason: Known) -> Self {
        let offer = |id: Id| OfferId::new(&id.0);
        match reason {
            Known::NotEnoughPoints { balance, price, missing } => {
                Self::NotEnoughPoints { balance: balance.0, price: price.0, missing: missing.0 }
            }
            Known::Debt { roubles } => Self::Debt { roubles: roubles.map(|roubles| roubles.0) },
            Known::AlreadyOrdered { offer_id, title, exchange_id, until } => Self::AlreadyOrdered {
                offer_id: offer(offer_id),
                title: title.0,
                exchange_id: exchange_id.map(|id| ExchangeId::new(&id.0)),
                until: until.map(|at| at.0),
            },
            Known::MonthlyLimit { until } => Self::MonthlyLimit { until: until.map(|at| at.0) },
            Known::Requires { offer_id, title } => Self::Requires { offer_id: offer(offer_id), title: title.0 },
            Known::PriceChanged { offer_id, title, price } => {
                Self::PriceChanged { offer_id: offer(offer_id), title: title.0, price: price.0 }
            }
            Known::OfferGone { offer_id } => Self::OfferGone { offer_id: offer(offer_id) },
            Known::ServiceNotConnected { service } => Self::ServiceNotConnected { service: service.0 },
            Known::NotEnrolled => Self::NotEnrolled,
            Known::Conflict { offer_id, title } => Self::Conflict { offer_id: offer(offer_id), title: title.0 },
            Known::Channel { offer_id } => Self::Channel { offer_id: offer(offer_id) },
        }
    }
}

impl From<&domain::Reason> for Reason {
    fn from(reason: &domain::Reason) -> Self {
        let id = |id: &OfferId| Id(id.as_str().to_owned());
        Self::Known(match reason {
            domain::Reason::NotEnoughPoints { balance, price, missing } => {
                Known::NotEnoughPoints { balance: Amount(*balance), price: Amount(*price), missing: Amount(*missing) }
            }
            domain::Reason::Debt { roubles } => Known::Debt { roubles: roubles.map(Roubles) },
            domain::Reason::AlreadyOrdered { offer_id, title, exchange_id, until } => Known::AlreadyOrdered {
                offer_id: id(offer_id),
                title: Text(title.clone()),
                exchange_id: exchange_id.as_ref().map(|id| Id(id.as_str().to_owned())),
                until: until.map(Time),
            },
            domain::Reason::MonthlyLimit { until } => Known::MonthlyLimit { until: until.map(Time) },
            domain::Reason::Requires { offer_id, title } => {
                Known::Requires { offer_id: id(offer_id), title: Text(title.clone()) }
            }
            domain::Reason::PriceChanged { offer_id, title, price } => {
                Known::PriceChanged { offer_id: id(offer_id), title: Text(title.clone()), price: Amount(*price) }
            }
            domain::Reason::OfferGone { offer_id } => Known::OfferGone { offer_id: id(offer_id) },
            domain::Reason::ServiceNotConnected { service } => {
                Known::ServiceNotConnected { service: Text(service.clone()) }
            }
            domain::Reason::NotEnrolled => Known::NotEnrolled,
            domain::Reason::Conflict { offer_id, title } => {
                Known::Conflict { offer_id: id(offer_id), title: Text(title.clone()) }
            }
            domain::Reason::Channel { offer_id } => Known::Channel { offer_id: id(offer_id) },
            domain::Reason::Unknown { code } => return Self::Unknown { code: Text(code.clone()) },
        })
    }
}
