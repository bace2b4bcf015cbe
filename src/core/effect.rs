//! Everything the program can do to the world. To learn what it can do, read this one enum.

use crate::domain::{EntitlementId, IdempotencyKey, Language, Order, PinTime, RenewalSwitch, Secret, Watched};

use super::settings::Choice;
use super::{CachedData, RequestId};

/// What the engine is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the bonus API and answer with [`super::Event::Replied`].
    Call {
        /// Names the answer.
        id: RequestId,
        /// What to ask.
        request: Request,
        /// The language of titles and texts in the answer.
        language: Language,
    },
    /// Let the disk do this, after everything it was given before.
    Disk(DiskJob),
    /// Play a film and answer with [`super::Event::Player`].
    Play {
        /// Its address.
        url: Secret,
        /// Its title.
        title: String,
    },
    /// Stop the player.
    StopPlayer,
    /// Say something to the log that someone must see.
    Warn(Warning),
    /// Leave the program.
    Exit,
}

/// A job for the disk. There is one queue, so that an order is never overtaken by its own removal.
#[derive(Debug, Clone, PartialEq)]
pub enum DiskJob {
    /// Write the order down, synced, and answer with [`super::Event::OrderStored`].
    StoreOrder(Order),
    /// Forget the order; its result was seen.
    ForgetOrder(IdempotencyKey),
    /// Forget the order that cannot be read; a viewer has read that.
    ForgetDamagedOrder,
    /// Note that the order with this key is never sent again, and answer with [`super::Event::OrderSealed`].
    SealOrder(IdempotencyKey),
    /// Keep what the next start needs.
    StoreCache(Box<CachedData>),
    /// Note that this start came as far as a picture.
    EndStart,
    /// Remove everything personal but the order: cache, pictures, what was watched, PIN.
    WipeMember,
    /// Write down which episodes were watched.
    StoreWatched(Watched),
    /// Write down what the viewer chose.
    StoreChoice(Choice),
    /// Check a PIN and answer with [`super::Event::PinAnswered`].
    CheckPin {
        /// Names the answer.
        id: RequestId,
        /// What was entered.
        pin: Secret,
        /// The clocks that a lock goes by.
        now: PinTime,
    },
    /// Store a new PIN, or remove it, and answer with [`super::Event::PinAnswered`].
    SetPin {
        /// Names the answer.
        id: RequestId,
        /// The new one.
        pin: Option<Secret>,
    },
}

/// Warnings of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A stored order belongs to another member than the one signed in.
    OrderOfAnotherMember,
    /// The order journal was damaged.
    DamagedOrder,
}

/// A question to the bonus API.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A code for signing in.
    StartSignIn,
    /// Has the member confirmed?
    PollSignIn {
        /// The box's half of the code.
        device_code: Secret,
    },
    /// Has this member confirmed, by signing in once more on the phone, that a first PIN may be set?
    ConfirmMember {
        /// The box's half of the code.
        device_code: Secret,
        /// Who has to do it.
        member_id: String,
    },
    /// The account.
    Account,
    /// The terms.
    Terms,
    /// Join the programme.
    Enrol {
        /// The version that was accepted.
        terms_version: String,
    },
    /// A page of the catalogue.
    Catalog {
        /// Where it begins.
        cursor: Option<String>,
        /// What is known of the first page.
        etag: Option<String>,
    },
    /// What the member holds.
    Entitlements,
    /// Exchange points; asked again with the same key until it is answered.
    Exchange(Order),
    /// Did this order ever happen?
    FindExchange(IdempotencyKey),
    /// Switch a renewal.
    SetRenewal {
        /// Of what.
        id: EntitlementId,
        /// To what.
        to: RenewalSwitch,
    },
    /// A page of the ledger.
    Ledger {
        /// Where it begins.
        cursor: Option<String>,
    },
    /// A page of exchanges.
    Exchanges {
        /// Where it begins.
        cursor: Option<String>,
    },
    /// Ways to earn.
    EarningRules,
    /// Revoke the tokens.
    SignOut,
}

impl Request {
    /// Whether this asks what became of a code on the screen.
    pub(crate) fn is_about_a_code(&self) -> bool {
        matches!(self, Self::PollSignIn { .. } | Self::ConfirmMember { .. })
    }

    /// Whether two requests ask the same thing, so that one is enough.
    pub(crate) fn is_same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
