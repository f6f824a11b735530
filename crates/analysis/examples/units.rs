//! Lists every file of a tree with its lines and units, a JSON object a line: what `scripts/oracles` compares.
//!
//! `units [--rules=paper|sonarjs|gocognit|complexipy] PATH`, or `units --report PATH` for the whole report.

#![expect(clippy::disallowed_methods, reason = "locked once: the output is the purpose")]

use std::io::{BufWriter, Write};
use std::path::Path;

use repolens_analysis::{CognitiveRules, OpenOptions, Options, Silent, SourceTree, analyze, inventory};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.iter().find(|argument| !argument.starts_with("--"));
    let rules = arguments.iter().find_map(|argument| argument.strip_prefix("--rules="));
    let rules = match rules.unwrap_or("paper") {
        "paper" => CognitiveRules::PAPER,
        "sonarjs" => CognitiveRules::SONARJS,
        "gocognit" => CognitiveRules::GOCOGNIT,
        "complexipy" => CognitiveRules::COMPLEXIPY,
        other => return Err(format!("`{other}` is none of the rules").into()),
    };
    let tree = SourceTree::open(Path::new(path.ok_or("give a path")?), &OpenOptions::default())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if arguments.iter().any(|argument| argument == "--report") {
        serde_json::to_writer(&mut out, &analyze(tree, &Options::default(), &Silent)?)?;
        out.flush()?;
        return Ok(());
    }
    for file in inventory::units(tree, &Options::default(), rules)? {
        serde_json::to_writer(&mut out, &file)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
