import Foundation
import Testing

/// What `warder doctor` found, as a person and as a program sees it.
struct Diagnosis {
    /// One finding of the answer for programs.
    struct Row {
        let code: String
        let severity: String
        let subject: String
        /// Below the home directory without it.
        let path: String?
        let line: Int?
        let message: String
        let fix: String
    }

    /// The exit code, the same in both forms.
    let code: Int32
    let text: String
    let error: String
    let rows: [Row]

    func all(_ code: String) -> [Row] { rows.filter { $0.code == code } }

    /// Whether there is such a finding, in both forms.
    func has(_ code: String, _ path: String? = nil, _ line: Int? = nil, subject: String? = nil) -> Bool {
        all(code).contains { row in
            guard row.path == path, row.line == line, subject == nil || row.subject == subject else { return false }
            let place = path.map { ($0.hasPrefix("/") ? $0 : "~/\($0)") + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
            return text.contains("\(row.severity): \(place)\(row.message) [\(code)]\n  fix: \(row.fix)\n")
        }
    }
}

extension Home {
    /// Runs `warder doctor` twice: for people and for programs.
    func doctor(
        _ arguments: String..., with more: [String: String] = [:], in directory: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Diagnosis {
        let plain = try run(arguments + ["doctor"], program: Self.program, with: more, in: directory)
        let outcome = try run(arguments + ["doctor", "--json"], program: Self.program, with: more, in: directory)
        #expect(plain.code == outcome.code, sourceLocation: sourceLocation)
        let answer = try outcome.json()
        let rows = try #require(answer["findings"] as? [[String: Any]]).map { row in
            let path = row["path"] as? String
            return Diagnosis.Row(
                code: try #require(row["code"] as? String), severity: try #require(row["severity"] as? String),
                subject: try #require(row["subject"] as? String),
                path: path.map { $0.hasPrefix(self.path + "/") ? String($0.dropFirst(self.path.count + 1)) : $0 },
                line: row["line"] as? Int,
                message: try #require(row["message"] as? String), fix: try #require(row["fix"] as? String))
        }
        let isFailure = rows.contains { $0.severity != "info" }
        #expect(outcome.code == (isFailure ? 1 : 0), sourceLocation: sourceLocation)
        #expect(rows.isEmpty == plain.output.isEmpty, sourceLocation: sourceLocation)
        #expect(plain.text.split(separator: "\n").count == 2 * rows.count, sourceLocation: sourceLocation)
        return Diagnosis(code: outcome.code, text: plain.text, error: plain.error, rows: rows)
    }

    /// Sees a planted fault, and that it is gone after the cure.
    func expectCured(
        _ code: String, _ path: String? = nil, _ line: Int? = nil, subject: String? = nil, fix: String, with more: [String: String] = [:],
        in directory: String? = nil, sourceLocation: SourceLocation = #_sourceLocation, by cure: () throws -> Void
    ) throws {
        let before = try doctor(with: more, in: directory)
        #expect(before.has(code, path, line, subject: subject), "\(before.rows)", sourceLocation: sourceLocation)
        #expect(before.all(code).contains { $0.fix.contains(fix) }, "\(before.all(code).map(\.fix))", sourceLocation: sourceLocation)
        try cure()
        let after = try doctor(with: more, in: directory)
        #expect(!after.has(code, path, line, subject: subject), "after the cure: \(after.rows)", sourceLocation: sourceLocation)
    }

    /// Runs what a fix says, as it says it.
    func cure(_ command: String, input: Value = Value(""), with more: [String: String] = [:], in directory: String? = nil) throws {
        let script = "warder() { \"$WARDER\" \"$@\"; }\n\(command)"
        let outcome = try shell(script, input: input, with: more, in: directory)
        try #require(outcome.code == 0, "\(command): \(outcome.error)")
    }
}
