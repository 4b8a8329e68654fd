//! The server of Pricetag and its command line.
//!
//! The server is thin: it reads a request, rates it with the crate `pricetag`, decides, stores, answers. Everything
//! about prices is the crate's; everything about money at rest is in [`store`].

pub mod charge;
pub mod clock;
pub mod command;
mod faults;
pub mod http;
pub mod key;
pub mod store;
pub mod times;
