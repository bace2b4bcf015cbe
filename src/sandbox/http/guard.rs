//! Who may turn the switches: a program or a page of the sandbox itself, never a page from elsewhere.
//!
//! The switches want no sign-in, and a browser on the same machine carries requests of any page there.
//! It says so in `Origin` and `Sec-Fetch-Site`; a page that made its own name point here (DNS
//! rebinding) is told by that name in `Host`.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

use super::problem::Problem;

/// Why a request that changes something comes from a foreign page, if it does.
pub(crate) fn complaint(request: &Request, public_url: &str) -> Option<Problem> {
    let headers = request.headers();
    let host = text(headers, header::HOST.as_str());
    let is_foreign = host.is_some_and(|host| !is_ours(host, public_url))
        || text(headers, header::ORIGIN.as_str()).is_some_and(|origin| !is_same(origin, host, public_url))
        || text(headers, "sec-fetch-site").is_some_and(|site| matches!(site, "cross-site" | "same-site"));
    is_foreign.then(|| {
        let detail = "Pages from elsewhere may not do this; open the sandbox by its address.";
        Problem::new(StatusCode::FORBIDDEN, "foreign_page", "The request comes from a foreign page", detail)
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A value that is no text is nobody's name.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// An address, a name without a dot, or the name the sandbox was given: nobody else can own these.
fn is_ours(host: &str, public_url: &str) -> bool {
    let name = name_of(host);
    let is_plain = name.parse::<IpAddr>().is_ok() || (!name.is_empty() && !name.contains(['.', '?']));
    is_plain || name.ends_with(".localhost") || authority_of(public_url).is_some_and(|public| name_of(public) == name)
}

fn is_same(origin: &str, host: Option<&str>, public_url: &str) -> bool {
    let authority = authority_of(origin);
    authority.is_some() && (authority == host || authority == authority_of(public_url))
}

/// Host and port of an address.
fn authority_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    rest.split('/').next()
}

/// The host without its port and brackets.
fn name_of(authority: &str) -> &str {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => authority,
    };
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn is_refused(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::new(Body::empty());
        for (name, value) in headers {
            let name: header::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        complaint(&request, "https://bonus.example/sandbox").is_some()
    }

    #[test]
    fn programs_and_our_own_pages_pass() {
        for host in ["127.0.0.1:8080", "[::1]:8080", "192.168.1.5", "localhost:8080", "sandbox", "bonus.example"] {
            assert!(!is_refused(&[("host", host)]), "{host}");
            let origin = format!("http://{host}");
            assert!(!is_refused(&[("host", host), ("origin", &origin), ("sec-fetch-site", "same-origin")]), "{host}");
        }
        assert!(!is_refused(&[]));
        assert!(!is_refused(&[("host", "127.0.0.1:8080"), ("sec-fetch-site", "none")]));
        assert!(!is_refused(&[("host", "proxied"), ("origin", "https://bonus.example")]));
    }

    #[test]
    fn pages_from_elsewhere_do_not() {
        for headers in [
            &[("host", "evil.example")][..],
            &[("host", "evil.example:8080"), ("origin", "http://evil.example:8080")],
            &[("host", "127.0.0.1:8080"), ("origin", "https://evil.example")],
            &[("host", "127.0.0.1:8080"), ("origin", "null")],
            &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9090")],
            &[("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")],
            &[("host", "localhost.evil.example")],
        ] {
            assert!(is_refused(headers), "{headers:?}");
        }
    }
}
