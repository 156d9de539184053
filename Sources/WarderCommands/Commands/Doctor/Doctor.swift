internal import ArgumentParser

/// `warder doctor`
struct Doctor: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong, and say what cures it.",
        discussion: """
            Looks at the vault and what opens it, the settings, providers, consumers and their units, and at the files in which shells, systemd
            and the systems that Warder serves keep keys: other values that win over the vault's, copies that stay when a key is rotated, keys
            in plain text, files that others can read, programs that are not there.

            Changes nothing, runs nothing and asks nobody; a passphrase is asked for only at a terminal. Exit code 1 if there is an error or a
            warning. -v says what was looked at.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Ask the providers whether they take their keys, through the proxy. Nothing else is looked at then.")
    var online = false

    func run() throws {
        if online { try NetworkProgram.become(["doctor"] + global.arguments) }
        let examination = try Examination(options)
        SettingsChecks(examination).load()
        VaultChecks(examination).run()
        SettingsChecks(examination).run()
        ProviderChecks(examination).run()
        ConsumerChecks(examination).run()
        // The machine's own vault serves none of the user's programs.
        if !options.system {
            examination.expectations = Expectations(examination)
            let files = examination.systemFiles
            let managed = ManagedCopies(examination)
            KeyChecks(examination, files, managed).run()
            ShadowChecks(examination, files, managed).run()
            LoginChecks(examination, files).run()
            VariableChecks(examination, files).run()
            WiringChecks(examination, files).run()
        }
        try report(examination)
    }

    private func report(_ examination: Examination) throws {
        let findings = [.error, .warning, .info].flatMap { (severity: Finding.Severity) in
            examination.findings.filter { $0.severity == severity }
        }
        if options.json {
            try Console.write(JSON.answer([("findings", .array(findings.map(\.json)))]).line)
        } else {
            try Console.write(findings.map { $0.text(width: Console.width) { examination.printable(examination.shown($0)) } }.joined())
            if findings.isEmpty { options.inform("nothing found") }
        }
        if findings.contains(where: { $0.severity != .info }) { throw Failure.finding }
    }
}
