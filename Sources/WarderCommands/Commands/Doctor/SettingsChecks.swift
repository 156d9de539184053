internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Profiles
internal import Settings

/// The settings: whether they can be read, and whether what they name is there.
struct SettingsChecks {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    private var options: CommonOptions { examination.options }
    private var directories: UserDirectories { examination.directories }

    // MARK: Loading

    /// Takes the settings as far as they can be read: one file that is broken does not hide the other.
    func load() {
        let trust = ProjectTrust(path: directories.allowedProjectsPath)
        func load(system: String?, user: String?) throws(SettingsError) -> WarderSettings {
            try WarderSettings.load(SettingsSources(system: system, user: user, workingDirectory: nil), trust: trust)
        }
        let user = options.system ? nil : directories.settingsPath
        var broken: [(path: String, error: SettingsError)] = []
        var settings: WarderSettings?
        if let file = options.settings {
            do throws(SettingsError) { settings = try WarderSettings.load(file: file) } catch { broken.append((file, error)) }
        } else {
            let system = UserDirectories.systemSettingsPath
            do throws(SettingsError) { settings = try load(system: system, user: user) } catch {
                for (path, isSystem) in [(system, true), (user ?? "", false)] where !path.isEmpty {
                    do throws(SettingsError) {
                        settings = try load(system: isSystem ? path : nil, user: isSystem ? nil : path)
                    } catch { broken.append((path, error)) }
                }
                if broken.isEmpty { broken.append((user ?? system, error)) }
            }
        }
        for (path, error) in broken { note(path, error) }
        if !broken.isEmpty, settings?.vault.keyFile == nil { settings = broken.lazy.compactMap { keyFileAlone($0.path) }.first ?? settings }
        if let settings { examination.session = Session(options, directories, settings) }
        for file in settings?.files ?? [] { examination.look(file) }
    }

    private func note(_ path: String, _ error: SettingsError) {
        let text = error.reason.hasPrefix("\(path): ") ? String(error.reason.dropFirst(path.count + 2)) : error.reason
        switch error.code {
        case .unsafeFile: examination.add(.settingsUnsafe, path, path: path, text, fix: examination.privacy(path))
        default:
            examination.add(
                .settingsInvalid, path, path: path, line: Examination.line(in: error.description, of: path), text,
                fix: error.hint ?? "edit that line; every command refuses these settings until then")
        }
    }

    /// Settings that hold nothing but where the key is, out of a file that is no valid settings but TOML.
    private func keyFileAlone(_ path: String) -> WarderSettings? {
        guard let bytes = try? PrivateFile.readTrusted(path, maximum: 1 << 20),
            let strings = try? TOMLStrings.read(bytes, file: path),
            let key = strings.first(where: { $0.path == ["vault", "key_file"] })?.text,
            !key.contains(where: { $0 == "'" || $0.isNewline })
        else { return nil }
        return try? WarderSettings.parse("[vault]\nkey_file = '\(key)'\n", file: path)
    }

    // MARK: What they say

    func run() {
        if options.settings == nil, !options.system {
            checkDirectory()
            checkProject()
        }
        for name in Set(examination.settings.profiles.keys).union([ProfilePlan.defaultName]).sorted() { checkProfile(name) }
    }

    /// Who can write to it can put other settings in their place.
    private func checkDirectory() {
        let directory = PrivateFile.split(directories.settingsPath).parent
        var info = stat()
        guard unsafe stat(directory, &info) == 0, info.st_mode & 0o022 != 0 || ![geteuid(), 0].contains(info.st_uid) else { return }
        examination.add(
            .settingsUnsafe, directory, path: directory, "others can put other settings into this directory",
            fix: examination.privacy(directory, mode: "go-w"))
    }

    private func checkProject() {
        let sources = SettingsSources(user: directories.settingsPath, workingDirectory: Session.workingDirectory)
        guard let project = WarderSettings.projectFile(sources) else { return }
        examination.look(project)
        do throws(SettingsError) {
            guard try !ProjectTrust(path: directories.allowedProjectsPath).isAllowed(project) else { return }
            examination.add(
                .projectNotAllowed, project, path: project,
                "these settings of a project are not allowed, or were changed since: here `run` and `export` refuse",
                fix: "read them, then `warder allow`, or remove the file")
        } catch {
            note(error.description.hasPrefix(project) ? project : directories.allowedProjectsPath, error)
        }
    }

    /// Each entry is one finding, also if other profiles extend its profile.
    private func checkProfile(_ name: String) {
        guard let names = examination.names else { return }
        let entries = (try? examination.settings.entries(ofProfile: name)) ?? nil
        guard let entries else { return checkNames(of: name) }
        for entry in entries where !reported(entry) {
            let absent = entry.secrets.first { !names.contains($0) }
            if ReservedNames.contains(entry.name) {
                reserved(entry.name, name, path: entry.file, line: entry.line)
            } else if let absent, entry.required, entry.default == nil {
                examination.add(
                    .profileIncomplete, absent, path: entry.file, line: entry.line,
                    "\(entry.name) of the profile \(name) needs the secret \(absent), which is not there", fix: "`warder set \(absent)`")
            } else if let field = missingField(entry) {
                examination.add(
                    .profileIncomplete, entry.name, path: entry.file, line: entry.line,
                    "\(entry.name) of the profile \(name) needs \(field), which is not there",
                    fix: "add it to \(examination.shown(entry.file))")
            }
        }
    }

    /// A profile that the vault alone defines.
    private func checkNames(of profile: String) {
        guard let plan = try? ProfilePlan(profile: profile, settings: examination.settings) else { return }
        for listing in examination.listings ?? [] {
            if let variable = plan.variable(of: listing.name), ReservedNames.contains(variable) {
                reserved(variable, profile, path: nil, line: nil)
            }
        }
    }

    private func reserved(_ variable: String, _ profile: String, path: String?, line: Int?) {
        examination.add(
            .profileReserved, variable, path: path, line: line,
            "\(variable) of the profile \(profile) is a reserved name: `run` and `export` refuse the profile",
            fix: path == nil ? "`warder rename \(variable) other/\(variable)`" : "give the variable another name")
    }

    private func reported(_ entry: ProfileEntry) -> Bool {
        examination.findings.contains { $0.path == entry.file && $0.line == entry.line }
    }

    private func missingField(_ entry: ProfileEntry) -> String? {
        guard case .template(let parts) = entry.kind else { return nil }
        for case .provider(let name, let field) in parts where examination.settings.providers[name]?[field] == nil {
            return "\(field.rawValue) in [provider.\(name)]"
        }
        return nil
    }
}
