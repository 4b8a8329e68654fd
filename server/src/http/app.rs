//! What every request has at hand: the card in force, the ledger, the limits and the meters.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use axum::{body::Bytes, http::HeaderValue};
use pricetag::RateCard;
use tokio::sync::Mutex;

use super::{
    body::Large,
    client::TrustedProxy,
    cors::Origin,
    limits::{Limits, RequestsPerMinute},
    meters::Meters,
    openapi,
};
use crate::{
    charge::HoldLimits,
    store::{Store, StoreFault},
};

/// How long the ledger's answer that it is ready is given again.
const READY_LIFE: Duration = Duration::from_millis(200);

/// A handle on all of it, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    in_force: ArcSwap<InForce>,
    store: Store,
    limits: Limits,
    large_bodies: Large,
    trusted_proxies: Vec<TrustedProxy>,
    cors_origins: Vec<Origin>,
    hold_limits: HoldLimits,
    meters: Meters,
    /// When the ledger was last asked whether it is ready, and what it said.
    readiness: Mutex<Option<(Instant, Result<(), StoreFault>)>>,
}

/// Who may ask, from where, and how often.
#[derive(Clone, Debug)]
pub struct Access {
    pub requests_per_minute: RequestsPerMinute,
    pub trusted_proxies: Vec<TrustedProxy>,
    pub cors_origins: Vec<Origin>,
}

/// A card in force, and what is made of it once. A request takes it at its beginning and uses no other.
pub struct InForce {
    pub card: RateCard,
    /// The card's document as JSON.
    pub document: Bytes,
    /// Its fingerprint as an ETag.
    pub etag: HeaderValue,
    /// Whether it is the card that the page has built in.
    pub(super) is_builtin: bool,
    openapi: OnceLock<Bytes>,
}

impl InForce {
    fn new(card: RateCard) -> Self {
        let document = serde_json::to_vec(card.document()).expect("a card is JSON").into();
        let etag = HeaderValue::from_str(&format!("\"{}\"", card.fingerprint()));
        let etag = etag.expect("a fingerprint is a header value");
        let is_builtin = card.fingerprint() == RateCard::builtin().fingerprint();
        Self { card, document, etag, is_builtin, openapi: OnceLock::new() }
    }

    /// The description of every route under this card, made when it is first asked for.
    pub(super) fn openapi(&self, hold_limits: HoldLimits) -> Bytes {
        let subject = openapi::Subject { card: &self.card, hold_seconds_min: hold_limits.seconds_min };
        self.openapi.get_or_init(|| openapi::document(subject).into()).clone()
    }
}

impl App {
    pub fn new(card: RateCard, store: Store, access: Access, hold_limits: HoldLimits) -> Self {
        let Access { requests_per_minute, trusted_proxies, cors_origins } = access;
        Self(Arc::new(Shared {
            in_force: ArcSwap::from_pointee(InForce::new(card)),
            store,
            limits: Limits::new(requests_per_minute),
            large_bodies: Large::new(),
            trusted_proxies,
            cors_origins,
            hold_limits,
            meters: Meters::new(),
            readiness: Mutex::new(None),
        }))
    }

    /// Puts another card in force. Requests that have begun finish with the card that they began with.
    pub fn put_card(&self, card: RateCard) {
        self.0.in_force.store(Arc::new(InForce::new(card)));
    }

    pub fn in_force(&self) -> Arc<InForce> {
        self.0.in_force.load_full()
    }

    /// The card in force, for people.
    pub fn card_name(&self) -> String {
        let in_force = self.in_force();
        format!("{} {} ({})", in_force.card.id(), in_force.card.version(), in_force.card.fingerprint())
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What the operator decided about holds.
    pub fn hold_limits(&self) -> HoldLimits {
        self.0.hold_limits
    }

    /// Whether the ledger is ready. Every writer is asked, so all who ask within [`READY_LIFE`] get one answer.
    pub(super) async fn ready(&self) -> Result<(), StoreFault> {
        let mut last = self.0.readiness.lock().await;
        if let Some((_, said)) = last.as_ref().filter(|(at, _)| at.elapsed() < READY_LIFE) {
            return said.clone();
        }
        let said = self.store().ready().await;
        *last = Some((Instant::now(), said.clone()));
        said
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn large_bodies(&self) -> &Large {
        &self.0.large_bodies
    }

    pub(super) fn trusted_proxies(&self) -> &[TrustedProxy] {
        &self.0.trusted_proxies
    }

    pub(super) fn cors_origins(&self) -> &[Origin] {
        &self.0.cors_origins
    }

    pub(super) fn meters(&self) -> &Meters {
        &self.0.meters
    }

    /// Forgets the limits of idle clients and folds samples into histograms, so that neither grows without end.
    pub fn tidy(&self) {
        self.0.limits.forget_idle();
        self.0.meters.fold();
    }
}
