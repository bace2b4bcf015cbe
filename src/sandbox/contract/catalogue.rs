//! Lists that come in pages, and the entity tags of the catalogue.

use std::collections::HashSet;

use axum::http::header;
use serde_json::Value;

use super::call::{Answer, CATALOGUE_BYTES, Call, Secret};
use super::fields::{list, number, text};
use super::report::{Step, Stop};
use super::session::Session;

/// The most pages of a list that are read.
const MOST_PAGES: usize = 200;
const PAGE: usize = 20;
const SMALL_PAGE: usize = 2;

/// A list that comes in pages.
struct Paged {
    check: &'static str,
    operation: &'static str,
    path: &'static str,
    /// Where its entries stand.
    entries: &'static str,
}

const OFFERS: Paged =
    Paged { check: "pages.catalogue", operation: "listOffers", path: "/v1/catalog", entries: "/offers" };
const LEDGER: Paged = Paged { check: "pages.ledger", operation: "listLedger", path: "/v1/ledger", entries: "/entries" };
const EXCHANGES: Paged =
    Paged { check: "pages.exchanges", operation: "listExchanges", path: "/v1/exchanges", entries: "/exchanges" };

/// What later checks need.
pub(super) struct Lists {
    pub(super) offers: Vec<Value>,
}

/// Reads all lists to their ends and tries the catalogue's tags.
pub(super) async fn check(session: &Session, token: &Secret, other: Option<&Secret>) -> Lists {
    tags(session, token, other).await;
    let outcomes = &session.outcomes;
    let offers = outcomes.settle(OFFERS.check, whole(session, token, &OFFERS).await).unwrap_or_default();
    outcomes.settle("catalogue.episodes", episodes(session, token, &offers).await);
    outcomes.settle(EXCHANGES.check, whole(session, token, &EXCHANGES).await);
    if let Some(entries) = outcomes.settle(LEDGER.check, whole(session, token, &LEDGER).await) {
        let call = Call::get(LEDGER.operation, format!("{}?limit={PAGE}", LEDGER.path)).signed(token);
        let newest = session.ask(call).await;
        outcomes.settle("ledger.sums", newest.and_then(|answer| adds_up(&answer, &entries)));
        outcomes.settle("ledger.balance", is_explained(session, token, &entries).await);
    }
    let refused = async {
        for query in ["cursor=contract-check", "limit=0"] {
            session.ask(page_of(&OFFERS, token, query)).await?.expect(&[400])?;
        }
        Ok(())
    };
    outcomes.settle("pages.refused", refused.await);
    Lists { offers }
}

/// Looks at every serial of the catalogue. An offer may leave `episodes` out: it is none.
async fn episodes(session: &Session, token: &Secret, offers: &[Value]) -> Step {
    let mut serials =
        offers.iter().filter(|offer| list(offer, "/episodes").is_ok_and(|episodes| !episodes.is_empty())).peekable();
    serials.peek().ok_or_else(|| Stop::skip("the catalogue has no serial"))?;
    for serial in serials {
        let ids = list(serial, "/episodes")?.iter().map(|one| text(one, "/id")).collect::<Step<Vec<_>>>()?;
        let mut seen = HashSet::new();
        if let Some(twice) = ids.into_iter().find(|id| !seen.insert(*id)) {
            let offer = text(serial, "/id")?;
            let answer = session.ask(Call::get("getOffer", format!("/v1/catalog/{offer}")).signed(token)).await?;
            let (offer, twice) = (super::call::shown(offer), super::call::shown(twice));
            return Err(answer.fail(format!("the episodes of {offer} have the id {twice} more than once")));
        }
    }
    Ok(())
}

fn page_of(paged: &Paged, token: &Secret, query: &str) -> Call {
    Call::get(paged.operation, format!("{}?{query}", paged.path)).signed(token).limit(CATALOGUE_BYTES)
}

/// Every entry of a list. Fails where it repeats itself or does not end.
async fn whole(session: &Session, token: &Secret, paged: &Paged) -> Step<Vec<Value>> {
    let (mut entries, mut ids, mut cursors) = (Vec::new(), HashSet::new(), HashSet::new());
    let mut query = format!("limit={PAGE}");
    for _ in 0..MOST_PAGES {
        let answer = session.ask(page_of(paged, token, &query)).await?;
        let page = answer.json()?;
        for entry in list(&page, paged.entries)? {
            if !ids.insert(text(entry, "/id")?.to_owned()) {
                return Err(answer.fail("an entry came twice"));
            }
            entries.push(entry.clone());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            return match number(&page, "/total") {
                Ok(total) if usize::try_from(total) != Ok(entries.len()) => {
                    Err(answer.fail(format!("the list has {} entries and its total is {total}", entries.len())))
                }
                // A history has no total.
                Ok(_) | Err(_) => Ok(entries),
            };
        };
        if !cursors.insert(cursor.to_owned()) {
            return Err(answer.fail("a cursor came twice: the list goes round"));
        }
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        query = format!("limit={PAGE}&cursor={cursor}");
    }
    Err(Stop::skip(format!("the list has more than {MOST_PAGES} pages of {PAGE}")))
}

fn adds_up(newest: &Answer, entries: &[Value]) -> Step {
    for pair in entries.windows(2) {
        let [entry, before] = pair else { continue };
        let after = number(entry, "/balance_after")?;
        let sum = number(before, "/balance_after")?.saturating_add(number(entry, "/amount")?);
        if after != sum {
            let at = super::call::shown(text(entry, "/at").unwrap_or("?"));
            return Err(
                newest.fail(format!("the line of {at} ends at {after}, and the one before and its amount make {sum}"))
            );
        }
    }
    Ok(())
}

async fn is_explained(session: &Session, token: &Secret, entries: &[Value]) -> Step {
    let newest = entries.first().ok_or_else(|| Stop::skip("the history is empty"))?;
    let answer = session.ask(Call::get("getAccount", "/v1/account").signed(token)).await?;
    let (balance, after) = (number(&answer.json()?, "/balance")?, number(newest, "/balance_after")?);
    if balance == after {
        return Ok(());
    }
    Err(answer.fail(format!("the balance is {balance}, and the newest line of the history ends at {after}")))
}

async fn tags(session: &Session, token: &Secret, other: Option<&Secret>) {
    let outcomes = &session.outcomes;
    let small = format!("limit={SMALL_PAGE}");
    let first = page_of(&OFFERS, token, &small);
    let Ok(answer) = session.ask(first.clone()).await else { return };
    let Ok(page) = answer.json() else { return };
    let within = || {
        let count = list(&page, OFFERS.entries)?.len();
        if count <= SMALL_PAGE { Ok(()) } else { Err(answer.fail(format!("{count} entries instead of {SMALL_PAGE}"))) }
    };
    outcomes.settle("pages.limit", within());
    let tag = match answer.header(header::ETAG.as_str()) {
        Some(tag) if (1..=256).contains(&tag.len()) => Ok(tag.to_owned()),
        Some(_) => Err(answer.fail("the ETag is longer than the 256 characters that a box keeps")),
        None => Err(answer.fail("the catalogue has no ETag")),
    };
    let Some(tag) = outcomes.settle("etag.present", tag) else { return };
    let asked_with = |call: Call| call.header(header::IF_NONE_MATCH.as_str(), tag.clone());
    outcomes.settle("etag.current", async { session.ask(asked_with(first.clone())).await?.expect(&[304]) }.await);
    let english = asked_with(first.clone()).header(header::ACCEPT_LANGUAGE.as_str(), "en");
    outcomes
        .settle("etag.language", changed(session, english, "the tag of the Russian page is current in English").await);
    let member = async {
        let other = other.ok_or_else(|| Stop::skip("there is no other subscriber"))?;
        let call = asked_with(page_of(&OFFERS, other, &small));
        changed(session, call, "the tag of one member is current for another").await
    };
    outcomes.settle("etag.member", member.await);
    let next = async {
        let cursor = page["next_cursor"].as_str().ok_or_else(|| Stop::skip("the catalogue has one page"))?;
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        let call = asked_with(page_of(&OFFERS, token, &format!("{small}&cursor={cursor}")));
        changed(session, call, "the tag of one page is current for the next").await
    };
    outcomes.settle("etag.page", next.await);
}

/// Expects that a tag is not current.
async fn changed(session: &Session, call: Call, complaint: &str) -> Step {
    let answer = session.ask(call).await?;
    match answer.status {
        304 => Err(answer.fail(complaint)),
        _ => answer.json().map(|_| ()),
    }
}
