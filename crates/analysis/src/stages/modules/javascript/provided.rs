//! Modules that a framework, a bundler or a generator makes: no file of the repository and no package has them.

/// Names below which Docusaurus, SvelteKit, Nuxt and bundlers' plugins offer modules of their own.
const NAMES: &[&str] = &[
    "@theme",
    "@theme-init",
    "@theme-original",
    "@generated",
    "~icons",
    "#app",
    "#build",
    "#components",
    "#imports",
];
/// Schemes of the libraries of a runtime, which are reported by their names.
const RUNTIMES: &[&str] = &["node", "bun", "deno", "cloudflare", "npm", "jsr", "workerd"];

/// Whether a module that was not found is made by a tool: `virtual:pwa`, `$app/stores`, `./$types`, `./+types/root`,
/// `../generated/client`, `./routeTree.gen`.
pub(super) fn is_provided(specifier: &str) -> bool {
    let first = specifier.split('/').next().unwrap_or_default();
    if specifier.starts_with('.') {
        return is_made(specifier);
    }
    let scheme = first.split_once(':').map(|(scheme, _)| scheme);
    NAMES.contains(&first) || first.starts_with('$') || scheme.is_some_and(|scheme| !RUNTIMES.contains(&scheme))
}

/// Whether a relative path leads to what a generator writes when the program is built.
fn is_made(path: &str) -> bool {
    const FOLDERS: &[&str] = &["generated", "__generated__", "_generated", "+types", "codegen", "dist"];
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = [".js", ".ts", ".mjs", ".tsx"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    let is_hidden = |part: &str| part.len() > 2 && part.starts_with('.') && !part.starts_with("..");
    path.split('/').any(|part| FOLDERS.contains(&part) || is_hidden(part))
        || matches!(stem, "$types" | "generated")
        || stem.ends_with(".gen")
        || stem.ends_with(".generated")
}

#[cfg(test)]
mod tests {
    use super::is_provided;

    #[test]
    fn modules_that_tools_make() {
        for made in [
            "virtual:pwa-register",
            "astro:content",
            "$app/stores",
            "$env/static/private",
            "@theme/Layout",
            "#imports",
            "./$types",
            "./$types.js",
            "./+types/root",
            "../generated/client",
            "./routeTree.gen",
            "../.velite",
            "./dist/server/entry.js",
        ] {
            assert!(is_provided(made), "{made}");
        }
        for other in [
            "node:fs",
            "bun:test",
            "react",
            "@scope/name",
            "#own",
            "./a",
            "../b.js",
            ".",
            "..",
            "./generator",
            "@/a",
        ] {
            assert!(!is_provided(other), "{other}");
        }
    }
}
