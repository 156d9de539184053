internal import Exporter
internal import Resolver
internal import Settings

/// What may be shown of somebody else's files, and how.
extension Examination {
    /// A path; below the home directory it begins with `~`.
    func shown(_ path: String) -> String {
        guard directories.home != "/", path.hasPrefix("\(directories.home)/") else { return path }
        return "~" + path.dropFirst(directories.home.utf8.count)
    }

    /// A path for a shell, with quotes around the parts that need them: a tilde in quotes would stand for itself.
    func word(_ path: String) -> String {
        shown(path).split(separator: "/", omittingEmptySubsequences: false).map { part in
            let isPlain = part.utf8.allSatisfy(Self.isPathByte) && (part == "~" || !part.hasPrefix("~"))
            return isPlain ? String(part) : "'\(part.replacing("'", with: "'\\''"))'"
        }.joined(separator: "/")
    }

    /// A program of a configuration, if nothing but a path stands in its place: no arguments, and nothing like a key.
    func shownProgram(_ command: String) -> String? {
        let path = shown(command)
        let isPath = path.hasPrefix("/") || path.hasPrefix("~/")
        return isPath && path.utf8.allSatisfy(Self.isPathByte) && !KeyLikeText.matches(path) ? path : nil
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "/._~+-".utf8.contains(byte)
    }

    /// Where a key comes from, as the resolver says it, without what may be more than a path.
    func shownSource(_ source: String) -> String {
        for kind in ["program", "file"] where source.hasPrefix("the \(kind) ") {
            let path = source.dropFirst("the \(kind) ".count)
            return shownProgram(String(path)).map { "the \(kind) \($0)" } ?? "a \(kind)"
        }
        return source
    }

    /// On one line, and without what steers a terminal.
    func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
                    default: scalar
                    }
                }))
    }

    /// A name that came from somebody else's file, if it can be shown: one that the vault, the settings or the catalogue knows, or a
    /// variable in capitals that is called a key. Anything else may be a value in the wrong place.
    func shownName(_ name: String) -> String? {
        if names?.contains(name) == true || expectations.contains(name) || variables.contains(name) { return name }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 { return isProvider(name) || Self.isPlainVariable(name) ? name : nil }
        return isProvider(parts[0]) && parts.dropFirst().allSatisfy(Self.words.contains)
            || parts.allSatisfy(Self.words.contains) ? name : nil
    }

    private func isProvider(_ name: String) -> Bool {
        settings.providers[name] != nil || Catalogue.standard.provider(name) != nil
    }

    /// Whether a name is words in capitals, of which the last says that it holds a key.
    private static func isPlainVariable(_ name: String) -> Bool {
        // As the exec protocol has them.
        let name = name.replacing("-", with: "_")
        let isPlain = name.split(separator: "_").allSatisfy { $0.utf8.count <= 16 }
        return isPlain && name.utf8.count(where: { (48...57).contains($0) }) <= 4 && name.utf8.count <= 64
            && name.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
            && (KnownVariables.holdsKey(name) || KnownVariables.namesKey(name)) && ImportPlan.shown(name) != nil
    }

    /// What the systems' configurations call a key, and what it is for.
    private static let words = Set(
        """
        api-key api-key-env apikey auth auth-token authorization bot-token cf-aig-authorization channels discord env experimental-bearer-token \
        gateway headers models oauth-access-token oauth-access-token-env password providers remote slack telegram token token-env tools \
        x-api-key
        """.split(separator: " ").map(String.init))
}
