internal import ArgumentParser
internal import Keystore

/// `warder show`
struct Show: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Say everything about a secret but its value.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The secret's name.", completion: .secretNames)
    var name: String

    func run() throws {
        let secretName = try SecretName(argument: name)
        let history = try Session(options).unlock().history(secretName)
        guard let newest = history.first, !newest.isRemoval else {
            throw Failure(.notFound, "\(secretName): there is no such secret")
        }
        if options.json {
            try Console.write(JSON.answer(newest.fields + [("kept", .number(UInt64(history.count)))]).line)
            return
        }
        let metadata = newest.metadata
        var lines = ["name        \(newest.name)", "generation  \(newest.generation) (\(history.count) kept)"]
        if let kind = metadata.kind { lines.append("kind        \(kind)") }
        lines.append("created     \(Timestamp.text(newest.created))")
        if let time = metadata.expires { lines.append("expires     \(Timestamp.text(time))") }
        if let time = metadata.rotateBy { lines.append("rotate by   \(Timestamp.text(time))") }
        if let note = metadata.note { lines.append("note        \(note)") }
        for (key, text) in metadata.labels.sorted(by: { $0.key < $1.key }) { lines.append("label       \(key)=\(text)") }
        for host in metadata.allowedHosts { lines.append("host        \(host)") }
        try Console.write(lines.joined(separator: "\n") + "\n")
    }
}
