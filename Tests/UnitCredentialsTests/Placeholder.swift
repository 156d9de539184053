import Testing

@testable import UnitCredentials

struct PlaceholderTests {}
