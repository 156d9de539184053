import Foundation
import Glibc
import SodiumCrypto
import Testing

@testable import Exporter

/// The file that is imported, and its removal.
@Suite struct ImportFileTests {
    /// A directory with the file `f`, and what was read from it.
    private func with(_ body: (_ path: String, _ file: ImportFile) throws -> Void) throws {
        try withDirectory { directory in
            let path = "\(directory)/f"
            try Data("A=b\n".utf8).write(to: URL(filePath: path))
            try body(path, ImportFile(path: path))
        }
    }

    private func expectRefusal(_ path: String, _ file: ImportFile, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = exportError { () throws(ExportError) in try SourceRemoval.remove(file) }
        #expect(error?.exitCode == 28, sourceLocation: sourceLocation)
        #expect(error?.description.contains(reason) == true, sourceLocation: sourceLocation)
        #expect(FileManager.default.fileExists(atPath: path), sourceLocation: sourceLocation)
    }

    @Test func `removes the file that was read, and says what that does not undo`() throws {
        try with { path, file in
            let lines = try SourceRemoval.remove(file)
            #expect(lines.count == 2)
            #expect(!FileManager.default.fileExists(atPath: path))
            let again = exportError { () throws(ExportError) in try SourceRemoval.remove(file) }
            #expect(again?.exitCode == 22)
        }
    }

    @Test func `removes no file that was changed or replaced since`() throws {
        try with { path, file in
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("C=d\n".utf8))
            try handle.close()
            expectRefusal(path, file, "was changed")
        }
        try with { path, file in
            try Data("A=b\n".utf8).write(to: URL(filePath: path + "2"))
            try #require(unsafe rename(path + "2", path) == 0)
            expectRefusal(path, file, "was replaced")
        }
        try with { path, file in
            try #require(unsafe rename(path, path + "2") == 0)
            try #require(unsafe symlink("f2", path) == 0)
            expectRefusal(path, file, "is a symbolic link")
        }
        try with { path, file in
            try #require(unsafe link(path, path + "2") == 0)
            expectRefusal(path, file, "more than one link")
        }
    }

    @Test func `warns of a file that others can read or write`() throws {
        try with { path, _ in
            for (mode, isWide) in [(mode_t(0o600), false), (0o640, true), (0o604, true), (0o622, true), (0o700, false)] {
                try #require(unsafe chmod(path, mode) == 0)
                #expect(try !ImportFile(path: path).warnings.isEmpty == isWide)
            }
        }
    }

    @Test func `reads 16 MiB and no more`() throws {
        try withDirectory { directory in
            let path = "\(directory)/f"
            try Data(repeating: 0x41, count: ImportFile.maximumByteCount).write(to: URL(filePath: path))
            #expect(try ImportFile(path: path).content.count == ImportFile.maximumByteCount)
            try Data(repeating: 0x41, count: ImportFile.maximumByteCount + 1).write(to: URL(filePath: path))
            let error = exportError { () throws(ExportError) in try ImportFile(path: path) }
            #expect(error?.exitCode == 21)
        }
    }
}
