internal import Exporter
internal import Glibc
internal import Settings
internal import Wiring

/// A variable that a unit gets from its own files.
struct UnitVariable {
    let found: ImportReading.Found
    /// Where it stands: in the unit's file, a drop-in, or an environment file that one of them names.
    let path: String

    /// Whether that is an environment file.
    var isFromFile = false

    /// More environment files than any unit has.
    private static let maximumCount = 64

    /// Those of the unit's file and drop-ins, in their order; each environment file once.
    static func all(of unit: String, _ examination: Examination) -> [UnitVariable] {
        var variables: [UnitVariable] = []
        var seen: Set<String> = []
        for path in UnitFiles(examination.directories, .user).files(of: unit) {
            guard let content = examination.file(path)?.content else { continue }
            let settings = UnitFile(content)
            variables += settings.variables.map { UnitVariable(found: $0, path: path) }
            for (name, line) in settings.files {
                let file = name.hasPrefix("%h/") ? examination.directories.home + name.dropFirst(2) : name
                guard seen.insert(file).inserted else { continue }
                guard seen.count <= maximumCount else {
                    examination.add(
                        .tooMany, unit, path: path, line: line,
                        "\(unit) has more than \(maximumCount) environment files: others were not looked at",
                        fix: "take out those that it does not need, and look again")
                    return variables
                }
                guard let content = examination.file(file) else { continue }
                let reading = try? ImportFormat.named("systemd-environment-file").read(content)
                variables += (reading?.found ?? []).map { UnitVariable(found: $0, path: file, isFromFile: true) }
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
        return [path]
            + dropIns(of: unit).flatMap { directory in
                AuditedFile.names(in: directory).filter { $0.hasSuffix(".conf") }.map { "\(directory)/\($0)" }
            }
    }

    /// Where its drop-ins are, if it has any.
    func dropIns(of unit: String) -> [String] { directories.reversed().map { "\($0)/\(unit).d" } }
}
