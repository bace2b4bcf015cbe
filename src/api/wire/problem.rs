//! Problem details (RFC 9457) and the reasons that stand against an order.

use serde::Serialize;

use super::value::{Amount, Id, List, Roubles, Text, Time, Title, object};
use crate::domain::{self, ExchangeId, OfferId, Refusal};

object! {
    /// A problem; everything in it may be missing.
    #[derive(Debug, Default)]
    pub(in crate::api) struct Problem {
        needed {}
        pub code: Option<Text<64>>,
        reasons: List<Reason, 50>,
        pub request_id: Option<Text<64>>,
    }
}

impl Problem {
    /// The refusal that it means. A known code without a list of reasons is its own reason.
    pub fn into_refusal(self, request_id: Option<String>) -> Refusal {
        let code = self.code.map_or_else(|| "unknown".to_owned(), |code| code.0);
        let mut reasons: Vec<domain::Reason> = self.reasons.into_domain(Into::into);
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

object! {
    /// One reason, with the fields of every kind there is. Which of them it has depends on its code.
    #[derive(Debug, Default, Serialize)]
    pub(in crate::api) struct Reason {
        needed {
            code: Text<64>,
        }
        balance: Option<Amount>,
        price: Option<Amount>,
        missing: Option<Amount>,
        roubles: Option<Roubles>,
        offer_id: Option<Id>,
        title: Title,
        exchange_id: Option<Id>,
        until: Option<Time>,
        service: Text<64>,
    }
}

impl Reason {
    /// What the code means with these fields, or `None` where the code or what it needs is not known.
    fn known(&self) -> Option<domain::Reason> {
        let offer = || self.offer_id.as_ref().map(|id| OfferId::new(&id.0));
        let title = || self.title.0.clone();
        let until = self.until.map(|at| at.0);
        Some(match self.code.0.as_str() {
            "not_enough_points" => {
                let (balance, price) = (self.balance?.0, self.price?.0);
                let missing = self.missing.map(|missing| missing.0);
                domain::Reason::NotEnoughPoints { balance, price, missing: missing.or(price.checked_sub(balance))? }
            }
            "debt" => domain::Reason::Debt { roubles: self.roubles.map(|roubles| roubles.0) },
            "already_ordered" => domain::Reason::AlreadyOrdered {
                offer_id: offer().unwrap_or_else(|| OfferId::new("")),
                title: title(),
                exchange_id: self.exchange_id.as_ref().map(|id| ExchangeId::new(&id.0)),
                until,
            },
            "monthly_limit" => domain::Reason::MonthlyLimit { until },
            "requires" => domain::Reason::Requires { offer_id: offer()?, title: title() },
            "price_changed" => {
                domain::Reason::PriceChanged { offer_id: offer()?, title: title(), price: self.price?.0 }
            }
            "offer_gone" => domain::Reason::OfferGone { offer_id: offer()? },
            "service_not_connected" => domain::Reason::ServiceNotConnected { service: self.service.0.clone() },
            "not_enrolled" => domain::Reason::NotEnrolled,
            "conflict" => domain::Reason::Conflict { offer_id: offer()?, title: title() },
            "channel" => domain::Reason::Channel { offer_id: offer()? },
            _ => return None,
        })
    }
}

impl From<Reason> for domain::Reason {
    fn from(reason: Reason) -> Self {
        reason.known().unwrap_or(Self::Unknown { code: reason.code.0 })
    }
}

impl From<&domain::Reason> for Reason {
    fn from(reason: &domain::Reason) -> Self {
        let of = |code: &str| Self { code: Text(code.to_owned()), ..Self::default() };
        let about = |code: &str, offer: &OfferId, title: &str| Self {
            offer_id: Id::of(offer.as_str()),
            title: Text(title.to_owned()),
            ..of(code)
        };
        match reason {
            domain::Reason::NotEnoughPoints { balance, price, missing } => Self {
                balance: Some(Amount(*balance)),
                price: Some(Amount(*price)),
                missing: Some(Amount(*missing)),
                ..of("not_enough_points")
            },
            domain::Reason::Debt { roubles } => Self { roubles: roubles.map(Roubles), ..of("debt") },
            domain::Reason::AlreadyOrdered { offer_id, title, exchange_id, until } => Self {
                exchange_id: exchange_id.as_ref().and_then(|id| Id::of(id.as_str())),
                until: until.map(Time),
                ..about("already_ordered", offer_id, title)
            },
            domain::Reason::MonthlyLimit { until } => Self { until: until.map(Time), ..of("monthly_limit") },
            domain::Reason::Requires { offer_id, title } => about("requires", offer_id, title),
            domain::Reason::PriceChanged { offer_id, title, price } => {
                Self { price: Some(Amount(*price)), ..about("price_changed", offer_id, title) }
            }
            domain::Reason::OfferGone { offer_id } => about("offer_gone", offer_id, ""),
            domain::Reason::ServiceNotConnected { service } => {
                Self { service: Text(service.clone()), ..of("service_not_connected") }
            }
            domain::Reason::NotEnrolled => of("not_enrolled"),
            domain::Reason::Conflict { offer_id, title } => about("conflict", offer_id, title),
            domain::Reason::Channel { offer_id } => about("channel", offer_id, ""),
            domain::Reason::Unknown { code } => of(code),
        }
    }
}
