//! The scripts in `queue/bullmq` are those of the crate that they were taken from.

use std::path::{Path, PathBuf};

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
