internal import NIOCore

/// Reads a short body that is compressed with gzip or deflate: errors are looked into, and servers compress those too.
///
/// Source: RFC 1950, RFC 1951, RFC 1952.
struct Inflate {
    private let input: [UInt8]
    private var index: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let limit: Int

    private struct Failure: Error {}

    /// The body without its compression. Nil if it is none of the two, is broken, or gives more than the limit.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - encoding: its `content-encoding`.
    ///   - limit: in bytes.
    static func body(_ body: ByteBuffer, encoding: String, limit: Int) -> ByteBuffer? {
        let bytes = Array(body.readableBytesView)
        guard let start = start(of: bytes, encoding) else { return nil }
        var inflate = Inflate(input: bytes, index: start, limit: limit)
        guard (try? inflate.run()) != nil else { return nil }
        return ByteBuffer(bytes: inflate.output)
    }

    private init(input: [UInt8], index: Int, limit: Int) {
        (self.input, self.index, self.limit) = (input, index, limit)
    }

    /// Where the blocks begin, behind the header.
    private static func start(of bytes: [UInt8], _ encoding: String) -> Int? {
        switch encoding.lowercased() {
        case "deflate":
            // Some servers leave out the header that belongs there.
            guard bytes.count > 2 else { return nil }
            return bytes[0] & 15 == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 ? (bytes[1] & 0x20 == 0 ? 2 : nil) : 0
        case "gzip", "x-gzip":
            guard bytes.count > 18, bytes[0] == 0x1F, bytes[1] == 0x8B, bytes[2] == 8 else { return nil }
            var index = 10
            if bytes[3] & 4 != 0 { index += 2 + Int(bytes[10]) + Int(bytes[11]) << 8 }
            for flag: UInt8 in [8, 16] where bytes[3] & flag != 0 {
                guard index < bytes.count, let end = bytes[index...].firstIndex(of: 0) else { return nil }
                index = end + 1
            }
            if bytes[3] & 2 != 0 { index += 2 }
            return index < bytes.count ? index : nil
        default: return nil
        }
    }

    /// How many blocks there may be, and how many with codes of their own: those take long, however little is in them.
    private static let blockLimit = 2048
    private static let tableLimit = 128

    private mutating func run() throws {
        var isLast = false
        var (blocks, tables) = (0, 0)
        while !isLast {
            blocks += 1
            guard blocks <= Self.blockLimit else { throw Failure() }
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored()
            case 1: try block(Self.fixedLengths, Self.fixedDistances)
            case 2:
                tables += 1
                guard tables <= Self.tableLimit else { throw Failure() }
                let (lengths, distances) = try self.tables()
                try block(lengths, distances)
            default: throw Failure()
            }
        }
    }

    private mutating func take(_ count: Int) throws -> Int {
        while bitCount < count {
            guard index < input.count else { throw Failure() }
            bits |= UInt32(input[index]) << UInt32(bitCount)
            index += 1
            bitCount += 8
        }
        let value = bits & (1 << UInt32(count) - 1)
        bits >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private mutating func stored() throws {
        (bits, bitCount) = (0, 0)
        guard index + 4 <= input.count else { throw Failure() }
        let count = Int(input[index]) | Int(input[index + 1]) << 8
        guard count ^ 0xFFFF == Int(input[index + 2]) | Int(input[index + 3]) << 8, index + 4 + count <= input.count else {
            throw Failure()
        }
        try append(input[(index + 4)..<(index + 4 + count)])
        index += 4 + count
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws {
        guard output.count + bytes.count <= limit else { throw Failure() }
        output += bytes
    }

    private mutating func block(_ lengths: Codes, _ distances: Codes) throws {
        while true {
            let symbol = try decode(lengths)
            if symbol < 256 {
                try append(CollectionOfOne(UInt8(symbol)))
                continue
            }
            if symbol == 256 { return }
            guard symbol <= 285 else { throw Failure() }
            let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits[symbol - 257]))
            let code = try decode(distances)
            guard code < 30 else { throw Failure() }
            let distance = Self.distanceBases[code] + (try take(code < 4 ? 0 : code / 2 - 1))
            guard distance <= output.count, output.count + length <= limit else { throw Failure() }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    // MARK: Codes

    /// Codes of the same length are consecutive numbers, in the order of their symbols.
    private struct Codes {
        private(set) var counts = [Int](repeating: 0, count: 16)
        private(set) var symbols: [Int] = []

        init(_ lengths: some Collection<Int>) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            for length in 1...15 where counts[length] > 0 { symbols += lengths.enumerated().filter { $0.element == length }.map(\.offset) }
        }
    }

    private mutating func decode(_ codes: Codes) throws -> Int {
        var (code, first, place) = (0, 0, 0)
        for length in 1...15 {
            code |= try take(1)
            let count = codes.counts[length]
            // More codes than there is room for.
            guard code >= first else { throw Failure() }
            if code - first < count { return codes.symbols[place + code - first] }
            place += count
            first = (first + count) << 1
            code <<= 1
        }
        throw Failure()
    }

    private mutating func tables() throws -> (Codes, Codes) {
        let (literals, distances, count) = (try take(5) + 257, try take(5) + 1, try take(4) + 4)
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<count { lengths[[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15][index]] = try take(3) }
        let codes = Codes(lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            let symbol = try decode(codes)
            switch symbol {
            case 16:
                guard let last = all.last else { throw Failure() }
                all += [Int](repeating: last, count: 3 + (try take(2)))
            case 17: all += [Int](repeating: 0, count: 3 + (try take(3)))
            case 18: all += [Int](repeating: 0, count: 11 + (try take(7)))
            default: all.append(symbol)
            }
        }
        guard all.count == literals + distances, literals <= 286 else { throw Failure() }
        return (Codes(all[..<literals].map { $0 }), Codes(all[literals...].map { $0 }))
    }

    private static let fixedLengths = Codes((0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = Codes([Int](repeating: 5, count: 30))
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    private static let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
        16385,
        24577,
    ]
}
