//! What a host is told (blueprints, compose file, Dockerfiles) against what the programs read and what the host knows.

use std::collections::{BTreeMap, BTreeSet};

use repolens_e2e::sources::{read, root};
use repolens_settings::{Default, SETTINGS, Setting, find};
use serde_json::Value;

const BLUEPRINTS: [&str; 2] = ["render-combined.yaml", "render-split.yaml"];
const DOCKERFILES: [&str; 3] = [
    "docker/Dockerfile.combined",
    "docker/Dockerfile.api",
    "docker/Dockerfile.worker",
];

/// Settings that a blueprint leaves out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("HOST", "all addresses in production"),
    (
        "DATABASE_CA_FILE",
        "a file in the image; hosted databases have public certificates",
    ),
    (
        "EXTRA_CA_FILE",
        "a file in the image; for networks with authorities of their own",
    ),
    ("PORT", "the host sets it"),
    ("GITHUB_API_URL", "for GitHub Enterprise only"),
    ("REDIS_HOST", "the older form of `REDIS_URL`"),
    ("REDIS_PORT", "the older form of `REDIS_URL`"),
    ("REDIS_PASSWORD", "the older form of `REDIS_URL`"),
    ("REPOLENS_DATA_DIR", "the image sets it"),
    ("SANDBOX_DIR", "the image sets it"),
    ("REPOLENS_EMBEDDED", "a free host's disk forgets everything"),
    ("REPOLENS_SUPERVISOR_SOCKET", "the supervisor sets it"),
    ("REPOLENS_PROBE_SOCKET", "the supervisor sets it"),
    ("REPOLENS_HEARTBEAT", "the supervisor sets it"),
    ("REPOLENS_WORKER_ID", "the supervisor sets it"),
    ("ANALYSIS_MEMORY", "follows the plan's memory"),
    (
        "HISTORY_COMMITS",
        "the time and the size of a scan bound it on every plan",
    ),
    (
        "AI_ALLOW_INSECURE",
        "for a model server without TLS on a public network",
    ),
    ("AI_PROVIDERS", "all whose keys are set"),
    ("OPENROUTER_BASE_URL", "for a gateway in between"),
    ("GEMINI_BASE_URL", "for a gateway in between"),
    (
        "OSV_URL",
        "the names of dependencies leave the host only where somebody decides so",
    ),
    ("OSV_INDEX", "a file that the operator makes"),
    ("ALLOW_PRIVATE_HOSTS", "refused in production"),
    ("ALLOW_LOCAL_REPOS", "refused in production"),
    ("NO_COLOR", "there are no colors where there is no terminal"),
];
/// Besides, in the blueprints.
const LEFT_OUT_BLUEPRINTS: &[(&str, &str)] = &[
    ("AI_BASE_URL", "a model server of one's own; there is none on this host"),
    ("AI_API_KEY", "goes with `AI_BASE_URL`"),
    ("AI_MODEL", "goes with `AI_BASE_URL`"),
];
/// Besides, in the compose file.
const LEFT_OUT_COMPOSE: &[(&str, &str)] = &[
    ("NODE_ENV", "the image sets it"),
    ("EXTRA_CA_FILE", "a file in the image"),
];
/// Settings whose value on this host is not the default.
const OF_THE_HOST: &[(&str, &str)] = &[("NODE_ENV", "production"), ("TRUSTED_PROXIES", "private,cloudflare")];
/// Besides, in one container.
const LEFT_OUT_COMBINED: &[(&str, &str)] = &[
    ("API_URL", "the same container"),
    ("WORKER_TOKEN", "the supervisor makes one at each start"),
];

/// Settings that a service with these programs leaves out.
fn is_left_out(name: &str, (api, worker): (bool, bool), besides: &[(&str, &str)]) -> bool {
    let combined: &[_] = if api && worker { LEFT_OUT_COMBINED } else { &[] };
    let mut all = LEFT_OUT.iter().chain(combined).chain(besides);
    all.any(|(left, _)| *left == name)
}

/// The settings that a service with these programs passes on to them.
fn settings_of((api, worker): (bool, bool)) -> impl Iterator<Item = &'static Setting> {
    SETTINGS
        .iter()
        .filter(move |setting| setting.readers.api && api || setting.readers.worker && worker)
}

/// The row of a variable that a service with these programs may set.
fn row(name: &str, programs: (bool, bool)) -> Option<&'static Setting> {
    let is_own = |setting: &&Setting| setting.readers.supervisor;
    settings_of(programs)
        .find(|setting| setting.name == name)
        .or(find(name).filter(is_own))
}

/// Which programs a service runs, by its Dockerfile.
fn runs(dockerfile: &str) -> (bool, bool) {
    match dockerfile.rsplit('.').next() {
        Some("combined") => (true, true),
        Some("api") => (true, false),
        Some("worker") => (false, true),
        _ => panic!("which programs are in `{dockerfile}`?"),
    }
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("a list `{name}` in {value}"))
}

fn services(path: &str) -> Vec<Value> {
    array(&yaml(path), "services").to_vec()
}

/// Which value a field of a Render blueprint may have.
fn is_allowed(field: &str, value: &Value) -> bool {
    let one_of = |allowed: &[&str]| value.as_str().is_some_and(|value| allowed.contains(&value));
    let exists = || value.as_str().is_some_and(|path| root().join(path).exists());
    match field {
        "type" => one_of(&["web", "pserv", "worker", "cron", "keyvalue"]),
        "runtime" => one_of(&["docker", "image"]),
        "plan" => one_of(&["free", "starter", "standard", "pro", "pro plus", "pro max", "pro ultra"]),
        "region" => one_of(&["oregon", "ohio", "virginia", "frankfurt", "singapore"]),
        "autoDeployTrigger" => one_of(&["commit", "checksPass", "off"]),
        "dockerfilePath" | "dockerContext" => exists(),
        "healthCheckPath" => value.as_str() == Some("/api/health"),
        "maxShutdownDelaySeconds" => value.as_u64().is_some_and(|seconds| (1..=300).contains(&seconds)),
        "numInstances" => value.as_u64().is_some_and(|count| count > 0),
        "name" => value.as_str().is_some_and(|name| !name.is_empty()),
        "buildFilter" => value.as_object().is_some_and(|filter| {
            filter
                .keys()
                .all(|key| ["paths", "ignoredPaths"].contains(&key.as_str()))
        }),
        "envVars" => value.is_array(),
        _ => false,
    }
}

#[test]
fn the_fields_of_the_blueprints_are_those_that_render_knows() {
    for path in BLUEPRINTS {
        let blueprint = yaml(path);
        let top: Vec<&String> = blueprint.as_object().expect("an object").keys().collect();
        assert_eq!(top, ["services"], "{path}");
        let mut names = BTreeSet::new();
        for service in services(path) {
            for (field, value) in service.as_object().expect("an object") {
                assert!(is_allowed(field, value), "`{path}`: `{field}: {value}` is not allowed");
            }
            let kind = service["type"].as_str().unwrap_or_default();
            for required in ["type", "name", "runtime", "plan", "region", "dockerfilePath", "envVars"] {
                assert!(!service[required].is_null(), "`{path}`: a service without `{required}`");
            }
            assert_eq!(
                kind == "web",
                !service["healthCheckPath"].is_null(),
                "`{path}`: only a web service is asked over HTTP, and each must be"
            );
            assert!(
                kind == "web" || service["plan"] != "free",
                "`{path}`: only a web service is free"
            );
            assert!(
                service["plan"] != "free" || service["numInstances"].is_null(),
                "`{path}`: a free service has one instance"
            );
            assert!(
                names.insert(service["name"].to_string()),
                "`{path}`: a name stands twice"
            );
        }
    }
}

#[test]
fn the_blueprints_have_every_setting_and_no_other() {
    for path in BLUEPRINTS {
        let all = services(path);
        for service in &all {
            let programs = runs(service["dockerfilePath"].as_str().unwrap_or_default());
            let vars: BTreeMap<&str, &Value> = array(service, "envVars")
                .iter()
                .map(|var| (var["key"].as_str().expect("a key"), var))
                .collect();
            assert_eq!(
                vars.len(),
                array(service, "envVars").len(),
                "`{path}`: a setting stands twice"
            );

            for (name, var) in &vars {
                let setting = row(name, programs);
                let setting = setting.unwrap_or_else(|| panic!("`{path}`: `{}` reads no `{name}`", service["name"]));
                check_source(path, &all, setting, var);
            }
            for setting in settings_of(programs) {
                assert_ne!(
                    vars.contains_key(setting.name),
                    is_left_out(setting.name, programs, LEFT_OUT_BLUEPRINTS),
                    "`{path}`: `{}` reads `{}`: it is set there, or in `LEFT_OUT` with the reason",
                    service["name"],
                    setting.name
                );
            }
        }
    }
    for (name, _) in LEFT_OUT
        .iter()
        .chain(LEFT_OUT_COMBINED)
        .chain(LEFT_OUT_BLUEPRINTS)
        .chain(LEFT_OUT_COMPOSE)
    {
        assert!(find(name).is_some(), "`{name}` is no setting (any more)");
    }
}

/// A secret is asked for or made, never written down; what is written down is the default.
fn check_source(path: &str, services: &[Value], setting: &Setting, var: &Value) {
    let name = setting.name;
    let fields: Vec<&String> = var
        .as_object()
        .expect("an object")
        .keys()
        .filter(|key| *key != "key")
        .collect();
    let [source] = fields[..] else {
        panic!("`{path}`: `{name}` has the sources {fields:?}, and must have one");
    };
    match source.as_str() {
        "sync" => assert_eq!(var["sync"], false, "`{path}`: `{name}`"),
        "generateValue" => assert!(setting.secret && var["generateValue"] == true, "`{path}`: `{name}`"),
        "value" => {
            let value = var["value"]
                .as_str()
                .unwrap_or_else(|| panic!("`{path}`: `{name}` must be a string"));
            assert!(!setting.secret, "`{path}`: `{name}` is a secret");
            if let Some((_, own)) = OF_THE_HOST.iter().find(|(of, _)| *of == name) {
                assert_eq!(value, *own, "`{path}`: `{name}`");
            } else if let Default::Value(default) = setting.default {
                assert_eq!(value, default, "`{path}`: the default of `{name}`");
            }
        }
        "fromService" => {
            let from = &var["fromService"];
            let other = services
                .iter()
                .find(|service| service["name"] == from["name"] && service["type"] == from["type"])
                .unwrap_or_else(|| panic!("`{path}`: `{name}` comes from no service of the file: {from}"));
            let key = &from["envVarKey"];
            assert!(
                key == "RENDER_EXTERNAL_URL" || array(other, "envVars").iter().any(|var| var["key"] == *key),
                "`{path}`: {from} has no such variable"
            );
        }
        _ => panic!("`{path}`: `{name}`: unknown source `{source}`"),
    }
}

#[test]
fn the_compose_file_has_every_setting_and_no_other() {
    let compose = yaml("docker/compose.yaml");
    let all = compose["services"].as_object().expect("services");
    let ours: Vec<_> = all.iter().filter(|(_, service)| !service["build"].is_null()).collect();
    assert_eq!(ours.len(), 3, "the combined form, the API and the worker");
    for (service, value) in ours {
        let dockerfile = value["build"]["dockerfile"].as_str().expect("a Dockerfile");
        assert!(root().join(dockerfile).exists(), "{dockerfile}");
        let programs = runs(dockerfile);
        let variables = value["environment"].as_object().expect("environment");
        for (name, value) in variables {
            let setting = row(name, programs).unwrap_or_else(|| panic!("`{service}` reads no `{name}`"));
            // `${NAME:-DEFAULT}`: of the same name, with the same default.
            let text = value.as_str().unwrap_or_else(|| panic!("`{name}` must be a string"));
            if let Some((from, default)) = text
                .strip_prefix("${")
                .and_then(|text| text.strip_suffix('}')?.split_once(":-"))
            {
                assert_eq!(from, name);
                if let Default::Value(expected) = setting.default {
                    assert_eq!(default, expected, "the default of `{name}`");
                }
            }
        }
        for setting in settings_of(programs) {
            assert_ne!(
                variables.contains_key(setting.name),
                is_left_out(setting.name, programs, LEFT_OUT_COMPOSE),
                "`{service}` reads `{}`: it is set there, or in `LEFT_OUT_COMPOSE` with the reason",
                setting.name
            );
        }
    }
    for (service, value) in all {
        let image = value["image"].as_str().unwrap_or("-");
        assert!(!image.ends_with(":latest"), "`{service}`: `{image}` is of no version");
        for other in value["depends_on"]
            .as_object()
            .into_iter()
            .flat_map(|others| others.keys())
        {
            assert!(all.contains_key(other), "`{service}` depends on `{other}`");
        }
    }
}

#[test]
fn the_dockerfiles_share_their_stages() {
    let texts = DOCKERFILES.map(read);
    let shared = |text: &str| {
        let start = text
            .find("# What is taken from outside")
            .expect("the start of what is shared");
        let end = text.find("# --- End of the same.").expect("the end of what is shared");
        let lines = text[start..end].lines();
        lines
            .filter(|line| !line.starts_with("ARG PROGRAMS="))
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (path, text) in DOCKERFILES.iter().zip(&texts) {
        assert_eq!(
            shared(text),
            shared(&texts[0]),
            "`{path}` differs from `{}`",
            DOCKERFILES[0]
        );
    }

    let base = |name: &str| {
        let line = texts[0]
            .lines()
            .find_map(|line| line.strip_prefix("ARG ")?.strip_prefix(name)?.strip_prefix('='));
        let (image, digest) = line
            .and_then(|line| line.split_once('@'))
            .unwrap_or_else(|| panic!("a digest in {line:?}"));
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        assert!(
            hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{digest}"
        );
        image.to_owned()
    };
    let (rust, debian) = (base("RUST_IMAGE"), base("DEBIAN_IMAGE"));
    let version = rust
        .strip_prefix("rust:")
        .and_then(|tag| tag.split('-').next())
        .unwrap_or_default();
    assert!(
        read("rust-toolchain.toml").contains(&format!("channel = \"{version}\"")),
        "the image's Rust {version} is that of `rust-toolchain.toml`"
    );
    let release = debian
        .strip_prefix("debian:")
        .and_then(|tag| tag.split('-').next())
        .unwrap_or_default();
    assert!(
        rust.ends_with(&format!("-{release}")),
        "one C library: {rust}, {debian}"
    );
}

#[test]
fn the_dockerfiles_set_what_exists() {
    /// Not ours: where programs are, and what glibc reads.
    const OTHERS: [&str; 2] = ["PATH", "MALLOC_ARENA_MAX"];
    let known = |name: &str| find(name).is_some() || OTHERS.contains(&name);
    for path in DOCKERFILES {
        let text = read(path).replace("\\\n", " ");
        for line in text.lines().filter_map(|line| line.strip_prefix("ENV ")) {
            for pair in line.split_whitespace() {
                let name = pair.split('=').next().unwrap_or_default();
                assert!(known(name), "`{path}` sets `{name}`, which nobody reads");
            }
        }
    }
}

/// Actions are pinned by hash, rights are as few as can be, and what a step runs exists.
#[test]
fn the_workflows_trust_nobody_more_than_they_must() {
    let folder = std::fs::read_dir(root().join(".github/workflows")).expect("a folder of workflows");
    let mut actions = 0;
    for entry in folder.flatten() {
        let path = format!(".github/workflows/{}", entry.file_name().to_string_lossy());
        let workflow = yaml(&path);
        let read_only = serde_json::json!({ "contents": "read" });
        let rights = &workflow["permissions"];
        assert!(
            *rights == read_only || *rights == serde_json::json!({}),
            "`{path}`: {rights}"
        );
        for (name, job) in workflow["jobs"].as_object().expect("jobs") {
            assert!(job["timeout-minutes"].is_u64(), "`{path}`: `{name}` may hang for hours");
            for step in array(job, "steps") {
                let Some(action) = step["uses"].as_str() else { continue };
                actions += 1;
                let hash = action.split_once('@').map_or("", |(_, hash)| hash);
                assert!(
                    hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
                    "`{path}`: `{action}` is not pinned by its hash"
                );
                let told = format!("{action} # v");
                assert!(read(&path).contains(&told), "`{path}`: which version is `{action}`?");
                if action.starts_with("actions/checkout@") {
                    let kept = &step["with"]["persist-credentials"];
                    assert_eq!(*kept, false, "`{path}`: the token would lie on the disk");
                }
            }
        }
        for word in read(&path).split(|c: char| c.is_whitespace() || c == '"') {
            let ours = ["scripts/", "docker/", ".ci/"]
                .iter()
                .any(|start| word.starts_with(start));
            if ours && !word.contains(['*', '$']) {
                assert!(root().join(word).exists(), "`{path}`: there is no `{word}`");
            }
        }
    }
    assert!(actions > 4, "they have been found: {actions}");
}
