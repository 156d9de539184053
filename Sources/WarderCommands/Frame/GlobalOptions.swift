internal import ArgumentParser

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The vault's file.", valueName: "path"), completion: .file())
    var vault: String?

    @Flag(help: "Use the system's vault and settings.")
    var system = false

    @Option(help: ArgumentHelp("Read this file instead of all other settings.", valueName: "file"), completion: .file())
    var settings: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors and what was asked for.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more about what is done.")
    var verbose = false

    var common: CommonOptions {
        CommonOptions(vault: vault, system: system, settings: settings, json: json, quiet: quiet, verbose: verbose)
    }
}

/// A command that takes the global options.
protocol WarderCommand: ParsableCommand {
    var global: GlobalOptions { get }
}

extension WarderCommand {
    var options: CommonOptions { global.common }
}
