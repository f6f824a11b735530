//! The rules with made-up time.

use std::time::Duration;

use proptest::prelude::*;

use super::{ChildRole, Effect, End, Event, How, Machine, Notice, Policy, ProbeResult, Restarts, WorkerState};

mod health;
mod stop;

fn policy() -> Policy {
    Policy {
        api: true,
        worker: true,
        start_timeout: Duration::from_secs(60),
        health_interval: Some(Duration::from_secs(10)),
        health_misses: 3,
        busy_timeout: Some(Duration::from_secs(300)),
        hang_timeout: Some(Duration::from_secs(60)),
        worker_memory_max: Some(1000),
        worker_grace: Duration::from_secs(15),
        api_grace: Duration::from_secs(8),
        stop_timeout: Duration::from_secs(28),
        restarts: Restarts {
            delay: Duration::from_millis(500),
            delay_max: Duration::from_secs(30),
            stable_after: Duration::from_secs(60),
            crash_loop: Some((8, Duration::from_secs(120))),
        },
        exit_on_crash_loop: false,
    }
}

const CRASH: End = End {
    how: How::Signal(9),
    out_of_memory: false,
};
const WELL: End = End {
    how: How::Status(0),
    out_of_memory: false,
};

/// A machine in a made-up world, in which programs start at once.
struct World {
    machine: Machine,
    now: Duration,
    api: bool,
    worker: bool,
    probing: bool,
    exit: Option<u8>,
    log: Vec<Notice>,
    terminated: Vec<(Duration, ChildRole)>,
    killed: Vec<(Duration, ChildRole)>,
    worker_starts: Vec<Duration>,
}

impl World {
    fn new(policy: Policy) -> Self {
        let mut world = Self {
            machine: Machine::new(policy, 42),
            now: Duration::ZERO,
            api: false,
            worker: false,
            probing: false,
            exit: None,
            log: Vec::new(),
            terminated: Vec::new(),
            killed: Vec::new(),
            worker_starts: Vec::new(),
        };
        world.feed(Event::Start);
        world
    }

    fn running(policy: Policy) -> Self {
        let mut world = Self::new(policy);
        world.until(Duration::from_millis(20));
        world.feed(Event::Probed(ProbeResult::Good));
        world.feed(Event::Heartbeat { busy: false });
        assert!(world.has_reported(|notice| matches!(notice, Notice::AllRunning { .. })));
        world
    }

    fn feed(&mut self, event: Event) {
        if matches!(event, Event::Probed(_)) {
            self.probing = false;
        }
        if let Event::Ended(role, _) = event {
            match role {
                ChildRole::Api => self.api = false,
                ChildRole::Worker => self.worker = false,
            }
        }
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.machine.step(self.now, event) {
                assert!(self.exit.is_none(), "nothing happens after the end: {action:?}");
                match action {
                    Effect::Spawn(ChildRole::Api) => {
                        assert!(!std::mem::replace(&mut self.api, true), "one API at a time");
                        events.push(Event::Spawned(ChildRole::Api));
                    }
                    Effect::Spawn(ChildRole::Worker) => {
                        assert!(!std::mem::replace(&mut self.worker, true), "one worker at a time");
                        assert!(self.api, "no worker without an API");
                        self.worker_starts.push(self.now);
                        events.push(Event::Spawned(ChildRole::Worker));
                    }
                    Effect::Terminate(role) => self.terminated.push((self.now, role)),
                    Effect::Kill(role) => self.killed.push((self.now, role)),
                    Effect::Probe => self.probing = true,
                    Effect::Report(notice) => self.log.push(notice),
                    Effect::Exit(status) => self.exit = Some(status),
                }
            }
        }
    }

    /// Lets time pass, with a tick at each time that the machine asks for.
    fn until(&mut self, end: Duration) {
        let mut ticks = 0;
        while let Some(next) = self
            .machine
            .next_tick()
            .filter(|next| *next <= end && self.exit.is_none())
        {
            self.now = self.now.max(next);
            self.feed(Event::Tick);
            ticks += 1;
            assert!(ticks < 100_000, "it asks for a tick again and again at {:?}", self.now);
        }
        self.now = self.now.max(end);
    }

    /// Waits for the next health check and answers it.
    fn check(&mut self, answer: ProbeResult) {
        self.until(self.now + Duration::from_secs(10));
        assert!(self.probing);
        self.feed(Event::Heartbeat { busy: false });
        self.feed(Event::Probed(answer));
    }

    fn has_reported(&self, what: impl Fn(&Notice) -> bool) -> bool {
        self.log.iter().any(what)
    }
}

#[test]
fn the_worker_starts_when_the_api_is_healthy() {
    let mut world = World::new(policy());
    assert!(world.api && !world.worker);
    world.until(Duration::from_millis(10));
    assert!(world.probing, "the first check is early");
    world.feed(Event::Probed(ProbeResult::Bad));
    assert!(!world.worker);
    world.until(Duration::from_millis(100));
    world.feed(Event::Probed(ProbeResult::Good));
    assert!(world.worker);
}

const HANG_UP: Event = Event::HangUp { handled: false };
const HUNG_UP: End = End {
    how: How::Signal(1),
    out_of_memory: false,
};

#[test]
fn a_crash_loop_is_down_until_it_lives_well() {
    let mut world = World::running(Policy {
        health_interval: None,
        hang_timeout: None,
        ..policy()
    });
    while world.machine.worker_state() != WorkerState::Down {
        if world.worker {
            world.feed(Event::Ended(ChildRole::Worker, CRASH));
        } else {
            world.until(world.machine.next_tick().expect("a start is planned"));
        }
    }
    assert_eq!(
        world
            .log
            .iter()
            .filter(|notice| matches!(notice, Notice::WorkerCrashed { .. }))
            .count(),
        8
    );
    world.until(world.now + Duration::from_secs(31));
    assert!(world.worker, "it is tried again");
    assert_eq!(world.machine.worker_state(), WorkerState::Down);
    world.until(world.now + Duration::from_secs(61));
    assert_eq!(world.machine.worker_state(), WorkerState::Up);
}

#[test]
fn an_idle_supervisor_wakes_rarely() {
    let mut world = World::running(policy());
    let (begun, mut wakes) = (world.now, 0);
    while world.now < begun + Duration::from_secs(600) {
        let next = world.machine.next_tick().expect("a next check is scheduled");
        world.until(next);
        wakes += 1;
        if world.probing {
            world.feed(Event::Probed(ProbeResult::Good));
            world.feed(Event::Heartbeat { busy: false });
        }
    }
    assert!(wakes <= 61, "{wakes} in 10 minutes");
}

/// Any event, at any time.
fn anything() -> impl Strategy<Value = (u8, u64)> {
    (0u8..12, 0u64..20_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever happens, in whatever order: one API and one worker at most, no restart of the API, and a stop that is
    /// over within its time. (`World` asserts the first two.)
    #[test]
    fn any_course_of_events(events in proptest::collection::vec(anything(), 1..60), exit_on_crash_loop: bool) {
        let mut world = World::new(Policy { exit_on_crash_loop, ..policy() });
        for (what, wait) in events {
            world.until(world.now + Duration::from_millis(wait));
            if world.exit.is_some() {
                break;
            }
            match what {
                0 if world.worker => world.feed(Event::Ended(ChildRole::Worker, CRASH)),
                1 if world.worker => world.feed(Event::Ended(ChildRole::Worker, WELL)),
                2 if wait % 7 == 0 && world.api => world.feed(Event::Ended(ChildRole::Api, CRASH)),
                3 | 4 if world.probing => world.feed(Event::Probed(ProbeResult::Good)),
                5 if world.probing => world.feed(Event::Probed(ProbeResult::Bad)),
                6 if world.worker => world.feed(Event::Heartbeat { busy: wait % 2 == 0 }),
                7 if world.worker => world.feed(Event::WorkerMemory(wait)),
                9 if wait % 5 == 0 => world.feed(Event::HangUp { handled: wait % 2 == 0 }),
                10 if world.probing => world.feed(Event::Probed(ProbeResult::Busy)),
                11 if wait % 7 == 0 && world.api => world.feed(Event::Ended(ChildRole::Api, HUNG_UP)),
                8 if wait % 5 == 0 => world.feed(Event::Stop("SIGTERM")),
                _ => world.feed(Event::Tick),
            }
        }
        if world.exit.is_none() {
            let begun = world.now;
            world.feed(Event::Stop("SIGTERM"));
            world.until(begun + Duration::from_secs(30));
            prop_assert!(world.exit.is_some(), "a stop takes too long");
        }
    }
}
