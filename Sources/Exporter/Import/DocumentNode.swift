internal import PrivateFiles
internal import Settings
internal import Yams

/// A configuration of another program: what JSON5, YAML and TOML have in common, with the lines.
package indirect enum DocumentNode: Sendable {
    /// Names, their lines and values, in the order of the document; each name once.
    case object([Member])
    case array([DocumentNode])
    /// UTF-8, and the line on which it begins.
    case string([UInt8], line: Int)
    /// A number, a boolean, a time, nothing.
    case other(line: Int)

    /// A name and its value.
    package struct Member: Sendable {
        package let key: String
        package let line: Int
        package let value: DocumentNode
    }

    /// The value of a member, if this is an object that has one.
    package subscript(_ key: String) -> DocumentNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string.
    package var text: String? {
        guard case .string(let bytes, _) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How many values a document may have; a few lines of YAML can stand for any number.
    private static let maximumCount = 200_000
}

// MARK: JSON5

extension DocumentNode {
    /// Reads JSON5. Of two members with one name the last counts; `repeated` gets the lines of the others.
    package init(json5 bytes: [UInt8], repeated: inout [Int]) throws(ExportError) {
        self = Self.node(try JSON5Parser.parse(bytes), &repeated)
    }

    /// Every member, also those whose name stands again.
    init(allOf value: JSON5Value) {
        switch value.content {
        case .string(let bytes): self = .string(bytes, line: value.line)
        case .null, .bool, .number: self = .other(line: value.line)
        case .array(let elements): self = .array(elements.map(DocumentNode.init(allOf:)))
        case .object(let members):
            self = .object(members.map { Member(key: $0.key, line: $0.line, value: DocumentNode(allOf: $0.value)) })
        }
    }

    private static func node(_ value: JSON5Value, _ repeated: inout [Int]) -> DocumentNode {
        switch value.content {
        case .string(let bytes): return .string(bytes, line: value.line)
        case .null, .bool, .number: return .other(line: value.line)
        case .array(let elements): return .array(elements.map { node($0, &repeated) })
        case .object(let members):
            var last: [String: Int] = [:]
            for (index, member) in members.enumerated() { last[member.key] = index }
            var result: [Member] = []
            for (index, member) in members.enumerated() {
                guard last[member.key] == index else {
                    repeated.append(member.line)
                    continue
                }
                result.append(Member(key: member.key, line: member.line, value: node(member.value, &repeated)))
            }
            return .object(result)
        }
    }
}

// MARK: TOML

extension DocumentNode {
    /// Reads the strings of TOML: tables and what is a string in them, and the arrays as places without a value.
    package init(toml bytes: [UInt8], path: String) throws(ExportError) {
        do {
            var root = Tree()
            for string in try TOMLStrings.read(bytes, file: path) {
                // Below [[…]] a path says nothing of where a value belongs.
                let value: DocumentNode = string.text.map { .string(Array($0.utf8), line: string.line) } ?? .other(line: string.line)
                root.insert(value, string.line, at: string.path[...])
            }
            for array in try TOMLStrings.arrays(bytes, file: path) {
                root.insert(.other(line: array.line), array.line, at: array.path[...])
            }
            self = root.node
        } catch {
            throw ExportError(error.code == .unsafeFile ? .file(.unsafe) : .malformed, error.description)
        }
    }

    /// Tables under construction.
    private struct Tree {
        var order: [String] = []
        var leaves: [String: (DocumentNode, Int)] = [:]
        var tables: [String: Tree] = [:]

        mutating func insert(_ value: DocumentNode, _ line: Int, at path: ArraySlice<String>) {
            guard let key = path.first else { return }
            if leaves[key] == nil, tables[key] == nil { order.append(key) }
            if path.count == 1 {
                leaves[key] = (value, line)
            } else {
                tables[key, default: Tree()].insert(value, line, at: path.dropFirst())
            }
        }

        var line: Int { leaves.values.map(\.1).min() ?? tables.values.map(\.line).min() ?? 1 }

        var node: DocumentNode {
            .object(
                order.compactMap { key in
                    if let table = tables[key] { return Member(key: key, line: table.line, value: table.node) }
                    return leaves[key].map { Member(key: key, line: $0.1, value: $0.0) }
                })
        }
    }
}

// MARK: YAML

extension DocumentNode {
    /// Reads one document of YAML. Numbers and booleans are as they are written, since an environment holds texts alone.
    init(yaml bytes: [UInt8], path: String) throws(ExportError) {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw ExportError(.malformed, "\(path): not a text")
        }
        guard !Self.isNestedDeeply(bytes) else { throw ExportError(.malformed, "\(path): nested too deeply") }
        let root: Yams.Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            // The parser's own words repeat the text.
            throw ExportError(.malformed, Self.line(of: error).map { "\(path): line \($0): not YAML" } ?? "\(path): not YAML")
        }
        var count = 0
        guard let root, let node = Self.node(root, depth: 0, &count) else {
            throw ExportError(.malformed, root == nil ? "\(path): an empty document" : "\(path): too large or nested too deeply")
        }
        self = node
    }

    private static func line(of error: any Error) -> Int? {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }

    /// Brackets, and marks of blocks at the beginning of a line, that the parser would follow by recursion.
    private static func isNestedDeeply(_ bytes: [UInt8]) -> Bool {
        var depth = 0
        var lead: Int? = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                lead = 0
            } else if let count = lead {
                lead = " \t-?:".utf8.contains(byte) ? count + 1 : nil
            }
            if depth > 256 || lead ?? 0 > 512 { return true }
        }
        return false
    }

    private static func node(_ node: Yams.Node, depth: Int, _ count: inout Int) -> DocumentNode? {
        count += 1
        guard depth < 64, count < maximumCount else { return nil }
        let line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return .other(line: line) }
            return .string(Array(scalar.string.utf8), line: line)
        case .sequence(let sequence):
            var elements: [DocumentNode] = []
            for element in sequence {
                guard let element = Self.node(element, depth: depth + 1, &count) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                guard let value = Self.node(value, depth: depth + 1, &count) else { return nil }
                guard case .scalar(let name) = key else { continue }
                members.append(Member(key: name.string, line: key.mark?.line ?? line, value: value))
            }
            return .object(members)
        case .alias: return .other(line: line)
        }
    }
}
