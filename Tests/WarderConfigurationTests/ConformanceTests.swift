import Configuration
import ConfigurationTesting
import Profiles
import Testing
import WarderConfiguration

/// That a key and a value mean what they mean in an environment.
@Suite struct ConformanceTests {
    private static let types: [ConfigType] = [
        .string, .int, .double, .bool, .bytes, .stringArray, .intArray, .doubleArray, .boolArray, .byteChunkArray,
    ]

    @Test func `passes swift-configuration's own suite`() async throws {
        let source = try VariableSource([
            "STRING": "Hello", "OTHER_STRING": "Other Hello",
            "INT": "42", "OTHER_INT": "24",
            "DOUBLE": "3.14", "OTHER_DOUBLE": "2.72",
            "BOOL": "true", "OTHER_BOOL": "no",
            "BYTES": "bWFnaWM=", "OTHER_BYTES": "bWFnaWMy",
            "STRINGY_ARRAY": "Hello,World", "OTHER_STRINGY_ARRAY": "Hello, Swift",
            "INTY_ARRAY": "42,24", "OTHER_INTY_ARRAY": "16, 32",
            "DOUBLY_ARRAY": "3.14,2.72", "OTHER_DOUBLY_ARRAY": "0.9,1.8",
            "BOOLY_ARRAY": "true,false", "OTHER_BOOLY_ARRAY": "0,1,yes",
            "BYTE_CHUNKY_ARRAY": "bWFnaWM=,bWFnaWMy", "OTHER_BYTE_CHUNKY_ARRAY": "bWFnaWM=,bWFnaWMy,bWFnaWM=",
        ])
        try await ProviderCompatTest(provider: WarderProvider(read: source.read)).runTest()
    }

    @Test(arguments: [
        (["http", "serverTimeout"], "HTTP_SERVER_TIMEOUT"), (["http", "user-agent"], "HTTP_USER_AGENT"),
        (["apiKey"], "API_KEY"), (["APIKey"], "APIKEY"), (["a", "", "b"], "A__B"), (["oauth2Token"], "OAUTH2TOKEN"), ([], ""),
    ])
    func `names the variable of a key`(components: [String], name: String) throws {
        let provider = try WarderProvider { [] }
        #expect(try provider.value(forKey: AbsoluteConfigKey(components), type: .string) == LookupResult(encodedKey: name, value: nil))
    }

    @Test func `finds the variable that an environment's provider finds, for any key`() throws {
        let alphabet = "abcXYZ019-_. /éßİǆ京🔑".map(String.init) + ["e\u{301}", "\u{212A}"]
        var generator = SeededGenerator(seed: 1)
        func word() -> String {
            (0..<Int.random(in: 0...8, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined()
        }
        for _ in 0..<3000 {
            let key = AbsoluteConfigKey((0..<Int.random(in: 0...4, using: &generator)).map { _ in word() })
            let expected = try EnvironmentVariablesProvider(environmentVariables: [:]).value(forKey: key, type: .string).encodedKey
            let provider = try WarderProvider { [try variable(expected, "found")] }
            let found = try provider.value(forKey: key, type: .string)
            #expect(found.encodedKey == expected)
            #expect(found.value?.content == .string("found"))
            #expect(try provider.snapshot().value(forKey: key, type: .string) == found)
        }
    }

    @Test func `reads what an environment's provider reads, from any text as any type`() throws {
        let pieces = [
            "0", "1", "42", "-", ".", "e", "5", ",", ";", " ", "\t", "true", "False", "YES", "no", "nan", "=", "bWFn", "aWM=", "ff", "é",
        ]
        var generator = SeededGenerator(seed: 2)
        var readable = 0
        for round in 0..<4000 {
            let text = (0..<Int.random(in: 0...5, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            let separator: Character = round.isMultiple(of: 2) ? "," : ";"
            let isHex = round.isMultiple(of: 3)
            let provider = try WarderProvider(bytes: isHex ? .hex : .base64, arraySeparator: separator) { [try variable("KEY", text)] }
            let environment =
                isHex
                ? EnvironmentVariablesProvider(environmentVariables: ["KEY": text], bytesDecoder: .hex, arraySeparator: separator)
                : EnvironmentVariablesProvider(environmentVariables: ["KEY": text], arraySeparator: separator)
            for type in Self.types {
                let ours = try? provider.value(forKey: "key", type: type).value
                let theirs = try? environment.value(forKey: "key", type: type).value
                // As text, because a NaN is not equal to itself.
                #expect(ours.map { "\($0.content)" } == theirs.map { "\($0.content)" }, "\(type) from \(text.debugDescription)")
                #expect(ours?.isSecret != false)
                readable += ours == nil ? 0 : 1
            }
        }
        #expect(readable > 10_000)
        #expect(readable < 38_000)
    }

    @Test func `gives a value's own bytes when asked for raw ones`() throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0x2C, 0x80]
        let provider = try WarderProvider(bytes: .raw) { [try variable("KEY", bytes), try variable("PARTS", "ab, ä")] }
        #expect(try provider.value(forKey: "key", type: .bytes).value == ConfigValue(.bytes(bytes), isSecret: true))
        let parts = try provider.value(forKey: "parts", type: .byteChunkArray).value
        #expect(parts == ConfigValue(.byteChunkArray([Array("ab".utf8), Array("ä".utf8)]), isSecret: true))
        #expect(throws: WarderProviderError.self) { try provider.value(forKey: "key", type: .byteChunkArray) }
    }

    @Test func `comes before and after other providers`() throws {
        let secrets = try WarderProvider { [try variable("DATABASE_PASSWORD", "from the vault")] }
        let environment = EnvironmentVariablesProvider(
            environmentVariables: ["DATABASE_PASSWORD": "from the environment", "DATABASE_HOST": "localhost"])
        let database = ConfigReader(providers: [secrets, environment]).scoped(to: "database")
        #expect(database.string(forKey: "password") == "from the vault")
        #expect(database.string(forKey: "host") == "localhost")
        #expect(ConfigReader(providers: [environment, secrets]).string(forKey: "database.password") == "from the environment")
    }
}
