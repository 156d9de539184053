internal import ArgumentParser

/// `warder consumer`
struct ConsumerGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consumer", abstract: "Manage who holds a copy of which variables.",
        discussion: """
            A consumer is a daemon or tool that reads keys from a file, a systemd unit's environment or its credentials. It is an entry of
            warder.toml; `warder apply` gives it its copy, and `warder apply --check` says whether the copy is still right.
            """.unwrapped, subcommands: [ConsumerAdd.self, ConsumerList.self, ConsumerShow.self, ConsumerRemove.self])
}
