/// Variables by which a program is told where to send what it knows, whom to trust, or which configuration to read. A user's settings may set
/// them; a project's, which may come from anybody, may not.
enum RedirectingVariables {
    private static let names: Set<String> = [
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
        "NODE_TLS_REJECT_UNAUTHORIZED", "SSLKEYLOGFILE", "KUBECONFIG", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "DOCKER_HOST",
        "DOCKER_CONFIG", "CURL_HOME", "WGETRC", "NETRC", "PSQLRC", "PGSERVICEFILE", "PGHOSTADDR", "GOPROXY", "GONOSUMDB", "GOINSECURE",
        "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL",
    ]
    private static let suffixes = [
        "_PROXY", "_BASE_URL", "_BASEURL", "_BASE", "_ENDPOINT", "_ENDPOINT_URL", "_API_URL", "_API_HOST", "_GATEWAY_URL", "_HOST_URL",
    ]
    private static let prefixes = ["XDG_", "SYSTEMD_"]

    /// Whether a variable is one of them, however it is written.
    static func contains(_ name: String) -> Bool {
        let name = name.uppercased()
        return names.contains(name) || prefixes.contains { name.hasPrefix($0) } || suffixes.contains { name.hasSuffix($0) }
    }
}
