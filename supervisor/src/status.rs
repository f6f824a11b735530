//! The status of a running supervisor: the report, its Prometheus form, and its form for people.

pub mod client;
pub mod server;

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::human_units::{shown, shown_size};

/// The answer to `status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SupervisorStatus {
    pub version: String,
    pub pid: u32,
    /// `starting`, `running` or `stopping`.
    pub phase: String,
    pub uptime_seconds: f64,
    /// From the start of the supervisor until all was running.
    pub started_in_ms: Option<u64>,
    /// `up`, `down`, `restarting` or `off`.
    pub worker: String,
    pub processes: Vec<ProcessReport>,
    pub health: HealthReport,
    pub memory: MemoryReport,
    /// Processes of others that came to us and ended.
    pub orphans_reaped: u64,
    pub log_lines: u64,
    /// Lines that the reader of stdout will never see: it had stopped, or was too slow.
    pub log_lines_dropped: u64,
    pub log_bytes: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessReport {
    pub name: String,
    pub pid: Option<u32>,
    /// `up`, `ending`, `waiting` or `off`.
    pub state: String,
    pub uptime_seconds: Option<f64>,
    /// The memory in RAM of this process, without its children.
    pub memory_bytes: Option<u64>,
    pub restarts: u64,
    pub last_exit: Option<ExitReport>,
    /// The newest exits, newest last.
    pub exits: Vec<ExitReport>,
    /// For a process that waits: until its next start.
    pub next_start_in_ms: Option<u64>,
    /// For the worker: whether it had a job at its last heartbeat.
    pub busy: Option<bool>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitReport {
    pub at: String,
    pub reason: String,
    pub status: Option<i32>,
    pub signal: Option<i32>,
    pub out_of_memory: bool,
    pub lived_seconds: f64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    pub last_latency_ms: Option<f64>,
    pub last_ok_seconds_ago: Option<f64>,
    pub misses_in_a_row: u32,
    pub last_failure: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryReport {
    /// The limit of the container, where there is one.
    pub limit_bytes: Option<u64>,
    /// The memory use of the container, without droppable page cache.
    pub used_bytes: Option<u64>,
    pub oom_kills: Option<u64>,
    pub supervisor_bytes: Option<u64>,
}

impl SupervisorStatus {
    /// The report as Prometheus lines.
    pub fn metrics(&self) -> String {
        let mut lines = Metrics(String::new());
        lines.put(
            "uptime_seconds",
            "gauge",
            "Time since the supervisor started.",
            &[("", Some(self.uptime_seconds))],
        );
        let of_processes = |value: fn(&ProcessReport) -> Option<f64>| -> Vec<(String, Option<f64>)> {
            self.processes
                .iter()
                .map(|process| (format!("process=\"{}\"", process.name), value(process)))
                .collect()
        };
        lines.put(
            "process_up",
            "gauge",
            "1 while the process runs.",
            &of_processes(|process| Some(f64::from(u8::from(process.state == "up")))),
        );
        lines.put(
            "process_uptime_seconds",
            "gauge",
            "Time since the process was started.",
            &of_processes(|process| process.uptime_seconds),
        );
        #[expect(clippy::cast_precision_loss, reason = "Prometheus numbers are floats")]
        {
            lines.put(
                "restarts_total",
                "counter",
                "Restarts since the supervisor started.",
                &of_processes(|process| Some(process.restarts as f64)),
            );
            lines.put(
                "process_memory_bytes",
                "gauge",
                "Memory in RAM, without children.",
                &of_processes(|process| process.memory_bytes.map(|bytes| bytes as f64)),
            );
            let bytes = |value: Option<u64>| value.map(|bytes| bytes as f64);
            lines.put(
                "memory_limit_bytes",
                "gauge",
                "Memory limit of the container.",
                &[("", bytes(self.memory.limit_bytes))],
            );
            lines.put(
                "memory_used_bytes",
                "gauge",
                "Memory used by the container.",
                &[("", bytes(self.memory.used_bytes))],
            );
            lines.put(
                "oom_kills_total",
                "counter",
                "Processes that the kernel killed for memory.",
                &[("", bytes(self.memory.oom_kills))],
            );
            lines.put(
                "orphans_reaped_total",
                "counter",
                "Adopted processes that ended.",
                &[("", Some(self.orphans_reaped as f64))],
            );
            lines.put(
                "log_lines_total",
                "counter",
                "Lines of the log, with those that were dropped.",
                &[("", Some(self.log_lines as f64))],
            );
            lines.put(
                "log_lines_dropped_total",
                "counter",
                "Lines dropped because stdout was not read.",
                &[("", Some(self.log_lines_dropped as f64))],
            );
            lines.put(
                "log_read_bytes_total",
                "counter",
                "Bytes read from the processes' output.",
                &[("", Some(self.log_bytes as f64))],
            );
        }
        lines.put(
            "health_latency_seconds",
            "gauge",
            "Latency of the last good health check.",
            &[("", self.health.last_latency_ms.map(|ms| ms / 1000.0))],
        );
        lines.put(
            "health_misses",
            "gauge",
            "Missed health checks in a row.",
            &[("", Some(f64::from(self.health.misses_in_a_row)))],
        );
        lines.0
    }

    /// The report for a person.
    pub fn text(&self) -> String {
        let mut out = Text(String::new());
        let took = self
            .started_in_ms
            .map(|ms| format!(", all running after {ms} ms"))
            .unwrap_or_default();
        out.line(format!(
            "supervisor {}  pid {}  {} for {}{took}",
            self.version,
            self.pid,
            self.phase,
            shown_seconds(self.uptime_seconds)
        ));
        for process in &self.processes {
            process.write(&mut out);
        }
        if let (Some(latency), Some(ago)) = (self.health.last_latency_ms, self.health.last_ok_seconds_ago) {
            out.line(format!(
                "health     last good answer {} ago, in {latency:.1} ms, {} missed since",
                shown_seconds(ago),
                self.health.misses_in_a_row
            ));
        }
        if let Some(used) = self.memory.used_bytes {
            let limit = self
                .memory
                .limit_bytes
                .map_or_else(|| ", no limit".to_owned(), |limit| format!(" of {}", shown_size(limit)));
            out.line(format!(
                "memory     {}{limit}, out-of-memory kills {}",
                shown_size(used),
                self.memory.oom_kills.unwrap_or(0)
            ));
        }
        if self.log_lines_dropped > 0 {
            out.line(format!(
                "log        {} lines dropped: stdout was not read, or too slowly",
                self.log_lines_dropped
            ));
        }
        out.0
    }
}

impl ProcessReport {
    /// The process in one line, and its newest exits.
    fn write(&self, out: &mut Text) {
        let mut parts = vec![format!("{:<10} {:<8}", self.name, self.state)];
        parts.extend(self.pid.map(|pid| format!("pid {pid}")));
        parts.extend(
            self.uptime_seconds
                .map(|seconds| format!("up {}", shown_seconds(seconds))),
        );
        parts.extend(self.memory_bytes.map(shown_size));
        parts.push(format!("restarts {}", self.restarts));
        parts.extend(
            self.next_start_in_ms
                .map(|ms| format!("next start in {}", shown_seconds(ms as f64 / 1000.0))),
        );
        parts.extend(self.busy.map(|busy| if busy { "has a job" } else { "idle" }.to_owned()));
        out.line(parts.join("  "));
        for exit in self.exits.iter().rev().take(5) {
            out.line(format!(
                "           {}  ended: {}, after {}",
                exit.at,
                exit.reason,
                shown_seconds(exit.lived_seconds)
            ));
        }
    }
}

fn shown_seconds(seconds: f64) -> String {
    shown(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

struct Text(String);

impl Text {
    fn line(&mut self, line: String) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }
}

struct Metrics(String);

impl Metrics {
    /// One metric; values that are not known are left out.
    fn put<L: AsRef<str>>(&mut self, name: &str, kind: &str, help: &str, values: &[(L, Option<f64>)]) {
        let name = format!("repolens_supervisor_{name}");
        let known: Vec<(&str, f64)> = values
            .iter()
            .filter_map(|(labels, value)| Some((labels.as_ref(), (*value)?)))
            .collect();
        if known.is_empty() {
            return;
        }
        let mut text = format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in known {
            let labels = if labels.is_empty() {
                String::new()
            } else {
                format!("{{{labels}}}")
            };
            writeln!(text, "{name}{labels} {value}").expect("writing to a `String` cannot fail");
        }
        self.0.push_str(&text);
    }
}
