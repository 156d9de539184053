import Foundation
import Testing

/// How a program ended and what it wrote. Never shown, since it may hold a value: tests bind what they compare first.
struct Outcome: CustomStringConvertible, CustomTestStringConvertible, CustomReflectable {
    /// The exit code, or 128 and a signal's number.
    let code: Int32
    let output: [UInt8]
    let error: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// The lines of standard error.
    var errorLines: [String] { error.split(separator: "\n").map(String.init) }

    /// Whether the program refused as it must: this exit code, nothing on standard output, and on standard error one line that begins
    /// with `warder: ` and then nothing but hints.
    func refused(_ expected: Int32) -> Bool {
        let hints = errorLines.dropFirst()
        return code == expected && output.isEmpty && errorLines.first?.hasPrefix("warder: ") == true
            && hints.allSatisfy { $0.hasPrefix("hint: ") } && error.hasSuffix("\n") && !error.contains("\n\n")
            && !error.contains("\u{1B}")
    }

    /// Standard output as JSON of the contract: one line, `"version":1`.
    func json() throws -> [String: Any] {
        let isOneLine = text.hasSuffix("\n") && text.dropLast().allSatisfy { $0 != "\n" }
        try #require(code == 0 || code == 1)
        try #require(isOneLine, "not one line")
        let object = try? JSONSerialization.jsonObject(with: Data(output)) as? [String: Any]
        let answer = try #require(object, "not a JSON object")
        #expect(answer["version"] as? Int == 1)
        return answer
    }

    var description: String {
        // For whoever writes tests: the messages of a vault that holds nothing worth hiding.
        ProcessInfo.processInfo.environment["WARDER_TEST_SHOW"] == nil ? "exit \(code)" : "exit \(code): \(error)"
    }
    var testDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Bytes that a failing test does not show.
struct Value: Equatable, CustomStringConvertible, CustomTestStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(_ text: String) { bytes = Array(text.utf8) }

    /// So many random bytes.
    static func random(_ count: Int) -> Value { Value((0..<count).map { _ in UInt8.random(in: .min ... .max) }) }

    var description: String { "<redacted>" }
    var testDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
