//! TLS as a client: one provider (ring), the roots of Mozilla's list.

use std::sync::Arc;

/// # Panics
/// Never: the provider supports the protocol versions that it is asked for.
#[must_use]
pub fn client_config() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions that rustls asks for by default")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
