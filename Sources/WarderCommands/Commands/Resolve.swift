internal import ArgumentParser
internal import Exporter
internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// `warder resolve`
struct Resolve: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Say what a request for a model needs: address, headers, and which key from where.",
        discussion: """
            Names and generations only, unless you ask for values: with --reveal, or in a format that a program reads.

                curl -K <(warder resolve openai/gpt-4o --format curl) -d @body.json
                curl -H @<(warder resolve openai/gpt-4o --format header-file) URL
                eval "$(warder resolve anthropic/claude-sonnet-4-6 --format sh)"

            Nothing is sent. Which headers may go where is checked: allowed hosts, https, placeholders, a key in the wrong place.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "PROVIDER/MODEL, PROVIDER/auto, auto, or the name of a route; without it, the default model of the settings.")
    var model: String?

    @Flag(help: "Print the values, too.")
    var reveal = false

    @Flag(help: "Print what was looked at for each key, and what came of it.")
    var explain = false

    /// What programs read.
    private enum Format: String, CaseIterable {
        case curl
        case env
        case sh
        case headerFile = "header-file"

        static let names = allCases.map(\.rawValue)
    }

    @Option(
        help: ArgumentHelp("Print the values in this format: \(Format.names.joined(separator: ", ")).", valueName: "name"),
        completion: .list(Format.names))
    var format: String?

    @Option(
        help: ArgumentHelp("Look for keys in this environment file, too, after the environment.", valueName: "path"), completion: .file())
    var envFile: String?

    @Flag(help: "Look for keys in what the login shell sets, after everything else.")
    var loginShell = false

    func run() throws {
        guard self.format == nil || !(options.json || explain) else {
            throw Failure(.invalid, "--format excludes --json and --explain")
        }
        let format = try self.format.map { name in
            guard let format = Format(rawValue: name) else {
                throw Failure(.invalid, "no such format", hints: ["the formats are \(Format.names.joined(separator: ", "))"])
            }
            return format
        }
        guard envFile.map(KeyLikeText.beginsAsIssued) != true else {
            throw Failure(.invalid, "--env-file: that looks like a key, not like a path")
        }
        let resolver = try Session(options).resolver(environmentFile: envFile, usesLoginShell: loginShell)
        let resolutions: [Resolution]
        do {
            resolutions = try resolver.candidates(model)
        } catch let error as ResolverError {
            if explain { for line in ResolutionText.walk(error.steps) { Console.say(line) } }
            throw error
        }
        if options.json {
            try ResolutionText.write(JSON.answer([("resolutions", .array(resolutions.map { ResolutionText.json($0, revealing: reveal) }))]))
        } else if let format {
            try write(resolutions[0], format)
        } else {
            for (index, resolution) in resolutions.enumerated() {
                if index > 0 { try Console.write("\n") }
                try ResolutionText.write(resolution, revealing: reveal, explaining: explain)
            }
        }
    }

    private func write(_ resolution: Resolution, _ format: Format) throws {
        switch format {
        case .curl: try resolution.curlConfiguration().bytes.withBytes { try Console.write($0) }
        case .headerFile: try resolution.headerFile().bytes.withBytes { try Console.write($0) }
        case .sh: try Console.write(Export.render(resolution.clientVariables(), as: ShellExports.self))
        case .env:
            do {
                try Console.write(Export.render(resolution.clientVariables(), as: Dotenv.self))
            } catch let error as ExportError where error.code == .unrepresentable {
                // Several headers are several lines, which only a shell reads as everybody does.
                throw Failure(exitCode: error.exitCode, error.description, hints: ["use --format sh"])
            }
        }
    }
}
