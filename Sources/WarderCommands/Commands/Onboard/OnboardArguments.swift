internal import CPlatform
internal import Glibc
internal import Keystore
internal import Settings
internal import SodiumCrypto

/// A key that the arguments of `onboard` give, or the place that has it.
struct OnboardKeyOption {
    enum Source {
        /// The value itself, taken out of the arguments.
        case value(SecretValue)
        /// A variable of this process.
        case variable(String)
        /// A file, or `-` for standard input.
        case file(String)
    }

    /// The option's name up to `-api-key` or `-token`: what somebody calls the provider.
    let word: String
    /// Whether it is the gateway's token, not the provider's key.
    let isToken: Bool
    let source: Source
}

/// The arguments of `onboard`, which take a key by the name of its provider: `--PROVIDER-api-key KEY`, as other systems have it.
///
/// A key among them is overwritten where other processes could read it, before anything else is done.
struct OnboardArguments {
    private let arguments: [String]
    private var command: Int?
    /// The arguments that are no more: an option with its key.
    private var removed: Set<Int> = []
    private var values: [OnboardKeyOption] = []
    private var failure: Failure?

    /// The keys that the arguments gave.
    static var keys: [OnboardKeyOption] { unsafe given }
    nonisolated(unsafe) private static var given: [OnboardKeyOption] = []

    private static let endings: [(text: String, isToken: Bool)] = [("-api-key", false), ("-token", true)]

    /// Takes keys out of the arguments of this process, if its command is `onboard`.
    static func take() -> OnboardArguments {
        var words: [String] = []
        for index in 1..<max(1, Int(platform_argument_count())) { words.append(text(at: index) ?? "") }
        guard let command = Arguments.commandIndex(words), words[command] == "onboard" else {
            return OnboardArguments(arguments: Array(CommandLine.arguments.dropFirst()))
        }
        var taken = OnboardArguments(arguments: words, command: command)
        for index in words.indices.dropFirst(command + 1) where !taken.removed.contains(index) { taken.takeValue(at: index) }
        return taken
    }

    private init(arguments: [String], command: Int? = nil) {
        self.arguments = arguments
        self.command = command
    }

    /// The value of an option that has one which nobody should see.
    private mutating func takeValue(at index: Int) {
        let word = arguments[index]
        let name = word.prefix { $0 != "=" }
        guard Self.isSecret(name) else {
            // A key in a wrong place is an error later, which nobody should read here either.
            if KeyLikeText.matches(word) { platform_overwrite_argument(Int32(index + 1), 0) }
            return
        }
        removed.insert(index)
        if name.endIndex != word.endIndex {
            take(name, index, from: name.utf8.count + 1)
        } else if index + 1 < arguments.count, !arguments[index + 1].hasPrefix("--") {
            removed.insert(index + 1)
            take(name, index + 1, from: 0)
        } else {
            failure = Failure(.invalid, "an option for a key has no value")
        }
    }

    private mutating func take(_ name: Substring, _ index: Int, from offset: Int) {
        defer { platform_overwrite_argument(Int32(index + 1), UInt(offset)) }
        do {
            let value = try Self.bytes(at: index + 1, from: offset)
            for ending in Self.endings where name.hasSuffix(ending.text) && !Self.refused.contains(String(name)) {
                let word = String(name.dropFirst(2).dropLast(ending.text.count))
                return values.append(OnboardKeyOption(word: word, isToken: ending.isToken, source: .value(value)))
            }
            failure = Self.refusal(String(name))
        } catch { failure = Failure(error) }
    }

    private static func isSecret(_ name: Substring) -> Bool {
        name.hasPrefix("--") && name != "--provider-key"
            && ["api-key", "token", "password", "secret", "-key"].contains { name.hasSuffix($0) }
    }

    /// The words that are left for the parser, after the places of keys have been taken out, too.
    ///
    /// - Throws: 2 for options of other systems that mean nothing here.
    func words() throws -> [String] {
        guard let command else { return arguments }
        if let failure { throw failure }
        var words = Array(arguments[...command])
        var keys = values
        var rest = arguments.indices.dropFirst(command + 1).filter { !removed.contains($0) }.map { arguments[$0] }[...]
        while let word = rest.popFirst() {
            let name = word.prefix { $0 != "=" }
            if Self.refused.contains(String(name)) { throw Self.refusal(String(name)) }
            guard let (provider, isToken, isVariable) = Self.place(name) else {
                words.append(word)
                continue
            }
            guard let value = name.endIndex == word.endIndex ? rest.popFirst() : String(word[name.endIndex...].dropFirst()) else {
                throw Failure(.invalid, "an option for the place of a key has no value")
            }
            keys.append(OnboardKeyOption(word: provider, isToken: isToken, source: isVariable ? .variable(value) : .file(value)))
        }
        unsafe Self.given = keys
        return words
    }

    /// What `--PROVIDER-api-key-env` and its like mean.
    private static func place(_ name: Substring) -> (word: String, isToken: Bool, isVariable: Bool)? {
        for ending in endings {
            for (text, isVariable) in [("-env", true), ("-file", false)] where name.hasPrefix("--") && name.hasSuffix(ending.text + text) {
                return (String(name.dropFirst(2).dropLast(ending.text.count + text.count)), ending.isToken, isVariable)
            }
        }
        return nil
    }

    private static func refusal(_ name: String) -> Failure {
        let what = refused.contains(name) ? "\(name) means nothing to Warder" : "an option that there is not has a key"
        return Failure(.invalid, what, hints: ["see `warder onboard --help`"])
    }

    // MARK: The memory that others see

    private static func text(at index: Int) -> String? {
        guard let start = unsafe platform_argument(Int32(index)) else { return nil }
        return unsafe String(cString: start)
    }

    private static func bytes(at index: Int, from offset: Int) throws -> SecretValue {
        guard let start = unsafe platform_argument(Int32(index)) else { throw Failure(.io, "an argument is gone") }
        let count = unsafe strlen(start) - offset
        let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start + offset), byteCount: count)
        return SecretValue(try SecretBytes(copying: bytes))
    }

    // MARK: Other systems' options

    /// Options of other systems' `onboard` that would do something which Warder does not.
    static let refused: Set<String> = [
        "--secret-input-mode", "--gateway-token", "--gateway-token-ref-env", "--gateway-password", "--gateway-port", "--gateway-bind",
        "--gateway-auth", "--install-daemon", "--daemon-runtime", "--reset", "--reset-scope", "--custom-model-id", "--custom-provider-id",
        "--custom-compatibility", "--token", "--token-provider", "--token-profile-id", "--token-expires-in", "--remote-url",
        "--remote-token", "--workspace", "--tailscale", "--flow", "--node-manager",
    ]

    /// The options that messages may name.
    static let knownOptions: Set<String> = refused.union([
        "--non-interactive", "--mode", "--auth-choice", "--account-id", "--gateway-id", "--cloudflare-ai-gateway-account-id",
        "--cloudflare-ai-gateway-gateway-id", "--cloudflare-ai-gateway-api-key", "--cloudflare-ai-gateway-token", "--route", "--region",
        "--project", "--resource", "--deployment", "--base-url", "--custom-base-url", "--model", "--provider-key", "--accept-risk",
        "--skip-health", "--skip-skills", "--skip-channels", "--skip-ui", "--skip-search", "--skip-daemon", "--no-install-daemon",
    ])
}
