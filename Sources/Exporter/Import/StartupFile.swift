internal import SodiumCrypto

/// A file that a login reads: a shell's, PAM's, or one of `environment.d`. What it assigns, looked at without running it.
///
/// For a person who looks for keys a guess is better than nothing: where the shell's own path through the file is not certain, each of the
/// lines from there on is read for itself.
package enum StartupFile {
    /// The assignments, each with its line; several of one name if there are.
    package static func read(_ file: ImportFile) -> [ImportReading.Found] {
        let bytes = file.content.reveal()
        guard !bytes.contains(0) else { return [] }
        let entries: [EnvironmentEntry] =
            if file.name.hasSuffix(".fish") {
                eachLine(bytes, from: 1) { (try? FishExports.read($0)) ?? [] }
            } else if file.name.hasSuffix(".conf") {
                (try? EnvironmentD.read(bytes)) ?? []
            } else if file.name == ".pam_environment" {
                eachLine(bytes, from: 1, pam)
            } else {
                shell(bytes)
            }
        return entries.compactMap { entry in
            guard isShowable(entry.name), let value = try? SecretValue(copying: entry.value) else { return nil }
            return ImportReading.Found(entry.name, value, line: entry.lines.lowerBound)
        }
    }

    private static func shell(_ bytes: [UInt8]) -> [EnvironmentEntry] {
        let whole = ShellAssignments(bytes)
        guard let lost = whole.lostFrom else { return whole.entries }
        let before = whole.entries.filter { $0.lines.upperBound < lost }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let passed = documents(lines, from: lost)
        let after = eachLine(bytes, from: lost) { ShellAssignments($0).entries }.filter { !passed.contains($0.lines.lowerBound) }
        // Of a name that is unset in the end nothing is left.
        var unset: [String: Int] = [:]
        for (index, line) in lines.enumerated() where line.starts(with: "unset ".utf8) && !passed.contains(index + 1) {
            let names = line.dropFirst(6).prefix { !";&|#".utf8.contains($0) }
            for name in names.split(separator: UInt8(ascii: " ")) { unset[String(decoding: name, as: UTF8.self)] = index + 1 }
        }
        return (before + after).filter { entry in unset[entry.name].map { $0 < entry.lines.lowerBound } ?? true }
    }

    /// The lines of here-documents: what follows a line with `<<WORD`, up to the line that is the word.
    private static func documents(_ lines: [ArraySlice<UInt8>], from first: Int) -> Set<Int> {
        // Where each text stands, the last first.
        var places: [[UInt8]: [Int]] = [:]
        for (index, line) in lines.enumerated().reversed() {
            places[Array(line.drop { $0 == UInt8(ascii: "\t") }), default: []].append(index)
        }
        var passed: Set<Int> = []
        var index = first - 1
        while index < lines.count {
            defer { index += 1 }
            guard let end = delimiter(lines[index]), var ends = places.removeValue(forKey: end) else { continue }
            while let place = ends.last, place <= index { ends.removeLast() }
            places[end] = ends
            // Without its end it may be none.
            guard let last = ends.last else { continue }
            passed.formUnion((index + 2)...(last + 1))
            index = last
        }
        return passed
    }

    /// The word after `<<` or `<<-`, without its quotes.
    private static func delimiter(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard text.first != UInt8(ascii: "#"), let start = text.firstRange(of: Array("<<".utf8)) else { return nil }
        var rest = text[start.upperBound...]
        // A here-string, and a shift in arithmetic.
        guard rest.first != UInt8(ascii: "<") else { return nil }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        rest = rest.drop { " \t'\"\\".utf8.contains($0) }
        let word = rest.prefix { isNameByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        return word.isEmpty ? nil : Array(word)
    }

    /// Reads each line by itself.
    private static func eachLine(
        _ bytes: [UInt8], from first: Int, _ read: ([UInt8]) -> [EnvironmentEntry]
    ) -> [EnvironmentEntry] {
        var entries: [EnvironmentEntry] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard index + 1 >= first, !text.isEmpty, text.first != UInt8(ascii: "#"), text.count <= 1 << 16 else { continue }
            for entry in read(Array(text) + [UInt8(ascii: "\n")]) {
                entries.append(EnvironmentEntry(entry.name, entry.value, lines: (index + 1)...(index + 1)))
            }
        }
        return entries
    }

    /// `NAME=VALUE` or `NAME DEFAULT=VALUE`, in double quotes or not.
    ///
    /// Source: pam_env.conf(5).
    private static func pam(_ line: [UInt8]) -> [EnvironmentEntry] {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        guard let end = text.firstIndex(where: { "= \t".contains($0) }) else { return [] }
        let name = String(text[..<end])
        var rest = text[end...].drop { $0 == " " || $0 == "\t" }
        for word in ["DEFAULT=", "OVERRIDE=", "="] where rest.hasPrefix(word) {
            rest = rest.dropFirst(word.count)
            if rest.hasPrefix("\"") { rest = rest.dropFirst().prefix { $0 != "\"" } } else { rest = rest.prefix { $0 != " " } }
            return [EnvironmentEntry(name, Array(rest.utf8), lines: 1...1)]
        }
        return []
    }
}
