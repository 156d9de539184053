internal import ArgumentParser
internal import Keystore

extension CompletionKind {
    /// The names in the vault, if it opens without asking anybody.
    static var secretNames: CompletionKind {
        .custom { _, _, _ in
            guard let session = try? Session(CommonOptions()), let vault = try? session.unlock(mayPrompt: false),
                let listings = try? vault.list()
            else { return [] }
            return listings.map(\.name.description)
        }
    }
}
