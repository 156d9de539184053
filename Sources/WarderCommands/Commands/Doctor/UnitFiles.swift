internal import Exporter
internal import Glibc
internal import Settings
internal import Wiring

/// A variable that a unit gets from its own files.
struct UnitVariable {
    let found: ImportReading.Found
    /// Where it stands: in the unit's file, a drop-in, or an environment file that one of them names.
    let path: String

    /// Those of the unit's file and drop-ins, in their order.
    static func all(of unit: String, _ examination: Examination) -> [UnitVariable] {
        var variables: [UnitVariable] = []
        for path in UnitFiles(examination.directories, .user).files(of: unit) {
            guard let content = examination.file(path)?.content else { continue }
            let settings = UnitFile(content)
            variables += settings.variables.map { UnitVariable(found: $0, path: path) }
            for (name, _) in settings.files {
                let path = name.hasPrefix("%h/") ? examination.directories.home + name.dropFirst(2) : name
                guard let file = examination.file(path) else { continue }
                let reading = try? ImportFormat.named("systemd-environment-file").read(file)
                variables += (reading?.found ?? []).map { UnitVariable(found: $0, path: path) }
            }
        }
        return variables
    }
}

/// Where a service manager looks for units, without asking it.
///
/// Source: systemd.unit(5), "Unit File Load Path".
struct UnitFiles {
    private let directories: [String]

    init(_ user: UserDirectories, _ scope: ConsumerSettings.Scope) {
        // As home-manager and others have it.
        let shared = (Console.environment("XDG_DATA_DIRS") ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        directories =
            switch scope {
            case .user:
                [
                    "\(user.config)/systemd/user", "\(user.data)/systemd/user", "/etc/systemd/user", "/run/systemd/user",
                    "/run/user/\(geteuid())/systemd/user", "/usr/local/lib/systemd/user", "/usr/local/share/systemd/user",
                    "/usr/share/systemd/user", "/usr/lib/systemd/user",
                ] + shared.map { "\($0)/systemd/user" }
            case .system:
                [
                    "/etc/systemd/system", "/run/systemd/system", "/run/systemd/transient", "/run/systemd/generator",
                    "/run/systemd/generator.late", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
                ]
            }
    }

    /// Whether there is a file for a unit, or for the template of an instance.
    func contains(_ unit: String) -> Bool { path(of: unit) != nil }

    /// The first file for a unit, or for its template.
    func path(of unit: String) -> String? {
        var names = [unit]
        if let at = unit.firstIndex(of: "@"), let dot = unit.lastIndex(of: ".") { names.append("\(unit[...at])\(unit[dot...])") }
        return directories.lazy.flatMap { directory in names.map { "\(directory)/\($0)" } }.first { path in
            var info = stat()
            return unsafe lstat(path, &info) == 0
        }
    }

    /// The unit's file and its drop-ins, in the order in which later ones override.
    func files(of unit: String) -> [String] {
        guard let path = path(of: unit) else { return [] }
        let dropIns = directories.reversed().flatMap { directory in
            AuditedFile.names(in: "\(directory)/\(unit).d").filter { $0.hasSuffix(".conf") }.map { "\(directory)/\(unit).d/\($0)" }
        }
        return [path] + dropIns
    }
}
