internal import ArgumentParser
internal import Keystore

extension CompletionKind {
    /// The names in the vault, if a key file or the agent opens it: nobody is asked, and no passphrase is worked on at every Tab.
    static var secretNames: CompletionKind {
        .custom { _, _, _ in
            guard let session = try? Session(CommonOptions()), let storage = try? session.storage() else { return [] }
            let source = KeySource.first(session.settings, session.directories)
            let vault =
                source.isKeyFile
                ? try? session.unlock(storage: storage, anchor: nil, mayPrompt: false) : try? session.agentsVault(storage, nil)
            guard let vault, let listings = try? vault.list() else { return [] }
            return listings.map(\.name.description)
        }
    }
}
