import Foundation
import SodiumCrypto
import Testing

@testable import Exporter

/// What files of logins and units assign, looked at by whoever searches for keys.
@Suite struct StartupFileTests {
    private func read(_ name: String, _ text: String) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "warder-startup-\(UUID())-\(name)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = "\(path).d"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        return StartupFile.read(try ImportFile(path: "\(directory)/\(name)")).map(shown)
    }

    private func shown(_ found: ImportReading.Found) -> String {
        "\(found.line ?? 0) \(found.name)=\(String(decoding: found.value.reveal(), as: UTF8.self))"
    }

    @Test func `a shell's own path as far as it is known, and each line for itself after that`() throws {
        #expect(try read(".profile", "A=b\nexport C='d e'\n") == ["1 A=b", "2 C=d e"])
        #expect(try read(".profile", "A=b\nif x; then\n  export C=d\n\tE=$F\nfi\nG='h' # i\n") == ["1 A=b", "3 C=d", "6 G=h"])
        #expect(try read(".bashrc", "case $- in\n *) return;;\nesac\nA=\"b\"\n") == ["4 A=b"])
        #expect(try read(".zshrc", "# A=b\n #C=d\ntypeset -x E=f\n") == ["3 E=f"])
    }

    @Test func `other kinds by their names`() throws {
        #expect(try read(".pam_environment", "A=b\nC DEFAULT=\"d e\"\nF OVERRIDE=g h\n#I=j\nK\n") == ["1 A=b", "2 C=d e", "3 F=g"])
        #expect(try read("10-x.conf", "A=b\n# c\nD=\"e f\"\n") == ["1 A=b", "3 D=e f"])
        #expect(try read("config.fish", "set -gx A b\nif x\n    set -gx C 'd e'\nend\nset -e F\n") == ["1 A=b", "3 C=d e"])
    }

    @Test func `what may be no name is not given`() throws {
        #expect(try read(".profile", "export ghp_0123456789abcdefghijABCDEFGHIJ012345=x\nA=b\n") == ["2 A=b"])
        #expect(try read(".profile", "A=\u{0}\n").isEmpty)
    }

    @Test func `a unit's variables are read as systemd reads them`() throws {
        func unit(_ text: String) throws -> UnitFile { UnitFile(try SecretValue(copying: Array(text.utf8))) }
        let words = try unit(
            "[Service]\nEnvironment=A=b \"C=d e\" 'F=g \"h\"' I=j\\sk L=100%% M=%h\n; Environment=X=y\n  Environment = N=o \\\n  P=q\n")
        #expect(words.variables.map(shown) == ["2 A=b", "2 C=d e", "2 F=g \"h\"", "2 I=j k", "2 L=100%", "2 M=%h", "4 N=o", "4 P=q"])
        #expect(try unit("Environment=A=b\nEnvironment=\nEnvironment=A=c\nEnvironment=A=d").variables.map(shown) == ["4 A=d"])
        let files = try unit("EnvironmentFile=/a/b\nEnvironmentFile=-/c d \nEnvironmentFile=%h/e\nEnvironmentFile=relative\n").files
        #expect(files.map(\.path) == ["/a/b", "/c d", "%h/e"] && files.map(\.line) == [1, 2, 3])
        for text in ["", "=", "Environment", "Environment=\"", "Environment=\\", "Environment=\"A=b", "\\\n\\\n\\", "EnvironmentFile="] {
            let settings = try unit(text)
            #expect(settings.files.isEmpty && settings.variables.count <= 1)
        }
    }
}
