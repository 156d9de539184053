internal import Exporter

extension JSON5Value {
    /// The value as one that Warder writes, or nil if it is none.
    var configuration: ConfigurationValue? {
        switch content {
        case .null: return nil
        case .bool(let flag): return .flag(flag)
        case .number(let number): return Int(exactly: number).map { .number($0) }
        case .string(let bytes): return .text(String(decoding: bytes, as: UTF8.self))
        case .array(let elements):
            let values = elements.compactMap(\.configuration)
            return values.count == elements.count ? .array(values) : nil
        case .object(let members):
            let values = members.compactMap { member in member.value.configuration.map { (member.key, $0) } }
            return values.count == members.count ? .object(values) : nil
        }
    }

    /// The text of a string.
    var text: String? {
        guard case .string(let bytes) = content else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of the member with exactly this name.
    func member(_ key: String) -> JSON5Value? {
        guard case .object(let members) = content else { return nil }
        return members.last { isSameName($0.key, key) }?.value
    }

    /// Whether both read alike, whatever stands at some paths in either.
    func isSame(as other: JSON5Value, butFor paths: [ArraySlice<String>]) -> Bool {
        if paths.contains(where: \.isEmpty) { return true }
        switch (content, other.content) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1, butFor: []) }
        case (.object(let left), .object(let right)):
            func rest(_ key: String) -> [ArraySlice<String>] { paths.filter { isSameName($0.first ?? "", key) }.map { $0.dropFirst() } }
            // A member on a path may be in one of them only.
            let (others, otherOthers) = (left.filter { rest($0.key).isEmpty }, right.filter { rest($0.key).isEmpty })
            guard others.elementsEqual(otherOthers, by: { isSameName($0.key, $1.key) && $0.value.isSame(as: $1.value, butFor: []) }) else {
                return false
            }
            for member in right where !rest(member.key).isEmpty {
                guard let mine = self.member(member.key) else { continue }
                if !mine.isSame(as: member.value, butFor: rest(member.key)) { return false }
            }
            return true
        default: return false
        }
    }
}
