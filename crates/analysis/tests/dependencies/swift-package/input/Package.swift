// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "Server",
    dependencies: [
        // .package(url: "https://example.org/no/commented", from: "1.0.0"),
        /* outer /* .package(url: "https://example.org/no/nested", from: "1.0.0") */ */
        .package(url: "https://github.com/vapor/vapor.git", from: "4.76.0"),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.5.0")),
        .package(url: "https://github.com/apple/swift-nio.git", "2.0.0"..<"3.0.0"),
        .package(url: "https://github.com/o/closed.git", "1.0.0"..."1.5.0"),
        .package(url: "git@github.com:o/exact.git", exact: "1.2.3"),
        .package(url: "https://github.com/o/older", .exact("0.9.0")),
        .package(name: "Named", url: "https://github.com/o/other-name.git", .branch("main")),
        .package(url: "https://github.com/Quick/Nimble", from: "12.0.0"),
        .package(url: "https://github.com/o/unlocked", from: "1.0.0"),
        .package(id: "mona.LinkedList", from: "1.1.0"),
        .package(path: "../Shared"),
    ],
    targets: [
        .target(name: "App", dependencies: [
            .product(name: "Vapor", package: "vapor"),
            .product(name: "Logging", package: "swift-log"),
        ]),
        .testTarget(name: "AppTests", dependencies: ["App", "Nimble", .product(name: "Vapor", package: "vapor")]),
    ]
)
