//! Lists every file of a tree with its lines and units, a JSON object a line: what `scripts/oracles` compares.
//!
//! `units [--rules=paper|sonarjs|gocognit|complexipy] PATH` (`paper+or+recursion+nested`: the paper's rules but for those
//! of `sonarjs` that are named), or `units --report PATH` for the whole report; with `--memory`
//! the memory in use goes to stderr as each stage begins (Linux).

#![expect(clippy::disallowed_methods, reason = "locked once: the output is the purpose")]

use std::io::{BufWriter, Write};
use std::path::Path;

use repolens_analysis::{CognitiveRules, Observer, OpenOptions, Options, Silent, SourceTree, analyze, inventory};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.iter().find(|argument| !argument.starts_with("--"));
    let rules = arguments.iter().find_map(|argument| argument.strip_prefix("--rules="));
    let rules = rules_of(rules.unwrap_or("paper")).ok_or("no such rules")?;
    let tree = SourceTree::open(Path::new(path.ok_or("give a path")?), &OpenOptions::default())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if arguments.iter().any(|argument| argument == "--report") {
        let memory = arguments.iter().any(|argument| argument == "--memory");
        let observer: &dyn Observer = if memory { &Memory } else { &Silent };
        serde_json::to_writer(&mut out, &analyze(tree, &Options::default(), observer)?)?;
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

fn rules_of(name: &str) -> Option<CognitiveRules> {
    let mut names = name.split('+');
    let mut rules = match names.next()? {
        "paper" => CognitiveRules::PAPER,
        "sonarjs" => CognitiveRules::SONARJS,
        "gocognit" => CognitiveRules::GOCOGNIT,
        "complexipy" => CognitiveRules::COMPLEXIPY,
        _ => return None,
    };
    for name in names {
        match name {
            "or" => rules.or_counts = CognitiveRules::SONARJS.or_counts,
            "recursion" => rules.recursion = CognitiveRules::SONARJS.recursion,
            "nested" => rules.nested_apart = CognitiveRules::SONARJS.nested_apart,
            _ => return None,
        }
    }
    Some(rules)
}

struct Memory;

impl Observer for Memory {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        if stage != "parse" || done == total {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let lines = status
                .lines()
                .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
            let shown: Vec<_> = lines
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            let _ = writeln!(std::io::stderr(), "{stage}: {}", shown.join(", "));
        }
    }
}
