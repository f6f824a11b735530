//! axe-core, as npm has it, run in the page.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use repolens_e2e::browser::Browser;
use serde_json::Value;

const PACKAGE: &str = "axe-core@4.10.3";

/// The text of axe-core. The first run fetches the package; later ones find it in the target folder.
#[expect(clippy::disallowed_methods, reason = "the test runs the package client")]
pub fn source() -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGE);
    let file = folder.join("node_modules/axe-core/axe.min.js");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let lock = File::create(folder.join("lock")).expect("the target folder can be written");
    lock.lock().expect("the file can be locked");
    if !file.is_file() {
        let output = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-package-lock",
                "--prefix",
                ".",
                PACKAGE,
            ])
            .current_dir(&folder)
            .output()
            .expect("`npm` is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    std::fs::read_to_string(file).expect("the package has the file")
}

/// Serious and critical faults of the page that is open.
pub async fn check(browser: &Browser, source: &str) -> Vec<String> {
    browser.run(source, &[]).await;
    let script = "const result = await axe.run(document, { resultTypes: ['violations'] }); \
        return result.violations.filter((fault) => ['serious', 'critical'].includes(fault.impact)) \
        .flatMap((fault) => fault.nodes.slice(0, 3).map((node) => `${fault.id}: ${node.html.slice(0, 160)} (${node.failureSummary.slice(0, 240)})`));";
    match browser.run_async(script, &[]).await {
        Value::Array(faults) => faults
            .iter()
            .map(|fault| fault.as_str().unwrap_or_default().to_owned())
            .collect(),
        other => panic!("axe-core: {other}"),
    }
}
