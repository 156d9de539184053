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

    @Test(arguments: Consumer.sh)
    func `shells read the same bytes from sh`(_ consumer: Consumer) throws {
        try check(consumer, ShellExports.self, atLeast: Samples.all.count - 2)
    }

    @Test(arguments: Consumer.dotenv)
    func `shells and libraries read the same bytes from dotenv`(_ consumer: Consumer) throws {
        try check(consumer, Dotenv.self, atLeast: 500)
    }

    @Test(arguments: Consumer.json)
    func `JSON parsers read the same bytes from json`(_ consumer: Consumer) throws {
        try check(consumer, JSONObject.self, atLeast: 900)
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

    @Test(arguments: [SystemdEnvironmentFile.name, Dotenv.name])
    func `systemd reads the same bytes from its format, and from dotenv`(_ name: String) throws {
        try check(Consumer.systemd, try Formats.named(name), atLeast: 500)
    }

    private func check(_ consumer: Consumer, _ format: any EnvironmentFormat.Type, atLeast minimum: Int) throws {
        guard try consumer.isHere() else { return }
        let variables = try Samples.accepted(by: format)
        let count = variables.count
        #expect(count >= minimum)
        let found = try consumer.read(try Export.render(variables, as: format))
        for variable in variables {
            let isSame = found[variable.name] == variable.value.reveal()
            #expect(isSame, "\(variable.name)")
        }
        let extra = found.keys.count { $0.wholeMatch(of: /V[0-9]+/) != nil }
        #expect(extra == count, "variables that were not written")
    }
}
