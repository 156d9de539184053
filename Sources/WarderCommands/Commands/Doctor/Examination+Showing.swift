internal import Exporter
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

    /// A name that came from somebody else's file, if it can be shown: one that is known here, or one of short words without many digits.
    /// Anything else may be a value in the wrong place.
    func shownName(_ name: String) -> String? {
        if names?.contains(name) == true || expectations.contains(name) { return name }
        let isPlain = name.split(whereSeparator: { "/._-".contains($0) }).allSatisfy { $0.utf8.count <= 16 }
        guard isPlain, name.utf8.count(where: { (48...57).contains($0) }) <= 4 else { return nil }
        return ImportPlan.shown(name)
    }
}
