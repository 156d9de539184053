import SodiumCrypto
import Synchronization

@testable import Keystore

/// Keys behind a boundary of bytes, as if they were another process's: every request is encoded, decoded, answered, encoded and decoded.
final class RemoteLikeKeys: KeyHolder {
    let vaultID: VaultID
    let fingerprint: Fingerprint
    private let local: LocalKeys
    /// How many items each request had.
    private let log = Mutex<[Int]>([])

    init(_ local: LocalKeys) {
        self.local = local
        vaultID = local.vaultID
        fingerprint = local.fingerprint
    }

    /// The sizes of the requests since the last time this was asked.
    func takeLog() -> [Int] {
        log.withLock { sizes in
            defer { sizes = [] }
            return sizes
        }
    }

    func recordIDs(of names: [SecretName]) throws(KeystoreError) -> [RecordID] {
        try call(1, names.map { [$0.bytes] }).map { (item) throws(KeystoreError) in try RecordID(item) }
    }

    func backupSealer() throws(KeystoreError) -> SecretStream.Sealer { try local.backupSealer() }

    func seal(_ requests: [SealRequest]) throws(KeystoreError) -> [SealedBox] {
        try call(2, requests.map { [$0.plaintext.reveal(), $0.context] }).map { (item) throws(KeystoreError) in
            try inKeystoreTerms { try SealedBox(item) }
        }
    }

    func open(_ requests: [OpenRequest]) throws(KeystoreError) -> [SecretValue] {
        try call(3, requests.map { [$0.box.bytes, $0.context] }).map { (item) throws(KeystoreError) in
            try inKeystoreTerms { try SecretValue(copying: item) }
        }
    }

    func authenticate(_ message: [UInt8]) throws(KeystoreError) -> Digest {
        let answer = try call(4, [[message]])
        guard let digest = answer.first else { throw .corrupt("no answer") }
        return try inKeystoreTerms { try Digest(digest) }
    }

    private func call(_ verb: UInt8, _ items: [[[UInt8]]]) throws(KeystoreError) -> [[UInt8]] {
        if items.isEmpty { return [] }
        log.withLock { $0.append(items.count) }
        var request: [UInt8] = [verb]
        for item in items {
            for field in item {
                request.append(little: UInt32(field.count))
                request += field
            }
        }
        let answer = try serve(request)
        var reader = ByteReader(answer)
        var results: [[UInt8]] = []
        while reader.remaining > 0 { results.append(try reader.take(Int(try reader.number(UInt32.self)))) }
        guard results.count == items.count else { throw .corrupt("another number of answers") }
        return results
    }

    /// The other side: it has nothing but the bytes of the request.
    private func serve(_ request: [UInt8]) throws(KeystoreError) -> [UInt8] {
        var reader = ByteReader(request)
        let verb = try reader.number(UInt8.self)
        var fields: [[UInt8]] = []
        while reader.remaining > 0 { fields.append(try reader.take(Int(try reader.number(UInt32.self)))) }
        let pairs = stride(from: 0, to: fields.count - 1, by: 2).map { (fields[$0], fields[$0 + 1]) }
        var results: [[UInt8]] = []
        switch verb {
        case 1:
            var names: [SecretName] = []
            for field in fields { names.append(try .ofRecord(String(decoding: field, as: UTF8.self))) }
            results = try local.recordIDs(of: names).map(\.bytes)
        case 2:
            var requests: [SealRequest] = []
            for (plaintext, context) in pairs {
                requests.append(SealRequest(plaintext: try inKeystoreTerms { try SecretValue(copying: plaintext) }, context: context))
            }
            results = try local.seal(requests).map(\.bytes)
        case 3:
            var requests: [OpenRequest] = []
            for (box, context) in pairs { requests.append(OpenRequest(box: try inKeystoreTerms { try SealedBox(box) }, context: context)) }
            results = try local.open(requests).map { $0.reveal() }
        default: results = [try local.authenticate(fields[0]).bytes]
        }
        var answer: [UInt8] = []
        for result in results {
            answer.append(little: UInt32(result.count))
            answer += result
        }
        return answer
    }
}
