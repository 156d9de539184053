internal import Keystore
internal import SodiumCrypto

/// What the agent answers: the work of a request, without the connection that it came by.
struct AgentAnswers {
    private(set) var vaults = UnlockedVaults()

    /// Unlocks a vault before anybody has asked.
    mutating func add(_ keys: LocalKeys, path: String, times: AgentTimes, at now: Double) throws(KeystoreError) {
        try vaults.add(.init(keys: keys, path: path, end: times.total.map { now + $0 }, idle: times.idle, used: now))
    }

    /// Locks all vaults.
    mutating func lock() { vaults.remove(nil) }

    /// Locks those whose time is over, and says whether there were any.
    mutating func expire(at now: Double) -> Bool { vaults.expire(at: now) }

    /// The answer to a request.
    ///
    /// - Parameters:
    ///   - message: the request, as it came.
    ///   - now: seconds of uptime.
    mutating func answer(_ message: AgentMessage, at now: Double) -> AgentMessage {
        _ = vaults.expire(at: now)
        do throws(KeystoreError) {
            guard let request = AgentRequest(rawValue: message.kind) else {
                throw KeystoreError(.tooNew, "the agent is older than this program: `warder lock`, and start it anew")
            }
            return AgentMessage(AgentStatus.done, try answer(request, message.fields[...], now))
        } catch {
            return AgentMessage(UInt8(clamping: error.code.rawValue), [.bytes(Array(error.description.utf8))])
        }
    }

    private mutating func answer(
        _ request: AgentRequest, _ fields: ArraySlice<AgentMessage.Field>, _ now: Double
    ) throws(KeystoreError) -> [AgentMessage.Field] {
        switch request {
        case .status: return status(now)
        case .unlock: return try unlock(Array(fields), now)
        case .lock:
            vaults.remove(try fields.first.map { field throws(KeystoreError) in try field.vaultID() })
            return []
        case .session, .recordIDs, .open, .seal, .authenticate, .backup:
            guard let first = fields.first else { throw AgentMessage.malformed }
            let vault = try first.vaultID()
            // Asking whether a vault is unlocked is no use of it.
            let found = request == .session ? vaults.entries[vault]?.keys : vaults.use(vault, at: now)
            guard let keys = found else { throw KeystoreError(.locked, "the vault is locked") }
            return try work(request, keys, fields.dropFirst())
        }
    }

    private func work(
        _ request: AgentRequest, _ keys: LocalKeys, _ fields: ArraySlice<AgentMessage.Field>
    ) throws(KeystoreError) -> [AgentMessage.Field] {
        switch request {
        case .recordIDs:
            var names: [SecretName] = []
            for field in fields { names.append(try .ofRecord(field.text())) }
            return try keys.recordIDs(of: names).map { .bytes($0.bytes) }
        case .open:
            var requests: [OpenRequest] = []
            for (box, context) in try pairs(fields) {
                guard let box = try? SealedBox(box.plain) else { throw KeystoreError(.corrupt, "a record does not open") }
                requests.append(OpenRequest(box: box, context: context.plain))
            }
            return try keys.open(requests).map { .secret($0) }
        case .seal:
            var requests: [SealRequest] = []
            for (plaintext, context) in try pairs(fields) {
                guard let plaintext = try? plaintext.asSecret() else { throw KeystoreError(.io, "not enough memory") }
                requests.append(SealRequest(plaintext: plaintext, context: context.plain))
            }
            return try keys.seal(requests).map { .bytes($0.bytes) }
        case .authenticate:
            guard let message = fields.first, fields.count == 1 else { throw AgentMessage.malformed }
            return [.bytes(try keys.authenticate(message.plain).bytes)]
        case .backup:
            let sealer = try keys.backupSealer()
            let header = sealer.header
            return [.secret(sealer.handOver()), .bytes(header)]
        case .session, .status, .unlock, .lock: return [.bytes(keys.fingerprint.bytes)]
        }
    }

    private mutating func unlock(_ fields: [AgentMessage.Field], _ now: Double) throws(KeystoreError) -> [AgentMessage.Field] {
        guard fields.count == 5, let root = try? fields[1].asSecret() else { throw AgentMessage.malformed }
        let times = AgentTimes(total: try fields[3].seconds(), idle: try fields[4].seconds())
        let keys = try LocalKeys(root: root, of: try fields[0].vaultID())
        try add(keys, path: fields[2].text(), times: times, at: now)
        return [.bytes(keys.fingerprint.bytes)]
    }

    private func status(_ now: Double) -> [AgentMessage.Field] {
        func text(_ number: Double?) -> AgentMessage.Field { .bytes(Array((number.map { "\(max(0, Int($0)))" } ?? "").utf8)) }
        return vaults.entries.values.sorted { $0.path < $1.path }.flatMap { entry -> [AgentMessage.Field] in
            [
                .bytes(entry.keys.vaultID.bytes), .bytes(entry.keys.fingerprint.bytes), .bytes(Array(entry.path.utf8)),
                text(entry.end.map { $0 - now }), text(entry.idle.map { entry.used + $0 - now }),
            ]
        }
    }

    private func pairs(
        _ fields: ArraySlice<AgentMessage.Field>
    ) throws(KeystoreError) -> [(AgentMessage.Field, AgentMessage.Field)] {
        guard fields.count.isMultiple(of: 2) else { throw AgentMessage.malformed }
        let fields = Array(fields)
        return stride(from: 0, to: fields.count, by: 2).map { (fields[$0], fields[$0 + 1]) }
    }
}
