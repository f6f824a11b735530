//! Which language a file has: by its name, its ending, its first line, and its text where an ending is shared.

use super::{LanguageId, table};

/// How far into a file the heuristics look.
const WINDOW: usize = 16 * 1024;

/// The language of a file, `None` where no rule knows it. `text` may be empty before the file is read; then only the
/// name decides.
#[must_use]
pub fn detect(path: &str, text: &[u8]) -> Option<LanguageId> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let table = table();
    if let Some(id) = table.by_file_name.get(name.as_str()) {
        return Some(*id);
    }
    if let Some((_, id)) = table.by_name_ending.iter().find(|(ending, _)| name.ends_with(ending)) {
        return Some(*id);
    }
    // As `Path::extension` has it: `.bashrc` has no ending.
    let ending = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending);
    let window = &text[..text.len().min(WINDOW)];
    match ending {
        Some(ending) => {
            let found = table.by_ending.get(ending).copied()?;
            shared(ending, window).map_or(Some(found), |id| id.map_or(Some(found), LanguageId::by_id))
        }
        None => by_first_line(window),
    }
}

/// The endings that several languages share: `None`: not one of them; `Some(None)`: what the table says;
/// `Some(Some(id))`: that language, which may be none of the table (then the file has no known language).
fn shared(ending: &str, text: &[u8]) -> Option<Option<&'static str>> {
    if text.is_empty() {
        return None;
    }
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    let line_starts = |needle: &str| text.starts_with(needle.as_bytes()) || has(&format!("\n{needle}"));
    Some(match ending {
        "h" if line_starts("@interface")
            || line_starts("@protocol")
            || line_starts("@class")
            || line_starts("#import") =>
        {
            Some("objective-c")
        }
        "h" if line_starts("class ")
            || line_starts("namespace ")
            || line_starts("template <")
            || line_starts("template<")
            || line_starts("using ")
            || has("std::")
            || has("public:")
            || has("private:")
            || line_starts("#include <string>")
            || line_starts("#include <vector>")
            || line_starts("#include <memory>") =>
        {
            Some("cpp")
        }
        "m" if line_starts("function ") || line_starts("%") || line_starts("classdef ") => Some("matlab"),
        "pl" if line_starts(":- ") && !has("use strict") => Some("prolog"),
        // Translations of Qt are XML, recordings are MPEG transport streams.
        "ts" if text.starts_with(b"<?xml") || text.starts_with(b"<!DOCTYPE TS") => Some("xml"),
        "ts" if text.first() == Some(&0x47) && text.contains(&0) => Some("none"),
        "v" if line_starts("module ") || line_starts("`timescale") || line_starts("`include") => Some("verilog"),
        "php" if text.starts_with(b"<?xml") => Some("xml"),
        "h" | "m" | "pl" | "ts" | "v" | "php" => None,
        _ => return None,
    })
}

/// `#!/usr/bin/env python3`, `#!/bin/sh -e`, `#!/usr/bin/env -S deno run`.
fn by_first_line(text: &[u8]) -> Option<LanguageId> {
    let line = text.strip_prefix(b"#!")?;
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len()).min(256)];
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words
            .find(|word| !word.starts_with('-') && !word.contains('='))?
            .rsplit('/')
            .next()?;
    }
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let by_interpreter = &table().by_interpreter;
    by_interpreter
        .get(program)
        .or_else(|| by_interpreter.get(bare))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Option<&'static str> {
        detect(path, text.as_bytes()).map(|id| id.get().id)
    }

    #[test]
    fn by_name_ending_and_first_line() {
        assert_eq!(of("a/b.rs", ""), Some("rust"));
        assert_eq!(of("a/B.PY", ""), Some("python"));
        assert_eq!(of("Dockerfile", ""), Some("dockerfile"));
        assert_eq!(of("src/a.test.tsx", ""), Some("typescript"));
        assert_eq!(of("src/a.mjs", ""), Some("javascript"));
        assert_eq!(of("x.blade.php", ""), Some("blade"));
        assert_eq!(of("bin/run", "#!/usr/bin/env python3\n"), Some("python"));
        assert_eq!(of("bin/run", "#!/usr/bin/env -S FOO=1 node --x\n"), Some("javascript"));
        assert_eq!(of("bin/run", "#!/bin/bash -e\n"), Some("shell"));
        assert_eq!(of("bin/run", "#!/usr/bin/python3.11\n"), Some("python"));
        assert_eq!(of("bin/run", "text"), None);
        assert_eq!(of(".bashrc", "text"), None);
        assert_eq!(of("a.unknown-ending", ""), None);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn shared_endings_are_told_apart_by_content() {
        assert_eq!(of("a.h", "#include <stdio.h>\nint a(void);\n"), Some("c"));
        assert_eq!(of("a.h", "#pragma once\nnamespace a {\n"), Some("cpp"));
        assert_eq!(of("a.h", "#import <Foundation/Foundation.h>\n"), Some("objective-c"));
        assert_eq!(of("a.m", "@implementation A\n"), Some("objective-c"));
        assert_eq!(of("a.m", "function y = f(x)\n"), Some("matlab"));
        assert_eq!(of("a.pl", "use strict;\n"), Some("perl"));
        assert_eq!(of("a.pl", ":- module(a, []).\n"), Some("prolog"));
        assert_eq!(of("a.ts", "export const a = 1;\n"), Some("typescript"));
        assert_eq!(of("a.ts", "<?xml version=\"1.0\"?>\n"), Some("xml"));
        assert_eq!(of("a.ts", "G\0\0\0"), None);
        assert_eq!(of("a.v", "module a(input b);\n"), Some("verilog"));
    }
}
