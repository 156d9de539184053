import Configuration
import Dispatch
import Profiles
import SodiumCrypto
import Synchronization
import Testing

@testable import WarderConfiguration

@Suite struct ReloadTests {
    @Test func `reads once at the start, and throws what the source throws`() throws {
        let source = try VariableSource(["KEY": "one"])
        let provider = try WarderProvider(read: source.read)
        _ = try provider.value(forKey: "key", type: .string)
        _ = provider.snapshot()
        #expect(source.readings == 1)
        source.fail()
        #expect(throws: VariableSource.Failure()) { try WarderProvider(read: source.read) }
    }

    @Test func `a lookup sees a new value after a reload and not before, a snapshot never`() throws {
        let source = try VariableSource(["KEY": "one", "OLD": "x"])
        let provider = try WarderProvider(read: source.read)
        let before = provider.snapshot()
        try source.set(["KEY": "two", "NEW": "x"])
        #expect(try text(provider, "key") == "one")
        try provider.reload()
        #expect(try text(provider, "key") == "two")
        #expect(try text(provider, "new") == "x")
        #expect(try text(provider, "old") == nil)
        #expect(try before.value(forKey: "key", type: .string).value?.content == .string("one"))
    }

    @Test func `a fetch reads the source, and later lookups see what it read`() async throws {
        let source = try VariableSource(["KEY": "one", "OTHER": "one"])
        let provider = try WarderProvider(read: source.read)
        try source.set(["KEY": "two", "OTHER": "two"])
        let fetched = try await provider.fetchValue(forKey: "key", type: .string)
        #expect(fetched == LookupResult(encodedKey: "KEY", value: ConfigValue(.string("two"), isSecret: true)))
        #expect(try text(provider, "other") == "two")
        #expect(source.readings == 2)
    }

    @Test func `keeps the last good reading when the source fails`() async throws {
        let source = try VariableSource(["KEY": "one"])
        let provider = try WarderProvider(read: source.read)
        source.fail()
        #expect(throws: VariableSource.Failure()) { try provider.reload() }
        await #expect(throws: VariableSource.Failure()) { try await provider.fetchValue(forKey: "key", type: .string) }
        #expect(try text(provider, "key") == "one")
        try source.set(["KEY": "two"])
        try provider.reload()
        #expect(try text(provider, "key") == "two")
    }

    @Test func `forgets the secrets of a replaced reading`() throws {
        let first = Mutex<WeakSecret?>(nil)
        let provider = try WarderProvider {
            let variable = try variable("KEY", "one")
            first.withLock { $0 = $0 ?? WeakSecret(value: variable.value) }
            return [variable]
        }
        #expect(first.withLock { $0?.value } != nil)
        try provider.reload()
        #expect(first.withLock { $0?.value } == nil)
        #expect(try text(provider, "key") == "one")
    }

    @Test func `keeps reloading after a failure, and ends when cancelled`() async throws {
        let source = try VariableSource(["KEY": "one"])
        let provider = try WarderProvider(read: source.read)
        source.fail()
        let running = Task {
            // Only a failure brings the second value.
            await provider.run(every: .zero) { error in
                #expect(error is VariableSource.Failure)
                #expect(throws: Never.self) { try source.set(["KEY": "two"]) }
            }
        }
        try await provider.watchValue(forKey: "key", type: .string) { updates in
            for await update in updates where try update.get().value?.content == .string("two") { break }
        }
        running.cancel()
        await running.value
        #expect(try text(provider, "key") == "two")
    }

    @Test func `does not read for a cancelled fetch`() async throws {
        let source = try VariableSource(["KEY": "one"])
        let provider = try WarderProvider(read: source.read)
        let fetch = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await provider.fetchValue(forKey: "key", type: .string)
        }
        await #expect(throws: CancellationError.self) { try await fetch.value }
        #expect(source.readings == 1)
    }

    @Test func `reads once at a time`() throws {
        let readingsNow = Mutex(0)
        let provider = try WarderProvider {
            let others = readingsNow.withLock { count in
                defer { count += 1 }
                return count
            }
            defer { readingsNow.withLock { $0 -= 1 } }
            #expect(others == 0)
            // As many variables as give another thread the time to begin.
            return try (0..<100).map { try variable("NUMBER_\($0)", "value") }
        }
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<50 { #expect(throws: Never.self) { try provider.reload() } }
        }
    }

    @Test func `readers see whole readings, and never an older one after a younger`() async throws {
        let readings = Mutex(0)
        let provider = try WarderProvider {
            let number = readings.withLock { readings in
                readings += 1
                return readings
            }
            return [try variable("FIRST", "\(number)"), try variable("SECOND", "\(number)")]
        }
        let rounds = 400
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    var last = 0
                    while last < 2 * rounds + 1 {
                        let snapshot = provider.snapshot()
                        let first = try number(snapshot, "first")
                        #expect(try number(snapshot, "second") == first)
                        #expect(first >= last)
                        last = first
                        let looked = try number(provider.snapshot(), "second")
                        #expect(looked >= last)
                        await Task.yield()
                    }
                }
            }
            group.addTask { for _ in 0..<rounds { try provider.reload() } }
            group.addTask {
                var last = 0
                for _ in 0..<rounds {
                    guard case .int(let fetched) = try await provider.fetchValue(forKey: "first", type: .int).value?.content else {
                        Issue.record("a fetch found nothing")
                        return
                    }
                    #expect(fetched > last)
                    last = fetched
                }
            }
            try await group.waitForAll()
        }
        #expect(readings.withLock { $0 } == 2 * rounds + 1)
    }

    private func text(_ provider: WarderProvider, _ key: AbsoluteConfigKey) throws -> String? {
        guard case .string(let text) = try provider.value(forKey: key, type: .string).value?.content else { return nil }
        return text
    }
}

private func number(_ snapshot: any ConfigSnapshot, _ key: AbsoluteConfigKey) throws -> Int {
    guard case .int(let number) = try snapshot.value(forKey: key, type: .int).value?.content else { return -1 }
    return number
}

private struct WeakSecret {
    weak var value: SecretValue?
}
