import Configuration
import Profiles
import Synchronization
import Testing

@testable import WarderConfiguration

/// That values are seen nowhere but in what a lookup returns. Failures don't show what was seen.
@Suite struct SecrecyTests {
    private static let canary = "canary7f3a"
    private static let types: [ConfigType] = [
        .string, .int, .double, .bool, .bytes, .stringArray, .intArray, .doubleArray, .boolArray, .byteChunkArray,
    ]

    private func provider() throws -> WarderProvider {
        try WarderProvider(name: "Secrets") {
            [
                try variable("API_KEY", Self.canary), try variable("NOT_TEXT", Array(Self.canary.utf8) + [0xFF]),
                try variable("LIST", "\(Self.canary), \(Self.canary)"), try variable("NUMBER", "86420975"),
                try variable("BINARY", "Y2FuYXJ5N2YzYQ=="),
            ]
        }
    }

    /// Whether a value is in `text`: as itself, as an array of its bytes, in base64 or in hexadecimal.
    private func shows(_ text: String) -> Bool {
        // `dump()` puts each element of an array on a line of its own.
        let numbers = text.split(whereSeparator: { !$0.isNumber }).joined(separator: " ")
        return numbers.contains("99 97 110 97 114 121")
            || [Self.canary, "Y2FuYXJ5", "63616e617279", "86420975"].contains { text.contains($0) }
    }

    private func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    @Test func `provider and snapshot show names and numbers only`() throws {
        let provider = try provider()
        #expect(provider.description == "Secrets[5 variables]")
        #expect(provider.debugDescription == "Secrets[5 variables: API_KEY, BINARY, LIST, NOT_TEXT, NUMBER]")
        for subject in [provider, provider.snapshot(), [provider], ["key": provider.snapshot()]] as [Any] {
            let texts = ["\(subject)", String(reflecting: subject), dumped(subject)]
            let isShown = texts.contains(where: shows)
            #expect(!isShown)
            #expect(texts[2].contains("API_KEY"))
        }
    }

    @Test func `every value is marked as a secret, and its description is redacted`() throws {
        let provider = try provider()
        var found = 0
        for key: AbsoluteConfigKey in ["api.key", "list", "number", "binary"] {
            for type in Self.types {
                guard let value = try? provider.value(forKey: key, type: type).value else { continue }
                found += 1
                #expect(value.isSecret)
                #expect(value.description == "[\(type): <REDACTED>]")
            }
        }
        #expect(found > 10)
    }

    @Test(arguments: types)
    func `an error names the variable and the type, and not the value`(type: ConfigType) async throws {
        let provider = try provider()
        for key: AbsoluteConfigKey in ["not.text", "api.key", "list"] {
            do {
                _ = try provider.value(forKey: key, type: type)
            } catch {
                let texts = ["\(error)", String(reflecting: error), dumped(error)]
                let isShown = texts.contains(where: shows)
                #expect(!isShown)
                #expect(texts[0].contains(key.components.joined(separator: "_").uppercased()))
                #expect(texts[0].contains(type.rawValue))
                continue
            }
            #expect(type == .string || type == .stringArray)
        }
        let notText = WarderProviderError(code: .notText, encodedKey: "NOT_TEXT", type: type)
        #expect(throws: notText) { try provider.value(forKey: "not.text", type: type) }
        await #expect(throws: notText) { try await provider.fetchValue(forKey: "not.text", type: type) }
    }

    @Test func `an access reporter gets events without values`() async throws {
        let reporter = CollectingReporter()
        let reader = ConfigReader(provider: try provider(), accessReporter: reporter)
        _ = reader.string(forKey: "api.key")
        _ = reader.string(forKey: "api.key", default: "-")
        _ = try reader.requiredString(forKey: "api.key")
        _ = reader.int(forKey: "number")
        _ = reader.int(forKey: "api.key")
        _ = reader.bytes(forKey: "binary")
        _ = reader.byteChunkArray(forKey: "binary")
        _ = reader.stringArray(forKey: "list")
        _ = reader.string(forKey: "not.text")
        _ = reader.snapshot().string(forKey: "api.key")
        _ = try await reader.fetchString(forKey: "api.key")
        try await reader.watchString(forKey: "api.key") { updates in
            for await _ in updates { break }
        }
        let events = reporter.events
        #expect(events.count == 12)
        let isShown = events.contains { shows("\($0)") }
        #expect(!isShown)
        for event in events {
            guard let value = try? event.result.get() else { continue }
            #expect(value.isSecret)
        }
        #expect(events.filter { "\($0)".contains("<REDACTED>") }.count == 10)
    }
}

private final class CollectingReporter: AccessReporter {
    private let collected = Mutex<[AccessEvent]>([])

    var events: [AccessEvent] { collected.withLock { $0 } }

    func report(_ event: AccessEvent) { collected.withLock { $0.append(event) } }
}
