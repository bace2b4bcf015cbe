//! Who may use the switches: programs and the sandbox's own pages, never a page of another origin.
//!
//! The switches need no sign-in, and a browser on the same machine sends requests of any page to them.
//! Such requests are recognised by `Origin` and `Sec-Fetch-Site`, and a page whose name was made to point here (DNS
//! rebinding) by `Host`. A name of one word is not trusted either: the network's name servers decide what it points
//! to.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

use super::problem::Problem;

/// Why a request that changes something comes from a foreign page, if it does. The sandbox is known by addresses, by
/// `localhost` and by `names`, which are hosts with or without a port.
pub fn complaint(request: &Request, names: &[&str]) -> Option<Problem> {
    let headers = request.headers();
    let host = text(headers, header::HOST.as_str());
    let is_foreign = host.is_some_and(|host| !is_ours(host, names))
        || text(headers, header::ORIGIN.as_str()).is_some_and(|origin| !is_same(origin, host, names))
        || text(headers, "sec-fetch-site").is_some_and(|site| matches!(site, "cross-site" | "same-site"));
    is_foreign.then(|| {
        let detail = "Pages from elsewhere may not do this; open the sandbox by its address.";
        Problem::new(StatusCode::FORBIDDEN, "foreign_page", "The request comes from a foreign page", detail)
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A value that is not text matches no name.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// An address, this machine, or a name that the sandbox was given.
fn is_ours(host: &str, names: &[&str]) -> bool {
    let name = name_of(host).to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok()
        || name == "localhost"
        || name.ends_with(".localhost")
        || names.iter().any(|ours| name_of(ours).eq_ignore_ascii_case(&name))
}

fn is_same(origin: &str, host: Option<&str>, names: &[&str]) -> bool {
    authority_of(origin).is_some_and(|authority| host == Some(authority) || names.contains(&authority))
}

/// Host and port of an address.
pub fn authority_of(url: &str) -> Option<&str> {
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
        complaint(&request, &["bonus.example"]).is_some()
    }

    #[test]
    fn programs_and_our_own_pages_pass() {
        for host in ["127.0.0.1:8080", "[::1]:8080", "192.168.1.5", "LocalHost:8080", "tv.localhost", "bonus.example"] {
            assert!(!is_refused(&[("host", host)]), "{host}");
            let origin = format!("http://{host}");
            assert!(!is_refused(&[("host", host), ("origin", &origin), ("sec-fetch-site", "same-origin")]), "{host}");
        }
        assert!(!is_refused(&[]));
        assert!(!is_refused(&[("host", "127.0.0.1:8080"), ("sec-fetch-site", "none")]));
        assert!(!is_refused(&[("host", "127.0.0.1:8080"), ("origin", "https://bonus.example")]));
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
            &[("host", "sandbox")],
            &[("host", "sandbox:8080"), ("origin", "http://sandbox:8080")],
            &[("host", "evil:8080"), ("sec-fetch-site", "same-origin")],
            &[("host", "evillocalhost")],
            &[("host", "")],
            &[("host", "bonus.example.evil")],
        ] {
            assert!(is_refused(headers), "{headers:?}");
        }
    }
}
