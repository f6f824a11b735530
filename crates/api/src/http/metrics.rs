//! The metrics, in the format of Prometheus.
//!
//! A request is counted by its route (the pattern, never the path), method and status: so there are as many series as there
//! are rows in `routes.rs`, whatever strangers ask for.

mod models;
mod prometheus_text;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use repolens_core::ScanStatus;
use repolens_core::store::Counts;

use models::ModelMetrics;
use prometheus_text::{head, line};

/// Upper bounds of the histogram's buckets, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0, 65.0];

#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<Series, Histogram>>,
    /// Stages of the analyses that ended here, by name.
    stages: Mutex<BTreeMap<String, Histogram>>,
    /// The rows by status when they were last counted, and how many changes there had been.
    counts: Mutex<Option<(u64, Counts)>>,
    /// Ends of scans by status, and how long they took.
    scans: Mutex<BTreeMap<&'static str, Histogram>>,
    pub models: ModelMetrics,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Default)]
struct Histogram {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Histogram {
    fn add(&mut self, time: Duration) {
        let seconds = time.as_secs_f64();
        for (bucket, bound) in self.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
        self.count += 1;
        self.seconds += seconds;
    }

    fn write(&self, text: &mut String, name: &str, labels: &str) {
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            line(
                text,
                &format!("{name}_bucket"),
                &format!("{labels},le=\"{bound}\""),
                *bucket,
            );
        }
        line(
            text,
            &format!("{name}_bucket"),
            &format!("{labels},le=\"+Inf\""),
            self.count,
        );
        line(text, &format!("{name}_sum"), labels, self.seconds);
        line(text, &format!("{name}_count"), labels, self.count);
    }
}

impl Metrics {
    /// A request was answered. `route` is `None` where no route is at that address.
    pub fn request(&self, route: Option<String>, method: &str, status: u16, time: Duration) {
        const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
        let series = Series {
            route: route.unwrap_or_else(|| "none".to_owned()),
            method: METHODS.into_iter().find(|known| *known == method).unwrap_or("other"),
            status,
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.entry(series).or_default().add(time);
    }

    /// A scan has ended; `time` since its worker took it, where that is known.
    pub fn scan_ended(&self, status: ScanStatus, time: Duration) {
        let mut scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner);
        scans.entry(status.wire()).or_default().add(time);
    }

    /// A stage of an analysis took so long.
    pub fn stage(&self, name: &str, time: Duration) {
        /// More than there are, whatever a worker reports.
        const MAX_STAGES: usize = 64;
        let sound = name.len() <= 40
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if sound && (stages.len() < MAX_STAGES || stages.contains_key(name)) {
            stages.entry(name.to_owned()).or_default().add(time);
        }
    }

    /// The rows by status, if none has changed since they were counted: who scrapes an idle service wakes no database.
    pub fn known_counts(&self, changes: u64) -> Option<Counts> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .as_ref()
            .filter(|(then, _)| *then == changes)
            .map(|(_, counts)| counts.clone())
    }

    /// Stores counts that were read after `changes` changes.
    pub fn counted(&self, changes: u64, counts: &Counts) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner) = Some((changes, counts.clone()));
    }

    /// All of it. `counts` are the rows of the store, where it answers.
    pub fn text(&self, counts: Option<&Counts>, pools: &[(&'static str, usize, usize)], uptime: Duration) -> String {
        let mut text = String::with_capacity(8 * 1024);
        head(
            &mut text,
            "repolens_api_uptime_seconds",
            "gauge",
            "Time since the API started.",
        );
        line(&mut text, "repolens_api_uptime_seconds", "", uptime.as_secs_f64());
        if let Some(bytes) = resident_bytes() {
            head(
                &mut text,
                "process_resident_memory_bytes",
                "gauge",
                "Memory of the API in RAM.",
            );
            line(&mut text, "process_resident_memory_bytes", "", bytes);
        }
        head(&mut text, "repolens_store_up", "gauge", "1 where the database answers.");
        line(&mut text, "repolens_store_up", "", u8::from(counts.is_some()));
        head(
            &mut text,
            "repolens_store_connections",
            "gauge",
            "Connections to the database, by state.",
        );
        for (pool, open, idle) in pools {
            line(
                &mut text,
                "repolens_store_connections",
                &format!("pool=\"{pool}\",state=\"busy\""),
                open - idle,
            );
            line(
                &mut text,
                "repolens_store_connections",
                &format!("pool=\"{pool}\",state=\"idle\""),
                *idle,
            );
        }
        if let Some(counts) = counts {
            head(
                &mut text,
                "repolens_scans",
                "gauge",
                "Scans in the database, by status.",
            );
            for status in ScanStatus::ALL {
                let label = format!("status=\"{}\"", status.wire());
                line(&mut text, "repolens_scans", &label, counts.of(status));
            }
        }
        head(
            &mut text,
            "repolens_scan_duration_seconds",
            "histogram",
            "From a job's last taking to the end of the scan, by how it ended.",
        );
        for (status, histogram) in &*self.scans.lock().unwrap_or_else(PoisonError::into_inner) {
            histogram.write(
                &mut text,
                "repolens_scan_duration_seconds",
                &format!("status=\"{status}\""),
            );
        }
        head(
            &mut text,
            "repolens_stage_duration_seconds",
            "histogram",
            "Stages of the analyses that ended here, by name.",
        );
        for (name, histogram) in &*self.stages.lock().unwrap_or_else(PoisonError::into_inner) {
            histogram.write(
                &mut text,
                "repolens_stage_duration_seconds",
                &format!("stage=\"{name}\""),
            );
        }
        head(
            &mut text,
            "repolens_http_request_duration_seconds",
            "histogram",
            "Requests, by route, method and status.",
        );
        for (series, histogram) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = format!(
                "route=\"{}\",method=\"{}\",status=\"{}\"",
                series.route, series.method, series.status
            );
            histogram.write(&mut text, "repolens_http_request_duration_seconds", &labels);
        }
        self.models.write(&mut text);
        text
    }
}

/// The resident memory of this process, on Linux.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_unknown_methods_make_no_series() {
        let metrics = Metrics::default();
        metrics.request(Some("/api/scan/{id}".into()), "GET", 200, Duration::from_millis(3));
        metrics.request(Some("/api/scan/{id}".into()), "GET", 200, Duration::from_secs(2));
        for method in ["BREW", "MAKE"] {
            metrics.request(None, method, 404, Duration::ZERO);
        }
        let text = metrics.text(None, &[("writers", 1, 1)], Duration::from_secs(1));
        let name = "repolens_http_request_duration_seconds";
        let labels = "route=\"/api/scan/{id}\",method=\"GET\",status=\"200\"";
        for (bound, count) in [("0.001", 0), ("0.005", 1), ("1", 1), ("5", 2), ("+Inf", 2)] {
            assert!(
                text.contains(&format!("{name}_bucket{{{labels},le=\"{bound}\"}} {count}\n")),
                "{text}"
            );
        }
        assert!(text.contains(&format!(
            "{name}_count{{route=\"none\",method=\"other\",status=\"404\"}} 2\n"
        )));
        assert!(text.contains("repolens_store_up 0\n"));
    }
}
