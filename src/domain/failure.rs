//! What can go wrong between the box and the bonus API, one kind per thing a viewer can do about it.

use std::time::Duration;

use super::Refusal;

/// A request that brought no answer of use.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// The server's id of the answer, for support.
    pub request_id: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure of which only the kind is known.
    pub fn new(kind: FailureKind) -> Self {
        Self { kind, request_id: None, retry_after: None }
    }

    /// Whether the link or the service is at fault; otherwise the service understood and said no.
    pub fn is_outage(&self) -> bool {
        self.kind.judgement().fault != Fault::Verdict
    }

    /// Whether a later try may succeed with nobody changing anything.
    pub fn is_transient(&self) -> bool {
        self.kind.judgement().passing == Passing::ByItself
    }
}

/// What follows from a kind of failure: one row of [`FailureKind::judgement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// Where the fault lies. The words on the screen and the pace of asking again follow from it.
    pub fault: Fault,
    /// What must happen before it passes.
    pub passing: Passing,
}

/// Where a fault lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// In finding the name of the service: the router's or the provider's.
    Name,
    /// Between the box and the service.
    Link,
    /// In the link or in the service: nobody answers.
    Silence,
    /// In the service, which answers that it cannot.
    Service,
    /// In an answer that may be somebody else's.
    ForeignAnswer,
    /// In an answer of the service.
    Answer,
    /// Nowhere: the service understood and said no.
    Verdict,
}

/// What must happen before a failure passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// Nothing but time.
    ByItself,
    /// Somebody has to change something.
    ByHand,
}

/// The kinds of failure; each has its own words and its own short code on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum FailureKind {
    /// The server's name was not found.
    NoAddress,
    /// The connection was refused or the network is unreachable.
    NoConnection,
    /// No answer in time.
    Timeout,
    /// The connection broke in the middle of the answer.
    Interrupted,
    /// The server's certificate is not trusted.
    Tls,
    /// The certificate's dates and the box's clock disagree.
    Clock,
    /// The certificate is another server's.
    WrongServer,
    /// A sign-in page of some network came instead of the service.
    CaptivePortal,
    /// The answer is not what the contract says.
    Malformed,
    /// The answer is larger than the box takes.
    TooLarge,
    /// Too many requests.
    RateLimited,
    /// The service is down for a while.
    Unavailable,
    /// The same order is still being worked on.
    InProgress,
    /// The service failed.
    Server {
        /// The HTTP status.
        status: u16,
    },
    /// The sign-in is no longer valid.
    Unauthorized,
    /// What was asked for does not exist.
    NotFound,
    /// The service understood and refused, with causes.
    Refused(Refusal),
}

impl FailureKind {
    /// The one table of what follows from each kind.
    pub fn judgement(&self) -> Judgement {
        let (fault, passing) = match self {
            Self::NoAddress => (Fault::Name, Passing::ByItself),
            Self::NoConnection => (Fault::Link, Passing::ByItself),
            Self::Interrupted => (Fault::Link, Passing::ByItself),
            Self::CaptivePortal => (Fault::Link, Passing::ByItself),
            Self::WrongServer => (Fault::Link, Passing::ByItself),
            Self::Tls => (Fault::Link, Passing::ByHand),
            Self::Clock => (Fault::Link, Passing::ByHand),
            Self::Timeout => (Fault::Silence, Passing::ByItself),
            Self::RateLimited => (Fault::Service, Passing::ByItself),
            Self::Unavailable => (Fault::Service, Passing::ByItself),
            Self::InProgress => (Fault::Service, Passing::ByItself),
            Self::Server { .. } => (Fault::Service, Passing::ByItself),
            Self::Malformed => (Fault::ForeignAnswer, Passing::ByHand),
            Self::TooLarge => (Fault::Answer, Passing::ByHand),
            Self::Unauthorized => (Fault::Verdict, Passing::ByHand),
            Self::NotFound => (Fault::Verdict, Passing::ByHand),
            Self::Refused(_) => (Fault::Verdict, Passing::ByHand),
        };
        Judgement { fault, passing }
    }
}
