//! Hostile bytes for each extractor: files of a corpus, changed by chance from a seed, analyzed by the worker's own child.
//!
//! `fuzz --seconds=N [--seed=N] [--batch=N] WORKER KEPT PATH…`, or `fuzz --as-it-is WORKER PATH…`
//!
//! Languages take turns; each turn changes `batch` files of one of them (bytes flipped, pieces cut out, doubled, moved, put
//! in from another file, signs repeated) and has them analyzed as the worker does: by `WORKER analyze` with all its limits,
//! started again behind a file that kills it. A file that killed a child, or whose parser panicked, is kept in `KEPT` and
//! named. Ends with 1 where an analysis did not end in a report: that is what must never happen.
//!
//! With `--as-it-is` nothing is changed: each path is analyzed once, and one line of JSON says how that went.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "what it prints is its purpose"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use repolens_core::ScanId;
use repolens_core::settings::ScanLimits;
use repolens_worker::child::{Analyzer, ScanContext};
use repolens_worker::git::Cloned;
use repolens_worker::progress::Progress;
use serde_json::Value;

/// The endings of one extractor's files.
const EXTRACTORS: &[(&str, &[&str])] = &[
    ("javascript", &["js", "mjs", "cjs", "jsx"]),
    ("typescript", &["ts", "tsx", "mts", "cts"]),
    ("components", &["vue", "svelte"]),
    ("python", &["py"]),
    ("java", &["java"]),
    ("go", &["go"]),
    ("rust", &["rs"]),
    ("ruby", &["rb"]),
    ("c and c++", &["c", "h", "cc", "cpp", "hpp"]),
    ("csharp", &["cs"]),
    ("php", &["php"]),
    ("kotlin", &["kt", "kts"]),
    ("swift", &["swift"]),
    ("scala", &["scala"]),
    (
        "manifests",
        &[
            "json", "toml", "lock", "cfg", "mod", "sum", "gemspec", "xml", "yml", "yaml",
        ],
    ),
    ("texts", &["md", "rst", "txt", "html"]),
];
const SIGNS: &[&[u8]] = &[
    b"(",
    b")",
    b"{",
    b"}",
    b"[",
    b"]",
    b"'",
    b"\"",
    b"`",
    b"/*",
    b"*/",
    b"//",
    b"\n",
    b"\\",
    b"${",
    b"=>",
    b"if ",
    b"else ",
    b"\xff",
    b"\0",
    b"<",
    b">",
    b"?",
    b":",
    b";",
    b",",
    b"@",
    b"#",
    b"\xf0\x9f\x98\x80",
    b"\r",
    b"\t",
    b"async ",
    b"class ",
    b"def ",
    b"func ",
    b"case ",
    b"\"\"\"",
    b"<<EOS\n",
    b"r#\"",
    b"#if X\n",
];
/// What is larger makes few rounds out of a minute.
const MAX_SEED: u64 = 100_000;

/// SplitMix64: the same seed makes the same files.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn change(&mut self, mut text: Vec<u8>, other: &[u8]) -> Vec<u8> {
        for _ in 0..self.of(&[1, 1, 2, 4, 16, 64]) {
            let at = self.below(text.len() + 1);
            let end = text.len().min(at + self.of(&[1, 2, 8, 64, 1024]));
            match self.below(7) {
                0 if !text.is_empty() => {
                    let at = at.min(text.len() - 1);
                    text[at] ^= 1 << self.below(8);
                }
                1 => drop(text.drain(at..end)),
                2 => {
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
                3 => drop(text.splice(at..at, self.of(SIGNS).iter().copied())),
                4 => {
                    let many = self.of(SIGNS).repeat(self.of(&[2, 50, 900]));
                    text.splice(at..at, many);
                }
                5 => {
                    let start = self.below(other.len() + 1);
                    let stop = other.len().min(start + self.of(&[8, 64, 1024]));
                    text.splice(at..end, other[start..stop].iter().copied());
                }
                _ => {
                    let piece: Vec<u8> = text.drain(at..end).collect();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, piece);
                }
            }
        }
        text
    }
}

#[derive(Default)]
struct Tally {
    files: u64,
    deaths: u64,
    panics: u64,
    refused: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: u64| {
        let found = arguments.iter().find_map(|argument| argument.strip_prefix(name));
        found.map_or(Ok(default), str::parse)
    };
    let (seconds, seed, batch) = (
        option("--seconds=", 60)?,
        option("--seed=", 1)?,
        option("--batch=", 100)?,
    );
    let paths: Vec<&Path> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .map(Path::new)
        .collect();
    let [worker, rest @ ..] = paths.as_slice() else {
        bail!("give the worker's program first");
    };
    let analyser = Analyzer {
        program: worker.to_path_buf(),
        first_args: vec!["analyze".into()],
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        limits: ScanLimits::STANDARD,
    };
    if arguments.iter().any(|argument| argument == "--as-it-is") {
        return as_it_is(&analyser, rest).await;
    }
    let [kept, sources @ ..] = rest else {
        bail!("give a folder for what is found, and folders with sources");
    };
    let corpora = corpora(sources);
    if corpora.is_empty() {
        bail!("there are no files to change: give folders with sources");
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut chance = Chance(seed);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut failed = 0u64;
    for (name, files) in corpora.iter().cycle() {
        if Instant::now() > end {
            break;
        }
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("batch");
        fs::create_dir(&root)?;
        for number in 0..batch {
            let (file, other) = (&files[chance.below(files.len())], &files[chance.below(files.len())]);
            let text = chance.change(fs::read(file)?, &fs::read(other)?);
            let title = file.file_name().unwrap_or_default().to_string_lossy();
            fs::write(root.join(format!("{number}-{title}")), text)?;
        }
        let tally = tallies.entry(name).or_default();
        tally.files += batch;
        match analyzed(&analyser, &root).await {
            Ok(skipped) => {
                for (path, reason) in skipped {
                    let what = if reason.contains("ended the analysis before") {
                        tally.deaths += 1;
                        "killed a child"
                    } else if reason.contains("parser failed") {
                        tally.panics += 1;
                        "its parser panicked"
                    } else {
                        tally.refused += 1;
                        continue;
                    };
                    fs::create_dir_all(kept)?;
                    let to = kept.join(format!("{seed}-{}-{path}", tally.files));
                    fs::copy(root.join(&path), &to)?;
                    println!("{name}: {path}: {what} ({reason}); kept as {}", to.display());
                }
            }
            Err(error) => {
                failed += 1;
                let to = kept.join(format!("{seed}-{}-batch-{name}", tally.files));
                fs::create_dir_all(&to)?;
                for entry in fs::read_dir(&root)?.flatten() {
                    fs::copy(entry.path(), to.join(entry.file_name()))?;
                }
                println!("{name}: NO REPORT: {error:#}; the batch is kept in {}", to.display());
            }
        }
    }
    println!("seed {seed}, {seconds} s; analyses without a report: {failed}");
    for (name, tally) in &tallies {
        println!(
            "  {name}: {} changed files, children killed {}, parsers that panicked {}, files told as skipped for their syntax, size or depth {}",
            tally.files, tally.deaths, tally.panics, tally.refused
        );
    }
    if failed > 0 {
        bail!("{failed} analyses ended without a report");
    }
    Ok(())
}

async fn as_it_is(analyser: &Analyzer, paths: &[&Path]) -> anyhow::Result<()> {
    for path in paths {
        let start = Instant::now();
        let (error, skipped) = match analyzed(analyser, path).await {
            Ok(skipped) => (None, skipped),
            Err(error) => (Some(format!("{error:#}")), Vec::new()),
        };
        let seconds = start.elapsed().as_secs_f64();
        let row = serde_json::json!({ "path": path, "seconds": seconds, "error": error, "skipped": skipped });
        println!("{row}");
    }
    Ok(())
}

/// The files that the report names as skipped, with the reason. An error: there is no report.
async fn analyzed(analyser: &Analyzer, root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let cloned = Cloned {
        branch_note: None,
        dir: root.to_path_buf(),
        branch: "main".to_owned(),
        commit: String::new(),
        bytes: 0,
        remote: None,
    };
    let scan = ScanId::random();
    let started = tokio::time::Instant::now();
    let about = ScanContext {
        scan: &scan,
        repo_url: "https://example.com/a/b",
        started,
        history_problem: None,
    };
    let deadline = started + analyser.limits.timeout();
    let report = analyser.analyze(&cloned, about, deadline, &Progress::default()).await;
    let report = report.map_err(|failed| anyhow::anyhow!("{failed}"))?;
    let report: Value = serde_json::from_slice(&report).context("the report is no JSON")?;
    for stage in report["analyser"]["stages"].as_array().into_iter().flatten() {
        if stage["status"] == "failed" {
            bail!("a stage failed: {stage}");
        }
    }
    let skipped = report["analyser"]["skippedFiles"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(skipped
        .iter()
        .map(|file| (text(&file["path"]), text(&file["reason"])))
        .collect())
}

/// The files of each extractor.
fn corpora(sources: &[&Path]) -> Vec<(&'static str, Vec<PathBuf>)> {
    let (mut files, mut folders) = (
        Vec::new(),
        sources.iter().map(|path| path.to_path_buf()).collect::<Vec<_>>(),
    );
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.metadata().is_ok_and(|data| data.len() < MAX_SEED) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    let ending = |file: &PathBuf| file.extension().unwrap_or_default().to_string_lossy().to_string();
    EXTRACTORS
        .iter()
        .map(|(name, endings)| {
            let own = files.iter().filter(|file| endings.contains(&ending(file).as_str()));
            (*name, own.cloned().collect::<Vec<_>>())
        })
        .filter(|(_, files)| !files.is_empty())
        .collect()
}
