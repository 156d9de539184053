internal import Settings

/// Where a request for a model goes and how it is spoken, before any secret is read.
public struct RequestShape: Sendable {
    /// The route that was asked for, if it was one.
    public let route: String?
    /// `[provider.NAME]`, or the catalogue's name.
    public let provider: String
    /// The model's name in the request.
    public let model: String
    /// The shape of the request and its answer.
    public let style: APIStyle
}

extension ModelResolver {
    /// The shape of a request for a model. No secret is read.
    ///
    /// - Parameter model: `PROVIDER/MODEL`, `PROVIDER/auto`, `auto`, or the name of a route, whose first model counts; nil for the settings'
    ///   default.
    /// - Throws: ``ResolverError``.
    public func shape(of model: String? = nil) throws -> RequestShape {
        let (models, place) = try self.models(model)
        guard let first = models.first else { throw ResolverError(.notFound, "there is no model to ask for") }
        let plan = try RequestPlan(first, place, settings, catalogue)
        let asked = model ?? settings.defaults.model
        return RequestShape(
            route: asked.flatMap { settings.routes[$0] == nil ? nil : $0 }, provider: plan.chosen.name, model: plan.address.model,
            style: plan.address.style)
    }
}
