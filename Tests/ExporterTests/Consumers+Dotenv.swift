extension Consumer {
    static let nodeEnvFile = Consumer(
        name: "node --env-file",
        command: [
            "node", "--env-file=FILE", "-e",
            "for (const [k, v] of Object.entries(process.env)) console.log(k + '=' + Buffer.from(v).toString('hex'))",
        ],
        probe: ["node", "--env-file=/dev/null", "-e", ""], output: .hex)

    static let parseEnv = node("node util.parseEnv", "const parse = require('util').parseEnv", probe: "parse('')")

    /// The package of that name, as a program finds it with `require`.
    static let dotenvPackage = node("dotenv for Node.js", "const parse = require('dotenv').parse", probe: "parse('')")

    private static func node(_ name: String, _ definition: String, probe: String) -> Consumer {
        let script = """
            \(definition)
            for (const path of process.argv.slice(1)) {
                const found = parse(require('fs').readFileSync(path, 'utf8'))
                for (const [k, v] of Object.entries(found)) console.log(k + '=' + Buffer.from(v).toString('hex'))
                console.log('.')
            }
            """
        return Consumer(
            name: name, command: ["node", "-e", script, "--", "FILE"], probe: ["node", "-e", "\(definition); \(probe)"], output: .hex,
            takesManyFiles: true)
    }

    /// Both the one that comes first in `PATH` and Debian's own.
    static let pythonDotenv = ["python3", "/usr/bin/python3"].map { python in
        let script = """
            import sys, logging, dotenv
            logging.disable()
            for path in sys.argv[1:]:
                try:
                    for k, v in dotenv.dotenv_values(path).items():
                        if v is not None and not set(k) & set('=\\n'): print(k + '=' + v.encode().hex())
                except UnicodeDecodeError: print('!')
                print('.')
            """
        return Consumer(
            name: python == "python3" ? "python-dotenv" : "python-dotenv of Debian", command: [python, "-c", script, "FILE"],
            probe: [python, "-c", "import dotenv; dotenv.dotenv_values"], output: .hex, takesManyFiles: true)
    }

    static let direnv = Consumer(
        name: "direnv dotenv", command: ["bash", "-c", #"eval "$(direnv dotenv bash "$1")"; exec /usr/bin/env -0"#, "bash", "FILE"],
        probe: ["direnv", "version"], output: .environment)

    /// Of Debian 12: the version that runs `$(…)` which it finds outside of single quotes.
    static let rubyDotenv = Consumer(
        name: "ruby-dotenv",
        command: [
            "ruby", "-rdotenv", "-e",
            """
            ARGV.each do |path|
              Dotenv::Parser.call(File.open(path, 'rb:bom|utf-8', &:read)).each { |k, v| puts k + '=' + v.unpack1('H*') }
              puts '.'
            end
            """, "FILE",
        ], probe: ["ruby", "-rdotenv", "-e", ""], output: .hex, takesManyFiles: true)

    static let json = [
        Consumer(
            name: "python3 json",
            command: [
                "python3", "-c",
                """
                import sys, json
                for k, v in json.load(open(sys.argv[1], 'rb')).items(): print(k + '=' + v.encode().hex())
                """, "FILE",
            ],
            probe: ["python3", "-c", "import json"], output: .hex),
        Consumer(
            name: "jq", command: ["jq", "-r", #"to_entries[] | .key + "=" + (.value | @base64)"#, "FILE"],
            probe: ["jq", "-n", "1"], output: .base64),
        Consumer(
            name: "node JSON.parse",
            command: [
                "node", "-e",
                """
                const e = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
                for (const [k, v] of Object.entries(e)) console.log(k + '=' + Buffer.from(v).toString('hex'))
                """, "FILE",
            ],
            probe: ["node", "-e", ""], output: .hex),
    ]
}
