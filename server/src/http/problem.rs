//! What is answered when something is wrong: RFC 9457 `application/problem+json`, one table of codes.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pricetag::Faults;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::{RawValue, to_raw_value};

use crate::store::StoreFault;

/// What a program may do by itself after a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same request gets the same answer.
    Never,
    /// The same request with the same idempotency key, a little later: it happens once, however often it is sent.
    SameKey,
    /// Another request, which needs another key. Nothing was done or stored, so even the same key would be taken.
    NewKey,
}

impl Retry {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::SameKey => "same-key",
            Self::NewKey => "new-key",
        }
    }
}

/// A problem. Its request id is added where the answer leaves the server, so that no handler can forget it.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    retry: Retry,
    detail: String,
    /// After how many seconds it is worth asking again.
    retry_after: Option<u64>,
    /// The code's own members, as JSON in the order of every other face.
    members: Vec<(&'static str, Box<RawValue>)>,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:literal, $retry:ident, $title:literal;)*) => {
        /// Every code, with its status.
        pub const CODES: &[(u16, &str)] = &[$((StatusCode::$status.as_u16(), $code),)*];

        impl Problem {
            $($(#[$doc])* pub fn $name(detail: impl Into<String>) -> Self {
                Self {
                    status: StatusCode::$status,
                    code: $code,
                    title: $title,
                    retry: Retry::$retry,
                    detail: detail.into(),
                    retry_after: None,
                    members: Vec::new(),
                }
            })*
        }
    };
}

problems! {
    malformed_body = BAD_REQUEST, "malformed-body", Never, "The body is not a JSON document";
    invalid_host = BAD_REQUEST, "invalid-host", Never, "A request names one host";
    key_missing = BAD_REQUEST, "idempotency-key-missing", Never, "An Idempotency-Key is needed";
    invalid_key = UNAUTHORIZED, "invalid-key", Never, "A valid API key is needed";
    missing_scope = FORBIDDEN, "missing-scope", Never, "The API key may not do this";
    not_found = NOT_FOUND, "not-found", Never, "There is nothing here";
    method = METHOD_NOT_ALLOWED, "method-not-allowed", Never, "This address does not take this method";
    request_timeout = REQUEST_TIMEOUT, "request-timeout", SameKey, "The request did not arrive in time";
    body_too_large = PAYLOAD_TOO_LARGE, "body-too-large", Never, "The body is too large";
    invalid_request = UNPROCESSABLE_ENTITY, "invalid-request", Never, "The request has faults";
    key_reused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", NewKey, "The Idempotency-Key belongs to another request";
    insufficient_credits = PAYMENT_REQUIRED, "insufficient-credits", NewKey, "There are not enough credits";
    not_in_tier = FORBIDDEN, "not-in-tier", NewKey, "The tier does not allow this";
    price_changed = CONFLICT, "price-changed", NewKey, "The price is not the one that was accepted";
    hold_captured = CONFLICT, "hold-already-captured", Never, "The hold was captured";
    hold_released = CONFLICT, "hold-already-released", Never, "The hold was released";
    hold_expired = CONFLICT, "hold-expired", Never, "The hold has expired";
    account_exists = CONFLICT, "account-exists", Never, "There is such an account already";
    unknown_tier = CONFLICT, "unknown-tier", Never, "The card in force does not have the account's tier";
    outcome_exceeds = UNPROCESSABLE_ENTITY, "outcome-exceeds-hold", Never, "More was delivered than was held for";
    too_many_requests = TOO_MANY_REQUESTS, "too-many-requests", SameKey, "Too many requests in a minute";
    storage_limit = TOO_MANY_REQUESTS, "storage-limit", SameKey, "The account has reached its storage limit for today";
    account_locked = CONFLICT, "account-locked", SameKey, "Another database session has locked the account";
    in_progress = CONFLICT, "in-progress", SameKey, "The operation was not finished in time";
    busy = SERVICE_UNAVAILABLE, "busy", SameKey, "Too many operations are waiting";
    unavailable = SERVICE_UNAVAILABLE, "unavailable", SameKey, "The ledger is not available";
    storage_full = INSUFFICIENT_STORAGE, "storage-full", SameKey, "The ledger's disk is full";
    internal = INTERNAL_SERVER_ERROR, "defect", SameKey, "The server met a defect";
}

impl Problem {
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Serialize) -> Self {
        self.members.push((member, to_raw_value(&value).expect("a problem's member is JSON")));
        self
    }

    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub fn method_not_allowed() -> Self {
        Self::method("the Allow header names the methods that this address takes")
    }

    pub fn defect() -> Self {
        Self::internal(
            "this is our fault; whether the operation was carried out is found by sending it again with the same key",
        )
    }

    /// All that is wrong with a document, in the form of every other face.
    pub fn faults(faults: &Faults) -> Self {
        Self::invalid_request("").listing(faults)
    }

    /// The problem with a list of faults for its detail.
    #[must_use]
    pub fn listing(mut self, faults: &Faults) -> Self {
        self.detail = match faults.errors.as_slice() {
            [fault] => fault.to_string(),
            more => format!(
                "{} faults; the first is {}",
                more.len(),
                more.first().map(ToString::to_string).unwrap_or_default()
            ),
        };
        self.with("errors", &faults.errors)
    }

    /// The problem as it is sent.
    pub fn render(self, request_id: &str) -> Response {
        let document = serde_json::to_vec(&Document { problem: &self, request_id }).expect("a problem is JSON");
        let mut response = Response::new(Body::from(document));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"pricetag\""));
        }
        let unavailable = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        if let Some(seconds) = self.retry_after.or(unavailable) {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A problem with the id of its request.
struct Document<'a> {
    problem: &'a Problem,
    request_id: &'a str,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let problem = self.problem;
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("type", &format!("urn:pricetag:problem:{}", problem.code))?;
        members.serialize_entry("title", problem.title)?;
        members.serialize_entry("status", &problem.status.as_u16())?;
        members.serialize_entry("detail", &problem.detail)?;
        members.serialize_entry("code", problem.code)?;
        members.serialize_entry("requestId", self.request_id)?;
        members.serialize_entry("retry", problem.retry.as_str())?;
        for (name, value) in &problem.members {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreFault> for Problem {
    fn from(fault: StoreFault) -> Self {
        match &fault {
            StoreFault::Busy => Self::busy("ask again in a second, with the same key"),
            StoreFault::Locked => Self::account_locked("nothing was done; retry with the same key"),
            StoreFault::InProgress => Self::in_progress("ask again with the same key to get its answer"),
            StoreFault::TooLong => Self::unavailable(
                "the database took more than 10 seconds; request a shorter range, or retry with the same key",
            ),
            StoreFault::Full => Self::storage_full("nothing was done"),
            StoreFault::Conflict(reason) | StoreFault::Rejected(reason) | StoreFault::Unavailable(reason) => {
                // The reason is for the operator's log: it can name files and statements.
                tracing::error!(%reason, "the ledger is not available");
                Self::unavailable(
                    "whether the operation was carried out is found by sending it again with the same key",
                )
            }
        }
    }
}
