//! The real binary on a free port of 127.0.0.1, its real SQLite file, and clients that mean it well or ill.

mod accounts;
mod activity;
mod audit;
mod batches;
mod clocks;
mod command_line;
mod disks;
mod durability;
mod engine;
mod expired_holds;
mod faces;
mod faults;
mod first_start;
mod front;
mod guards;
mod hang_ups;
mod histories;
mod hold_races;
mod http;
mod idempotency;
mod key_spaces;
mod ledger;
mod log_lines;
mod model;
mod postgres;
mod races;
mod refusals;
mod running;
mod scopes;
mod starting;
mod storage;
mod strangers;
mod survival;
mod tampering;
mod timed_ledger;

mod wire;

#[path = "../../../tests/corpus/mod.rs"]
mod corpus;
