//! Lists every edge of the call graph of a tree, a JSON object a line: what `scripts/oracles/calls` compares.
//!
//! `calls PATH`

#![expect(clippy::disallowed_methods, reason = "locked once: the output is the purpose")]

use std::io::{BufWriter, Write};
use std::path::Path;

use repolens_analysis::{OpenOptions, Options, SourceTree, inventory};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give a path")?;
    let tree = SourceTree::open(Path::new(&path), &OpenOptions::default())?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for edge in inventory::calls(tree, &Options::default())? {
        serde_json::to_writer(&mut out, &edge)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
