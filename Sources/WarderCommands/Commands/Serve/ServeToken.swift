internal import Agent
internal import ArgumentParser
internal import ClientTokens
internal import Keystore
internal import SodiumCrypto

/// `warder serve token`
struct ServeToken: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Who may use the proxy over TCP, for what, and how much.",
        subcommands: [ServeTokenAdd.self, ServeTokenList.self, ServeTokenRevoke.self])
}

/// `warder serve token add`
struct ServeTokenAdd: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a token for a client, and print it. Nobody can print it again: the vault has its hash.",
        discussion:
            "A client gives it as the key that it would give the provider. Without a limit it may do everything that the proxy does.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("What it is called, in logs and lists.", valueName: "name"))
    var name: String

    @Option(
        name: .customLong("route"),
        help: ArgumentHelp("A route or provider that it may use; may be given several times.", valueName: "name"))
    var routes: [String] = []

    @Option(
        name: .customLong("model"),
        help: ArgumentHelp("A model that it may use, `*` at the end for any rest; may be given several times.", valueName: "name"))
    var models: [String] = []

    @Option(name: .customLong("method"), help: ArgumentHelp("A method that it may use; may be given several times.", valueName: "method"))
    var methods: [String] = []

    @Option(help: ArgumentHelp("When it ends: 90d, 12h, 2027-01-31.", valueName: "time"))
    var expires: String?

    @Option(help: ArgumentHelp("How many requests in a minute.", valueName: "count"))
    var requestsPerMinute: UInt32?

    @Option(help: ArgumentHelp("How many requests at once.", valueName: "count"))
    var concurrent: UInt32?

    @Option(help: ArgumentHelp("How many requests in all.", valueName: "count"))
    var budget: UInt32?

    func run() throws {
        let names = routes + models + methods
        guard names.allSatisfy({ (1...256).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw Failure(.invalid, "routes, models and methods are of visible ASCII characters")
        }
        let now = WallClock.now()
        let value = try ClientToken.generate()
        var token = try ClientToken(name: SecretName(argument: name).description, token: value, created: Int(now / 1000))
        token.routes = routes.isEmpty ? nil : routes
        token.models = models.isEmpty ? nil : models
        token.methods = methods.isEmpty ? nil : methods.map { $0.uppercased() }
        token.expires = try expires.map { Int(try Timestamp.parse($0, now: now) / 1000) }
        token.requestsPerMinute = requestsPerMinute.map(Int.init)
        token.concurrentStreams = concurrent.map(Int.init)
        token.budget = budget.map(Int.init)
        let session = try Session(options)
        try ClientTokenStore(session.unlock()).add(token, now: now)
        if options.json {
            // The one time that it is printed.
            let text = String(decoding: value.reveal(), as: UTF8.self)
            try Console.write(JSON.answer([("token", .string(text))] + token.fields).line)
        } else {
            try Console.write(value.reveal() + (Console.outputIsTerminal ? [UInt8(ascii: "\n")] : []))
            options.inform("\(token.name): \(token.allowance)")
        }
    }
}

/// `warder serve token list`
struct ServeTokenList: WarderCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tokens.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let tokens = try ClientTokenStore(Session(options).unlock()).all()
        if options.json {
            return try Console.write(JSON.answer([("tokens", .array(tokens.map { .object($0.fields) }))]).line)
        }
        let now = WallClock.now()
        var table = Table(["NAME", "AGE", "EXPIRES", "MAY"])
        for token in tokens {
            let expires = token.expires.map { Timestamp.distance(UInt64($0) * 1000, now: now) } ?? "-"
            table.add([token.name, Timestamp.distance(UInt64(token.created) * 1000, now: now), expires, token.allowance])
        }
        try Console.write(table.text(width: Console.width))
    }
}

/// `warder serve token revoke`
struct ServeTokenRevoke: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke tokens. The proxy refuses them within a second.", aliases: ["remove", "rm"])

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("Their names.", valueName: "name"))
    var names: [String]

    func run() throws {
        let names = try names.map { try SecretName(argument: $0).description }
        try ClientTokenStore(Session(options).unlock()).revoke(names)
        if options.json {
            try Console.write(JSON.answer([("revoked", .array(names.map(JSON.string)))]).line)
        } else {
            options.inform("revoked \(names.joined(separator: ", "))")
        }
    }
}

extension ClientToken {
    /// Everything but the hash.
    fileprivate var fields: [(String, JSON)] {
        func list(_ texts: [String]?) -> JSON { texts.map { .array($0.map(JSON.string)) } ?? .null }
        func count(_ number: Int?) -> JSON { number.map { .number(UInt64($0)) } ?? .null }
        return [
            ("name", .string(name)), ("created", .time(UInt64(created) * 1000)), ("expires", .time(expires.map { UInt64($0) * 1000 })),
            ("routes", list(routes)), ("models", list(models)), ("methods", list(methods)),
            ("requests_per_minute", count(requestsPerMinute)), ("concurrent", count(concurrentStreams)), ("budget", count(budget)),
        ]
    }

    /// What it may do, for people.
    fileprivate var allowance: String {
        var parts = [routes.map { $0.joined(separator: ", ") } ?? "all routes"]
        if let models { parts.append("models \(models.joined(separator: ", "))") }
        if let methods { parts.append(methods.joined(separator: ", ")) }
        if let requestsPerMinute { parts.append("\(requestsPerMinute) a minute") }
        if let concurrentStreams { parts.append("\(concurrentStreams) at once") }
        if let budget { parts.append("\(budget) in all") }
        return parts.joined(separator: "; ")
    }
}
