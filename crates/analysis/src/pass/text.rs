//! What is kept of a text, whatever its language.

use crate::facts::FileFacts;
use crate::language::Origin;
use crate::pass::wiring;
use crate::{configuration, license, manifests, security};

/// Keeps what stages need of a text in any language: licenses, manifests, settings, names, and the text itself.
pub(super) fn keep(text: &[u8], facts: &mut FileFacts) {
    let path = facts.path.as_str();
    if license::is_license_file(path) {
        let of_text = || license::identify(text);
        facts.license = Some(license::of_copyright(text).or_else(of_text).unwrap_or_default());
    }
    if path.ends_with(".rs") {
        facts.crates = super::crates::of(text);
    }
    if manifests::is_manifest(path) {
        match manifests::parse(path, text) {
            Some(Ok(manifest)) => facts.manifest = Some(Box::new(manifest)),
            Some(Err(problem)) => facts.problems.push(problem),
            None => {}
        }
    }
    if crate::stages::reads_text_of(path) {
        facts.text = Some(String::from_utf8_lossy(text).into_owned());
    }
    facts.words = wiring::words(path, text);
    facts.released = security::is_released(text);
    if facts.origin != Origin::Vendored && configuration::reads(path, facts.test) {
        facts.settings = configuration::settings(path, text);
    }
}
