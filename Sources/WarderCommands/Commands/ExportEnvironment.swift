internal import ArgumentParser

/// `warder export`
struct ExportEnvironment: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "x")
    @OptionGroup var global: GlobalOptions
}
