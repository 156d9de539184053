internal import Exporter
internal import Keystore

/// What an import took, left and found elsewhere: names, lines and reasons, never a value.
struct ImportReport {
    let source: String
    let reading: ImportReading
    let plan: ImportPlan
    let states: [ImportState]
    let isDryRun: Bool
    /// Whether the file was read as all formats agree, so that one of them could read more.
    let isAgreement: Bool

    /// Prints it: what was done on standard error, what was asked for (by --dry-run or --json) on standard output.
    func print(_ options: CommonOptions) throws {
        if options.json {
            try Console.write(json.line)
        } else if isDryRun {
            try Console.write((taken + left + references).map { $0 + "\n" }.joined())
        } else {
            for line in taken { options.inform(line) }
            // The reason of exit code 1, also for --quiet.
            for line in left { Console.say(line) }
            for line in references { options.inform(line) }
        }
        for remark in reading.remarks { options.inform(remark) }
        if !isDryRun { options.inform(summary) }
    }

    /// Ends the command if something was left.
    ///
    /// - Throws: 1.
    func finish() throws {
        let differing = isDryRun ? states.count { $0 == .differs } : 0
        guard plan.left.isEmpty else {
            throw Failure(
                exitCode: Failure.finding.code, "\(source): \(counted(plan.left.count, "entry")) left",
                hints: isAgreement
                    ? ["--format NAME reads the file as one program does: \(ImportFormat.names.joined(separator: ", "))"] : [])
        }
        guard differing == 0 else {
            throw Failure(
                exitCode: Failure.finding.code, "\(counted(differing, "secret")) with another value in the vault",
                hints: ["--replace stores new generations"])
        }
    }

    private var summary: String {
        let stored = states.count { $0 != .unchanged }
        let unchanged = states.count - stored
        return "\(source): \(reading.kind): \(counted(stored, "secret")) stored" + (unchanged > 0 ? ", \(unchanged) unchanged" : "")
    }

    private func place(_ lines: ClosedRange<Int>?) -> String {
        guard let lines else { return "" }
        return lines.count == 1 ? "line \(lines.lowerBound): " : "lines \(lines.lowerBound) to \(lines.upperBound): "
    }

    private var taken: [String] {
        zip(plan.items, states).map { item, state in "\(place(item.line.map { $0...$0 }))\(item.name): \(state.rawValue)" }
    }

    private var left: [String] {
        plan.left.map { "\(place($0.lines))\($0.name.map { "\($0): " } ?? "")left: \($0.reason)" }
    }

    private var references: [String] {
        reading.references.map { "line \($0.line): \($0.name): leads to \($0.target), nothing to take" }
    }

    private var json: JSON {
        func line(_ number: Int?) -> JSON { number.map { .number(UInt64($0)) } ?? .null }
        return .answer([
            (
                "taken",
                .array(
                    zip(plan.items, states).map { item, state in
                        .object([
                            ("name", .string(item.name.description)), ("line", line(item.line)), ("state", .string(state.rawValue)),
                        ])
                    })
            ),
            (
                "left",
                .array(
                    plan.left.map {
                        .object([("line", line($0.lines?.lowerBound)), ("name", .text($0.name)), ("reason", .string($0.reason))])
                    })
            ),
            (
                "references",
                .array(
                    reading.references.map {
                        .object([("line", line($0.line)), ("name", .string($0.name)), ("target", .string($0.target))])
                    })
            ),
        ])
    }
}
