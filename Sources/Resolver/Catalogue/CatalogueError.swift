/// What is wrong with the catalogue's text, and where.
struct CatalogueError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    let line: Int
    let reason: Reason

    enum Reason: String, Error, CaseIterable {
        case noName = "a block begins with an id and a name"
        case badID = "an id is [a-z0-9][a-z0-9-]*"
        case noBlock = "a fact outside a block"
        case unknownWord = "no fact is called that"
        case repeatedWord = "a fact that the block already has"
        case wrongCount = "more or fewer values than the fact has"
        case unknownValue = "a value that the fact cannot have"
        case badURL = "a URL is http[s]://HOST[:PORT][/PATH], without a slash at the end"
        case badPath = "a path begins with a slash"
        case badHeader = "a header is NAME: VALUE"
        case badVariable = "a variable is [A-Z][A-Z0-9_]*"
    }

    var description: String { "line \(line): \(reason.rawValue)" }
}
