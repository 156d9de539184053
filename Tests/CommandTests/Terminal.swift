import Foundation
import Testing

/// A conversation at a terminal.
struct Terminal {
    /// What a person does, or waits for.
    enum Step {
        case expect(String)
        case type(String)
        case echo(Bool)
        case signal(Int32)
        /// Closes the terminal.
        case hangUp

        fileprivate var json: [Any] {
            switch self {
            case .expect(let text): ["expect", text]
            case .type(let text): ["type", text]
            case .echo(let isOn): ["echo", isOn]
            case .signal(let number): ["signal", Int(number)]
            case .hangUp: ["hangup", NSNull()]
            }
        }
    }

    /// The exit code, or 128 and a signal's number.
    let code: Int32
    /// All that the terminal showed.
    let screen: Value
    /// Whether what is typed is shown again at the end.
    let echoes: Bool
    /// Which step did not come about.
    let failed: Int?

    var text: String { String(decoding: screen.bytes, as: UTF8.self) }

    /// Runs the command at a terminal of its own.
    ///
    /// - Parameters:
    ///   - output: a file for standard output; the terminal without one.
    static func run(
        _ home: Home, _ arguments: String..., steps: [Step], output: String? = nil, with more: [String: String] = [:]
    ) throws -> Terminal {
        try run(home, arguments, steps: steps, output: output, with: more)
    }

    static func run(
        _ home: Home, _ arguments: [String], program: String = Home.program, steps: [Step], output: String? = nil,
        with more: [String: String] = [:]
    ) throws -> Terminal {
        let script = try #require(Bundle.module.path(forResource: "terminal", ofType: "py", inDirectory: "Resources"))
        let input = Value(Array(try JSONSerialization.data(withJSONObject: steps.map(\.json))))
        let outcome = try home.run(
            [script, program] + arguments, program: "/usr/bin/python3", input: input,
            with: more.merging(["OUTPUT": output ?? "", "TERM": "xterm"]) { $1 })
        try #require(outcome.code == 0)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        let screen = try #require((answer["screen"] as? String).flatMap { Data(base64Encoded: $0) })
        return Terminal(
            code: Int32(try #require(answer["code"] as? Int)), screen: Value(Array(screen)), echoes: answer["echo"] as? Bool == true,
            failed: answer["failed"] as? Int)
    }
}
