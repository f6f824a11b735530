//! Script blocks of Vue and Svelte components, read as the JavaScript or TypeScript they are, each with the lines it has
//! in its file.
//!
//! A component is its file's `default` export. In Svelte an `export` of the instance's script is a property and no export;
//! those of `<script module>` are. Limits: calls and uses in the markup are not read.

use super::javascript;
use crate::calls::Calls;
use crate::facts::{Export, Import, ImportKind, Syntax};
use crate::language::{Span, tags};
use crate::nesting;
use crate::units::CognitiveRules;

/// One `<script>`.
#[derive(Debug, Default, PartialEq)]
struct Script<'t> {
    text: &'t str,
    /// Where its text begins in the file.
    start: usize,
    /// 1-based, of the first line of its text.
    line: u32,
    language: &'t str,
    source: &'t str,
    /// `<script module>`, `<script context="module">`.
    module: bool,
}

/// # Errors
/// A sentence for the report.
pub(super) fn facts(
    path: &str,
    text: &str,
    spans: &[Span],
    max_nesting: u64,
    rules: CognitiveRules,
) -> Result<Syntax, String> {
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
        let end = script.start + script.text.len();
        let first = spans.partition_point(|span| (span.start as usize) < script.start);
        let last = spans.partition_point(|span| (span.start as usize) < end);
        nesting::check_part(text.as_bytes(), script.start..end, &spans[first..last], max_nesting)?;
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
        let moved = |at: u32| at as usize - before + script.start;
        let spans = part.spans.iter();
        whole
            .spans
            .extend(spans.map(|span| Span::new(moved(span.start), moved(span.end), span.kind)));
        whole.risks.extend(part.risks);
        whole.functions.extend(part.functions);
        whole.classes += part.classes;
        whole.loads.extend(part.loads);
        whole.imports.extend(part.imports.into_iter().map(used_by_markup));
        if instance_exports || script.module {
            whole.exports.extend(part.exports);
        }
        (whole.errors, whole.unread) = (whole.errors | part.errors, whole.unread + part.unread);
    }
    if !whole.exports.iter().any(|export| &*export.name == "default") {
        whole.exports.push(Export {
            name: "default".into(),
            line: 1,
            kept: false,
        });
    }
    Ok(whole)
}

/// An import that a script does not use is likely used by the markup, as is an import of another block.
fn used_by_markup(mut import: Import) -> Import {
    import.names.iter_mut().for_each(|name| name.unused = false);
    import
}

/// The markup calls what the script defines.
fn used_by_name(mut calls: Calls) -> Calls {
    calls.functions.iter_mut().for_each(|function| function.entry = true);
    calls
}

/// The blocks of a file, in their order; blocks in a comment of the markup are left out.
fn scripts(text: &str) -> Vec<Script<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut line, mut counted) = (0, 1u32, 0);
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|open| at + open) {
        if bytes[open..].starts_with(b"<!--") {
            at = memchr::memmem::find(&bytes[open..], b"-->").map_or(text.len(), |end| open + end + 3);
            continue;
        }
        let Some(tag) = tags::tag(bytes, open) else {
            at = open + 1;
            continue;
        };
        at = tag.end;
        if !tag.name.eq_ignore_ascii_case(b"script") {
            continue;
        }
        let end = if tag.is_closed {
            tag.end
        } else {
            tags::end_tag(bytes, tag.end, tag.name).unwrap_or(text.len())
        };
        line += u32::try_from(memchr::memchr_iter(b'\n', &bytes[counted..tag.end]).count()).unwrap_or(u32::MAX);
        counted = tag.end;
        found.push(Script {
            text: &text[tag.end..end],
            start: tag.end,
            line,
            language: tag.attribute("lang").unwrap_or_default(),
            source: tag.attribute("src").unwrap_or_default(),
            module: tag.attribute("module").is_some() || tag.attribute("context") == Some("module"),
        });
        at = end;
    }
    found
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
        assert!(facts("a.vue", &text, &[], 1_000, CognitiveRules::PAPER).is_ok());
    }
}
