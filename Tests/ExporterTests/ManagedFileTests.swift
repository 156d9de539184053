import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

/// Files in which some variables are ours and the rest is not.
@Suite struct ManagedFileTests {
    private func merged(
        _ variables: [(String, String)], into text: String, forgetting: Set<String> = [],
        as format: any EnvironmentFormat.Type = Dotenv.self
    ) throws -> String {
        let ours = try variables.map { try variable($0.0, $0.1) }
        return String(decoding: try ManagedFile.merge(ours, into: [UInt8](text.utf8), forgetting: forgetting, as: format), as: UTF8.self)
    }

    @Test func `comments, other variables, their order and empty lines stay`() throws {
        let text = "# top\nFOO=bar\n\nKEY=old\n# middle\nLAST='x y'\n"
        #expect(try merged([("KEY", "new")], into: text) == "# top\nFOO=bar\n\nKEY=new\n# middle\nLAST='x y'\n")
        #expect(
            try merged([("KEY", "new"), ("MORE", "a b")], into: text) == "# top\nFOO=bar\n\nKEY=new\n# middle\nLAST='x y'\nMORE='a b'\n")
    }

    @Test func `a variable that has its value already stays as it is written`() throws {
        let text = "KEY='same'\nB=\"two words\"\n"
        #expect(try merged([("KEY", "same"), ("B", "two words")], into: text) == text)
    }

    @Test func `a variable that was ours goes with its line`() throws {
        #expect(try merged([("A", "1")], into: "A=1\nGONE=x\nB=2\n", forgetting: ["GONE", "NEVER"]) == "A=1\nB=2\n")
        #expect(try merged([], into: "A=1\n", forgetting: ["A"]).isEmpty)
    }

    @Test func `line ends stay CRLF where the format reads them`() throws {
        let text = "# c\r\nFOO=bar\r\nKEY=old"
        let format = SystemdEnvironmentFile.self
        #expect(
            Array(try merged([("KEY", "new"), ("B", "2")], into: text, as: format).utf8)
                == Array("# c\r\nFOO=bar\r\nKEY=\"new\"\r\nB=\"2\"\r\n".utf8))
        let error = exportError { () throws(ExportError) in
            do { return try merged([("KEY", "new")], into: text, as: Dotenv.self) } catch {
                throw error as? ExportError ?? .malformed(Dotenv.self, line: 0)
            }
        }
        #expect(error?.exitCode == 25, "shells would read the carriage returns")
    }

    @Test func `a value of several lines is replaced with all of them`() throws {
        let text = "A=\"one\ntwo\n\"\nB=\"x\"\n"
        #expect(try merged([("A", "short")], into: text, as: SystemdEnvironmentFile.self) == "A=\"short\"\nB=\"x\"\n")
        #expect(try merged([("B", "1\n2")], into: text, as: SystemdEnvironmentFile.self) == "A=\"one\ntwo\n\"\nB=\"1\n2\"\n")
    }

    @Test func `of two assignments to one name the one that counts is written and the other goes`() throws {
        let text = "KEY=first\nX=1\nKEY=second\n"
        #expect(try merged([("KEY", "new")], into: text, as: SystemdEnvironmentFile.self) == "X=1\nKEY=\"new\"\n")
        #expect(try merged([("KEY", "second")], into: text, as: SystemdEnvironmentFile.self) == "X=1\nKEY=second\n")
        #expect(try merged([("KEY", "new")], into: text, as: DockerAgent.self) == "KEY=new\nX=1\n")
    }

    @Test func `a last line without an end gets one`() throws {
        #expect(try merged([("A", "2")], into: "A=1", as: DotenvJS.self) == "A=2\n")
        #expect(try merged([("B", "2")], into: "A=1", as: DotenvJS.self) == "A=1\nB=2\n")
        #expect(try merged([("B", "2")], into: "") == "B=2\n")
    }

    @Test func `a file that is not in the format is refused`() throws {
        let error = exportError { () throws(ExportError) in
            do { return try merged([("A", "1")], into: "if x; then\n") } catch {
                throw error as? ExportError ?? .malformed(Dotenv.self, line: 0)
            }
        }
        #expect(error?.code == .malformed)
    }

    /// Random files of other people's lines, random variables of ours: ours read back, theirs are untouched.
    @Test(arguments: [SystemdEnvironmentFile.name, DotenvJS.name, DotenvPython.name, DockerEnvFile.name, ShellExports.name])
    func `in random files ours read back and theirs are what they were`(_ name: String) throws {
        let format = try Formats.named(name)
        var random = SplitMix64(state: 7)
        let names = (0..<6).map { "N\($0)" }
        let values = Samples.all.filter { format.obstacle(to: "N0", $0) == nil && $0.count < 200 }
        for round in 0..<200 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                switch Int.random(in: 0...3, using: &random) {
                case 0: text += "# a comment\n".utf8
                case 1: text += "\n".utf8
                default:
                    let value = values.randomElement(using: &random) ?? []
                    text += try format.write([variable(names.randomElement(using: &random) ?? "N0", value)])
                }
            }
            let ours = try names.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).map {
                try variable($0, values.randomElement(using: &random) ?? [])
            }
            let ownNames = Set(ours.map(\.name))
            // A format may refuse a duplicate, which is a file that nobody has.
            guard let before = try? format.read(text) else { continue }
            let after = try format.read(ManagedFile.merge(ours, into: text, as: format))
            for one in ours {
                let isSame = format.effective(after).first { $0.name == one.name }?.value == one.value.reveal()
                #expect(isSame, "round \(round)")
            }
            let isRest =
                after.filter { !ownNames.contains($0.name) }.map(\.value) == before.filter { !ownNames.contains($0.name) }.map(\.value)
            #expect(isRest, "round \(round)")
            let again = try ManagedFile.merge(ours, into: ManagedFile.merge(ours, into: text, as: format), as: format)
            let isStable = try again == ManagedFile.merge(ours, into: text, as: format)
            #expect(isStable, "round \(round)")
        }
    }
}
