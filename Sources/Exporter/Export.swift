public import Profiles
internal import PrivateFiles
internal import SodiumCrypto

/// Writing environment files.
public enum Export {
    /// Renders variables, and reads the result back before anybody else does.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``; ``ExportError/Code/verification`` if it does not read back.
    public static func render(
        _ variables: [EnvironmentVariable], as format: any EnvironmentFormat.Type
    ) throws(ExportError) -> [UInt8] {
        var seen: Set<String> = []
        for variable in variables {
            guard VariableName.isValid(variable.name) else {
                throw ExportError(.unrepresentable, "a variable's name has other characters than letters, digits and '_'")
            }
            guard seen.insert(variable.name).inserted else { throw ExportError(.unrepresentable, "\(variable.name): is there twice") }
        }
        let bytes = try format.write(variables)
        let back = try format.read(bytes)
        let found = Dictionary(back.map { ($0.name, $0.value) }) { _, last in last }
        guard back.count == variables.count, variables.allSatisfy({ found[$0.name] == $0.value.reveal() }) else {
            throw ExportError(.verification, "what was rendered as \(format.name) does not read back; nothing was written")
        }
        return bytes
    }

    /// Renders variables into a file, mode 0600, put in place whole.
    ///
    /// - Parameter force: write even where others can write, or git can see it.
    /// - Throws: ``ExportError``; the file is as it was.
    public static func write(
        _ variables: [EnvironmentVariable], as format: any EnvironmentFormat.Type, to path: String, force: Bool = false
    ) throws(ExportError) {
        let bytes = try render(variables, as: format)
        do throws(FileError) {
            if !force { try PrivateFile.checkDirectory(PrivateFile.split(path).parent) }
        } catch {
            throw ExportError(error)
        }
        if !force { try WorkTree.check(path) }
        do throws(FileError) {
            try PrivateFile.write(bytes, to: path, existing: .replace)
        } catch {
            throw ExportError(error)
        }
    }
}
