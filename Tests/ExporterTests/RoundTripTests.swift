import Exporter
import Profiles
import SodiumCrypto
import Testing

/// All samples through every format: identical bytes in the consumer, or refused.
@Suite struct RoundTripTests {
    @Test(arguments: Formats.all.map { $0.name })
    func `every sample is rendered and reads back, or is refused with 26`(_ name: String) throws {
        let format = try Formats.named(name)
        for (index, value) in Samples.all.enumerated() {
            let sample = try variable("V\(index)", value)
            if format.obstacle(to: "V\(index)", value) == nil {
                let content = try? Export.render([sample], as: format)
                let isRendered = content != nil
                #expect(isRendered, "sample \(index)")
            } else {
                let error = exportError { () throws(ExportError) in try Export.render([sample], as: format) }
                #expect(error?.code == .unrepresentable, "sample \(index)")
                #expect(error?.exitCode == 26, "sample \(index)")
                #expect(error?.description.hasPrefix("V\(index): ") == true, "sample \(index)")
            }
        }
    }

    @Test(arguments: MatrixCell.all)
    func `consumers read the same bytes`(_ cell: MatrixCell) throws {
        let format = try Formats.named(cell.format)
        guard try cell.consumer.isHere() else { return }
        let variables = try Samples.accepted(by: format)
        let found = try cell.consumer.read(try Export.render(variables, as: format))
        var differing = 0
        for variable in variables {
            let isSame = found[variable.name] == variable.value.reveal()
            #expect(isSame, "\(variable.name)")
            if !isSame { differing += 1 }
        }
        let refused = Samples.all.count - variables.count
        print("MATRIX: \(cell.format) | \(cell.consumer.name) | \(variables.count) | \(refused) | \(differing)")
        let extra = found.keys.count { $0.wholeMatch(of: /V[0-9]+/) != nil }
        #expect(extra == variables.count, "variables that were not written")
    }

    @Test(arguments: MatrixCell.all.filter { $0.consumer.takesManyFiles })
    func `consumers read the same bytes from a file with one variable`(_ cell: MatrixCell) throws {
        let format = try Formats.named(cell.format)
        guard try cell.consumer.isHere() else { return }
        // The hand-made ones come first.
        let variables = try Samples.accepted(by: format).prefix(300)
        let found = try cell.consumer.read(variables.map { try Export.render([$0], as: format) })
        #expect(found.count == variables.count)
        for (variable, answer) in zip(variables, found) {
            let isSame = answer?[variable.name] == variable.value.reveal() && answer?.count == 1
            #expect(isSame, "\(variable.name)")
        }
    }

    @Test(arguments: [
        ("dotenv", 500), ("dotenv-js", 800), ("dotenv-python", 800), ("compose", 900), ("docker", 800), ("sh", 1100), ("fish", 1100),
        ("github", 900), ("json", 900), ("yaml", 900), ("toml", 900), ("k8s-secret", 1100), ("launchd", 800), ("wrangler-bulk", 900),
        ("environment.d", 250), ("systemd-environment-file", 900), ("docker-agent", 700),
        ("wrangler", 500), ("openclaw", 700),
    ])
    func `formats take most samples, or as many as they can`(_ name: String, _ minimum: Int) throws {
        let count = try Samples.accepted(by: Formats.named(name)).count
        print("TAKES: \(name) | \(count) of \(Samples.all.count)")
        #expect(count >= minimum)
    }

    @Test func `the model of systemd reads the same bytes from its format, and from dotenv`() throws {
        for format in [SystemdEnvironmentFile.self, Dotenv.self] as [any EnvironmentFormat.Type] {
            let variables = try Samples.accepted(by: format)
            let found = try SystemdEnvironmentFile.read(try Export.render(variables, as: format))
            let names = variables.map { $0.name }
            #expect(found.map { $0.name } == names)
            for (variable, entry) in zip(variables, found) {
                let isSame = variable.value.reveal() == entry.value
                #expect(isSame, "\(variable.name) in \(format.name)")
            }
        }
    }
}

/// A format and a program that reads it.
struct MatrixCell: Sendable, CustomTestStringConvertible {
    let format: String
    let consumer: Consumer

    var testDescription: String { "\(format) in \(consumer.name)" }

    static let all: [MatrixCell] =
        cells(
            Dotenv.self,
            Consumer.exportingShells + [Consumer.nodeEnvFile, .parseEnv, .dotenvPackage, .systemd, .compose, .direnv, .rubyDotenv]
                + Consumer.pythonDotenv)
        + cells(DotenvJS.self, [.nodeEnvFile, .parseEnv, .dotenvPackage]) + cells(DotenvPython.self, Consumer.pythonDotenv)
        + cells(ComposeEnvFile.self, [.compose]) + cells(DockerEnvFile.self, [.docker]) + cells(ShellExports.self, Consumer.sh)
        + cells(FishExports.self, [.fish]) + cells(JSONObject.self, Consumer.json)
        + cells(YAMLMapping.self, Consumer.yaml) + cells(TOMLVariables.self, [.tomllib]) + cells(KubernetesSecret.self, Consumer.secrets)
        + cells(LaunchdPropertyList.self, [.plistlib]) + cells(WranglerBulk.self, Consumer.json)
        + cells(EnvironmentD.self, [.environmentGenerator, .mergeEnvFile]) + cells(SystemdEnvironmentFile.self, [.systemd])
        + cells(WranglerDevVars.self, [.dotenvPackage]) + cells(OpenClawDotenv.self, [.dotenvPackage])

    private static func cells(_ format: any EnvironmentFormat.Type, _ consumers: [Consumer]) -> [MatrixCell] {
        consumers.map { MatrixCell(format: format.name, consumer: $0) }
    }
}
