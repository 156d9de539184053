public import Profiles

/// `wrangler`: `.dev.vars` beside the configuration of a Cloudflare Worker.
///
/// Written as ``DotenvJS`` writes. Wrangler reads the file with the dotenv package alone; the `.env` files that it reads where there is
/// no `.dev.vars` go through dotenv-expand too, which puts variables in for `$NAME` and `${NAME}` and takes the backslash from `\$`. A
/// value with a `$` is refused, so that a file means the same under both names. What the dotenv package reads is proven by tests; that
/// wrangler does nothing else to values is known from its source only, and dotenv-expand was not run.
public enum WranglerDevVars: EnvironmentFormat {
    /// `wrangler`.
    public static let name = "wrangler"

    /// Its files have other lines too.
    public static let keepsOtherLines = true

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        DotenvJS.obstacle(to: name, value) ?? (value.contains(UInt8(ascii: "$")) ? .dollar : nil)
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output: [UInt8] = []
        for (name, value) in try checked(variables) { DotenvJS.append(name, value, to: &output) }
        return output
    }

    /// Reads as wrangler does, under either name.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for a value with `$`, and for a file that is not UTF-8.
    ///
    /// Source: cloudflare/workers-sdk, `packages/wrangler/src/dev/dev-vars.ts` and `config/dot-env.ts`.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        let entries = try DotenvJS.entries(bytes, Self.self)
        if let entry = entries.first(where: { $0.value.contains(UInt8(ascii: "$")) }) {
            throw .malformed(Self.self, line: entry.lines.lowerBound)
        }
        return entries
    }
}
