//! The loop: waits for signals, ends of processes, heartbeats, health answers and time, passes them to the rules, and
//! carries out the actions. It never blocks but in `poll`.

mod effects;
mod records;
mod start;

use std::io::{ErrorKind, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use repolens_log::Level;

use crate::children::Children;
use crate::health::socket::ProbeSocket;
use crate::health::{HealthTarget, Probe, ProbeOutcome};
use crate::log::Log;
use crate::machine::{ChildRole, End, Event, How, Machine, ProbeResult};
use crate::memory::Cgroup;
use crate::process::signals::{self, Meaning, Signals};
use crate::process::{self, OomScore, Work};
use crate::settings::Settings;
use crate::status::server::{Question, Server};
use records::{MemoryWatch, Records};

pub use start::{port_is_free, run};

/// The interval between two measurements of memory.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(10);
/// Work that is due so soon is done at once, rather than waking up for it again.
const SLACK: Duration = Duration::from_millis(500);
/// A wait that takes so much longer than intended means that the children did not run either.
const OVERSLEPT: Duration = Duration::from_secs(2);
/// After a process ended, those that it leaves to us are killed for so long.
const SWEEP_TIME: Duration = Duration::from_secs(2);

/// A supervisor at work.
struct Supervisor {
    settings: Settings,
    children: Children,
    /// The time from which all others are counted.
    started: Instant,
    log: Log,
    signals: Signals,
    machine: Machine,
    api: Option<Pid>,
    worker: Option<Pid>,
    heartbeat: Option<UnixStream>,
    /// The target of the API's health checks, with the file of its socket.
    target: HealthTarget,
    _probe_socket: Option<ProbeSocket>,
    probe: Option<Probe>,
    /// The API's work when the newest health check began.
    work: Option<Work>,
    server: Option<Server>,
    records: Records,
    memory: MemoryWatch,
    /// `None` where the kernel has no such thing.
    oom_score: Option<OomScore>,
    sample_at: Instant,
    sweep_until: Option<Instant>,
    exit: Option<u8>,
}

/// The descriptors that became ready.
#[derive(Default)]
struct Ready {
    probe: bool,
    heartbeat: bool,
    server: bool,
    /// How much longer than intended the wait took: we were stopped, or frozen, or the machine slept.
    overslept: Duration,
}

impl Supervisor {
    /// Runs until the rules end the supervisor, and returns the exit status.
    fn run(&mut self) -> u8 {
        self.feed(Event::Start);
        loop {
            if let Some(status) = self.exit {
                return status;
            }
            let ready = self.wait();
            if ready.overslept > OVERSLEPT {
                self.feed(Event::Overslept(ready.overslept));
                if let Some(probe) = &mut self.probe {
                    probe.postpone(ready.overslept);
                }
            }
            self.take_signals();
            if ready.heartbeat {
                self.take_heartbeats();
            }
            self.advance_probe(ready.probe);
            self.feed(Event::Tick);
            self.sample_memory();
            if ready.server || self.server.as_ref().is_some_and(|server| server.deadline().is_some()) {
                self.answer_questions();
            }
        }
    }

    /// Passes an event to the rules and carries out their actions.
    fn feed(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let now = self.started.elapsed();
            for action in self.machine.step(now, event) {
                // An effect may be an event: a process was started. It comes after what is left to do, for rules see
                // the world as it will be then.
                events.extend(self.perform(action));
            }
        }
    }

    fn wait(&self) -> Ready {
        let now = Instant::now();
        let mut due = self.sample_at;
        for time in [
            self.machine.next_tick().map(|tick| self.started + tick),
            self.probe.as_ref().map(Probe::deadline),
            self.server.as_ref().and_then(Server::deadline),
        ] {
            due = time.map_or(due, |time| due.min(time));
        }
        let left = due.saturating_duration_since(now);
        // Rounded up: waking a little early would only mean waking twice.
        let left = if left.is_zero() {
            left
        } else {
            left + Duration::from_millis(1)
        };
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);

        let mut polled = vec![PollFd::new(self.signals.fd(), PollFlags::POLLIN)];
        let probe = self
            .probe
            .as_ref()
            .map(|probe| PollFd::new(probe.fd(), probe.interest()));
        let heartbeat = self
            .heartbeat
            .as_ref()
            .map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN));
        let (has_probe, has_heartbeat) = (probe.is_some(), heartbeat.is_some());
        polled.extend(probe.into_iter().chain(heartbeat));
        if let Some(server) = &self.server {
            polled.extend(server.fds().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        }
        // After an interrupted wait signals and time are checked, as after any other.
        let polled_well = poll(&mut polled, timeout).is_ok();
        let overslept = Instant::now().saturating_duration_since(due.max(now));
        if !polled_well {
            return Ready {
                overslept,
                ..Ready::default()
            };
        }
        let mut fired = polled.iter().skip(1).map(|polled| polled.any().unwrap_or(true));
        Ready {
            probe: has_probe && fired.next().unwrap_or_default(),
            heartbeat: has_heartbeat && fired.next().unwrap_or_default(),
            server: fired.any(|fired| fired),
            overslept,
        }
    }

    fn take_signals(&mut self) {
        for meaning in self.signals.arrived() {
            match meaning {
                Meaning::ChildEnded => self.reap(),
                Meaning::Stop(name) => self.feed(Event::Stop(name)),
                // A child that handles it, and by that outlives its terminal, decides what it means.
                Meaning::HangUp => {
                    let handled = self.pass_on(Signal::SIGHUP);
                    self.feed(Event::HangUp { handled });
                }
                Meaning::Forward(signal) => {
                    self.pass_on(signal);
                }
            }
        }
    }

    /// Passes a signal on to the children that handle it: the others it would end. Returns whether there was one.
    fn pass_on(&self, signal: Signal) -> bool {
        let mut passed = false;
        for pid in [self.api, self.worker].into_iter().flatten() {
            if !signals::has_handler(pid, signal) {
                continue;
            }
            match process::signal(pid, signal) {
                Ok(()) => passed = true,
                Err(error) => self.log.write(
                    Level::Warn,
                    &format!("{signal} could not be passed on to {pid}: {error}"),
                    &[],
                ),
            }
        }
        passed
    }

    /// Reaps all that ended. The group of a child of ours is swept while its id is still its own, before anything new
    /// is started.
    fn reap(&mut self) {
        let mut ended = Vec::new();
        let (api, worker) = (self.api, self.worker);
        while let Some(reaped) = process::reap(|pid| {
            if Some(pid) == api || Some(pid) == worker {
                // Nothing of the group is left, or all of it is gone now.
                let _gone = process::kill_group(pid);
            }
        }) {
            if Some(reaped.pid) == self.api {
                self.api = None;
                ended.push((ChildRole::Api, reaped));
            } else if Some(reaped.pid) == self.worker {
                self.worker = None;
                self.heartbeat = None;
                ended.push((ChildRole::Worker, reaped));
            } else {
                self.records.orphans_reaped += 1;
            }
        }
        if !ended.is_empty() {
            self.sweep_until = Some(Instant::now() + SWEEP_TIME);
        }
        if self.sweep_until.is_some_and(|until| Instant::now() < until) {
            self.sweep_orphans();
        }
        for (role, reaped) in ended {
            self.log.ended(reaped.pid.as_raw().unsigned_abs());
            let out_of_memory =
                reaped.how == How::Signal(9) && !self.records.was_killed_by_us(role) && self.memory.has_new_kills();
            if out_of_memory {
                self.memory.report_kill(&self.log, Some(role));
            }
            let end = End {
                how: reaped.how,
                out_of_memory,
            };
            self.records.ended(role, end);
            self.feed(Event::Ended(role, end));
        }
    }

    /// Kills what left its process group and was left to us by a process that ended.
    fn sweep_orphans(&mut self) {
        for child in process::children() {
            if Some(child) != self.api && Some(child) != self.worker {
                // It is our child and not reaped yet, so it exists.
                let _gone = process::signal(child, Signal::SIGKILL);
            }
        }
    }

    fn take_heartbeats(&mut self) {
        let mut last = None;
        let mut is_open = true;
        let mut bytes = [0; 256];
        while let Some(socket) = &mut self.heartbeat {
            match socket.read(&mut bytes) {
                Ok(0) => {
                    is_open = false;
                    break;
                }
                Ok(length) => last = Some(bytes[length - 1]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    is_open = error.kind() == ErrorKind::WouldBlock;
                    break;
                }
            }
        }
        if !is_open {
            // A worker that closes it is silent from now on, and replaced in time.
            self.heartbeat = None;
        }
        if let Some(beat) = last {
            self.feed(Event::Heartbeat { busy: beat == b'b' });
        }
    }

    fn advance_probe(&mut self, ready: bool) {
        let now = Instant::now();
        if let Some(probe) = &mut self.probe
            && (ready || now >= probe.deadline())
            && let Some(outcome) = probe.advance(now)
        {
            self.probe = None;
            let event = self.judge(&outcome, self.work);
            self.feed(event);
        }
    }

    /// Records the result of a health check. `before` is what the API had done when it began.
    fn judge(&mut self, outcome: &ProbeOutcome, before: Option<Work>) -> Event {
        self.records.probed(outcome);
        let health = match (outcome, before, self.api) {
            (ProbeOutcome::Healthy(_), ..) => ProbeResult::Good,
            (ProbeOutcome::Unanswered(_), Some(before), Some(api)) if before.goes_on(api) => ProbeResult::Busy,
            _ => ProbeResult::Bad,
        };
        if let ProbeOutcome::Unhealthy(why) | ProbeOutcome::Unanswered(why) = outcome {
            let fields = [
                ("why", why.as_str().into()),
                ("busy", (health == ProbeResult::Busy).into()),
            ];
            self.log.write(Level::Debug, "Health check failed", &fields);
        }
        Event::Probed(health)
    }

    fn sample_memory(&mut self) {
        let now = Instant::now();
        if now + SLACK < self.sample_at {
            return;
        }
        self.sample_at = now + SAMPLE_INTERVAL;
        self.memory.sample(&self.log);
        if self.settings.policy.worker_memory_max.is_some()
            && let Some(bytes) = self.worker.and_then(process::resident_bytes)
        {
            self.feed(Event::WorkerMemory(bytes));
        }
    }

    fn answer_questions(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        server.serve(Instant::now(), |question| {
            let report = self.report();
            match question {
                Question::Metrics => report.metrics(),
                Question::Status => match serde_json::to_string(&report) {
                    Ok(json) => json + "\n",
                    Err(error) => format!("{{\"error\":\"{error}\"}}\n"),
                },
            }
        });
        self.server = Some(server);
    }
}

fn find_memory(settings: &Settings) -> Option<Cgroup> {
    Cgroup::find(&settings.cgroup_root)
}
