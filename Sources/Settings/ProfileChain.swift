extension WarderSettings {
    /// The entries of a profile: those of the profile that it extends first, then its own, each in the order of its file. An entry
    /// overrides the inherited one of the same name, in its place.
    ///
    /// - Returns: nil if the settings don't define the profile.
    /// - Throws: ``SettingsError/Code/invalid`` if a profile extends one that is not defined, or, through others, itself.
    public func entries(ofProfile name: String) throws(SettingsError) -> [ProfileEntry]? {
        guard let profile = profiles[name] else { return nil }
        var entries: [ProfileEntry] = []
        var places: [String: Int] = [:]
        for entry in try chain(from: profile).reversed().flatMap(\.entries) {
            if let place = places[entry.name] {
                entries[place] = entry
            } else {
                places[entry.name] = entries.count
                entries.append(entry)
            }
        }
        return entries
    }

    /// More than anyone can follow.
    private static let maximumChain = 32

    /// The profile, the one it extends, and so on.
    private func chain(from profile: Profile) throws(SettingsError) -> [Profile] {
        var chain = [profile]
        var names: Set<String> = [profile.name]
        var last = profile
        while let name = last.extends {
            guard let parent = profiles[name] else { throw Self.invalid(last, "extends a profile that is not defined", name) }
            guard names.insert(name).inserted else { throw Self.invalid(last, "extends itself", name) }
            guard chain.count < Self.maximumChain else { throw Self.invalid(last, "extends too many profiles in a row", name) }
            chain.append(parent)
            last = parent
        }
        return chain
    }

    private static func invalid(_ profile: Profile, _ reason: String, _ parent: String) -> SettingsError {
        let name = SettingsNames.shownTable(["profile", profile.name]) ?? "a profile"
        let parent = SettingsNames.shown(parent).map { ", \"\($0)\"" } ?? ""
        return SettingsError(.invalid, file: profile.file, line: profile.line, "\(name) \(reason)\(parent)")
    }
}
