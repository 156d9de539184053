import Configuration
import Testing

@testable import WarderConfiguration

@Suite struct WatchTests {
    @Test func `gives the current value first, and then each change`() async throws {
        let source = try VariableSource(["KEY": "1"])
        let provider = try WarderProvider(read: source.read)
        let seen = try await provider.watchValue(forKey: "key", type: .int) { updates in
            var seen: [String] = []
            var iterator = updates.makeAsyncIterator()
            for next: KeyValuePairs<String, String> in [["KEY": "2"], ["KEY": "not a number"], [:], ["KEY": "3"]] {
                seen.append(try await outcome(iterator.next()))
                try source.set(next)
                try provider.reload()
            }
            seen.append(try await outcome(iterator.next()))
            return seen
        }
        #expect(seen == ["int(1)", "int(2)", "KEY does not have the form of int", "nothing", "int(3)"])
    }

    @Test func `a fetch tells those who watch`() async throws {
        let source = try VariableSource(["KEY": "1"])
        let provider = try WarderProvider(read: source.read)
        let seen = try await provider.watchValue(forKey: "key", type: .int) { updates in
            var iterator = updates.makeAsyncIterator()
            _ = try await iterator.next()
            try source.set(["KEY": "2"])
            _ = try await provider.fetchValue(forKey: "other", type: .string)
            return try await outcome(iterator.next())
        }
        #expect(seen == "int(2)")
    }

    @Test func `says nothing when the variable is the same, or the source fails`() async throws {
        let source = try VariableSource(["KEY": "1", "OTHER": "1"])
        let provider = try WarderProvider(read: source.read)
        let seen = Task {
            try await provider.watchValue(forKey: "key", type: .int) { updates in
                var iterator = updates.makeAsyncIterator()
                _ = try await iterator.next()
                try source.set(["KEY": "1", "OTHER": "2"])
                try provider.reload()
                source.fail()
                #expect(throws: VariableSource.Failure.self) { try provider.reload() }
                return try await isSilent { try await iterator.next() != nil }
            }
        }
        #expect(try await seen.value)
    }

    @Test func `gives the current snapshot first, and then each that differs`() async throws {
        let source = try VariableSource(["KEY": "1"])
        let provider = try WarderProvider(read: source.read)
        let task = Task {
            try await provider.watchSnapshot { updates in
                var iterator = updates.makeAsyncIterator()
                for next: KeyValuePairs<String, String> in [["KEY": "2"], ["KEY": "2", "NEW": "x"], ["NEW": "x"]] {
                    let snapshot = try #require(try await iterator.next())
                    #expect(snapshot.providerName == "WarderProvider")
                    #expect("\(try snapshot.value(forKey: "key", type: .int))" == "\(try provider.value(forKey: "key", type: .int))")
                    try source.set(next)
                    try provider.reload()
                }
                let last = try #require(try await iterator.next() as? VariableSnapshot)
                #expect(last.names == ["NEW"])
                try provider.reload()
                return try await isSilent { try await iterator.next() != nil }
            }
        }
        #expect(try await task.value)
    }

    @Test func `gives only the latest to who takes them slowly`() async throws {
        let source = try VariableSource(["KEY": "1"])
        let provider = try WarderProvider(read: source.read)
        let seen = try await provider.watchValue(forKey: "key", type: .int) { updates in
            for number in 2...9 {
                try source.set(["KEY": "\(number)"])
                try provider.reload()
            }
            var iterator = updates.makeAsyncIterator()
            return try await outcome(iterator.next())
        }
        #expect(seen == "int(9)")
    }

    @Test func `ends when the task is cancelled, and leaves nobody behind`() async throws {
        let provider = try WarderProvider { [try variable("KEY", "1")] }
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let tasks = [
            Task {
                try await provider.watchValue(forKey: "key", type: .int) { updates in
                    for await _ in updates { start.yield() }
                }
            },
            Task {
                try await provider.watchSnapshot { updates in
                    for await _ in updates { start.yield() }
                }
            },
        ]
        var starts = started.makeAsyncIterator()
        for _ in tasks { await starts.next() }
        #expect(provider.watcherCount == 2)
        for task in tasks { task.cancel() }
        for task in tasks { try await task.value }
        #expect(provider.watcherCount == 0)
    }

    @Test func `passes on what the handler throws, and leaves nobody behind`() async throws {
        struct Enough: Error {}
        let provider = try WarderProvider { [] }
        await #expect(throws: Enough.self) { try await provider.watchSnapshot { _ in throw Enough() } }
        await #expect(throws: Enough.self) { try await provider.watchValue(forKey: "key", type: .int) { _ in throw Enough() } }
        #expect(provider.watcherCount == 0)
    }

    /// Whether nothing waits to be taken: a cancelled task still gets what waits, and nil after that.
    private func isSilent(_ takesOne: () async throws -> Bool) async throws -> Bool {
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return try await !takesOne()
    }

    private func outcome(_ update: Result<LookupResult, any Error>?) -> String {
        switch update {
        case .success(let result): result.value.map { "\($0.content)" } ?? "nothing"
        case .failure(let error): "\(error)"
        case nil: "the end"
        }
    }
}
