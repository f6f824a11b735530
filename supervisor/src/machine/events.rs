//! Events that the machine handles, and the actions and notices that it returns.

use std::time::Duration;

use super::{ChildRole, End, ProbeResult};

/// An event for the rules.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Start,
    /// A process that was asked for runs.
    Spawned(ChildRole),
    /// A process ended, or could not be started.
    Ended(ChildRole, End),
    /// A health check ended.
    Probed(ProbeResult),
    /// The worker wrote a heartbeat.
    Heartbeat {
        busy: bool,
    },
    /// The size of the worker's process.
    WorkerMemory(u64),
    /// TERM, INT or QUIT arrived.
    Stop(&'static str),
    /// HUP arrived, and was passed on if a child handles it.
    HangUp {
        handled: bool,
    },
    /// Time went by in which neither we nor the children ran.
    Overslept(Duration),
    /// Time went by.
    Tick,
}

/// An action for the loop.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Spawn(ChildRole),
    /// SIGTERM to the process.
    Terminate(ChildRole),
    /// SIGKILL to its group.
    Kill(ChildRole),
    Probe,
    Report(Notice),
    /// Everything is over.
    Exit(u8),
}

/// An event that is logged.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    Starting {
        api: bool,
        worker: bool,
    },
    StartingApi,
    WaitingForApi,
    StartingWorker,
    AllRunning {
        after: Duration,
    },
    WorkerCrashed {
        end: End,
        lived: Duration,
        next: Duration,
    },
    CrashLoop {
        stops: bool,
    },
    WorkerRecovered,
    WorkerHung {
        silent: Duration,
    },
    WorkerTooLarge {
        bytes: u64,
    },
    WorkerRecycled,
    ApiCrashed {
        end: End,
        lived: Duration,
    },
    /// The API ended by SIGHUP, which it got directly or was passed on to it.
    ApiHungUp {
        end: End,
    },
    ApiNeverHealthy {
        /// The time that it was given: the setting, not the time measured.
        limit: Duration,
    },
    ApiUnresponsive {
        misses: u32,
    },
    ApiMissed {
        misses: u32,
    },
    /// The first unanswered health check of a busy API.
    ApiBusy,
    ApiBusyTooLong {
        limit: Duration,
    },
    ApiAnswersAgain {
        after: Duration,
    },
    ShutdownSignal(&'static str),
    ShutdownHurried(&'static str),
    ShutdownForced(&'static str),
    Killed(ChildRole),
    LeftBehind(ChildRole),
    Stopped {
        clean: bool,
        killed: Vec<ChildRole>,
        took: Duration,
        worker: Option<Duration>,
        api: Option<Duration>,
    },
}
