internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// Keys that were not typed at a prompt: out of the arguments, variables, files and standard input.
struct OnboardKeyInput {
    let chosen: OnboardAnswers.Chosen
    let settings: WarderSettings
    let options: CommonOptions

    /// The key or token that the options give; nil if they give none, or an empty one out of the arguments.
    ///
    /// - Throws: 2 for several, and for keys of other providers; what reading it throws.
    func given(isToken: Bool) throws -> SecretValue? {
        let mine = OnboardArguments.keys.filter { $0.isToken == isToken }
        for option in mine where !option.word.isEmpty {
            guard let owner = OnboardProviders.named(option.word, settings) else {
                throw Failure(.invalid, "an option gives a key for a provider that the catalogue does not know")
            }
            guard owner.provider.id == chosen.provider.id else {
                throw Failure(.invalid, "\(name(owner, isToken)) is for another provider than \(chosen.name)")
            }
        }
        guard !isToken || mine.isEmpty || chosen.isGateway else {
            throw Failure(.invalid, "a token is for a gateway, and \(chosen.name) is none")
        }
        guard mine.count <= 1 else {
            throw Failure(.invalid, "only one of \(name(chosen, isToken)), -env and -file")
        }
        guard let option = mine.first else { return nil }
        let value = try OnboardShapes.trimmed(read(option))
        if case .value = option.source { return value.count == 0 ? nil : value }
        guard value.count > 0 else { throw missing(isToken: isToken, hints: ["what the option names is not set, or empty"]) }
        return value
    }

    /// Warns of keys that were among the arguments.
    func warnOfArguments() {
        for isToken in [false, true] {
            let isThere = OnboardArguments.keys.contains { option in
                if case .value = option.source { option.isToken == isToken } else { false }
            }
            guard isThere else { continue }
            options.warn("a key was among the arguments, where every process could read it for a moment; the shell's history keeps it")
            options.inform("hint: safer are \(name(chosen, isToken))-env NAME, -file PATH, and -file - for standard input")
        }
    }

    /// The key or token of the variables that everybody looks into.
    func ofEnvironment(isToken: Bool) throws -> SecretValue? {
        for name in isToken ? ["CF_AIG_TOKEN"] : variables {
            if let value = try ProcessVariables().value(of: name) {
                let trimmed = try OnboardShapes.trimmed(value)
                if trimmed.count > 0 {
                    options.remark("the \(isToken ? "token" : "key") is that of \(name)")
                    return trimmed
                }
            }
        }
        return nil
    }

    /// The provider's variables, but for those that mostly hold something else.
    private var variables: [String] {
        let all = chosen.provider.systems[.fased].map(\.variables) ?? []
        return (chosen.isGateway ? all : chosen.provider.keyVariables).filter { !["GH_TOKEN", "GITHUB_TOKEN"].contains($0) }
    }

    /// The failure of a key that nobody gives.
    func missing(isToken: Bool, hints: [String] = []) -> Failure {
        let variable = isToken ? "CF_AIG_TOKEN" : variables.first
        let environment = variable.map { "\($0) in env, or " } ?? ""
        return Failure(
            .invalid, "Missing \(name(chosen, isToken)) (or \(environment)an existing \(chosen.name) \(isToken ? "token" : "key")).",
            hints: hints)
    }

    private func name(_ chosen: OnboardAnswers.Chosen, _ isToken: Bool) -> String { "--\(chosen.flag)-\(isToken ? "token" : "api-key")" }

    private func read(_ option: OnboardKeyOption) throws -> SecretValue {
        switch option.source {
        case .value(let value): return value
        case .variable(let name):
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isOfVariable), name.utf8.first.map({ !(0x30...0x39).contains($0) }) ?? false
            else {
                throw Failure(.invalid, "\(self.name(chosen, option.isToken))-env takes the name of a variable")
            }
            return try ProcessVariables().value(of: name) ?? SecretValue(copying: [])
        case .file("-"):
            let input = FileDescriptor(number: dup(STDIN_FILENO), path: "standard input")
            guard input.number >= 0 else { throw Failure(.io, "standard input is closed") }
            return SecretValue(try input.readAll(maximum: Self.maximum))
        case .file(let path):
            guard !path.isEmpty else { throw Failure(.invalid, "\(self.name(chosen, option.isToken))-file takes the path of a file") }
            let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else {
                throw Failure(errno == ENOENT ? .notFound : .io, "the file of the key: \(unsafe String(cString: strerror(errno)))")
            }
            let file = FileDescriptor(number: number, path: "the file of the key")
            let mode = try file.status().st_mode
            if mode & S_IFMT == S_IFREG, mode & 0o077 != 0 { options.warn("the file of the key is not its owner's alone: chmod 600") }
            return SecretValue(try file.readAll(maximum: Self.maximum))
        }
    }

    private static let maximum = 16384

    private static func isOfVariable(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}
