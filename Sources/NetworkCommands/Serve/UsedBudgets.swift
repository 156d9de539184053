internal import Foundation
internal import Glibc
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
    init(_ session: Session, _ ledger: TokenLedger) {
        path = (session.options.system ? "/var/lib/warder" : "\(session.directories.state)/warder") + "/proxy-budgets"
        self.ledger = ledger
        guard let content = try? PrivateFile.readSecret(path, maximum: 16 << 20),
            let used = try? JSONDecoder().decode([String: Int].self, from: Data(SecretValue(content).reveal()))
        else { return }
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
