//! Source code of a public repository for one explanation: cloned again, one file is read, the clone is deleted.

use std::time::Duration;

use repolens_core::explanation::ExplanationJob;
use repolens_core::{BranchName, Unparsed};
use repolens_explain::clean;
use repolens_explain::facts::{Parts, lines_of};
use tokio::time::Instant;

use crate::job::Jobs;

/// Bytes of source code in a prompt: about 1,500 tokens.
const MOST_BYTES: usize = 6_000;
const TIME: Duration = Duration::from_secs(90);

/// The lines of the target, cleaned.
///
/// # Errors
/// Why there are none, for the log.
pub(super) async fn read(jobs: &Jobs, job: &ExplanationJob, parts: &Parts) -> Result<String, String> {
    let file = job.target.file().ok_or("the target is no part of the repository")?;
    let commit = job.commit_sha.as_deref().ok_or("the commit is unknown")?;
    let url = job
        .repo_url
        .parse(&jobs.git.policy)
        .map_err(|refused| refused.to_string())?;
    let branch = job
        .branch
        .as_ref()
        .map(Unparsed::<BranchName>::parse)
        .transpose()
        .map_err(|invalid| invalid.to_string())?;
    let sandbox = jobs.sandboxes.create(&job.scan_id).map_err(|error| error.to_string())?;
    let deadline = Instant::now() + TIME;
    let text = async {
        let cloned = jobs
            .git
            .clone(&url, branch.as_ref(), None, sandbox.dir(), deadline)
            .await;
        let cloned = cloned.map_err(|failed| failed.cause)?;
        if cloned.commit != commit {
            return Err("the branch has another commit by now".to_owned());
        }
        jobs.git.file(&cloned, file).await.map_err(|failed| failed.cause)
    }
    .await;
    sandbox.remove().await;
    let text = text?;
    let (first, last) = lines_of(&job.target, parts).unwrap_or((1, usize::MAX));
    let lines: Vec<&str> = text
        .lines()
        .skip(first.saturating_sub(1))
        .take(last.saturating_sub(first).saturating_add(1))
        .collect();
    Ok(clean::source(
        &lines.join("\n"),
        first,
        &parts.secret_lines(file),
        MOST_BYTES,
    ))
}
