internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import SodiumCrypto

/// `warder get`
struct Get: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Print a value.",
        discussion: "Exactly the stored bytes; a line feed follows on a terminal only.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    @Option(help: ArgumentHelp("An older generation.", valueName: "n"))
    var generation: UInt64?

    func run() throws {
        try Self.print(name, generation: generation, options)
    }

    static func print(_ name: String, generation: UInt64? = nil, _ options: CommonOptions) throws {
        let secret = try Session(options).unlock().get(SecretName(argument: name), generation: generation)
        if options.json {
            let bytes = secret.value.reveal()
            let value: (String, JSON) =
                String(validating: bytes, as: UTF8.self).map { ("value", .string($0)) }
                ?? ("value_base64", .string(Data(bytes).base64EncodedString()))
            try Console.write(
                JSON.answer([("name", .string(name)), ("generation", .number(secret.listing.generation)), value]).line)
        } else {
            try secret.value.bytes.withBytes { try Console.write($0) }
            if Console.outputIsTerminal { try Console.write("\n") }
        }
    }
}
