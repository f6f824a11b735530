//! Specifications of gems (`*.gemspec`): the dependencies that they have as text.

use repolens_core::report::DependencyKind;

use super::statements::{self, Statement};
use crate::manifests::syntax::script::Token;
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn specification(text: &str) -> Result<Manifest, String> {
    if !text.contains("Gem::Specification") {
        return Err("it has no `Gem::Specification`".to_owned());
    }
    let mut manifest = Manifest::of("gem");
    let mut named = false;
    // For each open block: whether it may run never or several times.
    let mut blocks: Vec<bool> = Vec::new();
    statements::each(text, |statement| match statement {
        Statement::Condition => blocks.push(true),
        Statement::Block(words) => blocks.push(words.iter().any(|word| word.is_word("each"))),
        Statement::End => drop(blocks.pop()),
        Statement::Call(call, parts) => {
            let texts: Vec<&str> = parts
                .iter()
                .flat_map(|part| part.iter().filter_map(Token::text))
                .collect();
            let kind = match call {
                "add_dependency" | "add_runtime_dependency" => DependencyKind::Runtime,
                "add_development_dependency" => DependencyKind::Dev,
                _ => {
                    named |= call == "name";
                    return describe(call, &texts, &mut manifest);
                }
            };
            manifest.partial |= blocks.contains(&true);
            add(&texts, kind, &mut manifest);
        }
    });
    // A name that is computed goes with dependencies that are.
    manifest.partial |= !named;
    Ok(manifest)
}

fn describe(member: &str, texts: &[&str], manifest: &mut Manifest) {
    match (member, texts) {
        ("name", [name]) => manifest.name = Some((*name).to_owned()),
        ("summary", [text]) => manifest.description = Some((*text).to_owned()),
        ("license" | "licenses", names @ [_, ..]) => manifest.license = Some(names.join(" OR ")),
        _ => {}
    }
}

fn add(texts: &[&str], kind: DependencyKind, manifest: &mut Manifest) {
    let Some((name, versions)) = texts.split_first() else {
        manifest.partial = true;
        return;
    };
    let version = versions.join(", ");
    let exact = version.strip_prefix('=').unwrap_or(&version).trim();
    // Older ones have each list for every version of RubyGems.
    let is_known = |known: &Requirement| known.name == **name && known.kind == kind;
    if !manifest.requirements.iter().any(is_known) {
        manifest.requirements.push(Requirement {
            resolved: exact.starts_with(|c: char| c.is_ascii_digit()) && !exact.contains(','),
            ..Requirement::wanted(*name, exact, kind)
        });
    }
}
