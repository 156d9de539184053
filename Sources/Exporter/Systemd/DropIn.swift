internal import PrivateFiles

/// The texts of drop-ins. They are readable by everybody, so they name files and never hold a value; and no file is optional, so that
/// a service without its secrets does not start.
enum DropIn {
    private static let head = "# Written by warder; `warder apply` replaces it.\n[Service]\n"

    /// A drop-in that loads an environment file.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` for a path that systemd would read as something else.
    static func environmentFile(_ path: String) throws(ExportError) -> [UInt8] {
        Array("\(head)EnvironmentFile=\(try written(path))\n".utf8)
    }

    /// A drop-in that decrypts credentials.
    ///
    /// - Parameter isRefreshing: whether a reload gives a running service the new ones.
    /// - Throws: as ``environmentFile(_:)``.
    static func credentials(_ files: [(id: String, path: String)], isRefreshing: Bool) throws(ExportError) -> [UInt8] {
        var text = head
        for file in files { text += "LoadCredentialEncrypted=\(file.id):\(try written(file.path))\n" }
        if isRefreshing { text += "RefreshOnReload=credentials\n" }
        return Array(text.utf8)
    }

    /// A path as both directives take it: verbatim, with specifiers expanded, and `EnvironmentFile=` with patterns.
    private static func written(_ path: String) throws(ExportError) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            !"*?[]{}\\\"'".unicodeScalars.contains($0) && $0.properties.generalCategory != .control
        }
        guard path.hasPrefix("/"), isPlain, path.last?.isWhitespace == false else {
            throw ExportError(.file(.unsafe), "\(path): systemd would read this path as something else")
        }
        return path.replacing("%", with: "%%")
    }
}
