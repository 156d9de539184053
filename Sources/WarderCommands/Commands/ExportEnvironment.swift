internal import ArgumentParser

/// `warder export`
struct ExportEnvironment: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "x")
    @OptionGroup var options: GlobalOptions
}
