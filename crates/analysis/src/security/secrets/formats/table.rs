//! The rows: providers by kind. Adding a form: a row, and its line in the planted corpus of the tests.

use super::Alphabet::{Alnum, AnyHex, Azure, Base64, Digits, Dotted, Hex, Letters, Lower, Upper, Url};
use super::FormatPart::{Lengths, Run, Text};
use super::{Alphabet, Confidence, FindingSeverity, Format, credential, proof};

/// The only element, if any.
const fn first(list: &[(Alphabet, usize, usize)]) -> Option<(Alphabet, usize, usize)> {
    match list {
        [only, ..] => Some(*only),
        [] => None,
    }
}

macro_rules! formats {
    ($($id:literal $title:literal $severity:ident [$($prefix:literal),+] [$($part:expr),+] $entropy:literal
        $proof:expr, [$($context:literal),*] $revoke:literal $(before $before:expr)?;)+) => {
        &[$(Format {
            rule: credential(
                $id,
                $title,
                FindingSeverity::$severity,
                concat!(
                    "Revoke it (", $revoke, "), create a new one, and read it from the environment or a secret store"
                ),
                Confidence::High,
            ),
            prefixes: &[$($prefix),+],
            body: &[$($part),+],
            entropy: $entropy,
            proof: $proof,
            context: &[$($context),*],
            before: first(&[$($before)?]),
        },)+]
    };
}

mod applications;
mod cloud;
mod hosting;
mod messages;
mod models;
mod operations;
mod payment;

/// All forms.
pub static TABLES: [&[Format]; 7] = [
    hosting::FORMATS,
    cloud::FORMATS,
    models::FORMATS,
    messages::FORMATS,
    payment::FORMATS,
    operations::FORMATS,
    applications::FORMATS,
];
