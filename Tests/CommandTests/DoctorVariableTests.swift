import Foundation
import Glibc
import Testing

/// `warder doctor` and variables that a configuration counts on.
@Suite struct DoctorVariableTests {
    let home: Home
    private let file = ".fased/fased.json"
    private let unit = ".config/systemd/user/fased-gateway.service"

    init() throws {
        home = try Home()
        try home.write("{gateway: {},\n models: {providers: {x: {headers: {\n  'x-api-key': '${X_TOKEN}'}}}}}", to: file)
    }

    private func install(_ more: String = "") throws {
        try home.write("[Service]\nExecStart=/bin/true\n\(more)\n", to: unit)
    }

    @Test func `nothing gives it`() throws {
        try home.expectCured(
            "variable-missing", file, 3, subject: "X_TOKEN",
            fix: "`warder set X_TOKEN`, then X_TOKEN = \"secret:X_TOKEN\" in [profile.fased]"
        ) {
            try home.cure("warder set X_TOKEN", input: Value("one"))
        }
        #expect(try home.doctor().code == 0, "`warder run` gives it")
        #expect(try home.doctor(with: ["X_TOKEN": "one"]).code == 0)
        try install()
        #expect(try home.doctor().all("variable-missing").first?.message.contains("fased-gateway.service does not get it") == true)
        try home.write("X_TOKEN=one\n", to: ".config/environment.d/x.conf")
        #expect(try home.doctor().all("variable-missing").isEmpty)
    }

    @Test func `its own environment file, or its own block, is enough`() throws {
        try install()
        try home.expectCured("variable-missing", file, 3, subject: "X_TOKEN", fix: "`warder apply`") {
            try home.write("X_TOKEN=one\n", to: ".fased/.env")
        }
        unsafe unlink(home(".fased/.env"))
        try home.write("{env: {X_TOKEN: 'one'},\n models: {providers: {x: {apiKey: '${X_TOKEN}'}}}}", to: file)
        #expect(try home.doctor().all("variable-missing").isEmpty)
    }

    @Test func `a unit alone has it, or claims to`() throws {
        try install("Environment=X_TOKEN=one")
        #expect(try home.doctor().all("variable-missing").first?.message.contains("alone has it") == true)
        try home.write("{gateway: {}}", to: file)
        try install("Environment=A=b OPENCLAW_SERVICE_MANAGED_ENV_KEYS=A,X_TOKEN")
        try home.expectCured("variable-missing", unit, 3, subject: "X_TOKEN", fix: "`warder set X_TOKEN`") {
            try home.write("X_TOKEN=one\n", to: ".fased/.env")
        }
    }

    @Test func `a login alone has what the configuration refers to`() throws {
        try home.write("export X_TOKEN=one\n", to: ".profile")
        #expect(try home.doctor().code == 0)
        try install()
        let found = try home.doctor()
        #expect(found.has("login-only-key", ".profile", 1, subject: "X_TOKEN") && found.all("variable-missing").isEmpty)
    }

    @Test func `a key that services leave out`() throws {
        try home.write("A_TOKEN=one\nB_TOKEN=${A_TOKEN}\nC_TOKEN=\nLEVEL=$A_TOKEN\n", to: ".openclaw/.env")
        let found = try home.doctor()
        #expect(found.has("variable-left-out", ".openclaw/.env", 3, subject: "C_TOKEN"))
        try home.expectCured("variable-left-out", ".openclaw/.env", 2, subject: "B_TOKEN", fix: "write the value itself") {
            try home.write("A_TOKEN=one\nB_TOKEN=one\n", to: ".openclaw/.env")
        }
    }

    @Test func `a key where a name belongs, and the reverse`() throws {
        let file = ".loong/config.toml"
        try home.write("[provider]\nkind = \"openai\"\napi_key = \"OPENAI_API_KEY\"\n", to: file)
        try home.expectCured("misplaced-key", file, 3, subject: "openai/api-key", fix: "`warder wire loong`") {
            try home.write("[provider]\nkind = \"openai\"\napi_key = { env = \"OPENAI_API_KEY\" }\n", to: file)
        }
        try home.write("[provider]\nkind = \"openai\"\napi_key_env = \"sk-ant-0123456789\"\n", to: file)
        try home.expectCured("misplaced-key", file, 3, subject: "openai/api-key-env", fix: "put the name there") {
            try home.write("[provider]\nkind = \"openai\"\napi_key_env = \"OPENAI_API_KEY\"\n", to: file)
        }
    }
}
