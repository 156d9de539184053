import Foundation
import SodiumCrypto
import Testing

/// A file of `Vectors`: where the answers come from, and the answers.
struct VectorFile<Vector: Decodable>: Decodable {
    let source: String
    let vectors: [Vector]

    static func load(_ name: String) throws -> [Vector] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(VectorFile.self, from: Data(contentsOf: url)).vectors
    }
}

/// Bytes that stand in a vector file as hexadecimal digits.
struct Hex: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let digits = Array(try decoder.singleValueContainer().decode(String.self).utf8)
        bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
            try #require(UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16))
        }
    }
}

extension SecretBytes {
    var revealed: [UInt8] { withBytes { span in (0..<span.byteCount).map { span[$0] } } }
}

extension SecretKey {
    var revealed: [UInt8] { withBytes { span in (0..<span.byteCount).map { span[$0] } } }
}

func secretKey(_ bytes: [UInt8]) throws -> SecretKey { try SecretKey(SecretBytes(copying: bytes)) }

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Debian's Python, with Debian's python3-nacl: an implementation of the formats that is not this one.
enum Python {
    static let path = "/usr/bin/python3"

    static let hasNaCl: Bool = (try? run("import nacl.public")) != nil

    /// Runs a program with arguments and gives its standard output.
    static func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", program] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
