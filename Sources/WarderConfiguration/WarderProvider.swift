public import Configuration
internal import Dispatch
public import Profiles
internal import Synchronization

/// A provider of configuration whose values are the variables of a profile, in locked memory.
///
/// A key finds the variable that it finds in an environment: `http.serverTimeout` is `HTTP_SERVER_TIMEOUT`. Values have the forms of an
/// environment, too (`EnvironmentVariablesProvider` says which), and every one of them is marked as a secret, literals included, so that
/// access reporters redact it. Lookups read the last good reading of the source; ``reload()``, ``run(every:onFailure:)`` and every fetch
/// read the source anew.
///
/// What a lookup returns is a plain `ConfigValue`, which cannot be wiped. The provider and its snapshots show names, never values, also
/// under `dump()`.
public final class WarderProvider: Sendable {
    /// The name under which access reporters know the provider.
    public let providerName: String

    private struct State {
        var snapshot: VariableSnapshot
        var watchers: [UInt64: Watcher] = [:]
        var nextWatcher: UInt64 = 0
    }

    private struct Watcher {
        /// The variable; nil for all of them.
        let name: String?
        let continuation: AsyncStream<VariableSnapshot>.Continuation
    }

    private let state: Mutex<State>
    private let forms: ValueForms
    private let read: @Sendable () throws -> [EnvironmentVariable]
    /// Readings take their turns here, so that an older one never replaces a younger one, and no task's thread waits for a fetch.
    private let readings = DispatchQueue(label: "WarderProvider.readings")

    /// Reads the source for the first time.
    ///
    /// - Parameters:
    ///   - name: the name under which access reporters know the provider.
    ///   - bytes: what a value must look like to be read as bytes.
    ///   - arraySeparator: what stands between the elements of an array.
    ///   - read: gives all variables, or throws. It is called once at a time, and must not call the provider's ``reload()``.
    /// - Throws: what `read` throws.
    public init(
        name: String = "WarderProvider", bytes: BytesForm = .base64, arraySeparator: Character = ",",
        read: @escaping @Sendable () throws -> [EnvironmentVariable]
    ) throws {
        providerName = name
        forms = ValueForms(bytes: bytes, arraySeparator: arraySeparator)
        self.read = read
        state = Mutex(State(snapshot: VariableSnapshot(providerName: name, forms: forms, variables: try read())))
    }

    /// Reads the source anew, for every lookup from now on, and tells those who watch what has changed.
    ///
    /// Waits for the source, and for readings that came before.
    ///
    /// - Throws: what the source throws. The last good reading stays.
    public func reload() throws {
        _ = try readings.sync { try replaceSnapshot() }
    }

    /// Reloads again and again, until the task is cancelled. After a failure the last good reading stays, until a later one succeeds.
    ///
    /// - Parameters:
    ///   - interval: the pause between two readings; what is shorter than a millisecond counts as one.
    ///   - onFailure: gets what the source threw.
    public func run(every interval: Duration, onFailure: @Sendable (any Error) -> Void = { _ in }) async {
        while (try? await Task.sleep(for: max(interval, .milliseconds(1)))) != nil {
            do {
                _ = try await reloaded()
            } catch {
                if !Task.isCancelled { onFailure(error) }
            }
        }
    }

    private func reloaded() async throws -> VariableSnapshot {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            readings.async { continuation.resume(with: Result { try self.replaceSnapshot() }) }
        }
    }

    /// Runs on `readings` only.
    private func replaceSnapshot() throws -> VariableSnapshot {
        let new = VariableSnapshot(providerName: providerName, forms: forms, variables: try read())
        let old = current
        let changes = old.changes(to: new)
        let watchers = state.withLock { state in
            state.snapshot = new
            return state.watchers.values.filter { watcher in watcher.name.map(changes.contains) ?? !changes.isEmpty }
        }
        for watcher in watchers { watcher.continuation.yield(new) }
        return new
    }

    private var current: VariableSnapshot { state.withLock { $0.snapshot } }
}

extension WarderProvider: ConfigProvider {
    /// The value of the last good reading.
    ///
    /// - Throws: ``WarderProviderError`` when the value is not of `type`.
    public func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        try current.value(forKey: key, type: type)
    }

    /// The value of a new reading, which every later lookup sees, too.
    ///
    /// - Throws: what the source throws; ``WarderProviderError`` when the value is not of `type`.
    nonisolated(nonsending) public func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
        try await reloaded().value(forKey: key, type: type)
    }

    /// Gives the value of the last good reading, and then that of each reading in which the variable's bytes are others.
    ///
    /// Who takes them too slowly gets the latest.
    nonisolated(nonsending) public func watchValue<Return: ~Copyable>(
        forKey key: AbsoluteConfigKey, type: ConfigType,
        updatesHandler:
            nonisolated(nonsending) (
                _ updates: ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>
            ) async throws -> Return
    ) async throws -> Return {
        try await watch(try ValueForms.encodedKey(key)) { snapshots in
            try await updatesHandler(
                ConfigUpdatesAsyncSequence(snapshots.map { snapshot in Result { try snapshot.value(forKey: key, type: type) } }))
        }
    }

    /// The last good reading, which stays as it is.
    public func snapshot() -> any ConfigSnapshot { current }

    /// Gives the last good reading, and then each reading in which a variable is other, new or gone.
    ///
    /// Who takes them too slowly gets the latest.
    nonisolated(nonsending) public func watchSnapshot<Return: ~Copyable>(
        updatesHandler: nonisolated(nonsending) (_ updates: ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
    ) async throws -> Return {
        try await watch(nil) { snapshots in
            try await updatesHandler(ConfigUpdatesAsyncSequence(snapshots.map { $0 as any ConfigSnapshot }))
        }
    }

    /// Runs `body` with a stream of snapshots, the current one first. What waits in the stream is still in locked memory.
    nonisolated(nonsending) private func watch<Return: ~Copyable>(
        _ name: String?, _ body: nonisolated(nonsending) (AsyncStream<VariableSnapshot>) async throws -> Return
    ) async throws -> Return {
        let (stream, continuation) = AsyncStream.makeStream(of: VariableSnapshot.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(name: name, continuation: continuation)
            continuation.yield(state.snapshot)
            return state.nextWatcher
        }
        defer { state.withLock { _ = $0.watchers.removeValue(forKey: number) } }
        return try await body(stream)
    }

    /// How many watch at the moment.
    var watcherCount: Int { state.withLock { $0.watchers.count } }
}

extension WarderProvider: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The provider's name and the number of variables.
    public var description: String { current.description }
    /// The provider's name and the variables' names.
    public var debugDescription: String { current.debugDescription }
    /// The provider's name and the variables' names.
    public var customMirror: Mirror { Mirror(self, children: ["providerName": providerName, "names": current.names]) }
}
