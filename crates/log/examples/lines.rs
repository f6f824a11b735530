//! Writes a few lines through the subscriber; run by `tests/integration`, which reads what comes out.

use repolens_log::{LogFormat, init};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let format = LogFormat::from_setting(arguments.next().as_deref(), false);
    init("worker", format, &arguments.next().unwrap_or_else(|| "info".to_owned()))?;
    let _job = tracing::info_span!(target: "repolens", "job", scan_id = "s1").entered();
    let step = tracing::info_span!(target: "repolens", "step", stage = tracing::field::Empty).entered();
    step.record("stage", "clone");
    tracing::info!(target: "repolens", bytes = 12, url = "https://u:hunter2@host/x", "cloned\nall");
    tracing::debug!(target: "repolens", "not shown at info");
    tracing::warn!(target: "other", "from elsewhere");
    let thread = std::thread::spawn(|| panic!("boom"));
    let _panicked = thread.join();
    for number in 0..1000 {
        tracing::info!(target: "repolens", number, "filler");
    }
    Ok(())
}
