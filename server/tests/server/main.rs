//! The real binary on a free port of 127.0.0.1, its real SQLite file, and clients that mean it well or ill.

mod accounts;
mod activity;
mod audit;
mod batches;
mod command_line;
mod disks;
mod durability;
mod engine;
mod faces;
mod faults;
mod guards;
mod hang_ups;
mod histories;
mod hold_races;
mod http;
mod idempotency;
mod ledger;
mod model;
mod postgres;
mod races;
mod refusals;
mod running;
mod scopes;
mod starting;
mod survival;
mod tampering;
mod wire;

#[path = "../../../tests/corpus/mod.rs"]
mod corpus;
