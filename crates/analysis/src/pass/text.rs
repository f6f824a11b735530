//! What is kept of a text, whatever its language.

use crate::facts::FileFacts;
use crate::language::Origin;
use crate::pass::wiring;
use crate::{configuration, language, license, manifests, security, source};

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

/// The problem with a file of which a grammar did not know all.
pub(super) fn read_in_part(lines: u32) -> String {
    match lines.max(1) {
        1 => "read in part: one line has syntax that is not known".to_owned(),
        lines => format!("read in part: {lines} lines have syntax that is not known"),
    }
}

/// Whether a file is text, which is UTF-8 from then on; a binary one with the name of a language is a problem.
pub(super) fn is_text(text: &mut Vec<u8>, facts: &mut FileFacts) -> bool {
    if source::decode(text).is_ok() {
        return true;
    }
    if let Some(language) = facts
        .language
        .take()
        .filter(|_| language::detect(&facts.path, text).is_some())
    {
        let named = language.get().name;
        facts
            .problems
            .push(format!("binary, though its name is that of {named}: not counted"));
    }
    false
}
