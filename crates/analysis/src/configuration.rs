//! Texts of files that configure tools, each with the keys above it: they name the files that tools load, the aliases
//! that bundlers follow, and the folders that interpreters search.
//!
//! JSON (with comments) and JavaScript are read by the parser of JavaScript, everything else word by word. A path that is
//! put together from literals (`path.resolve(__dirname, 'src')`, `new URL('./src', import.meta.url)`) is one text,
//! relative to its file. What depends on more than literals is left out.

use compact_str::CompactString;

pub(crate) mod commands;
mod script;
mod words;

/// One text of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// From the outermost; of a list, the key of the list.
    pub keys: Box<[CompactString]>,
    pub value: CompactString,
}

impl Setting {
    fn new<'k>(keys: impl IntoIterator<Item = &'k str>, value: &str) -> Self {
        Self {
            keys: keys.into_iter().map(CompactString::from).collect(),
            value: value.into(),
        }
    }

    /// The innermost key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.keys.last().map_or("", |key| key)
    }

    #[must_use]
    pub fn is_below(&self, key: &str) -> bool {
        self.keys.iter().any(|above| above == key)
    }
}

/// Larger files hold data.
const MAX_BYTES: usize = 128 * 1024;
/// The most settings of one file.
const MAX_SETTINGS: usize = 4_000;

/// The relative paths that a script imports, found by its words: of a script that is not parsed.
#[must_use]
pub fn imports(text: &[u8]) -> Box<[Setting]> {
    const MAX_PATH: usize = 300;
    let mut found = Vec::new();
    for at in memchr::memchr2_iter(b'"', b'\'', text) {
        if text.get(at + 1) != Some(&b'.') {
            continue;
        }
        let before = text[..at].trim_ascii_end();
        let before = before.strip_suffix(b"(").map_or(before, <[u8]>::trim_ascii_end);
        let loads = [&b"from"[..], b"require", b"import"];
        if !loads.iter().any(|word| before.ends_with(word)) {
            continue;
        }
        let rest = &text[at + 1..];
        let end = rest.iter().take(MAX_PATH).position(|byte| *byte == text[at]);
        if let Some(path) = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok()) {
            found.push(Setting::new(["import"], path));
        }
        if found.len() == MAX_SETTINGS {
            break;
        }
    }
    found.into()
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Script,
    Json,
    Words,
}

/// Names of scripts that configure a tool, where `.config.`, `.conf.` or `rc.` do not show it.
const SCRIPTS: &[&str] = &[
    "gulpfile",
    "Gruntfile",
    "gruntfile",
    "plopfile",
    "Jakefile",
    "knexfile",
    "vite",
    "vitest",
    "webpack",
    "rollup",
    "rspack",
    "esbuild",
    "build",
    "ecosystem",
    "karma",
    "wdio",
    "protractor",
    "nightwatch",
    "gatsby-node",
    "gatsby-browser",
    "config-overrides",
    "forge",
    "main",
    "manager",
    "sst",
    "vue",
    "ember-cli-build",
    "next",
    "nuxt",
    "craco",
    "metro",
    "babel",
    "jest",
    "jest-preset",
    "snowpack",
    "truffle",
    "hardhat",
    "codegen",
    "ormconfig",
    "data-source",
    "datasource",
    "drizzle",
    "tailwind",
    "postcss",
    "playwright",
    "cypress",
    "commitlint",
    "stylelint",
    "lint-staged",
    "astro",
    "svelte",
];
const JSON: &[&str] = &["json", "jsonc", "json5", "babelrc", "swcrc", "webmanifest", "importmap"];
const WORDS: &[&str] = &[
    "yml", "yaml", "toml", "ini", "cfg", "html", "htm", "sh", "bash", "mk", "service", "conf", "ejs", "xml", "pug",
    "hbs", "bat", "ps1", "cmd", "just", "nix", "tf", "php", "twig", "erb", "cshtml", "njk", "liquid", "astro", "mdx",
    "j2", "jinja", "jinja2", "haml", "slim", "tt", "jsp",
];
/// Files without an ending.
const NAMES: &[&str] = &[
    "Procfile",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "Justfile",
    "justfile",
    "Jenkinsfile",
    "Vagrantfile",
    "Rakefile",
];

fn form(path: &str) -> Option<Form> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if path.contains("node_modules/") {
        return None;
    }
    if matches!(ending, "js" | "mjs" | "cjs" | "ts" | "mts" | "cts") {
        let first = stem.split('.').next().unwrap_or_default();
        let by_name = stem.ends_with(".config")
            || stem.contains(".config.")
            || stem.ends_with(".conf")
            || stem.ends_with("rc")
            || (first != stem && SCRIPTS.contains(&first))
            || (SCRIPTS.contains(&stem) && !matches!(stem, "main" | "manager" | "build"))
            || path.contains(".storybook/")
            || path.contains(".vitepress/config")
            || path.contains(".vuepress/config")
            || path.contains(".erb/configs/");
        return by_name.then_some(Form::Script);
    }
    if JSON.contains(&ending) || (name.starts_with('.') && name.ends_with("rc")) {
        return Some(Form::Json);
    }
    let by_name = NAMES.contains(&name)
        || name.contains("Dockerfile")
        || name.contains("Containerfile")
        || path.starts_with(".husky/")
        || path.contains("/.husky/");
    (WORDS.contains(&ending) || by_name).then_some(Form::Words)
}

/// Whether the file at `path` configures a tool, by its name.
#[must_use]
pub(crate) fn reads(path: &str, test: bool) -> bool {
    match form(path) {
        Some(Form::Script) => true,
        // Data of tests configures nothing.
        Some(Form::Json | Form::Words) => !test || path.ends_with("package.json"),
        None => false,
    }
}

/// The texts of a configuration, in their order.
pub(crate) fn settings(path: &str, text: &[u8]) -> Box<[Setting]> {
    let Some(form) = form(path).filter(|_| text.len() <= MAX_BYTES) else {
        return Box::default();
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return Box::default();
    };
    let text = text.trim_start_matches('\u{feff}');
    let mut found = match form {
        Form::Script => script::of_script(path, text),
        Form::Json if names_files(text) => {
            let found = script::of_json(text);
            // `.eslintrc`, `.prettierrc` may be YAML.
            if found.is_empty() { words::of(text) } else { found }
        }
        Form::Json => Vec::new(),
        Form::Words => words::of(text),
    };
    found.truncate(MAX_SETTINGS);
    found.into()
}

/// Most data names no files.
fn names_files(text: &str) -> bool {
    let has = |sign: &str| memchr::memmem::find(text.as_bytes(), sign.as_bytes()).is_some();
    [
        "./",
        ".js",
        ".ts",
        ".mjs",
        ".cjs",
        ".jsx",
        "src/",
        "<rootDir>",
        "sourceRoot",
        "entryFile",
        "extends",
        "baseUrl",
    ]
    .iter()
    .any(|sign| has(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(path: &str, text: &str) -> Vec<String> {
        settings(path, text.as_bytes())
            .iter()
            .map(|setting| format!("{}={}", setting.keys.join("."), setting.value))
            .collect()
    }

    #[test]
    fn scripts_are_read_as_far_as_they_are_literal() {
        let text = "const src = path.resolve(__dirname, 'src');\n\
                    export default defineConfig(() => ({ resolve: { alias: { '@': src, '~': fileURLToPath(new URL('./lib', import.meta.url)) } }, entry: ['./a.js'] }));\n";
        assert_eq!(
            list("vite.config.ts", text),
            [
                "src=./src",
                "resolve.alias.@=./src",
                "resolve.alias.~=./lib",
                "entry=./a.js"
            ]
        );
        let text = "module.exports = { resolve: { alias: [{ find: /^x\\/(.*)/, replacement: `${__dirname}/x/$1` }] } }";
        assert_eq!(list("rollup.config.js", text), ["resolve.alias./^x\\/(.*)/=./x/$1"]);
        let text = "config.resolve.alias.set('@', resolve('src')); config.entry.main = './m';";
        assert_eq!(
            list("vue.config.js", text),
            ["config.resolve.alias.@=./src", "config.entry.main=./m"]
        );
    }

    #[test]
    fn data_is_read_with_comments() {
        let text = "{ // why\n \"a\": { \"main\": \"src/a.ts\", }, \"b\": [\"./b.js\"] }";
        assert_eq!(list("angular.json", text), ["a.main=src/a.ts", "b=./b.js"]);
        assert_eq!(list("data.json", "{\"a\": \"b\"}"), [""; 0]);
    }

    #[test]
    fn everything_else_is_read_word_by_word() {
        assert_eq!(
            list("serverless.yml", "functions:\n  hello:\n    handler: src/hello.main\n"),
            ["handler=src/hello.main"]
        );
        assert_eq!(
            list("index.html", "<script type=\"module\" src=\"/src/a.ts\"></script>"),
            ["=/src/a.ts"]
        );
        assert_eq!(
            list("Dockerfile", "CMD [\"node\", \"dist/main.js\"]\n"),
            ["=dist/main.js"]
        );
    }
}
