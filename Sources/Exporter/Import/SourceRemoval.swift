internal import Glibc
internal import PrivateFiles

/// The end of a file whose variables are in the vault.
///
/// It is unlinked, not overwritten: on an SSD, and on a file system that copies on write, new bytes go to another place than the old.
public enum SourceRemoval {
    /// Checks, before anything is stored, that the file can go.
    ///
    /// - Throws: ``ExportError/Code/refused`` if something in it would be lost, or it would still be there under another name.
    public static func check(_ file: ImportFile, _ reading: ImportReading, _ plan: ImportPlan) throws(ExportError) {
        guard file.identity != nil else { throw ExportError(.refused, "standard input is no file that could be removed") }
        guard reading.isOnlyVariables else {
            throw ExportError(
                .refused, "\(file.path): \(reading.kind) holds more than keys, and is not removed",
                hint: "import it without --remove-source, then put references in place of the keys")
        }
        if let first = plan.left.first {
            let place = first.lines.map { "line \($0.lowerBound)" } ?? "something"
            throw ExportError(
                .refused, "\(file.path): \(place) would be lost, so nothing was stored and the file is not removed",
                hint: "--dry-run says what is left and why; --format takes what one program reads")
        }
        try checkPlace(file)
    }

    private static func checkPlace(_ file: ImportFile) throws(ExportError) {
        var info = stat()
        guard unsafe lstat(file.path, &info) == 0 else { throw ExportError(FileError(errno: errno, file.path)) }
        guard info.st_mode & S_IFMT != S_IFLNK else {
            throw ExportError(.refused, "\(file.path): is a symbolic link: the file behind it would stay")
        }
        guard info.st_nlink == 1 else { throw ExportError(.refused, "\(file.path): has more than one link: it would stay under the other") }
        guard ImportFile.Identity(info) == file.identity else {
            throw ExportError(.refused, "\(file.path): was replaced in the meantime, and is not removed")
        }
    }

    /// Removes the file, and makes that last.
    ///
    /// - Returns: what this cannot promise, in lines for people.
    /// - Throws: ``ExportError/Code/refused`` if it is not the file that was read, or was changed since; ``ExportError/Code/file(_:)``.
    public static func remove(_ file: ImportFile) throws(ExportError) -> [String] {
        try checkPlace(file)
        let current = try ImportFile(path: file.path)
        guard current.identity == file.identity, file.isSame(as: current) else {
            throw ExportError(.refused, "\(file.path): was changed in the meantime, and is not removed")
        }
        let isTracked = GitWorkTree.tracks(file.path)
        let (parent, name) = PrivateFile.split(file.path)
        do throws(FileError) {
            let directory = try FileDescriptor.openDirectory(parent)
            guard unsafe unlinkat(directory.number, name, 0) == 0 else { throw FileError(errno: errno, file.path) }
            try directory.synchronize()
        } catch {
            throw ExportError(error)
        }
        var lines = ["\(file.path): removed; its bytes may still be on the disk, in snapshots and in backups"]
        lines.append(
            isTracked
                ? "\(file.path): git tracks this file: its history still has the values; replace the keys"
                : "\(file.path): if it was ever in git, its history still has the values")
        return lines
    }
}
