internal import ArgumentParser
internal import Keystore
internal import Profiles
internal import Settings

/// `warder check`
struct Check: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether every variable of a profile has a value, without the values.",
        discussion: "Exit code 1 if one that is required has none.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var profile: ProfileOptions

    func run() throws {
        let session = try Session(options, readingProject: true)
        let plan = try ProfilePlan(profile: profile.profile, settings: session.settings)
        let statuses = try VariableStatus.all(plan, in: session.unlock(), filter: profile.filter)
        if statuses.isEmpty { try ProfileReading(profile: profile.profile, filter: profile.filter).missing(plan, options) }
        let now = WallClock.now()
        if options.json {
            let rows = statuses.map { status in
                JSON.object([
                    ("name", .string(status.name)), ("state", .string(status.state.rawValue)),
                    ("secrets", .array(status.secrets.map(JSON.string))), ("generation", status.generation.map(JSON.number) ?? .null),
                    ("created", .time(status.created)), ("expires", .time(status.expires)),
                    ("expired", .bool(status.expires.map { $0 <= now } ?? false)),
                ])
            }
            let isComplete = !statuses.contains { $0.state == .missing }
            try Console.write(
                JSON.answer([("profile", .string(profile.profile)), ("complete", .bool(isComplete)), ("variables", .array(rows))]).line)
        } else {
            var table = Table(["VARIABLE", "STATE", "AGE", "EXPIRES", "FROM"])
            for status in statuses {
                table.add([
                    status.name, status.state.rawValue, status.created.map { Timestamp.distance($0, now: now) } ?? "-",
                    status.expires.map { $0 <= now ? "expired" : Timestamp.distance($0, now: now) } ?? "-",
                    status.secrets.joined(separator: ", "),
                ])
            }
            if !statuses.isEmpty { try Console.write(table.text(width: Console.width)) }
        }
        let missing = statuses.filter { $0.state == .missing }.map(\.name)
        if !missing.isEmpty {
            throw Failure(exitCode: Failure.finding.code, "no value for \(missing.joined(separator: ", "))")
        }
    }
}

/// `warder allow`
struct Allow: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Allow the project's warder.toml to say what its programs get.",
        discussion: """
            A project's settings do nothing before that, and nothing again once the file changes. They can name secrets, and so have them given to
            programs that you run; they can neither run anything nor say where a key comes from.
            """)

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
        if options.json {
            try Console.write(
                JSON.answer([
                    ("project", .string(project)), ("allowed", .bool(true)), ("profiles", .array(summary.profiles.map(JSON.string))),
                    ("variables", .array(summary.variables.map(JSON.string))), ("secrets", .array(summary.secrets.map(JSON.string))),
                ]).line)
        } else {
            options.inform("allowed: \(project)")
            options.inform("its profiles: \(summary.profiles.joined(separator: ", "))")
            options.inform("the secrets that they name: \(summary.secrets.isEmpty ? "none" : summary.secrets.joined(separator: ", "))")
        }
    }
}
