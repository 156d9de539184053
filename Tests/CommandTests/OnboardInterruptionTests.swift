import Foundation
import Glibc
import Testing

/// `warder onboard` interrupted while it asks.
@Suite struct OnboardInterruptionTests {
    enum Interruption: CaseIterable { case controlC, terminate, endOfInput, hangUp }

    /// Everything below a home, with its content: files, directories, modes and times of change.
    private static func state(of home: Home) throws -> [String: Value] {
        var state: [String: Value] = [:]
        for name in FileManager.default.enumerator(atPath: home.path)?.compactMap({ $0 as? String }) ?? [] {
            var info = stat()
            try #require(unsafe lstat(home(name), &info) == 0)
            let facts = Value("\(info.st_mode) \(info.st_ino) \(info.st_mtim.tv_sec) \(info.st_mtim.tv_nsec)")
            state[name] = Value(facts.bytes + (home.content(home(name))?.bytes ?? []))
        }
        return state
    }

    @Test(arguments: Interruption.allCases, [false, true])
    func `leaves everything as it was when it is interrupted, at every prompt`(_ interruption: Interruption, withVault: Bool) throws {
        let home = try Home(withVault: withVault)
        for name in [".fased", ".claude"] { try OnboardTerminalTests.makeDirectory(name, home) }
        if withVault { try home.configure("# mine\n[profile.default]\nA = \"b\"\n") }
        let before = try Self.state(of: home)
        let conversation = (withVault ? [] : [OnboardTerminalTests.offer]) + OnboardTerminalTests.gateway
        for (number, exchange) in conversation.enumerated() {
            var steps = conversation[..<number].flatMap(\.steps) + [.expect(exchange.question), .echo(!exchange.isHidden)]
            switch interruption {
            case .controlC: steps.append(.type(exchange.answer + "\u{3}"))
            case .terminate: steps += [.type(exchange.answer), .signal(SIGTERM)]
            case .endOfInput: steps.append(.type("\u{4}"))
            case .hangUp: steps += [.type(exchange.answer), .hangUp]
            }
            let outcome = try Terminal.run(home, "onboard", steps: steps)
            #expect(outcome.failed == nil, "prompt \(number)")
            switch interruption {
            case .controlC: #expect(outcome.code == 128 + SIGINT && outcome.echoes, "prompt \(number)")
            case .terminate: #expect(outcome.code == 128 + SIGTERM && outcome.echoes, "prompt \(number)")
            case .endOfInput: #expect(outcome.code == 10 && outcome.echoes, "prompt \(number)")
            case .hangUp: #expect(outcome.code == 10 || outcome.code == 128 + SIGHUP, "prompt \(number)")
            }
            let isSame = try Self.state(of: home) == before
            #expect(isSame, "prompt \(number)")
        }
    }
}
