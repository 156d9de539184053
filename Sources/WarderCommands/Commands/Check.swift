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
            let isComplete = !statuses.contains { $0.state == .missing || $0.state == .reserved }
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
            throw Failure(
                exitCode: Failure.finding.code, "no value for \(missing.joined(separator: ", "))", hints: ["store it with: warder set NAME"]
            )
        }
        let reserved = statuses.filter { $0.state == .reserved }.map(\.name)
        guard reserved.isEmpty else {
            throw Failure(
                exitCode: Failure.refused,
                "\(reserved.joined(separator: ", ")): reserved, `run` and `export` refuse it without --allow-reserved")
        }
    }
}
