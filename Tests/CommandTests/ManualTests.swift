import Foundation
import Testing

/// The manual page is made from the command's own help: one that is older than the command says so.
@Suite struct ManualTests {
    @Test func `the manual page has every command, and every option of those that write into other programs' files`() throws {
        let home = try Home(withVault: false)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let manual = try String(contentsOf: root.appending(path: "contrib/man/warder.1"), encoding: .utf8)
        let help = try home.run("--help").text
        let commands = help.matches(of: /(?m)^  ([a-z]+)(?:, [a-z]+)* +[A-Z]/).map { String($0.output.1) }
        #expect(commands.contains("wire") && commands.contains("doctor") && commands.count > 30)
        for command in commands {
            #expect(manual.contains(".It Em \(command)\n") || manual.contains(".It Em \"\(command), "), "\(command)")
        }
        for command in ["wire", "doctor", "onboard", "import"] {
            let options = try home.run(command, "--help").text.matches(of: /(?m)^  (?:-[a-zA-Z], )?(--[a-z-]+)/).map { String($0.output.1) }
            #expect(!options.isEmpty)
            for option in options {
                #expect(manual.contains(" \(option.dropFirst())"), "\(command) \(option)")
            }
        }
    }
}
