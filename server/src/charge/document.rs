//! A plan and its estimate as the ledger stores them: as JSON, compressed, and named by their hash.

use std::{io, sync::Arc};

use pricetag::{Estimate, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::key::{Hash, sha256};

/// What zstd calls its default: a hold of 500 items takes a few milliseconds and shrinks to a hundredth.
const LEVEL: i32 = 3;

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
        let body = zstd::bulk::compress(&text, LEVEL).expect("memory for a compressed document");
        Self(Arc::new(Parts { hash: sha256(&text), size: text.len(), body, estimate }))
    }

    pub fn hash(&self) -> &Hash {
        &self.0.hash
    }

    /// Bytes of its text.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// The compressed text.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    pub fn estimate(&self) -> &RawValue {
        &self.0.estimate
    }

    /// Reads a compressed text of such a size.
    pub fn read(body: &[u8], size: usize) -> io::Result<ReadDocument> {
        let text = zstd::bulk::decompress(body, size)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
