internal import ClientTokens
internal import NIOCore
internal import NIOHTTP1
internal import Resolver

/// One admitted request: which key is tried next, what a response says about it, and what of the response goes to the client.
final class ProxyExchange: Exchange {
    let intake: BodyIntake
    private let gate: ProxyGate
    private let request: AdmittedRequest
    private var document: RequestDocument?
    private var candidates: [Target] = []
    private var hasCandidates = false
    private var hasReresolved = false
    /// The place of the next candidate.
    private var next = 0
    private var attempts = 0
    private var isReplayable = false
    private var scrubber: Scrubber?
    private var usage: UsageReader?
    private var target: Target?
    private var refusal: Refusal?
    private var echoes = 0
    private var cacheStatus: String?
    private var gatewayLog: String?

    init(gate: ProxyGate, request: AdmittedRequest) {
        self.gate = gate
        self.request = request
        let mayRetry = request.entry.groups.reduce(0) { $0 + $1.targets.count } > 1
        intake =
            request.model.readsBody
            ? .whole(limit: RequestDocument.lengthLimit)
            : .replayable(limit: mayRetry ? FallbackLimits.bodyLimit : FallbackLimits.soleBodyLimit)
    }

    // MARK: Attempts

    func nextAttempt(body: ByteBuffer?) -> AttemptDecision {
        isReplayable = body != nil
        if !hasCandidates {
            hasCandidates = true
            if let refusal = read(body) ?? choose() { return .answer(answer(refusal)) }
        }
        guard next < candidates.count else { return .answer(answer(.outOfAttempts)) }
        let target = candidates[next]
        next += 1
        guard let path = target.path(of: request.match) else { return .answer(answer(.notFound)) }
        self.target = target
        attempts += 1
        let uri = (path.isEmpty ? "/" : path) + (request.query.map { "?" + $0 } ?? "")
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: uri, headers: RequestHeaderRules.headers(request.headers, to: target))
        let changed = document?.body(
            model: request.match.operation.model == .body ? target.model : nil,
            mergingSystemMessages: request.entry.mergesSystemMessages && request.match.operation.label == "chat/completions")
        return .send(UpstreamRequest(server: target.server, head: head, body: changed))
    }

    /// Reads the body, if what is asked for depends on it.
    private func read(_ body: ByteBuffer?) -> Refusal? {
        guard request.model.readsBody else { return nil }
        guard let body else { return .badBody }
        let isLimited = request.token?.models != nil
        if isLimited, body.readableBytes > 0, !LimitedBody.isJSON(request.headers) { return .badBody }
        if request.match.operation.model == .path {
            return LimitedBody.isPlainBesidePath(body, pathModel: request.entry.isRoute ? nil : request.model.pathModel) ? nil : .badModel
        }
        if request.model.hasSteps { return UniversalBody.isPlain(body) ? nil : .badBody }
        let document: RequestDocument
        do throws(RequestDocument.Failure) { document = try RequestDocument(body) } catch {
            return error == .ambiguous ? .badModel : .badBody
        }
        if isLimited, document.hasFurtherModels || !LimitedBody.isPlain(body) { return .badModel }
        self.document = document
        if request.entry.isRoute { return nil }
        guard let model = document.model else { return .noModel }
        if let token = request.token, !token.allows(model: model, of: request.entry.name) { return .forbiddenModel }
        if request.entry.needsModel, document.hasFurtherModels { return .badModel }
        return nil
    }

    /// The model of the request, where it is known.
    private var model: String? { request.entry.isRoute ? nil : document?.model ?? request.model.pathModel }

    /// The groups of an entry that this request may go to.
    private func groups(of entry: RouteEntry) -> [TargetGroup] {
        let slug = document?.model.flatMap { model in model.firstIndex(of: "/").map { String(model[..<$0]) } }
        return entry.groups.filter { group in
            guard let first = group.targets.first, first.family == request.family, first.path(of: request.match) != nil else {
                return false
            }
            if let wanted = group.slug, wanted != slug { return false }
            guard let model = first.model, let token = request.token else { return true }
            return token.allows(model: model, of: first.provider)
        }
    }

    /// What rests after errors of a target.
    private func subject(of target: Target) -> RestSubject {
        guard target.model == nil, let model else { return target.subject }
        return RestSubject(key: target.subject.key, token: target.subject.token, model: model)
    }

    /// Puts the targets in order. Where there is one only, it is for the provider to say that it may not be asked yet.
    private func choose() -> Refusal? {
        let groups = groups(of: request.entry)
        guard !groups.isEmpty else {
            if request.entry.needsModel { return .noKeyForModel }
            return request.entry.isRoute && request.token?.models != nil ? .forbiddenModel : .notFound
        }
        let rests = request.table.resolver.rests
        for group in groups {
            let choices =
                model == nil ? group.choices : zip(group.targets, group.choices).map { .init(subject(of: $0), weight: $1.weight) }
            candidates += rests.order(choices).map { group.targets[$0] }
        }
        guard candidates.isEmpty else { return nil }
        let all = groups.flatMap(\.targets)
        let resting = all.compactMap { target in rests.rest(of: subject(of: target)).map { (target: target, rest: $0) } }
        guard let soonest = resting.min(by: { $0.rest.remaining < $1.rest.remaining }) else {
            candidates = all
            return nil
        }
        let wait = Int(soonest.rest.remaining.components.seconds) + 1
        switch soonest.rest.outcome {
        case .unauthorized: return .keyRefused(wait: wait)
        case .unavailable: break
        default: if all.count > 1 { return .resting(wait: wait) }
        }
        candidates = [soonest.target]
        return nil
    }

    /// Whether there is another target to try, and this request may be tried again.
    private func advance() -> Bool {
        guard isReplayable, attempts < gate.limits.attempts, NIODeadline.now() - request.asked.started < gate.limits.duration else {
            return false
        }
        let rests = request.table.resolver.rests
        while next < candidates.count {
            if rests.rest(of: subject(of: candidates[next])) == nil { return true }
            next += 1
        }
        guard !hasReresolved else { return false }
        // A key may have been replaced since the request came.
        hasReresolved = true
        guard let entry = gate.current.table?.entries[request.entry.name], entry !== request.entry, entry.isRoute == request.entry.isRoute
        else { return false }
        let tried = Set(candidates.map(\.subject.key))
        candidates += groups(of: entry).flatMap(\.targets).filter { target in
            !tried.contains(target.subject.key) && rests.rest(of: subject(of: target)) == nil
        }
        return next < candidates.count
    }

    private var isExhausted: Bool { candidates.count > 1 }

    private func answer(_ refusal: Refusal) -> LocalAnswer {
        self.refusal = refusal
        return refusal.answer(request.family, isExhausted: isExhausted && attempts > 0)
    }

    // MARK: What came of them

    func failed(_ failure: UpstreamFailure) -> FailureDecision {
        note(.unavailable)
        return advance() ? .retry : .answer(answer(.upstream(failure)))
    }

    func received(_ head: HTTPResponseHead) -> ResponseDecision {
        guard let target else { return .answer(answer(.outOfAttempts)) }
        let status = Int(head.status.code)
        switch status {
        case 200..<300, 304:
            guard head.hasOneEncoding else { return .answer(answer(.encoding)) }
            if status != 304 { note(.accepted) }
            return .relay(relayed(head, target))
        case 400...: break
        default: return .answer(answer(.redirect))
        }
        // Whose error it is says the body, where there is a gateway in between.
        if target.isGateway { return .collect(limit: FallbackLimits.errorLimit) }
        let fault = Fault(status: status, gatewayCode: nil, header: head.value)
        note(fault, target)
        return fault.allowsAnother && advance() ? .retry : .collect(limit: FallbackLimits.errorLimit)
    }

    func collected(_ head: HTTPResponseHead, body: ByteBuffer, isWhole: Bool) -> ResponseDecision {
        guard let target else { return .answer(answer(.outOfAttempts)) }
        var (head, body) = (head, body)
        if isWhole, let encoding = head.value("content-encoding"), encoding.lowercased() != "identity" || !head.hasOneEncoding {
            // What cannot be looked into is not given.
            guard head.hasOneEncoding, let text = Inflate.body(body, encoding: encoding, limit: FallbackLimits.inflatedLimit) else {
                note(Fault(status: Int(head.status.code), gatewayCode: nil, header: head.value), target)
                return .answer(answer(.longError))
            }
            body = text
            head.headers.remove(name: "content-encoding")
        }
        if target.isGateway {
            let fault = Fault(status: Int(head.status.code), gatewayCode: GatewayError.code(in: body), header: head.value)
            note(fault, target)
            if fault.allowsAnother, advance() { return .retry }
        }
        var (cleaned, found) = request.rules.response.cleaned(head, needles: target.needles)
        cleaned.headers.remove(name: "content-length")
        if isExhausted { cleaned.headers.replaceOrAdd(name: "x-should-retry", value: "false") }
        gatewayLog = head.value("cf-aig-log-id")
        guard isWhole else {
            tellEchoes(found, target)
            return .answer(answer(.longError))
        }
        let scrubbed = Scrubber.scrub(error: body, target.needles)
        found += scrubbed.echoes
        tellEchoes(found, target)
        return .answer(LocalAnswer(head: cleaned, body: scrubbed.body))
    }

    private func relayed(_ head: HTTPResponseHead, _ target: Target) -> HTTPResponseHead {
        let (cleaned, found) = request.rules.response.cleaned(head, needles: target.needles)
        tellEchoes(found, target)
        cacheStatus = head.value("cf-aig-cache-status")
        gatewayLog = head.value("cf-aig-log-id")
        // What is compressed goes through untouched: there is nothing in it to be read as it is.
        if !["gzip", "x-gzip", "deflate", "br", "zstd", "compress"].contains(head.value("content-encoding")?.lowercased() ?? "") {
            if !target.needles.isEmpty { scrubber = Scrubber(target.needles) }
            usage = UsageReader(contentType: head.value("content-type"))
        }
        return cleaned
    }

    private func note(_ fault: Fault, _ target: Target) {
        switch fault {
        case .key(let outcome): note(outcome)
        case .gateway(let outcome):
            guard let token = target.subject.token else { return note(outcome) }
            let subject = RestSubject(key: token, model: nil)
            request.table.resolver.report(outcome, for: target.resolution, subject: subject)
            if outcome == .unauthorized { gate.tell(.keyRefused(key: KeyLabel(token).name)) }
        case .setup, .request: break
        }
    }

    /// Headers that say for which account of a key's a request is. What a wrong one leads to says nothing of the key.
    private static let accounts = HeaderNames([
        "openai-organization", "openai-project", "anthropic-organization-id", "anthropic-workspace-id", "x-goog-user-project",
        "x-organization-id", "x-org-id", "x-project-id", "x-workspace-id", "x-tenant-id", "x-account-id",
    ])

    private func note(_ outcome: RequestOutcome) {
        guard let target else { return }
        if outcome == .unauthorized || outcome == .forbidden, request.headers.contains(where: { Self.accounts.contains($0.0) }) { return }
        request.table.resolver.report(outcome, for: target.resolution, subject: subject(of: target))
        if outcome == .unauthorized, let key = target.key { gate.tell(.keyRefused(key: key.name)) }
    }

    private func tellEchoes(_ count: Int, _ target: Target) {
        guard count > 0 else { return }
        echoes +|= count
        gate.tell(.echo(route: request.entry.name, key: target.key?.name ?? target.provider, count: count))
    }

    // MARK: The response's body

    func relay(_ part: ByteBuffer) -> ByteBuffer {
        usage?.read(part)
        return scrubber?.scrub(part) ?? part
    }

    func relayedAll() -> ByteBuffer? { scrubber?.finish() }

    func finished(_ summary: ExchangeSummary) {
        request.meter?.end()
        if let target, let scrubber { tellEchoes(scrubber.echoes, target) }
        let asked = request.asked
        var record = AccessRecord(
            time: asked.time, token: asked.token, route: asked.route, method: asked.method, operation: asked.operation,
            status: summary.status, refusal: refusal?.code, milliseconds: Int(summary.duration.nanoseconds / 1_000_000),
            requestBytes: summary.requestByteCount, responseBytes: summary.responseByteCount, attempts: summary.attempts, echoes: echoes,
            end: summary.end.word)
        record.millisecondsToResponse = summary.timeToResponse.map { Int($0.nanoseconds / 1_000_000) }
        record.provider = target?.provider
        record.key = target?.key?.name
        record.generation = target?.key?.generation
        (record.inputTokens, record.outputTokens) = usage?.tokens ?? (nil, nil)
        record.cacheStatus = cacheStatus.flatMap(Self.logged)
        record.gatewayLog = gatewayLog.flatMap(Self.logged)
        gate.log(record)
    }

    /// What a server says, where it is short and plain.
    private static func logged(_ text: String) -> String? {
        text.utf8.count <= 64 && text.utf8.allSatisfy { Byte.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F } ? text : nil
    }
}

extension HTTPResponseHead {
    /// The first value of a header.
    ///
    /// - Parameter name: in lower case.
    fileprivate func value(_ name: String) -> String? { headers.first(name: name) }

    /// Whether it has no more than one compression, so that nobody can read it as another one.
    fileprivate var hasOneEncoding: Bool {
        let encodings = headers["content-encoding"]
        return encodings.count <= 1 && !(encodings.first?.contains(",") ?? false)
    }
}

extension ExchangeSummary.End {
    fileprivate var word: String {
        switch self {
        case .complete: "complete"
        case .clientGone: "client-gone"
        case .upstreamBroke(let failure): "upstream-\(failure.rawValue)"
        }
    }
}
