public import Resolver
public import Settings

/// What a program shall be wired to: the model, its provider, and the command that gives the key.
public struct WiringRequest: Sendable {
    /// The program's configuration.
    public let file: String
    /// What requests need.
    public let outline: RequestOutline
    /// The fields of `[provider.NAME]`.
    public let fields: ProviderSettings
    /// What programs call for the key.
    public let command: HelperCommand
    /// Whether the program gets the key in its environment rather than by the command.
    public let usesEnvironment: Bool
    /// Where a user's files are.
    public let directories: UserDirectories
    /// The names of all secrets.
    public let secrets: Set<String>

    /// Describes what is wanted.
    public init(
        file: String, outline: RequestOutline, fields: ProviderSettings, command: HelperCommand, usesEnvironment: Bool,
        directories: UserDirectories, secrets: Set<String>
    ) {
        self.file = file
        self.outline = outline
        self.fields = fields
        self.command = command
        self.usesEnvironment = usesEnvironment
        self.directories = directories
        self.secrets = secrets
    }
}

extension WiredSystem {
    /// What wiring this program takes.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if the program cannot make such requests; the hint says which settings it can use.
    public func plan(_ request: WiringRequest) throws(WiringError) -> WiringPlan {
        try request.checkModel()
        return switch self {
        case .fased, .genesis, .openclaw: try OpenClawWiring.plan(self, request)
        case .dockerAgent: try DockerAgentWiring.plan(request)
        case .loong: try LoongWiring.plan(request)
        case .claudeCode: try ClaudeCodeWiring.plan(request)
        case .codex: try CodexWiring.plan(request)
        case .aiGatewayProvider: throw WiringError(.usage, "\(title) have no configuration of their own")
        }
    }
}

extension WiringRequest {
    /// `PROVIDER/MODEL`, as the program's user names it.
    var modelReference: String { "\(outline.provider)/\(outline.model)" }

    /// The variable for the provider's key: the vendor's own only if requests go to the vendor's own address, else one that nothing else reads.
    func keyVariable(_ system: Provider.System) -> String {
        let isOwn = outline.provider == outline.kind && fields[.baseURL] == nil
        if isOwn, let usual = outline.kind.flatMap({ Catalogue.standard.provider($0) })?.systems[system]?.variables.first { return usual }
        let name = outline.provider.uppercased().utf8.map { byte in
            (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) ? Character(Unicode.Scalar(byte)) : "_"
        }
        return "KEY_OF_\(String(name))"
    }

    /// Refuses a model of another provider than the one that the gateway's route leads to. Of these, none has a model with a slash in its name.
    fileprivate func checkModel() throws(WiringError) {
        guard let upstream = outline.upstream, ["anthropic", "openai", "google-ai-studio"].contains(upstream),
            !outline.baseURL.hasSuffix("/compat"), !outline.baseURL.contains("/client/v4/"),
            let slug = outline.model.split(separator: "/").first.map(String.init), slug != outline.model
        else { return }
        throw WiringError(
            .invalid, "the route of \(outline.provider) leads to \(upstream), which has no model of that name",
            hint: "\(outline.provider)/NAME is a model of \(upstream); SLUG/NAME needs route = \"compat\"")
    }

    /// Refuses headers of the settings that have secrets in them: a program that cannot fill them in would need the value itself.
    func refuseTemplates(_ title: String, but allowed: Set<String> = []) throws(WiringError) {
        guard let template = outline.templates.first(where: { !$0.secrets.isEmpty && !allowed.contains($0.name) }) else { return }
        throw WiringError(.invalid, "\(template.place): \(title) cannot send \(template.name), which has a secret in it")
    }

    /// The headers without secrets, but for those that the program adds itself.
    ///
    /// - Throws: ``WiringError/Code/invalid`` for a value with a `$`, which programs fill in.
    func plainHeaders() throws(WiringError) -> [(String, ConfigurationValue)] {
        let own: Set = ["anthropic-version", "content-type"]
        let headers = headers(except: own)
        for (name, value) in headers {
            if case .text(let text) = value, text.contains("$") {
                throw WiringError(.invalid, "the header \(name) of \(outline.provider) has a $, which stands for a variable elsewhere")
            }
        }
        return headers
    }

    private func headers(except own: Set<String>) -> [(String, ConfigurationValue)] {
        outline.headers.filter { !own.contains($0.name) }.map { ($0.name, .text($0.value)) }
            + outline.templates.filter { $0.secrets.isEmpty }.compactMap { template in plain(template).map { (template.name, .text($0)) } }
    }

    private func plain(_ template: HeaderTemplate) -> String? {
        var text = ""
        for part in template.parts {
            guard case .text(let piece) = part else { return nil }
            text += piece
        }
        return text
    }
}
