//! What the bonus programme is made of: points, offers, statuses, exchanges, entitlements.
//!
//! Values only. Invariants live in constructors; nothing here reads a clock, speaks JSON or
//! knows a screen. A rule of the programme belongs to the server: these types say what it said.

mod account;
mod catalog;
mod exchange;
mod failure;
mod history;
mod pin;
mod points;
mod preferences;
mod secret;
mod serial;
mod sign_in;

pub use account::{Account, ExchangeLimit, ExpiringLot, NextStatus, PendingAccrual, Region, Status, StatusCode, Terms};
pub use catalog::{
    AfterPeriod, Catalog, CatalogPage, Category, CategoryId, CategoryKind, Eligibility, Offer, OfferId, OfferKind,
    Validity,
};
pub use exchange::{
    Entitlement, EntitlementId, Exchange, ExchangeId, ExchangeLine, ExchangeState, IdempotencyKey, Order, OrderLine,
    Playback, Reason, Refusal, Renewal, RenewalSwitch,
};
pub use failure::{Failure, FailureKind, Fault, Judgement, Passing};
pub use history::{
    AccrualReason, EarningRule, EarningRules, EntryType, ExchangePage, LedgerEntry, LedgerPage, StatusRule,
};
pub use pin::PinTime;
pub use points::{Points, PointsChange};
pub use preferences::{AdultOffers, Animations, Contrast, Language, PinUse, TextSize, VoiceGuidance};
pub use secret::Secret;
pub use serial::{Episode, EpisodeId, Watched};
pub use sign_in::{DeviceCode, SignInPoll};

/// A string id with its own type, so that an offer cannot be ordered by a member's id.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Takes the id as the server wrote it.
            pub fn new(id: &str) -> Self {
                Self(id.into())
            }

            /// The id as the server wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
use id_type;
