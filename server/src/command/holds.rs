//! What holds may last and store.

use clap::Args;

use crate::charge::{HOLD_SECONDS_MAX, HoldLimits};

#[derive(Args)]
pub struct Holds {
    /// Seconds that a hold lasts at least. A payer who could choose less could take the credits back before the work is done
    #[arg(long, value_name = "SECONDS", env = "PRICETAG_HOLD_MINIMUM", default_value_t = HoldLimits::default().seconds_min,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(HOLD_SECONDS_MAX)))]
    hold_minimum: u32,
    /// Bytes that the holds and charges of an account may store on a UTC day: a number or `unlimited`
    #[arg(long, value_name = "BYTES", env = "PRICETAG_STORED_BYTES_PER_DAY", default_value = "1073741824",
        value_parser = bytes_a_day)]
    stored_bytes_per_day: BytesADay,
}

impl Holds {
    pub fn limits(&self) -> HoldLimits {
        HoldLimits { seconds_min: self.hold_minimum, bytes_a_day: self.stored_bytes_per_day.0 }
    }
}

/// `None` is unlimited. clap would take a bare `Option` for an argument that may be left out.
#[derive(Clone, Copy)]
struct BytesADay(Option<u64>);

fn bytes_a_day(text: &str) -> Result<BytesADay, String> {
    if text == "unlimited" {
        return Ok(BytesADay(None));
    }
    let bytes = text.parse().map_err(|_| format!("expected a number of bytes or `unlimited`, found `{text}`"))?;
    Ok(BytesADay(Some(bytes)))
}
