internal import NIOCore

/// What must be so of a body whose model is checked, beside the model: that whoever reads it reads JSON, and finds no other model in it.
enum LimitedBody {
    /// Whether the headers say that the body is JSON in UTF-8, once, and as it is.
    static func isJSON(_ headers: [(String, String)]) -> Bool {
        let names = HeaderNames(["content-type"])
        let types = headers.filter { names.contains($0.0) }
        let encodings = HeaderNames(["content-encoding"])
        guard types.count == 1, types[0].0.lowercased() == "content-type", !headers.contains(where: { encodings.contains($0.0) }) else {
            return false
        }
        let type = types[0].1.lowercased().filter { $0 != " " && $0 != "\t" }
        return ["application/json", "application/json;charset=utf-8", "application/json;charset=\"utf-8\""].contains(type)
    }

    /// Whether there is no member `model` inside of others, and no name with a NUL.
    ///
    /// - Parameter pathModel: the model of the path, which members may name too; nil if there may be none.
    static func isPlain(_ body: ByteBuffer, pathModel: String? = nil) -> Bool {
        let text = Array(body.readableBytesView)
        var reader = JSONText(text)
        guard let traces = try? reader.tracesOfWhole(), !traces.hasNUL else { return false }
        if traces.models.isEmpty { return true }
        guard let pathModel, traces.models.count < JSONText.memberLimit else { return false }
        return traces.models.allSatisfy { names(text, $0.range, $0.kind, pathModel) }
    }

    /// The same of a body whose model is in the path.
    static func isPlainBesidePath(_ body: ByteBuffer, pathModel: String?) -> Bool {
        if body.readableBytes == 0 { return true }
        guard isPlain(body, pathModel: pathModel) else { return false }
        let text = Array(body.readableBytesView)
        var reader = JSONText(text)
        guard let members = try? reader.document() else { return false }
        return members.filter { $0.name.lowercased() == "model" }.allSatisfy { member in
            pathModel.map { names(text, member.value, member.kind, $0) } ?? false
        }
    }

    private static func names(_ text: [UInt8], _ range: Range<Int>, _ kind: JSONText.Kind, _ model: String) -> Bool {
        guard kind == .string else { return false }
        var reader = JSONText(text, in: range)
        guard let name = try? reader.decodedString() else { return false }
        return name == model || name == "models/" + model
    }
}
