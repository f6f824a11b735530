//! Settings, their faults, and the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::harness::{Setup, free_port, install, supervisor_program};

fn output(setup: Setup) -> Output {
    let mut setup = setup;
    setup.command.output().unwrap()
}

#[test]
fn all_faults_are_listed_at_once_with_78() {
    let setup = Setup::new("health", "")
        .env("PORT", "70000")
        .env("REPOLENS_START_TIMEOUT", "soon")
        .env("REPOLENS_ON_CRASH_LOOP", "panic")
        .env("REPOLENS_ONYL", "api")
        .env("LOG_FORMAT", "xml");
    let output = output(setup);
    assert_eq!(output.status.code(), Some(78));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "ERROR `PORT` cannot read `70000`: expected a port from 1 to 65535",
        "ERROR `REPOLENS_START_TIMEOUT` cannot read `soon`: expected a length of time",
        "ERROR `REPOLENS_ON_CRASH_LOOP` cannot read `panic`: expected `keep-api` or `exit`",
        "ERROR `LOG_FORMAT` cannot read `xml`: expected `text`, `json` or `pretty`",
        "WARN  `REPOLENS_ONYL` is not a setting of RepoLens; did you mean `REPOLENS_ONLY`?",
    ] {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
    assert!(!text.contains("API started"));
}

#[test]
fn a_flag_may_stand_before_and_after_the_command_and_wins_over_the_environment() {
    for arguments in [["check", "--port", "70001"], ["--port", "70001", "check"]] {
        let setup = Setup::new("health", "").env("PORT", "70000").flags(&arguments);
        let output = output(setup);
        assert_eq!(output.status.code(), Some(78));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("cannot read `70001`: expected a port"),
            "{arguments:?}:\n{text}"
        );
    }
}

/// A supervisor in a folder of its own, with scripts in the place of the API and the worker beside it.
struct Beside {
    folder: TempDir,
    program: PathBuf,
}

impl Beside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("repolens-supervisor");
        install(Path::new(supervisor_program()), &program);
        Self { folder, program }
    }

    fn write(&self, name: &str, script: &str) {
        let draft = self.folder.path().join("draft");
        fs::write(&draft, format!("#!/bin/sh\n{script}\n")).unwrap();
        install(&draft, &self.folder.path().join(name));
    }

    /// The exit status and what stands on stdout.
    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
        let output = Command::new(&self.program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("PORT", free_port().to_string())
            .envs(variables.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

#[test]
fn the_children_check_themselves_and_all_faults_come_in_one_list() {
    let beside = Beside::new();
    let write = |name: &str, script: &str| beside.write(name, script);
    let shared = r#"echo '{"level":"warning","name":"NODE_ENV","message":"is not set"}'"#;
    write(
        "repolens-api",
        &format!(
            "{shared}; echo '{{\"level\":\"error\",\"name\":\"DATABASE_URL\",\"message\":\"is not an address\"}}'; exit 78"
        ),
    );
    write(
        "repolens-worker",
        &format!("{shared}; echo 'thread panicked at nowhere' >&2; exit 101"),
    );
    let run = |arguments: &[&str]| beside.run(arguments, &[]);
    let (code, text) = run(&[]);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("ERROR `DATABASE_URL` is not an address"), "{text}");
    assert!(
        text.contains("exit status 101 (panic): thread panicked at nowhere"),
        "{text}"
    );
    assert_eq!(text.matches("`NODE_ENV` is not set").count(), 1, "{text}");
    // Also where the supervisor has faults of its own to tell.
    for command in [&[][..], &["check"]] {
        let (code, text) = run(&[&["--port", "none"], command].concat());
        assert_eq!(code, Some(78), "{text}");
        assert!(
            text.contains("DATABASE_URL") && text.contains("cannot read `none`: expected a port"),
            "{text}"
        );
    }
    let (code, text) = run(&["check"]);
    assert_eq!(code, Some(78), "{text}");
    assert!(
        text.contains("error    DATABASE_URL") && text.contains("2 errors, 1 warning\n"),
        "{text}"
    );

    write(
        "repolens-api",
        "echo \"{\\\"level\\\":\\\"ok\\\",\\\"name\\\":\\\"DATABASE_URL\\\",\\\"message\\\":\\\"asked with $*\\\"}\"",
    );
    write("repolens-worker", "exit 0");
    let (code, text) = run(&["check"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("asked with check --connect") && text.contains("0 errors"),
        "{text}"
    );
}

#[test]
fn a_check_beside_a_running_service_has_no_faults_to_tell_of_it() {
    let beside = Beside::new();
    beside.write("repolens-api", "exit 0");
    beside.write(
        "repolens-worker",
        r#"echo '{"level":"error","name":"WORKER_TOKEN","message":"the API refuses it"}'
echo '{"level":"warning","name":"API_URL","message":"does not answer"}'; exit 78"#,
    );
    let run = |variables: &[(&str, &str)]| beside.run(&["check"], variables);
    // The token of this check was made for it alone.
    assert_eq!(run(&[]), (Some(0), "0 errors, 0 warnings\n".to_owned()));
    let token = "t".repeat(32);
    let (code, text) = run(&[("WORKER_TOKEN", &token), ("API_URL", "http://elsewhere")]);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("1 error, 1 warning\n"), "{text}");
}

#[test]
fn empty_variables_are_none() {
    let mut setup = Setup::new("env-file=DIR/api health", "beat=i");
    for name in [
        "REPOLENS_DATA_DIR",
        "REPOLENS_HEALTH_PATH",
        "REPOLENS_ENV_FILE",
        "REPOLENS_ONLY",
        "REPOLENS_STOP_TIMEOUT",
        "REPOLENS_CGROUP_ROOT",
        "NO_SIGNS",
        "LOG_FORMAT",
        "HOST",
        "DATABASE_URL",
        "FRONTEND_URL",
    ] {
        setup = setup.env(name, " ");
    }
    fs::write(
        setup.folder.path().join(".env"),
        "FRONTEND_URL=http://file\nDATABASE_URL=\n",
    )
    .unwrap();
    let run = setup.start();
    run.wait_until_running();
    assert_eq!(run.status()["phase"], "running", "the socket is where it is by default");
    let variables = fs::read_to_string(run.file("api")).unwrap();
    assert!(variables.contains("FRONTEND_URL=http://file"), "{variables}");
    assert!(!variables.contains("DATABASE_URL"), "{variables}");
}

#[test]
fn a_missing_program_is_a_fault() {
    let (code, text) = Beside::new().run(&[], &[]);
    assert_eq!(code, Some(78));
    assert!(
        text.contains("repolens-api` does not exist") && text.contains("repolens-worker` does not exist"),
        "{text}"
    );
}

#[test]
fn an_env_file_is_read_in_development_and_the_environment_wins() {
    let setup = Setup::new("env-file=DIR/api health", "beat=i").env("FRONTEND_URL", "http://environment");
    fs::write(
        setup.folder.path().join(".env"),
        "# note\nexport DATABASE_URL='sqlite://x'\nFRONTEND_URL=http://file\nREPOLENS_ONLY=api\n",
    )
    .unwrap();
    let run = setup.start();
    run.wait_until_running();
    assert_eq!(
        run.status()["worker"],
        "off",
        "a flag of the supervisor may stand in the file"
    );
    let variables = fs::read_to_string(run.file("api")).unwrap();
    assert!(
        variables.contains("DATABASE_URL=sqlite://x") && variables.contains("FRONTEND_URL=http://environment"),
        "{variables}"
    );
    drop(run);

    let setup = Setup::new("env-file=DIR/api health", "beat=i").env("NODE_ENV", "production");
    fs::write(setup.folder.path().join(".env"), "DATABASE_URL=sqlite://x\n").unwrap();
    let run = setup.start();
    run.wait_until_running();
    assert!(!fs::read_to_string(run.file("api")).unwrap().contains("DATABASE_URL"));
}

#[test]
fn help_version_completions_and_a_missing_supervisor() {
    let run = |arguments: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        Command::new(supervisor_program())
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    for part in [
        "--on-crash-loop",
        "REPOLENS_STOP_TIMEOUT",
        "Exit status:",
        "DATABASE_URL",
        "api, secret",
        "check",
        "status",
        "completions",
    ] {
        assert!(help.contains(part), "{part} in:\n{help}");
    }
    assert!(!help.contains("cgroup-root"));
    assert!(
        String::from_utf8(run(&["--version"]).stdout)
            .unwrap()
            .starts_with("repolens-supervisor 0.")
    );
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell]);
        assert!(script.status.success() && String::from_utf8(script.stdout).unwrap().contains("on-crash-loop"));
    }
    let status = run(&["status"]);
    assert_eq!(status.status.code(), Some(1));
    assert!(
        String::from_utf8(status.stderr)
            .unwrap()
            .contains("no supervisor runs here")
    );
    assert_eq!(run(&["--no-such-flag"]).status.code(), Some(78));
}
