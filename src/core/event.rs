//! Everything that can happen to the program, as values.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{
    Account, CatalogPage, DeviceCode, EarningRules, Entitlement, Exchange, ExchangePage, Failure, LedgerPage,
    SignInPoll, Terms,
};
use crate::input::{KeyEvent, PowerKey};

/// The circumstances of an event: the only time and the only randomness the core sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Time since start, never going back.
    pub monotonic: Duration,
    /// The box's own clock, which may be wrong.
    pub wall: DateTime<Utc>,
    /// Fresh random bits.
    pub entropy: u128,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one event lives at a time, on the stack; a box would be made for nothing"
)]
pub enum Event {
    /// A key of the remote did something.
    Key(KeyEvent),
    /// The receiver is gone or the window lost the focus: no key is down any more.
    KeysReleased,
    /// The time asked for by [`super::App::next_wake`] has come.
    Woke,
    /// The frame that shows the current state is on the screen.
    Presented,
    /// A request was answered.
    Replied {
        /// Which request.
        id: RequestId,
        /// The answer.
        result: Result<Answer, Failure>,
    },
    /// The order is safely on disk, or could not be written.
    OrderStored(Result<(), DiskTrouble>),
    /// It is noted that the order is not sent again, or not.
    OrderSealed(Result<(), DiskTrouble>),
    /// The PIN was checked, set or removed.
    PinAnswered {
        /// Which question.
        id: RequestId,
        /// What became of it.
        answer: PinAnswer,
    },
    /// The player did something.
    Player(PlayerEvent),
    /// A key for the box itself was pressed.
    Power(PowerKey),
    /// The system was asleep and is awake again.
    Resumed,
    /// The network of the box changed.
    LinkChanged(LinkChange),
}

/// What happened to the network of the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkChange {
    /// An address or a route came, or was told of again.
    Came,
    /// One went, or a link changed, for better or worse.
    Went,
}

/// Names a request or a question to the disk, so that a late answer to an old one is told from an answer to the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(crate) u64);

impl RequestId {
    /// The number, for logs.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// The disk refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskTrouble;

/// Answers of the bonus API.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A code for signing in.
    DeviceCode(DeviceCode),
    /// How far the sign-in is.
    SignIn(SignInPoll),
    /// The account, also after joining.
    Account(Account),
    /// The terms.
    Terms(Terms),
    /// A page of the catalogue.
    Catalog {
        /// The page.
        page: CatalogPage,
        /// Its validator.
        etag: Option<String>,
        /// For how long the server says it need not be asked for again.
        max_age: Option<Duration>,
    },
    /// The catalogue is what it was.
    CatalogUnchanged {
        /// For how long the server says it need not be asked for again.
        max_age: Option<Duration>,
    },
    /// What the member holds.
    Entitlements {
        /// All of it.
        entitlements: Vec<Entitlement>,
        /// The server's time.
        server_time: Option<DateTime<Utc>>,
    },
    /// The exchange is decided, or known.
    Exchange(Exchange),
    /// The exchange is being worked on.
    ExchangeProcessing {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The server found these exchanges for a key; they may be another order's.
    Found(Vec<Exchange>),
    /// No exchange was ever made with this key.
    NoExchange,
    /// An entitlement with its renewal switched.
    Renewal(Entitlement),
    /// A page of the ledger.
    Ledger(LedgerPage),
    /// A page of exchanges.
    Exchanges(ExchangePage),
    /// The ways to earn.
    EarningRules(EarningRules),
    /// Signed out.
    SignedOut,
}

/// What became of a PIN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PinAnswer {
    /// It is right.
    Right,
    /// It is wrong.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// Too many wrong ones.
    Locked {
        /// For how long still.
        left: Duration,
    },
    /// The new one is stored.
    Stored,
    /// It is removed.
    Removed,
    /// The disk refused to keep or to remove one.
    NotKept,
    /// The disk refused to tell.
    NotChecked,
}

/// What the player did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerEvent {
    /// It runs.
    Started,
    /// No player is installed and the built-in card stands in.
    BuiltIn,
    /// It ended by itself or was stopped.
    Ended,
    /// It did not start or broke.
    Failed(PlayerTrouble),
}

/// Why a film does not play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerTrouble {
    /// The player is not installed.
    NotFound,
    /// It ended with an error.
    Broke {
        /// Its exit code, if it has one.
        code: Option<i32>,
    },
    /// The film's address is none that a player may open.
    BadAddress,
}
