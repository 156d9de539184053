internal import Keystore
internal import Settings

extension SecretName {
    /// Takes a name from the command line.
    ///
    /// - Throws: 2 for what is not a name, and for what looks like a key: messages repeat names, and never values.
    init(argument text: String) throws {
        guard !KeyLikeText.beginsAsIssued(text) else {
            throw Failure(
                .invalid, "that looks like a key, not like the name of one",
                hints: ["if it is one, take it out of your shell's history", "warder set NAME asks for the value"])
        }
        try self.init(text)
    }
}
