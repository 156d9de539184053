extension Consumer {
    private static let environ = "exec /usr/bin/env -0"
    private static let shellNames = ["bash", "bash --posix", "dash", "busybox sh", "zsh -f", "mksh", "ksh"]

    private static func shell(_ name: String, _ script: String) -> Consumer {
        let command = name.split(separator: " ").map(String.init)
        return Consumer(
            name: "\(name): \(script)", command: command + ["-c", "\(script); \(environ)", "sh", "FILE"],
            probe: command + ["-c", "exit 0"], output: .environment)
    }

    static let sh =
        shellNames.map { shell($0, #". "$1""#) } + ["bash", "dash", "zsh -f"].map { shell($0, #"eval "$(cat "$1")""#) }

    /// Shells that export what they source.
    static let exportingShells = shellNames.map { shell($0, #"set -a; . "$1""#) }

    /// Shells that source many files, each in a process of its own.
    static let manyFileShells = shellNames.map { name in
        let command = name.split(separator: " ").map(String.init)
        return Consumer(
            name: name,
            command: command + [
                "-c",
                #"for file do (set -a; . "$file" >/dev/null 2>&1 || printf '!\0'; /usr/bin/env -0); printf '.\0'; done"#, "sh", "FILE",
            ],
            probe: command + ["-c", "exit 0"], output: .environment)
    }

    static let fish = Consumer(
        name: "fish", command: ["fish", "-N", "-c", "source $argv[1]; exec /usr/bin/env -0", "FILE"],
        probe: ["fish", "-N", "-c", "exit 0"], output: .environment)

    static let fishWithManyFiles = Consumer(
        name: "fish",
        command: [
            "fish", "-N", "-c",
            #"for file in $argv; true; source $file; or printf '!\0'; /usr/bin/env -0; printf '.\0'; set -e A; set -e B; set -e C; end"#,
            "FILE",
        ],
        probe: ["fish", "-N", "-c", "exit 0"], output: .environment)
}
