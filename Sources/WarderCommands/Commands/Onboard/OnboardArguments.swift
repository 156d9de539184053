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
    /// All of them, the program's own name first.
    private var arguments: [String]
    private var command: Int?
    /// The arguments that are no more: an option with its key.
    private var removed: Set<Int> = []
    /// Other arguments that were overwritten.
    private var hidden: [Int: String] = [:]
    private var values: [OnboardKeyOption] = []
    private var failure: Failure?

    /// The keys that the arguments gave.
    static var keys: [OnboardKeyOption] { unsafe given }
    nonisolated(unsafe) private static var given: [OnboardKeyOption] = []

    private static let endings: [(text: String, isToken: Bool)] = [("-api-key", false), ("-token", true)]

    /// Takes keys out of the arguments of this process, if its command is `onboard`.
    static func take() -> OnboardArguments {
        let count = Int(platform_argument_count())
        guard let command = command(count) else { return OnboardArguments(arguments: CommandLine.arguments) }
        var taken = OnboardArguments(arguments: [], command: command)
        var index = command + 1
        while index < count { index = taken.takeValue(at: index, of: count) }
        // No text is made of an argument that has a key before the key has been overwritten.
        taken.arguments = (0..<count).map { taken.hidden[$0] ?? text(at: $0) }
        return taken
    }

    private init(arguments: [String], command: Int? = nil) {
        self.arguments = arguments
        self.command = command
    }

    /// The position of `onboard`.
    private static func command(_ count: Int) -> Int? {
        var leading: [String] = []
        while leading.count + 1 < count, leading.last != "--" {
            leading.append(text(at: leading.count + 1))
            guard let index = Arguments.commandIndex(leading) else { continue }
            return leading[index] == "onboard" ? index + 1 : nil
        }
        return nil
    }

    /// Takes the value of an option that has one which nobody should see, and gives the position of what follows.
    private mutating func takeValue(at index: Int, of count: Int) -> Int {
        let (name, joined) = Self.name(at: index)
        guard Self.isSecret(name) else {
            // A key in a wrong place, which nobody should read either; or a path that looks like one, which is still needed.
            let text = Self.text(at: index)
            if KeyLikeText.matches(text) {
                hidden[index] = text
                platform_overwrite_argument(Int32(index), 0)
            }
            return index + 1
        }
        removed.insert(index)
        if let joined {
            take(name, index, from: joined)
            return index + 1
        }
        guard index + 1 < count, !Self.isOption(at: index + 1) else {
            failure = Failure(.invalid, "an option for a key has no value")
            return index + 1
        }
        removed.insert(index + 1)
        take(name, index + 1, from: 0)
        return index + 2
    }

    private mutating func take(_ name: String, _ index: Int, from offset: Int) {
        defer { platform_overwrite_argument(Int32(index), UInt(offset)) }
        do {
            let value = try Self.bytes(at: index, from: offset)
            for ending in Self.endings where name.hasSuffix(ending.text) && !Self.refused.contains(name) {
                let word = String(name.dropFirst(2).dropLast(ending.text.count))
                return values.append(OnboardKeyOption(word: word, isToken: ending.isToken, source: .value(value)))
            }
            failure = Self.refusal(name)
        } catch { failure = Failure(error) }
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        guard name.hasPrefix("--"), name != "--provider-key", !name.hasSuffix("-env"), !name.hasSuffix("-file") else { return false }
        // Whatever there is no such option for may still be followed by a key.
        return ["key", "token", "password", "secret"].contains { name.contains($0) }
    }

    /// The words that are left for the parser, after the places of keys have been taken out, too.
    ///
    /// - Throws: 2 for options of other systems that mean nothing here.
    func words() throws -> [String] {
        guard let command else { return Array(arguments.dropFirst()) }
        if let failure { throw failure }
        var words = Array(arguments[1...command])
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

    private static func text(at index: Int) -> String {
        unsafe platform_argument(Int32(index)).map { unsafe String(cString: $0) } ?? ""
    }

    /// An option's name, and the byte at which its value begins if that follows after `=`. Empty for what is no option.
    private static func name(at index: Int) -> (name: String, joined: Int?) {
        guard isOption(at: index), let start = unsafe platform_argument(Int32(index)) else { return ("", nil) }
        let length = unsafe strcspn(start, "=")
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
        return unsafe (String(decoding: bytes, as: UTF8.self), start[Int(length)] == 0 ? nil : Int(length) + 1)
    }

    /// Whether it begins with two dashes.
    private static func isOption(at index: Int) -> Bool {
        guard let start = unsafe platform_argument(Int32(index)) else { return false }
        return unsafe strncmp(start, "--", 2) == 0
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
