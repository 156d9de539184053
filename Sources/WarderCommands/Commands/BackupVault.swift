internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import PrivateFiles

/// `warder backup`
struct BackupVault: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write the whole vault into one authenticated file.",
        discussion: "It opens with what opens the vault now. Any changed bit of it is refused by `restore`.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Where to.", completion: .file())
    var file: String

    @Flag(help: "Write over an older backup.")
    var force = false

    func run() throws {
        if !force, unsafe access(file, F_OK) == 0 { throw Failure(.conflict, "\(file): exists already", hints: ["--force writes over it"]) }
        let vault = try Session(options).unlock()
        var bytes: [UInt8] = []
        let count = try vault.backup { piece throws(KeystoreError) in bytes += piece }
        try PrivateFile.write(bytes, to: file, existing: force ? .replace : .refuse)
        if options.json {
            try Console.write(
                JSON.answer([("file", .string(file)), ("generations", .number(count)), ("bytes", .number(UInt64(bytes.count)))]).line)
        } else {
            options.inform("\(file): \(counted(count, "generation")), \(bytes.count) bytes")
        }
    }
}
