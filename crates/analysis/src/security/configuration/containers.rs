//! Container files, Compose and Kubernetes.

use repolens_core::report::{
    FindingCategory::{Configuration, Secret},
    FindingSeverity,
};

use super::lines::parse;
use super::{Report, Rule, row, shell};
use FindingSeverity::{Info, Low, Medium};

pub static RULES: [Rule; 10] = [
    row(
        "container-root",
        "The container runs as root",
        Configuration,
        Low,
        250,
        "Who breaks out of the program is root in the container.",
        "Add `USER` with a user that has few rights, behind the installation",
        &["a last stage with another `USER`"],
    ),
    row(
        "container-remote-add",
        "A file from the network is added unseen",
        Configuration,
        Low,
        494,
        "An attacker who controls the address controls the image.",
        "Download a fixed version and compare its checksum (`ADD --checksum`)",
        &["`ADD --checksum=…`", "`ADD` of files of the folder"],
    ),
    row(
        "container-latest",
        "The base image has no fixed version",
        Configuration,
        Info,
        1357,
        "The same file builds another image tomorrow.",
        "Name a version, or a digest",
        &["a version", "a digest", "a stage of the same file", "`scratch`"],
    ),
    row(
        "container-secret",
        "A credential is built into the image",
        Secret,
        Medium,
        798,
        "Everyone who can pull the image can read it, also if a later layer removes it.",
        "Use a secret mount (`RUN --mount=type=secret`) or give it at run time",
        &["an `ARG` without a value", "a reference to a variable"],
    ),
    row(
        "container-piped-installer",
        "The image runs a script from the network unseen",
        Configuration,
        Low,
        494,
        "An attacker who controls the address controls the image.",
        "Download a fixed version and compare its checksum",
        &["a download whose checksum is compared"],
    ),
    row(
        "container-privileged",
        "A container has all rights of the machine",
        Configuration,
        Medium,
        250,
        "Who breaks out of the program is root on the machine.",
        "Remove `privileged`, and add the single capabilities that are needed",
        &["`privileged: false`"],
    ),
    row(
        "container-socket",
        "A container controls the container service",
        Configuration,
        Medium,
        250,
        "Through the socket it can start a container with all rights.",
        "Do not mount the socket; use a proxy that allows only what is needed",
        &[],
    ),
    row(
        "container-host-namespace",
        "A container shares the machine's network or processes",
        Configuration,
        Medium,
        653,
        "It can see and reach what is meant for the machine only.",
        "Remove `hostNetwork`, `hostPID` and `hostIPC`",
        &["`false`"],
    ),
    row(
        "cluster-root",
        "A container of the cluster runs as root",
        Configuration,
        Medium,
        250,
        "Who breaks out of the program is root in the container.",
        "Set `runAsNonRoot: true` and a `runAsUser` other than 0",
        &["another user"],
    ),
    row(
        "cluster-secret",
        "A Secret with its values is in the repository",
        Secret,
        Medium,
        798,
        "The values are encoded, not encrypted.",
        "Use sealed or external secrets",
        &["`SealedSecret`", "values that are templates or empty"],
    ),
];

fn named(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or(&RULES[0])
}

pub fn dockerfile(report: &mut Report<'_, '_>) {
    let mut image = Image::default();
    let mut continued = false;
    for (at, line) in report.lines().iter().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if !continued {
            let (word, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
            image.instruction(&word.to_ascii_uppercase(), rest, at + 1);
        }
        continued = trimmed.ends_with('\\');
        if shell::is_piped_installer(trimmed.strip_prefix("RUN ").unwrap_or(trimmed)) {
            let message = "A script from the network is run unseen";
            image.add("container-piped-installer", at + 1, "", message);
        }
    }
    image.finish();
    for (rule, line, subject, message) in image.found {
        report.add(rule, line, &subject, message);
    }
}

/// What is read of a Dockerfile so far.
#[derive(Default)]
struct Image {
    found: Vec<(&'static Rule, usize, String, String)>,
    /// Names of stages.
    stages: Vec<String>,
    /// The line that sets the user of the last stage, and the user.
    user: Option<(usize, String)>,
    /// The line of the last `FROM`; 0 without one.
    last_stage: usize,
}

impl Image {
    fn add(&mut self, rule: &str, line: usize, subject: &str, message: &str) {
        self.found
            .push((named(rule), line, subject.to_owned(), message.to_owned()));
    }

    fn instruction(&mut self, word: &str, rest: &str, line: usize) {
        match word {
            "FROM" => self.from(rest, line),
            "USER" => self.user = Some((line, rest.trim().to_owned())),
            "ADD" => {
                let is_address = rest.contains("http://") || rest.contains("https://");
                if is_address && !rest.contains("--checksum") && !rest.contains(".git") {
                    self.add("container-remote-add", line, "", "`ADD` of an address");
                }
            }
            "ENV" | "ARG" => {
                if let Some(name) = secret_name(rest) {
                    self.add(
                        "container-secret",
                        line,
                        &name,
                        &format!("`{name}` is built into the image"),
                    );
                }
            }
            _ => {}
        }
    }

    fn from(&mut self, rest: &str, line: usize) {
        (self.user, self.last_stage) = (None, line);
        let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let image = words.first().copied().unwrap_or_default();
        let is_stage = self.stages.iter().any(|stage| stage.eq_ignore_ascii_case(image));
        if is_stage || image.contains("nonroot") {
            // It has the user of that stage.
            self.user = Some((line, "unknown".to_owned()));
        }
        let name = image.rsplit('/').next().unwrap_or(image);
        let tag = name.split_once(':').map(|(_, tag)| tag);
        let is_open = !image.contains('@') && !image.contains('$') && tag.is_none_or(|tag| tag == "latest");
        if is_open && !is_stage && image != "scratch" && !image.is_empty() {
            self.add(
                "container-latest",
                line,
                image,
                &format!("`{image}` has no fixed version"),
            );
        }
        if let [_, as_word, name] = words[..]
            && as_word.eq_ignore_ascii_case("as")
        {
            self.stages.push(name.to_owned());
        }
    }

    /// Whether the last stage runs as root.
    fn finish(&mut self) {
        let name = self
            .user
            .as_ref()
            .map(|(_, name)| name.split(':').next().unwrap_or(name));
        let is_root = name.is_none_or(|name| matches!(name, "root" | "0"));
        if is_root && self.last_stage > 0 {
            let line = self.user.as_ref().map_or(self.last_stage, |(line, _)| *line);
            self.add("container-root", line, "", "The last stage runs as root");
        }
    }
}

/// The name of a credential that is given a literal value: `NAME=value`, `NAME value`.
fn secret_name(rest: &str) -> Option<String> {
    rest.split_whitespace().find_map(|word| {
        let (name, value) = word
            .split_once('=')
            .or_else(|| rest.split_once(char::is_whitespace).filter(|_| !rest.contains('=')))?;
        let upper = name.to_ascii_uppercase();
        let is_secret = [
            "PASSWORD",
            "PASSWD",
            "SECRET",
            "TOKEN",
            "API_KEY",
            "APIKEY",
            "ACCESS_KEY",
            "PRIVATE_KEY",
        ]
        .iter()
        .any(|end| upper.ends_with(end));
        let value = value.trim().trim_matches(['"', '\'']);
        let lower = value.to_ascii_lowercase();
        let is_literal = value.len() >= 6
            && !value.contains(['$', '<', '{', '/'])
            && ![
                "changeme",
                "example",
                "placeholder",
                "your",
                "dummy",
                "fake",
                "test",
                "secret",
                "password",
                "token",
                "xxx",
                "build",
                "none",
            ]
            .iter()
            .any(|word| lower.contains(word))
            && value.bytes().any(|byte| byte.is_ascii_digit());
        (is_secret && is_literal).then(|| name.to_owned())
    })
}

pub fn compose(report: &mut Report<'_, '_>) {
    let Ok(text) = std::str::from_utf8(report.text.bytes) else {
        return;
    };
    for line in parse(text) {
        let found = match (line.key, line.value) {
            ("privileged", "true") => Some(("container-privileged", "`privileged: true`")),
            ("network_mode", "host") | ("pid", "host") | ("ipc", "host") => {
                Some(("container-host-namespace", "The machine's namespace is shared"))
            }
            _ if line.value.starts_with("/var/run/docker.sock") || line.value.starts_with("/run/docker.sock") => {
                Some(("container-socket", "The socket of the container service is mounted"))
            }
            _ => None,
        };
        if let Some((id, message)) = found {
            report.add(named(id), line.number, line.key, message.to_owned());
        }
    }
}

pub fn cluster(report: &mut Report<'_, '_>) {
    let has = |word: &[u8]| memchr::memmem::find(report.text.bytes, word).is_some();
    if !has(b"apiVersion:") || !has(b"kind:") {
        return;
    }
    let Ok(text) = std::str::from_utf8(report.text.bytes) else {
        return;
    };
    let mut kind = "";
    let mut in_data = false;
    let mut reported = false;
    for line in parse(text) {
        if line.value.starts_with("---") {
            (kind, in_data, reported) = ("", false, false);
        }
        if line.indent == 0 && !line.key.is_empty() {
            in_data = matches!(line.key, "data" | "stringData");
            if line.key == "kind" {
                kind = line.value;
            }
        }
        let found = match (line.key, line.value) {
            ("privileged", "true") => Some(("container-privileged", "`privileged: true`")),
            ("hostNetwork" | "hostPID" | "hostIPC", "true") => {
                Some(("container-host-namespace", "The machine's namespace is shared"))
            }
            ("runAsUser", "0") => Some(("cluster-root", "`runAsUser: 0`")),
            _ if kind == "Secret" && in_data && line.indent > 0 && is_value(line.value) && !reported => {
                reported = true;
                Some(("cluster-secret", "The values of a Secret are in the repository"))
            }
            _ => None,
        };
        if let Some((id, message)) = found {
            report.add(named(id), line.number, line.key, message.to_owned());
        }
    }
}

/// A value that is neither empty nor filled in later.
fn is_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    value.len() >= 6
        && !value.contains(['{', '<', '$', '*'])
        && !["changeme", "example", "placeholder", "replace", "todo", "your", "null"]
            .iter()
            .any(|word| lower.contains(word))
}
