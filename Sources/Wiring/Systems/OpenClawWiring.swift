internal import Exporter
internal import PrivateFiles
internal import Resolver

/// OpenClaw, Fased and Genesis: the key by their exec secret provider, or by their `.env`; the gateway's token in a header, by a variable of
/// that file, since no version of theirs puts a prefix before what a secret provider says.
///
/// Only keys that every version's schema has are written, and those in the forms that all take: theirs is a strict one.
///
/// Source: openclaw/openclaw, docs/gateway/secrets.md, src/config/zod-schema.core.ts.
enum OpenClawWiring {
    /// The name of the secret provider.
    static let provider = "warder"
    private static let tokenVariable = "CF_AIG_TOKEN"

    static func plan(_ system: WiredSystem, _ request: WiringRequest) throws(WiringError) -> WiringPlan {
        let outline = request.outline
        try request.refuseTemplates(system.title)
        guard let api = api(outline.style) else {
            throw WiringError(.invalid, "\(system.title) cannot make requests of the shape \(outline.style.rawValue)")
        }
        guard let key = outline.key else {
            throw WiringError(
                .invalid, "\(system.title) sends no request without a provider's key, which the gateway has stored or pays with",
                hint: "set route = \"rest\" in [provider.\(outline.provider)]: Cloudflare's API takes the token in the key's place")
        }
        var variables: [(name: String, reference: String)] = []
        var entry: [(key: String, value: ConfigurationValue)] = [("baseUrl", .text(outline.baseURL))]
        if request.usesEnvironment {
            let variable = request.keyVariable(.fased)
            entry.append(("apiKey", .text("${\(variable)}")))
            variables.append((variable, "secret:\(key.secret)"))
        } else {
            entry.append(("apiKey", try reference(key.secret, request.secrets)))
        }
        entry.append(("api", .text(api)))
        // Its own shape for Anthropic sends x-api-key.
        if key.auth == .bearer, outline.style == .anthropicMessages { entry.append(("authHeader", .flag(true))) }
        var headers = try request.plainHeaders()
        if let token = outline.gatewayToken {
            headers.append((token.header, .text("Bearer ${\(tokenVariable)}")))
            variables.append((tokenVariable, "secret:\(token.secret)"))
        }
        let (command, usesEnvironment, members, headerMembers) = (request.command, request.usesEnvironment, entry, headers)
        let place = ["models", "providers", outline.provider]
        var plan = WiringPlan.json5(system, file: request.file) { editor throws(WiringError) in
            try checkEntry(place, members.map(\.key), headerMembers.map(\.0), editor)
            if !usesEnvironment { try editor.merge(exec(command), into: ["secrets", "providers", provider]) }
            let path = place
            let isNew = try editor.value(at: path) == nil
            var entry = members
            if isNew, !headerMembers.isEmpty { entry.append(("headers", .object(headerMembers))) }
            if isNew { entry.append(("models", .array([model(outline.model)]))) }
            try editor.merge(entry, into: path)
            if !isNew {
                try editor.merge(headerMembers, into: path + ["headers"])
                try addModel(outline.model, path + ["models"], &editor)
            }
            try setDefault("\(outline.provider)/\(outline.model)", &editor)
        }
        if !variables.isEmpty {
            plan.profile = (system.rawValue, variables)
            plan.consumer = (system.rawValue, "openclaw", "\(PrivateFile.split(request.file).parent)/.env")
        }
        plan.notes.append("restart \(system.title), or: \(system.rawValue) secrets reload")
        return plan
    }

    /// The exec secret provider. It finds the vault without variables; those say where else it may be.
    private static func exec(_ command: HelperCommand) -> [(String, ConfigurationValue)] {
        [
            ("source", .text("exec")), ("command", .text(command.path)),
            ("args", .array((command.options + ["credential", "openclaw"]).map { .text($0) })),
            ("passEnv", .array(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"].map { .text($0) })),
        ]
    }

    /// A reference to a secret, by an id that every version takes: where one takes no underscores, hyphens stand for them.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if no such id means this secret alone.
    private static func reference(_ secret: String, _ names: Set<String>) throws(WiringError) -> ConfigurationValue {
        let id = secret.replacing("_", with: "-")
        let isRight = id == secret || (!secret.contains("-") && !names.contains(id))
        let isID = id.utf8.first.map { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "/") } ?? false
        guard isRight, isID, !id.split(separator: "/", omittingEmptySubsequences: false).contains(where: { ["", ".", ".."].contains($0) })
        else {
            throw WiringError(
                .invalid, "no id of OpenClaw's means the secret \(secret) and no other",
                hint: "`warder rename` gives it a name without underscores")
        }
        return .object([("source", .text("exec")), ("provider", .text(provider)), ("id", .text(id))])
    }

    private static func api(_ style: APIStyle) -> String? {
        switch style {
        case .anthropicMessages: "anthropic-messages"
        case .openaiChat: "openai-completions"
        case .openaiResponses: "openai-responses"
        case .gemini: "google-generative-ai"
        case .bedrockConverse, .cloudflareRun, .cloudflareUniversal, .other: nil
        }
    }

    /// Refuses what an entry has beside Warder's part, if it leads the key elsewhere: other ways to authenticate, other headers that carry
    /// keys, addresses of its models.
    private static func checkEntry(_ path: [String], _ own: [String], _ headers: [String], _ editor: JSON5Editor) throws(WiringError) {
        let entry = try editor.value(at: path)
        if case .object(let members)? = entry?.content {
            for member in members where !own.contains(member.key) && member.key != "headers" && Diversion.isOne(member.key) {
                throw Diversion.error(path + [member.key])
            }
        }
        if case .object(let members)? = entry?.member("headers")?.content {
            for member in members where !headers.contains(member.key.lowercased()) && Diversion.isOne(member.key) {
                throw Diversion.error(path + ["headers", member.key])
            }
        }
        if case .array(let models)? = entry?.member("models")?.content {
            for model in models {
                guard case .object(let members) = model.content else { continue }
                for member in members where Diversion.isOne(member.key) && !["maxTokens", "contextTokens"].contains(member.key) {
                    throw Diversion.error(path + ["models", member.key])
                }
            }
        }
    }

    /// A model that is there keeps what its user says of it.
    private static func addModel(_ model: String, _ path: [String], _ editor: inout JSON5Editor) throws(WiringError) {
        let list = try editor.value(at: path)
        if case .array(let models)? = list?.content, models.contains(where: { $0.member("id")?.text == model }) { return }
        try editor.prepend(path, self.model(model))
    }

    /// Its id and name; what else is known of it comes from the system's own list.
    private static func model(_ id: String) -> ConfigurationValue { .object([("id", .text(id)), ("name", .text(id))]) }

    /// The agents' model, in the form that it has; and the list of models that agents may use, if there is one.
    private static func setDefault(_ model: String, _ editor: inout JSON5Editor) throws(WiringError) {
        let path = ["agents", "defaults", "model"]
        let isText = try editor.value(at: path)?.text != nil
        try editor.set(isText ? path : path + ["primary"], to: .text(model))
        let allowed = ["agents", "defaults", "models"]
        let list = try editor.value(at: allowed)
        if case .object(let members)? = list?.content, !members.contains(where: { isSameName($0.key, model) }) {
            try editor.set(allowed + [model], to: .object([]))
        }
    }
}
