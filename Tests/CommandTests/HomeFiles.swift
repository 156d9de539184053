import Foundation
import Glibc
import Testing

extension Home {
    /// Stores a value.
    func store(_ name: String, _ value: Value) throws {
        try #require(run("set", "--keep", name, input: value).code == 0)
    }

    /// Stores a text.
    func store(_ name: String, _ text: String) throws { try store(name, Value(text)) }

    /// The value of a secret, or nil for any failure.
    func value(_ name: String) throws -> Value? {
        let outcome = try run("get", name)
        return outcome.code == 0 ? Value(outcome.output) : nil
    }

    /// Writes a file of the home, and the directories above it.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
        try write(Value(text), to: name, mode: mode)
    }

    @discardableResult
    func write(_ value: Value, to name: String, mode: mode_t = 0o600) throws -> String {
        let file = name.hasPrefix("/") ? name : self(name)
        let parent = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data(value.bytes).write(to: URL(fileURLWithPath: file))
        try #require(unsafe chmod(file, mode) == 0)
        return file
    }

    /// Adds to the user's settings.
    func configure(_ text: String) throws {
        let before = (try? String(contentsOfFile: settings, encoding: .utf8)) ?? ""
        try write(before + "\n" + text, to: settings)
    }

    /// The bytes of a file, or nil.
    func content(_ path: String) -> Value? { (try? Data(contentsOf: URL(fileURLWithPath: path))).map { Value(Array($0)) } }

    /// Makes a second vault with a passphrase of its own, and gives its path.
    func passphraseVault(_ passphrase: String = "correct horse battery") throws -> String {
        try write(passphrase + "\n", to: "passphrase")
        let vault = self("second/vault.db")
        let outcome = try run(
            "--vault", vault, "init", "--kdf-memory", "64", "--kdf-passes", "2", with: ["WARDER_PASSPHRASE_FD": "3"],
            descriptors: [3: self("passphrase")])
        try #require(outcome.code == 0)
        return vault
    }
}
