//! Analyses a folder or a repository and shows the report: for trials. `--json` for the report itself.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
        .ok_or("give a path")?;
    let threads = arguments
        .iter()
        .find_map(|a| a.strip_prefix("--threads="))
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let start = Instant::now();
    let tree = SourceTree::open(Path::new(path), &OpenOptions::default())?;
    let clock = arguments
        .iter()
        .any(|a| a == "--times")
        .then(|| Arc::new(move || start.elapsed()) as repolens_analysis::Clock);
    let report = analyze(
        tree,
        &Options {
            threads,
            clock,
            ..Options::default()
        },
        &Silent,
    )?;
    let mut out = std::io::stdout().lock();
    if arguments.iter().any(|argument| argument == "--json") {
        serde_json::to_writer(&mut out, &report)?;
    } else {
        out.write_all(
            render::text(
                &report,
                &render::Style {
                    colour: false,
                    width: 100,
                },
            )
            .as_bytes(),
        )?;
    }
    writeln!(out)?;
    writeln!(std::io::stderr(), "{} ms", start.elapsed().as_millis())?;
    Ok(())
}
