/// Reads the catalogue's text, which `Catalogue+Data.swift` describes.
struct CatalogueParser {
    private var providers: [Provider] = []
    private var block: ProviderBlock?

    /// - Throws: ``CatalogueError`` at the first line that is wrong.
    static func providers(_ text: String) throws(CatalogueError) -> [Provider] {
        var parser = CatalogueParser()
        var number = 0
        // An array, whose slices are split in half the time that those of a text take.
        for line in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do throws(CatalogueError.Reason) {
                try parser.take(line)
            } catch {
                throw CatalogueError(line: number, reason: error)
            }
        }
        parser.endBlock()
        return parser.providers
    }

    private mutating func take(_ line: ArraySlice<UInt8>) throws(CatalogueError.Reason) {
        let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard let first = words.first else { return endBlock() }
        if first.utf8.first == UInt8(ascii: "#") { return }
        if line.first != UInt8(ascii: " ") {
            endBlock()
            block = try ProviderBlock(id: first, name: words.dropFirst().joined(separator: " "))
        } else {
            guard block != nil else { throw .noBlock }
            try block?.take(first, words.dropFirst())
        }
    }

    private mutating func endBlock() {
        if let provider = block?.provider { providers.append(provider) }
        block = nil
    }
}
