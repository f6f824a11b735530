//! Scripts of a shell.

use repolens_core::report::{FindingCategory::Configuration, FindingSeverity};

use super::{Report, Rule, row};
use FindingSeverity::Low;

pub static RULES: [Rule; 2] = [
    row(
        "shell-piped-installer",
        "A script from the network is run unseen",
        Configuration,
        Low,
        494,
        "An attacker who controls the address or the connection controls what runs.",
        "Download a fixed version and compare its checksum",
        &[
            "a download whose checksum is compared",
            "the command in a text or comment",
        ],
    ),
    row(
        "shell-world-writable",
        "Everybody may change the files",
        Configuration,
        Low,
        732,
        "Any user of the machine can replace what is run.",
        "Give rights to the owner and the group only",
        &["`chmod 755`, `chmod +x`"],
    ),
];

/// `curl … | sh`
pub fn is_piped_installer(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || line.starts_with("echo ") || line.starts_with("printf ") {
        return false;
    }
    let Some(at) = ["curl ", "wget "].iter().filter_map(|tool| line.find(tool)).min() else {
        return false;
    };
    let is_word = |at: usize| at == 0 || line[..at].ends_with([' ', '\t', '(', ';', '&', '|', '"', '`']);
    let is_from_network = line[at..].contains("http://") || line[at..].contains("https://") || line[at..].contains('$');
    let mut parts = line[at..].split('|').skip(1);
    is_word(at)
        && is_from_network
        && !line.contains("sha256sum")
        && parts.any(|part| {
            let mut words = part
                .split_whitespace()
                .skip_while(|word| matches!(*word, "sudo" | "-E" | "env" | "exec") || word.contains('='));
            let shell = words.next().unwrap_or_default();
            matches!(
                shell
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches([')', '"', ';', '`']),
                "sh" | "bash" | "zsh" | "dash" | "ksh"
            )
        })
}

pub fn find(report: &mut Report<'_, '_>) {
    let mut found = Vec::new();
    for (at, line) in report.lines().iter().enumerate() {
        if is_piped_installer(line) {
            found.push((&RULES[0], at + 1, "A script from the network is run unseen".to_owned()));
        }
        if is_world_writable(line) {
            found.push((
                &RULES[1],
                at + 1,
                "`chmod 777` lets everybody change the file".to_owned(),
            ));
        }
    }
    for (rule, line, message) in found {
        report.add(rule, line, "", message);
    }
}

pub fn is_world_writable(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || line.starts_with("echo ") {
        return false;
    }
    let mut words = line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|'));
    words.any(|word| word == "chmod")
        && words
            .find(|word| !word.starts_with('-') && !word.is_empty())
            .is_some_and(|mode| matches!(mode, "777" | "0777" | "a+rwx" | "666" | "0666" | "a+w" | "o+w"))
}
