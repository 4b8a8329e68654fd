//! A plan and its estimate as the ledger stores them: as JSON, compressed where it is long, and named by their hash.

use std::{cell::RefCell, io, sync::Arc};

use pricetag::{Estimate, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zstd::bulk::Compressor;

use crate::key::{Hash, sha256};

/// What zstd calls its default: a hold of 500 items takes a few milliseconds and shrinks to a hundredth.
const LEVEL: i32 = 3;

/// A shorter text is stored as it is: compressing a charge of one item would take a tenth of the charge's time.
const LONG_BYTES: usize = 4_096;

thread_local! {
    /// Making its tables took longer than compressing a charge of one item.
    static COMPRESSOR: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("memory for a compressor"));
}

/// A plan with its estimate. Cloning it copies nothing.
#[derive(Clone, Debug)]
pub struct Document(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    hash: Hash,
    size: usize,
    body: Vec<u8>,
    estimate: Box<RawValue>,
}

#[derive(Serialize)]
struct Written<'a> {
    plan: &'a Value,
    estimate: &'a RawValue,
}

/// A document that was read from the ledger.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadDocument {
    /// With every field written out.
    pub plan: Box<RawValue>,
    /// What it is settled against.
    pub estimate: Box<RawValue>,
}

impl Document {
    pub fn new(plan: &Value, estimate: &Estimate) -> Self {
        let estimate = serde_json::value::to_raw_value(estimate).expect("an estimate is JSON");
        let text = serde_json::to_vec(&Written { plan, estimate: &estimate }).expect("a plan is JSON");
        let (hash, size) = (sha256(&text), text.len());
        let body = if size < LONG_BYTES { text } else { compressed(&text) };
        Self(Arc::new(Parts { hash, size, body, estimate }))
    }

    pub fn hash(&self) -> &Hash {
        &self.0.hash
    }

    /// Bytes of its text.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// What is stored of the text.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    pub fn estimate(&self) -> &RawValue {
        &self.0.estimate
    }

    /// Reads what is stored of a text of such a size.
    pub fn read(body: &[u8], size: usize) -> io::Result<ReadDocument> {
        if size < LONG_BYTES {
            return Ok(serde_json::from_slice(body)?);
        }
        Ok(serde_json::from_slice(&zstd::bulk::decompress(body, size)?)?)
    }
}

fn compressed(text: &[u8]) -> Vec<u8> {
    let body = COMPRESSOR.with_borrow_mut(|compressor| compressor.compress(text));
    body.expect("memory for a compressed document")
}
