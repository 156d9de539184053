public import Settings

/// What the resolver sees of its surroundings.
public struct ResolverEnvironment: Sendable {
    /// Where `~/` is.
    public var directories: UserDirectories
    /// The variables of this process, for `{ env = … }` and for keys that are nowhere else.
    public var variables: any VariableSource
    /// Where keys are looked for last, in order; only what the user has allowed belongs here.
    public var fallbacks: [any VariableSource]
    /// How long a program may take to print a key, in seconds.
    var programTimeLimit = 10.0

    /// - Parameters:
    ///   - directories: where `~/` is.
    ///   - variables: the variables of this process.
    ///   - fallbacks: where keys are looked for last.
    public init(
        directories: UserDirectories, variables: any VariableSource = ProcessVariables(), fallbacks: [any VariableSource] = []
    ) {
        self.directories = directories
        self.variables = variables
        self.fallbacks = fallbacks
    }
}
