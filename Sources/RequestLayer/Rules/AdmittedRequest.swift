internal import ClientTokens
internal import NIOCore
internal import NIOHTTP1

/// A request that may be made, with everything that was decided on by its head.
struct AdmittedRequest {
    let table: RouteTable
    let rules: HeaderRules
    let entry: RouteEntry
    let family: OperationFamily
    let match: MatchedOperation
    let method: HTTPMethod
    let query: String?
    /// The client's headers that go upstream.
    let headers: [(String, String)]
    let model: ModelQuery
    let token: ClientToken?
    let meter: TokenMeter?
    let asked: Asked
}

/// What is known of a request for its record.
struct Asked {
    let method: String
    let started: NIODeadline
    let time = Timestamp.now()
    var token: String?
    var route: String?
    var operation: String?
    var family: OperationFamily?

    init(method: String, started: NIODeadline) {
        // Methods come from clients.
        self.method = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"].contains(method) ? method : "other"
        self.started = started
    }

    /// The record of a request that Warder answers at once.
    func record(_ refusal: Refusal, _ answer: LocalAnswer) -> AccessRecord {
        AccessRecord(
            time: time, token: token, route: route, method: method, operation: operation, status: Int(answer.head.status.code),
            refusal: refusal.code, milliseconds: 0, requestBytes: 0, responseBytes: answer.body.readableBytes, attempts: 0, echoes: 0,
            end: "complete")
    }
}

/// What must be known of a request's model before it goes anywhere.
struct ModelQuery {
    /// Whether the body is read for it.
    var readsBody = false
    /// Whether the body is a list of steps for Cloudflare AI Gateway.
    var hasSteps = false
    /// The model that the path names.
    var pathModel: String?

    static func make(_ match: MatchedOperation, _ entry: RouteEntry, _ token: ClientToken?) -> Result<ModelQuery, Refused> {
        let isLimited = token?.models != nil
        var query = ModelQuery(pathModel: match.operation.model == .path ? match.model : nil)
        switch match.operation.model {
        case .body: query.readsBody = isLimited || entry.isRoute || entry.needsModel
        case .form:
            if entry.isRoute { return .failure(Refused(.formInRoute)) }
            if isLimited || entry.needsModel { return .failure(Refused(.uncheckable)) }
        case .path:
            if !entry.isRoute, let token, let model = match.model, !token.allows(model: model, of: entry.name) {
                return .failure(Refused(.forbiddenModel))
            }
            // Google's bodies can name models as well.
            query.readsBody = isLimited && OperationTable.geminiVerbs[match.verb ?? ""] != nil
        case .steps:
            if isLimited { return .failure(Refused(.uncheckable)) }
            query.readsBody = true
            query.hasSteps = true
        case .none:
            if isLimited, match.operation.label == Operation.passing.label { return .failure(Refused(.uncheckable)) }
            if entry.needsModel { return .failure(Refused(.notFound)) }
        }
        return .success(query)
    }
}

/// The steps of a universal request, whose keys the gateway has: nothing in them may bring others, or settings beside those of the table.
enum UniversalBody {
    private static let allowed: Set<String> = ["provider", "endpoint", "query"]

    static func isPlain(_ body: ByteBuffer) -> Bool {
        let text = Array(body.readableBytesView)
        var whole = JSONText(text)
        guard (try? whole.whole()) == .array else { return false }
        var list = JSONText(text)
        guard let steps = try? list.elements(), !steps.isEmpty else { return false }
        return steps.allSatisfy { step in
            var reader = JSONText(text, in: step.range)
            guard step.kind == .object, let members = try? reader.members() else { return false }
            return Set(members.map(\.name)).count == members.count && members.allSatisfy { allowed.contains($0.name) }
        }
    }
}
