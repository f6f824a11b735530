//! What git can do on this machine beside its work.

use std::fs;
use std::path::Path;

use repolens_worker::process::{ChildProgram, LandlockPolicy, ProcessGroup, ProcessLimits, read_tail};

use crate::fixture::search_path;

/// What a shell script says behind the wall.
async fn said(script: &str, sandbox: &Path) -> String {
    let program = ChildProgram {
        path: Path::new("sh"),
        args: vec!["-c".into(), script.into()],
        env: vec![("PATH", search_path())],
        dir: sandbox,
        events: false,
        limits: ProcessLimits {
            address_space: None,
            data: None,
            cpu_seconds: 60,
            file_bytes: 1 << 20,
            open_files: 64,
        },
        landlock: Some(LandlockPolicy {
            writes: Some(sandbox),
            port: None,
        }),
    };
    let mut group = ProcessGroup::start(&program).expect("starts");
    let pipes = group.pipes().expect("just started");
    let (stdout, _, _) = tokio::try_join!(
        read_tail(pipes.stdout, 4096),
        read_tail(pipes.stderr, 4096),
        group.ended()
    )
    .expect("runs");
    String::from_utf8(stdout).expect("text")
}

/// Landlock is the kernel's. With version 6 it also hides the worker.
fn has_landlock() -> bool {
    use landlock::{ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _};
    let all = AccessFs::from_all(ABI::V5);
    let known = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all);
    known.and_then(Ruleset::create).is_ok()
}

#[tokio::test]
async fn git_writes_into_its_sandbox_and_nowhere_else_and_cannot_look_at_the_worker() {
    let (sandbox, other) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let script = format!(
        "try() {{ \"$@\" >/dev/null 2>&1 && echo \"$1 can\" || echo \"$1 cannot\"; }}
         inside() {{ mkdir -p a/b && echo x >a/b/c && mv a/b/c a/d && rm -r a; }}; try inside
         outside() {{ echo x >{other}/file; }}; try outside
         environment() {{ cat /proc/$PPID/environ; }}; try environment
         reading() {{ cat /etc/hostname; }}; try reading",
        other = other.path().display()
    );
    let said = said(&script, sandbox.path()).await;
    if !has_landlock() {
        let why =
            format!("SKIPPED: this kernel has no Landlock, or an old one, so that the wall was not tested: {said}\n");
        // Past the capture of the test runner: a test that did not run is no success.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), why.as_bytes());
        return;
    }
    assert_eq!(said, "inside can\noutside cannot\nenvironment cannot\nreading can\n");
    assert!(fs::read_dir(other.path()).expect("there").next().is_none());
}
