internal import ArgumentParser
internal import WarderCommands

/// `warderd serve`: the proxy and the credentials of units, until it is told to end.
struct ServeDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve requests to providers, and credentials of units.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var serving: ServeOptions

    func run() async throws { try await Daemon(options: global.common, serving: serving).run() }
}
