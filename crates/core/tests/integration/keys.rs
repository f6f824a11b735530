//! The ids of scans and the keys of the queue.

use bullmq::QueueKeys;
use repolens_core::ScanId;
use repolens_core::queue::QUEUE;

#[test]
fn no_scan_s_job_can_take_the_place_of_a_key_of_the_queue() {
    let keys = QueueKeys::new(QUEUE, None);
    let own = [
        keys.wait(),
        keys.active(),
        keys.delayed(),
        keys.prioritized(),
        keys.completed(),
        keys.failed(),
        keys.paused(),
        keys.waiting_children(),
        keys.stalled(),
        keys.stalled_check(),
        keys.limiter(),
        keys.events(),
        keys.meta(),
        keys.marker(),
        keys.pc(),
        keys.id(),
        keys.repeat(),
    ];
    for key in own {
        let name = key.strip_prefix(&keys.key_prefix()).expect("the queue's prefix");
        assert!(ScanId::parse(name).is_err(), "{name}");
    }
}
