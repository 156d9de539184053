import SodiumCrypto
import Testing

@testable import Keystore

/// A backup with any change at all is refused.
@Suite struct BackupTamperTests {
    private struct Sample {
        let bytes: [UInt8]
        let credentials: Credentials
        /// Where the slots, the stream's header and each chunk begin.
        let slots: [Range<Int>]
        let header: Int
        let chunks: [Range<Int>]
    }

    private func sample() throws -> Sample {
        let fixture = try Fixture(.memory)
        _ = try fixture.vault.add(
            NewSlot(kind: .keyFile, label: "second", credentials: Credentials(keyFile: SecretValue(copying: randomBytes(32)))))
        for text in ["A", "B", "A"] { try fixture.vault.put(text, "value of \(text)") }
        try fixture.vault.remove([name("B")])
        var bytes: [UInt8] = []
        _ = try fixture.vault.backup { bytes += $0 }
        func length(_ offset: Int) -> Int { bytes[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | Int($1) } }
        var slots: [Range<Int>] = []
        var offset = 24
        for _ in 0..<2 {
            slots.append(offset..<(offset + 4 + length(offset)))
            offset += 4 + length(offset)
        }
        let header = offset
        offset += 24
        var chunks: [Range<Int>] = []
        while offset < bytes.count {
            chunks.append(offset..<(offset + 4 + length(offset)))
            offset += 4 + length(offset)
        }
        return Sample(bytes: bytes, credentials: fixture.credentials, slots: slots, header: header, chunks: chunks)
    }

    private func refuses(_ bytes: [UInt8], _ sample: Sample) -> Bool {
        do {
            _ = try CheckedBackup(bytes, credentials: sample.credentials)
            return false
        } catch {
            return true
        }
    }

    @Test func `refuses a flipped bit in any byte`() throws {
        let sample = try sample()
        _ = try CheckedBackup(sample.bytes, credentials: sample.credentials)
        var random = SeededGenerator(seed: 11)
        var taken: [Int] = []
        for offset in sample.bytes.indices {
            var bytes = sample.bytes
            bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if !refuses(bytes, sample) { taken.append(offset) }
        }
        print("backup: \(sample.bytes.count) flips, \(sample.bytes.count - taken.count) refused")
        #expect(taken.isEmpty, "taken with a flip at \(taken.prefix(10))")
    }

    @Test func `refuses one that is cut short, anywhere`() throws {
        let sample = try sample()
        for count in 0..<sample.bytes.count { #expect(refuses(Array(sample.bytes.prefix(count)), sample), "\(count) bytes") }
    }

    @Test func `refuses bytes after its end`() throws {
        let sample = try sample()
        #expect(refuses(sample.bytes + [0], sample))
        #expect(refuses(sample.bytes + sample.bytes[(sample.chunks.last ?? 0..<0)], sample))
    }

    @Test func `refuses chunks and slots moved, left out or given twice`() throws {
        let sample = try sample()
        for parts in [sample.chunks, sample.slots] {
            for first in parts.indices {
                let without = Array(sample.bytes[..<parts[first].lowerBound]) + Array(sample.bytes[parts[first].upperBound...])
                #expect(refuses(without, sample), "without part \(first)")
                let twice = Array(sample.bytes[..<parts[first].upperBound]) + Array(sample.bytes[parts[first].lowerBound...])
                #expect(refuses(twice, sample), "part \(first) twice")
                for second in parts.indices where second > first {
                    var bytes = Array(sample.bytes[..<parts[first].lowerBound]) + Array(sample.bytes[parts[second]])
                    bytes += sample.bytes[parts[first].upperBound..<parts[second].lowerBound]
                    bytes += Array(sample.bytes[parts[first]]) + Array(sample.bytes[parts[second].upperBound...])
                    #expect(refuses(bytes, sample), "parts \(first) and \(second) swapped")
                }
            }
        }
    }
}
