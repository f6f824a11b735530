//! TLS to PostgreSQL.
//!
//! Where TLS is used at all, the server's certificate is checked in full (authority and host name), whichever `sslmode`
//! asked for it. That is stricter than libpq's `require`, and what `verify-full` promises.

use std::path::Path;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::store::StoreError;
use crate::tls;

/// Trusts Mozilla's authorities, and those of `ca_file` beside them.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let mut roots = tls::mozilla();
    if let Some(path) = ca_file {
        let fault = |error: String| StoreError::Broken(format!("`DATABASE_CA_FILE` `{}`: {error}", path.display()));
        let mut found = false;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))? {
            let certificate = certificate.map_err(|error| fault(error.to_string()))?;
            roots.add(certificate).map_err(|error| fault(error.to_string()))?;
            found = true;
        }
        if !found {
            return Err(fault("there is no certificate in it".into()));
        }
    }
    Ok(tls::trusting(roots))
}
