//! Words for what went wrong: each kind has its own sign, title, advice and short code (NET-3, NET-4).

use crate::domain::{Failure, FailureKind};

use super::message::Msg;
use super::model::{Message, Sign};
use super::text::Text;

/// A failure in the words of a viewer.
pub(crate) fn message(failure: &Failure) -> Message {
    let (sign, title, advice, code) = words(&failure.kind);
    Message { sign, title: title.into(), advice: advice.into(), code: support_code(code, failure) }
}

/// A failure in a few words.
pub(crate) fn short(failure: &Failure) -> Text {
    words(&failure.kind).1.into()
}

/// The code for support with the server's id of the answer.
fn support_code(code: &str, failure: &Failure) -> Text {
    let id: String = failure.request_id.iter().flat_map(|id| id.chars()).take(40).collect();
    if id.is_empty() {
        Text::with(Msg::SupportCode, [Text::plain(code)])
    } else {
        Text::with(Msg::SupportCodeAndId, [Text::plain(code), Text::plain(id)])
    }
}

fn words(kind: &FailureKind) -> (Sign, Msg, Msg, &'static str) {
    match kind {
        FailureKind::NoAddress => (Sign::NoNetwork, Msg::NoAddressTitle, Msg::NoAddressAdvice, "N1"),
        FailureKind::NoConnection => (Sign::NoNetwork, Msg::NoConnectionTitle, Msg::NetworkAdvice, "N2"),
        FailureKind::Timeout => (Sign::NoNetwork, Msg::TimeoutTitle, Msg::TimeoutAdvice, "N3"),
        FailureKind::Interrupted => (Sign::NoNetwork, Msg::InterruptedTitle, Msg::TimeoutAdvice, "N4"),
        FailureKind::Tls => (Sign::Fault, Msg::TlsTitle, Msg::TlsAdvice, "N5"),
        FailureKind::Clock => (Sign::Clock, Msg::ClockTitle, Msg::ClockAdvice, "N6"),
        FailureKind::CaptivePortal => (Sign::NoNetwork, Msg::PortalTitle, Msg::PortalAdvice, "N7"),
        FailureKind::WrongServer => (Sign::NoNetwork, Msg::WrongServerTitle, Msg::WrongServerAdvice, "N8"),
        FailureKind::Malformed => (Sign::Fault, Msg::MalformedTitle, Msg::ServiceAdvice, "S1"),
        FailureKind::TooLarge => (Sign::Fault, Msg::TooLargeTitle, Msg::ServiceAdvice, "S2"),
        FailureKind::RateLimited => (Sign::ServiceDown, Msg::RateLimitedTitle, Msg::RateLimitedAdvice, "S3"),
        FailureKind::Unavailable => (Sign::ServiceDown, Msg::UnavailableTitle, Msg::ServiceAdvice, "S4"),
        FailureKind::Server { .. } => (Sign::ServiceDown, Msg::ServerTitle, Msg::ServiceAdvice, "S5"),
        FailureKind::InProgress => (Sign::Busy, Msg::InProgressTitle, Msg::WaitAdvice, "S6"),
        FailureKind::NotFound => (Sign::Fault, Msg::NotFoundTitle, Msg::ServiceAdvice, "S7"),
        FailureKind::Unauthorized => (Sign::SignedOut, Msg::UnauthorizedTitle, Msg::UnauthorizedAdvice, "A1"),
        FailureKind::Refused(_) => (Sign::Refused, Msg::RefusedTitle, Msg::ServiceAdvice, "R1"),
    }
}
