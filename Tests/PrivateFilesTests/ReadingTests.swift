import Foundation
import Glibc
import PrivateFiles
import SodiumCrypto
import Testing

@Suite struct ReadingTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func secret(_ path: String, maximum: Int = 1 << 20) throws(FileError) -> [UInt8] {
        try PrivateFile.readSecret(path, maximum: maximum).withBytes { span in (0..<span.byteCount).map { span[$0] } }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 1 << 20]) func `reads as much as it may and no more`(count: Int) throws {
        let bytes = try randomBytes(count)
        try scratch.put("file", bytes)
        #expect(try secret(scratch("file"), maximum: count) == bytes)
        #expect(try secret(scratch("file"), maximum: count + 1) == bytes)
        #expect(try PrivateFile.readTrusted(scratch("file"), maximum: count) == bytes)
        if count > 0 {
            let code = failure { () throws(FileError) in _ = try secret(scratch("file"), maximum: count - 1) }
            #expect(code == .unsafe)
        }
    }

    @Test func `stops at its maximum when a file is longer than its status says`() throws {
        // Files of /proc say 0 bytes. This one is longer than 16.
        let code = failure { () throws(FileError) in _ = try PrivateFile.readTrusted("/proc/self/status", maximum: 16) }
        #expect(code == .unsafe)
        #expect(try PrivateFile.readTrusted("/proc/self/status", maximum: 1 << 20).count > 16)
    }

    @Test(arguments: [0o600, 0o400, 0o700] as [mode_t]) func `reads a file that is its owner's alone`(mode: mode_t) throws {
        try scratch.put("file", mode: mode)
        #expect(try secret(scratch("file")) == [1])
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o602, 0o610, 0o601, 0o666, 0o444] as [mode_t])
    func `refuses a secret that others can read or write`(mode: mode_t) throws {
        try scratch.put("file", mode: mode)
        let code = failure { () throws(FileError) in _ = try secret(scratch("file")) }
        #expect(code == .unsafe)
    }

    @Test(arguments: [0o600, 0o640, 0o644, 0o444] as [mode_t]) func `trusts a file that only its owner can write`(mode: mode_t) throws {
        try scratch.put("file", mode: mode)
        #expect(try PrivateFile.readTrusted(scratch("file"), maximum: 100) == [1])
    }

    @Test(arguments: [0o620, 0o602, 0o666] as [mode_t]) func `does not trust a file that others can write`(mode: mode_t) throws {
        try scratch.put("file", mode: mode)
        let code = failure { () throws(FileError) in _ = try PrivateFile.readTrusted(scratch("file"), maximum: 100) }
        #expect(code == .unsafe)
    }

    @Test func `refuses symbolic links, FIFOs, directories, devices and second links`() throws {
        try scratch.put("file")
        try scratch.put("twice")
        try #require(unsafe link(scratch("twice"), scratch("second")) == 0)
        try #require(unsafe mkfifo(scratch("fifo"), 0o600) == 0)
        try FileManager.default.createDirectory(atPath: scratch("directory"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: scratch("link"), withDestinationPath: scratch("file"))
        try FileManager.default.createSymbolicLink(atPath: scratch("dangling"), withDestinationPath: scratch("nothing"))
        for path in ["link", "dangling", "fifo", "directory", "twice", "second", "fi\0le"].map({ scratch($0) }) + ["/dev/null"] {
            let code = failure { () throws(FileError) in _ = try secret(path) }
            let trusted = failure { () throws(FileError) in _ = try PrivateFile.readTrusted(path, maximum: 100) }
            #expect(code == .unsafe, "\(path)")
            #expect(trusted == .unsafe, "\(path)")
        }
    }

    @Test func `says that there is no such file or directory`() {
        for name in ["file", "directory/file"] {
            let code = failure { () throws(FileError) in _ = try secret(scratch(name)) }
            #expect(code == .notFound)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to make a file another user's"))
    func `refuses another user's file`() throws {
        try scratch.put("file", mode: 0o600)
        try #require(unsafe chown(scratch("file"), 12_345, 12_345) == 0)
        let code = failure { () throws(FileError) in _ = try secret(scratch("file")) }
        #expect(code == .unsafe)
        let replaced = failure { () throws(FileError) in try PrivateFile.write([1], to: scratch("file"), existing: .replace) }
        #expect(replaced == .unsafe)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to make a file root's"))
    func `reads a systemd credential, whose mode shows the mask of its ACL`() throws {
        try scratch.put("credential", mode: 0o440)
        #expect(try secret(scratch("credential")) == [1])
        try #require(unsafe chown(scratch("credential"), 0, 12_345) == 0)
        let code = failure { () throws(FileError) in _ = try secret(scratch("credential")) }
        #expect(code == .unsafe)
    }

    @Test func `never shows content in an error`() throws {
        try scratch.put("file", Array("hunter2".utf8), mode: 0o644)
        do {
            _ = try PrivateFile.readSecret(scratch("file"), maximum: 100)
            Issue.record("read a file that others can read")
        } catch {
            #expect(error.description == "\(scratch("file")): others can read or write it")
        }
    }
}

@Suite struct DirectoryTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `makes the directory and those above it, each private`() throws {
        try PrivateFile.makeDirectory(scratch("a/b/c"))
        try PrivateFile.makeDirectory(scratch("a/b/c/"))
        try PrivateFile.makeDirectory(scratch("d//e/"))
        for name in ["a", "a/b", "a/b/c", "d", "d/e"] { #expect(mode(scratch(name)) == 0o700, "\(name)") }
    }

    @Test func `leaves a directory that exists as it is`() throws {
        try FileManager.default.createDirectory(atPath: scratch("wide"), withIntermediateDirectories: false)
        try #require(unsafe chmod(scratch("wide"), 0o755) == 0)
        try PrivateFile.makeDirectory(scratch("wide"))
        #expect(mode(scratch("wide")) == 0o755)
        try PrivateFile.makeDirectory("/")
    }

    @Test func `fails where a file stands in the way`() throws {
        try scratch.put("file")
        try FileManager.default.createSymbolicLink(atPath: scratch("dangling"), withDestinationPath: scratch("nothing"))
        for name in ["file", "file/directory", "dangling", "dangling/directory", "\0"] {
            let code = failure { () throws(FileError) in try PrivateFile.makeDirectory(scratch(name)) }
            #expect(code != nil, "\(name)")
        }
        let empty = failure { () throws(FileError) in try PrivateFile.makeDirectory("") }
        #expect(empty == .notFound)
    }

    @Test(arguments: [(0o700, nil), (0o755, nil), (0o775, .unsafe), (0o757, .unsafe), (0o1777, .unsafe)] as [(mode_t, FileError.Code?)])
    func `wants a directory that only its owner can write in`(mode: mode_t, code: FileError.Code?) throws {
        try FileManager.default.createDirectory(atPath: scratch("directory"), withIntermediateDirectories: false)
        try #require(unsafe chmod(scratch("directory"), mode) == 0)
        let refusal = failure { () throws(FileError) in try PrivateFile.checkDirectory(scratch("directory")) }
        #expect(refusal == code)
    }

    @Test func `wants a directory that is one`() throws {
        try scratch.put("file")
        let file = failure { () throws(FileError) in try PrivateFile.checkDirectory(scratch("file")) }
        #expect(file == .unsafe)
        let missing = failure { () throws(FileError) in try PrivateFile.checkDirectory(scratch("missing")) }
        #expect(missing == .notFound)
    }
}
