internal import Foundation
public import SodiumCrypto

/// How much Argon2id work a slot may ask for. Checked before memory is allocated, so that a changed slot can neither make guessing
/// cheap nor this machine stall.
public enum KeyDerivationBounds {
    /// What new slots use: 3 passes over 256 MiB.
    public static let standard = PasswordHash.Cost(passes: 3, memory: 256 << 20)
    /// The least: 2 passes over 64 MiB.
    public static let floor = PasswordHash.Cost(passes: 2, memory: 64 << 20)

    /// Checks bounds: 2 to 16 passes, 64 MiB to 2 GiB in multiples of 1 KiB, at most 8 GiB times passes in all.
    ///
    /// - Throws: ``KeystoreError/Code/kdfRefused``.
    public static func check(_ cost: PasswordHash.Cost) throws(KeystoreError) {
        guard (2...16).contains(cost.passes), (64 << 20...2 << 30).contains(cost.memory), cost.memory % 1024 == 0,
            UInt64(cost.passes) * cost.memory <= 8 << 30
        else {
            throw KeystoreError(
                .kdfRefused, "Argon2id takes 2 to 16 passes over 64 MiB to 2 GiB, at most 8 GiB in all; a slot asks for something else")
        }
    }

    /// Checks that the work fits into half of the memory that the system says is available.
    ///
    /// - Throws: ``KeystoreError/Code/kdfMemory``.
    static func checkMemory(_ cost: PasswordHash.Cost) throws(KeystoreError) {
        guard let available = availableMemory(), cost.memory > available / 2 else { return }
        throw KeystoreError(
            .kdfMemory, "the passphrase needs \(cost.memory >> 20) MiB of memory, and only \(available >> 20) MiB are available")
    }

    /// `MemAvailable` of /proc/meminfo in bytes; proc(5).
    private static func availableMemory() -> UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }.map { $0 << 10 }
        }
        return nil
    }
}
