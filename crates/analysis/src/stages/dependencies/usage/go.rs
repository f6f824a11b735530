//! Go: an import begins with the path of its module. What is imported and not declared does not compile.

use repolens_core::report::DependencyUse;

use super::super::Found;
use super::{declared, files_of};
use crate::facts::{Facts, FileFacts};
use crate::language::Origin;

pub(super) fn measure(facts: &Facts, own: &[Found<'_>], usage: &mut DependencyUse) {
    let modules: Vec<&Found<'_>> = own.iter().filter(|found| found.path.ends_with("go.mod")).collect();
    for module in &modules {
        let files: Vec<&FileFacts> = files_of(facts, module, ".go")
            .into_iter()
            .filter(|file| file.origin != Origin::Vendored)
            .collect();
        // Generated files are not parsed, and import too.
        if files.is_empty() || files.iter().any(|file| file.syntax.is_none()) {
            continue;
        }
        if !usage.measured.iter().any(|one| one == "golang") {
            usage.measured.push("golang".to_owned());
        }
        let is_used = |path: &str| {
            let is_of = |import: &str| {
                import
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            let imports = files
                .iter()
                .filter_map(|file| file.syntax.as_ref())
                .flat_map(|syntax| &syntax.imports);
            imports.map(|import| import.specifier.as_str()).any(is_of)
                || module.manifest.commands.iter().any(|tool| is_of(tool))
        };
        let unused = module.manifest.requirements.iter().filter(|requirement| {
            requirement.direct
                && !requirement.local
                && requirement.name != "stdlib"
                && !is_used(requirement.alias.as_deref().unwrap_or(&requirement.name))
        });
        usage
            .never_imported
            .extend(unused.map(|requirement| declared(module, requirement)));
    }
}
