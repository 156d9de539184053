/// A handle on one secret that can be kept in arrays and dictionaries.
///
/// Copies of the handle share one ``SecretBytes``, which is wiped when the last of them ends. It prints as `<redacted>`, also under
/// `dump()`.
public final class SecretValue: Sendable, Redacted {
    /// The bytes.
    public let bytes: SecretBytes

    /// Takes over `bytes`.
    public init(_ bytes: consuming SecretBytes) {
        self.bytes = bytes
    }

    /// Copies bytes in. The array is the caller's, and cannot be wiped.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public convenience init(copying bytes: [UInt8]) throws(SodiumError) {
        self.init(try SecretBytes(copying: bytes))
    }

    /// Values one after the other.
    ///
    /// - Throws: ``SodiumError/Code/outOfMemory``.
    public static func joined(_ pieces: [SecretValue]) throws -> SecretValue {
        SecretValue(
            try SecretBytes(capacity: pieces.reduce(0) { $0 + $1.count }) { span in
                for piece in pieces { piece.bytes.withBytes { span.append(contentsOf: $0) } }
            })
    }

    /// Number of bytes.
    public var count: Int { bytes.count }

    /// The bytes as an array, for the last boundary only: an `execve` environment, a file's content, a header. It cannot be wiped.
    public func reveal() -> [UInt8] {
        bytes.withBytes { span in
            unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
        }
    }
}

/// A type whose every description is `<redacted>`: no length, no suffix.
public protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Empty: `dump()` shows no children.
    public var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
