//! Exchanging points: an order, what became of it, and what the member holds afterwards.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Episode, OfferId, OfferKind, Points, id_type};

id_type! {
    /// An exchange's id.
    ExchangeId
}
id_type! {
    /// An entitlement's id.
    EntitlementId
}

/// Names one order for good, so that asking twice charges once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Makes the key of a new order from fresh random bits.
    pub fn from_entropy(entropy: u128) -> Self {
        Self(format!("{entropy:032x}"))
    }

    /// Takes a stored key, or `None` if it is not 1 to 64 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let is_valid = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_valid.then(|| Self(text.to_owned()))
    }

    /// The key as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its beginning, which a member can read to support.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

/// An order as it is written to disk and sent: never changed afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its key.
    pub key: IdempotencyKey,
    /// Whose points are spent.
    pub member_id: String,
    /// What is ordered at which price.
    pub lines: Vec<OrderLine>,
    /// When the member confirmed, by the server's time.
    pub placed_at: DateTime<Utc>,
}

/// A server may write an exchange's time in whole seconds.
const WHOLE_SECOND: TimeDelta = TimeDelta::seconds(1);

impl Order {
    /// Whether an exchange is what the server made of this order: it carries the order's key, or, from a server that
    /// tells none, the order's offers and total and a time not before the order was placed.
    pub fn is_answered_by(&self, exchange: &Exchange) -> bool {
        if let Some(key) = &exchange.key {
            return key == self.key.as_str();
        }
        let mut ordered: Vec<&OfferId> = self.lines.iter().map(|line| &line.offer_id).collect();
        let mut exchanged: Vec<&OfferId> = exchange.lines.iter().map(|line| &line.offer_id).collect();
        ordered.sort_unstable();
        exchanged.sort_unstable();
        let has_total = Points::checked_sum(self.lines.iter().map(|line| line.expected_price)) == Some(exchange.total);
        let earliest = self.placed_at.checked_sub_signed(WHOLE_SECOND).unwrap_or(self.placed_at);
        ordered == exchanged && has_total && exchange.created_at.is_some_and(|at| at >= earliest)
    }
}

/// One option of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderLine {
    /// Which offer.
    pub offer_id: OfferId,
    /// Its title, to speak of it after a restart.
    pub title: String,
    /// The price the member saw.
    pub expected_price: Points,
}

/// An exchange as the server knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Its id.
    pub id: ExchangeId,
    /// The key that it was ordered with, if the server tells.
    pub key: Option<String>,
    /// How far it is.
    pub state: ExchangeState,
    /// When it was placed, if that can be read.
    pub created_at: Option<DateTime<Utc>>,
    /// What it cost.
    pub total: Points,
    /// The balance it left, if that can be read.
    pub balance_after: Option<Points>,
    /// What was bought.
    pub lines: Vec<ExchangeLine>,
    /// When the next one is possible.
    pub next_exchange_at: Option<DateTime<Utc>>,
}

impl Exchange {
    /// What the answer leaves out of what was bought, the order knows.
    pub fn completed_from(mut self, order: &Order) -> Self {
        for ordered in &order.lines {
            match self.lines.iter_mut().find(|line| line.offer_id == ordered.offer_id) {
                Some(line) => {
                    if line.title.is_empty() {
                        line.title = ordered.title.clone();
                    }
                    // A price that could not be read.
                    if line.price == Points::ZERO {
                        line.price = ordered.expected_price;
                    }
                }
                None => self.lines.push(ExchangeLine {
                    offer_id: ordered.offer_id.clone(),
                    title: ordered.title.clone(),
                    price: ordered.expected_price,
                    entitlement_id: None,
                    starts_at: None,
                    until: None,
                    promo_code: None,
                }),
            }
        }
        self
    }
}

/// How far an exchange is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExchangeState {
    /// Not decided.
    Processing,
    /// Charged and delivered.
    Confirmed,
    /// Refused; nothing was charged.
    Refused(Refusal),
}

/// One option of an exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeLine {
    /// Which offer.
    pub offer_id: OfferId,
    /// Its title.
    pub title: String,
    /// What it cost.
    pub price: Points,
    /// What the member now holds.
    pub entitlement_id: Option<EntitlementId>,
    /// From when it works.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when it works.
    pub until: Option<DateTime<Utc>>,
    /// A partner's code.
    pub promo_code: Option<String>,
}

/// Why an exchange was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The operator's code, such as `2011`, for support.
    pub code: String,
    /// Every cause that applies.
    pub reasons: Vec<Reason>,
    /// The server's id of the answer, for support.
    pub request_id: Option<String>,
}

/// The programme's code for an order that is refused for the member's situation.
const CODE_REFUSED: &str = "2011";

impl Refusal {
    /// The box's own code for an order that the service knows nothing of.
    pub const NOT_CARRIED_OUT: &str = "expired_order";

    /// Whether it says something that the bonus API alone says: its own code for a refused order, or a cause of it.
    pub fn is_familiar(&self) -> bool {
        self.code == CODE_REFUSED || self.reasons.iter().any(|reason| !matches!(reason, Reason::Unknown { .. }))
    }
}

/// One cause that stands against an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The points do not suffice.
    NotEnoughPoints {
        /// What the member has.
        balance: Points,
        /// What it costs.
        price: Points,
        /// What is missing.
        missing: Points,
    },
    /// Services are unpaid.
    Debt {
        /// Roubles owed, if the server says.
        roubles: Option<u64>,
    },
    /// The member has it already.
    AlreadyOrdered {
        /// Which offer.
        offer_id: OfferId,
        /// Its title; may be empty.
        title: String,
        /// The earlier exchange.
        exchange_id: Option<ExchangeId>,
        /// Until when it works.
        until: Option<DateTime<Utc>>,
    },
    /// This month's exchange was made.
    MonthlyLimit {
        /// From when the next is possible.
        until: Option<DateTime<Utc>>,
    },
    /// Another option is needed with it.
    Requires {
        /// Which one.
        offer_id: OfferId,
        /// Its title; may be empty.
        title: String,
    },
    /// The price is not the one the member saw.
    PriceChanged {
        /// Which offer.
        offer_id: OfferId,
        /// Its title; may be empty.
        title: String,
        /// The price now.
        price: Points,
    },
    /// The offer is not sold any more.
    OfferGone {
        /// Which one.
        offer_id: OfferId,
    },
    /// A service must be connected first.
    ServiceNotConnected {
        /// Its code.
        service: String,
    },
    /// The subscriber has not joined the programme.
    NotEnrolled,
    /// It rules another option of the same order out.
    Conflict {
        /// Which one.
        offer_id: OfferId,
        /// Its title; may be empty.
        title: String,
    },
    /// It cannot be ordered on the box.
    Channel {
        /// Which offer.
        offer_id: OfferId,
    },
    /// A cause this version does not know.
    Unknown {
        /// Its code.
        code: String,
    },
}

/// Something the member holds now.
#[derive(Debug, Clone, PartialEq)]
pub struct Entitlement {
    /// Its id.
    pub id: EntitlementId,
    /// The offer it came from.
    pub offer_id: OfferId,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: OfferKind,
    /// The id of its picture.
    pub image: Option<String>,
    /// The exchange it came from.
    pub exchange_id: Option<ExchangeId>,
    /// From when it works, if that is known.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when it works.
    pub until: Option<DateTime<Utc>>,
    /// What happens then.
    pub renewal: Option<Renewal>,
    /// How a film is played; of a serial, its first episode.
    pub playback: Option<Playback>,
    /// The parts of a serial in their order; empty for anything else.
    pub episodes: Vec<Episode>,
    /// A partner's code.
    pub promo_code: Option<String>,
}

impl Entitlement {
    /// Whether there is anything to play.
    pub fn is_playable(&self) -> bool {
        self.playback.is_some() || self.episodes.iter().any(|episode| episode.playback.is_some())
    }
}

/// The paid renewal of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// Whether it will be renewed.
    pub is_on: bool,
    /// Roubles a month, if the price is known.
    pub price_roubles: Option<u64>,
}

/// What the member wants of a paid renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalSwitch {
    /// Renew.
    On,
    /// Let it end.
    Off,
}

/// How a film is played.
#[derive(Clone, PartialEq)]
pub struct Playback {
    /// Its address, which carries a token.
    pub url: super::Secret,
    /// Its title.
    pub title: String,
}

impl std::fmt::Debug for Playback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playback").field("title", &self.title).finish_non_exhaustive()
    }
}
