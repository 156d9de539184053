internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import SodiumCrypto

/// `warder get`
struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a value.",
        discussion: "Exactly the stored bytes; a line feed follows on a terminal only.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    @Option(help: ArgumentHelp("An older generation.", valueName: "n"))
    var generation: UInt64?

    func run() throws {
        let secret = try Session(options).unlock().get(SecretName(name), generation: generation)
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
