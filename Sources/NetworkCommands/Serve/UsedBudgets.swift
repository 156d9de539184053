internal import Foundation
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import RequestLayer
internal import Settings
internal import SodiumCrypto
internal import WarderCommands

/// What tokens have used of their budgets, kept in a file while the daemon is not running: hashes of tokens and numbers.
struct UsedBudgets {
    private let path: String
    private let ledger: TokenLedger
    private var written: [String: Int] = [:]

    /// Reads what was kept.
    ///
    /// - Throws: 21 or 12 for a file that is not as it was written: spent budgets are not given back in silence.
    init(_ session: Session, _ ledger: TokenLedger) throws {
        path = (session.options.system ? "/var/lib/warder" : "\(session.directories.state)/warder") + "/proxy-budgets"
        self.ledger = ledger
        let content: SecretValue
        do throws(FileError) { content = SecretValue(try PrivateFile.readSecret(path, maximum: 16 << 20)) } catch {
            guard error.code == .notFound else { throw error }
            return
        }
        guard let used = try? JSONDecoder().decode([String: Int].self, from: Data(content.reveal())),
            used.values.allSatisfy({ (0...1_000_000_000_000).contains($0) })
        else { throw Failure(.corrupt, "\(path): is not what was written there", hints: ["without it, all budgets begin anew"]) }
        ledger.restore(used)
        written = used
    }

    /// Writes them, if they have changed.
    mutating func write() throws {
        let used = ledger.used.filter { $0.value > 0 }
        guard used != written else { return }
        try PrivateFile.makeDirectory(PrivateFile.split(path).parent)
        try PrivateFile.write(Array(JSONEncoder().encode(used)), to: path, existing: .replace)
        written = used
    }
}
