internal import PrivateFiles
public import Profiles
internal import SodiumCrypto

/// Variables as the bytes of a file, and the file in its place.
public enum Export {
    /// Renders variables in a format, reads the result back as the format's consumers do, and compares.
    ///
    /// - Returns: the content of a file. It holds the values and cannot be wiped.
    /// - Throws: ``ExportError/Code/unrepresentable`` or ``ExportError/Code/invalidName``, naming the variable;
    ///   ``ExportError/Code/verification`` if the result reads back as something else.
    public static func render(
        _ variables: [EnvironmentVariable], as format: any EnvironmentFormat.Type
    ) throws(ExportError) -> [UInt8] {
        let content = try format.write(variables)
        let found: [EnvironmentEntry]
        do {
            found = try format.read(content)
        } catch {
            throw ExportError(.verification, "what was written in the format \(format.name) does not read back")
        }
        for (index, variable) in variables.enumerated() {
            guard index < found.count, found[index].name == variable.name, found[index].value == variable.value.reveal() else {
                throw ExportError(.verification, "\(variable.name): what was written in the format \(format.name) does not read back")
            }
        }
        guard found.count == variables.count else {
            throw ExportError(.verification, "what was written in the format \(format.name) reads back with more variables")
        }
        return content
    }

    /// The drop-in with which a unit loads variables as credentials from the daemon. It holds names, and no value.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable`` for values that no unit can get in this way, or not tell from none.
    public static func socketDropIn(_ variables: [EnvironmentVariable], _ scope: SystemdScope) throws(ExportError) -> [UInt8] {
        try CredentialSocket.check(variables, for: nil)
        return try DropIn.socket(variables.map(\.name), scope, isRefreshing: false)
    }

    /// The name of that form.
    public static var socketFormat: String { CopyForm.UnitKind.socket.rawValue }

    /// What becomes of a file that is there already.
    public enum Existing: Sendable {
        /// It is replaced if it holds nothing but variables that are written now.
        case ours
        /// Its other lines stay, as far as the format has lines.
        case merge
        /// It is replaced, whatever it holds.
        case replace
    }

    /// Writes variables to a file, mode 0600, whole or not at all, over a regular file of this user if there is one.
    ///
    /// - Parameters:
    ///   - variables: what to write, in this order.
    ///   - format: how.
    ///   - path: where. The directory must exist.
    ///   - existing: what becomes of a file that is there already.
    ///   - force: write also where git would see the file, in a directory in which others can write, through a symbolic link and over
    ///     another user's file. It does not change the mode.
    /// - Throws: what ``render(_:as:)`` throws; ``ExportError/Code/refused`` for a target in a git work tree that does not ignore it;
    ///   ``ExportError/Code/file(_:)``, with `.exists` for a file that holds something else. The target is as it was.
    public static func write(
        _ variables: [EnvironmentVariable], as format: any EnvironmentFormat.Type, to path: String, existing: Existing = .ours,
        force: Bool = false
    ) throws(ExportError) {
        var content = try render(variables, as: format)
        if !force { try checkPlace(of: path) }
        if existing != .replace, let current = try PlainFile.read(path, isForced: force) {
            if existing == .merge {
                guard format.keepsOtherLines else {
                    throw ExportError(.unknownFormat, "the format \(format.name) has no other lines that could stay")
                }
                content = try ManagedFile.merge(variables, into: current, as: format)
            } else if !isOurs(current, variables, format) {
                throw ExportError(
                    .file(.exists), "\(path): holds something else, too",
                    hint: format.keepsOtherLines ? "--merge keeps it, --replace loses it" : "--replace loses it")
            }
        }
        do {
            try PrivateFile.write(content, to: path, existing: force ? .force : .replace)
        } catch {
            throw ExportError(error)
        }
    }

    /// Whether a file holds nothing but variables of these names: no others, and no comments.
    private static func isOurs(_ bytes: [UInt8], _ variables: [EnvironmentVariable], _ format: any EnvironmentFormat.Type) -> Bool {
        guard let entries = try? format.read(bytes) else { return false }
        let names = Set(variables.map(\.name))
        guard entries.allSatisfy({ names.contains($0.name) }) else { return false }
        guard format.keepsOtherLines else { return true }
        let ours = Set(entries.flatMap { Array($0.lines) })
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.enumerated().allSatisfy { index, line in ours.contains(index + 1) || line.isEmpty || line == [UInt8(ascii: "\r")] }
    }

    /// Checks that a file may be written there without force.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - owner: whose file it will be, if not this user's: the directory may be that user's, too.
    static func checkPlace(of path: String, owner: PrivateFile.Owner? = nil) throws(ExportError) {
        let parent = PrivateFile.split(path).parent
        do {
            try PrivateFile.checkDirectory(parent, of: owner)
        } catch {
            let hint: String? =
                switch error.code {
                case .unsafe: "choose a directory that only you can write to, or use --force"
                case .notFound: "install what reads the file, or make the directory: mkdir -m 700 \(parent)"
                default: nil
                }
            throw ExportError(.file(error.code), error.description, hint: hint)
        }
        switch try GitWorkTree.sees(path, mayRun: owner == nil) {
        case .no: return
        case .yes:
            throw ExportError(
                .refused, "\(path): git would see this file", hint: "add it to .gitignore, or use --force")
        case .unknown:
            throw ExportError(
                .refused, "\(path): this is in a git work tree, and git does not say whether it ignores the file",
                hint: "install git or choose another directory, or use --force")
        }
    }
}
