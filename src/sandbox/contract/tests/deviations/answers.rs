//! Deviations of single answers: statuses, shapes, headers, texts, times, pictures.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::bench::LOCATION;
use super::{Asked, Deviation, Lost, Received, back, there};

const NO_EXCHANGE: &str = "/v1/exchanges/contract-check-no-such-thing";

/// Answers 500 in place of a success.
fn fail_good(is_it: bool, received: &mut Received) -> Result<(), Lost> {
    if is_it && received.status == 200 {
        received.become_problem(500, "internal");
    }
    Ok(())
}

/// Changes the JSON of a success.
fn edit(is_it: bool, received: &mut Received, change: impl FnOnce(&mut Value)) -> Result<(), Lost> {
    if is_it && (200..300).contains(&received.status) {
        received.edit(change);
    }
    Ok(())
}

fn is_offer(asked: &Asked) -> bool {
    asked.method == "GET" && asked.path.starts_with("/v1/catalog/")
}

fn is_image(asked: &Asked) -> bool {
    asked.path.starts_with("/v1/images/")
}

fn has_unknown_token(asked: &Asked) -> bool {
    asked.header("authorization").is_some_and(|value| value.contains("contract-check-unknown"))
}

pub(super) const ALL: &[Deviation] = &[
    back("address.redirect", "redirects the ways to earn to another host", |asked, received, _| {
        if asked.is("GET", "/v1/earning-rules") {
            received.status = 302;
            received.set(LOCATION, "https://login.example/portal");
        }
        Ok(())
    }),
    back("endpoint.device_authorization", "has no device authorization", |asked, received, _| {
        if asked.path == "/oauth/device_authorization" {
            received.become_problem(404, "not_found");
        }
        Ok(())
    }),
    back("endpoint.token", "calls an unknown refresh token a server error", |asked, received, _| {
        if asked.field("refresh_token").is_some_and(|token| token.starts_with("contract-check")) {
            received.become_problem(500, "internal");
        }
        Ok(())
    }),
    back("endpoint.revoke", "refuses to revoke an unknown token", |asked, received, _| {
        if asked.field("token").is_some_and(|token| token.starts_with("contract-check")) {
            received.become_error("invalid_request");
        }
        Ok(())
    }),
    back("endpoint.account", "has no account", |asked, received, _| {
        fail_good(asked.is("GET", "/v1/account"), received)
    }),
    back("endpoint.terms", "has no terms", |asked, received, _| fail_good(asked.is("GET", "/v1/terms"), received)),
    back("endpoint.enrolment", "has no enrolment", |asked, received, _| {
        if asked.is("POST", "/v1/enrolment") {
            received.become_problem(404, "not_found");
        }
        Ok(())
    }),
    back("endpoint.catalogue", "has no catalogue", |asked, received, _| {
        fail_good(asked.is("GET", "/v1/catalog"), received)
    }),
    back("endpoint.offer", "has no single offers", |asked, received, _| fail_good(is_offer(asked), received)),
    back("endpoint.image", "has no pictures", |asked, received, _| fail_good(is_image(asked), received)),
    back("endpoint.exchanges", "has no list of exchanges", |asked, received, _| {
        fail_good(asked.is("GET", "/v1/exchanges"), received)
    }),
    back("endpoint.exchange", "fails for an unknown exchange", |asked, received, _| {
        if asked.path == NO_EXCHANGE {
            received.become_problem(500, "internal");
        }
        Ok(())
    }),
    back("endpoint.entitlements", "has no active options", |asked, received, _| {
        fail_good(asked.is("GET", "/v1/entitlements"), received)
    }),
    back("endpoint.renewal", "fails for the renewal of an unknown option", |asked, received, _| {
        if asked.path.ends_with("/renewal") {
            received.become_problem(500, "internal");
        }
        Ok(())
    }),
    back("endpoint.ledger", "has no history", |asked, received, _| fail_good(asked.is("GET", "/v1/ledger"), received)),
    back("endpoint.earning_rules", "has no ways to earn", |asked, received, _| {
        fail_good(asked.is("GET", "/v1/earning-rules"), received)
    }),
    back("shape.device", "sends the interval as a text", |asked, received, _| {
        edit(asked.path == "/oauth/device_authorization", received, |codes| codes["interval"] = json!("5"))
    }),
    back("shape.tokens", "sends the life of a token as a text", |asked, received, _| {
        edit(asked.path == "/oauth/token", received, |tokens| tokens["expires_in"] = json!("3600"))
    }),
    back("shape.oauth_error", "sends the description of an OAuth error as a number", |asked, received, _| {
        if asked.path == "/oauth/token" && received.status == 400 {
            received.edit(|error| error["error_description"] = json!(7));
        }
        Ok(())
    }),
    back("shape.problem", "leaves the title out of a problem", |asked, received, _| {
        if asked.path == NO_EXCHANGE {
            received.edit(|problem| drop(problem.as_object_mut().and_then(|fields| fields.remove("title"))));
        }
        Ok(())
    }),
    back("shape.problem", "sends reasons without their fields", |asked, received, _| {
        if asked.path == NO_EXCHANGE {
            received.edit(|problem| problem["reasons"] = json!([{"code": "not_enough_points"}]));
        }
        Ok(())
    }),
    back("shape.account", "sends the debt as a word", |asked, received, _| {
        edit(asked.is("GET", "/v1/account"), received, |account| account["debt"] = json!("no"))
    }),
    back("shape.account", "sends a time without its zone", |asked, received, _| {
        edit(asked.is("GET", "/v1/account"), received, |account| {
            account["next_exchange_at"] = json!("2026-04-01T00:00:00")
        })
    }),
    back("shape.terms", "sends joining points as a text", |asked, received, _| {
        edit(asked.is("GET", "/v1/terms"), received, |terms| terms["joining_points"] = json!("500"))
    }),
    back("shape.catalogue", "sends a price as a text", |asked, received, _| {
        edit(asked.is("GET", "/v1/catalog"), received, |page| page["offers"][0]["price"] = json!("680"))
    }),
    back("shape.catalogue", "leaves out the server's time", |asked, received, _| {
        edit(asked.is("GET", "/v1/catalog"), received, |page| {
            page.as_object_mut().map(|fields| fields.remove("server_time"));
        })
    }),
    back("shape.offer", "sends an age as it is printed", |asked, received, _| {
        edit(is_offer(asked), received, |offer| offer["age"] = json!("18+"))
    }),
    back("shape.exchanges", "sends a total as a text", |asked, received, _| {
        edit(asked.is("GET", "/v1/exchanges"), received, |page| {
            if let Some(exchange) = page.pointer_mut("/exchanges/0") {
                exchange["total"] = json!("680");
            }
        })
    }),
    back("shape.exchange", "sends a time that is a word", |asked, received, _| {
        let is_one = asked.method == "GET" && asked.path.starts_with("/v1/exchanges/");
        edit(is_one, received, |exchange| exchange["created_at"] = json!("yesterday"))
    }),
    back("shape.entitlements", "leaves out the time of the options", |asked, received, _| {
        edit(asked.is("GET", "/v1/entitlements"), received, |page| {
            page.as_object_mut().map(|fields| fields.remove("server_time"));
        })
    }),
    back("shape.ledger", "sends an amount as a text", |asked, received, _| {
        edit(asked.is("GET", "/v1/ledger"), received, |page| {
            if let Some(entry) = page.pointer_mut("/entries/1") {
                entry["amount"] = json!("100");
            }
        })
    }),
    back("shape.earning_rules", "leaves out the statuses", |asked, received, _| {
        edit(asked.is("GET", "/v1/earning-rules"), received, |rules| {
            rules.as_object_mut().map(|fields| fields.remove("statuses"));
        })
    }),
    back("answer.arrives", "closes the connection", |asked, _, _| {
        if asked.is("GET", "/v1/earning-rules") {
            return Err(Lost::Interrupted("connection reset".to_owned()));
        }
        Ok(())
    }),
    back("answer.arrives", "never answers", |asked, _, _| {
        if asked.is("GET", "/v1/earning-rules") { Err(Lost::Timeout) } else { Ok(()) }
    }),
    back("answer.size", "sends more than a box reads", |asked, _, _| {
        if asked.is("GET", "/v1/earning-rules") { Err(Lost::TooLarge) } else { Ok(()) }
    }),
    back("answer.media_type", "calls JSON plain text", |asked, received, _| {
        if asked.is("GET", "/v1/account") && received.status == 200 {
            received.set("content-type", "text/plain");
        }
        Ok(())
    }),
    back("answer.media_type", "calls a picture a web page", |asked, received, _| {
        if is_image(asked) {
            received.set("content-type", "text/html");
        }
        Ok(())
    }),
    back("answer.json", "cuts an answer off", |asked, received, _| {
        if asked.is("GET", "/v1/earning-rules") {
            received.body = received.body.slice(..received.body.len() / 2);
        }
        Ok(())
    }),
    back("answer.problem_json", "calls a problem plain JSON", |asked, received, _| {
        if asked.path == NO_EXCHANGE {
            received.set("content-type", "application/json");
        }
        Ok(())
    }),
    back("answer.request_id", "forgets the request id", |asked, received, _| {
        if asked.is("GET", "/v1/ledger") {
            received.headers.remove("x-request-id");
        }
        Ok(())
    }),
    back("answer.retry_after", "does not say when an overload is over", |_, received, _| {
        if received.status == 503 {
            received.headers.remove("retry-after");
        }
        Ok(())
    }),
    back("answer.retry_after", "says in words when an overload is over", |_, received, _| {
        if received.status == 503 {
            received.set("retry-after", "soon");
        }
        Ok(())
    }),
    back("cache.catalogue", "lets anybody keep the catalogue", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") && received.status == 200 {
            received.set("cache-control", "public, max-age=60");
        }
        Ok(())
    }),
    back("cache.vary", "does not say that languages differ", |asked, received, _| {
        if asked.is("GET", "/v1/catalog") {
            received.set("vary", "Authorization");
        }
        Ok(())
    }),
    back("cache.no_store", "lets the balance be kept", |asked, received, _| {
        if asked.is("GET", "/v1/account") {
            received.set("cache-control", "private, max-age=60");
        }
        Ok(())
    }),
    back("cache.no_store", "lets tokens be kept", |asked, received, _| {
        if asked.path == "/oauth/token" {
            received.headers.remove("cache-control");
        }
        Ok(())
    }),
    there("language.texts", "knows one language", |asked, _| {
        if asked.path == "/v1/terms" {
            asked.headers.remove("accept-language");
        }
    }),
    back("time.agrees", "has two clocks", |asked, received, _| {
        edit(asked.is("GET", "/v1/entitlements"), received, |page| {
            let time: DateTime<Utc> = page["server_time"].as_str().unwrap().parse().unwrap();
            page["server_time"] = json!(time - TimeDelta::hours(1));
        })
    }),
    back("time.zone", "has an offset of another zone", |asked, received, _| {
        edit(asked.is("GET", "/v1/account"), received, |account| account["utc_offset_minutes"] = json!(0))
    }),
    there("image.size", "draws pictures of one size", |asked, _| {
        if is_image(asked) {
            asked.query = "variant=tile&w=160&h=90".to_owned();
        }
    }),
    there("media.ranges", "sends the whole film", |asked, _| {
        if asked.path.starts_with("/v1/media/") {
            asked.headers.remove("range");
        }
    }),
    back("media.token", "plays for anybody", |asked, received, _| {
        if asked.path.starts_with("/v1/media/") && received.status == 403 {
            received.status = 206;
        }
        Ok(())
    }),
    back("oauth.unauthorized", "forbids where nobody is signed in", |asked, received, _| {
        if has_unknown_token(asked) {
            received.become_problem(403, "forbidden");
        }
        Ok(())
    }),
];
