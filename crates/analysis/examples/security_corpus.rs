//! Writes the planted corpus of the security tests to a folder, for a comparison with other tools:
//! `cargo run -p repolens-analysis --example security_corpus -- FOLDER`. `FOLDER/truth.tsv` lists what is planted.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

#[path = "../tests/security/corpus.rs"]
mod corpus;

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("usage: security_corpus FOLDER"));
    };
    let corpus = corpus::corpus();
    for (path, text) in &corpus.files {
        let path = folder.join("files").join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    let mut truth = String::new();
    for planted in &corpus.planted {
        let _ = writeln!(
            truth,
            "{}\t{}\t{}\t{}\t{}",
            planted.file,
            planted.line,
            planted.rule,
            planted.provider,
            planted.value.len()
        );
    }
    for (file, line, kind) in &corpus.decoys {
        let _ = writeln!(truth, "{file}\t{line}\t-\t{kind}");
    }
    fs::write(folder.join("truth.tsv"), truth)
}
