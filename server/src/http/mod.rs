//! The check over HTTP: what is at which address.
//!
//! [`routes`] is the one table of routes. [`dispatch`] makes the checks that all of them have, in one order, and hands
//! what it admits to a handler, which reads its document, asks the card and the ledger, and answers.

mod account;
mod admin;
mod answer;
mod app;
mod body;
mod client;
mod cors;
mod credential;
mod dispatch;
mod envelope;
mod fields;
mod history;
mod holds;
mod host;
mod idempotency;
mod limits;
pub mod listen;
mod meters;
mod openapi;
mod page;
mod problem;
mod query;
mod rating;
mod receipts;
mod routes;
mod status;
mod usage;

use axum::{Router, extract::Request, middleware, response::IntoResponse};
use tower_http::compression::CompressionLayer;

pub use self::{
    admin::is_account_id,
    app::{Access, App, InForce},
    client::TrustedProxy,
    cors::Origin,
    limits::RequestsPerMinute,
    problem::Problem,
    routes::At,
};

/// The server as one service: all of it, or what is at one of its two addresses.
pub fn router(app: App, at: At) -> Router {
    router_with(app, at, Router::new())
}

/// The same with more routes, which get what all answers have. A bench measures ours beside them.
pub fn router_with(app: App, at: At, more: Router<App>) -> Router {
    let mut service =
        routes::by_path(at).fold(Router::new(), |router, (path, methods)| router.route(path, methods)).merge(more);
    service = if at == At::Admin { service.fallback(page::absent) } else { service.fallback(page::serve) }
        .method_not_allowed_fallback(|request: Request| async {
            body::discard(request.into_body());
            Problem::method_not_allowed().into_response()
        })
        .layer(CompressionLayer::new());
    if at != At::Admin && !app.cors_origins().is_empty() {
        service = service.layer(cors::layer(app.cors_origins()));
    }
    service.layer(middleware::from_fn_with_state(app.clone(), envelope::wrap)).with_state(app)
}
