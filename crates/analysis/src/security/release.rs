//! Single scripts of other projects, by their first comment: it has a version, an address, and a license or the holder of the
//! rights.

/// Bytes of a file that are read for its first comment.
const HEAD: usize = 2_500;

/// Whether the first comment of a file is that of a library as it is released.
#[must_use]
pub fn is_released(text: &[u8]) -> bool {
    if !text.iter().take(HEAD).any(|byte| matches!(byte, b'/' | b'#' | b'"')) {
        return false;
    }
    let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]);
    let comment = first_comment(&head).to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| comment.contains(word));
    let is_owned = has(&["license", "licence", "copyright", "(c)", "©", "public domain"]);
    is_owned && has(&["http://", "https://", "www."]) && has_version(&comment)
}

/// The comment at the start, behind the marks with which some languages begin.
fn first_comment(head: &str) -> String {
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    for start in ["<?php", "'use strict';", "\"use strict\";", ";", "(function"] {
        rest = rest.strip_prefix(start).unwrap_or(rest).trim_start();
    }
    if rest.starts_with("#!") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    for (open, close) in [("/*", "*/"), ("\"\"\"", "\"\"\""), ("=begin", "=end")] {
        if let Some(inside) = rest.strip_prefix(open) {
            return inside.split(close).next().unwrap_or_default().to_owned();
        }
    }
    let mark = if rest.starts_with("//") { "//" } else { "#" };
    let lines = rest.lines().map(str::trim).take_while(|line| line.starts_with(mark));
    lines.collect::<Vec<_>>().join("\n")
}

/// `v. 5.13`, `@version 1.2`, `Name 1.2.3`, a date as a version (`2010-11-17`).
fn has_version(comment: &str) -> bool {
    let mut before = "";
    comment.split_whitespace().any(|word| {
        let bare = word.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '(' | ')' | '*' | '.'));
        let is_announced = matches!(
            before.trim_matches(['@', ':', '.', '*']),
            "version" | "ver" | "v" | "release"
        );
        before = word;
        let number = bare
            .strip_prefix("version-")
            .or_else(|| bare.strip_prefix('v'))
            .unwrap_or(bare);
        let numbers: Vec<&str> = number.split(['.', '-']).collect();
        let plain = numbers
            .iter()
            .take_while(|part| !part.is_empty() && part.len() < 5 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .count();
        // `2.0` of a license is no version of a script; a year alone is none.
        plain >= 3 || (plain == 2 && (is_announced || bare.starts_with('v')) && !comment_is_of_license(comment, word))
    })
}

/// Whether a version is that of a license: `Apache License, Version 2.0`, `version 3 of the License`.
fn comment_is_of_license(comment: &str, word: &str) -> bool {
    let number = word.trim_matches(|c: char| !c.is_ascii_digit());
    [
        "license, version ",
        "license version ",
        "licence, version ",
        "public license, v. ",
        "license, v. ",
        "license v",
    ]
    .iter()
    .any(|phrase| comment.contains(&format!("{phrase}{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_as_they_are_released() {
        for text in [
            "/* Tips v. 5.13\n\n Latest version: http://tips.example\n Copyright (c) 2008 A. B. */\nvar a;",
            "/**\n * @license Player 7.14.3 <http://player.example/>\n * Copyright B\n */\n(function () {})();",
            "#!/usr/bin/env python\n# tool.py\n# Version: 0.4\n# https://tool.example\n# License: MIT\nimport os\n",
            "/*\n    http://www.example.org/json.js\n    2010-11-17\n\n    Public Domain.\n*/\n",
            "<?php\n/**\n * Mailer v1.7 - http://mailer.example, released under the MIT license\n */\n",
        ] {
            assert!(is_released(text.as_bytes()), "{text}");
        }
        for text in [
            "# Copyright 2024 A\n# Licensed under the Apache License, Version 2.0\n# http://www.apache.org/licenses/LICENSE-2.0\n",
            "// Copyright (c) 2024 The Authors. https://example.org\npackage a\n",
            "# This program is free software; see version 3 of the License\n# https://www.gnu.org/licenses/\n",
            "var version = '1.2.3'; // Copyright, http://a.example\n",
            "",
        ] {
            assert!(!is_released(text.as_bytes()), "{text}");
        }
    }
}
