internal import Resolver

/// What one name in a client's path stands for.
final class RouteEntry: Sendable {
    let name: String
    /// Whether it is a `[route.NAME]`, and the models of its targets go into the bodies.
    let isRoute: Bool
    /// What is tried, in order: for each model of a route, or for what the client's model begins with, its keys.
    let groups: [TargetGroup]
    /// Whether consecutive system messages become one.
    let mergesSystemMessages: Bool
    /// Why there is nothing to try, or not everything that the settings name.
    let problem: RouteProblem?

    init(name: String, isRoute: Bool, groups: [TargetGroup], mergesSystemMessages: Bool = false, problem: RouteProblem? = nil) {
        self.name = name
        self.isRoute = isRoute
        self.groups = groups
        self.mergesSystemMessages = mergesSystemMessages
        self.problem = problem
        families = groups.compactMap(\.targets.first?.family).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        needsModel = groups.contains { $0.slug != nil }
    }

    /// The families of its targets, in their order.
    let families: [OperationFamily]
    /// Whether the key depends on the client's model.
    let needsModel: Bool

    /// The operation that a path means here, and its family.
    func match(_ path: String) -> (family: OperationFamily, match: MatchedOperation)? {
        for family in families { if let match = family.match(path) { return (family, match) } }
        return nil
    }
}

/// The keys for one model.
struct TargetGroup: Sendable {
    /// What the client's model must begin with, before the first slash.
    let slug: String?
    let targets: [Target]
    let choices: [KeyRests.Choice]
}

/// Why a name cannot be used, or not wholly. Names, files and lines, never a value.
public struct RouteProblem: Hashable, Sendable {
    /// The route or provider.
    public let name: String
    /// The resolver's reason.
    public let reason: String
    /// Whether nothing of it can be used.
    public let isFatal: Bool
}
