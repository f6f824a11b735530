//! What was taken from the vendor's crate is still as it is there.

use std::path::{Path, PathBuf};

use bullmq::QueueKeys;
use repolens_core::ScanId;
use repolens_core::queue::QUEUE;
use serde_json::Value;

use super::servers::command;

#[test]
fn the_scripts_are_the_vendor_s() {
    let crate_folder = vendor_s_folder();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/queue/bullmq");
    let mut compared = 0;
    for entry in std::fs::read_dir(ours).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "lua") {
            let theirs = crate_folder
                .join("src/commands")
                .join(path.file_name().expect("a file"));
            assert_eq!(
                std::fs::read_to_string(&path).expect("a text"),
                std::fs::read_to_string(theirs).expect("the crate has it"),
                "{} is not the crate's: copy it anew after an update",
                path.display()
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 6);
}

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

fn vendor_s_folder() -> PathBuf {
    let output = command(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let vendor = packages
        .iter()
        .find(|package| package["name"] == "bullmq-official")
        .expect("a dependency");
    let manifest = vendor["manifest_path"].as_str().expect("a path");
    Path::new(manifest).parent().expect("a folder").to_owned()
}
