//! What every request has at hand: the card in force, the ledger, the limits and the meters.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use axum::{body::Bytes, http::HeaderValue};
use pricetag::RateCard;

use super::{
    limits::{Limits, RequestsPerMinute},
    meters::Meters,
    openapi,
};
use crate::{charge::HoldLimits, store::Store};

/// A handle on all of it, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    in_force: ArcSwap<InForce>,
    store: Store,
    requests_per_minute: RequestsPerMinute,
    hold_limits: HoldLimits,
    meters: Meters,
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
    /// How often its tiers let a client ask.
    pub(super) limits: Limits,
    openapi: OnceLock<Bytes>,
}

impl InForce {
    fn new(card: RateCard, requests_per_minute: &RequestsPerMinute) -> Self {
        let limits = Limits::new(requests_per_minute, &card);
        let document = serde_json::to_vec(card.document()).expect("a card is JSON").into();
        let etag = HeaderValue::from_str(&format!("\"{}\"", card.fingerprint()));
        let etag = etag.expect("a fingerprint is a header value");
        let is_builtin = card.fingerprint() == RateCard::builtin().fingerprint();
        Self { card, document, etag, is_builtin, limits, openapi: OnceLock::new() }
    }

    /// The description of every route under this card, made when it is first asked for.
    pub(super) fn openapi(&self, hold_limits: HoldLimits) -> Bytes {
        let subject = openapi::Subject { card: &self.card, hold_seconds_min: hold_limits.seconds_min };
        self.openapi.get_or_init(|| openapi::document(subject).into()).clone()
    }
}

impl App {
    pub fn new(card: RateCard, store: Store, requests_per_minute: &RequestsPerMinute, hold_limits: HoldLimits) -> Self {
        Self(Arc::new(Shared {
            in_force: ArcSwap::from_pointee(InForce::new(card, requests_per_minute)),
            store,
            requests_per_minute: requests_per_minute.clone(),
            hold_limits,
            meters: Meters::new(),
        }))
    }

    /// Puts another card in force. Requests that have begun finish with the card that they began with.
    pub fn put_card(&self, card: RateCard) {
        self.0.in_force.store(Arc::new(InForce::new(card, &self.0.requests_per_minute)));
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

    pub(super) fn meters(&self) -> &Meters {
        &self.0.meters
    }

    /// Forgets the limits of idle clients and folds samples into histograms, so that neither grows without end.
    pub fn tidy(&self) {
        self.in_force().limits.forget_idle();
        self.0.meters.fold();
    }
}
