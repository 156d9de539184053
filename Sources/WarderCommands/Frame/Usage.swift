internal import ArgumentParser
internal import Keystore

/// What was wrong with the arguments, said without repeating them: one of them may be a secret in the wrong place.
enum Usage {
    /// The parser's message, with everything quoted that is not an option's or argument's own name taken out.
    static func failure(_ error: any Error, _ arguments: [String], of root: any ParsableCommand.Type = Warder.self) -> Failure {
        if let first = arguments.first, !first.hasPrefix("-"), !commands(of: root).contains(first) {
            return Failure(.invalid, "there is no such command", hints: ["`warder --help` lists the commands"])
        }
        let message = root.message(for: error)
        let firstLine = message.split(separator: "\n").first.map(String.init) ?? "the arguments are not right"
        var hints: [String] = []
        if message.contains("nexpected argument"), arguments.first == "set" {
            hints.append("values are never arguments: type them at the prompt, or pipe them in")
        }
        hints.append("see `warder --help`, or `warder COMMAND --help`")
        // An argument with a quote or a line end of its own would end the parser's early.
        let isPlain = CommandLine.arguments.allSatisfy { !$0.contains("'") && !$0.contains("\n") && !$0.contains("\r\n") }
        let text = isPlain ? redacted(firstLine) : "the arguments are not right"
        return Failure(.invalid, text.prefix(1).lowercased() + text.dropFirst(), hints: hints)
    }

    private static func commands(of root: any ParsableCommand.Type) -> [String] {
        root.configuration.subcommands.flatMap { [$0.configuration.commandName ?? ""] + $0.configuration.aliases } + ["help"]
    }

    static func redacted(_ message: String) -> String {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        var text = ""
        for (index, part) in parts.enumerated() {
            if index % 2 == 0 { text += part } else { text += isName(part) ? "'\(part)'" : "'…'" }
        }
        return parts.count % 2 == 1 ? text : "the arguments are not right"
    }

    /// `--name`, `-n`, `<name>`, `--name <value>`, as the parser writes them, if they are this program's own.
    private static func isName(_ text: Substring) -> Bool {
        let words = text.split(separator: " ")
        guard !words.isEmpty, words.count <= 2 || (words.count == 3 && words[2] == "...") else { return false }
        return words.prefix(2).allSatisfy { word in
            if word == "..." { return true }
            if word.hasPrefix("<"), word.hasSuffix(">") { return word.dropFirst().dropLast().allSatisfy { $0.isLowercase || $0 == "-" } }
            return Arguments.knownOptions.contains(String(word))
        }
    }
}
