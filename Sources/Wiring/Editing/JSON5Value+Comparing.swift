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

    /// Whether both read alike, whatever stands at a path in either.
    func isSame(as other: JSON5Value, butFor path: ArraySlice<String>?) -> Bool {
        if let path, path.isEmpty { return true }
        switch (content, other.content) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.number(let left), .number(let right)): return left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1, butFor: nil) }
        case (.object(let left), .object(let right)):
            // A member on the path may be in one of them only.
            let (left, right) = (left.filter { $0.key != path?.first }, right.filter { $0.key != path?.first })
            let rest = path?.dropFirst()
            guard left.elementsEqual(right, by: { $0.key == $1.key && $0.value.isSame(as: $1.value, butFor: nil) }) else { return false }
            guard let key = path?.first, let old = other[key] else { return true }
            return self[key].map { $0.isSame(as: old, butFor: rest) } ?? false
        default: return false
        }
    }
}
