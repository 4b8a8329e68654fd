//! From a request to its handler, with the checks that every route has, in the one order: what costs least first.
//!
//! 1. the address: whether it asks too often
//! 2. the key: whether it is known
//! 3. the account: whether it asks too often
//! 4. the scope: whether the key may do this
//! 5. the idempotency key: whether there is one
//! 6. the body, of which nothing is read for a client that may not send it

use std::{
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
};

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Path, Request},
    http::{HeaderMap, Uri, request::Parts},
    response::{IntoResponse, Response},
};
use pricetag::Value;

use super::{
    app::{App, InForce},
    body::{self, Arrived},
    client,
    credential::{authenticate, authorize},
    idempotency,
    listen::Peer,
    problem::Problem,
    routes::{Handling, Route, Takes},
};
use crate::{
    key::Scope,
    store::{Credential, Idempotency, OperationKey, Side, Store},
};

/// A request that was admitted to a route.
pub struct Asked {
    pub app: App,
    /// The card that this request is answered with.
    pub in_force: Arc<InForce>,
    pub route: &'static Route,
    pub headers: HeaderMap,
    pub uri: Uri,
    credential: Option<Credential>,
    idempotency_key: Option<String>,
    /// The address's `{…}`; empty when the route has none.
    id: String,
    body: Arrived,
}

pub async fn dispatch(route: &'static Route, app: App, request: Request) -> Response {
    match admit(route, app, request).await {
        Ok(asked) => contained((route.handler)(asked)).await.unwrap_or_else(IntoResponse::into_response),
        Err(problem) => problem.into_response(),
    }
}

/// A defect that one request brings out is its answer, instead of a connection that breaks off.
async fn contained(mut handling: Handling) -> Result<Response, Problem> {
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(context)));
        // What was being polled is never polled again.
        polled.unwrap_or_else(|_| Poll::Ready(Err(Problem::defect())))
    })
    .await
}

async fn admit(route: &'static Route, app: App, request: Request) -> Result<Asked, Problem> {
    let (mut head, body) = request.into_parts();
    let in_force = app.in_force();
    let admitted = admit_head(route, &app, &in_force, &head).await;
    let body = match (&admitted, route.takes) {
        (Ok(_), Takes::Optional(_) | Takes::Document(_)) => {
            body::read(body, app.large_bodies().of(route.scope.is_some())).await?
        }
        (Err(_), _) | (_, Takes::Nothing) => {
            body::discard(body);
            Arrived::default()
        }
    };
    let (credential, idempotency_key) = admitted?;
    let id = id(route, &mut head).await;
    Ok(Asked { app, in_force, route, headers: head.headers, uri: head.uri, credential, idempotency_key, id, body })
}

/// All that can be decided before the body.
async fn admit_head(
    route: &Route,
    app: &App,
    in_force: &InForce,
    head: &Parts,
) -> Result<(Option<Credential>, Option<String>), Problem> {
    let peer = head.extensions.get::<Peer>().map_or(IpAddr::from([0; 4]), |peer| peer.0);
    let address = client::address(peer, &head.headers, app.trusted_proxies());
    let credential = match route.scope {
        None if route.limited => app.limits().count_public(address).map(|()| None)?,
        None => None,
        Some(scope) => {
            let credential = authenticate(app, &head.headers, address).await?;
            let allowed = authorize(&credential, scope);
            // The work of a worker or an administrator is not a person's to slow down.
            if allowed.is_err() || !matches!(scope, Scope::Settle | Scope::Admin) {
                app.limits().count_account(&credential, &in_force.card)?;
            }
            allowed.map(|()| Some(credential))?
        }
    };
    let idempotency_key = if route.keyed { Some(idempotency::key(&head.headers)?) } else { None };
    Ok((credential, idempotency_key))
}

/// The `{…}` of the address. An id that is not even text is the id of nothing.
async fn id(route: &Route, head: &mut Parts) -> String {
    if route.in_path.is_none() {
        return String::new();
    }
    Path::<String>::from_request_parts(head, &()).await.map_or_else(|_| String::new(), |Path(id)| id)
}

impl Asked {
    pub fn store(&self) -> &Store {
        self.app.store()
    }

    /// The account of the key.
    pub fn account_id(&self) -> &str {
        self.credential.as_ref().map(|credential| credential.account_id.as_str()).expect("this route has a scope")
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The body as it came.
    pub fn take_body(&mut self) -> Bytes {
        std::mem::take(&mut self.body.bytes)
    }

    /// The body's JSON document. Where a body may be left out, its absence is an empty object.
    pub async fn document(&mut self) -> Result<Value, Problem> {
        let bytes = self.take_body();
        if bytes.is_empty() && self.route.takes.may_be_absent() {
            return Ok(Value::Object(Vec::new()));
        }
        if bytes.len() < body::SMALL_BYTES { body::parse(&bytes) } else { off(move || body::parse(&bytes)).await? }
    }

    /// What makes this request happen once, with its document.
    pub fn idempotency(&self, document: &Value) -> Idempotency {
        let side = match self.route.scope {
            Some(Scope::Settle) => Side::Worker,
            Some(Scope::Admin) => Side::Administrator,
            Some(Scope::Hold) => Side::Payer,
            Some(Scope::Estimate | Scope::Read) | None => unreachable!("only routes that move money are keyed"),
        };
        let key = self.idempotency_key().to_owned();
        let key = OperationKey { account_id: self.account_id().into(), side, key };
        Idempotency { key, request_hash: idempotency::request_hash(self.route, &self.id, document) }
    }

    pub fn idempotency_key(&self) -> &str {
        self.idempotency_key.as_deref().expect("this route is keyed")
    }
}

impl Takes {
    const fn may_be_absent(self) -> bool {
        matches!(self, Self::Optional(_))
    }
}

/// Runs work that can take milliseconds where it keeps no other request waiting.
pub async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    // What it logs is the request's.
    let request = tracing::Span::current();
    tokio::task::spawn_blocking(move || request.in_scope(work)).await.map_err(|error| {
        tracing::error!(%error, "an answer ended with a panic");
        Problem::defect()
    })
}
