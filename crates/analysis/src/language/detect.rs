//! Which language a file has: by its name, a mode line, its first line, its ending, and its text where an ending is shared.

use super::{LanguageId, LanguageKind, table};

mod shared;

use shared::Verdict;

/// The number of bytes of a file that the rules read.
const WINDOW: usize = 48 * 1024;
/// Extensions of templates and samples: the one before them determines the language.
const TEMPLATES: &[&str] = &[
    "in", "tmpl", "template", "tpl", "dist", "example", "sample", "default", "tt", "orig",
];
/// Extensions of binary files, which have no first line.
const BINARY: &[&str] = &[
    "7z", "a", "avif", "bin", "bmp", "bz2", "class", "dat", "db", "dll", "doc", "docx", "dylib", "eot", "exe", "fbx",
    "flac", "gif", "glb", "gz", "icns", "ico", "jar", "jks", "jpeg", "jpg", "keystore", "lib", "lockb", "mo", "mov",
    "mp3", "mp4", "npy", "npz", "o", "obj", "ogg", "onnx", "otf", "parquet", "pb", "pdf", "pkl", "png", "ppt", "pptx",
    "psd", "pyc", "rar", "so", "sqlite", "stl", "tar", "tgz", "tif", "tiff", "ttf", "wasm", "wav", "webm", "webp",
    "whl", "woff", "woff2", "xcf", "xls", "xlsx", "xz", "zip", "zst",
];

/// The language of a file, `None` where no rule knows it. `text` may be empty before the file is read; then only the
/// name decides.
#[must_use]
pub fn detect(path: &str, text: &[u8]) -> Option<LanguageId> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let window = &text[..text.len().min(WINDOW)];
    if let Some(id) = by_whole_name(&name.to_lowercase()) {
        return Some(id);
    }
    if let Some(id) = by_mode_line(text) {
        return Some(id);
    }
    let Some(ending) = ending(name) else {
        return by_first_line(window);
    };
    by_ending(name, ending, window).unwrap_or_else(|| by_first_line(window))
}

/// Whether the text of a file may determine its language, where its name does not.
#[must_use]
pub fn may_detect_by_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ending(name).is_none_or(|ending| !BINARY.contains(&ending.to_ascii_lowercase().as_str()))
}

/// As `Path::extension` has it: `.bashrc` has no ending.
fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending)
}

/// By a name that is enough alone: `Makefile`, `Dockerfile.dev`, `*.blade.php`.
fn by_whole_name(name: &str) -> Option<LanguageId> {
    let table = table();
    let by_part = |list: &[(&str, LanguageId)], fits: fn(&str, &str) -> bool| {
        list.iter().find(|(part, _)| fits(name, part)).map(|(_, id)| *id)
    };
    table
        .by_file_name
        .get(name)
        .copied()
        .or_else(|| by_part(&table.by_name_ending, |name, part| name.ends_with(part)))
        .or_else(|| {
            by_part(&table.by_name_beginning, |name, part| {
                name.len() > part.len() && name.starts_with(part)
            })
        })
}

/// By the ending, and the text where several languages have it. `None` where no language has it; `Some(None)` where the
/// text is of one that the table does not have.
fn by_ending(name: &str, ending: &str, text: &[u8]) -> Option<Option<LanguageId>> {
    let lower = ending.to_lowercase();
    let Some(found) = table().by_ending.get(lower.as_str()).copied() else {
        if !TEMPLATES.contains(&lower.as_str()) {
            return None;
        }
        return template(name, ending, text);
    };
    // For templates that have a language of their own, the extension before it may be more precise.
    if lower == "tpl"
        && let Some(inner) = template(name, ending, text)
    {
        return Some(inner);
    }
    let found = in_capitals(name, ending, text).unwrap_or(found);
    if text.is_empty() {
        return Some(Some(found));
    }
    if is_binary_format(&lower, text) {
        return Some(None);
    }
    Some(match shared::verdict(&lower, text) {
        Verdict::Usual => Some(found),
        Verdict::Language(id) => LanguageId::by_id(id),
        Verdict::Unknown => None,
    })
}

/// `config.h.in`: the name without its last ending.
fn template(name: &str, ending: &str, text: &[u8]) -> Option<Option<LanguageId>> {
    let inner = &name[..name.len() - ending.len() - 1];
    if let Some(id) = by_whole_name(&inner.to_lowercase()) {
        return Some(Some(id));
    }
    by_ending(inner, self::ending(inner)?, text)
}

/// `.C` and `.H` are C++ for compilers. Whole names in capitals are of old systems, whose files are C.
fn in_capitals(name: &str, ending: &str, text: &[u8]) -> Option<LanguageId> {
    let is_old = !name.contains(|c: char| c.is_lowercase());
    (matches!(ending, "C" | "H") && (!is_old || shared::verdict("h", text) == Verdict::Language("cpp")))
        .then(|| LanguageId::by_id("cpp"))
        .flatten()
}

/// Whether a text is of a binary format that shares its ending with a language.
fn is_binary_format(ending: &str, text: &[u8]) -> bool {
    match ending {
        "ts" => is_video(text),
        // Translations of gettext, in either byte order.
        "mo" => text.starts_with(&[0xde, 0x12, 0x04, 0x95]) || text.starts_with(&[0x95, 0x04, 0x12, 0xde]),
        // Pickles of Python, from protocol 2.
        "pkl" | "p" => text.first() == Some(&0x80),
        // Compiled resources of Windows.
        "res" => text.starts_with(&[0, 0, 0, 0, 0x20, 0, 0, 0]),
        _ => false,
    }
}

/// Recordings are MPEG transport streams: packets of 188 bytes that begin with a `G`.
fn is_video(text: &[u8]) -> bool {
    text.first() == Some(&0x47) && (text.contains(&0) || [188, 376].iter().all(|&at| text.get(at) == Some(&0x47)))
}

/// `#!/usr/bin/env python3`, `#!/bin/sh -e`, `#!/usr/bin/env -S deno run`; `<?xml`.
fn by_first_line(text: &[u8]) -> Option<LanguageId> {
    if text.starts_with(b"<?xml") {
        return LanguageId::by_id("xml");
    }
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
    // A shell that only starts another program: `exec tclsh "$0" "$@"`.
    if program == "sh"
        && let Some(program) = started_by_shell(text)
    {
        return by_interpreter(program);
    }
    by_interpreter(program)
}

fn by_interpreter(program: &str) -> Option<LanguageId> {
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let known = &table().by_interpreter;
    let name = program.to_lowercase();
    known.get(name.as_str()).or_else(|| known.get(bare)).copied()
}

fn started_by_shell(text: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(&text[..text.len().min(1024)]).ok()?;
    let line = head
        .lines()
        .take(5)
        .find(|line| line.starts_with("exec ") && line.contains("$0"))?;
    line.split_whitespace()
        .nth(1)?
        .rsplit('/')
        .next()
        .filter(|program| *program != "sh")
}

/// The language in the comments of editors: `-*- mode: ruby -*-`, `vim: set ft=ruby:`.
fn by_mode_line(text: &[u8]) -> Option<LanguageId> {
    const LINES: usize = 5;
    const LONGEST: usize = 1024;
    let head = &text[..text.len().min(LONGEST)];
    let tail = &text[text.len().saturating_sub(LONGEST)..];
    let language = |line: &[u8]| {
        let line = std::str::from_utf8(line).ok()?;
        let mode = emacs_mode(line).or_else(|| vim_type(line))?;
        LanguageId::by_name(&mode).filter(|id| id.get().kind == LanguageKind::Programming)
    };
    let mut first = head.split(|byte| *byte == b'\n').take(LINES);
    let mut last = tail.rsplit(|byte| *byte == b'\n').take(LINES + 1);
    first.find_map(language).or_else(|| last.find_map(language))
}

fn emacs_mode(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("-*-")?;
    let (inner, _) = rest.split_once("-*-")?;
    let mut settings = inner.split(';').filter_map(|setting| setting.split_once(':'));
    let mode = match settings.find(|(name, _)| name.trim().eq_ignore_ascii_case("mode")) {
        Some((_, mode)) => mode,
        None if !inner.contains(':') => inner,
        None => return None,
    };
    Some(mode.trim().to_lowercase())
}

fn vim_type(line: &str) -> Option<String> {
    let at = ["vim:", "vi:", "ex:"].iter().find_map(|sign| {
        let at = line.find(sign)?;
        let is_word = line[..at].ends_with(|c: char| c.is_alphanumeric());
        (!is_word).then_some(at + sign.len())
    })?;
    let mut settings = line[at..].split(|c: char| c.is_whitespace() || c == ':');
    settings.find_map(|setting| {
        let (name, value) = setting.split_once('=')?;
        matches!(name, "ft" | "filetype" | "syntax").then(|| value.to_lowercase())
    })
}

#[cfg(test)]
mod tests;
