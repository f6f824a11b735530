//! The history behind a shallow clone: commits and folders, without files, within a window and budgets.
//!
//! A first fetch takes 100 commits back from the clone's commit. Where that was cheap and the window of 12 months reaches
//! further, a second one takes as much of the window as the number of commits, the time and the size allow, by what the
//! first one cost. Whatever goes wrong costs the history only, never the scan.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::command::{self, LOCAL_UPLOAD_PACK, Reach};
use super::locate::Remote;
use super::{Cloned, Ended, Git, outgrows};
use crate::failed::Failed;
use crate::git::sandbox::size_on_disk;

/// Commits of the first fetch, along each line of descent.
const FIRST_DEPTH: u64 = 100;
/// Seconds before the date of the clone's commit.
const WINDOW: u64 = 365 * 86_400;
/// For both fetches. A person waits for the report.
const TIME: Duration = Duration::from_secs(15);
/// On disk, beside the clone.
const MAX_BYTES: u64 = 96 * 1024 * 1024;
/// A first fetch was cheap if it took at most this part of the budgets.
const CHEAP: u64 = 4;

/// The part of the history that git has.
struct Read {
    commits: u64,
    /// Committer's dates, in seconds since 1970.
    newest: u64,
    oldest: u64,
}

impl Git {
    /// Fetches the history of `cloned` from the address that was vetted for the clone. Returns the problem where there is no more of it than before.
    ///
    /// Dropping the future kills git.
    pub async fn history(&self, cloned: &Cloned, sandbox: &Path, deadline: Instant) -> Option<String> {
        let remote = cloned.remote.as_deref()?;
        // Without that file the clone has all of it: a first commit.
        if self.limits.history_commits == 0 || !cloned.dir.join("shallow").exists() {
            return None;
        }
        let end = deadline.min(Instant::now() + TIME);
        let fetch = Fetch {
            git: self,
            remote,
            cloned,
            sandbox,
            most_bytes: size_on_disk(sandbox) + MAX_BYTES.min(self.limits.max_repo_bytes),
        };
        let problem = match tokio::time::timeout_at(end, fetch.window(end)).await {
            Ok(Ok(())) => return None,
            Ok(Err(failed)) => failed.cause,
            Err(_) => format!("it took more than {} s", TIME.as_secs()),
        };
        tracing::info!("the history was not fetched: {problem}");
        // The server's message is only logged.
        Some("the history could not be fetched within its limits".to_owned())
    }
}

struct Fetch<'a> {
    git: &'a Git,
    remote: &'a Remote,
    cloned: &'a Cloned,
    sandbox: &'a Path,
    /// The limit of the whole sandbox, in bytes.
    most_bytes: u64,
}

impl Fetch<'_> {
    async fn window(&self, end: Instant) -> Result<(), Failed> {
        let most = self.git.limits.history_commits;
        let (started, bytes) = (Instant::now(), size_on_disk(self.sandbox));
        self.fetch(format!("--depth={}", FIRST_DEPTH.min(most) + 1)).await?;
        let took = started.elapsed();
        let grew = size_on_disk(self.sandbox).saturating_sub(bytes);
        if !self.cloned.dir.join("shallow").exists() {
            return Ok(());
        }
        let first = self.read().await?;
        let left = end.saturating_duration_since(Instant::now());
        if let Some(since) = second_step(&first, most, (took, grew), (left, MAX_BYTES)) {
            // The first step is worth something without the second.
            let second = tokio::time::timeout(left / 2, self.fetch(format!("--shallow-since={since} +0000"))).await;
            if !matches!(second, Ok(Ok(()))) {
                tracing::debug!("the older half of the history was not fetched");
            }
        }
        Ok(())
    }

    async fn fetch(&self, how_far: String) -> Result<(), Failed> {
        let mut args = command::config_for(self.remote);
        // Nothing is checked out, so nothing of it can do harm; old histories are full of small faults.
        args.extend(["-c", "fetch.fsckObjects=false"].map(OsString::from));
        args.extend(["--git-dir".into(), self.cloned.dir.clone().into()]);
        args.extend(
            [
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
                "--filter=blob:none",
            ]
            .map(OsString::from),
        );
        args.push(how_far.into());
        if self.remote.url.is_file() {
            args.push(
                LOCAL_UPLOAD_PACK
                    .replacen("git ", "git -c uploadpack.allowFilter=true ", 1)
                    .into(),
            );
        }
        args.extend([
            "--".into(),
            self.remote.url.as_str().into(),
            self.cloned.commit.clone().into(),
        ]);
        tokio::select! {
            biased;
            ended = self.git.run(args, Reach::of(self.remote), Some(self.sandbox)) => succeeded(ended?).map(drop),
            () = outgrows(self.sandbox, self.most_bytes) => Err(self.git.too_large()),
        }
    }

    /// Counts the commits and files that were fetched.
    async fn read(&self) -> Result<Read, Failed> {
        let mut args = command::in_repository(&self.cloned.dir);
        args.extend(["rev-list", "--timestamp", "--max-count=100000"].map(OsString::from));
        args.push(self.cloned.commit.clone().into());
        let list = succeeded(self.git.run(args, Reach::Disk, None).await?)?.stdout;
        let dates = || {
            list.lines()
                .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
        };
        Ok(Read {
            commits: dates().count() as u64,
            newest: dates().next().unwrap_or(0),
            oldest: dates().min().unwrap_or(0),
        })
    }
}

fn succeeded(ended: Ended) -> Result<Ended, Failed> {
    if ended.success {
        Ok(ended)
    } else {
        Err(Failed::new(repolens_core::FailureCode::CloneFailed, ended.stderr))
    }
}

/// From which date on the second step fetches, if it is to be made.
fn second_step(first: &Read, most: u64, spent: (Duration, u64), left: (Duration, u64)) -> Option<u64> {
    let span = first.newest.saturating_sub(first.oldest);
    let missing = WINDOW.saturating_sub(span);
    if missing == 0 || first.commits >= most || spent.0 > TIME / CHEAP as u32 || spent.1 > MAX_BYTES / CHEAP {
        return None;
    }
    // How many times as much as the first step fits into what is left: half of it, for an estimate is one.
    let times = |left: f64, spent: f64| left / 2.0 / spent.max(1.0);
    let by_commits = most as f64 / first.commits.max(1) as f64;
    let by_time = times(left.0.as_millis() as f64, spent.0.as_millis() as f64);
    let by_bytes = times(left.1 as f64, spent.1 as f64);
    let reach = span as f64 * by_commits.min(by_time).min(by_bytes);
    let since = first.newest.saturating_sub((reach as u64).min(WINDOW));
    // A step that brings little is not worth a request.
    (since + span / 2 < first.oldest).then_some(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const NOW: u64 = 20_000 * DAY;

    fn since(commits: u64, days: u64, took_ms: u64, bytes: u64) -> Option<u64> {
        let first = Read {
            commits,
            newest: NOW,
            oldest: NOW - days * DAY,
        };
        let spent = (Duration::from_millis(took_ms), bytes);
        second_step(&first, 2_000, spent, (Duration::from_secs(14), MAX_BYTES)).map(|since| (NOW - since) / DAY)
    }

    #[test]
    fn the_second_step_goes_as_far_as_budgets_and_window_allow() {
        // 100 commits in 10 days: 2,000 are in 200.
        assert_eq!(since(100, 10, 100, 10_000), Some(200));
        // 100 commits in 100 days: the whole window.
        assert_eq!(since(100, 100, 100, 10_000), Some(365));
        // The first step reached the window, or read enough, or was dear.
        assert_eq!(since(100, 400, 100, 10_000), None);
        assert_eq!(since(2_000, 10, 100, 10_000), None);
        assert_eq!(since(100, 10, 5_000, 10_000), None);
        assert_eq!(since(100, 10, 100, 60 << 20), None);
        // By time: 3 s for 10 days leave 23 of them.
        assert_eq!(since(100, 10, 3_000, 10_000), Some(23));
        // By size: 16 MiB for 10 days leave 30 of them.
        assert_eq!(since(100, 10, 100, 16 << 20), Some(30));
    }
}
