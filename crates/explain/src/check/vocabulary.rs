//! Lists of words, in lower case, with one space between them.

/// Whether a list has a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// Words of judgment: a model may repeat them from the facts, and not add them.
pub(super) const JUDGMENT: &str = "\
    approved attack attacks audited award backdoor bad best breach certified click compromised \
    confidential corrupt credentials crypto dangerous download endorsed excellent exploit exploited \
    exploits fake flawless free genius guaranteed hacked hacker harmless illegal infected insecure \
    instruction instructions keylogger leak leaked legitimate licensed malicious malware never official \
    outstanding password passwords perfect perfectly phishing production-ready prompt proprietary \
    ransomware recommended reliable safe safely scam secret secrets secure spyware stable steal steals \
    stolen token tokens trojan trusted trustworthy unsafe untested verified virus visit vulnerabilities \
    vulnerability vulnerable worst";

/// Names of languages, platforms, licenses and services that begin sentences, where a capital has no meaning.
pub(super) const NAMES: &str = "\
    angular apache aws azure bsd c clojure cpp dart django docker elixir erlang express fastapi flask \
    fortran gitlab github google gpl haskell java javascript jquery julia kotlin kubernetes laravel \
    linux lua microsoft mit mongodb mysql nginx node ocaml openai perl php postgres postgresql python \
    pytorch rails react redis ruby rust scala spring sqlite svelte swift symfony tensorflow typescript \
    vue webpack windows zig";

/// Words in capitals, or with a sign inside, that are ordinary language.
pub(super) const ORDINARY: &str = "\
    i/o and/or ci/cd e.g i.e read/write readme api ci cli json html http sql ui i";

/// Words that state that there is none.
pub(super) const NONE: &str = "\
    no none zero nothing neither nor without lacks lacking missing absent free clean";
