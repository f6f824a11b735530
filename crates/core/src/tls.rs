//! TLS as a client: one provider (ring), the roots of Mozilla's list.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

#[must_use]
pub fn client_config() -> ClientConfig {
    trusting(mozilla())
}

/// The authorities of Mozilla's list.
pub(crate) fn mozilla() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// # Panics
/// Never: the provider supports the protocol versions that it is asked for.
pub(crate) fn trusting(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions that rustls asks for by default")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
