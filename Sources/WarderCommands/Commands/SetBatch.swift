internal import Foundation
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// `warder set --batch`: JSON Lines on standard input, all in one transaction.
struct SetBatch {
    let options: CommonOptions

    /// One line: a name, a value as text or in base64, and metadata under the names that `list --json` has.
    private struct Line: Decodable {
        var name: String
        var value: String?
        var valueBase64: String?
        var ifGeneration: UInt64?
        var kind: String?
        var expires: String?
        var rotateBy: String?
        var note: String?
        var labels: [String: String]?
        var allowedHosts: [String]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, value
            case valueBase64 = "value_base64"
            case ifGeneration = "if_generation"
            case kind, expires
            case rotateBy = "rotate_by"
            case note, labels
            case allowedHosts = "allowed_hosts"
        }

        struct AnyKey: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            guard try decoder.container(keyedBy: AnyKey.self).allKeys.allSatisfy({ known.contains($0.stringValue) }) else {
                throw Failure(.invalid, "an unknown field")
            }
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            name = try fields.decode(String.self, forKey: .name)
            value = try fields.decodeIfPresent(String.self, forKey: .value)
            valueBase64 = try fields.decodeIfPresent(String.self, forKey: .valueBase64)
            ifGeneration = try fields.decodeIfPresent(UInt64.self, forKey: .ifGeneration)
            kind = try fields.decodeIfPresent(String.self, forKey: .kind)
            expires = try fields.decodeIfPresent(String.self, forKey: .expires)
            rotateBy = try fields.decodeIfPresent(String.self, forKey: .rotateBy)
            note = try fields.decodeIfPresent(String.self, forKey: .note)
            labels = try fields.decodeIfPresent([String: String].self, forKey: .labels)
            allowedHosts = try fields.decodeIfPresent([String].self, forKey: .allowedHosts)
        }

        func write(now: UInt64) throws -> SecretWrite {
            let bytes: [UInt8]
            switch (value, valueBase64) {
            case (let text?, nil): bytes = Array(text.utf8)
            case (nil, let text?):
                guard let data = Data(base64Encoded: text) else { throw Failure(.invalid, "value_base64 is not base64") }
                bytes = [UInt8](data)
            default: throw Failure(.invalid, "a line has either value or value_base64")
            }
            var change = MetadataChange(kind: kind, note: note, allowedHosts: allowedHosts)
            change.expires = try expires.map { try Timestamp.parse($0, now: now) }
            change.rotateBy = try rotateBy.map { try Timestamp.parse($0, now: now) }
            if let labels { change.labels = { _ in labels } }
            return SecretWrite(
                name: try SecretName(argument: name), value: try SecretValue(copying: bytes), expected: ifGeneration,
                metadata: try change.checked())
        }
    }

    func run() throws {
        guard !Console.inputIsTerminal else { throw Failure(.invalid, "--batch reads JSON Lines from standard input") }
        let session = try Session(options)
        let vault = try session.unlock()
        let now = WallClock.now()
        var progress = Progress("read", quiet: options.quiet)
        let decoder = JSONDecoder()
        var writes: [SecretWrite] = []
        var number = 0
        try LineReader.forEach { line in
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
            do {
                writes.append(try decoder.decode(Line.self, from: Data(line)).write(now: now))
            } catch let error as KeystoreError {
                throw Failure(.invalid, "line \(number): \(error.description)")
            } catch let error as Failure {
                throw Failure(.invalid, "line \(number): \(error.message)")
            } catch let error as SodiumError {
                throw error
            } catch {
                // The decoder's own words may repeat the line.
                throw Failure(.invalid, "line \(number): not a JSON object with name, and value or value_base64")
            }
            progress.show(writes.count)
        }
        progress.finish()
        var sealing = Progress("sealed", quiet: options.quiet)
        try vault.set(writes, retention: session.retention, now: now) { sealing.show($0) }
        sealing.finish()
        if options.json {
            try Console.write(JSON.answer([("written", .number(UInt64(writes.count)))]).line)
        } else {
            options.inform("\(counted(writes.count, "secret")) written")
        }
    }
}
