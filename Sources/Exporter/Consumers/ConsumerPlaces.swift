internal import PrivateFiles
public import Settings

/// Where consumers' own files are on this machine.
public struct ConsumerPlaces: Sendable {
    let directories: UserDirectories
    let environment: [String: String]
    /// Which vault's consumers they are: two vaults may have consumers of one name.
    var vault = ""

    /// - Parameters:
    ///   - directories: where this user's files are.
    ///   - environment: what the user's service manager is found by: `HOME`, `XDG_CONFIG_HOME`, `XDG_RUNTIME_DIR`,
    ///     `DBUS_SESSION_BUS_ADDRESS`.
    public init(directories: UserDirectories, environment: [String: String]) {
        self.directories = directories
        self.environment = environment
    }

    /// The service manager of a consumer.
    func systemd(_ scope: ConsumerSettings.Scope) -> Systemd {
        Systemd(scope: scope == .user ? .user : .system, configuration: directories.config, environment: environment)
    }

    /// The directory of files for a consumer's unit.
    func unitDirectory(_ consumer: String, _ scope: ConsumerSettings.Scope) -> String {
        let base = scope == .user ? "\(directories.state)/warder" : "/var/lib/warder"
        return "\(base)/units/\(vault)/\(consumer)"
    }

    /// The directories on which one `apply` waits for another: the user's, and the machine's for its units.
    func lockDirectories(_ scopes: Set<ConsumerSettings.Scope>) -> [String] {
        ["\(directories.state)/warder"] + (scopes.contains(.system) ? ["/var/lib/warder"] : [])
    }
}
