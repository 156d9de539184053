internal import Settings

/// `PROVIDER/MODEL`: the provider by a name of the settings or the catalogue, the model as the provider calls it.
struct ModelName: Equatable {
    let provider: String
    /// Passed on unchanged. It may have slashes itself.
    let model: String

    /// The model that stands for the first one there is.
    static let automatic = "auto"

    /// - Throws: ``ResolverError/Code/usage``, without repeating the text, which may be a key in the wrong place.
    init(_ text: String) throws(ResolverError) {
        try Self.check(text)
        guard let slash = text.firstIndex(of: "/"), slash != text.startIndex, text.index(after: slash) != text.endIndex else {
            throw ResolverError(.usage, "a model is named PROVIDER/MODEL", hint: "`warder provider list` shows the providers")
        }
        provider = String(text[..<slash])
        model = String(text[text.index(after: slash)...])
    }

    /// Visible ASCII, up to 512 bytes, that is neither a key nor a way out of a path.
    static func check(_ text: String) throws(ResolverError) {
        guard !KeyLikeText.beginsAsIssued(text) else {
            throw ResolverError(
                .usage, "that looks like a key, not like the name of a model", hint: "if it is one, take it out of your shell's history")
        }
        guard (1...512).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ResolverError(.usage, "the name of a model is visible ASCII, 512 bytes at most")
        }
        guard !text.split(separator: "/", omittingEmptySubsequences: false).contains(where: { ["", ".", ".."].contains($0) }) else {
            throw ResolverError(.usage, "the name of a model has no empty segments, and none that are \".\" or \"..\"")
        }
        guard !text.contains("${"), !text.utf8.contains(where: { "<>{}\\\"".utf8.contains($0) }) else {
            throw ResolverError(.refused, "the name of a model has a placeholder that nothing replaces")
        }
    }
}
