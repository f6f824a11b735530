//! What runs a build or a service: workflows, actions, images and flakes.

pub(super) mod dockerfile;
pub(super) mod nix;
pub(super) mod workflows;
