package import ArgumentParser
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// What `ask` takes, in `warder` and in `warderd`.
package struct AskOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What to ask; else standard input.", valueName: "text"))
    package var message: String?

    @Option(help: ArgumentHelp("PROVIDER/MODEL, or a route; else the settings' default.", valueName: "model"))
    package var model: String?

    package init() {}

    /// The question.
    ///
    /// - Throws: 2 if there is none.
    package func text() throws -> String {
        if let message, !message.isEmpty { return message }
        guard message == nil, !Console.inputIsTerminal else {
            throw Failure(.invalid, "which question?", hints: ["warder ask --message \"…\", or pipe it in"])
        }
        let bytes = try FileDescriptor(number: dup(0), path: "standard input").readAll(maximum: 16 << 20)
        guard let text = String(validating: SecretValue(bytes).reveal(), as: UTF8.self), !text.isEmpty else {
            throw Failure(.invalid, "the question is empty, or no UTF-8")
        }
        return text
    }

    /// The words that give the same options to another program.
    var arguments: [String] {
        (message.map { ["--message=\($0)"] } ?? []) + (model.map { ["--model=\($0)"] } ?? [])
    }
}

/// `warder ask`
struct Ask: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask a model one question, through the proxy, and print its answer as it comes.",
        discussion: "Needs a proxy that runs: `warder serve`.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var asking: AskOptions

    func run() throws { try NetworkProgram.become(["ask"] + global.arguments + asking.arguments) }
}
