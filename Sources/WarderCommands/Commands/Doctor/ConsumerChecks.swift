internal import Exporter
internal import Keystore
internal import Settings

/// The consumers: whether each holds what it should, and whether its unit is there. Nothing is started and nothing asked of systemd.
struct ConsumerChecks {
    private let examination: Examination

    init(_ examination: Examination) { self.examination = examination }

    func run() {
        let session = examination.session
        let all = session.consumers
        let (consumers, broken) = session.usable(all)
        for (name, failure) in broken {
            let settings = all.first { $0.name == name }
            examination.add(
                .consumerInvalid, name, path: settings?.file, line: settings?.line, "the consumer \(name): \(bare(failure.message))",
                fix: failure.hints.first ?? "change that table, or `warder consumer remove \(name)`")
        }
        for consumer in consumers {
            checkUnit(consumer)
            checkSocket(consumer)
        }
        guard let vault = examination.vault, examination.listings != nil else { return }
        do {
            let applier = session.applier(vault)
            for name in try applier.held().keys.sorted() where !all.contains(where: { $0.name == name }) {
                examination.add(
                    .consumerForgotten, name, "\(name) holds a copy, but is no consumer any more",
                    fix: "`warder consumer remove \(name) --with-copy`")
            }
            for status in try applier.check(consumers) { note(status, consumers.first { $0.name == status.name }) }
        } catch {
            examination.add(
                .vaultUnreadable, session.vaultPath, path: session.vaultPath, Failure(error).message, fix: "`warder verify` says more")
        }
    }

    private func note(_ status: ConsumerStatus, _ consumer: Consumer?) {
        let name = status.name
        let drifts: [Drift]
        do { drifts = try status.drift.get() } catch {
            let failure = Failure(error)
            let lacks = failure.code == KeystoreError.Code.notFound.rawValue || failure.code == Failure.settingsInvalid
            return examination.add(
                lacks ? .consumerVariables : .consumerInvalid, name, path: consumer?.settings.file, line: consumer?.settings.line,
                "the consumer \(name): \(bare(failure.message))",
                fix: lacks
                    ? "`warder check -P \(consumer?.settings.profile ?? "")` says what to store"
                    : "`warder apply --check \(name)` says more")
        }
        for drift in drifts { note(drift, name) }
    }

    private func note(_ drift: Drift, _ name: String) {
        let apply = "`warder apply \(name)`"
        let (code, path, fix): (Finding.Code, String?, String) =
            switch drift {
            case .notGiven: (.consumerNotApplied, nil, apply)
            case .missing(let path): (.consumerMissing, path, apply)
            case .changed(let path): (.consumerChanged, path, apply)
            case .moved: (.consumerMoved, nil, apply)
            case .outdated: (.consumerOutdated, nil, apply)
            case .wide(let path, _): (.consumerWide, path, "\(apply); replace the keys if others might have read them")
            case .unsafe(let path): (.consumerUnsafe, path, "\(examination.privacy(path)), then \(apply)")
            case .unconfirmed: (.consumerUnconfirmed, nil, "\(apply), which tries again and says why")
            }
        let text =
            switch drift {
            case .missing: "is missing"
            case .changed: "was changed since"
            case .wide(_, let mode): "others can read it: mode 0\(String(mode, radix: 8))"
            case .unsafe: "is not a private file of its owner"
            case .unconfirmed: "the last change was not confirmed: it may still run with old values"
            default: drift.description
            }
        examination.add(code, name, path: path, path == nil ? "the consumer \(name) \(text)" : "the copy of \(name) \(text)", fix: fix)
    }

    private func checkUnit(_ consumer: Consumer) {
        guard let unit = consumer.unit else { return }
        let files = UnitFiles(examination.directories, consumer.settings.scope)
        guard !files.contains(unit.description) else { return }
        examination.add(
            .consumerUnitMissing, consumer.name, path: consumer.settings.file, line: consumer.settings.line,
            "the consumer \(consumer.name) belongs to \(unit), and there is no such \(consumer.settings.scope.rawValue) unit",
            fix: "install it, or change unit in that table")
    }

    /// Whether somebody would give its unit the credentials.
    private func checkSocket(_ consumer: Consumer) {
        guard let path = consumer.absentSocket(examination.session.places) else { return }
        let user = consumer.settings.scope == .user ? " --user" : ""
        examination.add(
            .consumerUnserved, consumer.name, path: path,
            "nobody listens there, and \(consumer.unit?.description ?? consumer.name) cannot start without its credentials",
            fix: "start the daemon: `systemctl\(user) enable --now warder-credentials.socket`")
    }

    /// A reason without the place that stands before it.
    private func bare(_ reason: String) -> String {
        guard reason.contains(": line "), let range = reason.firstRange(of: "]: ") else { return reason }
        return String(reason[range.upperBound...])
    }
}
