/// The command line before it is parsed.
enum Arguments {
    /// Options that every command takes, and whether a value follows.
    private static let global: [String: Bool] = [
        "--vault": true, "--settings": true, "--system": false, "--json": false, "--quiet": false, "-q": false, "--verbose": false,
        "-v": false, "-qv": false, "-vq": false,
    ]
    /// Commands that are followed by another command.
    private static let groups: Set<String> = ["slot", "audit", "consumer", "provider", "credential", "models", "serve"]

    /// Options that an error message may name. Anything else that looks like one may be a value.
    static let knownOptions: Set<String> = Set(global.keys).union([
        "--if-generation", "--trim", "--keep", "--from-file", "--generate", "--batch", "--kind", "--expires", "--rotate-by", "--note",
        "--label",
        "--no-labels", "--allow-host", "--no-allowed-hosts", "--generation", "--yes", "--key-file", "--weak", "--with-passphrase",
        "--passphrase",
        "--passphrase-fd", "--recipient", "--drop-absent", "--accept", "--strict", "--force", "--profile", "-P", "--only", "--except",
        "--pristine", "--as-file", "--allow-reserved", "--format", "--output", "-o", "--help", "-h", "--revoke",
        "--kdf-memory",
        "--kdf-passes", "--preset", "--path", "--unit", "--scope", "--owner", "--name", "--on-change", "--with-copy", "--check",
        "--dry-run",
        "--merge", "--replace", "--prefix", "--from-shell", "--from", "--all", "--remove-source",
        "--reveal", "--explain", "--env-file", "--login-shell", "--for", "--provider",
        "--file", "--model", "--keys", "--private-copy", "--snippet", "--remove", "--idle", "--socket-fd", "--port", "--extra-ca",
        "--allow-private", "--access-log", "--route", "--method",
        "--requests-per-minute", "--concurrent", "--budget", "--via-proxy", "--message", "--live", "--online",
    ]).union(OnboardArguments.knownOptions)

    /// The position of the command: the first word that is neither a global option nor its value.
    static func commandIndex(_ arguments: [String]) -> Int? {
        var index = 0
        while index < arguments.count {
            guard arguments[index].hasPrefix("-") else { return index }
            let name = String(arguments[index].prefix { $0 != "=" })
            if name == "--" { return nil }
            // An option that there is not is no command either.
            let takesValue = global[name] ?? false
            index += takesValue && !arguments[index].contains("=") ? 2 : 1
        }
        return nil
    }

    /// Moves global options that stand before the command, or between a group and its command, behind it, where its parser looks for them.
    static func arranged(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var rest = arguments[...]
        func moveGlobalOptions() {
            while let first = rest.first, first.hasPrefix("-"), first != "--" {
                let name = String(first.prefix { $0 != "=" })
                guard let takesValue = global[name] else { break }
                moved.append(rest.removeFirst())
                if takesValue, !first.contains("="), let value = rest.popFirst() { moved.append(value) }
            }
        }
        moveGlobalOptions()
        guard let command = rest.popFirst() else { return arguments }
        var result = [command]
        if groups.contains(command) {
            moveGlobalOptions()
            if let verb = rest.popFirst() { result.append(verb) }
        }
        return result + moved + rest
    }
}
