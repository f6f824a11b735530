//! Swift and Objective-C: Swift Package Manager, CocoaPods and Carthage.

pub(super) mod carthage;
pub(super) mod cocoapods;
pub(super) mod swift;
