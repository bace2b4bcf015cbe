//! Deviations of lists, their pages and their tags.

use serde_json::json;

use super::{Deviation, back, there};

/// The pages of a run that reads a whole list.
const WHOLE: &str = "limit=20";
const SMALL: &str = "limit=2";

pub(super) const ALL: &[Deviation] = &[
    back("etag.present", "has no tags", |_, received, _| {
        received.headers.remove("etag");
        Ok(())
    }),
    there("etag.current", "sends 200 where nothing has changed", |asked, _| {
        asked.headers.remove("if-none-match");
    }),
    back("etag.page", "has one tag for all pages", |asked, received, _| {
        if asked.header("if-none-match").is_some() && asked.query.contains("cursor") {
            received.become_not_modified();
        }
        Ok(())
    }),
    back("etag.language", "has one tag for both languages", |asked, received, _| {
        if asked.header("if-none-match").is_some() && asked.header("accept-language") == Some("en") {
            received.become_not_modified();
        }
        Ok(())
    }),
    back("etag.member", "has one tag for all members", |asked, received, memory| {
        if asked.is("GET", "/v1/catalog") {
            let who = asked.header("authorization").unwrap_or_default().to_owned();
            let first = memory.texts.entry("member".to_owned()).or_insert_with(|| who.clone());
            if *first != who && asked.header("if-none-match").is_some() {
                received.become_not_modified();
            }
        }
        Ok(())
    }),
    back("pages.catalogue", "begins the catalogue again at its end", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") && received.status == 200 {
            received.edit(|page| {
                if page["next_cursor"].is_null() {
                    page["next_cursor"] = json!("0");
                }
            });
        }
        Ok(())
    }),
    back("pages.catalogue", "counts more offers than it lists", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") && received.status == 200 {
            received.edit(|page| page["total"] = json!(page["total"].as_u64().unwrap_or(0) + 1));
        }
        Ok(())
    }),
    back("pages.catalogue", "goes round without an offer", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") && asked.query.contains("cursor") && received.status == 200 {
            received.edit(|page| {
                page["offers"] = json!([]);
                page["next_cursor"] = json!("20");
            });
        }
        Ok(())
    }),
    there("pages.limit", "sends more offers than were asked for", |asked, _| {
        if asked.is("GET", "/v1/catalog") && asked.query == SMALL {
            asked.query = "limit=3".to_owned();
        }
    }),
    back("pages.ledger", "begins the history again at its end", |asked, received, _| {
        if asked.is("GET", "/v1/ledger") && asked.query.starts_with(WHOLE) && received.status == 200 {
            received.edit(|page| {
                if page["next_cursor"].is_null() {
                    page["next_cursor"] = json!("999999999");
                }
            });
        }
        Ok(())
    }),
    back("pages.exchanges", "begins the exchanges again at their end", |asked, received, _| {
        if asked.is("GET", "/v1/exchanges") && asked.query.starts_with(WHOLE) && received.status == 200 {
            received.edit(|page| {
                if page["next_cursor"].is_null() {
                    page["next_cursor"] = json!("999999999");
                }
            });
        }
        Ok(())
    }),
    there("pages.refused", "takes any cursor for the beginning", |asked, _| {
        if asked.query == "cursor=contract-check" {
            asked.query = WHOLE.to_owned();
        }
    }),
    back("catalogue.episodes", "calls all episodes by one id", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") && received.status == 200 {
            received.edit(|page| {
                let offers = page["offers"].as_array_mut().into_iter().flatten();
                for episode in offers.flat_map(|offer| offer["episodes"].as_array_mut().into_iter().flatten()) {
                    episode["id"] = json!("1");
                }
            });
        }
        Ok(())
    }),
    back("ledger.sums", "has a line that does not add up", |asked, received, _| {
        if asked.is("GET", "/v1/ledger") && !asked.query.contains("cursor") && received.status == 200 {
            received.edit(|page| {
                let balance = page["entries"][2]["balance_after"].as_i64().unwrap_or(0);
                page["entries"][2]["balance_after"] = json!(balance + 1);
            });
        }
        Ok(())
    }),
    back("ledger.balance", "has a point that the history does not know", |asked, received, _| {
        if asked.is("GET", "/v1/account") && received.status == 200 {
            received.edit(|account| account["balance"] = json!(account["balance"].as_i64().unwrap_or(0) + 1));
        }
        Ok(())
    }),
];
