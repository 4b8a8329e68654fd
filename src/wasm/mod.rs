//! The browser's face. Nothing else in the crate knows of JavaScript, and nothing here knows a rule.
//!
//! Only numbers cross; what is more stands in the module's memory, and JavaScript is told where. It knows a card by a
//! number. Documents come in as bytes and answers go out as JSON: that is the strict lane. Whole numbers come in through
//! slots and figures go out: that is the fast lane. Faults are answers, never exceptions, and nothing here calls JavaScript.

mod bytes;
mod columns;
mod json;
mod lane;

use alloc::{string::String, vec, vec::Vec};
use core::{mem, panic::PanicInfo};

use atomic_refcell::{AtomicRefCell, AtomicRefMut};
use wasm_bindgen::prelude::*;

use self::{
    bytes::document,
    json::{Writer, json},
    lane::Lane,
};
use crate::{
    card::{RateCard, operation::Operation},
    request::{Answer, Call},
    surely,
};

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
    /// Which of them is the built-in one, which is opened once and never closed: in Node.js's module by the build.
    builtin: Option<usize>,
    lane: Lane,
    /// The document that a question is about, until it is asked; then the text that answers it.
    text: Vec<u8>,
}

/// There is one thread, so that its atomic flag is a plain one.
static HELD: AtomicRefCell<Held> =
    AtomicRefCell::new(Held { cards: Vec::new(), builtin: None, lane: Lane::new(), text: Vec::new() });

#[inline(always)]
fn held() -> AtomicRefMut<'static, Held> {
    surely(HELD.try_borrow_mut().ok(), "one call follows the other")
}

impl Held {
    /// An open card. JavaScript knows no number of a card that is closed.
    fn card(&self, card: usize) -> &RateCard {
        surely(self.cards.get(card).and_then(Option::as_ref), "the card is open")
    }

    /// Both at once.
    #[inline(always)]
    fn lane(&mut self, card: usize) -> (&mut Lane, &RateCard) {
        (&mut self.lane, surely(self.cards.get(card).and_then(Option::as_ref), "the card is open"))
    }

    /// Keeps the text that answers, and tells its length.
    #[inline(never)]
    fn answered(&mut self, text: String) -> usize {
        self.text = text.into_bytes();
        self.text.len()
    }
}

/// Makes room for a document of so many bytes.
#[wasm_bindgen]
pub fn expect(bytes: usize) {
    held().text = vec![0; bytes];
}

/// Where the document goes, or the answer stands. It moves with every question.
#[wasm_bindgen]
pub fn text_at() -> *const u8 {
    held().text.as_ptr()
}

/// Reads a card, or the built-in one where there are no bytes, and keeps it until it is closed. Answers what is known of it,
/// or its faults. Like everything that answers with a text, it tells that text's length.
#[wasm_bindgen]
pub fn open() -> usize {
    let mut held = held();
    let card = mem::take(&mut held.text);
    let is_builtin = card.is_empty();
    if let Some(place) = held.builtin.filter(|_| is_builtin) {
        let answer = opened(place, held.card(place));
        return held.answered(answer);
    }
    let card = if is_builtin { crate::BUILTIN } else { &card };
    let answer = match RateCard::from_value(document(card)) {
        Ok(card) => {
            let cards = &mut held.cards;
            let place = cards.iter().position(Option::is_none).unwrap_or(cards.len());
            if place == cards.len() {
                cards.push(None);
            }
            let opened = opened(place, &card);
            if let Some(free) = cards.get_mut(place) {
                *free = Some(card);
            }
            if is_builtin {
                held.builtin = Some(place);
            }
            opened
        }
        Err(faults) => json(&faults),
    };
    held.answered(answer)
}

/// What JavaScript knows of a card: its number, how many slots an item has, and the names that become whole numbers in
/// the fast lane.
#[inline(never)]
fn opened(place: usize, card: &RateCard) -> String {
    let mut writer = Writer::default();
    writer.put("{");
    writer.key("card").value(&place);
    writer.key("slots").value(&slots(card));
    for (key, text) in
        [("id", card.id()), ("version", card.version()), ("unit", card.unit()), ("fingerprint", card.fingerprint())]
    {
        writer.key(key).value(text);
    }
    writer.key("operations").put("[");
    for operation in &card.operations {
        write_operation(writer.next(), operation);
    }
    writer.put("]}");
    writer.0
}

fn write_operation(writer: &mut Writer, operation: &Operation) {
    writer.put("{");
    writer.key("id").value(&operation.id);
    // The choices and then the numbers, in the order of their slots.
    writer.key("fields").put("[");
    for choice in &operation.choices {
        write_field(writer, &choice.name, choice.default);
        // The ids of its options; a number has none.
        writer.key("options").put("[");
        for option in &choice.options {
            writer.next().value(&option.id);
        }
        writer.put("]}");
    }
    for number in &operation.numbers {
        write_field(writer, &number.name, number.default);
        writer.put("}");
    }
    writer.put("]");
    // The note of each rate.
    writer.key("notes").put("[");
    for rate in &operation.rates {
        writer.next().value(&rate.note);
    }
    writer.put("]}");
}

/// The beginning of a field: its name, and the index of its default option or its default number.
fn write_field(writer: &mut Writer, name: &str, default: Option<u32>) {
    writer.next().put("{");
    writer.key("name").value(name);
    writer.key("default").value(&default);
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
pub fn describe(card: usize) -> usize {
    let mut held = held();
    let answer = json(held.card(card).document());
    held.answered(answer)
}

/// Answers a request, by the index of its call in [`Call::ALL`]; one past the last is an estimate without its lines.
#[wasm_bindgen]
pub fn answer(card: usize, call: usize) -> usize {
    const WITHOUT_LINES: usize = Call::ALL.len();
    let mut held = held();
    let request = document(&mem::take(&mut held.text));
    let asked = Call::ALL.get(call).copied().unwrap_or(Call::Estimate);
    let mut answered = held.card(card).answer(asked, &request);
    if let (Ok(Answer::Estimate(estimate)), WITHOUT_LINES) = (&mut answered, call) {
        estimate.lines = Vec::new();
    }
    let answer = match answered {
        Ok(answer) => json(&answer),
        Err(faults) => json(&faults),
    };
    held.answered(answer)
}

/// What changes from one card to another.
#[wasm_bindgen]
pub fn compare(old: usize, new: usize) -> usize {
    let mut held = held();
    let answer = json(&held.card(old).compare(held.card(new)));
    held.answered(answer)
}

/// The title of an item with this combination of options.
#[wasm_bindgen]
pub fn title(card: usize, operation: usize, combination: usize) -> usize {
    let mut held = held();
    let found = held.card(card).operations.get(operation);
    let answer = found.map(|found| found.item_title(combination)).unwrap_or_default();
    held.answered(answer)
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
    rate_items(card, items, slots, lines)
}

/// A function of its own: what stands in an exported one is called by a pointer to a closure, its arguments in memory.
#[inline(never)]
fn rate_items(card: usize, items: usize, slots: usize, lines: bool) -> bool {
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
