//! Java, Kotlin and Scala: Maven, Gradle and sbt.

pub(super) mod gradle;
pub(super) mod maven;
pub(super) mod sbt;
