//! Health checks, silence and memory.

use super::*;

#[test]
fn checks_of_a_starting_api_become_rarer_but_not_rare() {
    let mut world = World::new(policy());
    let mut checks = Vec::new();
    while world.now < Duration::from_secs(3) {
        let next = world.machine.next_tick().expect("there is always a next check");
        world.until(next);
        if world.probing {
            checks.push(world.now);
            world.feed(Event::Probed(ProbeResult::Bad));
        }
    }
    assert!(checks[0] == Duration::from_millis(10) && checks[1] < Duration::from_millis(30));
    let last = checks[checks.len() - 1] - checks[checks.len() - 2];
    assert_eq!(last, Duration::from_millis(250));
}

#[test]
fn an_api_that_is_never_healthy_ends_with_69() {
    let mut world = World::new(policy());
    world.until(Duration::from_secs(60));
    assert_eq!(world.terminated, [(Duration::from_secs(60), ChildRole::Api)]);
    world.feed(Event::Ended(ChildRole::Api, WELL));
    assert_eq!(world.exit, Some(69));
}

#[test]
fn a_silent_worker_is_replaced_at_the_limit_and_not_before() {
    let mut world = World::running(Policy {
        health_interval: None,
        ..policy()
    });
    let beat = world.now + Duration::from_secs(30);
    world.until(beat);
    world.feed(Event::Heartbeat { busy: true });
    world.until(beat + Duration::from_millis(59_999));
    assert_eq!(world.terminated, []);
    world.until(beat + Duration::from_secs(60));
    let silent = Duration::from_secs(60);
    assert_eq!(world.terminated, [(beat + silent, ChildRole::Worker)]);
    assert!(world.has_reported(|notice| *notice == Notice::WorkerHung { silent }));
    world.until(beat + Duration::from_secs(62));
    assert_eq!(world.killed, [(beat + Duration::from_secs(62), ChildRole::Worker)]);
    world.feed(Event::Ended(ChildRole::Worker, CRASH));
    assert!(world.worker, "the first restart is at once");
}

#[test]
fn three_misses_in_a_row_stop_the_api() {
    let mut world = World::running(policy());
    use ProbeResult::{Bad, Busy, Good};
    for answer in [Bad, Bad, Good, Bad, Bad, Busy, Bad, Bad, Bad] {
        assert!(world.terminated.is_empty());
        world.check(answer);
    }
    assert_eq!(world.terminated.len(), 1);
    world.feed(Event::Ended(ChildRole::Api, WELL));
    world.feed(Event::Ended(ChildRole::Worker, WELL));
    assert_eq!(world.exit, Some(1), "an API that ends is never a success");
}

#[test]
fn a_busy_api_has_its_own_limit() {
    let mut world = World::running(policy());
    for _ in 0..29 {
        world.check(ProbeResult::Busy);
    }
    assert!(world.terminated.is_empty(), "290 s");
    world.check(ProbeResult::Good);
    assert!(world.has_reported(|notice| matches!(notice, Notice::ApiAnswersAgain { .. })));
    for _ in 0..30 {
        world.check(ProbeResult::Busy);
    }
    assert!(
        world.terminated.is_empty(),
        "the limit counts from the last good answer"
    );
    world.check(ProbeResult::Busy);
    assert_eq!(world.terminated.len(), 1);
    let busy = world.log.iter().filter(|notice| **notice == Notice::ApiBusy);
    assert_eq!(busy.count(), 2, "not at each check");
}

#[test]
fn a_busy_api_without_a_limit_is_never_stopped() {
    let mut world = World::running(Policy {
        busy_timeout: None,
        ..policy()
    });
    for _ in 0..1000 {
        world.check(ProbeResult::Busy);
    }
    assert!(world.terminated.is_empty());
}

#[test]
fn time_in_which_nothing_ran_is_nobodys_fault() {
    let mut world = World::running(policy());
    let hour = Duration::from_secs(3600);
    world.now += hour;
    world.feed(Event::Overslept(hour));
    world.feed(Event::Tick);
    assert!(!world.has_reported(|notice| matches!(notice, Notice::WorkerHung { .. })));
    world.feed(HANG_UP);
    world.now += hour;
    world.feed(Event::Overslept(hour));
    world.feed(Event::Tick);
    assert!(world.killed.is_empty() && world.exit.is_none());

    let mut world = World::new(policy());
    world.now += hour;
    world.feed(Event::Overslept(hour));
    world.feed(Event::Tick);
    assert!(!world.has_reported(|notice| matches!(notice, Notice::ApiNeverHealthy { .. })));
}

#[test]
fn a_large_worker_is_recycled_only_when_idle_and_does_not_count_as_a_crash() {
    let mut world = World::running(policy());
    world.feed(Event::Heartbeat { busy: true });
    world.feed(Event::WorkerMemory(2000));
    assert!(world.terminated.is_empty());
    world.feed(Event::Heartbeat { busy: false });
    world.feed(Event::WorkerMemory(2000));
    assert_eq!(world.terminated.len(), 1);
    world.feed(Event::Ended(ChildRole::Worker, WELL));
    assert!(world.worker && !world.has_reported(|notice| matches!(notice, Notice::WorkerCrashed { .. })));
}
