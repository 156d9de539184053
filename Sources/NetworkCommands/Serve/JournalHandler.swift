internal import Logging
internal import WarderCommands

/// Makes lines of messages, with the priorities that the journal reads.
///
/// Source: sd-daemon(3), log levels.
struct JournalHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes each line.
    init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let priority =
            switch event.level {
            case .trace, .debug: 7
            case .info: 6
            case .notice: 5
            case .warning: 4
            case .error: 3
            case .critical: 2
            }
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let line = "\(event.message)\(fields)"
        let printable = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
        write(Self.isForJournal ? "<\(priority)>\(printable)" : "warderd: \(printable)")
    }

    /// Whether standard error is the journal's.
    private static let isForJournal = Console.environment("JOURNAL_STREAM") != nil
}
