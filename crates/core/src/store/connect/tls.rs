//! TLS to PostgreSQL.
//!
//! Where TLS is used at all, the server's certificate is checked in full (authority and host name), whichever `sslmode`
//! asked for it. That is stricter than libpq's `require`, and what `verify-full` promises.

use std::path::Path;

use rustls::ClientConfig;

use crate::net::tls;
use crate::store::StoreError;

/// Trusts the authorities of the process, and those of `ca_file` beside them.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let mut roots = tls::roots();
    if let Some(path) = ca_file {
        let certificates =
            tls::certificates(path).map_err(|error| StoreError::Broken(format!("`DATABASE_CA_FILE` {error}")))?;
        roots.add_parsable_certificates(certificates);
    }
    Ok(tls::trusting(roots))
}
