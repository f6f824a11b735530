//! Documents against what they speak of: links, settings, log lines, commands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use repolens_e2e::documents::{GUIDES, blocks, documents, literals, prose};
use repolens_e2e::sources::{read, root};
use repolens_settings::SETTINGS;

/// The anchors of a document, as its host makes them of the headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    let mut broken = Vec::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).expect("a document");
        for rest in prose(&text).split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() {
                document.clone()
            } else {
                document.parent().expect("a folder").join(path)
            };
            let good = file.exists()
                && (anchor.is_empty()
                    || std::fs::read_to_string(&file).is_ok_and(|text| anchors(&text).contains(anchor)));
            if !good {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(checked > 10, "links have been found: {checked}");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A reader searches for the file that a document names; a name may begin anywhere in the path.
#[test]
fn the_source_files_that_documents_name_exist() {
    /// These also name files of other projects, and files of the past.
    const OTHERS: [&str; 2] = ["docs/accuracy.md", "CHANGELOG.md"];
    let files = source_files();
    let mut checked = 0;
    let mut missing = Vec::new();
    for document in documents() {
        if OTHERS.iter().any(|other| document.ends_with(other)) {
            continue;
        }
        let text = std::fs::read_to_string(&document).expect("a document");
        for name in literals(&text)
            .into_iter()
            .filter(|text| text.ends_with(".rs") && !text.contains(' '))
        {
            checked += 1;
            if !files.iter().any(|file| file.ends_with(&name)) {
                missing.push(format!("{}: {name}", document.display()));
            }
        }
    }
    assert!(checked > 50, "names have been found: {checked}");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_guides_name_only_settings_that_exist() {
    /// Words in capitals that are no settings.
    const OTHERS: [&str; 1] = ["SCAN_ID"];
    let known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    for guide in GUIDES {
        let text = read(guide);
        let mut texts = literals(&text);
        texts.extend(blocks(&text, "sh"));
        for literal in texts {
            let words = literal.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            // A setting of one word cannot be told from `POST`.
            for word in words.filter(|word| word.contains('_')) {
                if word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && !OTHERS.contains(&word) {
                    assert!(
                        known.contains(word),
                        "`{guide}` names `{word}`, which is no setting: {literal}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_guide_has_every_setting_of_the_blueprint() {
    let guide = read("docs/deploy-combined.md");
    let blueprint = read("render-combined.yaml");
    for name in blueprint.lines().filter_map(|line| line.trim().strip_prefix("- key: ")) {
        assert!(
            guide.contains(&format!("| `{name}` |")),
            "`{name}` has no row in the guide"
        );
    }
}

#[test]
fn the_lines_to_look_for_are_written_by_somebody() {
    let sources = sources();
    let mut checked = 0;
    for guide in GUIDES {
        let text = read(guide);
        let signs = ["🚀", "📡", "✅", "⏳", "🔧", "✨", "⚠️", "❌", "🛑"];
        let mut lines = blocks(&text, "log");
        lines.extend(
            literals(&text)
                .into_iter()
                .filter(|text| signs.iter().any(|sign| text.starts_with(sign))),
        );
        for line in lines {
            // The sign is put before the text, and its end may be a value.
            let words = line.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            let fixed = words.split([':', '(']).next().unwrap_or_default().trim();
            // `{title} {verb} with PID` in the source.
            let verb = fixed.split(' ').nth(1).unwrap_or_default();
            let fixed = if ["started", "restarted"].contains(&verb) {
                format!("\"{verb}\"")
            } else {
                fixed.to_owned()
            };
            checked += 1;
            assert!(sources.contains(&fixed), "`{guide}`: nobody writes `{fixed}` ({line})");
        }
    }
    assert!(checked > 15, "lines have been found: {checked}");
}

#[test]
fn the_failure_codes_exist() {
    let sources = sources();
    for guide in GUIDES {
        let text = read(guide);
        for rest in text.split("code `").skip(1) {
            let code = rest.split('`').next().unwrap_or_default();
            let variant: String = code
                .split('-')
                .map(|word| word[..1].to_uppercase() + &word[1..])
                .collect();
            assert!(
                sources.contains(&format!("FailureCode::{variant}")),
                "`{guide}`: no failure has the code `{code}`"
            );
        }
    }
}

#[test]
fn the_commands_of_the_documents_exist() {
    let mut checked = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).expect("a document");
        for line in blocks(&text, "sh") {
            for word in line.split([' ', '=', '"']) {
                let ours = ["scripts/", "docker/", "render-"]
                    .iter()
                    .any(|start| word.starts_with(start));
                if ours {
                    checked += 1;
                    assert!(
                        root().join(word).exists(),
                        "{}: `{word}` of `{line}`",
                        document.display()
                    );
                }
                if word.starts_with("scripts/") {
                    assert!(is_executable(&root().join(word)), "{word}");
                }
            }
        }
    }
    assert!(checked > 4, "commands have been found: {checked}");
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// All Rust files of the repository.
fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates"), root().join("supervisor")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
                _ => {}
            }
        }
    }
    files
}

/// The sources of the three programs, in one text.
fn sources() -> String {
    let programs = [
        "supervisor/src",
        "crates/api/src",
        "crates/worker/src",
        "crates/core/src",
    ]
    .map(|folder| root().join(folder));
    let files = source_files()
        .into_iter()
        .filter(|file| programs.iter().any(|folder| file.starts_with(folder)));
    files
        .map(|file| std::fs::read_to_string(file).expect("a source file"))
        .collect()
}
