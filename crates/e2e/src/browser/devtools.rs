//! Functions that WebDriver alone lacks: window sizes, themes, paper, pages without script, pictures, console and
//! requests.

use serde_json::{Value, json};

use super::Browser;

/// The console, and the performance log of the driver.
const CONSOLE: &str = "browser";
const EVENTS: &str = "performance";

impl Browser {
    /// Calls a method of Chromium's own protocol.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", &json!({ "cmd": method, "params": parameters }))
            .await
    }

    /// Sets the size of the page in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Sets what the system prefers: `light` or `dark`, on a `screen` or on paper (`print`).
    pub async fn prefer(&self, scheme: &str, media: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "media": media, "features": features }),
        )
        .await;
    }

    /// Allows or forbids the scripts of pages that are opened from now on.
    pub async fn allow_scripts(&self, allowed: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed }))
            .await;
    }

    /// A picture of the page as PNG in base64: of what the window shows, or of its whole length.
    ///
    /// # Panics
    /// Where the browser gives none.
    pub async fn picture(&self, whole: bool) -> String {
        let options = json!({ "format": "png", "captureBeyondViewport": whole });
        let mut picture = self.devtools("Page.captureScreenshot", options).await;
        match picture["data"].take() {
            Value::String(text) => text,
            other => panic!("no picture: {other}"),
        }
    }

    /// Messages of the console since the last call, faults of the content security policy among them.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.log(CONSOLE).await;
        let text = |entry: &Value| format!("{}: {}", entry["level"], entry["message"].as_str().unwrap_or_default());
        entries.iter().map(text).collect()
    }

    /// Addresses that pages have requested since the last call.
    pub async fn requests(&self) -> Vec<String> {
        let entries = self.log(EVENTS).await;
        let sent = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            (event["method"] == "Network.requestWillBeSent")
                .then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))
                .flatten()
        };
        entries.iter().filter_map(sent).collect()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        match self.command("se/log", &json!({ "type": kind })).await {
            Value::Array(entries) => entries,
            other => panic!("the log `{kind}` is no list: {other}"),
        }
    }

    /// Runs the body of an asynchronous function in the page; what its promise resolves to.
    pub async fn run_async(&self, script: &str, arguments: &[Value]) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];\n\
             (async (...arguments_) => {{ {script} }})(...Array.prototype.slice.call(arguments, 0, -1))\n\
             .then(done, (error) => done('failed: ' + error));"
        );
        // The default of 30 s is short on a machine with other work.
        self.command("timeouts", &json!({ "script": 120_000 })).await;
        self.command("execute/async", &json!({ "script": script, "args": arguments }))
            .await
    }
}
