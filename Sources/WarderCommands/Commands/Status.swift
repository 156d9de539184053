internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import Settings

/// `warder status`
struct Status: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say where the vault is, how it would be unlocked, and what is due.",
        discussion: "Never asks for anything. The exit code is 0 whether the vault is locked or not.")

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let session = try Session(options)
        let source = KeySource.first(session.settings, session.directories)
        let exists = unsafe access(session.vaultPath, F_OK) == 0
        var fields: [(String, JSON)] = [
            ("vault", .string(session.vaultPath)), ("exists", .bool(exists)),
            ("settings", .array(session.settings.files.map(JSON.string))), ("unlocks_with", .string(source.identifier)),
        ]
        var lines = ["vault     \(session.vaultPath)\(exists ? "" : " (none: `warder init` makes one)")"]
        lines += session.settings.files.map { "settings  \($0)" }
        if exists {
            switch source {
            case .terminal, .passphraseDescriptor:
                fields += [("locked", .bool(true)), ("fingerprint", .null), ("sequence", .null), ("secrets", .null)]
                lines.append("locked    needs a passphrase")
            case .environmentKeyFile, .systemdCredential, .settingsKeyFile:
                let vault = try session.unlock(mayPrompt: false)
                let listings = try vault.list()
                let size = try vault.size()
                let now = WallClock.now()
                let due = listings.filter { listing in
                    [listing.metadata.expires, listing.metadata.rotateBy].contains { $0.map { $0 <= now } ?? false }
                }
                fields += [
                    ("locked", .bool(false)), ("fingerprint", .string(vault.keys.fingerprint.description)),
                    ("sequence", .number(size.sequence)), ("secrets", .number(UInt64(listings.count))),
                    ("due", .array(due.map { .string($0.name.description) })),
                ]
                lines.append("unlocked  with \(source.name)")
                lines.append("content   \(listings.count) secrets, \(size.records) generations, sequence \(size.sequence)")
                lines.append("identity  \(vault.keys.fingerprint)")
                for listing in due { lines.append("due       \(listing.name)") }
            }
        }
        try Console.write(options.json ? JSON.answer(fields).line : lines.joined(separator: "\n") + "\n")
    }
}
