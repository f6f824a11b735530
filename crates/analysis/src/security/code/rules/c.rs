//! C and C++.

use FindingSeverity::{High, Medium};

use super::*;

const C: &[&str] = &["c", "cpp"];

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "c-gets",
            title: "A function that writes beyond its buffer",
            severity: High,
            cwe: 242,
            risk: "A long line overwrites the memory behind the buffer.",
            remedy: "Use `fgets`",
            safe: &["`fgets`", "a function of one's own with that name"],
        },
        C,
        &["gets"],
        |site| site.values.len() == 1,
    ),
    entry(
        Words {
            id: "c-format-string",
            title: "A text that is not written is used as a format",
            severity: High,
            cwe: 134,
            risk: "A `%n` in the text writes memory.",
            remedy: "Use `printf(\"%s\", text)`",
            safe: &[
                "a format that is written in full",
                "a function that returns a translation (`_(\"…\")`)",
                "more arguments behind the format",
            ],
        },
        C,
        &["printf", "std::printf"],
        |site| {
            site.values.len() == 1
                && matches!(site.first(), Value::Name(name) if !name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        },
    ),
    entry(
        Words {
            id: "c-scanf-without-width",
            title: "A word of any length is read into a buffer",
            severity: Medium,
            cwe: 120,
            risk: "A long word overwrites the memory behind the buffer.",
            remedy: "Give a width: `%15s` for a buffer of 16",
            safe: &["`%15s`", "`%d`"],
        },
        C,
        &["scanf", "fscanf", "sscanf"],
        |site| {
            let format = site.value(usize::from(site.name != "scanf"));
            format.text().is_some_and(|text| {
                text.split('%')
                    .skip(1)
                    .any(|part| part.starts_with('s') || part.starts_with('['))
            })
        },
    ),
    entry(
        Words {
            id: "c-temporary-name",
            title: "The name of a temporary file can be taken by somebody else",
            severity: Medium,
            cwe: 377,
            risk: "Another program can create the file between the name and the opening.",
            remedy: "Use `mkstemp`",
            safe: &["`mkstemp`"],
        },
        C,
        &["mktemp", "tmpnam", "tempnam"],
        |_| true,
    ),
    entry(
        Words {
            id: "c-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`1L`", "a variable"],
        },
        C,
        &["curl_easy_setopt"],
        |site| {
            let is_check = matches!(site.value(1), Value::Name(name) if name == "CURLOPT_SSL_VERIFYPEER" || name == "CURLOPT_SSL_VERIFYHOST");
            is_check && !is_by_choice(site) && matches!(site.value(2), Value::Number(0) | Value::Bool(false))
        },
    ),
];
