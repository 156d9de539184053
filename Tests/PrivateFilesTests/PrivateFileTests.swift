import Foundation
import Glibc
import PrivateFiles
import SodiumCrypto
import Testing

/// A directory of its own for one test, removed with all that is in it.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "private-files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes without any care: what another program would leave.
    @discardableResult func put(_ name: String, _ bytes: [UInt8] = [1], mode: mode_t = 0o600) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
        try #require(unsafe chmod(self(name), mode) == 0)
        return self(name)
    }

    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

/// The code with which `body` fails, if it does.
func failure(_ body: () throws(FileError) -> Void) -> FileError.Code? {
    do {
        try body()
        return nil
    } catch {
        return error.code
    }
}

func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

func mode(_ path: String) -> mode_t {
    var info = stat()
    return unsafe lstat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
}

// One after the other: the umask and the working directory belong to the whole process.
@Suite(.serialized) struct WritingTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 1 << 20]) func `writes what can be read back`(count: Int) throws {
        let bytes = try randomBytes(count)
        try PrivateFile.write(bytes, to: scratch("file"), existing: .refuse)
        #expect(try contents(scratch("file")) == bytes)
        #expect(try scratch.names == ["file"])
    }

    @Test(arguments: [0, 0o022, 0o077] as [mode_t]) func `gives mode 0600 under any umask`(mask: mode_t) throws {
        let before = umask(mask)
        defer { umask(before) }
        try PrivateFile.write([1], to: scratch("file"), existing: .refuse)
        #expect(mode(scratch("file")) == 0o600)
    }

    @Test func `replaces a file, with a wide mode too, by a private one`() throws {
        try scratch.put("file", [1, 2, 3], mode: 0o644)
        try PrivateFile.write([4], to: scratch("file"), existing: .replace)
        #expect(try contents(scratch("file")) == [4])
        #expect(mode(scratch("file")) == 0o600)
        #expect(try scratch.names == ["file"])
    }

    @Test func `refuses to replace when told so`() throws {
        try scratch.put("file", [1, 2, 3])
        let code = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch("file"), existing: .refuse) }
        #expect(code == .exists)
        #expect(try contents(scratch("file")) == [1, 2, 3])
        #expect(try scratch.names == ["file"])
    }

    @Test(arguments: [PrivateFile.Existing.replace, .refuse]) func `does not write through a symbolic link`(
        existing: PrivateFile.Existing
    ) throws {
        try scratch.put("target", [1, 2, 3])
        try FileManager.default.createSymbolicLink(atPath: scratch("link"), withDestinationPath: scratch("target"))
        try FileManager.default.createSymbolicLink(atPath: scratch("dangling"), withDestinationPath: scratch("nothing"))
        for name in ["link", "dangling"] {
            let code = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch(name), existing: existing) }
            #expect(code == (existing == .refuse ? .exists : .unsafe))
        }
        #expect(try contents(scratch("target")) == [1, 2, 3])
        #expect(try scratch.names == ["dangling", "link", "target"])
    }

    @Test func `writes in a directory that is reached through a symbolic link`() throws {
        try FileManager.default.createDirectory(atPath: scratch("real"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: scratch("link"), withDestinationPath: scratch("real"))
        try PrivateFile.write([4], to: scratch("link/file"), existing: .refuse)
        #expect(try contents(scratch("real/file")) == [4])
    }

    @Test func `refuses to replace a FIFO, a directory or a file with a second link`() throws {
        try #require(unsafe mkfifo(scratch("fifo"), 0o600) == 0)
        try FileManager.default.createDirectory(atPath: scratch("directory"), withIntermediateDirectories: false)
        try scratch.put("file", [1, 2, 3])
        try #require(unsafe link(scratch("file"), scratch("second")) == 0)
        for name in ["fifo", "directory", "file", "second"] {
            let code = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch(name), existing: .replace) }
            #expect(code == .unsafe, "\(name)")
        }
        #expect(try contents(scratch("second")) == [1, 2, 3])
        #expect(try scratch.names == ["directory", "fifo", "file", "second"])
    }

    @Test(arguments: ["", "directory/", ".", "..", "directory/.", "fi\0le"]) func `refuses what is no name for a file`(name: String) throws
    {
        try FileManager.default.createDirectory(atPath: scratch("directory"), withIntermediateDirectories: false)
        let code = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch(name), existing: .replace) }
        #expect(code == .unsafe)
        #expect(try scratch.names == ["directory"])
    }

    @Test func `says that the directory is missing, or is none`() throws {
        let missing = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch("a/b/file"), existing: .replace) }
        #expect(missing == .notFound)
        try scratch.put("file")
        let none = failure { () throws(FileError) in try PrivateFile.write([4], to: scratch("file/file"), existing: .replace) }
        #expect(none == .io)
    }

    @Test(arguments: [String(repeating: "n", count: 255), String(repeating: "€", count: 85), "a: b"])
    func `writes a file of any name the system allows`(name: String) throws {
        try PrivateFile.write([4], to: scratch(name), existing: .refuse)
        try PrivateFile.write([5], to: scratch(name), existing: .replace)
        #expect(try contents(scratch(name)) == [5])
        #expect(try scratch.names == [name])
    }

    @Test func `writes a bare name in the working directory`() throws {
        let before = FileManager.default.currentDirectoryPath
        defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
        try #require(FileManager.default.changeCurrentDirectoryPath(scratch.path))
        try PrivateFile.write([4], to: "file", existing: .refuse)
        #expect(try contents(scratch("file")) == [4])
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "needs root, to mount a file system of 64 KiB"))
    func `leaves the old file and nothing else when the disk is full`() throws {
        let disk = try TinyDisk(at: scratch("disk"))
        let path = scratch("disk/a: b")
        try PrivateFile.write([1, 2, 3], to: path, existing: .refuse)
        do {
            try PrivateFile.write([UInt8](repeating: 1, count: 1 << 20), to: path, existing: .replace)
            Issue.record("1 MiB fitted on a disk of 64 KiB")
        } catch {
            #expect(error.code == .io)
            #expect(error.description == "\(path): No space left on device")
        }
        #expect(try contents(path) == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("disk")) == ["a: b"])
        disk.unmount()
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "needs root, to mount a read-only file system"))
    func `names the target, not its temporary file, when none can be made`() throws {
        let disk = try TinyDisk(at: scratch("disk"))
        try disk.makeReadOnly()
        do {
            try PrivateFile.write([1], to: scratch("disk/file"), existing: .refuse)
            Issue.record("written on a read-only disk")
        } catch {
            #expect(error.description == "\(scratch("disk/file")): Read-only file system")
        }
        disk.unmount()
    }

    @Test func `lets readers see the old file or the new one, never a part`() throws {
        let old = [UInt8](repeating: 1, count: 10_000)
        let new = [UInt8](repeating: 2, count: 20_000)
        let path = scratch("file")
        try PrivateFile.write(old, to: path, existing: .refuse)
        let writer = Thread {
            for round in 0..<200 { try? PrivateFile.write(round % 2 == 0 ? new : old, to: path, existing: .replace) }
        }
        writer.start()
        while !writer.isFinished {
            let seen = try PrivateFile.readTrusted(path, maximum: 1 << 20)
            #expect(seen == old || seen == new)
        }
    }

    @Test func `lets one of several writers win when none may replace`() async throws {
        let path = scratch("file")
        let codes = await withTaskGroup(of: FileError.Code?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    failure { () throws(FileError) in
                        try PrivateFile.write([UInt8](repeating: UInt8(number), count: 5000), to: path, existing: .refuse)
                    }
                }
            }
            var codes: [FileError.Code?] = []
            for await code in group { codes.append(code) }
            return codes
        }
        #expect(codes.count { $0 == nil } == 1)
        #expect(codes.count { $0 == .exists } == 7)
        #expect(try scratch.names == ["file"])
    }
}

/// A file system of 64 KiB in memory.
final class TinyDisk {
    static let isAvailable: Bool = {
        guard geteuid() == 0, let scratch = try? Scratch(), let disk = try? TinyDisk(at: scratch("disk")) else { return false }
        disk.unmount()
        return true
    }()

    private let path: String

    init(at path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try #require(unsafe mount("tmpfs", path, "tmpfs", 0, "size=64k,mode=0700") == 0)
    }

    deinit { unmount() }

    func makeReadOnly() throws {
        try #require(unsafe mount("tmpfs", path, "tmpfs", UInt(MS_RDONLY | MS_REMOUNT), "") == 0)
    }

    func unmount() { _ = unsafe umount2(path, Int32(MNT_DETACH)) }
}
