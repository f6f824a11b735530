//! What runs a build or a service: workflows, actions and images.

pub(super) mod dockerfile;
pub(super) mod workflows;
