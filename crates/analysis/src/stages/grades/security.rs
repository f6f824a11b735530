//! Security: by the worst findings of the security stage.

use repolens_core::report::AspectGrade;

use super::not_measured;

/// No stage of this version looks for findings.
pub(super) fn grade() -> AspectGrade {
    not_measured("points", "this version does not look for security findings")
}
