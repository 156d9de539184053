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
            Names and generations only, unless you ask for values: with --reveal, or in a form that a program reads.

                curl --config <(warder resolve openai/gpt-4o --format curl) --data @body.json
                curl --header @<(warder resolve openai/gpt-4o --format header-file) …
                warder resolve anthropic/claude-sonnet-4-6 --format env > .env
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

    /// Forms that programs read.
    private enum Form: String, CaseIterable {
        case curl
        case env
        case sh
        case headerFile = "header-file"

        static let names = allCases.map(\.rawValue)
    }

    @Option(
        help: ArgumentHelp("Print the values in this form: \(Form.names.joined(separator: ", ")).", valueName: "name"),
        completion: .list(Form.names))
    var format: String?

    @Option(help: ArgumentHelp("Look for keys in this environment file last.", valueName: "path"), completion: .file())
    var envFile: String?

    @Flag(help: "Look for keys in what the login shell sets, after everything else.")
    var loginShell = false

    func run() throws {
        guard format == nil || !(options.json || explain) else {
            throw Failure(.invalid, "--format excludes --json and --explain")
        }
        let form = try format.map { name in
            guard let form = Form(rawValue: name) else {
                throw Failure(.invalid, "there is no such form", hints: ["the forms are \(Form.names.joined(separator: ", "))"])
            }
            return form
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
        } else if let form {
            try write(resolutions[0], form)
        } else {
            for (index, resolution) in resolutions.enumerated() {
                if index > 0 { try Console.write("\n") }
                try ResolutionText.write(resolution, revealing: reveal, explaining: explain)
            }
        }
    }

    private func write(_ resolution: Resolution, _ form: Form) throws {
        switch form {
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
