//! The check over HTTP: what is at which address.
//!
//! [`routes`] is the one table of routes. [`dispatch`] makes the checks that all of them have, in one order, and hands
//! what it admits to a handler, which reads its document, asks the card and the ledger, and answers.

mod account;
mod admin;
mod answer;
mod app;
mod body;
mod credential;
mod dispatch;
mod envelope;
mod fields;
mod history;
mod holds;
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

use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;

pub use self::{
    app::{App, InForce},
    limits::RequestsPerMinute,
    problem::Problem,
};

/// The whole server as one service.
pub fn router(app: App) -> Router {
    router_with(app, Router::new())
}

/// The same with more routes, which get what all answers have. A bench measures ours beside them.
pub fn router_with(app: App, more: Router<App>) -> Router {
    routes::by_path()
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
        .merge(more)
        .fallback(page::serve)
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), envelope::wrap))
        .with_state(app)
}
