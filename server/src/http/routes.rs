//! Every route, once: the router and the description are both made from this table.

use std::{future::Future, pin::Pin};

use axum::{
    extract::{Request, State},
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};

use super::{App, account, admin, dispatch, history, holds, openapi::Shape, problem::Problem, rating, status, usage};
use crate::key::Scope;

pub type Handling = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// The addresses that a server has. An operator's programs may have one of their own; without it, all is at the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    All,
    Public,
    Admin,
}

/// What a route takes for a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// A document, for which no body is an empty object.
    Optional(Shape),
    Document(Shape),
}

/// A parameter after the `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub shape: Shape,
    pub about: &'static str,
}

/// One route.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    /// What the key must be allowed to do; `None` needs no key.
    pub scope: Option<Scope>,
    pub handler: fn(dispatch::Asked) -> Handling,
    /// Its name in the description, and for programs made from it.
    pub name: &'static str,
    pub about: &'static str,
    pub takes: Takes,
    /// Whether it moves money or makes an account, so that it needs an idempotency key.
    pub keyed: bool,
    /// Whether it counts against the requests a minute.
    pub limited: bool,
    /// Where it is, when there are two addresses.
    pub at: At,
    /// The name and the shape of the `{…}` in its path.
    pub in_path: Option<(&'static str, Shape)>,
    pub query: &'static [Parameter],
    /// Routes that its answer leads to: their names, and which member of the answer is their id.
    pub links: &'static [(&'static str, &'static str)],
    /// What it answers when all is well.
    pub answer: (u16, Shape),
    /// The statuses of problems of its own. Those of the checks that many routes have are added from the above.
    pub refuses: &'static [u16],
}

const fn route(
    method: Method,
    path: &'static str,
    name: &'static str,
    handler: fn(dispatch::Asked) -> Handling,
) -> Route {
    Route {
        method,
        path,
        scope: None,
        handler,
        name,
        about: "",
        takes: Takes::Nothing,
        keyed: false,
        limited: true,
        at: At::Public,
        in_path: None,
        query: &[],
        links: &[],
        answer: (200, Shape::Nothing),
        refuses: &[],
    }
}

impl Route {
    const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    const fn needs(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    const fn takes(self, shape: Shape) -> Self {
        Self { takes: Takes::Document(shape), ..self }
    }

    const fn may_take(self, shape: Shape) -> Self {
        Self { takes: Takes::Optional(shape), ..self }
    }

    const fn keyed(self) -> Self {
        Self { keyed: true, ..self }
    }

    const fn unlimited(self) -> Self {
        Self { limited: false, ..self }
    }

    const fn at(self, at: At) -> Self {
        Self { at, ..self }
    }

    const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    const fn in_path(self, name: &'static str, shape: Shape) -> Self {
        Self { in_path: Some((name, shape)), ..self }
    }

    const fn id(self, shape: Shape) -> Self {
        self.in_path("id", shape)
    }

    const fn leads_to(self, links: &'static [(&'static str, &'static str)]) -> Self {
        Self { links, ..self }
    }

    const fn answers(self, status: u16, shape: Shape) -> Self {
        Self { answer: (status, shape), ..self }
    }

    const fn refuses(self, refuses: &'static [u16]) -> Self {
        Self { refuses, ..self }
    }
}

macro_rules! handler {
    ($handler:path) => {
        |asked| Box::pin($handler(asked))
    };
}

const fn get(path: &'static str, name: &'static str, handler: fn(dispatch::Asked) -> Handling) -> Route {
    route(Method::Get, path, name, handler)
}

const fn post(path: &'static str, name: &'static str, handler: fn(dispatch::Asked) -> Handling) -> Route {
    route(Method::Post, path, name, handler)
}

/// Every route there is, but for the page.
pub static ROUTES: &[Route] = &[
    get("/v1/card", "card", handler!(rating::card))
        .about("The card in force, as it was written. Its ETag is its fingerprint.")
        .unlimited()
        .answers(200, Shape::Card),
    get("/v1/card/{fingerprint}", "cardByFingerprint", handler!(rating::card_by_fingerprint))
        .about("A card that is or was in force. It never changes.")
        .in_path("fingerprint", Shape::Fingerprint)
        .answers(200, Shape::Card)
        .refuses(&[404, 503]),
    post("/v1/estimate", "estimate", handler!(rating::estimate))
        .about("Rates a plan.")
        .takes(Shape::EstimateRequest)
        .answers(200, Shape::Estimate),
    post("/v1/alternatives", "alternatives", handler!(rating::alternatives))
        .about("Single changes that make a plan cheaper.")
        .takes(Shape::AlternativesRequest)
        .answers(200, Shape::Alternatives),
    post("/v1/fit", "fit", handler!(rating::fit))
        .about("The best that is within a budget.")
        .takes(Shape::FitRequest)
        .answers(200, Shape::Fit),
    post("/v1/affordable", "affordable", handler!(rating::affordable))
        .about("How many of an item a balance covers.")
        .takes(Shape::AffordableRequest)
        .answers(200, Shape::Affordable),
    post("/v1/preflight", "preflight", handler!(account::preflight))
        .about("Whether a plan may run on the key's account.")
        .needs(Scope::Estimate)
        .takes(Shape::PreflightRequest)
        .answers(200, Shape::Preflight)
        .refuses(&[404, 409]),
    post("/v1/holds", "placeHold", handler!(holds::place))
        .about("Rates a plan anew and reserves its high figure, if that is what was accepted.")
        .needs(Scope::Hold)
        .keyed()
        .takes(Shape::HoldRequest)
        .leads_to(&[("hold", "id"), ("captureHold", "id"), ("releaseHold", "id")])
        .answers(201, Shape::Hold)
        .refuses(&[402, 404, 409]),
    get("/v1/holds/{id}", "hold", handler!(holds::read))
        .about("A hold, or a charge, and what became of it.")
        .needs(Scope::Read)
        .id(Shape::HoldId)
        .answers(200, Shape::HoldRecord)
        .refuses(&[404]),
    post("/v1/holds/{id}/capture", "captureHold", handler!(holds::capture))
        .about("Charges what was delivered and gives the rest back. Without an outcome, all was delivered as expected. A hold that expired is captured for a day more, where the account still covers it.")
        .needs(Scope::Settle)
        .keyed()
        .may_take(Shape::CaptureRequest)
        .leads_to(&[("hold", "id"), ("releaseHold", "id")])
        .id(Shape::HoldId)
        .answers(200, Shape::Captured)
        .refuses(&[402, 404, 409]),
    post("/v1/holds/{id}/extend", "extendHold", handler!(holds::extend))
        .about("Lets a hold last until so many seconds from now, if that is later than it lasts already.")
        .needs(Scope::Settle)
        .keyed()
        .takes(Shape::ExtendRequest)
        .leads_to(&[("hold", "id"), ("captureHold", "id"), ("releaseHold", "id")])
        .id(Shape::HoldId)
        .answers(200, Shape::Extended)
        .refuses(&[404, 409]),
    post("/v1/holds/{id}/release", "releaseHold", handler!(holds::release))
        .about("Gives all of a hold back.")
        .needs(Scope::Settle)
        .keyed()
        .may_take(Shape::ReleaseRequest)
        .leads_to(&[("hold", "id"), ("captureHold", "id")])
        .id(Shape::HoldId)
        .answers(200, Shape::Released)
        .refuses(&[404, 409]),
    post("/v1/charges", "charge", handler!(holds::charge))
        .about("Holds and captures in one step: charges the expected figure.")
        .needs(Scope::Hold)
        .keyed()
        .takes(Shape::ChargeRequest)
        .leads_to(&[("hold", "id")])
        .answers(201, Shape::Charge)
        .refuses(&[402, 404, 409]),
    get("/v1/account", "account", handler!(account::account))
        .about("The balance, the tier, and the free units that are left.")
        .needs(Scope::Read)
        .answers(200, Shape::Account)
        .refuses(&[404]),
    get("/v1/entries", "entries", handler!(history::entries))
        .about("The account's history: the oldest entry first, or with `before` the newest.")
        .needs(Scope::Read)
        .query(history::ENTRIES_QUERY)
        .answers(200, Shape::Entries)
        .refuses(&[422]),
    get("/v1/balances", "balances", handler!(history::balances))
        .about("How the balance stood at the end of each day.")
        .needs(Scope::Read)
        .query(history::BALANCES_QUERY)
        .answers(200, Shape::Balances)
        .refuses(&[404, 422]),
    get("/v1/captures", "captures", handler!(history::captures))
        .about("What was charged, with the plans it was for, in the order in which they were placed.")
        .needs(Scope::Read)
        .query(history::CAPTURES_QUERY)
        .answers(200, Shape::Captures)
        .refuses(&[422]),
    get("/v1/usage", "usage", handler!(usage::usage))
        .about("What was spent, and what was estimated for it.")
        .needs(Scope::Read)
        .query(usage::QUERY)
        .answers(200, Shape::Usage)
        .refuses(&[404, 422]),
    post("/v1/accounts", "openAccount", handler!(admin::open_account))
        .about("Opens an account. Without an id its id comes from the idempotency key.")
        .needs(Scope::Admin)
        .keyed()
        .takes(Shape::AccountRequest)
        .leads_to(&[("grant", "accountId"), ("setTier", "accountId")])
        .answers(201, Shape::Account)
        .refuses(&[409]),
    post("/v1/accounts/{id}/grants", "grant", handler!(admin::grant))
        .about("Adds credits to an account.")
        .needs(Scope::Admin)
        .keyed()
        .takes(Shape::GrantRequest)
        .id(Shape::AccountId)
        .answers(201, Shape::Grant)
        .refuses(&[404]),
    route(Method::Put, "/v1/accounts/{id}/tier", "setTier", handler!(admin::set_tier))
        .about("Puts an account into a tier.")
        .needs(Scope::Admin)
        .takes(Shape::TierRequest)
        .id(Shape::AccountId)
        .answers(200, Shape::Account)
        .refuses(&[404, 409, 507]),
    post("/v1/keys", "makeKey", handler!(admin::make_key))
        .about("Makes an API key, which is shown this once.")
        .needs(Scope::Admin)
        .takes(Shape::KeyRequest)
        .leads_to(&[("deleteKey", "keyId")])
        .answers(201, Shape::Key)
        .refuses(&[404, 409, 507]),
    route(Method::Delete, "/v1/keys/{id}", "deleteKey", handler!(admin::delete_key))
        .about("Deletes an API key. It is refused from then on.")
        .needs(Scope::Admin)
        .id(Shape::KeyId)
        .answers(204, Shape::Nothing)
        .refuses(&[404, 409, 507]),
    get("/healthz", "healthz", handler!(status::healthz))
        .about("The process lives.")
        .unlimited()
        .at(At::All)
        .answers(200, Shape::Status),
    get("/readyz", "readyz", handler!(status::readyz))
        .about("The ledger answers.")
        .unlimited()
        .at(At::All)
        .answers(200, Shape::Status)
        .refuses(&[503]),
    get("/metrics", "metrics", handler!(status::metrics))
        .about("Counters and histograms for Prometheus. With `--admin-port`, at that port alone.")
        .unlimited()
        .at(At::Admin)
        .answers(200, Shape::Metrics),
    get("/openapi.json", "openapi", handler!(status::openapi))
        .about("This description. With `--admin-port`, at that port alone.")
        .unlimited()
        .at(At::Admin)
        .answers(200, Shape::OpenApi),
];

/// The table's paths at an address, each with its methods.
pub fn by_path(at: At) -> impl Iterator<Item = (&'static str, MethodRouter<App>)> {
    let is_here = move |route: &&Route| at == At::All || route.at == At::All || route.at == at;
    let mut paths: Vec<&str> = ROUTES.iter().filter(is_here).map(|route| route.path).collect();
    paths.dedup();
    paths.into_iter().map(|path| {
        let routes = ROUTES.iter().filter(|route| route.path == path);
        let methods = routes.fold(MethodRouter::new(), |methods, route| {
            let handle = move |State(app): State<App>, request: Request| dispatch::dispatch(route, app, request);
            methods.merge(on(route.method.filter(), handle))
        });
        (path, methods)
    })
}
