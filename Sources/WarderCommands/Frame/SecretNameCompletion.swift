internal import ArgumentParser
internal import Keystore

extension CompletionKind {
    /// The names in the vault, if a key file opens it: nobody is asked, and no passphrase is worked on at every Tab.
    static var secretNames: CompletionKind {
        .custom { _, _, _ in
            guard let session = try? Session(CommonOptions()), KeySource.first(session.settings, session.directories).isKeyFile,
                let vault = try? session.unlock(storage: session.storage(), anchor: nil, mayPrompt: false).vault,
                let listings = try? vault.list()
            else { return [] }
            return listings.map(\.name.description)
        }
    }
}
