//! Pages of other origins: which may ask, and what they may send and read. Without one that is named, none may.

use std::{str::FromStr, time::Duration};

use axum::http::{HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{
    envelope::REQUEST_ID,
    idempotency::{IDEMPOTENCY_KEY, REPLAYED},
};

/// How long a browser may remember what it may ask; Chromium takes no more than this.
const REMEMBERED: Duration = Duration::from_hours(2);

/// Where a page comes from, as a browser says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not an origin such as `https://shop.example`");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme));
        let (scheme, authority) = scheme.zip(uri.authority()).ok_or_else(wrong)?;
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != usual);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        // Browsers write it in this form, and it is compared as text.
        let written = format!("{scheme}://{}{port}", authority.host().to_ascii_lowercase());
        if written == text { HeaderValue::from_str(text).map(Self).map_err(|_| wrong()) } else { Err(wrong()) }
    }
}

/// Answers to browsers that ask for these origins.
pub fn layer(origins: &[Origin]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().map(|origin| origin.0.clone())))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH, IDEMPOTENCY_KEY])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER, REPLAYED, REQUEST_ID])
        .max_age(REMEMBERED)
}
