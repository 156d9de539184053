import Foundation
import Testing

/// `warder provider list` and `warder provider show`.
@Suite struct ProviderTests {
    let home: Home

    init() throws { home = try Home(withVault: false) }

    /// The rows of the catalogue.
    private func providers() throws -> [[String: Any]] {
        try #require(try home.run("provider", "list", "--json").json()["providers"] as? [[String: Any]])
    }

    private func show(_ words: String...) throws -> [String: Any] {
        try home.run(["provider", "show", "--json"] + words, program: Home.program).json()
    }

    @Test func `everything that is listed can be shown`() throws {
        try home.configure(
            "[provider.mine]\nbase_url = \"http://localhost:1/v1\"\nmodels = [\"m1\", \"m2\"]\n[provider.work]\nkind = \"openai\"\n"
                + "[provider.groq]\nmodels = [\"m\"]\n")
        let rows = try providers()
        let ids = rows.compactMap { $0["id"] as? String }
        #expect(ids.count == rows.count && Set(ids).count == ids.count && ids.count >= 45)
        for row in rows {
            let id = row["id"] as? String ?? ""
            var shown = try show(id)
            #expect(shown["version"] as? Int == 1)
            for key in ["version", "settings", "slugs"] { shown[key] = nil }
            #expect(NSDictionary(dictionary: shown) == NSDictionary(dictionary: row), "\(id)")
            #expect(row["configured"] as? Bool == (id == "groq"))
            #expect(try home.run("provider", "show", id).text.hasPrefix("provider      \(id) ("), "\(id)")
        }
        let own = try home.run("provider", "list", "--json").json()["settings"] as? [[String: Any]] ?? []
        #expect(own.map { $0["name"] as? String } == ["mine", "work"])
        #expect(own.map { $0["kind"] as? String } == [nil, "openai"])

        let table = try home.run("provider", "list").text.split(separator: "\n")
        #expect(table.first?.hasPrefix("PROVIDER ") == true && table.count == 1 + own.count + ids.count)
        for name in ["mine", "work"] + ids { #expect(table.contains { $0.hasPrefix("\(name) ") }, "\(name)") }
        #expect(try home.run("provider", "ls").text == home.run("provider", "list").text)
    }

    @Test func `shows what the settings add`() throws {
        try home.configure(
            "[provider.mine]\nbase_url = \"http://localhost:1/v1\"\nmodels = [\"m1\", \"m2\"]\napi_key = \"secret:mine\"\n"
                + "[provider.work]\nkind = \"openai\"\nbase_url = \"https://work.example\"\n")
        let outcome = try home.run("provider", "show", "mine")
        #expect(
            outcome.text == """
                provider      mine
                settings      \(home.settings): line 2
                yours         base_url = http://localhost:1/v1
                yours         key: the secret mine
                yours         models = m1, m2

                """)
        let mine = try show("mine")
        #expect(mine["id"] as? String == "mine" && mine["name"] is NSNull && mine["configured"] as? Bool == true)
        #expect((mine["settings"] as? [String: Any])?["models"] as? [String] == ["m1", "m2"])
        let work = try show("work")
        #expect(work["id"] as? String == "openai" && work["configured"] as? Bool == true)
        #expect((work["settings"] as? [String: Any])?["base_url"] as? String == "https://work.example")
        let openai = try show("openai")
        #expect(openai["configured"] as? Bool == false && openai["settings"] is NSNull)
    }

    @Test func `knows what each of the five systems calls a key`() throws {
        let systems = try #require(try show("google")["systems"] as? [String: [String: [String]]])
        #expect(Set(systems.keys) == ["fased", "genesis", "docker-agent", "loong", "cloudflare"])
        #expect(systems["docker-agent"]?["variables"] == ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
        #expect(systems["loong"]?["ids"] == ["gemini", "google"])
        let text = try home.run("provider", "show", "google").text
        for system in systems.keys { #expect(text.contains("\n\(system) "), "\(system)") }
        #expect(text.contains("docker-agent  google: GOOGLE_API_KEY, GEMINI_API_KEY\n"))
        #expect(text.contains("cloudflare    google-ai-studio: GEMINI_API_KEY, GOOGLE_API_KEY ?\n"), "a fact that nobody confirmed")
        // Every system has some providers, and each of them a variable or none.
        let rows = try providers()
        for system in systems.keys { #expect(rows.contains { ($0["systems"] as? [String: Any])?[system] != nil }, "\(system)") }
    }

    @Test func `a name means what the system means by it`() throws {
        let loong = try show("minimax", "--for", "loong")
        let agent = try show("minimax", "--for", "docker-agent")
        #expect(loong["id"] as? String == "minimax-cn" && agent["id"] as? String == "minimax")
        #expect(loong["base_url"] as? String != agent["base_url"] as? String)
        #expect(try home.run("provider", "show", "--for=loong", "minimax").text != home.run("provider", "show", "minimax").text)
        #expect(try show("gemini")["id"] as? String == "google", "another name")
        #expect(try home.run("provider", "show", "Google").refused(22), "names are exact")
    }

    @Test func `shows every way through the gateway`() throws {
        let answer = try show("cloudflare-ai-gateway")
        let slugs = try #require(answer["slugs"] as? [[String: Any]])
        let text = try home.run("provider", "show", "cloudflare-ai-gateway").text
        for slug in slugs {
            let name = slug["slug"] as? String ?? ""
            #expect(text.contains("route         \(name): …/\(name)/"), "\(name)")
        }
        for route in ["compat", "universal", "rest", "custom-SLUG"] { #expect(text.contains("route         \(route): "), "\(route)") }
        #expect(Set(slugs.compactMap { $0["slug"] as? String }).isSuperset(of: ["anthropic", "openai", "workers-ai", "google-ai-studio"]))
        #expect(try show("openai")["slugs"] == nil)
    }

    @Test func `refuses what it does not know`() throws {
        let unknown = try home.run("provider", "show", "none")
        #expect(unknown.refused(22) && unknown.error.contains("hint: `warder provider list` shows them\n"))
        #expect(try home.run("provider", "show", "openai", "--for", "none").refused(2))
        #expect(try home.run("provider", "show").refused(2))
        #expect(try home.run("provider", "remove", "openai").refused(2))
    }

    // MARK: The command line

    @Test func `takes global options wherever they stand`() throws {
        let expected = try home.run("provider", "list", "--json")
        for words in [["--json", "provider", "list"], ["provider", "--json", "list"], ["-v", "provider", "-q", "list", "--json"]] {
            let outcome = try home.run(words, program: Home.program)
            #expect(outcome.code == 0 && outcome.output == expected.output && outcome.error.isEmpty, "\(words)")
        }
        let empty = try home.write("[provider.mine]\nbase_url = \"http://localhost:1\"\n", to: "other.toml")
        for words in [
            ["--settings", empty, "provider", "show", "mine"], ["provider", "--settings", empty, "show", "mine"],
            ["provider", "show", "--settings=\(empty)", "mine"], ["provider", "show", "mine", "--settings", empty],
        ] { #expect(try home.run(words, program: Home.program).text.hasPrefix("provider      mine\n"), "\(words)") }
        let shown = try home.run("provider", "show", "openai", "--for", "loong").text
        #expect(try home.run("provider", "show", "--for", "loong", "openai").text == shown && !shown.isEmpty)
        // Neither needs a vault, nor makes one.
        #expect(try home.shell("ls .local 2>/dev/null").text.isEmpty)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func `shells complete the verbs and their options`(shell: String) throws {
        let script = try home.run("--generate-completion-script", shell)
        #expect(script.code == 0 && script.error.isEmpty)
        for word in [
            "resolve", "provider", "reveal", "explain", "env-file", "login-shell", "header-file", "docker-agent", "loong", "genesis",
        ] { #expect(script.text.contains(word), "\(word)") }
    }

    @Test func `bash completes them`() throws {
        let outcome = try home.run(
            [
                "-c",
                """
                eval "$("$WARDER" --generate-completion-script bash)"
                complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=(); _warder warder "${@: -1}" "${@: -2:1}"; }
                complete_words warder res; echo "${COMPREPLY[*]}"
                complete_words warder provider ''; echo "${COMPREPLY[*]}"
                complete_words warder resolve --format ''; echo "${COMPREPLY[*]}"
                complete_words warder provider show --for ''; echo "${COMPREPLY[*]}"
                """,
            ], program: "/bin/bash", with: ["WARDER": Home.program])
        #expect(outcome.code == 0)
        let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false).map {
            Set($0.split(separator: " ").map(String.init))
        }
        try #require(lines.count == 5)
        #expect(lines[0].contains("resolve"))
        #expect(lines[1].isSuperset(of: ["list", "show"]))
        #expect(lines[2] == ["curl", "env", "sh", "header-file"])
        #expect(lines[3] == ["fased", "genesis", "docker-agent", "loong", "cloudflare"])
    }

    @Test func `help names them`() throws {
        let help = try home.run("--help").text
        #expect(help.contains("resolve") && help.contains("provider"))
        for words in [["help", "resolve"], ["resolve", "--help"], ["provider", "show", "--help"], ["provider"]] {
            let outcome = try home.run(words, program: Home.program)
            #expect(outcome.code == 0 && !outcome.output.isEmpty && outcome.error.isEmpty, "\(words)")
        }
    }
}
