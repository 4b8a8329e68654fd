//! Who may ask a server, from where, and how often.

use clap::Args;

use crate::http::{Access, Origin, RequestsPerMinute, TrustedProxy};

#[derive(Args)]
pub struct Edge {
    /// Requests a minute of an account: `card` for what the card says of its tier, a number or `unlimited`; then `tier=N` for a
    /// tier. Public calls and unknown keys are counted by address, 600 with `card`
    #[arg(long, value_name = "LIST", env = "PRICETAG_REQUESTS_PER_MINUTE", default_value = "card")]
    pub requests_per_minute: RequestsPerMinute,
    /// An address, or a range of them, whose X-Forwarded-For says which address asks; may be given again, or as a list
    /// with commas
    #[arg(long, value_name = "CIDR", env = "PRICETAG_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Vec<TrustedProxy>,
    /// An origin whose pages may use the API from a browser, such as https://shop.example; may be given again, or as a list
    /// with commas
    #[arg(long, value_name = "ORIGIN", env = "PRICETAG_CORS_ORIGIN", value_delimiter = ',')]
    cors_origin: Vec<Origin>,
}

impl Edge {
    pub fn access(&self) -> Access {
        Access {
            requests_per_minute: self.requests_per_minute.clone(),
            trusted_proxies: self.trusted_proxy.clone(),
            cors_origins: self.cors_origin.clone(),
        }
    }
}
