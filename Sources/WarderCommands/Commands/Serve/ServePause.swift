internal import Agent
internal import ArgumentParser
internal import ClientTokens

/// `warder serve pause`: the kill switch.
struct ServePause: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Have the proxy refuse every request, within a second, until `warder serve resume`.",
        discussion: "Requests that are on their way come to their end. Credentials of units are not concerned.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try ProxySwitch(Session(options).unlock()).set(isPaused: true)
        options.inform("the proxy refuses every request")
    }
}

/// `warder serve resume`
struct ServeResume: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Have the proxy take requests again.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try ProxySwitch(Session(options).unlock()).set(isPaused: false)
        options.inform("the proxy takes requests")
    }
}
