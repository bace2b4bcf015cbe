//! Deviations of the device grant and of tokens.

use serde_json::json;

use super::{Asked, Deviation, Memory, Received, back, there};

/// A form with one field changed.
fn with_field(asked: &mut Asked, name: &str, value: &str) {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
    let fields = fields.iter().map(|(field, old)| (field.as_str(), if field == name { value } else { old.as_str() }));
    asked.body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes().into();
}

/// How often this refresh token has been used, now included; 0 for another request.
fn uses(asked: &Asked, memory: &mut Memory) -> usize {
    let Some(token) = asked.field("refresh_token").filter(|token| !token.starts_with("contract-check")) else {
        return 0;
    };
    let before = memory.texts.get(&token).and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
    memory.texts.insert(token, (before + 1).to_string());
    before + 1
}

/// Takes the place of an answer.
fn replay(received: &mut Received, memory: &Memory) {
    if let Some(kept) = &memory.kept {
        *received = kept.clone();
    }
}

pub(super) const ALL: &[Deviation] = &[
    Deviation {
        name: "gives out device codes of eight characters",
        check: "oauth.codes",
        kind: super::Kind::AtOnce,
        there: Some(|asked, memory| {
            if let Some(long) = asked.field("device_code").and_then(|short| memory.texts.get(&short).cloned()) {
                with_field(asked, "device_code", &long);
            }
        }),
        back: Some(|asked, received, memory| {
            if asked.path == "/oauth/device_authorization" {
                received.edit(|codes| {
                    let long = codes["device_code"].as_str().unwrap().to_owned();
                    let short: String = long.chars().take(8).collect();
                    codes["device_code"] = json!(short);
                    memory.texts.insert(short, long);
                });
            }
            Ok(())
        }),
    },
    back("oauth.complete_address", "leaves the code out of the complete address", |asked, received, _| {
        if asked.path == "/oauth/device_authorization" {
            received.edit(|codes| codes["verification_uri_complete"] = codes["verification_uri"].clone());
        }
        Ok(())
    }),
    back("oauth.pending", "denies a code that nobody has answered yet", |_, received, memory| {
        if received.error().as_deref() == Some("authorization_pending") && memory.count("pending") == 1 {
            received.become_error("access_denied");
        }
        Ok(())
    }),
    back("oauth.slow_down", "lets a box poll as fast as it likes", |_, received, _| {
        if received.error().as_deref() == Some("slow_down") {
            received.become_error("authorization_pending");
        }
        Ok(())
    }),
    back("oauth.slower", "says slow_down for ever", |_, received, memory| {
        let error = received.error();
        if error.as_deref() == Some("slow_down") {
            memory.count("slowed");
        } else if error.as_deref() == Some("authorization_pending") && memory.has_seen("slowed") {
            received.become_error("slow_down");
        }
        Ok(())
    }),
    back("oauth.denied", "says that a refused code has expired", |_, received, _| {
        if received.error().as_deref() == Some("access_denied") {
            received.become_error("expired_token");
        }
        Ok(())
    }),
    back("oauth.expired", "leaves a code pending for ever", |_, received, _| {
        if received.error().as_deref() == Some("expired_token") {
            received.become_error("authorization_pending");
        }
        Ok(())
    }),
    back("oauth.granted", "denies what the member has allowed", |asked, received, _| {
        if asked.polls() && received.status == 200 {
            received.become_error("access_denied");
        }
        Ok(())
    }),
    back("oauth.once", "gives tokens twice for one code", |asked, received, memory| {
        if asked.polls() && received.status == 200 {
            memory.kept = Some(received.clone());
        } else if asked.polls() && received.error().as_deref() == Some("invalid_grant") {
            replay(received, memory);
        }
        Ok(())
    }),
    back("oauth.rotation", "never changes a refresh token", |asked, received, _| {
        if asked.refreshes() && received.status == 200 {
            let token = asked.field("refresh_token").unwrap();
            received.edit(|tokens| tokens["refresh_token"] = json!(token));
        }
        Ok(())
    }),
    back("oauth.lost_answer", "signs out after a lost answer", |asked, received, memory| {
        if asked.refreshes() && uses(asked, memory) == 2 {
            received.become_error("invalid_grant");
        }
        Ok(())
    }),
    back("oauth.reuse", "takes a refresh token that was used up", |asked, received, memory| {
        match uses(asked, memory) {
            2 => memory.kept = Some(received.clone()),
            3 => replay(received, memory),
            _ => {}
        }
        Ok(())
    }),
    there("oauth.revocation", "says it revokes, and does not", |asked, _| {
        if asked.path == "/oauth/revoke" {
            with_field(asked, "token", "contract-check-nothing");
        }
    }),
    back("oauth.access_expiry", "takes an access token after its end", |asked, received, memory| {
        if !asked.is("GET", "/v1/account") {
            return Ok(());
        }
        let token = asked.header("authorization").unwrap_or_default().to_owned();
        if received.status == 200 {
            memory.kept = Some(received.clone());
            memory.texts.insert(token, "seen".to_owned());
        } else if memory.texts.contains_key(&token) && memory.count("ended") == 1 {
            replay(received, memory);
        }
        Ok(())
    }),
];
