//! Carries out the actions of the rules.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Instant;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use repolens_log::Level;

use super::Supervisor;
use crate::health::Probe;
use crate::machine::{ChildRole, Effect, End, Event, How, LifeStage, Notice};
use crate::process::{self, Descriptors, Work};
use crate::status::{HealthReport, MemoryReport, ProcessReport, SupervisorStatus};
use crate::words;

/// Added to our own `oom_score_adj`: when memory runs out, the worker and what it started go before the API. There is room
/// above for an analysis that raises its own.
const OOM_API: i32 = 300;
const OOM_WORKER: i32 = 600;

impl Supervisor {
    pub(super) fn perform(&mut self, action: Effect) -> Option<Event> {
        match action {
            Effect::Spawn(role) => Some(self.spawn(role)),
            Effect::Terminate(role) => {
                self.send(role, "SIGTERM", |pid| process::signal(pid, Signal::SIGTERM));
                None
            }
            Effect::Kill(role) => {
                self.records.killed_by_us(role);
                self.send(role, "SIGKILL", process::kill_group);
                None
            }
            Effect::Probe => self.probe(),
            Effect::Report(notice) => {
                self.write_notice(&notice);
                None
            }
            Effect::Exit(status) => {
                self.exit = Some(status);
                None
            }
        }
    }

    fn spawn(&mut self, role: ChildRole) -> Event {
        match self.try_spawn(role) {
            Ok(pid) => {
                let (sign, title) = (self.log.sign("✅ "), words::title(role));
                let verb = if self.records.of(role).starts > 1 {
                    "restarted"
                } else {
                    "started"
                };
                self.log
                    .write(Level::Info, &format!("{sign}{title} {verb} with PID: {pid}"), &[]);
                Event::Spawned(role)
            }
            Err(error) => {
                let path = self.children.program(role).path.display().to_string();
                let title = words::title(role);
                self.log.write(
                    Level::Error,
                    &format!("{title} could not be started from `{path}`: {error}"),
                    &[],
                );
                let end = End {
                    how: How::NotStarted,
                    out_of_memory: false,
                };
                self.records.ended(role, end);
                Event::Ended(role, end)
            }
        }
    }

    fn try_spawn(&mut self, role: ChildRole) -> io::Result<Pid> {
        let (out, stdout) = io::pipe()?;
        let (errors, stderr) = io::pipe()?;
        let (stdin, heartbeat) = match role {
            ChildRole::Api => (Stdio::null(), None),
            ChildRole::Worker => {
                let (ours, its) = UnixStream::pair()?;
                ours.set_nonblocking(true)?;
                (Stdio::from(OwnedFd::from(its)), Some(ours))
            }
        };
        let descriptors = Descriptors {
            stdin,
            stdout: stdout.into(),
            stderr: stderr.into(),
        };
        let children = &self.children;
        let spawn = || {
            process::spawn(
                children.program(role),
                children.user(role),
                &[],
                children.variables(role),
                descriptors,
            )
        };
        let (slot, oom) = match role {
            ChildRole::Api => (&mut self.api, OOM_API),
            ChildRole::Worker => (&mut self.worker, OOM_WORKER),
        };
        let (spawned, preferred) = match &mut self.oom_score {
            Some(score) => score.above_ours(oom, spawn),
            None => (spawn(), Ok(())),
        };
        if let Err(error) = preferred {
            self.log
                .write(Level::Debug, &format!("`oom_score_adj` could not be set: {error}"), &[]);
        }
        let pid = spawned?;
        *slot = Some(pid);
        if role == ChildRole::Worker {
            self.heartbeat = heartbeat;
        }
        let id = pid.as_raw().unsigned_abs();
        self.log.attach(role, id, out, Level::Info);
        self.log.attach(role, id, errors, Level::Warn);
        self.records.started(role);
        Ok(pid)
    }

    fn send(&self, role: ChildRole, name: &str, send: impl FnOnce(Pid) -> nix::Result<()>) {
        let pid = match role {
            ChildRole::Api => self.api,
            ChildRole::Worker => self.worker,
        };
        if let Some(pid) = pid
            && let Err(error) = send(pid)
        {
            self.log.write(
                Level::Error,
                &format!("{name} could not be sent to {} ({pid}): {error}", role.name()),
                &[],
            );
        }
    }

    fn probe(&mut self) -> Option<Event> {
        let before = self.work;
        self.work = self.api.and_then(Work::of);
        match Probe::begin(&self.target, self.settings.health_timeout) {
            Ok(probe) => {
                self.probe = Some(probe);
                None
            }
            // It took no time: what counts is the work since the check before.
            Err(outcome) => Some(self.judge(&outcome, before)),
        }
    }

    fn write_notice(&mut self, notice: &Notice) {
        let line = words::of_notice(notice, self.settings.port);
        let text = format!("{}{}", self.log.sign(line.sign), line.text);
        self.log.write(line.level, &text, &line.fields);
        if let Notice::AllRunning { after } = notice {
            self.records.started_in = Some(*after);
            self.write_first_steps();
        }
    }

    /// For a person in front of a terminal; a deployment knows its address.
    fn write_first_steps(&self) {
        if !self.settings.policy.api
            || self
                .settings
                .variables
                .get("NODE_ENV")
                .is_some_and(|value| value == "production")
        {
            return;
        }
        let base = format!("http://localhost:{}", self.settings.port);
        self.log.write(Level::Info, &format!("RepoLens is at {base}"), &[]);
        let body = r#"{"repoUrl":"https://github.com/octocat/Hello-World"}"#;
        self.log.write(
            Level::Info,
            &format!("Try: curl -s {base}/api/scan -H 'Content-Type: application/json' -d '{body}'"),
            &[],
        );
    }

    pub(super) fn report(&self) -> SupervisorStatus {
        let now = self.started.elapsed();
        let worker = match self.machine.worker_state() {
            crate::machine::WorkerState::Off => "off",
            crate::machine::WorkerState::Up => "up",
            crate::machine::WorkerState::Restarting => "restarting",
            crate::machine::WorkerState::Down => "down",
        };
        let log = self.log.totals();
        let health = &self.records.health;
        SupervisorStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            phase: self.machine.phase().to_owned(),
            uptime_seconds: now.as_secs_f64(),
            started_in_ms: self
                .records
                .started_in
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            worker: worker.to_owned(),
            processes: [ChildRole::Api, ChildRole::Worker]
                .into_iter()
                .filter(|role| self.children.is_managed(*role))
                .map(|role| self.process_report(role, now))
                .collect(),
            health: HealthReport {
                last_latency_ms: health.latency.map(|latency| latency.as_secs_f64() * 1000.0),
                last_ok_seconds_ago: health
                    .good_at
                    .map(|at| Instant::now().saturating_duration_since(at).as_secs_f64()),
                misses_in_a_row: self.machine.misses(),
                last_failure: health.failure.clone(),
            },
            memory: MemoryReport {
                supervisor_bytes: process::resident_bytes(nix::unistd::getpid()),
                ..self.memory.report()
            },
            orphans_reaped: self.records.orphans_reaped,
            log_lines: log.lines,
            log_lines_dropped: log.dropped,
            log_bytes: log.bytes,
        }
    }

    fn process_report(&self, role: ChildRole, now: std::time::Duration) -> ProcessReport {
        let (pid, stage) = match role {
            ChildRole::Api => (self.api, self.machine.api),
            ChildRole::Worker => (self.worker, self.machine.worker),
        };
        let (state, since, next) = match stage {
            LifeStage::Off => ("off", None, None),
            LifeStage::Waiting { until } => ("waiting", None, Some(until.saturating_sub(now))),
            LifeStage::Up { since } => ("up", Some(since), None),
            LifeStage::Ending { since, .. } => ("ending", Some(since), None),
        };
        let record = self.records.of(role);
        ProcessReport {
            name: role.name().to_owned(),
            pid: pid.map(|pid| pid.as_raw().unsigned_abs()),
            state: state.to_owned(),
            uptime_seconds: since.map(|since| now.saturating_sub(since).as_secs_f64()),
            memory_bytes: pid.and_then(process::resident_bytes),
            restarts: record.starts.saturating_sub(1),
            last_exit: record.exits.back().cloned(),
            exits: record.exits.iter().cloned().collect(),
            next_start_in_ms: next.map(|next| u64::try_from(next.as_millis()).unwrap_or(u64::MAX)),
            busy: (role == ChildRole::Worker && pid.is_some()).then(|| self.machine.is_busy()),
        }
    }
}
