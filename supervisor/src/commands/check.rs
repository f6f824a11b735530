//! The check before the start: the children check their own settings, and all faults come in one list.

use std::io::{self, ErrorKind, PipeReader, Read as _};
use std::os::fd::AsFd as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use repolens_log::{harmless_bytes, redact};
use repolens_settings::{Diagnostic, DiagnosticLevel};

use crate::children::Children;
use crate::machine::{ChildRole, End, How};
use crate::process::signals::{Meaning, Signals};
use crate::process::{self, Descriptors};
use crate::settings::Settings;
use crate::words;

/// Reading settings takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connecting may have to wake a database.
const PATIENCE_CONNECTING: Duration = Duration::from_secs(45);
/// More than any list of faults needs.
const OUTPUT_LIMIT: usize = 256 * 1024;

/// How the check ended.
pub enum CheckOutcome {
    Done(Vec<Diagnostic>),
    /// A signal to stop came in the meantime.
    Stopped,
}

struct Running {
    role: ChildRole,
    pid: Pid,
    stdout: Output,
    stderr: Output,
    end: Option<How>,
}

/// A pipe and what came out of it.
struct Output {
    pipe: Option<PipeReader>,
    bytes: Vec<u8>,
}

/// Lets the children that are ours check their settings, both at once, and with `connect` what they will connect to.
pub fn run(settings: &Settings, children: &Children, connect: bool, signals: &mut Signals) -> CheckOutcome {
    let mut faults = Vec::new();
    let mut running = Vec::new();
    for role in [ChildRole::Api, ChildRole::Worker] {
        let program = children.program(role);
        // A missing program was reported already.
        if settings.check_children && children.is_managed(role) && program.ours && program.path.is_file() {
            match start(children, role, connect) {
                Ok(started) => running.push(started),
                Err(error) => faults.push(fault(role, format!("cannot be started to check its settings: {error}"))),
            }
        }
    }
    let patience = if connect { PATIENCE_CONNECTING } else { PATIENCE };
    let deadline = Instant::now() + patience;
    while running
        .iter()
        .any(|child| child.end.is_none() || child.pipes().next().is_some())
    {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        wait(&running, signals, left);
        let stop = signals
            .arrived()
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Stop(_) | Meaning::HangUp));
        while let Some(reaped) = process::reap(|_| {}) {
            if let Some(child) = running.iter_mut().find(|child| child.pid == reaped.pid) {
                child.end = Some(reaped.how);
            }
        }
        if stop {
            kill_all(&running);
            return CheckOutcome::Stopped;
        }
        for child in &mut running {
            child.stdout.read();
            child.stderr.read();
        }
    }
    kill_all(&running);
    for child in &running {
        child.judge(patience, &mut faults);
    }
    let mut listed: Vec<Diagnostic> = Vec::new();
    for fault in faults {
        // A setting that both of them read is reported by both of them.
        if !listed.contains(&fault) {
            listed.push(fault);
        }
    }
    CheckOutcome::Done(listed)
}

fn start(children: &Children, role: ChildRole, connect: bool) -> io::Result<Running> {
    let (out, stdout) = io::pipe()?;
    let (errors, stderr) = io::pipe()?;
    for pipe in [&out, &errors] {
        fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    }
    let arguments: &[&str] = if connect { &["check", "--connect"] } else { &["check"] };
    let descriptors = Descriptors {
        stdin: Stdio::null(),
        stdout: stdout.into(),
        stderr: stderr.into(),
    };
    let pid = process::spawn(
        children.program(role),
        children.user(role),
        arguments,
        children.variables(role),
        descriptors,
    )?;
    let output = |pipe| Output {
        pipe: Some(pipe),
        bytes: Vec::new(),
    };
    Ok(Running {
        role,
        pid,
        stdout: output(out),
        stderr: output(errors),
        end: None,
    })
}

fn wait(running: &[Running], signals: &Signals, left: Duration) {
    let mut polled = vec![PollFd::new(signals.fd(), PollFlags::POLLIN)];
    polled.extend(
        running
            .iter()
            .flat_map(Running::pipes)
            .map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN)),
    );
    let timeout = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
    // After an interrupted wait everything is checked, as after any other.
    let _interrupted = poll(&mut polled, timeout);
}

/// Those that are still there are ours and not reaped, so that their ids are theirs.
fn kill_all(running: &[Running]) {
    for child in running.iter().filter(|child| child.end.is_none()) {
        let _gone = process::kill_group(child.pid);
    }
}

impl Running {
    /// The pipes that are still open.
    fn pipes(&self) -> impl Iterator<Item = &PipeReader> {
        self.stdout.pipe.iter().chain(&self.stderr.pipe)
    }

    fn judge(&self, patience: Duration, faults: &mut Vec<Diagnostic>) {
        let Some(how) = self.end else {
            let what = format!(
                "its check of the settings took more than {} s and was killed",
                patience.as_secs()
            );
            faults.push(fault(self.role, what));
            return;
        };
        let before = faults.len();
        for line in self.stdout.bytes.split(|byte| *byte == b'\n') {
            if let Ok(diagnostic) = serde_json::from_slice(line) {
                faults.push(diagnostic);
            }
        }
        let reported = faults[before..]
            .iter()
            .any(|fault| fault.level == DiagnosticLevel::Error);
        if how != How::Status(0) && !reported {
            let words = words::reason(End {
                how,
                out_of_memory: false,
            });
            let last = [&self.stderr, &self.stdout]
                .into_iter()
                .find_map(Output::last_line)
                .unwrap_or_default();
            faults.push(fault(
                self.role,
                format!("its check of the settings ended with {words}: {last}"),
            ));
        }
    }
}

impl Output {
    fn read(&mut self) {
        let mut chunk = [0; 4096];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut chunk) {
                Ok(length) if length > 0 && self.bytes.len() < OUTPUT_LIMIT => {
                    self.bytes.extend_from_slice(&chunk[..length])
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The end, an error, or more than is useful.
                _ => self.pipe = None,
            }
        }
    }

    fn last_line(&self) -> Option<String> {
        let line = self.bytes.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty())?;
        Some(redact(&harmless_bytes(line)).into_owned())
    }
}

fn fault(role: ChildRole, message: String) -> Diagnostic {
    Diagnostic {
        level: DiagnosticLevel::Error,
        name: format!("repolens-{}", role.name()),
        message,
    }
}
