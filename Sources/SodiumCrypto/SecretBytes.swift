internal import CSodium

/// Bytes that must not be seen: a key, a passphrase, a secret's value.
///
/// The memory is guarded and locked where the system allows, is wiped when the value ends, and cannot be copied, printed or
/// interpolated: each of those is a type error. Access is by closure, so that a reader can grep for it.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    /// Number of bytes.
    public let count: Int

    /// Fills `capacity` bytes in place; the secret is as long as what `fill` wrote.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``, or what `fill` throws.
    public init(capacity: Int, fill: (inout OutputRawSpan) throws -> Void) throws {
        let base = try unsafe LockedArena.allocate(capacity)
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: base, count: capacity)
        var span = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        do {
            try fill(&span)
        } catch {
            unsafe LockedArena.free(base, capacity)
            throw error
        }
        let written = unsafe span.finalize(for: buffer)
        // The block is given back by its length, so a shorter secret moves into memory of its own length.
        if written == capacity {
            unsafe self.base = base
        } else {
            defer { unsafe LockedArena.free(base, capacity) }
            let exact = try unsafe LockedArena.allocate(written)
            unsafe exact.copyMemory(from: base, byteCount: written)
            unsafe self.base = exact
        }
        count = written
    }

    /// Copies bytes in. The source is the caller's to wipe.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public init(copying bytes: RawSpan) throws(SodiumError) {
        let base = try unsafe LockedArena.allocate(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe base.copyMemory(from: start, byteCount: source.count) }
        }
        unsafe self.base = base
        count = bytes.byteCount
    }

    /// Copies bytes in. The array is the caller's, and cannot be wiped.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public init(copying bytes: [UInt8]) throws(SodiumError) {
        try unsafe self.init(copying: bytes.span.bytes)
    }

    init(uninitializedCount count: Int, _ body: (UnsafeMutableRawPointer) -> Bool) throws(SodiumError) {
        let base = try unsafe LockedArena.allocate(count)
        guard unsafe body(base) else {
            unsafe LockedArena.free(base, count)
            throw SodiumError(.authenticationFailure)
        }
        unsafe self.base = base
        self.count = count
    }

    deinit {
        unsafe LockedArena.free(base, count)
    }

    /// Lends the bytes to `body`.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
        return try body(span)
    }

    func withPointer<Result, Failure: Error>(_ body: (UnsafeRawPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        try unsafe body(UnsafeRawPointer(base))
    }

    mutating func withMutablePointer<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        unsafe body(base)
    }

    /// Whether two secrets are the same, in a time that depends only on their lengths.
    ///
    /// Source: libsodium `sodium_memcmp`.
    public static func isEqual(_ left: borrowing SecretBytes, _ right: borrowing SecretBytes) -> Bool {
        left.count == right.count && (unsafe sodium_memcmp(left.base, right.base, left.count)) == 0
    }
}

extension OutputRawSpan {
    /// Appends `bytes`, which must fit into what is left.
    public mutating func append(contentsOf bytes: RawSpan) {
        precondition(bytes.byteCount <= freeCapacity, "the span is full")
        unsafe withUnsafeMutableBytes { buffer, initialized in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initialized...]).copyMemory(from: source)
            }
            initialized += bytes.byteCount
        }
    }

    /// Appends `bytes`, which must fit into what is left.
    public mutating func append(contentsOf bytes: [UInt8]) {
        unsafe append(contentsOf: bytes.span.bytes)
    }
}

extension RawSpan {
    /// The byte at `offset`.
    public subscript(_ offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: checked(offset), as: UInt8.self)
    }

    private func checked(_ offset: Int) -> Int {
        precondition(offset >= 0 && offset < byteCount, "offset out of bounds")
        return offset
    }
}
