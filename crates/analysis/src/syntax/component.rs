//! Script blocks of Vue and Svelte components, read as the JavaScript or TypeScript they are, each with the lines it has
//! in its file.
//!
//! A component is its file's `default` export. In Svelte an `export` of the instance's script is a property and no export;
//! those of `<script module>` are. Limits: what the markup calls and uses is not looked at.

use super::{depth, javascript};
use crate::calls::Calls;
use crate::facts::{Export, Import, ImportKind, Syntax};
use crate::units::CognitiveRules;

/// One `<script>`.
#[derive(Debug, Default, PartialEq)]
struct Script<'t> {
    text: &'t str,
    /// 1-based, of the first line of its text.
    line: u32,
    language: &'t str,
    source: &'t str,
    /// `<script module>`, `<script context="module">`.
    module: bool,
}

/// # Errors
/// A sentence for the report.
pub(super) fn facts(path: &str, text: &str, max_nesting: u64, rules: CognitiveRules) -> Result<Syntax, String> {
    let instance_exports = !path.to_lowercase().ends_with(".svelte");
    let mut whole = Syntax::default();
    for script in scripts(text) {
        if !script.source.is_empty() {
            whole.imports.push(Import {
                specifier: script.source.into(),
                kind: ImportKind::Static,
                line: script.line,
                names: Vec::new(),
            });
        }
        depth::check(script.text.as_bytes(), max_nesting)?;
        // Empty lines before it give each node its line.
        let before = usize::try_from(script.line - 1).unwrap_or(0);
        let mut padded = "\n".repeat(before);
        padded.push_str(script.text);
        let name = match script.language {
            "ts" | "typescript" => "a.ts",
            "tsx" => "a.tsx",
            _ => "a.js",
        };
        let part = javascript::facts(name, &padded, rules)?;
        if whole.imports.is_empty() && whole.calls.values.is_empty() {
            // The first block with code; the numbers of its imports are those of the whole.
            whole.calls = used_by_name(part.calls);
        }
        whole.functions.extend(part.functions);
        whole.classes += part.classes;
        whole.loads.extend(part.loads);
        whole.imports.extend(part.imports.into_iter().map(used_by_markup));
        if instance_exports || script.module {
            whole.exports.extend(part.exports);
        }
        whole.errors |= part.errors;
    }
    if !whole.exports.iter().any(|export| &*export.name == "default") {
        whole.exports.push(Export {
            name: "default".into(),
            line: 1,
        });
    }
    Ok(whole)
}

/// What a script imports and does not use is likely used by the markup, as is what another block imports.
fn used_by_markup(mut import: Import) -> Import {
    import.names.iter_mut().for_each(|name| name.unused = false);
    import
}

/// The markup calls what the script defines.
fn used_by_name(mut calls: Calls) -> Calls {
    calls.functions.iter_mut().for_each(|function| function.entry = true);
    calls
}

/// The blocks of a file, in their order; what stands in a comment of the markup is none.
fn scripts(text: &str) -> Vec<Script<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut line, mut counted) = (0, 1u32, 0);
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|open| at + open) {
        let rest = &text[open..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(text.len(), |end| open + end + 3);
            continue;
        }
        let Some(attributes) = tag(rest, "<script") else {
            at = open + 1;
            continue;
        };
        let Some((attributes, start)) = attributes_end(attributes) else {
            break;
        };
        let start = open + "<script".len() + start;
        let mut script = Script::default();
        for (name, value) in attributes_of(attributes) {
            match name {
                "lang" => script.language = value,
                "src" => script.source = value,
                "module" => script.module = true,
                "context" => script.module |= value == "module",
                _ => {}
            }
        }
        let end = if attributes.ends_with('/') {
            start
        } else {
            end_tag(text, start)
        };
        line += u32::try_from(memchr::memchr_iter(b'\n', &bytes[counted..start]).count()).unwrap_or(u32::MAX);
        counted = start;
        script.text = &text[start..end];
        script.line = line;
        found.push(script);
        at = end.max(start);
    }
    found
}

/// What follows the name of a tag, where it is this one.
fn tag<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let begins = text.get(..name.len())?.eq_ignore_ascii_case(name);
    let rest = text.get(name.len()..)?;
    let ends = rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
    (begins && ends).then_some(rest)
}

/// The attributes, and where the text behind their `>` begins.
fn attributes_end(text: &str) -> Option<(&str, usize)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some((&text[..at], at + 1)),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Names and values; a value is empty where there is none.
fn attributes_of(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = text.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/');
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        if name.is_empty() && rest.is_empty() {
            return found;
        }
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            found.push((name, ""));
            text = rest;
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, rest) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        found.push((name, value));
        text = rest;
    }
}

/// Where `</script` begins; the end of the text where it does not.
fn end_tag(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(&bytes[from..], b"</")
        .map(|at| from + at)
        .find(|&at| {
            bytes
                .get(at + 2..at + 8)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"script"))
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::snapshot;

    #[test]
    fn vue() {
        insta::assert_snapshot!(snapshot(
            "vue",
            r#"<template>
  <p v-if="a && b">{{ c }}</p> <!-- <script>let a = </script> -->
</template>
<script lang="ts">
export const shared = 1
import type { Props } from './types'
</script>

<SCRIPT setup lang="ts" generic="T extends A<B>">
import Child from './Child.vue'
function area(a: number): number {
  return a > 1 && shared ? 1 : 2
}
</SCRIPT>
<script src="./other.js"></script>
<style>p { color: red }</style>
"#
        ));
    }

    #[test]
    fn svelte() {
        insta::assert_snapshot!(snapshot(
            "svelte",
            r#"<script context="module">
  export function load() { if (a) b() }
</script>
<script lang=ts>
  import { onMount } from 'svelte'
  export let name: string
  $: double = name ?? 1
  onMount(() => { for (const x of y) z(x) })
</script>
{#if name}<p on:click={() => a && b}>{name}</p>{/if}
"#
        ));
    }

    #[test]
    fn odd_blocks_end() {
        assert_eq!(scripts("<script"), []);
        assert_eq!(scripts("<scripture>"), []);
        assert_eq!(scripts("<!-- <script>"), []);
        let one = |text| scripts(text).pop().expect("is one");
        assert_eq!(one("\n<script>\nlet a").text, "\nlet a");
        assert_eq!(one("\n<script>\nlet a").line, 2);
        assert_eq!(one("<script lang = 'ts' src=a.js />text").source, "a.js");
        assert_eq!(one("<script lang='ts'/>text").language, "ts");
        assert_eq!(one("<script lang='ts'/>text").text, "");
        assert_eq!(one("<script a='>' lang=\"tsx\">é</script>").language, "tsx");
    }

    #[test]
    fn long_markup_is_not_deep() {
        let text = format!("<template>{}</template><script>let a</script>", "<p>\n".repeat(50_000));
        assert!(facts("a.vue", &text, 1_000, CognitiveRules::PAPER).is_ok());
    }
}
