//! License notices inside of source files and documents: `SPDX-License-Identifier`, or the sentences of a license.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::identify;
use crate::language::{Language, LanguageKind, Span, SpanKind};

const TAG: &str = "spdx-license-identifier:";
/// How notices begin, in lower case. `true`: the sentence grants the rights, and is a notice in a document too.
const SIGNS: &[(&str, bool)] = &[
    (TAG, false),
    ("permission is hereby granted, free of charge", true),
    ("permission to use, copy, modify", true),
    ("redistribution and use in source and binary forms", true),
    ("licensed under the apache license", false),
    ("gnu general public license", false),
    ("gnu lesser general public license", false),
    ("gnu library general public license", false),
    ("gnu affero general public license", false),
    // Its header breaks the line within the name.
    ("subject to the terms of the mozilla public", false),
    ("boost software license", false),
    (
        "this software is provided 'as-is', without any express or implied warranty",
        true,
    ),
];
/// Bytes of a text from such a beginning on that have the rest of the license's sentences.
const NOTICE: usize = 3_000;

/// The license that a file names for itself: in a comment of code, or as a grant of rights in a document.
pub(crate) fn of(language: &Language, text: &[u8], spans: &[Span]) -> Option<String> {
    static SEARCH: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let search = SEARCH.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(SIGNS.iter().map(|(sign, _)| sign))
            .ok()
    });
    let is_code = match language.kind {
        LanguageKind::Programming => true,
        LanguageKind::Prose | LanguageKind::Markup => false,
        LanguageKind::Data => return None,
    };
    search.as_ref()?.find_iter(text).find_map(|found| {
        let (sign, grants) = SIGNS[found.pattern().as_usize()];
        let applies = if is_code {
            is_comment(spans, found.start())
        } else {
            grants
        };
        if !applies {
            return None;
        }
        if sign == TAG {
            return expression(&text[found.end()..]).map(|first| with_next_lines(first, &text[found.end()..]));
        }
        let end = (found.start() + NOTICE).min(text.len());
        identify(&plain(&text[found.start()..end])).filter(|license| !license.starts_with(super::SEE))
    })
}

fn is_comment(spans: &[Span], at: usize) -> bool {
    let after = spans.partition_point(|span| span.start as usize <= at);
    // What is inside of another span follows it.
    spans[..after]
        .iter()
        .rev()
        .take(4)
        .any(|span| matches!(span.kind, SpanKind::Comment | SpanKind::Documentation) && at < span.end as usize)
}

/// `MIT OR Apache-2.0`, up to the end of the line or comment.
fn expression(rest: &[u8]) -> Option<String> {
    const LONGEST: usize = 80;
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(&line[..line.len().min(200)]).ok()?;
    let end = ["*/", "-->", "*)", "#}", "\"", "'"]
        .iter()
        .filter_map(|end| line.find(end))
        .min();
    let text = line[..end.unwrap_or(line.len())].trim();
    let is_valid = |c: char| c.is_ascii_alphanumeric() || " .-+():".contains(c);
    (!text.is_empty() && text.len() < LONGEST && text.chars().all(is_valid)).then(|| text.to_owned())
}

/// The expressions of the lines right below that name a license too, one a line.
fn with_next_lines(first: String, rest: &[u8]) -> String {
    const LINES: usize = 3;
    let mut found = vec![first];
    for line in rest.split(|byte| *byte == b'\n').skip(1).take(LINES) {
        let lower = String::from_utf8_lossy(&line[..line.len().min(200)]).to_lowercase();
        let Some(at) = lower.find(TAG) else { break };
        found.extend(expression(&line[(at + TAG.len()).min(line.len())..]));
    }
    found.join("\n")
}

/// The words of a comment, without the signs in front of its lines.
fn plain(text: &[u8]) -> Vec<u8> {
    let words = text.split(u8::is_ascii_whitespace);
    let words = words.filter(|word| word.iter().any(|byte| byte.is_ascii_alphanumeric()));
    words.collect::<Vec<_>>().join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{detect, scan};

    fn notice(path: &str, text: &str) -> Option<String> {
        let language = detect(path, text.as_bytes()).expect("a known language");
        let layout = scan(language.get(), text.as_bytes());
        of(language.get(), text.as_bytes(), &layout.spans)
    }

    const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining\n * a copy of this software, to deal\n * without restriction.";

    #[test]
    fn a_notice_is_in_a_comment_of_code_or_a_grant_in_a_document() {
        for (path, text, license) in [
            (
                "a.c",
                "// SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note\nint a;\n",
                "GPL-2.0-only WITH Linux-syscall-note",
            ),
            (
                "a.py",
                "# SPDX-License-Identifier: MIT OR Apache-2.0\n",
                "MIT OR Apache-2.0",
            ),
            (
                "a.go",
                "// Licensed under the Apache License, Version 2.0 (the \"License\");\npackage a\n",
                "Apache-2.0",
            ),
            (
                "a.c",
                "/* under the terms of the GNU General Public License as published by\n * the Free Software Foundation; either version 2 of the License */\nint a;\n",
                "GPL-2.0",
            ),
            (
                "a.lua",
                "-- This Source Code Form is subject to the terms of the Mozilla Public\n-- License, v. 2.0.\n",
                "MPL-2.0",
            ),
            ("a.py", "TEXT = 'SPDX-License-Identifier: MIT'\n", ""),
            (
                "a.rs",
                "const A: &str = \"permission is hereby granted, free of charge, to any person obtaining a copy without restriction\";\n",
                "",
            ),
            ("a.md", "It is like the GNU General Public License, version 2.\n", ""),
            ("a.md", "SPDX-License-Identifier: MIT\n", ""),
            ("a.c", "int a;\n", ""),
        ] {
            assert_eq!(notice(path, text).unwrap_or_default(), license, "{text}");
        }
        assert_eq!(
            notice("lua.h", &format!("int a;\n/*\n * {MIT}\n */\n")).as_deref(),
            Some("MIT")
        );
        assert_eq!(
            notice("readme.html", &format!("<p>{}</p>", MIT.replace(" *", ""))).as_deref(),
            Some("MIT")
        );
    }
}
