//! From a request to its handler, with the checks that every route has, in the one order: who asks, whether they may,
//! whether too often, and whether once.

use std::{
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
};

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Path, Request},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use pricetag::Value;

use super::{
    app::{App, InForce},
    body::{self, Arrived},
    credential::authorize,
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
    body: Result<Bytes, Problem>,
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
    let in_force = app.in_force();
    let (mut parts, _) = request.into_parts();
    let credential = match route.scope {
        Some(scope) => Some(authorize(&app, &parts.headers, scope).await?),
        None => None,
    };
    // The work of a worker or an administrator is not a person's to slow down.
    if route.limited && !matches!(route.scope, Some(Scope::Settle | Scope::Admin)) {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::from([0; 4]), |peer| peer.0);
        in_force.limits.admit(credential.as_ref(), peer)?;
    }
    let idempotency_key = if route.keyed { Some(idempotency::key(&parts.headers)?) } else { None };
    let id = if route.path.contains('{') {
        // An id that is not even text is nobody's.
        Path::<String>::from_request_parts(&mut parts, &()).await.map_or_else(|_| String::new(), |Path(id)| id)
    } else {
        String::new()
    };
    let body = parts.extensions.remove::<Arrived>().map_or_else(|| Ok(Bytes::new()), |Arrived(body)| body);
    Ok(Asked { app, in_force, route, headers: parts.headers, uri: parts.uri, credential, idempotency_key, id, body })
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
    pub fn take_body(&mut self) -> Result<Bytes, Problem> {
        std::mem::replace(&mut self.body, Ok(Bytes::new()))
    }

    /// The body's JSON document. Where a body may be left out, its absence is an empty object.
    pub async fn document(&mut self) -> Result<Value, Problem> {
        let bytes = self.take_body()?;
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
            _ => Side::Payer,
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
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "an answer ended with a panic");
        Problem::defect()
    })
}
