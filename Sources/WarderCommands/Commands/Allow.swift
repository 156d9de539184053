internal import ArgumentParser
internal import Keystore
internal import Settings

/// `warder allow`
struct Allow: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Allow the project's warder.toml to say what its programs get.",
        discussion: """
            A project's settings do nothing before that, and nothing again once the file changes. They can name secrets, and so have them given to
            programs that you run; they can neither run anything nor say where a key comes from.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Take it back.")
    var revoke = false

    func run() throws {
        let directories = try Session.directories()
        let sources = SettingsSources(user: directories.settingsPath, workingDirectory: Session.workingDirectory)
        guard let project = WarderSettings.projectFile(sources) else {
            throw Failure(.notFound, "there is no warder.toml in this directory or above it")
        }
        let trust = ProjectTrust(path: directories.allowedProjectsPath)
        if revoke {
            let wasAllowed = try trust.disallow(project)
            if options.json {
                try Console.write(JSON.answer([("project", .string(project)), ("allowed", .bool(false))]).line)
            } else {
                options.inform(wasAllowed ? "no longer allowed: \(project)" : "was not allowed: \(project)")
            }
            return
        }
        let summary = try trust.allow(project)
        // What it extends is the user's own, and reaches its programs all the same.
        let own = try Session(options).settings
        var inherited: [(parent: String, entries: [ProfileEntry])] = []
        for parent in summary.inherited { inherited.append((parent, try own.entries(ofProfile: parent) ?? [])) }
        let secrets = Set(summary.secrets + inherited.flatMap { $0.entries.flatMap(\.secrets) }).sorted()
        if options.json {
            try Console.write(
                JSON.answer([
                    ("project", .string(project)), ("allowed", .bool(true)), ("profiles", .array(summary.profiles.map(JSON.string))),
                    ("variables", .array(summary.variables.map(JSON.string))), ("secrets", .array(secrets.map(JSON.string))),
                    ("extends", .array(summary.inherited.map(JSON.string))),
                ]).line)
        } else {
            options.inform("allowed: \(project)")
            for assignment in summary.assignments { options.inform("  \(assignment)") }
            for (parent, entries) in inherited {
                options.inform("  \(parent), which it extends, is yours:")
                for entry in entries { options.inform("    \(entry.name) = \(entry.shown)") }
            }
        }
    }
}
