internal import CPlatform
internal import Glibc
public import Keystore
internal import PrivateFiles
internal import SodiumCrypto
internal import Synchronization

/// The agent, as other processes of the same user see it.
public final class AgentClient: Sendable {
    private let path: String
    private let connection: Mutex<Connection?>

    /// An open connection, which ends with its owner.
    private final class Connection: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// The agent at `path`, or nil if there is none.
    public init?(at path: String) {
        guard let descriptor = AgentSocket.connect(to: path) else { return nil }
        self.path = path
        connection = Mutex(Connection(descriptor))
    }

    /// The agent at `path`, or nil if nobody listens there.
    ///
    /// - Throws: ``KeystoreError/Code/io`` if somebody does who cannot be asked: then nobody knows what is unlocked.
    public static func find(at path: String) throws(KeystoreError) -> AgentClient? {
        if let client = AgentClient(at: path) { return client }
        guard AgentSocket.isNobody(errno) else {
            throw KeystoreError(.io, "\(path): the agent cannot be asked, and may still have keys")
        }
        return nil
    }

    /// A vault that the agent has the keys of.
    public struct UnlockedVault: Sendable {
        /// The fingerprint of its root key.
        public let fingerprint: Fingerprint
        /// The path with which it was unlocked.
        public let path: String
        /// Seconds until it locks at the latest; nil if never.
        public let remaining: Double?
        /// Seconds until it locks if nobody uses it; nil if never.
        public let idleRemaining: Double?
    }

    /// What is unlocked, by path.
    public func unlockedVaults() throws(KeystoreError) -> [UnlockedVault] {
        let fields = try ask(.status)
        guard fields.count.isMultiple(of: 5) else { throw AgentMessage.malformed }
        var vaults: [UnlockedVault] = []
        for start in stride(from: 0, to: fields.count, by: 5) {
            vaults.append(
                UnlockedVault(
                    fingerprint: try fields[start + 1].fingerprint(), path: try fields[start + 2].text(),
                    remaining: try fields[start + 3].seconds(), idleRemaining: try fields[start + 4].seconds()))
        }
        return vaults
    }

    /// Gives the agent the keys of a vault, for some time.
    ///
    /// - Parameters:
    ///   - keys: the keys.
    ///   - vaultPath: where the vault is, for `status`.
    ///   - times: how long it stays unlocked.
    public func unlock(_ keys: LocalKeys, vaultPath: String, times: AgentTimes) throws(KeystoreError) {
        let answer = try ask(
            .unlock,
            [
                .bytes(keys.vaultID.bytes), .secret(try keys.rootForAgent()), .bytes(Array(vaultPath.utf8)), .init(seconds: times.total),
                .init(seconds: times.idle),
            ])
        guard let first = answer.first, try first.fingerprint() == keys.fingerprint else { throw AgentMessage.malformed }
    }

    /// Has the agent drop the keys of a vault, or of all.
    public func lock(_ vault: VaultID? = nil) throws(KeystoreError) {
        _ = try ask(.lock, vault.map { [.bytes($0.bytes)] } ?? [])
    }

    /// A descriptor of a new connection on which nothing more is ever received: it ends when the agent locks or goes away. The caller
    /// closes it.
    public func watch() throws(KeystoreError) -> Int32? {
        guard let descriptor = AgentSocket.connect(to: path) else { return nil }
        let connection = Connection(descriptor)
        // One that has asked something is not pushed out by others that have not.
        guard try Self.exchange(AgentMessage(AgentRequest.status.rawValue).encoded(), on: connection) != nil else { return nil }
        return fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    }

    func ask(_ request: AgentRequest, _ fields: [AgentMessage.Field] = []) throws(KeystoreError) -> [AgentMessage.Field] {
        let message = try AgentMessage(request.rawValue, fields).encoded()
        let result: Result<AgentMessage, KeystoreError> = connection.withLock { connection in
            do throws(KeystoreError) {
                if let open = connection, let answer = try Self.exchange(message, on: open) { return .success(answer) }
                // Locked, or pushed out by others.
                connection = nil
                guard let descriptor = AgentSocket.connect(to: path) else { throw KeystoreError(.locked, "the agent is gone") }
                let anew = Connection(descriptor)
                guard let answer = try Self.exchange(message, on: anew) else { throw KeystoreError(.io, "the agent does not answer") }
                connection = anew
                return .success(answer)
            } catch { return .failure(error) }
        }
        let answer = try result.get()
        guard answer.kind == AgentStatus.done else {
            let code = KeystoreError.Code(rawValue: Int32(answer.kind)) ?? .io
            throw KeystoreError(code, (try? answer.fields.first?.text()) ?? "the agent has refused it")
        }
        return answer.fields
    }

    /// Sends a request and receives its answer; nil if the connection is over.
    private static func exchange(_ message: borrowing SecretBytes, on connection: Connection) throws(KeystoreError) -> AgentMessage? {
        let isSent = message.withBytes { span in
            unsafe span.withUnsafeBytes { buffer in
                var sent = 0
                while sent < buffer.count {
                    let count = retrying {
                        unsafe send(
                            connection.descriptor, UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress, buffer.count - sent,
                            Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { return false }
                    sent += count
                }
                return true
            }
        }
        guard isSent, let header = receive(AgentMessage.headerByteCount, from: connection) else { return nil }
        guard let length = header.bytes.withBytes({ AgentMessage.length($0) }) else { throw AgentMessage.malformed }
        guard let body = receive(length, from: connection) else { return nil }
        return try AgentMessage(decoding: body.bytes)
    }

    /// Exactly `count` bytes, or nil if the connection is over.
    private static func receive(_ count: Int, from connection: Connection) -> SecretValue? {
        let receive: (inout OutputRawSpan) throws -> Void = { span in
            while span.freeCapacity > 0 {
                let received = unsafe span.withUnsafeMutableBytes { buffer, initialized in
                    let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initialized...])
                    let received = retrying { unsafe recv(connection.descriptor, free.baseAddress, free.count, 0) }
                    if received > 0 { initialized += received }
                    return received
                }
                guard received > 0 else { throw AgentMessage.malformed }
            }
        }
        guard let bytes = try? SecretBytes(capacity: count, fill: receive) else { return nil }
        return SecretValue(bytes)
    }
}
