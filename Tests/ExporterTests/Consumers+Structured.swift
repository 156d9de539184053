/// Programs that read one structured document with one mapping of strings. They refuse, with `!`, what is something else to them.
extension Consumer {
    /// Both of PyYAML's parsers: libyaml and its own.
    static let yaml =
        ["CSafeLoader", "SafeLoader"].map { loader in
            python("PyYAML \(loader)", "import yaml; loader = yaml.\(loader)", "yaml.load(open(path, 'rb'), Loader=loader)")
        } + [psych]

    /// Ruby's parser is libyaml too, with rules of its own for scalars without quotes.
    private static let psych = Consumer(
        name: "ruby Psych",
        command: [
            "ruby", "-ryaml", "-e",
            """
            ARGV.each do |path|
                begin
                    found = YAML.safe_load(File.binread(path).force_encoding('UTF-8'))
                    raise 'other' unless found.is_a?(Hash) && found.all? { |k, v| k.is_a?(String) && v.is_a?(String) }
                    found.each { |k, v| puts k + '=' + v.unpack1('H*') }
                rescue StandardError, SyntaxError
                    puts '!'
                end
                puts '.'
            end
            """, "FILE",
        ],
        probe: ["ruby", "-ryaml", "-e", "YAML.safe_load('')"], output: .hex, takesManyFiles: true)

    static let tomllib = python("python3 tomllib", "import tomllib", "tomllib.load(open(path, 'rb'))")

    /// Its XML parser is expat.
    static let plistlib = python(
        "plistlib", "import plistlib", "plistlib.load(open(path, 'rb'), fmt=plistlib.FMT_XML).get('EnvironmentVariables', {})")

    static let secrets = [
        python(
            "PyYAML and base64", "import yaml, base64",
            "{k: base64.b64decode(v, validate=True) for k, v in yaml.safe_load(open(path, 'rb'))['data'].items()}"),
        // The fields go through Kubernetes' own types. No server takes part.
        python(
            "kubectl",
            "import subprocess, json, base64; run = lambda *words: subprocess.run(words, capture_output=True, check=True).stdout"
                + "; run('kubectl', 'version', '--client')",
            "{k: base64.b64decode(v, validate=True) for k, v in json.loads(run('kubectl', 'patch', '--local', '-f', path, "
                + "'--type', 'merge', '-p', '{}', '-o', 'json')).get('data', {}).items()}"),
    ]

    private static func python(_ name: String, _ definition: String, _ expression: String) -> Consumer {
        let script = """
            import sys
            \(definition)
            for path in sys.argv[1:]:
                try:
                    found = \(expression)
                    if not isinstance(found, dict): raise ValueError('other')
                    lines = []
                    for k, v in found.items():
                        value = v if isinstance(v, bytes) else v.encode('utf-8', 'surrogatepass')
                        if set(k) & set('=\\n'): raise ValueError('name')
                        lines.append(k + '=' + value.hex())
                    for line in lines: print(line)
                except Exception: print('!')
                print('.')
            """
        return Consumer(
            name: name, command: ["python3", "-c", script, "FILE"], probe: ["python3", "-c", definition], output: .hex, takesManyFiles: true
        )
    }
}
