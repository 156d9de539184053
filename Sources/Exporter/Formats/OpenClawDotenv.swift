public import Profiles

/// `openclaw`: `.env` in the state directory of OpenClaw and of its relatives Fased and Genesis.
///
/// Written as ``DotenvJS`` writes. Their programs read the file with the dotenv package; what their installed services get from it goes
/// through a filter that leaves out, without a word, blank values, references such as `$NAME`, and names that decide what a process
/// loads or runs. The filter has changed from version to version; what any of them leaves out is refused here.
public enum OpenClawDotenv: EnvironmentFormat {
    /// `openclaw`.
    public static let name = "openclaw"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// Bytes of a file that their services read; a longer one they leave out as a whole.
    private static let maximumByteCount = 1 << 20

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if OpenClawNames.areLeftOut(name) { return .reservedName }
        if let obstacle = DotenvJS.obstacle(to: name, value) { return obstacle }
        if isBlank(value) { return .blank }
        return hasReference(value) ? .reference : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, also for more than 1 MiB in all; ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) { DotenvJS.append(name, value, to: &output) }
        guard output.count <= maximumByteCount else {
            throw ExportError(.unrepresentable, "the format \(name) cannot hold more than 1 MiB in all", hint: "use --format dotenv-js")
        }
        return output
    }

    /// Reads what their services get: without names and values that a version leaves out. A later assignment that is left out takes an
    /// earlier one to the same name with it.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a file that is not UTF-8, or longer than 1 MiB.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        guard bytes.count <= maximumByteCount else { throw .malformed(Self.self, line: 1) }
        let entries = try DotenvJS.entries(bytes, Self.self)
        let last = Dictionary(entries.map { ($0.name, $0.value) }) { $1 }
        return entries.filter { entry in
            guard let value = last[entry.name], isVariableName(entry.name.utf8), !OpenClawNames.areLeftOut(entry.name) else { return false }
            return !isBlank(value) && !hasReference(value)
        }
    }

    private static func isBlank(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).unicodeScalars.allSatisfy(\.isJavaScriptSpace)
    }

    /// `$NAME`, `${` or `$(` anywhere.
    private static func hasReference(_ value: [UInt8]) -> Bool {
        zip(value, value.dropFirst()).contains { first, second in
            guard first == UInt8(ascii: "$") else { return false }
            return "{(".utf8.contains(second) || (isNameByte(second) && !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= second))
        }
    }
}

/// The names that OpenClaw keeps away from its services.
private enum OpenClawNames {
    private static let names: Set<String> = Set(
        """
        NODE_OPTIONS NODE_PATH NODE_TLS_REJECT_UNAUTHORIZED NODE_EXTRA_CA_CERTS PYTHONHOME PYTHONPATH PYTHONBREAKPOINT PYTHONSTARTUP \
        PYTHONUSERBASE PERL5LIB PERL5OPT PERL5DB PERL5DBCMD RUBYLIB RUBYOPT BASH_ENV ENV BROWSER KUBECONFIG \
        GOOGLE_APPLICATION_CREDENTIALS AWS_SHARED_CREDENTIALS_FILE AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONFIG_FILE AZURE_AUTH_LOCATION CC CXX \
        CARGO_BUILD_RUSTC CARGO_BUILD_RUSTC_WRAPPER CARGO_HOME RUSTC_WRAPPER RUSTFLAGS CMAKE_C_COMPILER CMAKE_CXX_COMPILER HELM_HOME \
        DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_CONTEXT SHELL SHELLOPTS PS4 GCONV_PATH IFS SSLKEYLOGFILE JAVA_OPTS \
        JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS GLIBC_TUNABLES MAVEN_OPTS MAKEFLAGS \
        MFLAGS SBT_OPTS GRADLE_OPTS GRADLE_USER_HOME ANT_OPTS HGRCPATH HOME ZDOTDIR SSH_ASKPASS LESSOPEN LESSCLOSE PAGER MANPAGER EDITOR \
        VISUAL FCEDIT SUDO_EDITOR PROMPT_COMMAND HISTFILE OPENSSL_CONF OPENSSL_ENGINES WGETRC CURL_HOME CLASSPATH CGO_CFLAGS CGO_LDFLAGS \
        GOFLAGS CORECLR_PROFILER_PATH PHPRC PHP_INI_SCAN_DIR DENO_DIR BUN_CONFIG_REGISTRY YARN_RC_FILENAME HTTP_PROXY HTTPS_PROXY \
        ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE PIP_INDEX_URL PIP_PYPI_URL PIP_EXTRA_INDEX_URL \
        PIP_CONFIG_FILE PIP_FIND_LINKS PIP_TRUSTED_HOST UV_INDEX UV_INDEX_URL UV_PYTHON UV_EXTRA_INDEX_URL UV_DEFAULT_INDEX LIBRARY_PATH \
        CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH GOPROXY GONOSUMCHECK GONOSUMDB GONOPROXY GOPRIVATE GOENV GOPATH \
        VIRTUAL_ENV LUA_PATH LUA_CPATH GEM_HOME GEM_PATH BUNDLE_GEMFILE COMPOSER_HOME XDG_CONFIG_HOME \
        OPENCLAW_ALLOW_OLDER_BINARY_DESTRUCTIVE_ACTIONS
        """.split(separator: " ").map(String.init))
    private static let prefixes = ["LD_", "DYLD_", "BASH_FUNC_", "GIT_", "NPM_CONFIG_", "CARGO_REGISTRIES_"]

    static func areLeftOut(_ name: String) -> Bool {
        let name = name.uppercased()
        return names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
}
