//! The browser's face. Nothing else in the crate knows of JavaScript, and nothing here knows a rule.
//!
//! Only numbers and texts cross. JavaScript knows a card by a number. Documents come in as bytes and answers go out as
//! JSON: that is the strict lane. Whole numbers come in through slots and figures go out: that is the fast lane.
//! Faults are answers, never exceptions, and nothing here calls JavaScript.

mod bytes;
mod columns;
mod json;
mod lane;

use alloc::{string::String, vec::Vec};
use core::panic::PanicInfo;

use atomic_refcell::{AtomicRefCell, AtomicRefMut};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use self::{bytes::document, json::json, lane::Lane};
use crate::{card::RateCard, request::Call};

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A panic is a trap, and nobody reads what it says: the standard library's handler and the texts would be 3 kB.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What the module holds between calls.
struct Held {
    /// The cards that are open. JavaScript knows each by its index here.
    cards: Vec<Option<RateCard>>,
    lane: Lane,
}

/// There is one thread, so that its atomic flag is a plain one.
static HELD: AtomicRefCell<Held> = AtomicRefCell::new(Held { cards: Vec::new(), lane: Lane::new() });

#[inline(always)]
fn held() -> AtomicRefMut<'static, Held> {
    HELD.borrow_mut()
}

impl Held {
    /// An open card. JavaScript knows no number of a card that is closed.
    fn card(&self, card: usize) -> &RateCard {
        self.cards.get(card).and_then(Option::as_ref).expect("the card is open")
    }

    /// Both at once.
    #[inline(always)]
    fn lane(&mut self, card: usize) -> (&mut Lane, &RateCard) {
        (&mut self.lane, self.cards.get(card).and_then(Option::as_ref).expect("the card is open"))
    }
}

/// What JavaScript knows of a card: its number, and the names that become whole numbers in the fast lane.
#[derive(Serialize)]
struct Opened<'c> {
    card: usize,
    id: &'c str,
    version: &'c str,
    unit: &'c str,
    fingerprint: &'c str,
    /// Slots of an item.
    slots: usize,
    operations: Vec<Names<'c>>,
}

#[derive(Serialize)]
struct Names<'c> {
    id: &'c str,
    /// The choices and then the numbers, in the order of their slots.
    fields: Vec<Field<'c>>,
    /// The note of each rate.
    notes: Vec<Option<&'c str>>,
}

#[derive(Serialize)]
struct Field<'c> {
    name: &'c str,
    /// The ids of a choice's options; nothing for a number.
    options: Option<Vec<&'c str>>,
}

/// Reads a card, or the built-in one where there are no bytes, and keeps it until it is closed. Answers what is known of it,
/// or its faults.
#[wasm_bindgen]
pub fn open(card: &[u8]) -> String {
    let card = if card.is_empty() { crate::BUILTIN } else { card };
    match RateCard::from_value(document(card)) {
        Ok(card) => {
            let cards = &mut held().cards;
            let place = cards.iter().position(Option::is_none).unwrap_or(cards.len());
            if place == cards.len() {
                cards.push(None);
            }
            let opened = json(&opened(place, &card));
            if let Some(free) = cards.get_mut(place) {
                *free = Some(card);
            }
            opened
        }
        Err(faults) => json(&faults),
    }
}

fn opened(place: usize, card: &RateCard) -> Opened<'_> {
    let mut operations = Vec::with_capacity(card.operations.len());
    for operation in &card.operations {
        let mut fields = Vec::new();
        for choice in &operation.choices {
            let options = choice.options.iter().map(|option| option.id.as_str()).collect();
            fields.push(Field { name: &choice.name, options: Some(options) });
        }
        for number in &operation.numbers {
            fields.push(Field { name: &number.name, options: None });
        }
        let notes = operation.rates.iter().map(|rate| rate.note.as_deref()).collect();
        operations.push(Names { id: &operation.id, fields, notes });
    }
    Opened {
        card: place,
        id: card.id(),
        version: card.version(),
        unit: card.unit(),
        fingerprint: card.fingerprint(),
        slots: slots(card),
        operations,
    }
}

/// Slots of an item: the operation, and as many fields as the widest has.
fn slots(card: &RateCard) -> usize {
    let fields =
        card.operations.iter().map(|operation| operation.choices.len().saturating_add(operation.numbers.len()));
    fields.max().unwrap_or(0).saturating_add(1)
}

/// Gives a card's memory back.
#[wasm_bindgen]
pub fn close(card: usize) {
    if let Some(place) = held().cards.get_mut(card) {
        *place = None;
    }
}

/// The card as it was written.
#[wasm_bindgen]
pub fn describe(card: usize) -> String {
    json(held().card(card).document())
}

/// Answers a request, by the index of its call in [`Call::ALL`].
#[wasm_bindgen]
pub fn answer(card: usize, call: usize, request: &[u8]) -> String {
    match held().card(card).answer(*Call::ALL.get(call).expect("the call is known"), &document(request)) {
        Ok(answer) => json(&answer),
        Err(faults) => json(&faults),
    }
}

/// What changes from one card to another.
#[wasm_bindgen]
pub fn compare(old: usize, new: usize) -> String {
    let held = held();
    json(&held.card(old).compare(held.card(new)))
}

/// The title of an item with this combination of options.
#[wasm_bindgen]
pub fn title(card: usize, operation: usize, combination: usize) -> String {
    let held = held();
    held.card(card).operations.get(operation).map(|found| found.item_title(combination)).unwrap_or_default()
}

/// Makes room in the fast lane.
#[wasm_bindgen]
pub fn reserve(slots: usize, figures: usize) {
    held().lane.reserve(slots, figures);
}

/// Where the slots are. They move when more room is made.
#[wasm_bindgen]
pub fn slots_at() -> *const i32 {
    held().lane.slots.as_ptr()
}

/// Where the figures are. They move when more room is made.
#[wasm_bindgen]
pub fn figures_at() -> *const f64 {
    held().lane.figures.as_ptr()
}

/// Rates the items in the slots; see [`Lane::rate`].
#[wasm_bindgen]
pub fn rate(card: usize, items: usize, slots: usize, lines: bool) -> bool {
    let mut held = held();
    let (lane, card) = held.lane(card);
    lane.rate(card, items, slots, lines)
}

/// Rates a block of rows; see [`Lane::rate_rows`].
#[wasm_bindgen]
pub fn rate_rows(card: usize, operation: usize, rows: usize, first: bool) -> bool {
    let mut held = held();
    let (lane, card) = held.lane(card);
    lane.rate_rows(card, operation, rows, first)
}
