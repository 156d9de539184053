public import Profiles

/// `wrangler-bulk`: the JSON object of strings that `wrangler secret bulk` uploads for a deployed Cloudflare Worker.
///
/// A value is 5 KiB at most, as Cloudflare documents it. How many secrets a Worker may have depends on the plan (64 or 128), and is left
/// to Cloudflare, which refuses more. A NUL is refused: whether a Worker gets it has not been tried, nor has anything that happens after
/// the upload.
///
/// Source: https://developers.cloudflare.com/workers/platform/limits/
public enum WranglerBulk: EnvironmentFormat {
    /// `wrangler-bulk`.
    public static let name = "wrangler-bulk"

    private static let maximumByteCount = 5 << 10

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if value.contains(0) { return .nul }
        if value.count > maximumByteCount { return .overFiveKibibytes }
        return JSONObject.obstacle(to: name, value)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        JSONObject.render(try checked(variables))
    }

    /// Reads one object of strings. A `null`, with which newer versions delete a secret, is refused like any other type.
    ///
    /// - Throws: ``ExportError/Code/malformed``.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        try JSONObject.entries(bytes, Self.self)
    }
}
