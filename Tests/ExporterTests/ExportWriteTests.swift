import Foundation
import Glibc
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

/// Where files may be put, and that nothing else changes.
@Suite(.serialized) struct ExportWriteTests {
    private func write(_ path: String, _ value: String = "v", force: Bool = false) throws -> ExportError? {
        let variables = [try variable("K", value)]
        do throws(ExportError) {
            try Export.write(variables, as: Dotenv.self, to: path, existing: .replace, force: force)
            return nil
        } catch {
            return error
        }
    }

    private func content(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func make(_ path: String, _ content: String = "old") throws {
        try Data(content.utf8).write(to: URL(filePath: path))
    }

    private func succeeds(_ call: () -> Int32) -> Bool { call() == 0 }

    @Test func `a file is 0600 whatever the umask, and whatever was there`() throws {
        try withDirectory { directory in
            let old = umask(0)
            defer { umask(old) }
            #expect(try write("\(directory)/new") == nil)
            #expect(try mode("\(directory)/new") == 0o600)
            try make("\(directory)/old")
            #expect(try mode("\(directory)/old") == 0o666)
            for force in [false, true] {
                #expect(try write("\(directory)/old", "force\(force)", force: force) == nil)
                #expect(try mode("\(directory)/old") == 0o600)
                #expect(content("\(directory)/old") == "K=force\(force)\n")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["new", "old"])
        }
    }

    @Test(arguments: [false, true])
    func `a dangling link, a FIFO, a directory and a second link are refused, also with force`(_ force: Bool) throws {
        try withDirectory { directory in
            try make("\(directory)/file")
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "\(directory)/file")
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/dangling", withDestinationPath: "\(directory)/nothing")
            #expect(succeeds { unsafe mkfifo("\(directory)/fifo", 0o600) })
            #expect(succeeds { unsafe mkdir("\(directory)/directory", 0o700) })
            #expect(succeeds { unsafe link("\(directory)/file", "\(directory)/second") })
            for name in ["dangling", "fifo", "directory", "second", "file"] {
                let error = try write("\(directory)/\(name)", force: force)
                #expect(error?.code == .file(.unsafe), "\(name)")
                #expect(error?.exitCode == 21, "\(name)")
            }
            #expect(content("\(directory)/file") == "old")
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/nothing"))
        }
    }

    @Test func `a symbolic link needs force, which writes the file behind it`() throws {
        try withDirectory { directory in
            try make("\(directory)/file")
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "\(directory)/file")
            #expect(try write("\(directory)/link")?.code == .file(.unsafe))
            #expect(content("\(directory)/file") == "old")
            #expect(try write("\(directory)/link", force: true) == nil)
            #expect(content("\(directory)/file") == "K=v\n")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/link") == "\(directory)/file")
        }
    }

    @Test func `another user's file needs force`() throws {
        guard geteuid() == 0 else {
            print("SKIPPED: another user's file needs force: only root can give files away")
            return
        }
        try withDirectory { directory in
            try make("\(directory)/file")
            #expect(succeeds { unsafe chown("\(directory)/file", 65534, 65534) })
            #expect(try write("\(directory)/file")?.code == .file(.unsafe))
            #expect(content("\(directory)/file") == "old")
            #expect(try write("\(directory)/file", force: true) == nil)
            #expect(content("\(directory)/file") == "K=v\n")
        }
    }

    @Test func `a directory in which others can write needs force`() throws {
        try withDirectory { directory in
            #expect(succeeds { unsafe chmod(directory, 0o777) })
            let error = try write("\(directory)/file")
            #expect(error?.code == .file(.unsafe))
            #expect(error?.exitCode == 21)
            #expect(content("\(directory)/file") == nil)
            #expect(try write("\(directory)/file", force: true) == nil)
            #expect(try mode("\(directory)/file") == 0o600)
        }
    }

    @Test func `a directory that does not exist is not made`() throws {
        try withDirectory { directory in
            for force in [false, true] {
                let error = try write("\(directory)/missing/file", force: force)
                #expect(error?.code == .file(.notFound))
                #expect(error?.exitCode == 22)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test func `the target stays as it was when a value is refused`() throws {
        try withDirectory { directory in
            try make("\(directory)/file")
            for force in [false, true] { #expect(try write("\(directory)/file", "a\nb", force: force)?.exitCode == 26) }
            #expect(content("\(directory)/file") == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["file"])
        }
    }

    @Test func `a git work tree needs an ignored target, or force`() throws {
        guard try execute(["git", "--version"]).status == 0 else {
            print("SKIPPED: a git work tree needs an ignored target: git is not on this machine")
            return
        }
        try withDirectory { directory in
            #expect(try execute(["git", "init", "-q", directory]).status == 0)
            #expect(succeeds { unsafe mkdir("\(directory)/sub", 0o700) })
            #expect(succeeds { unsafe mkdir("\(directory)/kept", 0o700) })
            try make("\(directory)/.gitignore", "*.env\nkept/\n")
            for name in [".envrc", "sub/a", ":(top)a.env.x", "*", ":!.env.x"] {
                let error = try write("\(directory)/\(name)")
                #expect(error?.code == .refused, "\(name)")
                #expect(error?.exitCode == 28, "\(name)")
                #expect(content("\(directory)/\(name)") == nil, "\(name)")
            }
            for name in [".env", "sub/b.env", "kept/anything", "sub/*.env", "-q.env", ":x.env", ":(top)x.env", "[a].env"] {
                #expect(try write("\(directory)/\(name)") == nil, "\(name)")
            }
            #expect(try write("\(directory)/.envrc", force: true) == nil)
            // What git follows already is not ignored, whatever .gitignore says.
            #expect(try execute(["git", "-C", directory, "add", "-f", ".env"]).status == 0)
            #expect(try write("\(directory)/.env")?.code == .refused)
        }
    }

    @Test func `a link to a directory in a work tree is seen through`() throws {
        guard try execute(["git", "--version"]).status == 0 else {
            print("SKIPPED: a link to a directory in a work tree: git is not on this machine")
            return
        }
        try withDirectory { directory in
            #expect(succeeds { unsafe mkdir("\(directory)/tree", 0o700) })
            #expect(try execute(["git", "init", "-q", "\(directory)/tree"]).status == 0)
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "\(directory)/tree")
            #expect(try write("\(directory)/link/.env")?.code == .refused)
        }
    }

    @Test func `a work tree without git on the machine is refused`() throws {
        try withDirectory { directory in
            let outside = try GitWorkTree.sees("\(directory)/.env", searchPath: "/nonexistent")
            #expect(outside == .no)
            #expect(succeeds { unsafe mkdir("\(directory)/.git", 0o700) })
            let inside = try GitWorkTree.sees("\(directory)/.env", searchPath: "/nonexistent")
            #expect(inside == .unknown)
        }
    }

    @Test func `what does not read back is not put in place`() throws {
        try withDirectory { directory in
            try make("\(directory)/file")
            let variables = [try variable("K", "hunter2"), try variable("L", "x")]
            for format in [ShortFormat.self, MoreFormat.self, UnreadableFormat.self] as [any EnvironmentFormat.Type] {
                let error = exportError { () throws(ExportError) in
                    try Export.write(variables, as: format, to: "\(directory)/file", force: true)
                }
                #expect(error?.code == .verification)
                #expect(error?.exitCode == 20)
                #expect(error?.description.contains("hunter2") == false)
            }
            #expect(content("\(directory)/file") == "old")
        }
    }

    @Test func `where git gives no answer the target is refused`() throws {
        try withDirectory { directory in
            try make("\(directory)/.git", "gitdir: /nonexistent\n")
            let error = try write("\(directory)/.env")
            #expect(error?.code == .refused)
            #expect(error?.hint?.contains("--force") == true)
            #expect(try write("\(directory)/.env", force: true) == nil)
        }
    }
}

/// A writer that loses the last byte of every value.
private enum ShortFormat: EnvironmentFormat {
    static let name = "short"
    static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? { nil }
    static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        variables.flatMap { [UInt8]("export \($0.name)='".utf8) + $0.value.reveal().dropLast() + [UInt8]("'\n".utf8) }
    }
    static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] { try ShellExports.read(bytes) }
}

/// A writer that adds a variable.
private enum MoreFormat: EnvironmentFormat {
    static let name = "more"
    static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? { nil }
    static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        try ShellExports.write(variables) + [UInt8]("export M=''\n".utf8)
    }
    static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] { try ShellExports.read(bytes) }
}

/// A writer whose files cannot be read.
private enum UnreadableFormat: EnvironmentFormat {
    static let name = "unreadable"
    static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? { nil }
    static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] { [UInt8]("K=hunter2".utf8) }
    static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] { try Dotenv.read(bytes) }
}
