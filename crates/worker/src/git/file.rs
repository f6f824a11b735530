//! One file of a clone.

use repolens_core::FailureCode;

use super::command::{self, Reach};
use super::{Cloned, Git};
use crate::failed::Failed;

impl Git {
    /// The text of a file at the commit of the clone; what is not UTF-8 is replaced.
    ///
    /// # Errors
    /// There is no such file, or git failed.
    pub async fn file(&self, cloned: &Cloned, path: &str) -> Result<String, Failed> {
        let mut args = command::in_repository(&cloned.dir);
        // The commit comes first: a path can be neither an option nor another revision.
        let object = format!("{}:{path}", cloned.commit);
        args.extend(["cat-file".into(), "blob".into(), object.into()]);
        let ended = self.run(args, Reach::Disk, None).await?;
        if !ended.success {
            return Err(Failed::new(FailureCode::CloneFailed, ended.stderr));
        }
        Ok(ended.stdout)
    }
}
