//! Stops and hang-ups.

use super::*;

#[test]
fn a_stop_goes_in_order_and_kills_at_the_end_of_each_grace() {
    let mut world = World::running(policy());
    let begun = world.now;
    world.feed(Event::Stop("SIGTERM"));
    assert_eq!(world.terminated, [(begun, ChildRole::Worker)]);
    world.until(begun + Duration::from_secs(15));
    assert_eq!(world.killed, [(begun + Duration::from_secs(15), ChildRole::Worker)]);
    world.feed(Event::Ended(ChildRole::Worker, CRASH));
    assert_eq!(world.terminated[1].1, ChildRole::Api);
    world.until(begun + Duration::from_secs(23));
    assert_eq!(world.killed[1], (begun + Duration::from_secs(23), ChildRole::Api));
    world.feed(Event::Ended(ChildRole::Api, CRASH));
    assert_eq!(world.exit, Some(0));
    assert!(
        world
            .has_reported(|notice| matches!(notice, Notice::Stopped { clean: false, killed, .. } if killed.len() == 2))
    );
}

#[test]
fn a_second_signal_leaves_two_seconds_and_a_third_none() {
    let mut world = World::running(policy());
    let begun = world.now;
    world.feed(Event::Stop("SIGTERM"));
    world.feed(Event::Stop("SIGINT"));
    world.until(begun + Duration::from_millis(1999));
    assert_eq!(world.killed, []);
    world.until(begun + Duration::from_secs(2));
    let both = [
        (begun + Duration::from_secs(2), ChildRole::Worker),
        (begun + Duration::from_secs(2), ChildRole::Api),
    ];
    assert_eq!(world.killed, both);

    let mut world = World::running(policy());
    let begun = world.now;
    for _ in 0..3 {
        world.feed(Event::Stop("SIGTERM"));
    }
    assert_eq!(world.killed, [(begun, ChildRole::Worker), (begun, ChildRole::Api)]);
}

#[test]
fn a_stop_ends_even_if_the_killed_do_not() {
    let mut world = World::running(policy());
    let begun = world.now;
    world.feed(Event::Stop("SIGTERM"));
    world.until(begun + Duration::from_secs(60));
    assert_eq!(world.exit, Some(0));
    assert!(world.has_reported(|notice| *notice == Notice::LeftBehind(ChildRole::Worker)));
}

#[test]
fn a_hang_up_stops_once_and_never_hurries() {
    for hang_ups in 1..4 {
        let mut world = World::running(policy());
        let begun = world.now;
        for _ in 0..hang_ups {
            world.feed(HANG_UP);
        }
        // A service manager sends SIGTERM as well; that is its first.
        world.feed(Event::Stop("SIGTERM"));
        world.feed(HANG_UP);
        assert_eq!(world.terminated, [(begun, ChildRole::Worker)]);
        world.until(begun + Duration::from_secs(10));
        assert!(world.killed.is_empty(), "the worker has its whole grace");
        world.feed(Event::Ended(ChildRole::Worker, WELL));
        world.feed(Event::Ended(ChildRole::Api, WELL));
        assert_eq!(world.exit, Some(0));
        assert!(world.has_reported(|notice| matches!(notice, Notice::Stopped { clean: true, .. })));
    }
}

#[test]
fn an_api_that_ends_by_a_hang_up_did_not_crash() {
    // (what comes first, how the API ends, what comes afterwards, the exit status)
    for (before, end, after, status) in [
        (None, HUNG_UP, None, 129),
        (None, HUNG_UP, Some(HANG_UP), 0),
        (Some(Event::HangUp { handled: true }), WELL, None, 0),
        (Some(Event::HangUp { handled: true }), HUNG_UP, None, 0),
    ] {
        let mut world = World::running(policy());
        if let Some(event) = before {
            world.feed(event);
        }
        world.feed(Event::Ended(ChildRole::Api, end));
        if let Some(event) = after {
            world.feed(event);
        }
        world.feed(Event::Ended(ChildRole::Worker, WELL));
        assert_eq!(world.exit, Some(status));
        assert!(!world.has_reported(|notice| matches!(notice, Notice::ApiCrashed { .. })));
    }
}

#[test]
fn an_api_that_handles_a_hang_up_goes_on_and_can_crash_later() {
    let mut world = World::running(policy());
    world.feed(Event::HangUp { handled: true });
    assert!(world.terminated.is_empty());
    world.until(world.now + policy().api_grace);
    world.feed(Event::Ended(ChildRole::Api, WELL));
    assert!(world.has_reported(|notice| matches!(notice, Notice::ApiCrashed { .. })));
}
