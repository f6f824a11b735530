//! A folder on disk: `.gitignore` honored, symbolic links not followed, nothing outside the root.

use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::WalkBuilder;

use super::{Key, Listing, OpenError};

pub(super) fn list(root: &Path, list: &mut Listing) -> Result<(), OpenError> {
    std::fs::read_dir(root).map_err(|e| OpenError::Unreadable(format!("cannot read `{}`: {e}", root.display())))?;
    // Only files of the repository decide what is ignored: not the user's own settings, nor folders above.
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error_path(&error).map_or_else(String::new, |path| relative_lossy(root, path));
                if !list.left_out(path.as_bytes(), &format!("cannot be listed: {}", without_path(&error))) {
                    break;
                }
                continue;
            }
        };
        let Ok(relative) = entry.path().strip_prefix(root) else {
            continue;
        };
        let name = relative.as_os_str().as_bytes();
        let more = match entry.file_type() {
            Some(kind) if kind.is_file() => match entry.metadata() {
                Ok(meta) => {
                    let key = if relative.to_str().is_some() {
                        Key::Path
                    } else {
                        Key::Raw(relative.to_owned())
                    };
                    list.file(name, meta.len(), key)
                }
                Err(error) => list.left_out(
                    name,
                    &format!(
                        "cannot be read: {}",
                        error
                            .io_error()
                            .map_or_else(|| "unknown".to_owned(), |io| io.kind().to_string())
                    ),
                ),
            },
            Some(kind) if kind.is_symlink() => list.left_out(name, "a symbolic link: not followed"),
            Some(kind) if kind.is_dir() => true,
            _ => list.left_out(name, "neither a file nor a folder"),
        };
        if !more {
            break;
        }
    }
    Ok(())
}

/// Reads at most `size` bytes, the size that the listing saw: a file that grows meanwhile has its limit too.
pub(super) fn read(path: &Path, size: u64, buffer: &mut Vec<u8>) -> Result<(), String> {
    let gone = |error: std::io::Error| format!("cannot be read: {error}");
    // The listing saw a regular file; a link that took its place since is not followed.
    if !path.symlink_metadata().map_err(gone)?.file_type().is_file() {
        return Err("is no regular file any more".to_owned());
    }
    File::open(path)
        .map_err(gone)?
        .take(size)
        .read_to_end(buffer)
        .map_err(gone)?;
    Ok(())
}

fn relative_lossy(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        _ => None,
    }
}

/// The reason without the absolute path, which does not belong into a report.
fn without_path(error: &ignore::Error) -> String {
    error
        .io_error()
        .map_or_else(|| "bad ignore rule".to_owned(), |io| io.kind().to_string())
}
