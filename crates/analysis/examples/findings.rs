//! Lists the security findings of folders, one a line, for reading them: severity, confidence, in a test, rule, place, message.
//! `cargo run -p repolens-analysis --example findings -- FOLDER…`.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};

#[allow(clippy::disallowed_methods, reason = "its output is its purpose")]
fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for folder in std::env::args().skip(1) {
        let tree = SourceTree::open(Path::new(&folder), &OpenOptions::default()).map_err(io::Error::other)?;
        let start = Instant::now();
        let options = Options {
            clock: Some(Arc::new(move || start.elapsed())),
            ..Options::default()
        };
        let report = analyze(tree, &options, &Silent).map_err(io::Error::other)?;
        let Some(section) = report.security else {
            continue;
        };
        for finding in &section.findings {
            let place = finding
                .line
                .map_or_else(|| finding.file.clone(), |line| format!("{}:{line}", finding.file));
            writeln!(
                out,
                "{}\t{:?}\t{}\t{}\t{folder}/{place}\t{}",
                finding.severity.as_str(),
                finding.confidence,
                if finding.in_test { "test" } else { "own" },
                finding.rule,
                finding.message
            )?;
        }
        writeln!(
            out,
            "score\t{folder}\t{:?}\t{} ms",
            section.score,
            start.elapsed().as_millis()
        )?;
    }
    Ok(())
}
