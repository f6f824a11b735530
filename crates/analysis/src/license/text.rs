//! Which licenses a text has: full texts by sentences that only they have, and short texts that name licenses.

use super::phrases::{EXCEPTIONS, NAMES, RULES};

/// Bytes of a file that are read: several licenses in one file fit.
const READ: usize = 128 * 1024;
/// Words of a text that only names licenses.
const SHORT: usize = 250;
/// Words at the start of a file that state whether its licenses are a choice.
const HEAD: usize = 120;

/// The SPDX expression of a text; `see NAME…` of one that only points to other files.
pub(crate) fn identify(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&text[..text.len().min(READ)]);
    if text.contains("SPDXVersion:") {
        return of_document(&text);
    }
    let plain = words(&text);
    let full = full_texts(&plain);
    if !full.is_empty() {
        let head: Vec<&str> = plain.split(' ').take(HEAD).collect();
        return Some(with_head(&full, &head.join(" ")));
    }
    if let Some(tag) = tag(&text) {
        return Some(tag);
    }
    if plain.split(' ').count() >= SHORT {
        return None;
    }
    let mut named = named(&plain);
    if let Some(gnu) = gnu(&plain) {
        named.push(gnu);
    }
    if named.is_empty() {
        return reference(&text);
    }
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    Some(joined(&names, is_choice(&plain) || plain.contains(" or ")))
}

/// Lower-case words with single spaces; points only between digits.
fn words(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_point = letter == '.'
            && plain.ends_with(|c: char| c.is_ascii_digit())
            && letters.peek().is_some_and(char::is_ascii_digit);
        if letter.is_ascii_alphanumeric() || is_point {
            plain.push(letter.to_ascii_lowercase());
        } else if !plain.is_empty() && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The licenses whose texts are in it, in the order of their places.
fn full_texts(plain: &str) -> Vec<&'static str> {
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for (id, all, none) in RULES {
        let places: Option<Vec<usize>> = all.iter().map(|phrase| plain.find(phrase)).collect();
        let place = places.and_then(|places| places.into_iter().min());
        found.extend(
            place
                .filter(|_| !none.iter().any(|phrase| plain.contains(phrase)))
                .map(|at| (at, *id)),
        );
    }
    let mut grants = Vec::new();
    for (opening, judge) in GRANTS {
        let starts = plain.match_indices(opening).map(|(at, _)| at);
        grants.extend(starts.filter_map(|at| Some((at, judge(plain, at)?))));
    }
    // Python's license has those of its parts inside of it.
    if !found.iter().any(|(_, id)| *id == "Python-2.0") {
        found.append(&mut grants);
    }
    found.sort_unstable();
    let mut ids: Vec<&'static str> = Vec::new();
    for (_, id) in found {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    // Its own text has the words of the grants of others.
    if ids.contains(&"PostgreSQL") {
        ids.retain(|id| *id != "HPND");
    }
    for (id, phrase, exception) in EXCEPTIONS {
        let has = plain.contains(phrase);
        if let Some(known) = ids.iter_mut().find(|known| has && *known == id) {
            *known = match *exception {
                "LLVM-exception" => "Apache-2.0 WITH LLVM-exception",
                "Classpath-exception-2.0" => "GPL-2.0 WITH Classpath-exception-2.0",
                _ => "GPL-3.0 WITH GCC-exception-3.1",
            };
        }
    }
    ids
}

/// The license that a grant at a place is.
type Judge = fn(&str, usize) -> Option<&'static str>;

/// How the grants of families of licenses begin.
const GRANTS: &[(&str, Judge)] = &[
    (
        "permission is hereby granted free of charge to any person obtaining a copy of th",
        mit,
    ),
    ("permission to use copy modify and or distribute this software", isc),
    ("permission to use copy modify and distribute this software", isc),
    ("redistribution and use in source and binary forms", bsd),
    (
        "redistribution and use of this software in source and binary forms",
        bsd,
    ),
];

/// The text from a place on, up to a length in bytes.
fn from(plain: &str, at: usize, length: usize) -> &str {
    // The words are ASCII.
    &plain[at..(at + length).min(plain.len())]
}

fn mit(plain: &str, at: usize) -> Option<&'static str> {
    let body = from(plain, at, 1_700);
    if from(body, 0, 260).contains("font software") || from(body, 0, 200).contains("data files") {
        return None;
    }
    let before = &plain[at.saturating_sub(200)..at];
    if before.contains("boost software") || body.contains("derivative works of the software unless such copies") {
        return None;
    }
    Some(if body.contains("shall be used for good not evil") {
        "JSON"
    } else if is_ncsa(from(body, 0, 900)) {
        "NCSA"
    } else if body.contains("except as contained in this notice the name") {
        "X11"
    } else if from(body, 0, 900).contains("this permission notice")
        || !body.contains("provided as is")
        || ["shall be included in", "must be included", "in all copies"]
            .iter()
            .any(|phrase| body.contains(phrase))
    {
        "MIT"
    } else {
        "MIT-0"
    })
}

/// Its conditions follow the grant of the MIT License, and not a grant of their own, as in a file with both licenses.
fn is_ncsa(body: &str) -> bool {
    let condition = body.find("redistributions of source code must retain");
    condition.is_some_and(|at| !body[..at].contains("redistribution and use in source"))
}

fn isc(plain: &str, at: usize) -> Option<&'static str> {
    let body = from(plain, at, 1_100);
    Some(
        if from(body, 0, 260).contains("hereby granted the author disclaims all warranties") {
            "HPND-Markus-Kuhn"
        } else if body.contains("this entire notice is included in all copies of any software") {
            "dtoa"
        } else if from(body, 0, 110).contains("and its documentation") {
            "HPND"
        } else if !from(body, 0, 240).contains("provided that") {
            "0BSD"
        } else if body.contains("except as contained in this notice the name") {
            "curl"
        } else {
            "ISC"
        },
    )
}

fn bsd(plain: &str, at: usize) -> Option<&'static str> {
    let body = from(plain, at, 2_300);
    let next = body.get(30..).and_then(|rest| rest.find("redistribution and use"));
    let body = &body[..next.map_or(body.len(), |next| next + 30)];
    let has = |phrase: &str| body.contains(phrase);
    Some(if has("all advertising materials mentioning") {
        if has("openssl toolkit") {
            "OpenSSL"
        } else {
            "BSD-4-Clause"
        }
    } else if has("servicemarks") {
        "ZPL-2.1"
    } else if has("must retain the following acknowledgment") && !has("end user documentation") {
        "BSD-Attribution"
    } else if has("end user documentation included with the redistribution") {
        "Apache-1.1"
    } else if has("neither the name") || has("endorse or promote") || has("endorse and promote") {
        if has("no express or implied licenses to any party s patent") {
            "BSD-3-Clause-Clear"
        } else {
            "BSD-3-Clause"
        }
    } else if !has("redistributions in binary form must") && has("redistributions of source code must") {
        "BSD-1-Clause"
    } else if has("patent license") {
        "BSD-2-Clause-Patent"
    } else if has("the views and conclusions contained in the software") {
        "BSD-2-Clause-Views"
    } else {
        "BSD-2-Clause"
    })
}

/// `SPDX-License-Identifier: MIT`.
fn tag(text: &str) -> Option<String> {
    const TAG: &str = "SPDX-License-Identifier:";
    let line = text.lines().find_map(|line| line.split_once(TAG))?.1.trim();
    let is_valid = |c: char| c.is_ascii_alphanumeric() || " .-+():".contains(c);
    (!line.is_empty() && line.len() < 80 && line.chars().all(is_valid)).then(|| line.to_owned())
}

/// What an SPDX document declares of its package; its own license is that of the document.
fn of_document(text: &str) -> Option<String> {
    let declared = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("PackageLicenseDeclared:"));
    let mut names: Vec<&str> = declared
        .map(str::trim)
        .filter(|name| !matches!(*name, "" | "NOASSERTION" | "NONE"))
        .collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join(" OR "))
}

/// The licenses that a short text names, in the order of their places.
fn named(plain: &str) -> Vec<String> {
    let padded = format!(" {plain} ");
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (name, id) in NAMES {
        let at = padded.find(&format!(" {name} "));
        if let Some(at) = at.filter(|_| !found.iter().any(|(_, known)| known == id)) {
            found.push((at, id));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// The license of GNU that a notice names first: `GPL-2.0-or-later`, `GPL-3.0-only`, or `GPL-3.0` where it does not state which.
fn gnu(plain: &str) -> Option<String> {
    const TITLES: &[(&str, &str)] = &[
        ("gnu affero general public license", "AGPL"),
        ("gnu lesser general public license", "LGPL"),
        ("gnu library general public license", "LGPL"),
        ("gnu general public license", "GPL"),
    ];
    const AFTER: usize = 260;
    let places = TITLES
        .iter()
        .filter_map(|(title, id)| plain.find(title).map(|at| (at, *title, *id)));
    let (at, title, id) = places.min()?;
    let rest = from(plain, at + title.len(), AFTER);
    // `under the terms of version 2 of the` precedes the title.
    let before = plain[..at]
        .strip_suffix(" of the ")
        .and_then(|text| text.rsplit_once("version "));
    let before = before.map(|(_, number)| number).filter(|number| !number.contains(' '));
    let after = || rest.split_once("version ").or_else(|| rest.split_once(" v"));
    let number = before.or_else(|| after()?.1.split(' ').next())?;
    let version = match number.contains('.') {
        true => number.to_owned(),
        false => format!("{number}.0"),
    };
    let is_known = matches!(version.as_str(), "1.0" | "2.0" | "2.1" | "3.0");
    let mut found = format!("{id}-{version}");
    if ["any later version", "or later", "or newer"]
        .iter()
        .any(|phrase| rest.contains(phrase))
    {
        found.push_str("-or-later");
    } else if [format!("version {number} only"), format!("only version {number}")]
        .iter()
        .any(|phrase| rest.contains(phrase.as_str()))
    {
        found.push_str("-only");
    }
    is_known.then_some(found)
}

fn is_choice(plain: &str) -> bool {
    // Whole words: `neither`, `individual`.
    let plain = format!(" {plain} ");
    [
        " dual ",
        " dually ",
        " either ",
        " your option ",
        " your choice ",
        " triple licensed ",
        " licensed under both ",
    ]
    .iter()
    .any(|words| plain.contains(words))
}

/// The expression of the texts in a file. Where its head offers a choice of others, the texts are those of parts.
fn with_head(full: &[&str], head: &str) -> String {
    let choice = is_choice(head);
    let offered = if choice { named(head) } else { Vec::new() };
    let is_of_parts = offered.len() > 1 && !full.iter().any(|id| offered.iter().any(|name| name == id));
    match is_of_parts {
        true => format!("({}) AND {}", offered.join(" OR "), full.join(" AND ")),
        false => joined(full, choice),
    }
}

/// `A OR B`, or `A AND B`.
fn joined(ids: &[&str], choice: bool) -> String {
    let operator = if choice { " OR " } else { " AND " };
    ids.join(operator)
}

/// `see NAME…` of a short text that names other license files, or is the path of one.
fn reference(text: &str) -> Option<String> {
    const FILES: usize = 4;
    let names = text
        .split(|c: char| c.is_whitespace() || "`'\"()<>[],;".contains(c))
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| {
            let name = word.rsplit('/').next().unwrap_or(word);
            let is_upper = ["LICEN", "COPYING", "UNLICENSE"]
                .iter()
                .any(|start| name.starts_with(start));
            is_upper && super::is_license_file(name) && !word.contains("://")
        });
    let mut names: Vec<&str> = names.take(FILES).collect();
    names.dedup();
    (!names.is_empty()).then(|| format!("{}{}", super::SEE, names.join(" ")))
}

#[cfg(test)]
mod tests;
