//! The one host that a request names (RFC 9112, section 3.2). With none, or with two, a proxy in front and this server
//! could take it for two different requests.

use axum::{
    extract::Request,
    http::{HeaderValue, Version, header, uri::Authority},
};

use super::problem::Problem;

pub fn check(request: &Request) -> Result<(), Problem> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let found = match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => return Ok(()),
        (Some(host), None) if is_one(host) => return Ok(()),
        (None, _) => "there is none".into(),
        (Some(host), None) => format!("`{}` is not one", String::from_utf8_lossy(host.as_bytes())),
        (Some(_), Some(_)) => format!("there are {}", 2 + hosts.count()),
    };
    Err(Problem::invalid_host(format!(
        "send one `Host` header with a host and, where it is not the usual one, a port; {found}"
    )))
}

/// A name or an address, with a port or without. It may be empty.
fn is_one(host: &HeaderValue) -> bool {
    let authority = |text: &str| text.parse::<Authority>().is_ok_and(|authority| !authority.as_str().contains('@'));
    host.is_empty() || host.to_str().is_ok_and(authority)
}
