//! The rules of starting, watching, restarting and stopping, without any effect.
//!
//! [`Machine::step`] takes an event and the time since the start, and returns the actions. It neither reads a clock nor
//! starts a process, so that every rule is tested with made-up time.

use std::time::Duration;

use repolens_settings::Component;

mod events;
mod restarts;
mod rules;

pub use events::{Effect, Event, Notice};
use restarts::CrashHistory;
pub use restarts::Restarts;

/// The health checks of a starting API begin so early…
const FIRST_PROBE: Duration = Duration::from_millis(10);

/// …and the steps between them grow to this.
const SLOWEST_START_PROBE: Duration = Duration::from_millis(250);

/// The grace of a hung or misbehaving child before it is killed, and the grace that remains after a second signal.
const SHORT_GRACE: Duration = Duration::from_secs(2);

/// How long a killed process may take to be gone before we leave without it.
const KILL_PATIENCE: Duration = Duration::from_secs(1);

/// How long the news that all is running waits for the worker's first heartbeat.
const FIRST_BEAT_PATIENCE: Duration = Duration::from_secs(2);

/// The two children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildRole {
    Api,
    Worker,
}

impl ChildRole {
    pub const fn component(self) -> Component {
        match self {
            Self::Api => Component::Api,
            Self::Worker => Component::Worker,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }
}

/// The settings that the rules need.
#[derive(Clone, Debug)]
pub struct Policy {
    pub api: bool,
    pub worker: bool,
    pub start_timeout: Duration,
    pub health_interval: Option<Duration>,
    pub health_misses: u32,
    /// How long a busy API may leave its health checks unanswered; `None`: for ever.
    pub busy_timeout: Option<Duration>,
    pub hang_timeout: Option<Duration>,
    pub worker_memory_max: Option<u64>,
    pub worker_grace: Duration,
    pub api_grace: Duration,
    pub stop_timeout: Duration,
    pub restarts: Restarts,
    pub exit_on_crash_loop: bool,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub how: How,
    /// The kernel killed it because the container's memory was used up.
    pub out_of_memory: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Status(i32),
    Signal(i32),
    /// It could not be started.
    NotStarted,
}

impl End {
    /// The exit status to pass on for a child that was not to end: never 0.
    pub fn passed_on(self) -> u8 {
        match self.how {
            How::Status(status) => u8::try_from(status).unwrap_or(1).max(1),
            How::Signal(signal) => u8::try_from(128 + signal).unwrap_or(255),
            How::NotStarted => EXIT_UNAVAILABLE,
        }
    }
}

/// The end of a process that does not handle SIGHUP.
const HUNG_UP: How = How::Signal(1);

/// The API never became healthy.
pub const EXIT_UNAVAILABLE: u8 = 69;

/// The worker is in a crash loop, and that ends everything.
pub const EXIT_CRASH_LOOP: u8 = 70;

/// The result of a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeResult {
    Good,
    /// No answer, but the process works: it has too much to do, or too little of the processor.
    Busy,
    /// Another answer than 200, or none from a process that does nothing.
    Bad,
}

/// Where a child is in its life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LifeStage {
    /// Not managed, not yet started, or stopped permanently.
    Off,
    Waiting {
        until: Duration,
    },
    Up {
        since: Duration,
    },
    Ending {
        since: Duration,
        asked_at: Duration,
        kill_at: Duration,
        killed: bool,
        why: Why,
    },
}

/// Why a child was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Shutdown,
    Recycle,
    Hung,
    Unresponsive,
}

impl LifeStage {
    fn is_running(&self) -> bool {
        matches!(self, Self::Up { .. } | Self::Ending { .. })
    }

    fn since(&self) -> Option<Duration> {
        match self {
            Self::Up { since } | Self::Ending { since, .. } => Some(*since),
            _ => None,
        }
    }
}

/// The state of the worker in one word, for readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerState {
    Off,
    Up,
    Restarting,
    Down,
}

#[derive(Debug)]
enum Phase {
    Starting { deadline: Duration },
    Running,
    Stopping(Stopping),
    Over,
}

#[derive(Debug)]
struct Stopping {
    code: u8,
    /// A signal asked for it, in contrast to an API that ended.
    asked: bool,
    since: Duration,
    deadline: Duration,
    /// The API ended by SIGHUP, which may be about to arrive here as well.
    hung_up: bool,
    /// Stop signals so far. SIGHUP is none of them: a closed terminal sends it more than once, and a service manager after
    /// its SIGTERM.
    signals: u32,
    killed: Vec<ChildRole>,
    worker_took: Option<Duration>,
    api_took: Option<Duration>,
}

/// The rules in motion.
#[derive(Debug)]
pub struct Machine {
    policy: Policy,
    phase: Phase,
    pub api: LifeStage,
    pub worker: LifeStage,
    history: CrashHistory,
    random: u64,
    probe_at: Option<Duration>,
    probe_step: Duration,
    probing: bool,
    misses: u32,
    /// When the API was first found busy, since its last good answer.
    busy_since: Option<Duration>,
    /// An API that ends before this time does so because a SIGHUP was passed on to it.
    hung_up_until: Duration,
    last_beat: Duration,
    busy: bool,
    /// The latest time for the notice that all is running.
    announce_at: Option<Duration>,
    announced: bool,
    worker_starts: u64,
    todo: Vec<Effect>,
}

impl Machine {
    /// `seed` is for the jitter alone.
    pub fn new(policy: Policy, seed: u64) -> Self {
        Self {
            phase: Phase::Starting {
                deadline: policy.start_timeout,
            },
            policy,
            api: LifeStage::Off,
            worker: LifeStage::Off,
            history: CrashHistory::default(),
            random: seed | 1,
            probe_at: None,
            probe_step: FIRST_PROBE,
            probing: false,
            misses: 0,
            busy_since: None,
            hung_up_until: Duration::ZERO,
            last_beat: Duration::ZERO,
            busy: false,
            announce_at: None,
            announced: false,
            worker_starts: 0,
            todo: Vec::new(),
        }
    }

    /// Takes an event at `now` (time since the start, which never goes back) and returns what to do, in order.
    pub fn step(&mut self, now: Duration, event: Event) -> Vec<Effect> {
        match event {
            Event::Start => self.start(),
            Event::Spawned(role) => self.spawned(role, now),
            Event::Ended(role, end) => self.ended(role, end, now),
            Event::Probed(health) => self.probed(health, now),
            Event::Heartbeat { busy } => self.heard(busy, now),
            Event::WorkerMemory(bytes) => self.measured(bytes, now),
            Event::Stop(name) => self.asked_to_stop(name, now),
            Event::HangUp { handled } => self.hung_up(handled, now),
            Event::Overslept(by) => self.postpone(by),
            Event::Tick => self.tick(now),
        }
        std::mem::take(&mut self.todo)
    }

    /// When [`Event::Tick`] is due next, if nothing happens before.
    pub fn next_tick(&self) -> Option<Duration> {
        let of_stage = |stage: &LifeStage| match *stage {
            LifeStage::Waiting { until } => Some(until),
            LifeStage::Ending {
                kill_at, killed: false, ..
            } => Some(kill_at),
            _ => None,
        };
        let of_phase = match &self.phase {
            Phase::Starting { deadline } if self.policy.api => Some(*deadline),
            Phase::Stopping(stopping) => Some(stopping.deadline + KILL_PATIENCE),
            _ => None,
        };
        let hang = match (self.policy.hang_timeout, self.worker) {
            (Some(limit), LifeStage::Up { .. }) => Some(self.last_beat + limit),
            _ => None,
        };
        let recovery = match self.worker {
            LifeStage::Up { since } if self.history.looping() => Some(since + self.policy.restarts.stable_after),
            _ => None,
        };
        let probe = self
            .probe_at
            .filter(|_| !self.probing && matches!(self.api, LifeStage::Up { .. }) && !self.is_stopping());
        [
            of_stage(&self.api),
            of_stage(&self.worker),
            of_phase,
            hang,
            recovery,
            probe,
            self.announce_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The worker in one word.
    pub fn worker_state(&self) -> WorkerState {
        match self.worker {
            _ if !self.policy.worker => WorkerState::Off,
            _ if self.history.looping() => WorkerState::Down,
            LifeStage::Up { .. } => WorkerState::Up,
            LifeStage::Ending { why: Why::Recycle, .. } | LifeStage::Waiting { .. } => WorkerState::Restarting,
            _ if self.is_stopping() || self.worker_starts == 0 => WorkerState::Down,
            _ => WorkerState::Restarting,
        }
    }

    /// The phase in one word.
    pub fn phase(&self) -> &'static str {
        match self.phase {
            Phase::Starting { .. } => "starting",
            Phase::Running => "running",
            Phase::Stopping(_) | Phase::Over => "stopping",
        }
    }

    pub fn misses(&self) -> u32 {
        self.misses
    }

    pub fn is_busy(&self) -> bool {
        self.busy
    }

    fn is_stopping(&self) -> bool {
        matches!(self.phase, Phase::Stopping(_) | Phase::Over)
    }
}

#[cfg(test)]
mod tests;
