//! Swift and Objective-C: Swift Package Manager and CocoaPods.

pub(super) mod cocoapods;
pub(super) mod swift;
