//! One request of the check and its answer, and how a person repeats the request by hand.
//!
//! Tokens and codes are sent and never shown: a curl command names a shell variable in their place.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use super::report::{Failure, Step, Stop};

/// Bytes of an ordinary answer that a box reads.
pub const ORDINARY_BYTES: usize = 256 * 1024;
/// Bytes of a page of the catalogue that a box reads.
pub const CATALOGUE_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of a picture that a box reads.
pub const PICTURE_BYTES: usize = 1024 * 1024;
/// Fields of forms and parameters of addresses that open something.
const SECRETS: [(&str, &str); 4] = [
    ("device_code", "$DEVICE_CODE"),
    ("refresh_token", "$REFRESH_TOKEN"),
    ("token", "$TOKEN_TO_REVOKE"),
    ("access_token", "$TOKEN"),
];
/// Characters of an address, a body or a server's text in a message.
const MOST_SHOWN: usize = 300;

/// An access token, a refresh token or a device code.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    /// The `operationId` of the OpenAPI document.
    pub operation: &'static str,
    pub method: Method,
    /// Below the address of the API, or a whole address that the server gave.
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    pub token: Option<Secret>,
    /// The most bytes of an answer.
    pub limit: usize,
}

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    Nothing,
    Json(Value),
    Form(Vec<(&'static str, Secret)>),
}

/// An answer that arrived whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub call: Call,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// How a person repeats the request.
    pub curl: String,
}

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("redacted")
    }
}

impl Call {
    pub fn get(operation: &'static str, target: impl Into<String>) -> Self {
        Self::new(operation, Method::GET, target.into())
    }

    pub fn form(operation: &'static str, target: &str, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| (*name, Secret::new(*value))).collect();
        Self { body: Body::Form(fields), ..Self::new(operation, Method::POST, target.to_owned()) }
    }

    pub fn json(operation: &'static str, method: Method, target: impl Into<String>, body: Value) -> Self {
        Self { body: Body::Json(body), ..Self::new(operation, method, target.into()) }
    }

    fn new(operation: &'static str, method: Method, target: String) -> Self {
        let headers = vec![
            (header::ACCEPT.as_str(), "application/json, application/problem+json".to_owned()),
            (header::ACCEPT_LANGUAGE.as_str(), "ru".to_owned()),
        ];
        Self { operation, method, target, headers, body: Body::Nothing, token: None, limit: ORDINARY_BYTES }
    }

    /// Signs the request.
    pub fn signed(mut self, token: &Secret) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Sets a header in place of the one there may be.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(there, _)| *there != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Whether it asks for a range of bytes.
    pub fn asks_for_a_part(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == header::RANGE.as_str())
    }

    /// Allows the answer so many bytes.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Method and path, without what stands in the query.
    pub fn name(&self) -> String {
        let path = self.target.split(['?', '#']).next().unwrap_or_default();
        format!("{} {}", self.method, shown(path))
    }

    /// The bytes of the body with their media type.
    pub(super) fn payload(&self) -> Option<(&'static str, Vec<u8>)> {
        match &self.body {
            Body::Nothing => None,
            Body::Json(value) => Some(("application/json", value.to_string().into_bytes())),
            Body::Form(fields) => {
                let pairs = fields.iter().map(|(name, value)| (*name, value.reveal()));
                let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                Some(("application/x-www-form-urlencoded", text.into_bytes()))
            }
        }
    }

    /// The request as a command for a shell. `address` is the whole address.
    pub(super) fn curl(&self, address: &str) -> String {
        let mut parts = vec!["curl -i".to_owned()];
        if self.method != Method::GET {
            parts.push(format!("-X {}", self.method));
        }
        if self.token.is_some() {
            parts.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
        }
        parts.extend(self.headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
        match &self.body {
            Body::Nothing => {}
            Body::Json(value) => {
                parts.push("-H 'content-type: application/json'".to_owned());
                parts.push(format!("-d {}", quoted(&value.to_string())));
            }
            Body::Form(fields) => {
                for (name, value) in fields {
                    let variable = SECRETS.iter().find(|(secret, _)| secret == name).map(|(_, variable)| *variable);
                    parts.push(match variable {
                        Some(variable) => format!("--data-urlencode \"{name}={variable}\""),
                        None => format!("--data-urlencode {}", quoted(&format!("{name}={}", value.reveal()))),
                    });
                }
            }
        }
        parts.push(address_of(address));
        parts.join(" ")
    }
}

/// The address for a shell. A token in its query becomes a variable, which needs double quotes.
fn address_of(address: &str) -> String {
    let Some((before, query)) = address.split_once('?') else { return quoted(address) };
    let pairs = query.split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let is_secret = SECRETS.iter().any(|(secret, _)| *secret == name);
        if is_secret { format!("{}\"$PLAYBACK_TOKEN\"", quoted(&format!("{name}="))) } else { quoted(pair) }
    });
    format!("{}{}", quoted(&format!("{before}?")), pairs.collect::<Vec<_>>().join("'&'"))
}

impl Answer {
    /// A header of visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok())
    }

    /// The media type without its parameters, in small letters.
    pub fn media_type(&self) -> String {
        let value = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the server sends the client elsewhere; a 304 does not.
    pub fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status) && self.status != 304
    }

    /// The JSON of an answer, whatever its status.
    pub fn parse(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The JSON of a success; another check says what else is wrong.
    pub fn json(&self) -> Step<Value> {
        if !self.is_success() {
            return Err(self.not_as_expected());
        }
        self.parse().ok_or_else(|| Stop::skip(format!("the answer to {} is not JSON", self.call.name())))
    }

    /// The code of a problem, or the error of OAuth.
    pub fn code(&self) -> Option<String> {
        let document = self.parse()?;
        let code = document.get("code").or_else(|| document.get("error"))?.as_str()?;
        Some(shown(code))
    }

    /// Fails unless the status is one of these. A redirect has a check of its own.
    pub fn expect(&self, statuses: &[u16]) -> Step {
        if statuses.contains(&self.status) {
            return Ok(());
        }
        if self.is_redirect() {
            return Err(self.not_as_expected());
        }
        let wanted = statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
        let code = self.code().map(|code| format!(" ({code})")).unwrap_or_default();
        Err(self.fail(format!("answered {}{code} instead of {wanted}", self.status)))
    }

    /// Fails unless it is this status with this code.
    pub fn expect_code(&self, status: u16, code: &str) -> Step {
        self.expect(&[status])?;
        match self.code() {
            Some(found) if found == code => Ok(()),
            Some(found) => Err(self.fail(format!("answered {status} with the code {found} instead of {code}"))),
            None => Err(self.fail(format!("answered {status} without the code {code}"))),
        }
    }

    /// A failure that shows this request.
    pub fn fail(&self, why: impl Into<String>) -> Stop {
        Stop::Failed(Box::new(Failure {
            why: format!("{}: {}", self.call.name(), why.into()),
            curl: Some(self.curl.clone()),
            request_id: self.header("x-request-id").map(shown),
        }))
    }

    /// The check has nothing to look at; the endpoint's own check says why.
    pub fn not_as_expected(&self) -> Stop {
        Stop::skip(format!("{} was answered with {}", self.call.name(), self.status))
    }
}

/// A text for a message: bounded, without control characters, whatever a server sent.
pub(super) fn shown(text: &str) -> String {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).take(MOST_SHOWN).collect();
    if text.chars().count() > MOST_SHOWN { format!("{plain}...") } else { plain }
}

/// A word for a shell, in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", shown(text).replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_curl_command_names_variables_instead_of_secrets() {
        let call = Call::form("getTokens", "/oauth/token", &[("client_id", "bonus-tv"), ("refresh_token", "s3cret")]);
        let curl = call.signed(&Secret::new("t0ken")).curl("https://bonus.example/oauth/token");
        assert!(curl.contains("\"refresh_token=$REFRESH_TOKEN\"") && curl.contains("Bearer $TOKEN\""), "{curl}");
        assert!(curl.contains("'client_id=bonus-tv'") && curl.ends_with("'https://bonus.example/oauth/token'"));
        assert!(!curl.contains("s3cret") && !curl.contains("t0ken"), "{curl}");
        let played = Call::get("getMedia", "x").curl("https://b.example/v1/media/f?token=s3cret&x=1");
        assert!(played.ends_with("'https://b.example/v1/media/f?''token='\"$PLAYBACK_TOKEN\"'&''x=1'"), "{played}");
    }

    #[test]
    fn what_a_server_sent_cannot_leave_its_quotes() {
        let call = Call::json("createExchange", Method::POST, "/v1/exchanges", json!({"id": "a'; rm -rf '\n"}));
        let curl = call.curl("https://bonus.example/v1/exchanges");
        assert!(curl.contains(r#"'{"id":"a'\''; rm -rf '\''\n"}'"#), "{curl}");
        assert!(shown(&"я".repeat(1000)).chars().count() < 310);
    }
}
