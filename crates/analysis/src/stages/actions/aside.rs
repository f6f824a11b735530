//! Code that no maintainer would work on first: benchmarks, what a compiler or bundler wrote, and variants of one file for
//! several systems, which are alike on purpose.

use std::collections::BTreeSet;

use repolens_core::report::Report;

use super::super::published::Registry;
use super::published_by;
use crate::facts::{Facts, FileFacts};

/// Systems, processors and other parts of names by which variants of a file differ.
const VARIANTS: &[&str] = &[
    "posix", "unix", "windows", "win", "win32", "win64", "linux", "darwin", "macos", "mac", "osx", "bsd", "freebsd",
    "netbsd", "openbsd", "solaris", "android", "ios", "wasm", "wasm32", "x86", "x64", "i386", "arm", "arm64",
    "aarch64", "amd64", "sse2", "sse4", "avx2", "avx512", "neon", "generic", "fallback", "portable", "stub", "other",
    "native", "browser", "node", "cgo", "purego", "epoll", "kqueue", "aix", "os390", "haiku", "hurd", "sunos",
    "cygwin", "qnx",
];

pub(super) fn is_aside(facts: &Facts, report: &Report, file: &FileFacts) -> bool {
    let path = file.path.as_str();
    // Declarations are written once for each system of modules.
    let is_declaration = [".d.ts", ".d.mts", ".d.cts", ".pyi"]
        .iter()
        .any(|end| path.ends_with(end));
    let is_benchmark = path
        .split('/')
        .any(|part| matches!(part, "bench" | "benches" | "benchmark" | "benchmarks"));
    // Scripts that a system starts are alone on it, and have nothing to share code with.
    let is_of_system = path.split('/').any(|part| part.ends_with("init.d"));
    is_declaration || is_benchmark || is_of_system || is_built(facts, report, file)
}

/// Whether a tool wrote the script: a mark in it states that, it is a bundle for every system of modules, or a package of npm
/// has it with the declarations beside it.
fn is_built(facts: &Facts, report: &Report, file: &FileFacts) -> bool {
    let path = file.path.as_str();
    if file.compiled || path.contains(".umd.") {
        return true;
    }
    let declarations = [
        (".mjs", ".d.mts"),
        (".cjs", ".d.cts"),
        (".js", ".d.ts"),
        (".mjs", ".d.ts"),
    ];
    let has_declaration = declarations.iter().any(|(ending, declaration)| {
        path.strip_suffix(ending).is_some_and(|stem| {
            let beside = format!("{stem}{declaration}");
            facts
                .files
                .binary_search_by(|other| other.path.as_str().cmp(&beside))
                .is_ok()
        })
    });
    has_declaration && published_by(report) == Some(Registry::Npm.as_str())
}

/// Whether the files are one file for several systems: `env_posix.cc` and `env_windows.cc`, `unix/io.c` and `windows/io.c`.
pub(super) fn are_variants<'a>(paths: impl Iterator<Item = &'a str>) -> bool {
    let paths: BTreeSet<&str> = paths.collect();
    let plain: BTreeSet<String> = paths.iter().map(|path| without_variant(path)).collect();
    // Under any name: `unix/stream.rs` and `windows/named_pipe.rs` are never compiled together.
    let systems: BTreeSet<_> = paths.iter().map(|path| system(path)).collect();
    paths.len() > 1 && (plain.len() == 1 || systems.len() == paths.len() && !systems.contains(&None))
}

fn is_variant(part: &str) -> bool {
    VARIANTS.contains(&part.to_ascii_lowercase().as_str())
}

/// The system of a file: the part at an end of its name, or the innermost folder, that is one.
fn system(path: &str) -> Option<&str> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    let ends = [
        Some(stem),
        stem.split(['_', '-']).next(),
        stem.rsplit(['_', '-']).next(),
    ];
    let of_name = ends.into_iter().flatten().find(|part| is_variant(part));
    of_name.or_else(|| folders.rsplit('/').find(|folder| is_variant(folder)))
}

fn without_variant(path: &str) -> String {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let folders: Vec<&str> = folders.split('/').filter(|folder| !is_variant(folder)).collect();
    // Build tags of Go exclude a part: `binding_nomsgpack.go`.
    let excludes = |part: &str| ending == "go" && part.starts_with("no");
    let stem = match stem.rsplit_once(['_', '-']) {
        Some((first, last)) if is_variant(last) || excludes(last) => first,
        _ => stem,
    };
    format!("{}/{stem}.{ending}", folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_of_systems() {
        let are = |paths: &[&str]| are_variants(paths.iter().copied());
        assert!(are(&["util/env_posix.cc", "util/env_windows.cc"]));
        assert!(are(&["src/unix/io.c", "src/win/io.c"]));
        assert!(are(&["binding/binding.go", "binding/binding_nomsgpack.go"]));
        assert!(are(&["net/unix/stream.rs", "net/windows/named_pipe.rs"]));
        assert!(are(&["util/posix_logger.h", "util/windows_logger.h"]));
        assert!(are(&["src/unix/epoll.c", "src/unix/os390.c"]));
        assert!(!are(&["net/unix/stream.rs", "net/unix/socket.rs"]));
        assert!(!are(&["sinks/daily_file_sink.h", "sinks/hourly_file_sink.h"]));
        assert!(!are(&["a/user_create.py", "a/user_update.py"]));
        assert!(!are(&["a.py", "a.py"]));
    }
}
