//! **What will this cost me, and is that what I am charged?**
//!
//! A [`RateCard`] holds the prices of work that is paid for with credits. It rates a [`Plan`] into an [`Estimate`]: a
//! range with its breakdown, in whole millicredits, with no float in any rule. The same crate answers in a browser
//! (as WebAssembly), on the server that charges, and on the command line, so that a price shown is the price charged.
//!
//! ```
//! use pricetag::{FreeUnits, RateCard, Value};
//!
//! let card = RateCard::builtin();
//! let document: Value = serde_json::from_str(
//!     r#"{"items": [{"operation": "create", "quality": "standard", "quantity": 5},
//!                   {"operation": "edit", "edit": "remove-background", "quantity": 3}]}"#,
//! )?;
//! let estimate = card.plan(&document).unwrap().estimate(&FreeUnits::none());
//! assert_eq!(estimate.total.expected.to_string(), "29");
//! assert_eq!(estimate.total.high.to_string(), "34"); // what to hold, and the most that is ever charged
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A fault is a value: [`Faults`] lists everything that is wrong at once, each with a stable [`Code`], the field's
//! path, what was found and what would be right. An unknown model is a fault, never free.

#![no_std]
#![deny(clippy::float_arithmetic, clippy::as_conversions, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;
// Cards as text are read natively alone, by parsers that need the standard library.
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod account;
mod alternatives;
mod card;
mod credits;
mod error;
mod estimate;
mod fit;
mod form;
pub mod limits;
mod plan;
mod preflight;
mod reading;
mod request;
mod settle;
mod suggestion;
mod text;
mod value;
#[cfg(all(target_family = "wasm", feature = "module"))]
mod wasm;

pub use account::{Account, FreeUnits};
pub use alternatives::Alternative;
pub use card::{Change, Choices, Comparison, Pool, RateCard, Summary, Tier};
pub use credits::{Credits, Percent, Range};
pub use error::{AmountError, Code, Fault, Faults, Path, Step};
pub use estimate::{Accuracy, CardReference, Estimate, Line, Part};
pub use fit::{Affordable, Fit};
pub use plan::Plan;
pub use preflight::{Block, Preflight, Verdict};
pub use request::{Answer, Call, UnknownCall};
pub use settle::{Outcome, OutcomeLine, SettledLine, Settlement};
pub use suggestion::nearest;
pub use value::Value;

/// The README's example runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The built-in card as JSON, made from `cards/image-studio.toml` when the crate is built.
#[cfg(not(target_family = "wasm"))]
pub(crate) const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/builtin.json"));

/// The built-in card as the bytes of a document.
#[cfg(all(target_family = "wasm", feature = "module"))]
pub(crate) const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.bytes"));

/// What an invariant says is there.
#[inline(always)]
#[track_caller]
pub(crate) fn surely<T>(found: Option<T>, invariant: &str) -> T {
    match found {
        Some(found) => found,
        None => broken(invariant),
    }
}

/// A broken invariant is a panic that states it.
#[cfg(not(all(target_family = "wasm", feature = "module")))]
#[cold]
#[track_caller]
fn broken(invariant: &str) -> ! {
    panic!("{invariant}")
}

/// In the module it is a trap, and nobody downloads the text.
#[cfg(all(target_family = "wasm", feature = "module"))]
#[inline(always)]
fn broken(_: &str) -> ! {
    core::arch::wasm32::unreachable()
}
