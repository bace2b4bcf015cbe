//! Every check: its id, the promise that it looks at, and what a box does where the promise is broken.
//!
//! The consequences follow `src/api` and `src/core`; codes such as S1 are those that a box shows for support.

/// One promise of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// The subject, a dot and the promise. It never changes its meaning: build servers compare it over time.
    pub id: &'static str,
    pub claim: &'static str,
    pub consequence: &'static str,
}

const fn check(id: &'static str, claim: &'static str, consequence: &'static str) -> Check {
    Check { id, claim, consequence }
}

const UNREADABLE: &str = "shows that the answer cannot be read (S1) and repeats the request when a viewer asks";
const WITHOUT_FIELD: &str = "leaves out what it cannot read; without a field that decides about points it shows S1";
const NO_SIGN_IN: &str = "cannot sign anybody in: the screen of the code stays in its error";

/// All checks, in the order of the report.
pub const CHECKS: &[Check] = &[
    check("address.tls", "the API has an https address, or one of this machine", "refuses to start with this address"),
    check(
        "address.redirect",
        "no request is redirected",
        "follows no redirect: it shows a network that wants a sign-in of its own (N7)",
    ),
    check("endpoint.device_authorization", "gives codes for a device", NO_SIGN_IN),
    check("endpoint.token", "refuses an unknown refresh token with an error of OAuth", NO_SIGN_IN),
    check("endpoint.revoke", "takes an unknown token back without an error", "signs out on the box alone and logs it"),
    check("endpoint.account", "shows the account", "shows the last known account with its age, or the error"),
    check("endpoint.terms", "shows the terms without a token", "cannot offer to join the programme"),
    check(
        "endpoint.enrolment",
        "refuses outdated terms with 409 `terms_outdated`, or joins nobody twice",
        "cannot ask for the new terms",
    ),
    check("endpoint.catalogue", "lists the catalogue", "shows the last known catalogue with its age, or the error"),
    check("endpoint.offer", "shows one offer", "cannot check a price before an order"),
    check("endpoint.image", "draws the picture of an offer", "shows the offer's title in place of its picture"),
    check("endpoint.exchanges", "lists the exchanges", "cannot show the orders, nor look up a lost answer"),
    check(
        "endpoint.exchange",
        "knows nothing of an unknown exchange: 404",
        "has no use for it yet; other clients have",
    ),
    check("endpoint.entitlements", "lists the active options", "cannot show what works, nor play a film"),
    check("endpoint.renewal", "knows no renewal of an unknown option: 404", "shows S1 in place of a missing option"),
    check("endpoint.ledger", "lists the history of points", "shows the error in place of the history"),
    check("endpoint.earning_rules", "lists the ways to earn points", "shows the error in place of the ways to earn"),
    check("shape.device", "the codes have the shape of the document", NO_SIGN_IN),
    check("shape.tokens", "the tokens have the shape of the document", "asks for the member's confirmation once more"),
    check("shape.oauth_error", "errors of OAuth have the shape of RFC 6749", "shows S1 beside the code and polls on"),
    check("shape.problem", "errors have the shape of RFC 9457, with a code and reasons", UNREADABLE),
    check("shape.account", "the account has the shape of the document", WITHOUT_FIELD),
    check("shape.terms", "the terms have the shape of the document", WITHOUT_FIELD),
    check(
        "shape.catalogue",
        "pages of the catalogue have the shape of the document",
        "drops offers without a readable price",
    ),
    check("shape.offer", "an offer has the shape of the document", WITHOUT_FIELD),
    check(
        "shape.exchanges",
        "pages of exchanges have the shape of the document",
        "drops exchanges without id, state or total",
    ),
    check(
        "shape.exchange",
        "an exchange has the shape of the document",
        "takes the order for unanswered and looks it up",
    ),
    check("shape.entitlements", "active options have the shape of the document", WITHOUT_FIELD),
    check("shape.ledger", "pages of the history have the shape of the document", "drops lines that it cannot read"),
    check("shape.earning_rules", "the ways to earn have the shape of the document", WITHOUT_FIELD),
    check("answer.arrives", "every request is answered in 10 seconds", "retries a read twice, then shows N3 or N4"),
    check(
        "answer.size",
        "no answer is larger than a box reads",
        "stops reading and shows that the answer is too large (S2)",
    ),
    check("answer.media_type", "a success says that it is JSON, or a picture", UNREADABLE),
    check("answer.json", "a success is JSON in UTF-8", UNREADABLE),
    check(
        "answer.problem_json",
        "an error is `application/problem+json`",
        "takes a refusal for a page of some network or for S1",
    ),
    check(
        "answer.request_id",
        "every answer has a request id of 1 to 64 visible characters",
        "shows no number by which support could find the request",
    ),
    check(
        "answer.retry_after",
        "429 and 503 carry Retry-After in seconds",
        "does not repeat the request by itself within the call",
    ),
    check(
        "cache.catalogue",
        "the catalogue is private and has a max-age",
        "asks again more often, or shares prices through a proxy",
    ),
    check(
        "cache.vary",
        "the catalogue varies by Authorization and Accept-Language",
        "gets another member's prices from a cache between",
    ),
    check(
        "cache.no_store",
        "balance, orders and tokens are not stored",
        "gets an old balance or an old order from a cache between",
    ),
    check("etag.present", "the catalogue has an entity tag", "loads the whole catalogue each time"),
    check("etag.current", "a current tag is answered with 304", "loads the whole catalogue each time"),
    check("etag.page", "another page has another tag", "keeps a page for another"),
    check(
        "etag.language",
        "a tag of one language is not current in the other",
        "shows the catalogue in the other language",
    ),
    check("etag.member", "a tag of one member is not current for another", "shows a member the prices of another"),
    check("language.texts", "texts come in the language that is asked for", "shows texts in the other language"),
    check("pages.catalogue", "the catalogue ends and names each offer once", "stops at a page that brings nothing new"),
    check(
        "pages.limit",
        "a page has no more entries than were asked for",
        "shows the list later, and drops what is over 2 000 offers",
    ),
    check("pages.ledger", "the history ends and names each line once", "stops at a page that brings nothing new"),
    check(
        "pages.exchanges",
        "the list of exchanges ends and names each once",
        "stops at a page that brings nothing new",
    ),
    check("pages.refused", "an unknown cursor or limit is refused with 400", "gets a page that it did not ask for"),
    check(
        "catalogue.episodes",
        "each episode of a serial has an id of its own",
        "shows episodes with one id as one, and cannot play the rest",
    ),
    check(
        "ledger.sums",
        "each line's balance is the one before and its amount",
        "shows a history that does not add up",
    ),
    check(
        "ledger.balance",
        "the account's balance is that of the newest line",
        "shows a balance that the history does not explain",
    ),
    check(
        "time.agrees",
        "server times of one moment agree and do not go back",
        "counts the time of rentals and of orders wrongly",
    ),
    check(
        "time.zone",
        "the offset is that of the time zone",
        "shows the wrong day, and the wrong month of an exchange",
    ),
    check(
        "image.size",
        "a picture has the size that was asked for, and 4 megapixels at most",
        "scales the picture, or shows a title in its place",
    ),
    check("media.ranges", "a film comes in ranges of bytes", "cannot wind a film, nor go on after a break"),
    check("media.token", "a film is not played without its token", "plays as before; anybody could watch"),
    check("oauth.codes", "codes are new each time, and a device code is long", "could be signed in as somebody else"),
    check("oauth.complete_address", "the complete address holds the code", "shows a QR that leads to an empty page"),
    check(
        "oauth.unauthorized",
        "a missing or unknown token is answered with 401",
        "does not learn that a sign-in has ended",
    ),
    check(
        "oauth.pending",
        "a code without an answer is `authorization_pending`",
        "ends the sign-in or shows S1 while the member types",
    ),
    check("oauth.slow_down", "a poll too soon is `slow_down`", "polls as often as the server lets it"),
    check(
        "oauth.slower",
        "a poll five seconds slower is answered again",
        "polls slower and slower, and the code runs out",
    ),
    check("oauth.denied", "a refused code is `access_denied`", "keeps waiting for a member who has refused"),
    check("oauth.expired", "a code past its time is `expired_token`", "keeps polling; its own clock ends the code"),
    check("oauth.granted", "an allowed code gives tokens", NO_SIGN_IN),
    check("oauth.once", "a code gives tokens once", "could be signed in by whoever saw the code"),
    check("oauth.rotation", "a refresh gives another refresh token", "keeps using the one that may have been seen"),
    check(
        "oauth.lost_answer",
        "a refresh repeated before its answer was used works",
        "signs the member out after a lost answer",
    ),
    check("oauth.reuse", "a refresh token used up is `invalid_grant`", "keeps a sign-in that a thief may share"),
    check("oauth.revocation", "after a revocation neither token works", "is signed out on the screen alone"),
    check("oauth.access_expiry", "an access token ends when the server said", "renews earlier than it would have to"),
    check(
        "order.key_missing",
        "an order without a key is refused with 400",
        "always sends a key; another client could pay twice",
    ),
    check(
        "order.offer_gone",
        "an order of an unknown offer is 410 `offer_gone` and names it",
        "cannot say which offer is gone",
    ),
    check(
        "order.refusal_kept",
        "the same key gets the same refusal",
        "may tell the member two stories about one order",
    ),
    check(
        "order.key_reused",
        "the same key with another order is 422 `idempotency_key_reused`",
        "may take another order's answer for its own",
    ),
    check("order.unknown_key", "an unknown key finds an empty list", "cannot learn that an order was never made"),
    check(
        "order.price_changed",
        "another price than expected is 409 `price_changed` with the price",
        "charges a price that the member never saw",
    ),
    check(
        "order.parallel",
        "20 orders at once with one key get one exchange",
        "may be charged twice when an answer is lost",
    ),
    check(
        "order.charged_once",
        "balance and history show one charge of the total",
        "may be charged twice when an answer is lost",
    ),
    check(
        "order.carries_key",
        "an exchange carries the key of its order",
        "compares offers and time in place of the key",
    ),
    check("order.same_answer", "the same key gets the same answer", "may tell the member two stories about one order"),
    check("order.by_key", "the key finds its exchange and no other", "looks up an order after a lost answer in vain"),
    check("order.by_id", "the exchange is found by its id", "has no use for it yet; other clients have"),
    check("order.listed", "the newest exchange comes first", "shows the order too late in the list"),
    check(
        "order.scoped",
        "a key of one member finds nothing for another",
        "would take another member's order for its own",
    ),
    check("order.entitlement", "what was ordered is an active option", "shows an order that gave nothing"),
    check(
        "order.all_causes",
        "a refusal names every cause that the offer names",
        "tells the member one cause at a time",
    ),
    check(
        "order.deferred",
        "202 carries Retry-After, and the exchange is decided later",
        "asks every two seconds for what becomes of it",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_words_around_one_dot_and_stand_once() {
        let mut seen = HashSet::new();
        for Check { id, claim, consequence } in CHECKS {
            let (subject, promise) = id.split_once('.').unwrap_or_else(|| panic!("{id}"));
            let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_word(subject) && is_word(promise) && seen.insert(id), "{id}");
            assert!(!claim.ends_with('.') && !consequence.ends_with('.') && claim.len() > 10, "{id}");
        }
    }
}
