//! The records for the status: starts, ends, health and memory.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime};

use repolens_log::{Level, timestamp};

use crate::health::ProbeOutcome;
use crate::log::Log;
use crate::machine::{ChildRole, End, How};
use crate::memory::Cgroup;
use crate::status::{ExitReport, MemoryReport};
use crate::words;
use crate::words::human_units::shown_size;

/// The number of ends of each process that are remembered.
const EXITS: usize = 16;
/// Below this part of the limit a warning about memory may come again.
const CALM_PERCENT: u64 = 70;

#[derive(Default)]
pub struct Records {
    api: Record,
    worker: Record,
    pub health: HealthRecord,
    pub orphans_reaped: u64,
    pub started_in: Option<Duration>,
}

#[derive(Default)]
pub struct Record {
    pub starts: u64,
    pub exits: VecDeque<ExitReport>,
    started_at: Option<Instant>,
    killed_by_us: bool,
}

#[derive(Default)]
pub struct HealthRecord {
    pub latency: Option<Duration>,
    pub good_at: Option<Instant>,
    pub failure: Option<String>,
}

impl Records {
    pub fn of(&self, role: ChildRole) -> &Record {
        match role {
            ChildRole::Api => &self.api,
            ChildRole::Worker => &self.worker,
        }
    }

    pub fn started(&mut self, role: ChildRole) {
        let record = self.of_mut(role);
        record.starts += 1;
        record.started_at = Some(Instant::now());
        record.killed_by_us = false;
    }

    pub fn killed_by_us(&mut self, role: ChildRole) {
        self.of_mut(role).killed_by_us = true;
    }

    pub fn was_killed_by_us(&self, role: ChildRole) -> bool {
        self.of(role).killed_by_us
    }

    pub fn ended(&mut self, role: ChildRole, end: End) {
        let record = self.of_mut(role);
        let (status, signal) = match end.how {
            How::Status(status) => (Some(status), None),
            How::Signal(signal) => (None, Some(signal)),
            How::NotStarted => (None, None),
        };
        if record.exits.len() == EXITS {
            record.exits.pop_front();
        }
        record.exits.push_back(ExitReport {
            at: timestamp(SystemTime::now()),
            reason: words::reason(end),
            status,
            signal,
            out_of_memory: end.out_of_memory,
            lived_seconds: record.started_at.take().map_or(0.0, |at| at.elapsed().as_secs_f64()),
        });
    }

    pub fn probed(&mut self, outcome: &ProbeOutcome) {
        match outcome {
            ProbeOutcome::Healthy(latency) => {
                self.health = HealthRecord {
                    latency: Some(*latency),
                    good_at: Some(Instant::now()),
                    failure: self.health.failure.take(),
                };
            }
            ProbeOutcome::Unhealthy(why) | ProbeOutcome::Unanswered(why) => self.health.failure = Some(why.clone()),
        }
    }

    fn of_mut(&mut self, role: ChildRole) -> &mut Record {
        match role {
            ChildRole::Api => &mut self.api,
            ChildRole::Worker => &mut self.worker,
        }
    }
}

/// The container's memory over time.
pub struct MemoryWatch {
    cgroup: Option<Cgroup>,
    limit: Option<u64>,
    /// The kernel's count of kills that was reported already.
    kills: u64,
    /// The count at the last check. The kernel counts a kill before its victim has ended. A new kill is reported as another
    /// process's at the second check, so that a child of ours can be named until then.
    seen: u64,
    /// The highest threshold in percent that was warned of.
    warned: u64,
}

impl MemoryWatch {
    pub fn new(cgroup: Option<Cgroup>) -> Self {
        let limit = cgroup.as_ref().and_then(Cgroup::limit);
        let kills = cgroup.as_ref().and_then(Cgroup::oom_kills).unwrap_or(0);
        Self {
            cgroup,
            limit,
            kills,
            seen: kills,
            warned: 0,
        }
    }

    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Whether the kernel has killed since the last report.
    pub fn has_new_kills(&self) -> bool {
        self.kills_now() > self.kills
    }

    /// Reports kills since the last report; `victim` is the killed child of ours, where it was one.
    pub fn report_kill(&mut self, log: &Log, victim: Option<ChildRole>) {
        let now = self.kills_now();
        let size = |bytes: Option<u64>| bytes.map_or_else(|| "unknown".to_owned(), shown_size);
        let peak = size(self.cgroup.as_ref().and_then(Cgroup::peak));
        let fields = [
            ("oom_kills", format!("{}→{now}", self.kills).into()),
            ("peak", peak.into()),
            ("limit", size(self.limit).into()),
        ];
        let who = victim.map_or("a process of the container", ChildRole::name);
        log.write(
            Level::Error,
            &format!("Out of memory: the kernel killed {who}"),
            &fields,
        );
        self.kills = now;
        self.seen = now;
    }

    /// Measures the use, warns once at 80 and at 90 percent, and reports kills that hit another process.
    pub fn sample(&mut self, log: &Log) {
        if self.has_unclaimed_kills() {
            self.report_kill(log, None);
        }
        let (Some(usage), Some(limit)) = (self.cgroup.as_ref().and_then(Cgroup::usage), self.limit) else {
            return;
        };
        let percent = usage.working_set.saturating_mul(100) / limit.max(1);
        let threshold = [90, 80]
            .into_iter()
            .find(|threshold| percent >= *threshold)
            .unwrap_or(0);
        if threshold > self.warned {
            self.warned = threshold;
            let fields = [
                ("used", shown_size(usage.working_set).into()),
                ("limit", shown_size(limit).into()),
            ];
            log.write(Level::Warn, &format!("Memory is used to {percent} %"), &fields);
        } else if percent < CALM_PERCENT {
            self.warned = 0;
        }
    }

    /// Whether there are kills that were counted at the last check already, and that no end of a child of ours explained.
    fn has_unclaimed_kills(&mut self) -> bool {
        let now = self.kills_now();
        let before = std::mem::replace(&mut self.seen, now);
        before > self.kills
    }

    pub fn report(&self) -> MemoryReport {
        MemoryReport {
            limit_bytes: self.limit,
            used_bytes: self
                .cgroup
                .as_ref()
                .and_then(Cgroup::usage)
                .map(|usage| usage.working_set),
            oom_kills: self.cgroup.as_ref().and_then(Cgroup::oom_kills),
            supervisor_bytes: None,
        }
    }

    fn kills_now(&self) -> u64 {
        self.cgroup.as_ref().and_then(Cgroup::oom_kills).unwrap_or(self.kills)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::MemoryWatch;
    use crate::memory::Cgroup;

    #[test]
    fn a_kill_can_be_a_childs_until_the_second_check() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| fs::write(root.path().join(name), text).expect("a file can be written");
        write("memory.current", "1\n");
        write("memory.events", "oom_kill 3\n");
        let mut watch = MemoryWatch::new(Some(Cgroup::find(root.path()).expect("the group exists")));
        assert!(!watch.has_unclaimed_kills());

        write("memory.events", "oom_kill 4\n");
        assert!(
            !watch.has_unclaimed_kills(),
            "its victim may be one of ours that is about to end"
        );
        assert!(watch.has_new_kills());
        assert!(watch.has_unclaimed_kills(), "no child ended");
    }
}
