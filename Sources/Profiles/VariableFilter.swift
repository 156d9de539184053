internal import Keystore

/// Which of a profile's variables are meant: `--only` and `--except`.
public struct VariableFilter: Sendable {
    private let only: [NamePattern]
    private let except: [NamePattern]

    /// - Parameters:
    ///   - only: patterns of which one must match; none means all.
    ///   - except: patterns of which none may match.
    public init(only: [String] = [], except: [String] = []) {
        self.only = only.map(NamePattern.init)
        self.except = except.map(NamePattern.init)
    }

    /// Whether all variables are meant.
    public var isEmpty: Bool { only.isEmpty && except.isEmpty }

    /// Whether variables are named that are meant.
    public var hasOnly: Bool { !only.isEmpty }

    /// Whether a variable is meant.
    public func includes(_ name: String) -> Bool {
        (only.isEmpty || only.contains { $0.matches(name) }) && !except.contains { $0.matches(name) }
    }
}
