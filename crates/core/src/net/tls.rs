//! TLS as a client: one provider (ring), the authorities of Mozilla's list and those of `EXTRA_CA_FILE`.
//!
//! Which authorities are trusted holds for the whole process, like the provider: it is set once at the start, so that no
//! client (git hosts, webhooks, GitHub Enterprise, PostgreSQL, and those of later stages) can be made without them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The certificates that [`trust_also`] has set.
static FURTHER: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();

/// The configuration of a client: certificates are always checked in full.
#[must_use]
pub fn client_config() -> ClientConfig {
    trusting(roots())
}

/// Trusts the certificates of a PEM file beside Mozilla's list, in all clients that are made from now on. Returns how many
/// they are.
///
/// # Errors
/// When the file cannot be read, or has none that an authority can have.
pub fn trust_also(path: &Path) -> Result<usize, String> {
    let certificates = certificates(path)?;
    let count = certificates.len();
    // A second call of the same process is a test's.
    let _set_before = FURTHER.set(certificates);
    Ok(count)
}

/// The certificates of a PEM file of authorities.
///
/// # Errors
/// When the file cannot be read, or has none that an authority can have.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let fault = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let mut roots = RootCertStore::empty();
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| fault(&error))? {
        let certificate = certificate.map_err(|error| fault(&error))?;
        roots.add(certificate.clone()).map_err(|error| fault(&error))?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(fault(&"there is no certificate in it, as PEM has them"));
    }
    Ok(certificates)
}

/// Where systems keep the authorities that git trusts.
const SYSTEM_BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A PEM file's worth of the system's authorities with those of `extra`, for programs that take one file. `system` is the
/// file of the system where the environment names one.
///
/// # Errors
/// When a file cannot be read, or the system has none.
pub fn bundle(extra: &Path, system: Option<&Path>) -> Result<Vec<u8>, String> {
    let usual = || SYSTEM_BUNDLES.iter().map(PathBuf::from).find(|path| path.is_file());
    let system = system
        .map(Path::to_owned)
        .or_else(usual)
        .ok_or("the system's own authorities were not found: install `ca-certificates`, or set `SSL_CERT_FILE`")?;
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("`{}`: {error}", path.display()));
    let mut bundle = read(&system)?;
    bundle.push(b'\n');
    bundle.extend(read(extra)?);
    Ok(bundle)
}

/// The authorities of Mozilla's list, and the further ones.
pub(crate) fn roots() -> RootCertStore {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    roots.add_parsable_certificates(FURTHER.get().into_iter().flatten().cloned());
    roots
}

/// # Panics
/// Never: the provider supports the requested protocol versions.
pub(crate) fn trusting(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions that rustls asks for by default")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
