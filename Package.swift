// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0480-swiftpm-warning-control.md
    .treatAllWarnings(as: .error),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let posix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let http1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
    name: "warder",
    products: [
        .executable(name: "warder", targets: ["warder"]),
        .executable(name: "warderd", targets: ["warderd"]),
        .library(name: "Keystore", targets: ["Keystore"]),
        // With the modules that their types come from.
        .library(name: "Resolver", targets: ["Resolver", "Settings", "SodiumCrypto", "Agent"]),
        .library(name: "WarderConfiguration", targets: ["WarderConfiguration", "Profiles"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // C: Debian's libsodium, and the few calls that Swift cannot make itself.
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CPlatform", linkerSettings: [.linkedLibrary("sqlite3")]),

        // Libraries, in the order of their dependencies.
        .target(name: "SodiumCrypto", dependencies: ["CSodium"], swiftSettings: settings),
        .target(name: "PrivateFiles", dependencies: ["SodiumCrypto", "CPlatform"], swiftSettings: settings),
        .target(name: "ChildProcesses", dependencies: ["SodiumCrypto", "PrivateFiles", "CPlatform"], swiftSettings: settings),
        .target(name: "Keystore", dependencies: ["SodiumCrypto", "PrivateFiles", "CPlatform", grdb], swiftSettings: settings),
        .target(name: "Agent", dependencies: ["Keystore", "SodiumCrypto", "PrivateFiles", "CPlatform"], swiftSettings: settings),
        .target(name: "Settings", dependencies: ["PrivateFiles", "SodiumCrypto", "TOMLKit"], swiftSettings: settings),
        .target(name: "Profiles", dependencies: ["Keystore", "Settings", "SodiumCrypto"], swiftSettings: settings),
        .target(
            name: "Resolver",
            dependencies: ["Agent", "Keystore", "Settings", "Profiles", "ChildProcesses", "PrivateFiles", "SodiumCrypto"],
            swiftSettings: settings),
        .target(
            name: "WarderConfiguration",
            dependencies: [
                "Resolver", "Keystore", "Profiles", "SodiumCrypto", .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: settings),
        .target(
            name: "Exporter",
            dependencies: [
                "Keystore", "Settings", "Profiles", "Resolver", "ChildProcesses", "PrivateFiles", "SodiumCrypto", "TOMLKit", "Yams",
            ],
            swiftSettings: settings),
        .target(
            name: "Wiring",
            dependencies: ["Settings", "Keystore", "Resolver", "Exporter", "PrivateFiles", "SodiumCrypto", "CPlatform", "Yams"],
            swiftSettings: settings),
        .target(name: "ClientTokens", dependencies: ["Keystore", "SodiumCrypto"], swiftSettings: settings),
        .target(
            name: "RequestLayer",
            dependencies: [
                "ClientTokens",
                "Resolver", "Keystore", "Settings", "SodiumCrypto", "CPlatform", nio, posix, http1,
                .product(name: "NIOHTTP2", package: "swift-nio-http2"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .target(
            name: "UnitCredentials",
            dependencies: ["SodiumCrypto", "CPlatform", nio, posix, .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .target(
            name: "WarderCommands",
            dependencies: [
                "Agent", "ClientTokens", "Keystore", "Settings", "Profiles", "Resolver", "Exporter", "Wiring", "PrivateFiles",
                "SodiumCrypto", "CPlatform",
                argumentParser,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "NetworkCommands",
            dependencies: [
                "WarderCommands", "ClientTokens", "RequestLayer", "UnitCredentials", "Agent", "Keystore", "Settings", "Profiles",
                "Resolver", "Exporter",
                "PrivateFiles", "SodiumCrypto", "CPlatform", argumentParser, nio, posix, http1,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .executableTarget(name: "warder", dependencies: ["WarderCommands"], swiftSettings: settings),
        .executableTarget(name: "warderd", dependencies: ["NetworkCommands"], swiftSettings: settings),

        // Programs that use the libraries, built with the tests.
        .executableTarget(
            name: "ask-example",
            dependencies: ["Resolver", "SodiumCrypto", .product(name: "AsyncHTTPClient", package: "async-http-client")],
            path: "contrib/examples/ask", swiftSettings: settings),
        .executableTarget(
            name: "resolver-benchmark", dependencies: ["Resolver"], path: "contrib/benchmarks/resolver", swiftSettings: settings),
        .executableTarget(
            name: "proxy-benchmark", dependencies: ["RequestLayer", nio, posix, http1], path: "contrib/benchmarks/proxy",
            exclude: ["run"], swiftSettings: settings),

        // Tests.
        .testTarget(name: "KeystoreTests", dependencies: ["Keystore", "SodiumCrypto", grdb], swiftSettings: settings),
        // Runs the executable, which is therefore built first.
        .testTarget(name: "CrashTests", dependencies: ["warder"], swiftSettings: settings),
        .testTarget(
            name: "SodiumCryptoTests", dependencies: ["SodiumCrypto"],
            resources: [.copy("Vectors")], swiftSettings: settings),
        .testTarget(name: "AgentTests", dependencies: ["Agent", "Keystore", "SodiumCrypto"], swiftSettings: settings),
        .testTarget(
            name: "RequestLayerTests",
            dependencies: [
                "ClientTokens", "RequestLayer", "Resolver", "Settings", "Keystore", "SodiumCrypto", nio, posix, http1,
                .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "UnitCredentialsTests",
            dependencies: ["UnitCredentials", "SodiumCrypto", nio, posix, .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: settings),
        .testTarget(
            name: "ResolverTests", dependencies: ["Resolver", "Settings", "SodiumCrypto", "Profiles", "Keystore", "PrivateFiles"],
            swiftSettings: settings),
        .testTarget(name: "ChildProcessesTests", dependencies: ["ChildProcesses", "SodiumCrypto"], swiftSettings: settings),
        .testTarget(name: "PrivateFilesTests", dependencies: ["PrivateFiles", "SodiumCrypto"], swiftSettings: settings),
        // Runs the built executables, and nothing else of them.
        .testTarget(
            name: "CommandTests", dependencies: ["warder", "warderd", "ask-example"], resources: [.copy("Resources")],
            swiftSettings: settings),
        .testTarget(
            name: "ExporterTests", dependencies: ["Exporter", "Keystore", "Settings", "Profiles", "PrivateFiles", "SodiumCrypto"],
            swiftSettings: settings),
        .testTarget(
            name: "WiringTests", dependencies: ["Wiring", "Exporter", "Settings", "PrivateFiles", "SodiumCrypto"],
            swiftSettings: settings),
        .testTarget(
            name: "WarderConfigurationTests",
            dependencies: [
                "WarderConfiguration", "Profiles", "SodiumCrypto", .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ConfigurationTesting", package: "swift-configuration"),
            ],
            swiftSettings: settings),
        // Starts itself again beside a real systemd, in contrib/systemd-rig.
        .testTarget(
            name: "SystemdTests",
            dependencies: [
                "Exporter", "Profiles", "PrivateFiles", "SodiumCrypto", "UnitCredentials", "warder", "warderd", nio, posix,
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
    ]
)
