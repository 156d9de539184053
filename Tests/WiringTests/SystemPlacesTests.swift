import Settings
import Testing

@testable import Wiring

@Suite struct SystemPlacesTests {
    private func places(_ system: WiredSystem, _ environment: [String: String] = [:]) throws -> SystemPlaces? {
        system.places(try UserDirectories(environment: ["HOME": "/home/me"], userID: 1), environment: environment)
    }

    @Test func `knows where each program keeps its files`() throws {
        #expect(try places(.fased)?.configuration == "/home/me/.fased/fased.json")
        #expect(try places(.genesis)?.environmentFile == "/home/me/.genesis/.env")
        #expect(try places(.loong)?.configuration == "/home/me/.loong/config.toml")
        #expect(try places(.claudeCode)?.configuration == "/home/me/.claude/settings.json")
        #expect(try places(.codex)?.configuration == "/home/me/.codex/config.toml")
        #expect(try places(.dockerAgent)?.configuration == nil)
        #expect(try places(.aiGatewayProvider) == nil)
    }

    @Test func `follows the variables that move them, if they are absolute`() throws {
        #expect(try places(.fased, ["FASED_STATE_DIR": "/srv/f"])?.configuration == "/srv/f/fased.json")
        #expect(try places(.fased, ["FASED_CONFIG_PATH": "/srv/c.json"])?.configuration == "/srv/c.json")
        #expect(try places(.codex, ["CODEX_HOME": "/srv/x"])?.configuration == "/srv/x/config.toml")
        #expect(try places(.codex, ["CODEX_HOME": "x"])?.configuration == "/home/me/.codex/config.toml")
    }
}
