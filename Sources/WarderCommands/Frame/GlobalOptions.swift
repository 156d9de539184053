package import ArgumentParser

/// The options that every command takes, before or after its name.
package struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The vault's file.", valueName: "path"), completion: .file())
    package var vault: String?

    @Flag(help: "Use the system's vault and settings.")
    package var system = false

    @Option(help: ArgumentHelp("Read this file instead of all other settings.", valueName: "file"), completion: .file())
    package var settings: String?

    @Flag(help: "Print JSON.")
    package var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors and what was asked for.")
    package var quiet = false

    @Flag(name: .shortAndLong, help: "Say more about what is done.")
    package var verbose = false

    package init() {}

    package var common: CommonOptions {
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
