//! The page, out of the binary itself.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

use super::{app::App, body, problem::Problem};

// The page is built by another tool. Without it the server is whole but for the page, so its absence is no error.
#[derive(Embed)]
#[folder = "../www/dist"]
#[allow_missing = true]
struct Page;

/// How the name of a file ends that the build compressed with brotli.
const COMPRESSED: &str = ".br";

/// The script that shows the studio's first frame, as the build drew it, until the page draws it itself.
const PRERENDERED: &str = "prerendered.js";

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Pricetag</title>\
    <h1>Pricetag</h1><p>The server is running, but this binary was built without the page.</p>\
    <p>Run <code>cargo xtask build</code>, and start the server again.</p>";

pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    body::discard(body);
    let path = head.uri.path();
    let name = match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let may_be_page = matches!(head.method, Method::GET | Method::HEAD) && !path.starts_with("/v1/");
    // What is compressed is no address of its own.
    let may_be_file = may_be_page && !name.ends_with(COMPRESSED);
    match may_be_file.then(|| Page::get(name)).flatten() {
        // It was drawn with the built-in card. Under another one its price would be wrong.
        Some(_) if name == PRERENDERED && !app.in_force().is_builtin => {
            ([(header::CONTENT_TYPE, content_type(name)), (header::CACHE_CONTROL, "no-store")], "").into_response()
        }
        Some(file) => answer(name, file, &head.headers),
        None if may_be_page && name == "index.html" => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], NOT_BUILT)
                .into_response()
        }
        None => nothing_at(path),
    }
}

/// What is at every address that has no page.
pub async fn absent(request: Request) -> Response {
    let (head, body) = request.into_parts();
    body::discard(body);
    nothing_at(head.uri.path())
}

fn nothing_at(path: &str) -> Response {
    Problem::not_found(format!("there is nothing at `{path}`")).into_response()
}

fn answer(name: &str, plain: EmbeddedFile, headers: &HeaderMap) -> Response {
    // The build made it once, better than there is time for at each request. Clients that know only gzip get that from the layer above.
    let compressed = Page::get(&format!("{name}{COMPRESSED}"));
    let varies = compressed.is_some();
    let compressed = compressed.filter(|_| takes_brotli(headers));
    let encoded = compressed.is_some();
    let file = compressed.unwrap_or(plain);
    let etag = etag(&file);
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.into_owned()))
    };
    // The build puts a hash into the names of these, so that a name never has other contents.
    let caching = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if varies {
        fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if encoded {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        fields.insert(header::ETAG, etag);
    }
    response
}

/// Whether brotli is among what the client accepts, and not only named to be refused.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|offer| {
        let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), |weight| weight.trim().parse::<f32>());
        coding.trim().eq_ignore_ascii_case("br") && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let digits: Vec<String> = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{}\"", digits.concat())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_taken_from_what_the_client_accepts() {
        let rows = [
            ("gzip, deflate, br, zstd", true),
            ("br", true),
            ("BR;q=0.5", true),
            ("gzip;q=1.0, br; q=1", true),
            ("br;q=0", false),
            ("br;q=none", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ];
        for (accepted, expected) in rows {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(takes_brotli(&headers), expected, "{accepted:?}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
