//! Encryption of connections, where the URL says `sslmode=require`: the server's certificate must be signed by an authority
//! that the system trusts, or one that `SSL_CERT_FILE` names, for the host that the URL names.

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio_postgres::{Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreFault;

pub fn connector(config: &Config) -> Result<MakeRustlsConnect, StoreFault> {
    let unusable = |reason: String| StoreFault::Unavailable(format!("encryption cannot be set up: {reason}"));
    let mut authorities = RootCertStore::empty();
    if config.get_ssl_mode() != SslMode::Disable {
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if authorities.is_empty() {
            return Err(unusable("the system trusts no authority; name a file of them with SSL_CERT_FILE".into()));
        }
    }
    let client = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(client))
}
