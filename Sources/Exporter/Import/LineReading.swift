internal import SodiumCrypto

/// What one format reads in a file, and which lines it passes over without a word.
enum LineReading {
    /// Formats in which a line is blank, a comment, or belongs to an assignment.
    private static let lineFormats: Set<String> = [
        "dotenv", "dotenv-js", "dotenv-python", "compose", "docker", "docker-agent", "sh", "systemd-environment-file", "environment.d",
        "wrangler", "openclaw",
    ]
    /// Formats in which a comment can begin with a semicolon.
    private static let semicolonFormats: Set<String> = ["systemd-environment-file", "environment.d"]

    /// Reads a file in a format.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    static func read(_ bytes: [UInt8], _ format: any EnvironmentFormat.Type) throws(ExportError) -> ImportReading {
        var reading = ImportReading("the format \(format.name)")
        reading.isOnlyVariables = true
        reading.hasVariables = true
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var covered: Set<Int> = []
        let entries: [EnvironmentEntry]
        if format == ShellExports.self {
            // Not only what Warder writes: a person's file has other quotes.
            let shell = ShellAssignments(bytes)
            entries = shell.entries
            for place in shell.troubled {
                covered.formUnion(place)
                let name = shownName(lines[place.lowerBound - 1])
                reading.left.append(.init(place, name, shell.troubles[place.lowerBound] ?? "not read"))
            }
            if let line = shell.lostFrom {
                let last = lines.count - (bytes.last == UInt8(ascii: "\n") ? 1 : 0)
                if line < last {
                    covered.formUnion(line...last)
                    reading.left.append(.init(line + 1...last, nil, "cannot be known without running line \(line)"))
                }
            }
        } else {
            let isComplete = bytes.last == UInt8(ascii: "\n") || format != Dotenv.self
            entries = try format.read(isComplete ? bytes : bytes + [UInt8(ascii: "\n")])
        }
        let effective = format.effective(entries)
        let byName = Dictionary(effective.map { ($0.name, $0) }) { first, _ in first }
        for entry in entries {
            covered.formUnion(entry.lines)
            if let counting = byName[entry.name], counting.lines != entry.lines,
                !isEqualInConstantTime(counting.value, entry.value)
            {
                reading.left.append(
                    .init(entry.lines, isShowable(entry.name) ? entry.name : nil, "line \(counting.lines.lowerBound) counts instead"))
            }
        }
        for entry in effective { try reading.add(entry.name, entry.value, line: entry.lines.lowerBound) }
        if lineFormats.contains(format.name) { addPassedOver(lines, format, covered, &reading) }
        reading.left.sort { ($0.lines?.lowerBound ?? 0) < ($1.lines?.lowerBound ?? 0) }
        return reading
    }

    private static func addPassedOver(
        _ lines: [ArraySlice<UInt8>], _ format: any EnvironmentFormat.Type, _ covered: Set<Int>, _ reading: inout ImportReading
    ) {
        for (index, line) in lines.enumerated() where !covered.contains(index + 1) {
            guard let first = line.first(where: { !" \t\r".utf8.contains($0) }), first != UInt8(ascii: "#") else { continue }
            if first == UInt8(ascii: ";"), semicolonFormats.contains(format.name) { continue }
            // `export NAME` says nothing of a value.
            if format == ShellExports.self { continue }
            reading.left.append(.init(line: index + 1, shownName(line), "\(format.name) passes over it"))
        }
    }

    /// The name of what looks like an assignment.
    private static func shownName(_ line: ArraySlice<UInt8>) -> String? {
        var text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if text.starts(with: "export ".utf8) { text = text.dropFirst(7) }
        // `abc==` may be the end of something in base64.
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), !text[equals...].allSatisfy({ $0 == UInt8(ascii: "=") }) else {
            return nil
        }
        let name = String(decoding: text[..<equals], as: UTF8.self)
        return isShowable(name) ? name : nil
    }
}
